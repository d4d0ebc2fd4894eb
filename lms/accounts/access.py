"""How far each scope reaches among people; the twin of the gate, used by every query of this feature."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, false, or_, true

from lms.accounts.models import Person
from lms.foundation.access import Access, Scope

CohortCriterion = Callable[[Access], ColumnElement[bool]]
_cohort_criteria: list[CohortCriterion] = []


def register_cohort_criterion(criterion: CohortCriterion) -> None:
    """Let the cohorts feature, which lies above, say whom a trainer's cohorts hold."""
    _cohort_criteria.append(criterion)


def people(access: Access) -> ColumnElement[bool]:
    """The people whom this access reaches."""
    return any_of(_criterion(access, scope) for scope in access.scopes)


def any_of(criteria: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """What any of the criteria allows; nothing when there are none."""
    return or_(false(), *criteria)


def _criterion(access: Access, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.ALL:
            return true()
        case Scope.VENDOR:
            return Person.vendor_id == access.vendor_id
        case Scope.SITE:
            return Person.site_id == access.site_id
        case Scope.COHORT:
            return any_of(criterion(access) for criterion in _cohort_criteria)
        case Scope.OWN:
            return Person.id == access.person_id
