"""Roll calls: marks by whoever runs the cohort, and by the people themselves with the code of the room."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.roll_call import CALLED_KINDS, Entry, is_called, read_code, status_by_code, takes_code
from lms.cohorts.models import Attendance, SessionState, TrainingSession
from lms.cohorts.queries.attendance import Row, list_roll
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.foundation.security import short_code
from lms.kit.problems import Conflict, Invalid

PURPOSE = "room"


def room_code(session: TrainingSession) -> str:
    """The code of four digits that is shown in the room: of this session alone, and kept nowhere."""
    return short_code(PURPOSE, session.public_id)


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


def mark(
    session: TrainingSession, seen: Mapping[str, Entry], wanted: Mapping[str, Entry], *, by: Person, rest: bool = False
) -> dict[str, Row]:
    """Mark the people of a session, by code: those of whom ``wanted`` says something else than its sender had ``seen``.

    With ``rest`` everybody who is left open is present. Returns the roll as it is now, by code. Raises ``Conflict``
    when somebody was marked otherwise since; the fact ``codes`` says who. Then nobody is marked.
    """
    _lock(session)
    if (closed := why_closed(session)) is not None:
        raise closed
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
        still_open = [code for code, row in rows.items() if row.mark is None and code not in changes]
        notes = {code: wanted[code].note if code in wanted else "" for code in still_open}
        changes |= {code: Entry(AttendanceStatus.PRESENT, notes[code]) for code in still_open}
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
    if not hmac.compare_digest(read_code(typed), room_code(session)):
        raise Invalid("attendance.wrong_code", field="code")
    before = db.session.get(Attendance, (session.id, person.id))
    if before is not None:
        return AttendanceStatus(before.status)
    entry = Entry(status_by_code(session.starts_at, now))
    _write(session, person, None, entry, person)
    db.session.flush()
    _record(session, person, {person.code: (Entry(), entry)})
    return AttendanceStatus(entry.status) if entry.status else AttendanceStatus.PRESENT


def _lock(session: TrainingSession) -> None:
    """Of two who mark at once, by hand and by code, the second sees what the first has written."""
    hold(session)


def _write(session: TrainingSession, person: Person, row: Attendance | None, entry: Entry, by: Person) -> None:
    if row is None:
        row = Attendance(session_id=session.id, person_id=person.id, revision=0)
        db.session.add(row)
    row.status, row.note = str(entry.status), entry.note
    row.marked_at, row.marked_by = clock.now(), by.id
    row.revision += 1


def _record(session: TrainingSession, by: Person, changes: Mapping[str, tuple[Entry, Entry]]) -> None:
    """Who was marked how, and how before. What a note says stays out of the trail: it may name people."""
    cohort = session.cohort
    journal.record(
        "attendance.mark",
        actor=by.code,
        object=f"{cohort.code} {session.public_id}",
        chain_id=cohort.site.vendor_id,
        marks={code: [before.status, after.status] for code, (before, after) in sorted(changes.items())},
        notes=sorted(code for code, (before, after) in changes.items() if before.note != after.note),
    )
