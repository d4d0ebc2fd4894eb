"""How far each scope reaches among sites."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, true

from lms.foundation.access import Access, Scope
from lms.sites.models import Site


def sites(access: Access) -> ColumnElement[bool]:
    """The sites whom this access reaches."""
    return or_(false(), *(_criterion(access, scope) for scope in access.scopes))


def _criterion(access: Access, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.ALL:
            return true()
        case Scope.VENDOR:
            return Site.vendor_id == access.vendor_id
        case Scope.SITE | Scope.COHORT | Scope.OWN:
            return Site.id == access.site_id
