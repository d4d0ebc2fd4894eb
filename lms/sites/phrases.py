"""Words for vendors and sites."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.sites.core.vendor import VendorKind

VENDOR_KINDS = {VendorKind.IN_HOUSE: _l("In-house"), VendorKind.BPO: _l("Vendor (BPO)")}

WEEKDAYS = {
    0: _l("Monday"),
    1: _l("Tuesday"),
    2: _l("Wednesday"),
    3: _l("Thursday"),
    4: _l("Friday"),
    5: _l("Saturday"),
    6: _l("Sunday"),
}
"""By ``date.weekday()``."""

STATES = {"open": _l("In use"), "retired": _l("No longer in use")}

PROBLEMS = {
    "site.code_taken": _l("This code is taken. Choose another."),
    "site.has_people": _l("Active people belong to this site. Move or deactivate them first. Nothing was changed."),
    "site.no_working_day": _l("Keep at least one working day in the week."),
    "site.vendor_retired": _l("The vendor of this site is no longer in use. Put the vendor back into use first."),
    "site.unknown_country": _l("The public holidays of this country are not known. Enter two letters, such as JP."),
    "site.unknown_subdivision": _l(
        "This state or region is not known. Enter its letters, such as TX, or leave it empty."
    ),
    "room.name_taken": _l("The site already has a room with this name."),
    "closure.day_taken": _l("The site is already closed on this day."),
    "vendor.kind_in_use": _l(
        "The kind cannot change while the vendor has sites: it decides which roles their people can hold."
    ),
    "vendor.has_sites": _l("This vendor has sites in use. Take them out of use first. Nothing was changed."),
    "place.changed_meanwhile": _l(
        "Somebody else changed this in the meantime. Reload the page to see what is there now."
    ),
}
