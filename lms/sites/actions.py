from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lms.foundation.db import db
from lms.kit.problems import Invalid
from lms.sites import queries
from lms.sites.core import holiday_calendar
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Room, Site, Vendor


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


def create_vendor(command: NewVendor) -> Vendor:
    """Create a vendor; the code is unique."""
    if db.session.scalar(select(Vendor.id).where(Vendor.code == command.code)):
        raise Invalid("site.code_taken", field="code")
    vendor = Vendor(code=command.code, name_text=dict(command.name_text), kind=command.kind)
    db.session.add(vendor)
    db.session.flush()
    return vendor


def create_site(command: NewSite) -> Site:
    """Create a site; the code is unique, and the holidays of its place are known."""
    if not holiday_calendar.is_known(command.country):
        raise Invalid("site.unknown_country", field="country")
    if not holiday_calendar.is_known(command.country, command.subdivision):
        raise Invalid("site.unknown_subdivision", field="subdivision")
    if queries.find_site(command.code) is not None:
        raise Invalid("site.code_taken", field="code")
    site = Site(
        code=command.code,
        name_text=dict(command.name_text),
        vendor_id=command.vendor_id,
        zone_name=command.zone_name,
        country=command.country,
        subdivision=command.subdivision,
        weekend="".join(str(day) for day in sorted(holiday_calendar.weekend(command.country))),
    )
    db.session.add(site)
    db.session.flush()
    return site


def add_room(site: Site, name: str, capacity: int) -> Room:
    """Add a room to a site, under a name that no other room there has."""
    if db.session.scalar(select(Room.id).where(Room.site_id == site.id, Room.name == name)):
        raise Invalid("room.name_taken", field="name")
    room = Room(site_id=site.id, name=name, capacity=capacity)
    db.session.add(room)
    db.session.flush()
    return room


def first_site() -> Site:
    """The first in-house site of an installation, made when there is none: an administrator belongs somewhere too."""
    in_house = select(Site).join(Site.vendor).where(Vendor.kind == VendorKind.IN_HOUSE)
    site = db.session.scalar(in_house.order_by(Site.id).limit(1))
    if site is not None:
        return site
    names = {"en": "Head office", "ja": "本社"}
    vendor = create_vendor(NewVendor("in-house", {"en": "In-house", "ja": "自社"}, VendorKind.IN_HOUSE))
    return create_site(NewSite("main", names, vendor.id, "UTC", "JP"))
