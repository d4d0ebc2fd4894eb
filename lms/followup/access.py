"""How far each scope reaches among corrective actions."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, select, true

from lms.cohorts import access as reach_of_cohorts
from lms.cohorts.models import Cohort, Enrolment
from lms.followup.models import CorrectiveAction
from lms.foundation.access import Access, Scope


def actions(access: Access) -> ColumnElement[bool]:
    """The actions that this access reaches; whoever reaches any reaches what they own."""
    return or_(false(), *(_actions(access, scope) for scope in access.scopes))


def _actions(access: Access, scope: Scope) -> ColumnElement[bool]:
    own = (CorrectiveAction.owner_id == access.person_id) | (CorrectiveAction.opened_by == access.person_id)
    match scope:
        case Scope.ALL:
            return true()
        case Scope.COHORT:
            trained = select(Cohort.id).where(reach_of_cohorts.cohorts(access.reaching(frozenset({Scope.COHORT}))))
            members = select(Enrolment.person_id).where(Enrolment.cohort_id.in_(trained), Enrolment.left_at.is_(None))
            return own | CorrectiveAction.cohort_id.in_(trained) | CorrectiveAction.person_id.in_(members)
        case _:
            return own
