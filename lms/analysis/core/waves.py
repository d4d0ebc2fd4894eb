"""Results of a quiz from month to month: each person's first attempt of a month, by the month of its assignment.

Views may be subtracted, so who is counted follows from what else is shown of the same attempts (``populations``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.items import mean_share
from lms.kit.figures import Interval, is_small, wilson


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt that may be counted in its month."""

    wave: str
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


def waves(results: Sequence[Result], names: Sequence[str]) -> tuple[Wave, ...]:
    """The months of these names. Those of which nobody may be counted have no figures."""
    return tuple(_wave(name, [each for each in results if each.wave == name]) for name in names)


def _wave(name: str, members: Sequence[Result]) -> Wave:
    n = len(members)
    if n == 0 or is_small(n):
        return Wave(name, None, None, None, None, None)
    passed = sum(each.passed for each in members)
    mean, interval = mean_share(np.array([each.share for each in members], dtype=np.float64))
    return Wave(name, n, passed / n, wilson(passed, n), mean, interval)
