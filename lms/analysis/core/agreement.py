"""Agreement of raters who judged the same units: percent, Cohen's and Fleiss' kappa, Krippendorff's alpha.

A unit that fewer than two raters judged has no pair to compare and is in no figure. ``counts`` are weights: a row with
the count 20 stands for 20 units that were judged alike. Percent and the kappas ask for equal ratings whatever the level
of measurement is; alpha alone weighs by level how far two ratings lie apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from lms.analysis.core.responses import BoolArray, FloatArray, IntArray
from lms.kit.figures import Interval

DRAWS = 1000
"""So many samples of units the interval of alpha rests on."""

_CHUNK = 50  # draws that are computed together
_DENSE_VALUES = 64  # with more different values, the table of units x values is kept sparse
_MATRIX_VALUES = 2000  # with more different values, the ratio metric has no interval: the square would be too large


class Measure(StrEnum):
    """The level of measurement, which is the metric of alpha."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


class Lacking(StrEnum):
    """Why a figure has no value."""

    NO_PAIRS = "no-pairs"  # no unit has two ratings
    ONE_CATEGORY = "one-category"  # every rating is the same, so nothing could disagree by chance
    NOT_TWO_RATERS = "not-two-raters"  # Cohen's kappa compares exactly two
    UNEQUAL_RATINGS = "unequal-ratings"  # Fleiss' kappa needs as many ratings on every unit
    ONE_UNIT = "one-unit"  # a sample of one unit has no spread
    FEW_DRAWS = "few-draws"  # most samples hold one category only
    TOO_MANY_VALUES = "too-many-values"  # the ratio metric would compare more than 2,000 values, a thousand times


