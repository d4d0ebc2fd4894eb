"""How far each scope reaches among attempts and assignments."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, select, true

from lms.accounts import access as people_access
from lms.accounts.models import Person
from lms.foundation.access import Access, Scope
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Attempt


def attempts(access: Access) -> ColumnElement[bool]:
    """The attempts that this access reaches. Practice is seen by nobody but the person."""
    reached = or_(false(), *(_attempts(access, scope) for scope in access.scopes))
    return reached & ((Attempt.purpose != Purpose.PRACTICE) | (Attempt.person_id == access.person_id))


def _attempts(access: Access, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.ALL:
            return true()
        case Scope.OWN:
            return Attempt.person_id == access.person_id
        case Scope.VENDOR:
            return Attempt.vendor_id == access.vendor_id
        case Scope.SITE:
            return Attempt.site_id == access.site_id
        case Scope.COHORT:
            own = access.reaching(frozenset({Scope.COHORT}))
            return Attempt.person_id.in_(select(Person.id).where(people_access.people(own)))
