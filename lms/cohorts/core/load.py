"""How many hours a trainer has with people each week, beside how many are agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.cohorts.core.clashes import Booking
from lms.cohorts.core.timetable import monday_of

WEEKS = 4
"""How many weeks the board looks ahead, this one among them."""
MOST_MINUTES = 25 * 60
"""The agreed limit of a trainer's week; preparing and marking take the rest of it."""
FAR_OVER = 10
"""From so many percent over the limit on, a week is far over."""


class LoadState(StrEnum):
    """How a week lies to the limit."""

    WITHIN = "within"
    OVER = "over"
    FAR_OVER = "far_over"


@dataclass(frozen=True, slots=True)
class Load:
    """A trainer's week: the minutes in sessions, and in those of which cohorts, the most first."""

    minutes: int
    cohorts: tuple[int, ...] = ()

    @property
    def hours(self) -> float:
        return self.minutes / 60

    @property
    def state(self) -> LoadState:
        """The limit itself is within.

        >>> [Load(minutes).state.value for minutes in (25 * 60, 26 * 60, 28 * 60)]
        ['within', 'over', 'far_over']
        """
        if self.minutes <= MOST_MINUTES:
            return LoadState.WITHIN
        return LoadState.FAR_OVER if self.minutes * 100 >= MOST_MINUTES * (100 + FAR_OVER) else LoadState.OVER


def weeks_from(today: date) -> list[date]:
    """The Mondays of the weeks that the board looks at.

    >>> weeks_from(date(2026, 11, 18))[0], len(weeks_from(date(2026, 11, 18)))
    (datetime.date(2026, 11, 16), 4)
    """
    return [monday_of(today) + timedelta(weeks=n) for n in range(WEEKS)]


def loads(bookings: Iterable[Booking]) -> Mapping[tuple[int, date], Load]:
    """The load of each trainer in each week that has any, by trainer and Monday.

    Sessions that lie at the same time count each: somebody has planned both.
    """
    minutes: dict[tuple[int, date], dict[int, int]] = {}
    for booking in bookings:
        if booking.trainer is not None:
            of_cohort = minutes.setdefault((booking.trainer, monday_of(booking.on)), {})
            taken = int((booking.ends_at - booking.starts_at).total_seconds()) // 60
            of_cohort[booking.cohort] = of_cohort.get(booking.cohort, 0) + taken
    return {
        key: Load(sum(found.values()), tuple(sorted(found, key=lambda cohort: (-found[cohort], cohort))))
        for key, found in minutes.items()
    }
