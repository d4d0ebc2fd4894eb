"""Words for vendors and sites."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.sites.core.vendor import VendorKind

VENDOR_KINDS = {VendorKind.IN_HOUSE: _l("In-house"), VendorKind.BPO: _l("Vendor (BPO)")}

PROBLEMS = {
    "site.code_taken": _l("This code is taken. Choose another."),
    "site.unknown_country": _l("The public holidays of this country are not known. Write two letters, such as JP."),
    "site.unknown_subdivision": _l(
        "This state or region is not known. Write its letters, such as TX, or leave it empty."
    ),
    "room.name_taken": _l("The site has a room of this name."),
}