@dataclass(frozen=True, eq=False)
class Ratings:
    """Units x raters. ``values`` holds the place of each rating among ``numbers`` (or any names), -1 where none is.

    ``numbers`` ascend; they are None where ratings are names, which have the nominal level only. ``counts`` is the
    weight of each unit, a whole number of 0 and more. ``size`` says how many different values there are.
    """

    values: IntArray
    counts: IntArray
    size: int
    numbers: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All figures. ``units`` is the sum of counts, ``pairable`` that of units with two ratings.

    ``raters`` counts those who rated anything. ``percent`` is a share, 0 to 1; kappas and alpha are at most 1 and may
    be negative. ``interval`` is alpha's. Whatever is None has its reason under its name in ``reasons``.
    """

    units: int
    raters: int
    pairable: int
    percent: float | None
    cohen_kappa: float | None
    fleiss_kappa: float | None
    krippendorff_alpha: float | None
    interval: Interval | None
    reasons: Mapping[str, Lacking] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Table:
    """Units of at least two ratings, those rated alike in one row: ``rows`` of places, ``sizes``, ``weights``.

    ``table`` is rows x values: how often each value was given. It is dense or sparse, and is only multiplied.
    """

    rows: IntArray
    sizes: FloatArray
    weights: FloatArray
    table: Any
    unanimous: BoolArray


def agreement(ratings: Ratings, measure: Measure, seed: int = 1) -> Agreement:
    """Every figure of agreement, with the 95 % bootstrap interval of alpha (see :func:`alpha_interval`).

    >>> four = Ratings(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([20, 5, 10, 15]), 2)
    >>> found = agreement(four, Measure.NOMINAL)
    >>> found.units, found.raters, round(found.percent, 12), round(found.cohen_kappa, 12)
    (50, 2, 0.7, 0.4)
    """
    active = (ratings.values >= 0)[ratings.counts > 0].any(axis=0)
    pairs = _pairs(ratings)
    figures: dict[str, float | Lacking] = {
        "percent": _percent(pairs),
        "cohen_kappa": cohen_kappa(ratings),
        "fleiss_kappa": _fleiss(pairs),
        "krippendorff_alpha": _alpha(pairs, ratings, measure),
    }
    interval = _interval(pairs, ratings, measure, seed, figures["krippendorff_alpha"])
    reasons = {name: value for name, value in figures.items() if isinstance(value, Lacking)}
    if isinstance(interval, Lacking):
        reasons["interval"] = interval
    values = {name: None if isinstance(value, Lacking) else value for name, value in figures.items()}
    return Agreement(
        units=int(ratings.counts.sum()),
        raters=int(active.sum()),
        pairable=int(pairs.weights.sum()),
        interval=None if isinstance(interval, Lacking) else interval,
        reasons=reasons,
        **values,
    )


def percent_agreement(ratings: Ratings) -> float | Lacking:
    """Mean over units of the share of pairs of raters who agree, 0 to 1 (Fleiss 1971: the mean of P_i).

    P_i = sum over values of n_ic (n_ic - 1) / (m_i (m_i - 1)), for the m_i >= 2 ratings of unit i; of two raters it is
    the share of units on which both say the same.

    >>> percent_agreement(Ratings(np.array([[0, 0, 1], [1, 1, 1]]), np.array([1, 1]), 2))  # (1/3 + 1) / 2
    0.6666666666666666
    """
    return _percent(_pairs(ratings))


def cohen_kappa(ratings: Ratings) -> float | Lacking:
    """(po - pe) / (1 - pe) of exactly two raters, unweighted, over the units that both judged (Cohen 1960).

    po is the share of equal ratings, pe = sum of p1c p2c. At most 1. Not defined for other numbers of raters, and where
    both gave everything the same value.

    >>> cohen_kappa(Ratings(np.array([[0, 0], [1, 1], [0, 1], [1, 0]]), np.array([1, 1, 1, 1]), 2))
    0.0
    """
    present = ratings.values[ratings.counts > 0]
    counts = ratings.counts[ratings.counts > 0].astype(np.float64)
    active = np.flatnonzero((present >= 0).any(axis=0))
    if len(active) != 2:
        return Lacking.NOT_TWO_RATERS
    one, other = present[:, active[0]], present[:, active[1]]
    both = (one >= 0) & (other >= 0)
    if not both.any():
        return Lacking.NO_PAIRS
    one, other, counts = one[both], other[both], counts[both]
    if len(np.unique(np.concatenate([one, other]))) == 1:
        return Lacking.ONE_CATEGORY
    total = counts.sum()
    observed = float(counts[one == other].sum() / total)
    shares = (np.bincount(who, weights=counts, minlength=ratings.size) / total for who in (one, other))
    expected = float(np.multiply(*shares).sum())
    return (observed - expected) / (1 - expected)


def fleiss_kappa(ratings: Ratings) -> float | Lacking:
    """(P - Pe) / (1 - Pe) with P of :func:`percent_agreement` and Pe = sum of p_c squared (Fleiss 1971).

    p_c is the share of the value c among all ratings. At most 1. Not defined where units have unequal numbers of
    ratings (units with fewer than two are left out first), and where all are the same. Who rated does not matter.

    >>> fleiss_kappa(Ratings(np.array([[0, 0], [0, 1]]), np.array([1, 1]), 2))  # (1/2 - 10/16) / (1 - 10/16)
    -0.3333333333333333
    """
    return _fleiss(_pairs(ratings))


def krippendorff_alpha(ratings: Ratings, measure: Measure) -> float | Lacking:
    """1 - Do / De, with missing ratings (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability").

    Do = sum over units of the squared differences of all ordered pairs in it / (m_i - 1), over n; De = the same over
    all ordered pairs of the n pairable ratings, over n (n - 1). Squared differences of c and k: 1 if they differ
    (nominal); (sum of the n_g from c to k - (n_c + n_k) / 2) squared (ordinal); (c - k) squared (interval);
    ((c - k) / (c + k)) squared (ratio, of numbers from 0). At most 1. Not defined where all ratings are the same.

    >>> rows = Ratings(np.array([[0, 0], [1, 1], [0, 1], [2, 2]]), np.array([1] * 4), 3, np.array([1.0, 2.0, 3.0]))
    >>> round(krippendorff_alpha(rows, Measure.NOMINAL), 12)  # Do = 2/8; De = (64 - 9 - 9 - 4) / 56
    0.666666666667
    >>> round(krippendorff_alpha(rows, Measure.INTERVAL), 12)  # Do = 2/8; De = 2 (8 * 33 - 15**2) / 56
    0.820512820513
    """
    return _alpha(_pairs(ratings), ratings, measure)


def alpha_interval(ratings: Ratings, measure: Measure, seed: int = 1) -> Interval | Lacking:
    """The 95 % interval of alpha: percentiles 2.5 and 97.5 over 1,000 samples of the units, with replacement.

    Units with two ratings are drawn, as many as there are, and everything is computed anew on each sample, the ordinal
    metric too; samples of one category have no alpha and are left out (Efron and Tibshirani 1993, chapter 13). The
    same seed gives the same interval, in whatever order units and raters stand.

    >>> agreed = Ratings(np.array([[0, 0], [1, 1], [1, 1], [0, 0]]), np.array([9, 9, 9, 9]), 2)
    >>> alpha_interval(agreed, Measure.NOMINAL)
    Interval(low=1.0, high=1.0)
    """
    pairs = _pairs(ratings)
    return _interval(pairs, ratings, measure, seed, _alpha(pairs, ratings, measure))


def _pairs(ratings: Ratings) -> _Table:
    sizes = (ratings.values >= 0).sum(axis=1)
    kept = (sizes >= 2) & (ratings.counts > 0)
    rows, inverse = np.unique(np.sort(ratings.values[kept], axis=1), axis=0, return_inverse=True)
    weights = np.bincount(inverse.ravel(), weights=ratings.counts[kept], minlength=len(rows)).astype(np.float64)
    given = rows >= 0
    unit, rater = np.nonzero(given)
    lowest = np.where(given, rows, ratings.size).min(axis=1, initial=ratings.size)
    unanimous = lowest == rows.max(axis=1, initial=-1)
    return _Table(
        rows,
        given.sum(axis=1).astype(np.float64),
        weights,
        _counted(unit, rows[unit, rater], (len(rows), max(ratings.size, 1))),
        np.asarray(unanimous),
    )


def _counted(unit: IntArray, value: IntArray, shape: tuple[int, int]) -> Any:
    if shape[1] <= _DENSE_VALUES:
        return np.bincount(unit * shape[1] + value, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    from scipy.sparse import csr_array  # noqa: PLC0415  # slow to import, and needed by few files

    return csr_array((np.ones(len(unit)), (unit, value)), shape=shape)


def _equal_pairs(pairs: _Table) -> FloatArray:
    """Per unit: its ordered pairs of equal ratings."""
    squares = pairs.table * pairs.table
    return np.asarray(squares.sum(axis=1), dtype=np.float64).ravel() - pairs.sizes


def _percent(pairs: _Table) -> float | Lacking:
    if len(pairs.sizes) == 0:
        return Lacking.NO_PAIRS
    shares = _equal_pairs(pairs) / (pairs.sizes * (pairs.sizes - 1))
    return float(pairs.weights @ shares / pairs.weights.sum())


def _fleiss(pairs: _Table) -> float | Lacking:
    observed = _percent(pairs)
    if isinstance(observed, Lacking):
        return observed
    if np.ptp(pairs.sizes) > 0:
        return Lacking.UNEQUAL_RATINGS
    margins = pairs.weights @ pairs.table
    if (margins > 0).sum() < 2:
        return Lacking.ONE_CATEGORY
    expected = float(((margins / margins.sum()) ** 2).sum())
    return (observed - expected) / (1 - expected)


def _alpha(pairs: _Table, ratings: Ratings, measure: Measure) -> float | Lacking:
    if len(pairs.sizes) == 0:
        return Lacking.NO_PAIRS
    found = float(_alphas(pairs, ratings, measure, pairs.weights[np.newaxis], _fixed(pairs, ratings, measure))[0])
    return Lacking.ONE_CATEGORY if np.isnan(found) else found


def _interval(
    pairs: _Table, ratings: Ratings, measure: Measure, seed: int, alpha: float | Lacking
) -> Interval | Lacking:
    if isinstance(alpha, Lacking):
        return alpha
    units = int(pairs.weights.sum())
    if units < 2:
        return Lacking.ONE_UNIT
    if measure is Measure.RATIO and ratings.size > _MATRIX_VALUES:
        return Lacking.TOO_MANY_VALUES
    generator = np.random.Generator(np.random.PCG64(seed))
    shares, fixed = pairs.weights / pairs.weights.sum(), _fixed(pairs, ratings, measure)
    samples = (generator.multinomial(units, shares, size=_CHUNK) for _ in range(DRAWS // _CHUNK))
    found = np.concatenate([_alphas(pairs, ratings, measure, sample.astype(np.float64), fixed) for sample in samples])
    defined = found[~np.isnan(found)]
    if len(defined) < DRAWS / 2:
        return Lacking.FEW_DRAWS
    low, high = np.percentile(defined, [2.5, 97.5])
    return Interval(float(low), float(high))


def _fixed(pairs: _Table, ratings: Ratings, measure: Measure) -> FloatArray | None:
    """Per unit: the squared differences of its ordered pairs, where these are the same in every sample."""
    if measure is Measure.NOMINAL:
        return pairs.sizes * (pairs.sizes - 1) - _equal_pairs(pairs)
    if ratings.numbers is None:
        raise ValueError("names have no order and no distance")
    return _ratios_within(pairs, ratings.numbers) if measure is Measure.RATIO else None


def _alphas(
    pairs: _Table, ratings: Ratings, measure: Measure, weights: FloatArray, fixed: FloatArray | None
) -> FloatArray:
    """Alpha of each sample, draws x units; NaN where it holds one value only."""
    margins = np.asarray(weights @ pairs.table)
    n = margins.sum(axis=1)
    if fixed is not None:
        observed = weights @ (fixed / (pairs.sizes - 1))
        numbers = ratings.numbers if measure is Measure.RATIO else None
        expected = n**2 - (margins**2).sum(axis=1) if numbers is None else _ratios_between(numbers, margins)
    elif measure is Measure.ORDINAL:
        ranks = np.cumsum(margins, axis=1) - margins / 2  # the middle rank of each value
        observed, expected = _distances(pairs, weights, margins, ranks)
    else:
        scores = np.broadcast_to(_scaled(ratings.numbers), margins.shape)
        observed, expected = _distances(pairs, weights, margins, scores)
    varies = ((margins > 0).sum(axis=1) > 1) & (expected > 0)
    share = np.divide((n - 1) * observed, expected, out=np.full(len(n), np.nan), where=varies)
    return np.asarray(1 - share)


def _distances(
    pairs: _Table, weights: FloatArray, margins: FloatArray, scores: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Per sample: squared distances of scores in units, each over m - 1; and of all pairs.

    All ordered pairs among m scores x differ by 2 (m * sum of x squared - the square of the sum).
    """
    n = margins.sum(axis=1)
    within = 2 * (pairs.sizes[:, np.newaxis] * (pairs.table @ scores.T**2) - (pairs.table @ scores.T) ** 2)
    within[pairs.unanimous] = 0
    observed = (weights.T * np.maximum(within, 0) / (pairs.sizes - 1)[:, np.newaxis]).sum(axis=0)
    middle = (margins * scores).sum(axis=1, keepdims=True) / n[:, np.newaxis]
    return observed, 2 * n * (margins * (scores - middle) ** 2).sum(axis=1)


def _scaled(numbers: FloatArray | None) -> FloatArray:
    """Numbers moved and shrunk to -1..1, which alpha does not feel and arithmetic does."""
    if numbers is None:
        raise ValueError("names have no order and no distance")
    low, high = numbers.min(), numbers.max()
    reach = high / 2 - low / 2
    return (numbers - (low / 2 + high / 2)) / reach if reach > 0 else np.zeros(len(numbers))


def _ratios_within(pairs: _Table, numbers: FloatArray) -> FloatArray:
    if numbers.min() < 0:
        raise ValueError("ratios are of numbers from 0")
    within = np.zeros(len(pairs.rows))
    for first in range(pairs.rows.shape[1]):
        for second in range(first):
            both = (pairs.rows[:, first] >= 0) & (pairs.rows[:, second] >= 0)
            pair = pairs.rows[both]
            within[both] += 2 * _ratio(numbers[pair[:, first]], numbers[pair[:, second]])
    return within


def _ratios_between(numbers: FloatArray, margins: FloatArray) -> FloatArray:
    between = np.zeros(len(margins))
    for start in range(0, len(numbers), _MATRIX_VALUES // 4):
        part = slice(start, start + _MATRIX_VALUES // 4)
        between += (margins[:, part] @ _ratio(numbers[part, np.newaxis], numbers) * margins).sum(axis=1)
    return between


def _ratio(one: FloatArray, other: FloatArray) -> FloatArray:
    half = one / 2 + other / 2
    share = np.divide(one / 2 - other / 2, half, out=np.zeros(np.shape(half)), where=half > 0)
    return np.asarray(share**2)
