"""Whether a pool of questions lasts when nobody is to see one twice within some days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.quizzes.core.blueprint import Candidate, DrawRow

MOST_FRESH_DAYS = 730


@dataclass(frozen=True, slots=True)
class Short:
    """A row of the blueprint that may have to draw what somebody has seen: so many are left of those it needs."""

    row: DrawRow
    left: int
    needed: int


def earlier_within(opens_on: date, others: Sequence[date], fresh_days: int) -> int:
    """How many of the other runs open so short a time before this one that their questions still count as seen."""
    since = opens_on - timedelta(days=fresh_days)
    return sum(since < other < opens_on for other in others)


def short_rows(rows: Sequence[DrawRow], candidates: Sequence[Candidate], earlier: int) -> list[Short]:
    """The rows that run short for somebody who sat all of the earlier runs, each of which drew anew.

    >>> pool = [Candidate(str(n), "HAR/a") for n in range(8)]
    >>> short_rows([DrawRow(3, "HAR/a")], pool, 1), short_rows([DrawRow(3, "HAR/a")], pool, 2)
    ([], [Short(row=DrawRow(count=3, section='HAR/a', ...), left=2, needed=3)])
    """
    total = sum(row.count for row in rows)
    found = []
    for row in rows:
        fitting = sum(candidate.fits(row) for candidate in candidates)
        left = max(0, fitting - earlier * (row.count if row.is_narrow else total))
        if left < row.count:
            found.append(Short(row, left, row.count))
    return found
