"""Who may read which part of the audit trail."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from lms.accounts.models import Person
from lms.foundation.access import Access, Scope
from lms.foundation.journal import INSTALLATION_CHAIN, AuditEvent

SIGN_INS = "session."
"""What the actions around a sign-in begin with."""


def entries(access: Access) -> ColumnElement[bool]:
    """The entries that this access reaches."""
    return or_(false(), *(_criterion(access, scope) for scope in access.scopes))


def _criterion(access: Access, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.ALL:
            return true()
        case Scope.VENDOR:
            return and_(AuditEvent.chain_id == access.vendor_id, AuditEvent.chain_id != INSTALLATION_CHAIN)
        case Scope.OWN:
            code = select(Person.code).where(Person.id == access.person_id).scalar_subquery()
            return and_(AuditEvent.object == code, AuditEvent.action.startswith(SIGN_INS))
        case Scope.SITE | Scope.COHORT:
            return false()
