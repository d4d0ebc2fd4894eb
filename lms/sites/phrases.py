"""Words for vendors and sites."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.sites.core.vendor import VendorKind

VENDOR_KINDS = {VendorKind.IN_HOUSE: _l("In-house"), VendorKind.BPO: _l("Vendor (BPO)")}

PROBLEMS = {
    "site.code_taken": _l("This code is taken. Choose another."),
}
