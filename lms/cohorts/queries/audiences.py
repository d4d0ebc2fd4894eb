"""To whom quizzes may be given and are given, as far as somebody reaches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import access as people_access
from lms.accounts.core.roles import Role
from lms.accounts.models import Person, RoleGrant
from lms.cohorts import access as reach
from lms.cohorts import queries
from lms.cohorts.models import Cohort, Enrolment, TrainingSession
from lms.foundation.access import Access, Scope, roles_for
from lms.foundation.db import db
from lms.kit.ordering import Order
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.audience import Audience, AudienceKind
from lms.quizzes.models import Assignee, Assignment, Attempt, Quiz
from lms.sites.models import Site, Vendor

WINDOWS = ("open", "to_come", "over")
SORTS = ("-opens", "due", "quiz", "people", "taken")
"""The columns by which assignments sort, the first by default; ``-`` means backwards."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An assignment with how many people have it, and how many of them have sat it."""

    assignment: Assignment
    people: int
    taken: int


def list_audiences(access: Access) -> list[Audience]:
    """The audiences that somebody may choose: their cohorts; sites, vendors and roles for whoever reaches everybody."""
    found = [
        Audience(AudienceKind.COHORT, cohort.code, cohort.name_text)
        for cohort, _count in reversed(queries.list_cohorts(access))
        if cohort.called_off_at is None
    ]
    if Scope.ALL in access.scopes:
        sites = db.session.scalars(select(Site).where(Site.retired_at.is_(None)).order_by(Site.code))
        found += [Audience(AudienceKind.SITE, site.code, site.name_text) for site in sites]
        vendors = db.session.scalars(select(Vendor).where(Vendor.retired_at.is_(None)).order_by(Vendor.code))
        found += [Audience(AudienceKind.VENDOR, vendor.code, vendor.name_text) for vendor in vendors]
        takers = roles_for("attempt.write")
        found += [Audience(AudienceKind.ROLE, role.value) for role in Role if role in takers]
    return found


def list_of_audience(access: Access, audience: Audience) -> list[Person]:
    """The active people of an audience who can take quizzes, by code."""
    query = _takers(access)
    match audience.kind:
        case AudienceKind.COHORT:
            held = select(Enrolment.person_id).join(Enrolment.cohort)
            held = held.where(Cohort.code == audience.code, Enrolment.left_at.is_(None))
            query = query.where(Person.id.in_(held))
        case AudienceKind.SITE:
            query = query.where(Person.site_id.in_(select(Site.id).where(Site.code == audience.code)))
        case AudienceKind.VENDOR:
            query = query.where(Person.vendor_id.in_(select(Vendor.id).where(Vendor.code == audience.code)))
        case AudienceKind.ROLE:
            query = query.where(Person.id.in_(_holding([audience.code])))
        case _:
            return []
    if audience.locale:
        query = query.where(Person.locale == audience.locale)
    return list(db.session.scalars(query))


def list_by_codes(access: Access, codes: Collection[str]) -> list[Person]:
    """The active people of these codes who can take quizzes, as far as this access reaches."""
    return list(db.session.scalars(_takers(access).where(Person.code.in_(list(codes)))))


def _takers(access: Access) -> Select[Person]:
    query = select(Person).where(people_access.people(access), Person.deactivated_at.is_(None))
    return query.where(Person.id.in_(_holding(roles_for("attempt.write")))).order_by(Person.code)


def _holding(roles: Collection[str]) -> Select[int]:
    return select(RoleGrant.person_id).where(RoleGrant.role.in_(list(roles)), RoleGrant.revoked_at.is_(None))


