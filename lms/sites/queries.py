from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.sites import access as reach
from lms.sites.models import Closure, Room, Site, Vendor

ResidentCount = Callable[[int], int]
_resident_counts: list[ResidentCount] = []


def register_resident_count(count: ResidentCount) -> None:
    """Let the accounts feature, which lies above, say how many active people a site has."""
    _resident_counts.append(count)


def count_residents(site_id: int) -> int:
    """How many active people belong to a site: while there are any, it is in use."""
    return sum(count(site_id) for count in _resident_counts)


def list_sites(access: Access) -> list[Site]:
    """The sites in use by code, as far as this access reaches, with their vendors."""
    query = select(Site).where(reach.sites(access), Site.retired_at.is_(None)).options(joinedload(Site.vendor))
    return list(db.session.scalars(query.order_by(Site.code)))


def list_vendors() -> list[Vendor]:
    """All vendors by code, the retired ones too."""
    return list(db.session.scalars(select(Vendor).order_by(Vendor.code)))


def load_site_counts() -> dict[int, int]:
    """How many sites in use each vendor has, by its id; a vendor without one is absent."""
    query = select(Site.vendor_id, func.count()).where(Site.retired_at.is_(None)).group_by(Site.vendor_id)
    return {row[0]: row[1] for row in db.session.execute(query)}


def find_vendor(code: str) -> Vendor | None:
    """The vendor of a code."""
    return db.session.scalar(select(Vendor).where(Vendor.code == code))


def get_vendor(code: str) -> Vendor:
    """The vendor of a code; not found otherwise."""
    vendor = find_vendor(code)
    if vendor is None:
        raise NotFound
    return vendor


def count_sites(vendor: Vendor, *, only_open: bool = False) -> int:
    """How many sites a vendor has."""
    query = select(func.count()).select_from(Site).where(Site.vendor_id == vendor.id)
    return db.session.scalar(query.where(Site.retired_at.is_(None)) if only_open else query) or 0


def find_site(code: str) -> Site | None:
    """The site of a code."""
    return db.session.scalar(select(Site).where(Site.code == code))


def list_sites_with_rooms(access: Access) -> list[Site]:
    """All sites by code, as far as this access reaches, the retired ones too, with vendors and rooms."""
    query = select(Site).where(reach.sites(access)).options(joinedload(Site.vendor), selectinload(Site.rooms))
    return list(db.session.scalars(query.order_by(Site.code)))


def get_site(access: Access, code: str) -> Site:
    """The site of a code, as far as this access reaches; not found otherwise."""
    site = db.session.scalar(select(Site).where(Site.code == code, reach.sites(access)))
    if site is None:
        raise NotFound
    return site


def list_rooms(site: Site, *, only_open: bool = False) -> list[Room]:
    """The rooms of a site by name."""
    query = select(Room).where(Room.site_id == site.id).order_by(Room.name)
    return list(db.session.scalars(query.where(Room.retired_at.is_(None)) if only_open else query))


def get_room(site: Site, room_id: int) -> Room:
    """A room of this site; not found otherwise."""
    room = db.session.scalar(select(Room).where(Room.id == room_id, Room.site_id == site.id))
    if room is None:
        raise NotFound
    return room


def list_closures(site: Site) -> list[Closure]:
    """The days on which a site is closed besides public holidays, in order of time."""
    return list(db.session.scalars(select(Closure).where(Closure.site_id == site.id).order_by(Closure.closed_on)))


def get_closure(site: Site, closure_id: int) -> Closure:
    """A closed day of this site; not found otherwise."""
    closure = db.session.scalar(select(Closure).where(Closure.id == closure_id, Closure.site_id == site.id))
    if closure is None:
        raise NotFound
    return closure
