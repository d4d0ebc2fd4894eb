"""Counts and shifts working days for a weekend pattern and a set of holidays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""The years of which public holidays are known for every country; what is counted in working days lies within them."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked: not those of ``weekend`` (``date.weekday()``: Saturday is 5) and not the holidays."""

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def shift(self, day: date, n: int) -> date:
        """The date ``n`` working days on. ``day`` itself is not counted; 0 gives it or the next working day.

        >>> WorkCalendar(holidays=frozenset({date(2026, 11, 23)})).shift(date(2026, 11, 20), 1)
        datetime.date(2026, 11, 24)
        """
        if len(self.weekend) > 6:
            raise ValueError("a week without a working day")
        if n == 0:
            while not self.is_workday(day):
                day += DAY
            return day
        step = DAY if n > 0 else -DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def count(self, first: date, last: date) -> int:
        """The working days from ``first`` to ``last``, both counted."""
        return sum(self.is_workday(first + n * DAY) for n in range((last - first).days + 1))


def passed(holidays: Collection[date], start: date, end: date) -> list[date]:
    """The holidays between two dates, the start left out, in order of time."""
    low, high = sorted((start, end))
    return sorted(day for day in holidays if low <= day <= high and day != start)
