"""How total scores are spread, and what else than alpha tells of their consistency. Complete rows only.

Moments have the divisor n (g1 and g2); Moodle's report has sample forms of its own under the same words
(:mod:`lms.analysis.core.moodle`). KR-20 is alpha of right-or-wrong items (:func:`lms.analysis.core.reliability.alpha`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lms.analysis.core.items import correlations, spread
from lms.analysis.core.responses import FloatArray, Responses

_SINGULAR = 1e10  # a correlation matrix of a higher condition number has no inverse worth the name


@dataclass(frozen=True, slots=True)
class TotalFigures:
    """The distribution of ``n`` total scores, in marks, and coefficients of consistency, at most 1.

    ``skewness`` and ``kurtosis`` are g1 and g2 (0 for a normal distribution). ``odd_even`` is the correlation of the
    halves, ``split_half`` what it becomes at full length. None where a figure is not defined.
    """

    n: int
    mean: float | None
    median: float | None
    sd: float | None
    lowest: float | None
    highest: float | None
    skewness: float | None
    kurtosis: float | None
    kr21: float | None
    odd_even: float | None
    split_half: float | None
    mean_correlation: float | None
    standardised_alpha: float | None
    lambda6: float | None


def total_figures(responses: Responses) -> TotalFigures:
    """All figures of the complete rows.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> rows = {"L1": (1, 1, 1), "L2": (1, 1, 0), "L3": (1, 0, 0), "L4": (0, 0, 0), "L5": (0, 0, 0)}
    >>> answers = [Answer(code, f"Q{n}", share) for code, row in rows.items() for n, share in enumerate(row)]
    >>> found = total_figures(collect([Person(code) for code in rows], [Item(f"Q{n}") for n in range(3)], answers))
    >>> found.mean, found.median, round(found.skewness, 3), round(found.kr21, 3)
    (1.2, 1.0, 0.363, 0.706)
    """
    totals, marks = responses.totals, responses.marks[responses.complete]
    n = len(totals)
    halves = split_half(marks)
    mean_correlation = mean_item_correlation(marks)
    is_binary = bool((responses.maxima == 1).all() and np.isin(marks, (0.0, 1.0)).all())
    return TotalFigures(
        n=n,
        mean=float(totals.mean()) if n else None,
        median=float(np.median(totals)) if n else None,
        sd=spread(totals),
        lowest=float(totals.min()) if n else None,
        highest=float(totals.max()) if n else None,
        skewness=skewness(totals),
        kurtosis=kurtosis(totals),
        kr21=kr21(totals, marks.shape[1]) if is_binary else None,
        odd_even=None if halves is None else halves[0],
        split_half=None if halves is None else halves[1],
        mean_correlation=mean_correlation,
        standardised_alpha=None if mean_correlation is None else standardised_alpha(mean_correlation, marks.shape[1]),
        lambda6=lambda6(marks),
    )


def skewness(scores: FloatArray) -> float | None:
    """g1 = m3 / m2^1.5 with central moments of divisor n (Fisher 1930); over 0 with a long tail of high scores.

    Between -(n - 2) / sqrt(n - 1) and that turned over. None where scores do not vary.

    >>> round(skewness(np.array([0.0, 0.0, 0.0, 4.0])), 6)  # m2 = 3, m3 = 6
    1.154701
    """
    moments = _moments(scores)
    return None if moments is None else moments[1] / moments[0] ** 1.5


def kurtosis(scores: FloatArray) -> float | None:
    """g2 = m4 / m2^2 - 3 with central moments of divisor n (Fisher 1930); -2 at least. None where scores do not vary.

    >>> kurtosis(np.array([0.0, 0.0, 1.0, 1.0])), round(kurtosis(np.array([0.0, 0.0, 0.0, 4.0])), 6)
    (-2.0, -0.666667)
    """
    moments = _moments(scores)
    return None if moments is None else moments[2] / moments[0] ** 2 - 3


def kr21(totals: FloatArray, items: int) -> float | None:
    """k / (k - 1) * (1 - M (k - M) / (k s2)), s2 with divisor n (Kuder and Richardson 1937, formula 21).

    For ``items`` (k) right-or-wrong items of one mark: what alpha would be if all were equally hard, and so never
    above it. None for fewer than two items, and where totals do not vary.

    >>> round(kr21(np.array([3.0, 2.0, 1.0, 0.0]), 3), 12)  # M = 1.5, s2 = 1.25: 1.5 * (1 - 2.25 / 3.75)
    0.6
    """
    if items < 2 or len(totals) == 0 or np.ptp(totals) == 0:
        return None
    mean = float(totals.mean())
    return items / (items - 1) * (1 - mean * (items - mean) / (items * float(totals.var())))


def split_half(marks: FloatArray) -> tuple[float, float] | None:
    """The correlation r of odd and even items (people x items, in their order), and 2 r / (1 + r).

    The second is Spearman's and Brown's step from half to full length (Spearman 1910; Brown 1910). It depends on the
    order of items. At most 1; None where a half does not vary, or r = -1.

    >>> split_half(np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]))
    (0.3333333333333333, 0.5)
    """
    if marks.shape[1] < 2:
        return None
    halves = (np.round(marks[:, start::2].sum(axis=1), 9)[:, np.newaxis] for start in (0, 1))
    found = correlations(*halves)[0]
    return None if found is None or found <= -1 + 1e-12 else (found, 2 * found / (1 + found))


def mean_item_correlation(marks: FloatArray) -> float | None:
    """The mean of Pearson's correlations over all pairs of items, -1 to 1. None unless two or more all vary.

    >>> round(mean_item_correlation(np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0]])), 6)
    0.5
    """
    matrix = _correlation_matrix(marks)
    if matrix is None:
        return None
    items = len(matrix)
    return float((matrix.sum() - items) / (items * (items - 1)))


def standardised_alpha(mean_correlation: float, items: int) -> float | None:
    """k r / (1 + (k - 1) r): alpha of items brought to equal variance (Cronbach 1951). At most 1.

    >>> round(standardised_alpha(0.2, 10), 6)
    0.714286
    """
    whole = 1 + (items - 1) * mean_correlation
    return None if whole <= 1e-12 else items * mean_correlation / whole


def lambda6(marks: FloatArray) -> float | None:
    """Guttman's lambda 6 (1945): 1 - sum of (1 - squared multiple correlation of each item) / sum of correlations.

    A lower bound of reliability from the correlation matrix R, 1 - SMC being 1 / (the diagonal of R inverse). None
    where an item does not vary or follows from the others.

    >>> rows = np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    >>> round(lambda6(rows), 6)  # r = 1/3: each item is told to 1/9 by the other, 1 - (16/9) / (8/3)
    0.333333
    """
    matrix = _correlation_matrix(marks)
    if matrix is None or np.linalg.cond(matrix) > _SINGULAR or matrix.sum() <= 1e-12:
        return None
    unique = 1 / np.diag(np.linalg.inv(matrix))
    return float(1 - unique.sum() / matrix.sum())


def _moments(scores: FloatArray) -> tuple[float, float, float] | None:
    """The second, third and fourth central moment, of scores shrunk to a range of 1."""
    reach = float(np.ptp(scores)) if len(scores) else 0.0
    if reach == 0:
        return None
    away = (scores - scores.mean()) / reach
    second, third, fourth = (float((away**power).mean()) for power in (2, 3, 4))
    return second, third, fourth


def _correlation_matrix(marks: FloatArray) -> FloatArray | None:
    people, items = marks.shape
    if people < 2 or items < 2 or (np.ptp(marks, axis=0) == 0).any():
        return None
    away = marks - marks.mean(axis=0)
    away = away / np.sqrt((away**2).sum(axis=0))
    return np.asarray(away.T @ away)
