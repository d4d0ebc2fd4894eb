"""A cohort that is changed: its names, its room, and its go-live day, with which everything to come moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.cohorts import queries
from lms.cohorts.actions import lock_places, slips
from lms.cohorts.actions.messages import NO_ROOM, Moved, room_message, shift_message
from lms.cohorts.actions.sessions import MOVED, booking_of, move_quiz, moved_due
from lms.cohorts.core import moving
from lms.cohorts.core.enrolment import is_in_training
from lms.cohorts.core.plan import Slot, check_go_live, day_number, training_days
from lms.cohorts.core.slips import SlipCause
from lms.cohorts.models import Cohort, TrainingSession
from lms.cohorts.queries.changes import has_room, list_planned, load_begun, lock_sessions
from lms.cohorts.queries.stand_ins import Swaps, load_swaps
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class CohortChange:
    """What a cohort is to become; ``revision`` is the one that its editor has seen.

    ``first`` is the day from which on sessions move with the go-live (None: all that is to come), ``swaps`` say who or
    which room a session gets on the way, and ``cause`` and ``reason`` why the go-live moves.
    """

    name_text: Mapping[str, str]
    go_live_on: date
    room_id: int | None
    revision: int | None
    first: date | None = None
    swaps: Sequence[tuple[str, str, int]] = ()
    cause: SlipCause | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change means for the calendar: which sessions move when, which get another room, and what stays."""

    sessions: Sequence[TrainingSession]
    moves: Mapping[int, Slot]
    rooms: frozenset[int]
    room_id: int | None
    begun: int
    aside: int
    swaps: Swaps = field(default_factory=Swaps)

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

    def trainer_of(self, session: TrainingSession) -> int | None:
        """Who holds a session afterwards."""
        return self.swaps.trainers.get(session.id, session.trainer_id)

    def room_of(self, session: TrainingSession) -> int | None:
        """Where a session is afterwards."""
        return self.swaps.rooms.get(session.id, self.room_id if session.id in self.rooms else session.room_id)


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
        check_movable(cohort, today)
        if change.go_live_on < today:
            raise Invalid("cohort.go_live_past", field="go_live_on")
        calendar = queries.load_calendar(cohort.site, cohort.go_live_on, change.go_live_on, today)
        check_go_live(change.go_live_on, calendar)
        shift = moving.Shift(cohort.go_live_on, change.go_live_on, calendar, zone, now, change.first)
        found = moving.moves(placed, shift)
        followed = moving.lay_anew(placed, shift.before, shift.after, calendar, shift.first)
        aside = sum(not moving.is_kept(session, shift.first) and session.key not in followed for session in placed)
    roomed = [session for session in planned if has_room(session, now)]
    usual = moving.usual_room([session.room_id for session in roomed])
    rooms = [s.id for s in roomed if s.room_id == usual] if change.room_id != usual else []
    held = sum(session.has_begun for session in placed)
    outcome = Outcome(planned, found, frozenset(rooms), change.room_id, held, aside)
    return replace(outcome, swaps=load_swaps(cohort, [s for s in planned if s.id in found], change.swaps))


def check_movable(cohort: Cohort, today: date) -> None:
    """Raise ``Invalid`` on ``go_live_on`` for a cohort of which the go-live cannot move any more."""
    if cohort.called_off_at is not None:
        raise Invalid("cohort.called_off", field="go_live_on")
    if not is_in_training(cohort.go_live_on, today):
        raise Invalid("cohort.live_already", field="go_live_on")


