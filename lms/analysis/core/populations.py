"""Which attempts figures rest on: a population, and the window in which its attempts were given.

A quiz is given again and again, and failed attempts are repeated. A person's first attempt of all is in every figure of
an item; what somebody answers who has seen the quiz before is another thing. So there are three populations that share
no attempt, and no figure is a sum over two of them, but for the trend. Each has one attempt of a person at most.

The window of an attempt is the month in which its assignment opened. Views of windows may be subtracted from one
another and from that of all windows, so they are one more way to tell the people of a cohort apart (``parts``): a
cohort is in those windows alone in each of which all its cells have 5 people or more, and so have all the others
together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from enum import StrEnum

from lms.kit.figures import is_small


class Population(StrEnum):
    """Whose attempts are looked at."""

    FIRST = "first"
    """Each person's first attempt of all: what verdicts rest on."""
    AGAIN = "again"
    """Of those who had the quiz before, the first attempt of a later month."""
    RETAKES = "retakes"
    """Of those who repeated an attempt within its assignment, the first such attempt of all."""


def windows_told(cells: Sequence[Hashable], windows: Sequence[str]) -> frozenset[str]:
    """The windows of one cohort by which its people may be told apart.

    ``cells`` and ``windows`` have one for each person: what else the person may be told apart by, and the window. The
    windows that are not told count as one, which must have 5 people or more in each cell too, or nobody. Where they
    have not, the smallest of the others goes with them.

    >>> sorted(windows_told(["en"] * 28, ["2026-09"] * 20 + ["2026-10"] * 4 + ["2026-11"] * 4))
    ['2026-09']
    >>> sorted(windows_told(["en"] * 24, ["2026-09"] * 20 + ["2026-10"] * 4))  # all less September would tell the four
    []
    """
    by_window: dict[str, Counter[Hashable]] = {}
    for (cell, window), count in Counter(zip(cells, windows, strict=True)).items():
        by_window.setdefault(window, Counter())[cell] = count
    told = {window for window, counts in by_window.items() if _is_large(counts)}
    while told and not _is_large(_together([by_window[window] for window in by_window.keys() - told])):
        told.remove(min(told, key=lambda window: (by_window[window].total(), window)))
    return frozenset(told)


def _is_large(counts: Counter[Hashable]) -> bool:
    return not any(is_small(count) for count in counts.values())


def _together(counts: Sequence[Counter[Hashable]]) -> Counter[Hashable]:
    return sum(counts, Counter())
