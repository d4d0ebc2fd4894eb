from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.foundation.access import Access
from lms.foundation.db import db
from lms.sites import access as reach
from lms.sites.models import Site, Vendor


def list_sites(access: Access) -> list[Site]:
    """Sites by code, as far as this access reaches, with their vendors."""
    return list(db.session.scalars(select(Site).where(reach.sites(access)).options(joinedload(Site.vendor)).order_by(Site.code)))


def list_vendors() -> list[Vendor]:
    """All vendors by code."""
    return list(db.session.scalars(select(Vendor).order_by(Vendor.code)))


def find_site(code: str) -> Site | None:
    """The site of a code."""
    return db.session.scalar(select(Site).where(Site.code == code))
