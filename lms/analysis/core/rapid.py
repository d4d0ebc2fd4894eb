"""Answers given too fast to have read the question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lms.analysis.core.responses import BoolArray, FloatArray

LEAST_SECONDS = 3.0
"""Nobody reads a question in less."""

SHARE_OF_MEDIAN = 0.1


@dataclass(frozen=True, eq=False)
class RapidGuesses:
    """``thresholds`` in seconds per item (NaN where nobody has a time); ``rapid`` is people x items.

    ``by_item`` is the share of answers that were rapid, ``effort`` each person's share that were not (response-time
    effort, Wise and Kong 2005); both 0 to 1, NaN where there is no time to tell from.
    """

    thresholds: FloatArray
    rapid: BoolArray
    by_item: FloatArray
    effort: FloatArray


def rapid_guesses(seconds: FloatArray) -> RapidGuesses:
    """Judge people x items of answering times in seconds; NaN where an item was not answered or not timed.

    An answer is rapid under max(3 s, 10 % of the item's median), a normative threshold as Wise and Ma's NT10 (2012)
    with the median for the mean, which a forgotten window does not move. Times under 0 are a ValueError.

    >>> found = rapid_guesses(np.array([[2.0, 4.0], [20.0, 50.0], [30.0, 60.0], [25.0, np.nan]]))
    >>> found.thresholds.tolist(), found.rapid[:, 0].tolist(), found.rapid[:, 1].tolist()
    ([3.0, 5.0], [True, False, False, False], [True, False, False, False])
    >>> found.by_item.round(3).tolist(), found.effort.tolist()
    ([0.25, 0.333], [0.0, 1.0, 1.0, 1.0])
    """
    timed = ~np.isnan(seconds)
    if (seconds[timed] < 0).any():
        raise ValueError("a time is not under 0 seconds")
    medians = np.full(seconds.shape[1], np.nan)
    some = timed.any(axis=0)
    if some.any():
        medians[some] = np.nanmedian(seconds[:, some], axis=0)
    thresholds = np.where(some, np.maximum(LEAST_SECONDS, SHARE_OF_MEDIAN * medians), np.nan)
    rapid = timed & (np.where(timed, seconds, np.inf) < np.where(some, thresholds, 0))
    return RapidGuesses(thresholds, rapid, _share(rapid, timed, 0), 1 - _share(rapid, timed, 1))


def _share(rapid: BoolArray, timed: BoolArray, axis: int) -> FloatArray:
    counts = timed.sum(axis=axis)
    shares = np.divide(rapid.sum(axis=axis), counts, out=np.full(len(counts), np.nan), where=counts > 0)
    return np.asarray(shares)
