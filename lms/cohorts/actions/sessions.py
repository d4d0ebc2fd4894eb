"""Sessions of a cohort: added, changed, moved, cancelled. Each change raises the sequence that calendars follow."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.cohorts import queries
from lms.cohorts.actions import lock_places, refuse_called_off
from lms.cohorts.core.plan import Step, StepKind, slot
from lms.cohorts.models import Cohort, SessionState, TrainingSession
from lms.cohorts.queries.sessions import find_clash
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.ids import public_id
from lms.kit.problems import Conflict, Invalid, Problem
from lms.quizzes.actions import assignments
from lms.quizzes.models import Assignment

MOVED, CANCELLED = "session.moved", "session.cancelled"


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What a session is to be: its day and wall time at the cohort's site, its room and trainer."""

    kind: StepKind
    title_text: Mapping[str, str]
    detail_text: Mapping[str, str]
    on: date
    starts: time
    minutes: int
    room_id: int | None
    trainer_id: int | None


def add_session(cohort: Cohort, plan: SessionPlan, *, by: Person) -> TrainingSession:
    """Put a session on a cohort's calendar. Raises ``Invalid`` where it cannot take place."""
    refuse_called_off(cohort, "on")
    starts_at, ends_at = _span(cohort, plan)
    _check(cohort, plan, starts_at, ends_at, None)
    day = queries.load_progress([cohort], starts_at)[cohort.id].day
    session = TrainingSession(
        public_id=public_id(secrets.token_bytes(16)), cohort=cohort, state=SessionState.PLANNED, sequence=0
    )
    _fill(session, plan, day, starts_at, ends_at)
    db.session.add(session)
    db.session.flush()
    _record("timetable.add", session, by, starts_at=starts_at.isoformat())
    return session


def change_session(session: TrainingSession, plan: SessionPlan, *, sequence: int, by: Person) -> None:
    """Change or move a session; the window of its quiz moves with it.

    Raises ``Conflict`` when it was changed since it was looked at, or is cancelled.
    """
    _lock(session, sequence)
    cohort = session.cohort
    starts_at, ends_at = _span(cohort, plan)
    before = (session.starts_at, session.ends_at, session.room_id, session.trainer_id)
    booked = booking_of(session)
    if before != (starts_at, ends_at, plan.room_id, plan.trainer_id):
        _check(cohort, plan, starts_at, ends_at, session)
    if session.assignment is not None and starts_at != session.starts_at:
        move_quiz(session, session.assignment, starts_at, by)
    _fill(session, plan, queries.load_progress([cohort], starts_at)[cohort.id].day, starts_at, ends_at)
    session.sequence += 1
    db.session.flush()
    db.session.refresh(session, ["room", "trainer"])
    _record("timetable.change", session, by, before=booked, after=booking_of(session))
    if before[:3] != (session.starts_at, session.ends_at, session.room_id):
        _tell(MOVED, session, by, {"before_at": before[0]})


def cancel_session(session: TrainingSession, *, sequence: int, by: Person) -> None:
    """Cancel a session: calendars strike it out, a quiz of it ends and counts no more."""
    _lock(session, sequence)
    now = clock.now()
    if session.ends_at <= now:
        raise Conflict("session.over")
    given = session.assignment
    if given is not None and given.ended_at is None:
        assignments.end(given, revision=given.revision, by=by)
    session.state = SessionState.CANCELLED
    session.sequence += 1
    session.changed_at = now
    db.session.flush()
    _record("timetable.cancel", session, by, starts_at=session.starts_at.isoformat())
    notices.settle(MOVED, about=session.public_id)
    _tell(CANCELLED, session, by)


def _lock(session: TrainingSession, sequence: int) -> None:
    hold(session)
    if session.state == SessionState.CANCELLED:
        raise Conflict("session.cancelled")
    if session.sequence != sequence:
        raise Conflict("session.changed_meanwhile")


