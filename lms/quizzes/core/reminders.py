"""What reminds of an assignment, and when: at its opening, some days before its end, on its last day, its lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.kit.problems import Invalid

AT_LEAST_OPEN = timedelta(hours=12)
"""Whoever was given a quiz more lately need not hear at once that it is due."""
MOST_DAYS_BEFORE = 14
LEAD_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reminders:
    """Who is reminded when; ``days_before`` 0: not before the last day."""

    at_opening: bool = True
    days_before: int = 1
    on_last_day: bool = False
    to_lead: bool = False

    def as_json(self) -> dict[str, Any]:
        """As they are stored."""
        return asdict(self)

    def is_soon(self, now: datetime, due_at: datetime, given_at: datetime) -> bool:
        """Whether the days before the end have begun, for somebody who has had the quiz for a while.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 12, 8, 12, tzinfo=UTC)
        >>> due_at, given_at = noon + timedelta(days=3), noon - timedelta(days=2)
        >>> [Reminders(days_before=days).is_soon(noon, due_at, given_at) for days in (3, 1)]
        [True, False]
        """
        is_in_days = timedelta() < due_at - now <= timedelta(days=self.days_before)
        return is_in_days and now - given_at >= AT_LEAST_OPEN

    def is_last_day(self, now: datetime, due_at: datetime, zone: ZoneInfo) -> bool:
        """Whether it is the last day where the quiz is given, and it is to be said.

        >>> from datetime import UTC
        >>> due_at = datetime(2026, 12, 11, 9, tzinfo=UTC)
        >>> midnight = datetime(2026, 12, 10, 15, tzinfo=UTC)
        >>> [Reminders(on_last_day=True).is_last_day(at, due_at, ZoneInfo("Asia/Tokyo"))
        ...  for at in (midnight, midnight - timedelta(seconds=1), due_at)]
        [True, False, False]
        """
        return self.on_last_day and now < due_at and now.astimezone(zone).date() == due_at.astimezone(zone).date()

    def is_for_lead(self, now: datetime, due_at: datetime) -> bool:
        """Whether the lead is to hear who is late: a day after the end."""
        return self.to_lead and now >= due_at + LEAD_AFTER


def reminders_from(stored: Mapping[str, Any] | None) -> Reminders:
    """The reminders from their stored form; without one they are the usual.

    >>> reminders_from(Reminders(days_before=3).as_json()).days_before, reminders_from(None) == Reminders()
    (3, True)
    """
    return Reminders(**stored) if stored is not None else Reminders()


def checked(reminders: Reminders) -> Reminders:
    """The reminders, when they can be kept; raises ``Invalid`` on the field that cannot."""
    if not 0 <= reminders.days_before <= MOST_DAYS_BEFORE:
        raise Invalid("reminders.days", field="days_before")
    return reminders
