"""What a person may say of a question, and by when they are answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.kit.problems import Invalid
from lms.kit.workdays import WorkCalendar

LONGEST = 2000
MOST_OF_ONE_ATTEMPT = 30


class ReportKind(StrEnum):
    """Whether somebody asks about a question or holds it to be faulty."""

    ASK = "ask"
    FAULT = "fault"


def text_from(typed: str, field: str) -> str:
    """A text as it is kept; raises ``Invalid`` when there is none, or too much of it.

    >>> text_from(" Two options are right. ", "text")
    'Two options are right.'
    """
    text = typed.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST or any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        raise Invalid("report.text", field=field, most=LONGEST)
    return text


def owed_at(now: datetime, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """By when the answer is owed: the same time on the next working day of the person's site.

    >>> from datetime import UTC
    >>> friday = datetime(2026, 11, 20, 5, tzinfo=UTC)
    >>> owed_at(friday, ZoneInfo("Asia/Tokyo"), WorkCalendar()).isoformat()
    '2026-11-23T14:00:00+09:00'
    """
    local = now.astimezone(zone)
    return datetime.combine(calendar.shift(local.date(), 1), local.time(), zone)
