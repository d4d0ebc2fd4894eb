"""How far runs have come, as far as somebody reaches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import contains_eager

from lms.accounts import access as people_access
from lms.accounts.models import Person
from lms.campaigns.core.progress import Standing, State, Tally, tally
from lms.campaigns.models import CampaignPlace
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.figures import is_small
from lms.policies.models import Module, Section
from lms.questions.models import SectionLink
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.excuse import Excuse
from lms.quizzes.models import Assignee, Assignment, Attempt, GradingItem, GradingRun
from lms.quizzes.queries import is_current_run, join_marks
from lms.quizzes.queries.regrading import CLOSED
from lms.sites.models import Site


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a run."""

    person: Person
    assignment_id: int
    state: State
    due_at: datetime
    zone_name: str
    excused_until: date | None
    excuse: str
    is_on_leave: bool
    has_own_due: bool


def list_members(assignment_ids: Collection[int], now: datetime, access: Access | None = None) -> list[Member]:
    """Who has these assignments and where each stands, by code; those whom an access reaches, or all."""
    query = _standings(access).where(Assignee.assignment_id.in_(list(assignment_ids))).order_by(Person.code)
    return [
        _member(assignee, assignment, now, Taken(bool(is_open), bool(is_closed), _known(passed)))
        for assignee, assignment, is_open, is_closed, passed in db.session.execute(query)
    ]


def _standings(access: Access | None) -> Select[Any]:
    """The assignees that are reached, each with the assignment and what they have done of it."""
    sat = (
        select(
            Attempt.assignment_id,
            Attempt.person_id,
            func.max(case((Attempt.state == AttemptState.OPEN, 1), else_=0)).label("is_open"),
            func.max(case((Attempt.state.in_(CLOSED), 1), else_=0)).label("is_closed"),
            func.max(case((GradingRun.passed, 1), (GradingRun.id.is_not(None), 0))).label("passed"),
        )
        .outerjoin(GradingRun, is_current_run())
        .group_by(Attempt.assignment_id, Attempt.person_id)
        .subquery()
    )
    own = (sat.c.assignment_id == Assignee.assignment_id) & (sat.c.person_id == Assignee.person_id)
    reached: ColumnElement[bool] = people_access.people(access) if access is not None else true()
    return (
        select(Assignee, Assignment, sat.c.is_open, sat.c.is_closed, sat.c.passed)
        .join(Assignee.assignment)
        .join(Assignee.person)
        .outerjoin(sat, own)
        .where(reached)
        .options(contains_eager(Assignee.person))
    )


def _known(passed: int | None) -> bool | None:
    return None if passed is None else bool(passed)


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody has done of an assignment."""

    is_open: bool
    is_closed: bool
    passed: bool | None


def _member(assignee: Assignee, assignment: Assignment, now: datetime, taken: Taken) -> Member:
    due_at = assignee.own_due_at if assignee.own_due_at and not assignment.ended_at else assignment.due_at
    excuse = Excuse(assignee.excused_at, assignee.excused_until)
    is_excused = excuse.holds(now, ZoneInfo(assignment.zone_name))
    standing = Standing(taken.is_open, taken.is_closed, taken.passed, due_at, is_excused)
    return Member(
        person=assignee.person,
        assignment_id=assignment.id,
        state=standing.state(now),
        due_at=due_at,
        zone_name=assignment.zone_name,
        excused_until=assignee.excused_until if is_excused else None,
        excuse=(assignee.excuse or "") if is_excused else "",
        is_on_leave=is_excused and assignee.is_on_leave,
        has_own_due=due_at != assignment.due_at,
    )


def load_tallies(run_ids: Collection[int], now: datetime, access: Access) -> dict[int, dict[str, Tally]]:
    """The counts of each of these runs by the code of the site, of the people whom the access reaches."""
    states: dict[int, dict[str, list[State]]] = {run_id: {} for run_id in run_ids}
    query = _standings(access).where(CampaignPlace.run_id.in_(list(run_ids)))
    query = query.join(CampaignPlace, CampaignPlace.assignment_id == Assignee.assignment_id)
    query = query.join(Site, Site.id == CampaignPlace.site_id).add_columns(CampaignPlace.run_id, Site.code)
    for assignee, assignment, is_open, is_closed, passed, run_id, site in db.session.execute(query):
        state = _member(assignee, assignment, now, Taken(bool(is_open), bool(is_closed), _known(passed))).state
        states[run_id].setdefault(site, []).append(state)
    return {run_id: {site: tally(found) for site, found in sorted(of_run.items())} for run_id, of_run in states.items()}


@dataclass(frozen=True, slots=True)
class Weakest:
    """The section of a run with the lowest share of marks."""

    section: str
    people: int
    percent: int


def load_weakest(run_ids: Collection[int], access: Access) -> dict[int, Weakest]:
    """The weakest section of each of these runs, among those that enough people were asked about."""
    name = Module.code + "/" + Section.key
    figures = (
        func.count(Attempt.person_id.distinct()).label("people"),
        (func.sum(GradingItem.awarded_thousandths) * 100 / func.sum(GradingItem.max_thousandths)).label("percent"),
    )
    query = (
        join_marks(select(CampaignPlace.run_id, name.label("section"), *figures))
        .join(CampaignPlace, CampaignPlace.assignment_id == Attempt.assignment_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Section, Section.id == SectionLink.section_id)
        .join(Module, Module.id == Section.module_id)
        .where(CampaignPlace.run_id.in_(list(run_ids)), people_access.people(access))
        .group_by(CampaignPlace.run_id, name)
        .order_by("percent", "section")
    )
    found: dict[int, Weakest] = {}
    for run_id, section, people, percent in db.session.execute(query):
        if not is_small(people):
            found.setdefault(run_id, Weakest(section, people, int(percent)))
    return found