def change_cohort(cohort: Cohort, change: CohortChange, *, seen: str, by: Person) -> None:
    """Change a cohort; sessions to come move with its go-live day, and the windows of their quizzes with them.

    ``seen`` is the mark of what whoever saves was shown. Raises ``Conflict`` when the cohort was changed since it was
    looked at, ``Invalid`` on ``go_live_on`` when that day cannot be, or its sessions were changed in the meantime, and
    on ``cause`` where a go-live moves and nobody says why.
    """
    hold(cohort)
    if cohort.revision != change.revision:
        raise Conflict("cohort.changed_meanwhile")
    outcome = foresee(cohort, change, lock_sessions(cohort))
    if outcome.changed and outcome.mark != seen:
        raise Invalid("cohort.sessions_changed", field="go_live_on")
    lock_places(outcome.swaps.rooms.values(), outcome.swaps.trainers.values())
    if (wrong := outcome.swaps.taken_by(outcome.sessions, outcome.moves)) is not None:
        raise Invalid("slip.not_free", field="go_live_on", title=wrong.title_text)
    before, before_on = _facts(cohort), cohort.go_live_on
    cohort.name_text, cohort.go_live_on = dict(change.name_text), change.go_live_on
    told = concerned(cohort, outcome, by)
    joining = slips.let_in(cohort, outcome.swaps.trainers.values(), by)
    keeping = slips.Keeping(outcome.changed)
    moved = moved_by(cohort, outcome)
    entries = _move(cohort, outcome, by)
    if before == _facts(cohort) and not entries:
        return
    cohort.revision += 1
    db.session.flush()
    chain_id, extra = cohort.site.vendor_id, {}
    if cohort.go_live_on != before_on:
        slip = slips.keep(cohort, before_on, change.cause, change.reason, keeping, joining, told, by=by)
        extra = {"slip_cause": slip.cause}  # the reason stays in its row: it may name people
        kind, facts = shift_message(cohort, before_on, cohort.go_live_on, moved)
        notices.tell(kind, slips.about(slip), told, **facts)
    elif entries:
        kind, facts = room_message(cohort, outcome.room_id, moved)
        notices.tell(kind, cohort.code, told, **facts)
    after, count = _facts(cohort), len(entries)
    journal.record(
        "cohort.change",
        actor=by.code,
        object=cohort.code,
        chain_id=chain_id,
        before=before,
        after=after,
        sessions=count or None,
        **extra,
    )
    journal.record_many(entries)


def concerned(cohort: Cohort, outcome: Outcome, by: Person) -> set[int]:
    """Who is told of what changes: the people of the cohort and the trainers of its sessions, but for who does it."""
    if not outcome.changed:
        return set()
    trainers = {trainer for s in outcome.changed for trainer in (s.trainer_id, outcome.trainer_of(s))} - {None}
    people = {person.id for person in queries.list_members(cohort)}
    return {key for key in {*people, *trainers} if key is not None} - {by.id}


def moved_by(cohort: Cohort, outcome: Outcome) -> list[Moved]:
    """What a message says of each session that changes; to be asked before anything is written."""
    rooms = {room.id: room.name for room in cohort.site.rooms}
    found = []
    for session in outcome.changed:
        span = outcome.moves.get(session.id)
        given = session.assignment
        due_at = moved_due(session, given, span.starts_at) if given is not None and span is not None else None
        swapped, room_id = outcome.swaps.people.get(session.id), outcome.room_of(session)
        found.append(
            Moved(
                title_text=session.title_text,
                before_at=session.starts_at,
                after_at=span.starts_at if span else session.starts_at,
                due_at=due_at,
                room=rooms.get(room_id or 0, NO_ROOM) if room_id != session.room_id else None,
                trainer=swapped.code if swapped else None,
            )
        )
    return found


def _move(cohort: Cohort, outcome: Outcome, by: Person) -> list[journal.Entry]:
    """Write the moves, rooms and swaps; returns what the trail keeps of each session."""
    now, zone = clock.now(), ZoneInfo(cohort.site.zone_name)
    calendar = queries.load_calendar(cohort.site, cohort.go_live_on)
    days = training_days(cohort.go_live_on, cohort.template.day_count, calendar)
    rooms = {room.id: room for room in cohort.site.rooms}
    before = {session.id: booking_of(session) for session in outcome.changed}
    entries = []
    for session in outcome.changed:
        span = outcome.moves.get(session.id)
        if span is not None:
            if session.assignment is not None:
                move_quiz(session, session.assignment, span.starts_at, by, field="go_live_on", is_told=False)
            session.starts_at, session.ends_at = span.starts_at, span.ends_at
            session.day = day_number(days, span.starts_at.astimezone(zone).date())
        room_id = outcome.room_of(session)
        if room_id != session.room_id:
            session.room = rooms.get(room_id) if room_id is not None else None
        if session.id in outcome.swaps.people:
            session.trainer = outcome.swaps.people[session.id]
        session.sequence += 1
        session.changed_at = now
        notices.settle(MOVED, about=session.public_id)
    db.session.flush()
    for session in outcome.changed:
        facts: dict[str, Any] = {"before": before[session.id], "after": booking_of(session)}
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
