"""More time for a person: how much, from when and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lms.kit.problems import Invalid

MOST_PERCENT, MOST_MINUTES = 200, 240


@dataclass(frozen=True, slots=True)
class MoreTime:
    """What is granted: a share of each time limit or a number of minutes, from a day on, and until another if any."""

    percent: int
    minutes: int
    first_on: date
    last_on: date | None

    def holds(self, today: date) -> bool:
        """Whether it holds on a day.

        >>> more = MoreTime(50, 0, date(2026, 11, 16), date(2026, 11, 20))
        >>> [more.holds(date(2026, 11, day)) for day in (15, 16, 20, 21)]
        [False, True, True, False]
        """
        return self.first_on <= today and (self.last_on is None or today <= self.last_on)

    def minutes_for(self, limit: int) -> int:
        """The minutes that it adds to a time limit, rounded up.

        >>> more = MoreTime(10, 0, date(2026, 11, 16), None)
        >>> more.minutes_for(40), more.minutes_for(25), MoreTime(0, 15, date(2026, 11, 16), None).minutes_for(40)
        (4, 3, 15)
        """
        return self.minutes or -(-limit * self.percent // 100)


def check(more: MoreTime, today: date) -> None:
    """Raise ``Invalid`` at the field for what cannot be granted."""
    most = MOST_MINUTES if more.minutes else MOST_PERCENT
    if not 1 <= more.minutes + more.percent <= most:
        raise Invalid("accommodation.amount", field="amount", most=most)
    if more.last_on is not None and more.last_on < more.first_on:
        raise Invalid("accommodation.days", field="last_on")
    if more.last_on is not None and more.last_on < today:
        raise Invalid("accommodation.past", field="last_on")
