"""Results of a quiz from month to month: each person's first attempt on each assignment, by the assignment's month.

Views may be subtracted, these from that of all first attempts too. So a cohort's very first attempts are in the waves
only where its languages, sites and vendors together with the months leave 5 people or more in each cell, or nobody.
Later attempts are in no other view; a cohort's of one month are counted from 5 people on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.items import mean_share
from lms.kit.figures import Interval, is_small, wilson


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt. ``cell`` is what the person's cohort may be split by; ``is_first`` of all the person's attempts."""

    cohort: str
    cell: Hashable
    wave: str
    is_first: bool
    share: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Wave:
    """One month: how many attempts, the pass rate of these and their mean score, both 0 to 1. None of fewer than 5."""

    name: str
    n: int | None
    passed: float | None
    of_passed: Interval | None
    mean: float | None
    of_mean: Interval | None


def counted(results: Sequence[Result]) -> list[Result]:
    """Those that the waves may count.

    >>> early = [Result("A", "en", "2026-09", True, 0.9, True)] * 8
    >>> late = [Result("A", "en", "2026-10", True, 0.5, False)] * 3
    >>> len(counted(early)), len(counted(early + late))
    (8, 0)
    """
    sizes = Counter((each.cohort, each.is_first, each.cell if each.is_first else None, each.wave) for each in results)
    split = {cohort for (cohort, is_first, _cell, _wave), size in sizes.items() if is_first and is_small(size)}
    return [
        each
        for each in results
        if (each.cohort not in split if each.is_first else not is_small(sizes[each.cohort, False, None, each.wave]))
    ]


def waves(results: Sequence[Result]) -> tuple[Wave, ...]:
    """The months in order. Those of which nobody may be counted have no figures."""
    by_wave: Mapping[str, list[Result]] = {name: [] for name in sorted({each.wave for each in results})}
    for each in counted(results):
        by_wave[each.wave].append(each)
    return tuple(_wave(name, members) for name, members in by_wave.items())


def _wave(name: str, members: Sequence[Result]) -> Wave:
    n = len(members)
    if n == 0 or is_small(n):
        return Wave(name, None, None, None, None, None)
    passed = sum(each.passed for each in members)
    mean, interval = mean_share(np.array([each.share for each in members], dtype=np.float64))
    return Wave(name, n, passed / n, wilson(passed, n), mean, interval)
