"""In which of their cohorts a person trains at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date


def is_in_training(go_live_on: date, today: date) -> bool:
    """Whether a cohort still trains or is going to: up to its go-live day."""
    return today <= go_live_on


def training_now(go_lives: Iterable[date], today: date) -> date | None:
    """The go-live that a person works towards: the nearest that is not past, otherwise the last one.

    >>> training_now([date(2026, 11, 2), date(2026, 12, 21), date(2026, 11, 30)], date(2026, 11, 16))
    datetime.date(2026, 11, 30)
    """
    known = sorted(go_lives)
    to_come = [day for day in known if is_in_training(day, today)]
    return to_come[0] if to_come else known[-1] if known else None
