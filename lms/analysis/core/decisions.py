"""How far a decision by the cut score would come out the same again, and how far it is right.

Livingston and Lewis (1995): the test is replaced by one of right-or-wrong items whose number, the *effective length*,
gives scores of the same reliability; true scores follow a Beta distribution, errors are binomial. On a test of equally
weighted right-or-wrong items whose reliability is KR-21, the effective length is the number of items and the method is
that of Huynh (1976) and of Hanson and Brennan (1990) with two parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from lms.analysis.core.reliability import score_figures
from lms.analysis.core.responses import FloatArray, Responses

_POINTS = 256  # of the quadrature, on each side of the cut


class Undecided(StrEnum):
    """Why the consistency of decisions has no value."""

    NO_RELIABILITY = "no-reliability"  # alpha is not defined, or outside 0 to 1
    NO_ROOM = "no-room"  # scores spread as far as they can: the model has no true scores for that


@dataclass(frozen=True, slots=True)
class TrueScores:
    """True scores as shares of the maximum: Beta(a, b) between ``low`` and ``high``."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class Decisions:
    """All lie between 0 and 1; all but ``kappa`` are shares of people.

    ``consistency``: the same decision on two parallel tests; ``kappa`` the same beyond chance. ``accuracy``: the
    decision of the true score; it fails by ``false_pass`` and ``false_fail``. ``length`` is the effective number of
    items.
    """

    length: int
    consistency: float
    kappa: float | None
    accuracy: float
    false_pass: float
    false_fail: float


def decision_figures(responses: Responses, cut: float) -> Decisions | Undecided:
    """Consistency and accuracy of the cut score on the complete rows; ``cut`` is a share of all marks, over 0 to 1.

    The reliability is alpha.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> scores = [0, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    >>> cells = [Answer(f"L{p}", f"Q{n}", float(n < score)) for p, score in enumerate(scores) for n in range(5)]
    >>> rows = collect([Person(f"L{p}") for p in range(10)], [Item(f"Q{n}") for n in range(5)], cells)
    >>> found = decision_figures(rows, 0.6)
    >>> found.length, round(found.consistency, 2), round(found.accuracy, 2)
    (7, 0.82, 0.87)
    """
    figures = score_figures(responses)
    if figures.alpha is None or figures.sd is None or figures.mean is None or not 0 < figures.alpha < 1:
        return Undecided.NO_RELIABILITY
    maximum = float(responses.maxima.sum())
    length = effective_length(figures.mean, figures.sd**2, figures.alpha, maximum)
    true = fit_true_scores(figures.mean / maximum, figures.alpha * (figures.sd / maximum) ** 2)
    return Undecided.NO_ROOM if true is None or length is None else classified(true, length, cut)


def effective_length(mean: float, variance: float, reliability: float, maximum: float) -> int | None:
    """(M (X - M) - r s2) / (s2 (1 - r)), rounded, at least 1 (Livingston and Lewis 1995, of a minimum of 0).

    Of scores from 0 to ``maximum`` (X); ``reliability`` over 0 and under 1. None where scores spread too far.

    >>> effective_length(16.4987, 64.7823, 0.87217, 40)  # ACT mathematics, 40 right-or-wrong items (Brennan 2004)
    40
    """
    if not 0 < reliability < 1 or variance <= 0:
        raise ValueError("a reliability lies between 0 and 1, and scores vary")
    length = (mean * (maximum - mean) - reliability * variance) / (variance * (1 - reliability))
    return max(round(length), 1) if length > 0 else None


def fit_true_scores(mean: float, variance: float, low: float = 0.0, high: float = 1.0) -> TrueScores | None:
    """The Beta distribution with this mean and variance of true scores as shares; None where there is none.

    With m and v brought to ``low``..``high``: a = m (m (1 - m) / v - 1), b = (1 - m) (m (1 - m) / v - 1).

    >>> fitted = fit_true_scores(0.41247, 0.035314, low=0.22317)  # published: 0.52378 and 1.62569
    >>> round(fitted.a, 3), round(fitted.b, 3)
    (0.524, 1.626)
    """
    share, spread = (mean - low) / (high - low), variance / (high - low) ** 2
    if not 0 < share < 1 or not 0 < spread < share * (1 - share):
        return None
    size = share * (1 - share) / spread - 1
    return TrueScores(share * size, (1 - share) * size, low, high)


def classified(true: TrueScores, length: int, cut: float) -> Decisions:
    """The decisions that follow from true scores, for so many right-or-wrong items and a cut over 0 to 1.

    Passed is a share of at least the cut, on the test (the smallest whole number of items that reaches it) and of the
    true score. With P = chance to pass given the true score: consistency = mean of P^2 + (1 - P)^2, chance = the same
    of the mean of P, kappa = (consistency - chance) / (1 - chance), None where everybody decides alike. That quotient
    is the variance of P over what it could be at most, and made so: near 0 a difference of sums loses its digits.

    The ACT mathematics example of BB-CLASS (Brennan 2004; 40 items, cut 24): consistency 0.92203, kappa 0.75612,
    accuracy 0.94427.

    >>> found = classified(TrueScores(0.52378, 1.62569, 0.22317, 1.0), 40, 24 / 40)
    >>> round(found.consistency, 4), round(found.kappa, 4), round(found.accuracy, 4)
    (0.922, 0.7561, 0.9443)
    """
    if not 0 < cut <= 1 or length < 1:
        raise ValueError("a cut lies over 0 and not over 1, and a test has an item")
    needed = math.ceil(length * cut - 1e-9)
    below, weights_below = _passing(true, length, needed, cut, under=True)
    above, weights_above = _passing(true, length, needed, cut, under=False)
    passing = np.concatenate([below, above])
    weights = np.concatenate([weights_below, weights_above])
    consistency = float(weights @ (passing**2 + (1 - passing) ** 2))
    passed = float(weights @ passing)
    variance, most = float(weights @ (passing - passed) ** 2), passed * (1 - passed)
    false_pass, false_fail = float(weights_below @ below), float(weights_above @ (1 - above))
    return Decisions(
        length=length,
        consistency=consistency,
        kappa=variance / most if most > 1e-12 else None,
        accuracy=1 - false_pass - false_fail,
        false_pass=false_pass,
        false_fail=false_fail,
    )


@lru_cache(maxsize=1)
def _quadrature() -> tuple[FloatArray, FloatArray]:
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    return points, weights


def _passing(true: TrueScores, length: int, needed: int, cut: float, *, under: bool) -> tuple[FloatArray, FloatArray]:
    """The chance to pass at points of the true score under the cut, or from it on, and their weights.

    The points are even in probability (Gauss and Legendre), so a Beta that is steep at its ends needs no more of them.
    """
    from scipy.special import betainc, betaincinv  # noqa: PLC0415  # slow to import, and needed by few pages

    share = min(max((cut - true.low) / (true.high - true.low), 0.0), 1.0)
    border = float(betainc(true.a, true.b, share))
    start, end = (0.0, border) if under else (border, 1.0)
    points, weights = _quadrature()
    places = start + (end - start) * (points + 1) / 2
    scores = true.low + (true.high - true.low) * np.asarray(betaincinv(true.a, true.b, places))
    return np.asarray(betainc(needed, length - needed + 1, scores)), weights * (end - start) / 2
