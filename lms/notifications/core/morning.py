"""When somebody's daily mail is due: once a day, in the morning where they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_HOUR, LAST_HOUR = 8, 18
"""By the wall: from the first hour on; what could not be written before the last waits for the next day."""
STAYS_NEW = timedelta(days=3)
"""What was told longer ago is news to nobody: a mail server that is set late does not send the past."""


def day_of_digest(now: datetime, zone_name: str) -> date | None:
    """The day whose mail may be written now for somebody in a zone; None outside the hours for it.

    >>> from datetime import UTC
    >>> at_eight, at_seven = (datetime(2026, 11, 16, hour, 59, tzinfo=UTC) for hour in (23, 22))
    >>> day_of_digest(at_eight, "Asia/Tokyo"), day_of_digest(at_seven, "Asia/Tokyo")
    (datetime.date(2026, 11, 17), None)
    """
    here = now.astimezone(ZoneInfo(zone_name))
    return here.date() if FIRST_HOUR <= here.hour < LAST_HOUR else None
