"""When a roll can be called, and what the code that is shown in the room makes of somebody who enters it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.plan import StepKind

CALLED_KINDS = (StepKind.CLASS, StepKind.SHADOWING, StepKind.NESTING, StepKind.CALIBRATION)
"""The kinds of session that attendance is about."""
CODE_BEFORE = timedelta(minutes=10)
"""How long before a session its code is taken."""
LATE_AFTER = timedelta(minutes=5)
CODE_LIFE = 60
"""After how many seconds the code changes; the one before is taken for as long again."""
MOST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row of a roll says of somebody: the mark, None while it is open, and the note."""

    status: AttendanceStatus | None = None
    note: str = ""
    revision: int = 0
    """0 before the first mark."""

    def is_same(self, other: Entry) -> bool:
        """Whether both say the same, whoever said it first."""
        return (self.status, self.note) == (other.status, other.note)

    def as_text(self) -> str:
        """For the form, which brings back what its sender has seen."""
        return f"{self.revision}|{self.status or ''}|{self.note}"


def entry_from(text: str) -> Entry:
    """The entry of such a text; an open one when somebody has written another text into the form.

    >>> entry_from("2|late|train stopped")
    Entry(status=<AttendanceStatus.LATE: 'late'>, note='train stopped', revision=2)
    >>> entry_from("what")
    Entry(status=None, note='', revision=0)
    """
    revision, _bar, rest = text.partition("|")
    status, _bar, note = rest.partition("|")
    if not revision.isdecimal() or (status and status not in set(AttendanceStatus)):
        return Entry()
    return Entry(AttendanceStatus(status) if status else None, note, int(revision))


def is_called(kind: str, on: date, today: date) -> bool:
    """Whether a roll can be called: of what people attend, on its day and ever after."""
    return kind in CALLED_KINDS and on <= today


def takes_code(kind: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether the code of a session is taken now: shortly before it, until it ends."""
    return kind in CALLED_KINDS and code_from(starts_at) <= now < ends_at


def turn_of(now: datetime) -> int:
    """The turn in which a code is shown: the minutes of the clock, counted through.

    >>> noon = datetime.fromisoformat("2026-11-16T12:00:00Z")
    >>> turn_of(noon + timedelta(seconds=59)) - turn_of(noon), turn_of(noon + timedelta(seconds=60)) - turn_of(noon)
    (0, 1)
    """
    return int(now.timestamp()) // CODE_LIFE


def seconds_left(now: datetime) -> int:
    """How long the code of this turn is still shown.

    >>> seconds_left(datetime.fromisoformat("2026-11-16T04:24:59Z"))
    1
    """
    return CODE_LIFE - int(now.timestamp()) % CODE_LIFE


def may_be_closed(kind: str, starts_at: datetime, now: datetime) -> bool:
    """Whether a roll can be closed: of what people attend, once it has begun."""
    return kind in CALLED_KINDS and starts_at <= now


def code_from(starts_at: datetime) -> datetime:
    """From when on the code of a session is taken."""
    return starts_at - CODE_BEFORE


def late_from(starts_at: datetime) -> datetime:
    """From when on somebody who enters the code is late."""
    return starts_at + LATE_AFTER


def status_by_code(starts_at: datetime, now: datetime) -> AttendanceStatus:
    """What the code makes of somebody.

    >>> noon = datetime(2026, 11, 16, 12)
    >>> status_by_code(noon, noon + timedelta(minutes=5)).value
    'late'
    """
    return AttendanceStatus.LATE if now >= late_from(starts_at) else AttendanceStatus.PRESENT


def read_code(typed: str) -> str:
    """The digits of what somebody has typed; full-width ones are as good, and so are gaps between them.

    >>> read_code(" ４ ７-29 "), read_code("٤٧٢٩")
    ('4729', '4729')
    """
    return "".join(str(unicodedata.decimal(letter)) for letter in typed if letter.isdecimal())


def count_by_status(statuses: Iterable[AttendanceStatus | None]) -> dict[AttendanceStatus | None, int]:
    """How many have which mark, in the order in which a roll names them; None counts those that are open.

    >>> count_by_status([None, AttendanceStatus.LATE, None])
    {<AttendanceStatus.LATE: 'late'>: 1, None: 2}
    """
    listed = list(statuses)
    found = {status: listed.count(status) for status in (*AttendanceStatus, None)}
    return {status: count for status, count in found.items() if count}
