"""Reads what came too late: what waits, what was counted after all, and the answers that a grading rests on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, case, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.foundation.db import db
from lms.quizzes.core.answers import Event
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.regrading import Standing
from lms.quizzes.models import Attempt, GradingRun, LateEvent
from lms.quizzes.queries.attempts import load_events


def load_graded_events(attempt_id: str) -> list[Event]:
    """The answer log of an attempt with the late answers that were admitted: what its grading rests on."""
    query = select(LateEvent).where(LateEvent.attempt_id == attempt_id, LateEvent.admitted_run_id.is_not(None))
    return [*load_events(attempt_id), *map(event_of, db.session.scalars(query.order_by(LateEvent.id)))]


def event_of(late: LateEvent) -> Event:
    """A late event as a value."""
    return Event(late.epoch, late.seq, late.position, late.locale, late.payload)


@dataclass(frozen=True, slots=True)
class LateAnswers:
    """Of how many questions answers came too late: not looked at yet, counted after all, and left out."""

    waiting: int
    counted: int
    left_out: int


def load_late_answers(attempt_id: str) -> LateAnswers:
    """What has become of the late answers of an attempt."""
    row = db.session.execute(_COUNTS, {"attempt_id": attempt_id}).one()
    return LateAnswers(row[0], row[1], row[2])


_IS_COUNTED, _IS_REVIEWED = LateEvent.admitted_run_id.is_not(None), LateEvent.reviewed_at.is_not(None)
_COUNTS = select(
    *(
        func.count(case((kind, LateEvent.position)).distinct())
        for kind in (~_IS_REVIEWED, and_(_IS_REVIEWED, _IS_COUNTED), and_(_IS_REVIEWED, ~_IS_COUNTED))
    )
).where(LateEvent.attempt_id == bindparam("attempt_id"))


@dataclass(frozen=True, slots=True)
class Admission:
    """A grading in which late answers were counted, and how the score stood before it."""

    at: datetime
    before: Standing
    after: Standing


def load_admissions(attempt_id: str) -> list[Admission]:
    """The gradings of an attempt in which late answers were counted, the newest first."""
    before = aliased(GradingRun)
    counted = select(LateEvent.admitted_run_id).where(LateEvent.attempt_id == attempt_id)
    query = (
        select(GradingRun, before)
        .join(before, and_(before.attempt_id == GradingRun.attempt_id, before.run_no == GradingRun.run_no - 1))
        .where(GradingRun.id.in_(counted.where(LateEvent.admitted_run_id.is_not(None))))
        .order_by(GradingRun.run_no.desc())
    )
    return [
        Admission(run.created_at, standing_of(earlier), standing_of(run)) for run, earlier in db.session.execute(query)
    ]


def standing_of(run: GradingRun) -> Standing:
    """A score, and whether it passes."""
    return Standing(run.score_thousandths, run.max_thousandths, run.passed)


def list_void(person_id: int) -> list[Attempt]:
    """A person's attempts that count no more, the newest first."""
    query = select(Attempt).where(Attempt.person_id == person_id, Attempt.state == AttemptState.VOID)
    query = query.where(Attempt.purpose == Purpose.ASSESSED).options(joinedload(Attempt.quiz_version))
    return list(db.session.scalars(query.order_by(Attempt.closed_at.desc())))


def load_waiting(attempt_ids: Collection[str], until_id: int | None = None) -> dict[str, list[LateEvent]]:
    """The late events of each attempt that nobody has decided on, in the order in which they came."""
    query = select(LateEvent).where(LateEvent.attempt_id.in_(attempt_ids), LateEvent.reviewed_at.is_(None))
    if until_id is not None:
        query = query.where(LateEvent.id <= until_id)
    found: dict[str, list[LateEvent]] = {}
    for event in db.session.scalars(query.order_by(LateEvent.id)):
        found.setdefault(event.attempt_id, []).append(event)
    return found
