from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid
from lms.sites import queries
from lms.sites.core import holiday_calendar
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Closure, Room, Site, Vendor

SYSTEM = "system"
"""Who did it when nobody is signed in: a command."""


@dataclass(frozen=True, slots=True)
class NewVendor:
    """A company that runs sites."""

    code: str
    name_text: Mapping[str, str]
    kind: VendorKind


@dataclass(frozen=True, slots=True)
class NewSite:
    """A place where people work."""

    code: str
    name_text: Mapping[str, str]
    vendor_id: int
    zone_name: str
    country: str
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class SiteChange:
    """What may change about a site; it stays with its vendor, to whom the results of its people belong."""

    name_text: Mapping[str, str]
    zone_name: str
    country: str
    subdivision: str | None
    weekend: Collection[int]


def create_vendor(command: NewVendor, *, actor: str = SYSTEM) -> Vendor:
    """Create a vendor; the code is unique."""
    check_vendor_code(command.code)
    vendor = Vendor(code=command.code, name_text=dict(command.name_text), kind=command.kind)
    db.session.add(vendor)
    db.session.flush()
    _record("vendor.create", actor, vendor, vendor.code)
    return vendor


def check_vendor_code(code: str) -> None:
    """Raise ``Invalid`` when another vendor has this code."""
    if queries.find_vendor(code) is not None:
        raise Invalid("site.code_taken", field="code")


def change_vendor(
    vendor: Vendor, *, name_text: Mapping[str, str], kind: VendorKind, actor: str, revision: int | None
) -> None:
    """Rename a vendor; its kind, on which hangs what its people may be, changes only while it has no site."""
    _check_revision(vendor, revision)
    if kind != vendor.kind and queries.count_sites(vendor):
        raise Invalid("vendor.kind_in_use", field="kind")
    changed = _apply(vendor, {"name_text": dict(name_text), "kind": kind.value})
    _record("vendor.change", actor, vendor, vendor.code, **changed)


def retire_vendor(vendor: Vendor, *, actor: str, revision: int | None) -> None:
    """Let nobody use a vendor for anything new; all its sites must be retired."""
    if vendor.retired_at is None:
        _check_revision(vendor, revision)
        if queries.count_sites(vendor, only_open=True):
            raise Invalid("vendor.has_sites")
        _retire(vendor)
        _record("vendor.retire", actor, vendor, vendor.code)


def reopen_vendor(vendor: Vendor, *, actor: str, revision: int | None) -> None:
    """Take a retired vendor into use again."""
    if vendor.retired_at is not None:
        _check_revision(vendor, revision)
        _apply(vendor, {"retired_at": None})
        _record("vendor.reopen", actor, vendor, vendor.code)


def create_site(command: NewSite, *, actor: str = SYSTEM) -> Site:
    """Create a site; the code is unique, and the holidays of its place are known."""
    _check_place(command.country, command.subdivision)
    check_site_code(command.code)
    site = Site(
        code=command.code,
        name_text=dict(command.name_text),
        vendor_id=command.vendor_id,
        zone_name=command.zone_name,
        country=command.country,
        subdivision=command.subdivision,
        weekend=_digits(holiday_calendar.weekend(command.country)),
    )
    db.session.add(site)
    db.session.flush()
    _record("site.create", actor, site.vendor, site.code)
    return site


def check_site_code(code: str) -> None:
    """Raise ``Invalid`` when another site has this code."""
    if queries.find_site(code) is not None:
        raise Invalid("site.code_taken", field="code")


def change_site(site: Site, change: SiteChange, *, actor: str, revision: int | None) -> None:
    """Change a site's names, zone and calendar; sessions that are planned stay at their moment."""
    _check_revision(site, revision)
    _check_place(change.country, change.subdivision)
    if len(set(change.weekend)) > 6:
        raise Invalid("site.no_working_day", field="weekend")
    values = {
        "name_text": dict(change.name_text),
        "zone_name": change.zone_name,
        "country": change.country,
        "subdivision": change.subdivision,
        "weekend": _digits(change.weekend),
    }
    _record("site.change", actor, site.vendor, site.code, **_apply(site, values))


def retire_site(site: Site, *, actor: str, revision: int | None) -> None:
    """Let nobody be added to a site any more; its active people must have been moved or deactivated."""
    if site.retired_at is None:
        _check_revision(site, revision)
        if queries.count_residents(site.id):
            raise Invalid("site.has_people")
        _retire(site)
        _record("site.retire", actor, site.vendor, site.code)


def reopen_site(site: Site, *, actor: str, revision: int | None) -> None:
    """Take a retired site into use again; its vendor must be in use."""
    if site.retired_at is not None:
        _check_revision(site, revision)
        if site.vendor.retired_at is not None:
            raise Invalid("site.vendor_retired")
        _apply(site, {"retired_at": None})
        _record("site.reopen", actor, site.vendor, site.code)


