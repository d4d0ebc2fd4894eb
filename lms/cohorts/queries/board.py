"""The list of cohorts: a page of them by state, and how the people of each stand.

One cohort takes as many queries as fifty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from lms.cohorts import access as reach
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.readiness import (
    Facts,
    GateKind,
    GivenQuiz,
    Standing,
    asks_for_briefing,
    evaluate,
    quiz_average,
    standing,
)
from lms.cohorts.core.roll_call import CALLED_KINDS
from lms.cohorts.models import (
    Attendance,
    Cohort,
    CohortTrainer,
    Enrolment,
    GateDecision,
    GateDecisionKind,
    SessionState,
    TrainingSession,
)
from lms.cohorts.queries import Progress
from lms.cohorts.queries.asked import load_criteria
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.pages import SIZE, Page
from lms.policies.models import Module, PolicyVersion
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.models import Assignee, Assignment, Attempt, GradingRun
from lms.quizzes.queries import is_current_run
from lms.wellbeing import queries as wellbeing

Key = tuple[int, int]
"""A cohort and a person, by their ids."""


class BoardState(StrEnum):
    """Which cohorts the list shows."""

    CURRENT = "current"
    RUNNING = "running"
    PLANNED = "planned"
    PAST = "past"


def list_board(access: Access, state: BoardState, today: date, now: datetime, asked: int) -> tuple[list[Cohort], Page]:
    """A page of the cohorts of a state by go-live, the past ones with the last first, as far as this access reaches."""
    which = (reach.cohorts(access), _in_state(state, today, now))
    order = Cohort.go_live_on.desc() if state is BoardState.PAST else Cohort.go_live_on
    query = (
        select(Cohort, func.count().over())
        .where(*which)
        .options(joinedload(Cohort.site), joinedload(Cohort.template))
        .options(selectinload(Cohort.trainers).joinedload(CohortTrainer.person))
        .order_by(order, Cohort.code)
        .limit(SIZE)
    )
    rows = db.session.execute(query.offset(max(0, asked - 1) * SIZE)).all()
    if rows or asked <= 1:  # the page itself says how many there are; only one beyond the end has to be counted
        return [row[0] for row in rows], Page.of(rows[0][1] if rows else 0, asked)
    page = Page.of(db.session.scalar(select(func.count()).select_from(Cohort).where(*which)) or 0, asked)
    return [row[0] for row in db.session.execute(query.offset(page.offset))], page


def load_members(cohort_ids: Collection[int]) -> dict[int, list[int]]:
    """The ids of the people of each of these cohorts."""
    found: dict[int, list[int]] = {cohort_id: [] for cohort_id in cohort_ids}
    query = select(Enrolment.cohort_id, Enrolment.person_id)
    for cohort_id, person_id in db.session.execute(query.where(Enrolment.cohort_id.in_(found), _is_in())):
        found[cohort_id].append(person_id)
    return found


@dataclass(frozen=True, slots=True)
class Timetables:
    """What the planned sessions of cohorts say, by the id of the cohort: how many call a roll, the modules whose first
    session is yet to begin, and when nesting begins where there is some.
    """

    called: dict[int, int] = field(default_factory=dict)
    to_be_taught: dict[int, set[str]] = field(default_factory=dict)
    nesting: dict[int, datetime] = field(default_factory=dict)


def load_standings(
    cohorts: Sequence[Cohort],
    members: Mapping[int, Collection[int]],
    progress: Mapping[int, Progress],
    in_force: Collection[PolicyVersion],
    acknowledged: Collection[tuple[int, int]],
    timetables: Timetables,
    now: datetime,
) -> dict[int, dict[Standing, int]]:
    """How many people of each of these cohorts stand how on the way to go-live."""
    ids = [cohort.id for cohort in cohorts]
    quizzes, marks, decided = _quizzes(ids), _marks(ids), _decided(ids)
    asked = load_criteria(cohorts, in_force)
    to_brief = [cohort_id for cohort_id, criteria in asked.items() if asks_for_briefing(criteria)]
    briefed = wellbeing.load_briefed({one for key in to_brief for one in members[key]}) if to_brief else {}
    found: dict[int, dict[Standing, int]] = {}
    for cohort in cohorts:
        criteria = asked[cohort.id]
        named = {module for criterion in criteria for module in criterion.modules}
        wanted = named or {version.module.code for version in in_force}
        versions = {version.id: version.module.code for version in in_force if version.module.code in wanted}
        taught = wanted - timetables.to_be_taught.get(cohort.id, set())
        counts = dict.fromkeys(Standing, 0)
        for person_id in members[cohort.id]:
            key = (cohort.id, person_id)
            of_status = marks.get(key, {})
            been = of_status.get(AttendanceStatus.PRESENT, 0) + of_status.get(AttendanceStatus.LATE, 0)
            decisions = decided.get(key, {})
            read = {module for version, module in versions.items() if (person_id, version) in acknowledged}
            facts = Facts(
                day=progress[cohort.id].day,
                quiz_percent=quiz_average(quizzes.get(key, ()), now),
                agreement_percent=None,
                acknowledged=(len(read), len(wanted)),
                unread=len(taught - read),
                attended=(been, been + of_status.get(AttendanceStatus.ABSENT, 0)),
                sessions_planned=timetables.called.get(cohort.id, 0) - of_status.get(AttendanceStatus.EXCUSED, 0),
                briefed_at=briefed.get(person_id),
                signed_off=decisions.get(GateKind.SIGN_OFF) == GateDecisionKind.SIGNED_OFF,
                waived=frozenset(gate for gate, kind in decisions.items() if kind == GateDecisionKind.WAIVED),
            )
            counts[standing(evaluate(criteria, facts), progress[cohort.id].days_left)] += 1
        found[cohort.id] = counts
    return found


def _in_state(state: BoardState, today: date, now: datetime) -> ColumnElement[bool]:
    begun = exists().where(TrainingSession.cohort_id == Cohort.id, TrainingSession.starts_at <= now)
    is_ahead = (Cohort.go_live_on >= today) & Cohort.called_off_at.is_(None)
    match state:
        case BoardState.CURRENT:
            return is_ahead
        case BoardState.RUNNING:
            return is_ahead & begun
        case BoardState.PLANNED:
            return is_ahead & ~begun
        case BoardState.PAST:
            return ~is_ahead


def _is_in() -> ColumnElement[bool]:
    return Enrolment.left_at.is_(None)


def _quizzes(cohort_ids: Collection[int]) -> dict[Key, list[GivenQuiz]]:
    """What each cohort has given to each of its people, with the best result of each."""
    own = (Attempt.assignment_id == Assignee.assignment_id) & (Attempt.person_id == Assignee.person_id)
    counted = (Attempt.purpose == Purpose.ASSESSED) & Attempt.closed_at.is_not(None)
    of_member = (Enrolment.cohort_id == TrainingSession.cohort_id) & (Enrolment.person_id == Assignee.person_id)
    query = (
        select(
            TrainingSession.cohort_id,
            Assignee.person_id,
            Assignment.id,
            Assignment.due_at,
            GradingRun.score_thousandths,
            GradingRun.max_thousandths,
        )
        .join(Assignment, Assignment.id == TrainingSession.assignment_id)
        .join(Assignee, Assignee.assignment_id == Assignment.id)
        .join(Enrolment, of_member & _is_in())
        .outerjoin(Attempt, own & counted)
        .outerjoin(GradingRun, is_current_run())
        .where(TrainingSession.cohort_id.in_(cohort_ids), TrainingSession.state == SessionState.PLANNED)
        .where(Assignment.ended_at.is_(None) | GradingRun.id.is_not(None))
    )
    best: dict[tuple[Key, int], GivenQuiz] = {}
    for cohort_id, person_id, assignment_id, due_at, score, most in db.session.execute(query):
        place = ((cohort_id, person_id), assignment_id)
        before = best.get(place)
        percents = [before.percent] if before and before.percent is not None else []
        if score is not None:
            percents.append(shown_percent(score, most))
        best[place] = GivenQuiz(due_at, max(percents, default=None))
    found: dict[Key, list[GivenQuiz]] = {}
    for (key, _assignment_id), given in best.items():
        found.setdefault(key, []).append(given)
    return found


def _attended(cohort_ids: Collection[int]) -> ColumnElement[bool]:
    return (
        TrainingSession.cohort_id.in_(cohort_ids)
        & TrainingSession.kind.in_(CALLED_KINDS)
        & (TrainingSession.state == SessionState.PLANNED)
    )


def _marks(cohort_ids: Collection[int]) -> dict[Key, dict[AttendanceStatus, int]]:
    of = (TrainingSession.cohort_id, Attendance.person_id, Attendance.status)
    query = select(*of, func.count()).join(TrainingSession, TrainingSession.id == Attendance.session_id)
    found: dict[Key, dict[AttendanceStatus, int]] = {}
    for cohort_id, person_id, status, count in db.session.execute(query.where(_attended(cohort_ids)).group_by(*of)):
        found.setdefault((cohort_id, person_id), {})[AttendanceStatus(status)] = count
    return found


def load_timetables(cohorts: Sequence[Cohort], now: datetime) -> Timetables:
    """What the timetables of these cohorts say."""
    of = (TrainingSession.cohort_id, TrainingSession.kind, Module.code)
    query = select(*of, func.count(), func.min(TrainingSession.starts_at))
    query = query.outerjoin(Module, Module.id == TrainingSession.module_id)
    of_these = TrainingSession.cohort_id.in_([cohort.id for cohort in cohorts])
    planned = of_these & (TrainingSession.state == SessionState.PLANNED)
    found = Timetables()
    begins: dict[tuple[int, str], datetime] = {}
    for cohort_id, kind, module, count, first in db.session.execute(query.where(planned).group_by(*of)):
        if kind in CALLED_KINDS:
            found.called[cohort_id] = found.called.get(cohort_id, 0) + count
        if kind == StepKind.NESTING:
            found.nesting[cohort_id] = min(first, found.nesting.get(cohort_id, first))
        if module is not None:
            begins[cohort_id, module] = min(first, begins.get((cohort_id, module), first))
    for (cohort_id, module), first in begins.items():
        if first > now:
            found.to_be_taught.setdefault(cohort_id, set()).add(module)
    return found


def _decided(cohort_ids: Collection[int]) -> dict[Key, dict[GateKind, str]]:
    query = select(GateDecision).where(GateDecision.cohort_id.in_(cohort_ids), GateDecision.withdrawn_at.is_(None))
    found: dict[Key, dict[GateKind, str]] = {}
    for decision in db.session.scalars(query):
        found.setdefault((decision.cohort_id, decision.person_id), {})[GateKind(decision.gate)] = decision.decision
    return found
