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
    return next((ends for begins, ends in merged(spans) if begins <= on <= ends), None)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Leave by its first days; what overlaps, or has no day between, is one.

    >>> monday = date(2026, 11, 16)
    >>> merged([(monday + DAY, monday + 3 * DAY), (monday, monday + DAY)]) == [(monday, monday + 3 * DAY)]
    True
    """
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1] + DAY:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found