def add_room(site: Site, name: str, capacity: int, *, actor: str = SYSTEM) -> Room:
    """Add a room to a site, under a name that no other room there has."""
    check_room_name(site, name)
    room = Room(site_id=site.id, name=name, capacity=capacity)
    db.session.add(room)
    db.session.flush()
    _record("room.create", actor, site.vendor, f"{site.code}/{room.id}")
    return room


def check_room_name(site: Site, name: str, *, of: Room | None = None) -> None:
    """Raise ``Invalid`` when another room of the site has this name."""
    found = db.session.scalar(select(Room).where(Room.site_id == site.id, Room.name == name))
    if found is not None and found is not of:
        raise Invalid("room.name_taken", field="name")


def change_room(room: Room, *, name: str, capacity: int, actor: str, revision: int | None) -> None:
    """Change a room's name or seats."""
    _check_revision(room, revision)
    check_room_name(room.site, name, of=room)
    changed = _apply(room, {"name": name, "capacity": capacity})
    _record("room.change", actor, room.site.vendor, f"{room.site.code}/{room.id}", **changed)


def retire_room(room: Room, *, actor: str, revision: int | None) -> None:
    """Let a room not be offered for anything new; what is planned in it stays."""
    if room.retired_at is None:
        _check_revision(room, revision)
        _retire(room)
        _record("room.retire", actor, room.site.vendor, f"{room.site.code}/{room.id}")


def reopen_room(room: Room, *, actor: str, revision: int | None) -> None:
    """Offer a retired room again."""
    if room.retired_at is not None:
        _check_revision(room, revision)
        _apply(room, {"retired_at": None})
        _record("room.reopen", actor, room.site.vendor, f"{room.site.code}/{room.id}")


def add_closure(site: Site, day: date, name_text: Mapping[str, str], *, actor: str) -> Closure:
    """Close a site on a day that is no public holiday."""
    check_closure_day(site, day)
    closure = Closure(site_id=site.id, closed_on=day, name_text=dict(name_text))
    db.session.add(closure)
    db.session.flush()
    _record("closure.create", actor, site.vendor, site.code, day=day.isoformat())
    return closure


def check_closure_day(site: Site, day: date, *, of: Closure | None = None) -> None:
    """Raise ``Invalid`` when the site is closed on this day already."""
    found = db.session.scalar(select(Closure).where(Closure.site_id == site.id, Closure.closed_on == day))
    if found is not None and found is not of:
        raise Invalid("closure.day_taken", field="closed_on")


def change_closure(
    closure: Closure, *, day: date, name_text: Mapping[str, str], actor: str, revision: int | None
) -> None:
    """Move or rename a closed day."""
    _check_revision(closure, revision)
    check_closure_day(closure.site, day, of=closure)
    changed = _apply(closure, {"closed_on": day, "name_text": dict(name_text)})
    for values in changed.values():
        if "closed_on" in values:
            values["closed_on"] = values["closed_on"].isoformat()
    site = closure.site
    _record("closure.change", actor, site.vendor, site.code, **changed)


def remove_closure(closure: Closure, *, actor: str, revision: int | None) -> None:
    """Work on a closed day after all. Nothing refers to the row, so it goes."""
    _check_revision(closure, revision)
    site = closure.site
    db.session.delete(closure)
    _record("closure.remove", actor, site.vendor, site.code, day=closure.closed_on.isoformat())


def first_site() -> Site:
    """The first in-house site of an installation, made when there is none: an administrator belongs somewhere too."""
    in_house = select(Site).join(Site.vendor).where(Vendor.kind == VendorKind.IN_HOUSE, Site.retired_at.is_(None))
    site = db.session.scalar(in_house.order_by(Site.id).limit(1))
    if site is not None:
        return site
    names = {"en": "Head office", "ja": "本社"}
    vendor = create_vendor(NewVendor("in-house", {"en": "In-house", "ja": "自社"}, VendorKind.IN_HOUSE))
    return create_site(NewSite("main", names, vendor.id, "UTC", "JP"))


def _check_place(country: str, subdivision: str | None) -> None:
    if not holiday_calendar.is_known(country):
        raise Invalid("site.unknown_country", field="country")
    if not holiday_calendar.is_known(country, subdivision):
        raise Invalid("site.unknown_subdivision", field="subdivision")


def _check_revision(row: Any, revision: int | None) -> None:
    """Hold a row, and raise ``Conflict`` when somebody else changed it since the form was shown."""
    hold(row)
    if row.revision != revision:
        raise Conflict("place.changed_meanwhile")


def _apply(row: Any, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Set these values; those that are new come back as they were before and after, and count as one change."""
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, values[name])
    row.revision += bool(before)
    return {"before": before, "after": {name: values[name] for name in before}}


def _retire(row: Any) -> None:
    _apply(row, {"retired_at": clock.now()})


def _record(action: str, actor: str, vendor: Vendor, object: str, **detail: Any) -> None:
    journal.record(action, actor=actor, object=object, chain_id=vendor.id, **detail)


def _digits(days: Collection[int]) -> str:
    return "".join(str(day) for day in sorted(set(days)))