def list_assignments(
    access: Access, now: datetime, *, window: str, quiz: str, order: Order, asked: int
) -> tuple[Sequence[Listed], Page]:
    """A page of what is given, as far as this access reaches; of a quiz by its code, or of a window, if asked for."""
    found = [_assignments(access), Assignment.purpose == Purpose.ASSESSED]
    if window in WINDOWS:
        is_over = or_(Assignment.due_at <= now, Assignment.ended_at.is_not(None))
        is_to_come = and_(Assignment.opens_at > now, ~is_over)
        found.append({"over": is_over, "to_come": is_to_come, "open": ~or_(is_over, is_to_come)}[window])
    if quiz:
        found.append(Assignment.quiz_id.in_(select(Quiz.id).where(Quiz.code == quiz)))
    count = select(func.count()).select_from(Assignment).where(*found)
    page = Page.of(db.session.scalars(count).one(), asked)
    holders = select(Assignee.assignment_id, func.count().label("people")).group_by(Assignee.assignment_id).subquery()
    sat = func.count(Attempt.person_id.distinct()).label("taken")
    counts = Attempt.state != AttemptState.VOID
    takers = select(Attempt.assignment_id, sat).where(counts).group_by(Attempt.assignment_id).subquery()
    query = (
        select(Assignment, func.coalesce(holders.c.people, 0), func.coalesce(takers.c.taken, 0))
        .join(Assignment.quiz)
        .outerjoin(holders, holders.c.assignment_id == Assignment.id)
        .outerjoin(takers, takers.c.assignment_id == Assignment.id)
        .where(*found)
        .options(contains_eager(Assignment.quiz))
    )
    column = {
        "opens": Assignment.opens_at,
        "due": Assignment.due_at,
        "quiz": Quiz.code,
        "people": func.coalesce(holders.c.people, 0),
        "taken": func.coalesce(takers.c.taken, 0),
    }[order.key]
    in_order = query.order_by(column.desc() if order.is_backwards else column, Assignment.id.desc())
    return [Listed(*row) for row in db.session.execute(in_order.limit(page.size).offset(page.offset))], page


def get_assignment(access: Access, assignment_id: int) -> Assignment:
    """An assignment, as far as this access reaches; not found otherwise."""
    query = select(Assignment).where(Assignment.id == assignment_id, _assignments(access))
    assignment = db.session.scalar(query.options(joinedload(Assignment.quiz)))
    if assignment is None:
        raise NotFound
    return assignment


def list_holders(assignment: Assignment) -> list[Person]:
    """The people who have an assignment, by code."""
    query = select(Person).join(Assignee, Assignee.person_id == Person.id)
    return list(db.session.scalars(query.where(Assignee.assignment_id == assignment.id).order_by(Person.code)))


def load_excused(assignment: Assignment) -> dict[int, Assignee]:
    """Who is or was excused from an assignment, or has an end of their own, by id."""
    query = select(Assignee).where(Assignee.assignment_id == assignment.id)
    query = query.where(Assignee.excused_at.is_not(None) | Assignee.own_due_at.is_not(None))
    return {assignee.person_id: assignee for assignee in db.session.scalars(query)}


def load_takers(assignment: Assignment) -> frozenset[int]:
    """Who has begun an assignment, in an attempt that is not void."""
    own = (Attempt.assignment_id == assignment.id) & (Attempt.state != AttemptState.VOID)
    return frozenset(db.session.scalars(select(Attempt.person_id).where(own)))


def find_session(assignment: Assignment) -> TrainingSession | None:
    """The session with which an assignment stands on a cohort's calendar."""
    query = select(TrainingSession).where(TrainingSession.assignment_id == assignment.id)
    return db.session.scalar(query.options(joinedload(TrainingSession.cohort).joinedload(Cohort.site)))


def _assignments(access: Access) -> ColumnElement[bool]:
    """Those on the calendars of the cohorts that are reached, and what somebody has given themselves."""
    if Scope.ALL in access.scopes:
        return true()
    cohorts = select(Cohort.id).where(reach.cohorts(access))
    on_calendar = select(TrainingSession.assignment_id).where(
        TrainingSession.cohort_id.in_(cohorts), TrainingSession.assignment_id.is_not(None)
    )
    return Assignment.id.in_(on_calendar) | (Assignment.created_by == access.person_id)


def list_givable() -> list[Quiz]:
    """The quizzes that may be given, by code."""
    return list(db.session.scalars(select(Quiz).where(Quiz.retired_at.is_(None)).order_by(Quiz.code)))
