"""The log of shifts: why a plan was moved, what moved, and how all of it is undone within some minutes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select

from lms.accounts.models import Person
from lms.cohorts.actions import add_trainer, lock_places, record_trainer
from lms.cohorts.actions.messages import NO_ROOM, SHIFTED, Moved, undo_message
from lms.cohorts.actions.sessions import booking_of
from lms.cohorts.core.slips import SlipCause, changed_since, is_in_time
from lms.cohorts.models import Attendance, Cohort, CohortTrainer, Slip, TrainingSession
from lms.cohorts.queries.changes import load_begun, load_taken_since, lock_sessions, span_of
from lms.foundation import clock, journal, notices
from lms.foundation.columns import LocalizedText
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid, Problem
from lms.quizzes.actions import assignments
from lms.quizzes.models import Assignment


class Keeping:
    """Sessions and quizzes as they are before a shift, to be kept with it."""

    def __init__(self, sessions: Sequence[TrainingSession]) -> None:
        self.sessions = sessions
        self.places = {session.id: _place(session) for session in sessions}
        given = [session.assignment for session in sessions if session.assignment is not None]
        self.windows = {found.id: (found, *_window(found)) for found in given}

    def as_json(self) -> dict[str, Any]:
        """As the log keeps them: how they were, and the count of changes that the shift has left."""
        return {
            "sessions": [
                {"id": s.id, "left": s.sequence, "before": self.places[s.id], "after": _place(s)} for s in self.sessions
            ],
            "quizzes": [
                {"id": key, "left": given.revision, "opens_at": opens_at, "due_at": due_at}
                for key, (given, opens_at, due_at) in self.windows.items()
            ],
        }


def keep(
    cohort: Cohort,
    before_on: date,
    cause: SlipCause | None,
    reason: str,
    keeping: Keeping,
    joining: Collection[int],
    told: Collection[int],
    *,
    by: Person,
) -> Slip:
    """Write a shift into the log. Raises ``Invalid`` where nobody says why."""
    if cause is None:
        raise Invalid("slip.no_cause", field="cause")
    if cause is SlipCause.OTHER and not reason:
        raise Invalid("slip.no_reason", field="reason")
    slip = Slip(
        cohort_id=cohort.id,
        cause=cause,
        reason=reason,
        before_on=before_on,
        after_on=cohort.go_live_on,
        session_count=len(keeping.sessions),
        moved={**keeping.as_json(), "trainers": sorted(joining), "told": sorted(told)},
        decided_by=by.id,
        decided_at=clock.now(),
    )
    db.session.add(slip)
    db.session.flush()
    return slip


def about(slip: Slip) -> str:
    """What the notices of a shift are about."""
    return f"slip {slip.id}"


def let_in(cohort: Cohort, trainers: Iterable[int], by: Person) -> set[int]:
    """Let those train a cohort who hold a session of it from now on; returns who did not before."""
    joining = set(trainers) - {trainer.person_id for trainer in cohort.trainers}
    for key in sorted(joining):
        add_trainer(cohort, db.session.get_one(Person, key), by=by)
    return joining


def undo(slip: Slip, *, by: Person) -> None:
    """Put everything back where it was before a shift; whoever was told of it is told once.

    Raises ``Conflict`` when it is undone already, too late, or something of it was changed in the meantime.
    """
    cohort = slip.cohort
    hold(cohort)
    hold(slip)
    now = clock.now()
    if slip.undone_at is not None:
        raise Conflict("slip.undone")
    if not is_in_time(slip.decided_at, now):
        raise Conflict("slip.too_late")
    if cohort.called_off_at is not None:
        raise Conflict("cohort.called_off")
    if cohort.go_live_on != slip.after_on:
        raise Conflict("slip.plan_changed")
    planned = {session.id: session for session in lock_sessions(cohort)}
    _check(slip, planned)
    entries = _restore(slip, planned, now, by)
    moved = [_back(entry, planned[entry["id"]], slip) for entry in slip.moved["sessions"]]
    cohort.go_live_on = slip.before_on
    cohort.revision += 1
    slip.undone_at, slip.undone_by = now, by.id
    db.session.flush()
    _take_out(cohort, slip.moved["trainers"], by)
    facts = {"before": {"go_live": slip.after_on.isoformat()}, "after": {"go_live": slip.before_on.isoformat()}}
    chain_id = cohort.site.vendor_id
    journal.record("cohort.undo_shift", actor=by.code, object=cohort.code, chain_id=chain_id, **facts)
    journal.record_many(entries)
    notices.settle(SHIFTED, about=about(slip))
    kind, told = undo_message(cohort, slip.after_on, slip.before_on, moved)
    notices.tell(kind, about(slip), {*slip.moved["told"], slip.decided_by} - {by.id}, **told)


def _check(slip: Slip, planned: Mapping[int, TrainingSession]) -> None:
    """Whether all that moved is as the shift left it, and its old place is free still."""
    left = {entry["id"]: entry["left"] for entry in slip.moved["sessions"]}
    found = {key: session.sequence for key, session in planned.items()}
    moved = [planned[key] for key in left if key in planned]
    windows = {entry["id"]: entry["left"] for entry in slip.moved["quizzes"]}
    given = {s.assignment.id: s.assignment.revision for s in moved if s.assignment and s.assignment.ended_at is None}
    begun, marked = load_begun(moved), _marked(left, slip.decided_at)
    changed = {*changed_since(left, found), *marked, *(s.id for s in moved if s.assignment_id in begun)}
    changed |= _handed_on(slip, planned)
    quizzes = set(changed_since(windows, given))
    changed |= {s.id for s in moved if s.assignment_id in quizzes}
    if changed:
        raise Conflict("slip.changed_meanwhile", title=_title(min(changed)))
    places = {entry["id"]: entry["before"] for entry in slip.moved["sessions"]}
    lock_places((p["room_id"] for p in places.values()), (p["trainer_id"] for p in places.values()))
    if (taken := load_taken_since(slip.cohort, places, slip.decided_at)) is not None:
        raise Conflict("slip.taken", title=_title(taken))


def _handed_on(slip: Slip, planned: Mapping[int, TrainingSession]) -> set[int]:
    """The sessions that somebody else holds since a trainer was taken from the cohort, or whose trainer before was."""
    trainers = {None, *(trainer.person_id for trainer in slip.cohort.trainers)}
    found = set()
    for entry in slip.moved["sessions"]:
        before, after = entry["before"]["trainer_id"], entry["after"]["trainer_id"]
        session = planned.get(entry["id"])
        if session is not None and (session.trainer_id != after or (before != after and before not in trainers)):
            found.add(session.id)
    return found


def _restore(slip: Slip, planned: Mapping[int, TrainingSession], now: datetime, by: Person) -> list[journal.Entry]:
    for entry in slip.moved["quizzes"]:
        given = db.session.get_one(Assignment, entry["id"])
        window = {name: datetime.fromisoformat(entry[name]) for name in ("opens_at", "due_at")}
        try:
            assignments.change_window(given, **window, revision=given.revision, by=by, is_told=False)
        except Problem as problem:
            raise Conflict("slip.quiz_over", title=given.quiz.title_text) from problem
    entries = []
    for entry in slip.moved["sessions"]:
        session, before = planned[entry["id"]], booking_of(planned[entry["id"]])
        place = entry["before"]
        session.starts_at, session.ends_at = span_of(place)
        session.day, session.room_id, session.trainer_id = place["day"], place["room_id"], place["trainer_id"]
        session.sequence += 1
        session.changed_at = now
        db.session.flush()
        db.session.refresh(session, ["room", "trainer"])
        name = f"{slip.cohort.code} {session.public_id}"
        facts = {"before": before, "after": booking_of(session)}
        entries.append(journal.Entry("timetable.change", by.code, name, now, slip.cohort.site.vendor_id, facts))
    return entries


def _take_out(cohort: Cohort, trainers: Collection[int], by: Person) -> None:
    """Whoever came in with the shift trains the cohort no more, unless they hold something else of it by now."""
    for key in trainers:
        holds = (TrainingSession.cohort_id == cohort.id) & (TrainingSession.trainer_id == key)
        if db.session.scalar(select(func.count()).select_from(TrainingSession).where(holds)):
            continue
        ended = (CohortTrainer.cohort_id == cohort.id) & (CohortTrainer.person_id == key)
        db.session.execute(delete(CohortTrainer).where(ended))
        db.session.expire(cohort, ["trainers"])
        record_trainer("role.revoke", cohort, db.session.get_one(Person, key), by)


def _back(entry: Mapping[str, Any], session: TrainingSession, slip: Slip) -> Moved:
    """What a message says of a session that is back in its place."""
    due = {quiz["id"]: quiz["due_at"] for quiz in slip.moved["quizzes"]}.get(session.assignment_id)
    new = {name for name, value in entry["before"].items() if value != entry["after"][name]}
    room = session.room.name if session.room else NO_ROOM
    return Moved(
        title_text=session.title_text,
        before_at=span_of(entry["after"])[0],
        after_at=session.starts_at,
        due_at=datetime.fromisoformat(due) if due else None,
        room=room if "room_id" in new else None,
        trainer=session.trainer.code if session.trainer and "trainer_id" in new else None,
    )


def _marked(session_ids: Iterable[int], since: datetime) -> set[int]:
    """Of which sessions somebody's attendance was marked since."""
    query = select(Attendance.session_id).where(Attendance.session_id.in_(list(session_ids)))
    return set(db.session.scalars(query.where(Attendance.marked_at > since)))


def _title(session_id: int) -> LocalizedText:
    return db.session.get_one(TrainingSession, session_id).title_text


def _place(session: TrainingSession) -> dict[str, Any]:
    return {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "day": session.day,
        "room_id": session.room_id,
        "trainer_id": session.trainer_id,
    }


def _window(given: Assignment) -> tuple[str, str]:
    return given.opens_at.isoformat(), given.due_at.isoformat()