def _span(cohort: Cohort, plan: SessionPlan) -> tuple[datetime, datetime]:
    if plan.starts.hour * 60 + plan.starts.minute + plan.minutes > 24 * 60:
        raise Invalid("session.past_midnight", field="minutes")
    found = slot(Step(1, plan.starts, plan.minutes), plan.on, ZoneInfo(cohort.site.zone_name))
    return found.starts_at, found.ends_at


def _check(
    cohort: Cohort, plan: SessionPlan, starts_at: datetime, ends_at: datetime, session: TrainingSession | None
) -> None:
    """Nothing begins in the past, and nobody and no room is booked twice."""
    if starts_at <= clock.now() and (session is None or starts_at != session.starts_at):
        raise Invalid("session.begins_in_past", field="starts")
    lock_places([plan.room_id], [plan.trainer_id])
    clash = find_clash(cohort, plan.room_id, plan.trainer_id, starts_at, ends_at, session.id if session else None)
    if clash is not None:
        own, room = clash.cohort_id == cohort.id, plan.room_id is not None and clash.room_id == plan.room_id
        field = "starts" if own else "room" if room else "trainer"
        raise Invalid(
            f"session.{'cohort' if own else field}_taken",
            field=field,
            title=clash.title_text,
            starts_at=clash.starts_at,
            ends_at=clash.ends_at,
            zone_name=cohort.site.zone_name,
        )


def _fill(session: TrainingSession, plan: SessionPlan, day: int, starts_at: datetime, ends_at: datetime) -> None:
    session.day = day
    session.kind = StepKind.QUIZ if session.assignment is not None else plan.kind
    session.title_text, session.detail_text = dict(plan.title_text), dict(plan.detail_text)
    session.starts_at, session.ends_at = starts_at, ends_at
    session.room_id, session.trainer_id = plan.room_id, plan.trainer_id
    session.changed_at = clock.now()


def move_quiz(
    session: TrainingSession,
    given: Assignment,
    starts_at: datetime,
    by: Person,
    *,
    field: str = "starts",
    is_told: bool = True,
) -> None:
    """The quiz opens when its session begins, and is due as many days later at the same time of the wall as before."""
    window = {"opens_at": starts_at, "due_at": moved_due(session, given, starts_at)}
    try:
        assignments.change_window(given, **window, revision=given.revision, by=by, is_told=is_told)
    except Problem as problem:
        raise Invalid(problem.code, field=field, **problem.facts) from problem


def moved_due(session: TrainingSession, given: Assignment, starts_at: datetime) -> datetime:
    """When a quiz is due once its session is at another time."""
    zone = ZoneInfo(given.zone_name)
    days = starts_at.astimezone(zone).date() - session.starts_at.astimezone(zone).date()
    due = given.due_at.astimezone(zone)
    return datetime.combine(due.date() + timedelta(days=days.days), due.time(), tzinfo=zone)


def _tell(kind: str, session: TrainingSession, by: Person, facts: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Tell the cohort and the session's trainer; of a quiz its own notices tell."""
    if session.assignment is not None:
        return
    people = {person.id for person in queries.list_members(session.cohort)} | {session.trainer_id or by.id}
    notices.tell(
        kind,
        session.public_id,
        people - {by.id},
        session_text=session.title_text,
        starts_at=session.starts_at,
        zone_name=session.cohort.site.zone_name,
        **facts,
    )


def booking_of(session: TrainingSession) -> dict[str, str | None]:
    """When and where a session is and who holds it, as the trail keeps it: the name of the room, the trainer's code."""
    return {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "room": session.room.name if session.room else None,
        "trainer": session.trainer.code if session.trainer else None,
    }


def _record(action: str, session: TrainingSession, by: Person, **facts: Any) -> None:
    cohort = session.cohort
    name = f"{cohort.code} {session.public_id}"
    journal.record(action, actor=by.code, object=name, chain_id=cohort.site.vendor_id, **facts)
