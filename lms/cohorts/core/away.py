"""Until when somebody is away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lms.kit.workdays import DAY

Span = tuple[date, date]
"""The first and the last day of a leave."""


def away_until(spans: Iterable[Span], on: date) -> date | None:
    """The last day of the leave that a day lies in, None where it lies in none; leave without a day between is one.

    >>> monday = date(2026, 11, 16)
    >>> away_until([(monday, monday + DAY), (monday + 2 * DAY, monday + 4 * DAY)], monday + DAY)
    datetime.date(2026, 11, 20)
    >>> away_until([(monday, monday)], monday + DAY) is None
    True
    """
    last = None
    for begins, ends in sorted(spans):
        if last is None and begins <= on <= ends:
            last = ends
        elif last is not None and begins <= last + DAY:
            last = max(last, ends)
    return last
