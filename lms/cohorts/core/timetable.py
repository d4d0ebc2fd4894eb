"""A day's sessions on the week grid: rows of a quarter of an hour, and side by side what happens at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ROW_MINUTES = 15
MOST_LANES = 3
FIRST_HOUR, LAST_HOUR = 9, 18
"""The hours that the grid shows at least."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a session begins and ends, in minutes after midnight at the site."""

    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a session stands: first row from 1, rows, and which of how many lanes from 1."""

    row: int
    rows: int
    lane: int
    lanes: int


def hours(spans: Sequence[Span]) -> tuple[int, int]:
    """The first and the last hour of a grid that holds all of these.

    >>> hours([Span(8 * 60 + 30, 9 * 60), Span(18 * 60, 18 * 60 + 5)])
    (8, 19)
    """
    first = min((span.starts // 60 for span in spans), default=FIRST_HOUR)
    last = max((-(-span.ends // 60) for span in spans), default=LAST_HOUR)
    return min(first, FIRST_HOUR), max(last, LAST_HOUR)


def lay_out(spans: Sequence[Span], first_hour: int) -> list[Cell]:
    """The place of each session of a day, in the order given; those that overlap stand in lanes."""
    cells: dict[int, tuple[int, int]] = {}
    group: list[int] = []
    ends: list[int] = []
    for place in sorted(range(len(spans)), key=lambda n: (spans[n].starts, spans[n].ends)):
        span = spans[place]
        if group and span.starts >= max(ends):
            group, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= span.starts), len(ends))
        ends[lane : lane + 1] = [span.ends]
        group.append(place)
        cells[place] = (lane, 0)
        for member in group:
            cells[member] = (cells[member][0], len(ends))
    rows = _rows(spans, first_hour)
    return [
        Cell(first + 1, max(1, end - first), min(lane, MOST_LANES - 1) + 1, min(lanes, MOST_LANES))
        for (first, end), (lane, lanes) in ((rows[place], cells[place]) for place in range(len(spans)))
    ]


def week_number(monday: date, first_day: date) -> int | None:
    """Which week of the plan begins on a Monday, from 1; None before the first.

    >>> week_number(date(2026, 11, 16), date(2026, 11, 9)), week_number(date(2026, 11, 2), date(2026, 11, 9))
    (2, None)
    """
    weeks = (monday - monday_of(first_day)).days // 7 + 1
    return weeks if weeks > 0 else None


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _rows(spans: Sequence[Span], first_hour: int) -> list[tuple[int, int]]:
    """The rows that each session touches, from 0; what follows upon another within a row shares the border with it.

    >>> talk, checkpoint = Span(16 * 60, 16 * 60 + 20), Span(16 * 60 + 25, 17 * 60)
    >>> _rows([talk, checkpoint], 16)
    [(0, 2), (2, 4)]
    """
    begins = first_hour * 60
    rows = [((span.starts - begins) // ROW_MINUTES, -(-(span.ends - begins) // ROW_MINUTES)) for span in spans]
    for after in sorted(range(len(spans)), key=lambda n: spans[n].starts):
        for before in range(len(spans)):
            if spans[before].ends > spans[after].starts or before == after or rows[before][1] <= rows[after][0]:
                continue
            between = spans[before].ends + spans[after].starts - 2 * begins
            border = min((between + ROW_MINUTES) // (2 * ROW_MINUTES), rows[after][1] - 1)
            end = max(border, rows[before][0] + 1)
            rows[before] = (rows[before][0], end)
            rows[after] = (min(max(end, rows[after][0]), rows[after][1] - 1), rows[after][1])
    return rows
