"""What it means to leave a cohort: which quizzes go with it, which another cohort would give, and who has left."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager

from lms.accounts.models import Person
from lms.cohorts import queries
from lms.cohorts.core.enrolment import is_in_training
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.quizzes.models import Assignee, Assignment, Attempt


def open_assignment_ids(cohort: Cohort, now: datetime) -> Select[int | None]:
    """The assignments of a cohort that are not due yet."""
    not_due = select(Assignment.id).where(Assignment.due_at > now)
    given = queries.assignment_ids(cohort).subquery()
    return not_due.where(Assignment.id.in_(select(given.c.assignment_id)))


def count_taken(cohort: Cohort, person: Person, now: datetime) -> int:
    """How many quizzes somebody loses who leaves a cohort: those that they have not begun."""
    begun = exists().where(Attempt.assignment_id == Assignee.assignment_id, Attempt.person_id == person.id)
    query = select(func.count()).select_from(Assignee).where(Assignee.person_id == person.id, ~begun)
    return db.session.scalar(query.where(Assignee.assignment_id.in_(open_assignment_ids(cohort, now)))) or 0


def count_given(cohort: Cohort, now: datetime) -> int:
    """How many quizzes somebody gets who comes into a cohort."""
    return db.session.scalar(select(func.count()).select_from(open_assignment_ids(cohort, now).subquery())) or 0


def list_targets(access: Access, cohort: Cohort, person: Person, now: datetime) -> list[Cohort]:
    """The other cohorts of a person's site that are going to go live, as far as this access reaches."""
    today = now.astimezone(ZoneInfo(cohort.site.zone_name)).date()
    found = [other for other, _count in queries.list_cohorts(access) if is_in_training(other.go_live_on, today)]
    found = [other for other in found if other.called_off_at is None]
    return [other for other in found if other.id != cohort.id and other.site_id == person.site_id]


def list_people(cohort: Cohort) -> tuple[list[Person], list[Enrolment]]:
    """Who is in a cohort, by reading, and who has left it, the last one first."""
    query = select(Enrolment).join(Enrolment.person).where(Enrolment.cohort_id == cohort.id)
    query = query.options(contains_eager(Enrolment.person)).order_by(Person.reading_key, Person.code)
    enrolments = list(db.session.scalars(query))
    left = [(enrolment.left_at, enrolment) for enrolment in enrolments if enrolment.left_at is not None]
    left.sort(key=lambda pair: pair[0], reverse=True)
    return [enrolment.person for enrolment in enrolments if enrolment.left_at is None], [pair[1] for pair in left]
