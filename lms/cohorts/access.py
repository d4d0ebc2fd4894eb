"""How far each scope reaches among cohorts, and whom a trainer's cohorts hold."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from lms.accounts.access import register_cohort_criterion
from lms.accounts.models import Person
from lms.cohorts.models import Cohort, CohortTrainer, Enrolment
from lms.foundation.access import Access, Scope
from lms.sites.models import Site


def cohorts(access: Access) -> ColumnElement[bool]:
    """The cohorts that this access reaches."""
    return or_(false(), *(_cohorts(access, scope) for scope in access.scopes))


def _cohorts(access: Access, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.ALL:
            return true()
        case Scope.VENDOR:
            return Cohort.site_id.in_(select(Site.id).where(Site.vendor_id == access.vendor_id))
        case Scope.SITE:
            return Cohort.site_id == access.site_id
        case Scope.COHORT:
            return Cohort.id.in_(_trained_by(access.person_id))
        case Scope.OWN:
            return Cohort.id.in_(select(Enrolment.cohort_id).where(Enrolment.person_id == access.person_id))


def people_of_own_cohorts(access: Access) -> ColumnElement[bool]:
    """The people of the cohorts that this person trains."""
    return Person.id.in_(select(Enrolment.person_id).where(Enrolment.cohort_id.in_(_trained_by(access.person_id))))


def _trained_by(person_id: int | None) -> Select[int]:
    return select(CohortTrainer.cohort_id).where(CohortTrainer.person_id == person_id)


register_cohort_criterion(people_of_own_cohorts)
