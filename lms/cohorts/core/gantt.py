"""Cohorts below one another on a scale of weeks: where each begins, nests and goes live, in percent of the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.cohorts.core.timetable import monday_of

MOST_LABELS = 8
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A cohort in time: its first training day, the first day of nesting if there is one, its go-live day."""

    starts_on: date
    nests_on: date | None
    go_live_on: date


@dataclass(frozen=True, slots=True)
class Scale:
    """Whole weeks; at the end there is room for the label of the last go-live."""

    first: date
    weeks: int

    @property
    def mondays(self) -> list[date]:
        return [self.first + n * WEEK for n in range(self.weeks)]

    @property
    def labelled(self) -> list[date]:
        """The Mondays that are written out: so many that they stand apart."""
        return self.mondays[:: -(-self.weeks // MOST_LABELS)]

    def percent(self, on: date) -> float:
        """Where a day begins, kept within the scale."""
        days = (on - self.first).days
        return round(min(max(days / (self.weeks * 7), 0), 1) * 100, 2)

    def holds(self, on: date) -> bool:
        return self.first <= on < self.first + self.weeks * WEEK


def scale_for(stretches: Sequence[Stretch], today: date) -> Scale:
    """The weeks from the earliest start to the latest go-live.

    >>> scale = scale_for([Stretch(date(2026, 11, 9), None, date(2026, 11, 30))], date(2026, 11, 16))
    >>> scale.first, scale.weeks, scale.percent(date(2026, 11, 30))
    (datetime.date(2026, 11, 9), 6, 50.0)
    """
    first = monday_of(min((stretch.starts_on for stretch in stretches), default=today))
    last = max((stretch.go_live_on for stretch in stretches), default=today)
    weeks = (monday_of(last) - first).days // 7 + 1
    return Scale(first, weeks + weeks // 4 + 1)
