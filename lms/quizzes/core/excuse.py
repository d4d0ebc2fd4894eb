"""Excuses: whose lateness and whose absence from the figures is in order, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lms.kit.problems import Invalid

MAKE_UP_DAYS = 5
"""The working days that somebody has who comes back."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """That somebody is excused since an instant, until the end of a day or, without one, for good."""

    since: datetime | None
    until: date | None

    def holds(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether they are excused now.

        >>> from datetime import UTC
        >>> at = datetime(2026, 12, 14, 14, 59, tzinfo=UTC)
        >>> [Excuse(at, until).holds(at, ZoneInfo("Asia/Tokyo")) for until in (date(2026, 12, 13), at.date(), None)]
        [False, True, True]
        """
        return self.since is not None and (self.until is None or now.astimezone(zone).date() <= self.until)


def checked(reason: str, until: date | None, today: date) -> str:
    """The reason, when somebody can be excused by it; raises ``Invalid`` on the field that cannot be taken."""
    if until is not None and until < today:
        raise Invalid("excuse.past", field="until")
    if not reason.strip():
        raise Invalid("excuse.reason", field="reason")
    return reason.strip()
