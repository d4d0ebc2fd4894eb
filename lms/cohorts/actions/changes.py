"""A cohort that is changed: its names, its room, and its go-live day, with which everything to come moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.cohorts import queries
from lms.cohorts.actions.sessions import MOVED, booking_of, move_quiz
from lms.cohorts.core import moving
from lms.cohorts.core.enrolment import is_in_training
from lms.cohorts.core.plan import Slot, check_go_live, day_number, training_days
from lms.cohorts.models import Cohort, TrainingSession
from lms.cohorts.queries.changes import has_room, list_planned, load_begun, lock_sessions
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class CohortChange:
    """What a cohort is to become; ``revision`` is the one that its editor has seen."""

    name_text: Mapping[str, str]
    go_live_on: date
    room_id: int | None
    revision: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change means for the calendar: which sessions move when, which get another room, and what stays."""

    sessions: Sequence[TrainingSession]
    moves: Mapping[int, Slot]
    rooms: frozenset[int]
    room_id: int | None
    begun: int
    aside: int

    @property
    def changed(self) -> list[TrainingSession]:
        """The sessions that move or get another room, in order."""
        return [session for session in self.sessions if session.id in self.moves or session.id in self.rooms]

    @property
    def quizzes(self) -> int:
        """How many windows of quizzes move with their sessions."""
        return sum(session.id in self.moves and session.assignment_id is not None for session in self.sessions)

    @property
    def mark(self) -> str:
        """What stands for all that will happen."""
        return moving.mark(self.moves, self.rooms)


def foresee(cohort: Cohort, change: CohortChange, sessions: Sequence[TrainingSession] | None = None) -> Outcome:
    """What a change would do; nothing is written.

    Raises ``Invalid`` on ``go_live_on`` for a cohort that is live, or a day that is past, not worked, or too early.
    """
    now, zone = clock.now(), ZoneInfo(cohort.site.zone_name)
    planned = list_planned(cohort) if sessions is None else sessions
    begun = load_begun(planned)
    placed = [_placed(session, zone, now, begun) for session in planned]
    found: dict[int, Slot] = {}
    aside = 0
    if change.go_live_on != cohort.go_live_on:
        today = now.astimezone(zone).date()
        if cohort.called_off_at is not None:
            raise Invalid("cohort.called_off", field="go_live_on")
        if not is_in_training(cohort.go_live_on, today):
            raise Invalid("cohort.live_already", field="go_live_on")
        if change.go_live_on < today:
            raise Invalid("cohort.go_live_past", field="go_live_on")
        calendar = queries.load_calendar(cohort.site, cohort.go_live_on, change.go_live_on, today)
        check_go_live(change.go_live_on, calendar)
        shift = moving.Shift(cohort.go_live_on, change.go_live_on, calendar, zone, now)
        found = moving.moves(placed, shift)
        followed = moving.lay_anew(placed, shift.before, shift.after, calendar)
        aside = sum(not session.has_begun and session.key not in followed for session in placed)
    roomed = [session for session in planned if has_room(session, now)]
    usual = moving.usual_room([session.room_id for session in roomed])
    rooms = [s.id for s in roomed if s.room_id == usual] if change.room_id != usual else []
    held = sum(session.has_begun for session in placed)
    return Outcome(planned, found, frozenset(rooms), change.room_id, held, aside)


def change_cohort(cohort: Cohort, change: CohortChange, *, seen: str, by: Person) -> None:
    """Change a cohort; sessions to come move with its go-live day, and the windows of their quizzes with them.

    ``seen`` is the mark of what whoever saves was shown. Raises ``Conflict`` when the cohort was changed since it was
    looked at, ``Invalid`` on ``go_live_on`` when that day cannot be, or its sessions were changed in the meantime.
    """
    hold(cohort)
    if cohort.revision != change.revision:
        raise Conflict("cohort.changed_meanwhile")
    outcome = foresee(cohort, change, lock_sessions(cohort))
    if outcome.changed and outcome.mark != seen:
        raise Invalid("cohort.sessions_changed", field="go_live_on")
    before = _facts(cohort)
    cohort.name_text, cohort.go_live_on = dict(change.name_text), change.go_live_on
    entries = _move(cohort, outcome, by)
    if before == _facts(cohort) and not entries:
        return
    cohort.revision += 1
    db.session.flush()
    chain_id = cohort.site.vendor_id
    after, count = _facts(cohort), len(entries)
    journal.record(
        "cohort.change",
        actor=by.code,
        object=cohort.code,
        chain_id=chain_id,
        before=before,
        after=after,
        sessions=count or None,
    )
    journal.record_many(entries)


def concerned(cohort: Cohort, outcome: Outcome, by: Person) -> set[int]:
    """Who is told of what changes: the people of the cohort and the trainers of its sessions, but for who does it."""
    if not outcome.changed:
        return set()
    trainers = {session.trainer_id for session in outcome.changed if session.trainer_id is not None}
    return {person.id for person in queries.list_members(cohort)} | trainers - {by.id}


def _move(cohort: Cohort, outcome: Outcome, by: Person) -> list[journal.Entry]:
    """Write the moves and rooms, and tell of them; returns what the trail keeps of each session."""
    now, zone = clock.now(), ZoneInfo(cohort.site.zone_name)
    calendar = queries.load_calendar(cohort.site, cohort.go_live_on)
    days = training_days(cohort.go_live_on, cohort.template.day_count, calendar)
    before = {session.id: (session.starts_at, booking_of(session)) for session in outcome.changed}
    for session in outcome.changed:
        span = outcome.moves.get(session.id)
        if span is not None:
            if session.assignment is not None:
                move_quiz(session, session.assignment, span.starts_at, by, field="go_live_on")
            session.starts_at, session.ends_at = span.starts_at, span.ends_at
            session.day = day_number(days, span.starts_at.astimezone(zone).date())
        if session.id in outcome.rooms:
            session.room = next((room for room in cohort.site.rooms if room.id == outcome.room_id), None)
        session.sequence += 1
        session.changed_at = now
    db.session.flush()
    members = {person.id for person in queries.list_members(cohort)} if before else set()
    entries = []
    for session in outcome.changed:
        before_at, booked = before[session.id]
        if session.assignment is None:  # of a quiz its own notices tell
            notices.tell(
                MOVED,
                session.public_id,
                (members | {session.trainer_id or by.id}) - {by.id},
                session_text=session.title_text,
                starts_at=session.starts_at,
                zone_name=cohort.site.zone_name,
                before_at=before_at,
            )
        facts: dict[str, Any] = {"before": booked, "after": booking_of(session)}
        name = f"{cohort.code} {session.public_id}"
        entries.append(journal.Entry("timetable.change", by.code, name, now, cohort.site.vendor_id, facts))
    return entries


def _placed(session: TrainingSession, zone: ZoneInfo, now: datetime, begun: frozenset[int]) -> moving.Placed:
    here = session.starts_at.astimezone(zone)
    return moving.Placed(
        key=session.id,
        day=session.day,
        on=here.date(),
        starts=here.time(),
        minutes=int((session.ends_at - session.starts_at).total_seconds()) // 60,
        has_begun=session.starts_at <= now or session.assignment_id in begun,
    )


def _facts(cohort: Cohort) -> dict[str, Any]:
    """A cohort as the trail keeps it."""
    return {"name_text": dict(cohort.name_text), "go_live": cohort.go_live_on.isoformat()}
