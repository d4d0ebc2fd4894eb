from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.sites import access as reach
from lms.sites.models import Site, Vendor


def list_sites(access: Access) -> list[Site]:
    """Sites by code, as far as this access reaches, with their vendors."""
    return list(
        db.session.scalars(select(Site).where(reach.sites(access)).options(joinedload(Site.vendor)).order_by(Site.code))
    )


def list_vendors() -> list[Vendor]:
    """All vendors by code."""
    return list(db.session.scalars(select(Vendor).order_by(Vendor.code)))


def find_site(code: str) -> Site | None:
    """The site of a code."""
    return db.session.scalar(select(Site).where(Site.code == code))


def list_sites_with_rooms(access: Access) -> list[Site]:
    """Sites by code, as far as this access reaches, with vendors and rooms."""
    query = select(Site).where(reach.sites(access)).options(joinedload(Site.vendor), selectinload(Site.rooms))
    return list(db.session.scalars(query.order_by(Site.code)))


def get_site(access: Access, code: str) -> Site:
    """The site of a code, as far as this access reaches; not found otherwise."""
    site = db.session.scalar(select(Site).where(Site.code == code, reach.sites(access)))
    if site is None:
        raise NotFound
    return site
