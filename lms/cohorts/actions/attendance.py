"""Roll calls: marks by whoever runs the cohort, and by the people themselves with the code of the room; closing."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.roll_call import (
    CALLED_KINDS,
    CODE_LIFE,
    Entry,
    is_called,
    may_be_closed,
    read_code,
    status_by_code,
    takes_code,
    turn_of,
)
from lms.cohorts.models import Attendance, ClosedRoll, SessionState, TrainingSession
from lms.cohorts.queries.attendance import Row, list_roll
from lms.cohorts.queries.away import load_away
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.foundation.security import short_code
from lms.kit.problems import Conflict, Invalid, Refused

PURPOSE = "room"


def room_code(session: TrainingSession, now: datetime) -> str:
    """The code of four digits that is shown in the room in this minute: of this session alone, and kept nowhere."""
    return short_code(PURPOSE, session.public_id, turn_of(now))


def why_closed(session: TrainingSession) -> Conflict | None:
    """Why the roll of a session cannot be called: it is cancelled, is none that people attend, or is still to come."""
    if session.state == SessionState.CANCELLED:
        return Conflict("session.cancelled")
    if session.kind not in CALLED_KINDS:
        return Conflict("attendance.not_attended")
    zone = ZoneInfo(session.cohort.site.zone_name)
    day = session.starts_at.astimezone(zone).date()
    today = clock.now().astimezone(zone).date()
    return None if is_called(session.kind, day, today) else Conflict("attendance.not_yet")


def find_closed(session: TrainingSession) -> ClosedRoll | None:
    """Since when the roll of a session is closed and by whom, as it is saved now; None while it is open."""
    return db.session.get(ClosedRoll, session.id, populate_existing=True)


def mark(
    session: TrainingSession, seen: Mapping[str, Entry], wanted: Mapping[str, Entry], *, by: Person, rest: bool = False
) -> dict[str, Row]:
    """Mark the people of a session, by code: those of whom ``wanted`` says something else than its sender had ``seen``.

    With ``rest`` everybody who is left open is present, or excused while on leave. Returns the roll as it is now, by
    code. Raises ``Conflict`` when somebody was marked otherwise since; the fact ``codes`` says who. Then nobody is
    marked.
    """
    _lock(session)
    if (closed := why_closed(session)) is not None:
        raise closed
    if find_closed(session) is not None:
        raise Conflict("attendance.closed")
    rows = {row.person.code: row for row in list_roll(session)}
    changes, missed = {}, []
    for code, row in rows.items():
        entry, before = wanted.get(code, Entry()), seen.get(code, Entry())
        if entry.is_same(before) or entry.status is None:
            continue
        if row.entry.revision != before.revision and not row.entry.is_same(entry):
            missed.append(code)
        elif not row.entry.is_same(entry):
            changes[code] = entry
    if missed:
        raise Conflict("attendance.marked_meanwhile", codes=missed)
    if rest:
        still_open = [row.person for code, row in rows.items() if row.mark is None and code not in changes]
        notes = {person.code: wanted[person.code].note if person.code in wanted else "" for person in still_open}
        left = _left_open(session, still_open, AttendanceStatus.PRESENT)
        changes |= {code: Entry(status, notes[code]) for code, status in left.items()}
    recorded = {code: (rows[code].entry, entry) for code, entry in changes.items()}  # as it was before writing
    for code, entry in changes.items():
        _write(session, rows[code].person, rows[code].mark, entry, by)
    if changes:
        db.session.flush()
        _record(session, by, recorded)
    return {row.person.code: row for row in list_roll(session)}


def check_in(session: TrainingSession, person: Person, typed: str) -> AttendanceStatus:
    """Mark somebody who has typed the code of the room; a mark that stands already is left alone.

    Raises ``Invalid`` on ``code`` when it is another one, or is not taken any more.
    """
    _lock(session)
    now = clock.now()
    if session.state == SessionState.CANCELLED or not takes_code(session.kind, session.starts_at, session.ends_at, now):
        raise Invalid("attendance.code_over", field="code")
    if find_closed(session) is not None:
        raise Invalid("attendance.code_over", field="code")
    minute = timedelta(seconds=CODE_LIFE)  # whoever has read the code when it changed is not too late
    if not any(hmac.compare_digest(read_code(typed), room_code(session, at)) for at in (now, now - minute)):
        raise Invalid("attendance.wrong_code", field="code")
    before = db.session.get(Attendance, (session.id, person.id))
    if before is not None:
        return AttendanceStatus(before.status)
    entry = Entry(status_by_code(session.starts_at, now))
    _write(session, person, None, entry, person)
    db.session.flush()
    _record(session, person, {person.code: (Entry(), entry)})
    return AttendanceStatus(entry.status) if entry.status else AttendanceStatus.PRESENT


def close(session: TrainingSession, unmarked: Collection[str], *, by: Person) -> None:
    """Close a roll: who is not marked is absent from here on, or excused while on leave, and no code is taken.
    Closing twice changes nothing.

    ``unmarked`` are those whom its sender has seen open; when there are others by now, it is a ``Conflict``.
    """
    _lock(session)
    if (reason := why_closed(session)) is not None:
        raise reason
    now = clock.now()
    if not may_be_closed(session.kind, session.starts_at, now):
        raise Conflict("attendance.not_begun")
    if find_closed(session) is not None:
        return
    still_open = [row.person for row in list_roll(session) if row.mark is None]
    if {person.code for person in still_open} - set(unmarked):
        raise Conflict("attendance.more_open")
    marks = _left_open(session, still_open, AttendanceStatus.ABSENT)
    for person in still_open:
        _write(session, person, None, Entry(marks[person.code]), by)
    db.session.add(ClosedRoll(session_id=session.id, closed_at=now, closed_by=by.id))
    db.session.flush()
    _note("attendance.close", session, by, marks={code: [None, status] for code, status in marks.items()})


def may_reopen(session: TrainingSession, by: Person) -> bool:
    """Whether somebody who runs the cohort may open the roll again: who gave the session, or the administrator."""
    return session.trainer_id in {None, by.id} or Role.ADMIN in by.roles


def reopen(session: TrainingSession, reason: str, *, by: Person) -> None:
    """Open a closed roll again, for a reason that the trail keeps; the marks stay. Doing so twice changes nothing."""
    _lock(session)
    found = find_closed(session)
    if found is None:
        return
    if not may_reopen(session, by):
        raise Refused("attendance.not_reopened")
    db.session.delete(found)
    db.session.flush()
    _note("attendance.reopen", session, by, reason=reason)


def _lock(session: TrainingSession) -> None:
    """Of two who mark at once, by hand and by code, the second sees what the first has written."""
    hold(session)


def _left_open(
    session: TrainingSession, people: Collection[Person], status: AttendanceStatus
) -> dict[str, AttendanceStatus]:
    """How those are marked who were left open, by code: whoever is on leave that day is excused."""
    away = load_away(session, [person.id for person in people])
    return {person.code: AttendanceStatus.EXCUSED if person.id in away else status for person in people}


def _write(session: TrainingSession, person: Person, row: Attendance | None, entry: Entry, by: Person) -> None:
    if row is None:
        row = Attendance(session_id=session.id, person_id=person.id, revision=0)
        db.session.add(row)
    row.status, row.note = str(entry.status), entry.note
    row.marked_at, row.marked_by = clock.now(), by.id
    row.revision += 1


def _record(session: TrainingSession, by: Person, changes: Mapping[str, tuple[Entry, Entry]]) -> None:
    """Who was marked how, and how before. What a note says stays out of the trail: it may name people."""
    _note(
        "attendance.mark",
        session,
        by,
        marks={code: [before.status, after.status] for code, (before, after) in sorted(changes.items())},
        notes=sorted(code for code, (before, after) in changes.items() if before.note != after.note),
    )


def _note(action: str, session: TrainingSession, by: Person, **facts: Any) -> None:
    """Write into the trail what was done to the roll of a session."""
    cohort = session.cohort
    about = f"{cohort.code} {session.public_id}"
    journal.record(action, actor=by.code, object=about, chain_id=cohort.site.vendor_id, **facts)
