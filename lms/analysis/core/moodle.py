"""The figures of Moodle's quiz statistics report, so that who moves from there finds the same numbers.

n attempts, k slots, x = marks of an item, T = sum of marks, y = T - x, S = the most possible. Variances and covariances
have divisor n - 1. Blank, not reached and missing all count 0 here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.responses import FloatArray, Responses

_NOISE = 1e-12  # a (co)variance under this part of the variances it comes from is the float's, not the people's


@dataclass(frozen=True, slots=True)
class MoodleItem:
    """``facility`` is 0 to 1 and ``sd`` in marks; the rest is in percent. None where the report leaves a blank.

    ``effective_weight`` = 100 * sqrt(Cov(x, T)) / the sum of these roots over items where it is not negative;
    ``discrimination_index`` = 100 * correlation of x and y; ``discriminative_efficiency`` = 100 * Cov(x, y) / the
    greatest covariance the two could have, which they reach when each is sorted on its own.
    """

    item: str
    facility: float | None
    sd: float | None
    intended_weight: float | None
    effective_weight: float | None
    discrimination_index: float | None
    discriminative_efficiency: float | None


@dataclass(frozen=True, slots=True)
class MoodleQuiz:
    """``mean``, ``median``, ``sd``, ``standard_error`` are in marks; ``cic`` (alpha) and ``error_ratio`` in percent."""

    mean: float | None
    median: float | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    cic: float | None
    error_ratio: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class MoodleRow:
    """An item in all the columns of the report's table, under the names that they have there.

    Marks and (co)variances of marks are in marks, ``facility`` is 0 to 1, ``randomguessscore`` a share of the maximum,
    the rest in percent. None where the report leaves a blank.
    """

    item: str
    s: int
    markaverage: float | None
    facility: float | None
    sd: float | None
    sd_pct_of_max: float | None
    randomguessscore: float | None
    intended_weight_pct: float | None
    covariancewithoverallmark: float | None
    negcovar: bool | None
    effectiveweight: float | None
    covariance: float | None
    markvariance: float | None
    othermarkvariance: float | None
    discriminationindex: float | None
    covariancemax: float | None
    discriminativeefficiency: float | None


def random_guess_score(fractions: Sequence[float]) -> float | None:
    """What choosing one option blindly earns: the mean of the fractions, negative ones included. None of no options.

    >>> random_guess_score([1, 0, 0, 0]), random_guess_score([1.0, -0.5, -0.5])
    (0.25, 0.0)
    """
    return sum(fractions) / len(fractions) if fractions else None


def moodle_table(responses: Responses, fractions: Mapping[str, Sequence[float]] | None = None) -> tuple[MoodleRow, ...]:
    """Every column of the item table. ``fractions`` has those of all options, for single-choice items alone.

    What is not in it has no random guess score: of questions with several answers the report gives none, and a file of
    answers does not tell which options nobody chose.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> rows = {"L1": (1, 1, 1), "L2": (1, 1, 0), "L3": (1, 0, 0), "L4": (0, 0, 0)}
    >>> answers = [Answer(code, f"Q{n}", share) for code, row in rows.items() for n, share in enumerate(row)]
    >>> found = collect([Person(code) for code in rows], [Item(f"Q{n}") for n in range(3)], answers)
    >>> first = moodle_table(found, {"Q0": [1, 0, 0, 0]})[0]
    >>> first.markaverage, first.randomguessscore, round(first.covariance, 4), round(first.covariancemax, 4)
    (0.75, 0.25, 0.25, 0.25)
    """
    marks, n = responses.marks, len(responses.people)
    totals = marks.sum(axis=1)
    others = totals[:, np.newaxis] - marks
    columns = (
        _variances(marks),
        _variances(others),
        _covariances(marks, others),
        _covariances(marks, totals[:, np.newaxis]),
        _covariances(np.sort(marks, axis=0), np.sort(others, axis=0)),
    )
    rows = []
    for place, (item, figures) in enumerate(zip(responses.items, moodle_items(responses), strict=True)):
        known: list[float | None] = [float(column[place]) if n > 1 else None for column in columns]
        of_marks, of_others, with_others, with_total, greatest = known
        rows.append(
            MoodleRow(
                item=item.code,
                s=n,
                markaverage=float(marks[:, place].mean()) if n else None,
                facility=figures.facility,
                sd=figures.sd,
                sd_pct_of_max=None if figures.sd is None else 100 * figures.sd / item.maximum,
                randomguessscore=random_guess_score((fractions or {}).get(item.code, ())),
                intended_weight_pct=figures.intended_weight,
                covariancewithoverallmark=with_total,
                negcovar=None if with_total is None else with_total < 0,
                effectiveweight=figures.effective_weight,
                covariance=with_others,
                markvariance=of_marks,
                othermarkvariance=of_others,
                discriminationindex=figures.discrimination_index,
                covariancemax=greatest,
                discriminativeefficiency=figures.discriminative_efficiency,
            )
        )
    return tuple(rows)


def percent_of_maximum(quiz: MoodleQuiz, maximum: float) -> dict[str, float | None]:
    """What the report shows of a quiz: 100 * value / ``maximum`` of the figures in marks.

    >>> percent_of_maximum(MoodleQuiz(6.0, 7.0, 1.5, None, None, None, None, None), 10)
    {'mean': 60.0, 'median': 70.0, 'sd': 15.0, 'standard_error': None}
    """
    values = {"mean": quiz.mean, "median": quiz.median, "sd": quiz.sd, "standard_error": quiz.standard_error}
    return {name: None if value is None else 100 * value / maximum for name, value in values.items()}


def moodle_items(responses: Responses) -> tuple[MoodleItem, ...]:
    """The item table of the report.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> rows = {"L1": (1, 1, 1), "L2": (1, 1, 0), "L3": (1, 0, 0), "L4": (0, 0, 0)}
    >>> answers = [Answer(code, f"Q{n}", share) for code, row in rows.items() for n, share in enumerate(row)]
    >>> first = moodle_items(collect([Person(code) for code in rows], [Item(f"Q{n}") for n in range(3)], answers))[0]
    >>> round(first.intended_weight, 1), round(first.discrimination_index, 1), round(first.discriminative_efficiency, 1)
    (33.3, 52.2, 100.0)
    """
    marks, people = responses.marks, len(responses.people)
    if people == 0:
        return tuple(MoodleItem(item.code, None, None, None, None, None, None) for item in responses.items)
    totals = marks.sum(axis=1)
    others = totals[:, np.newaxis] - marks
    of_marks, of_others = _variances(marks), _variances(others)
    with_total, with_others = _covariances(marks, totals[:, np.newaxis]), _covariances(marks, others)
    greatest = _covariances(np.sort(marks, axis=0), np.sort(others, axis=0))
    roots = np.sqrt(np.maximum(with_total, 0))
    possible = float(responses.maxima.sum())
    return tuple(
        MoodleItem(
            item=item.code,
            facility=float(marks[:, place].mean()) / item.maximum,
            sd=math.sqrt(of_marks[place]) if people > 1 else None,
            intended_weight=100 * item.maximum / possible,
            effective_weight=_percent(roots[place], roots.sum()) if with_total[place] >= 0 else None,
            discrimination_index=_percent(with_others[place], math.sqrt(of_marks[place] * of_others[place])),
            discriminative_efficiency=_percent(with_others[place], greatest[place]),
        )
        for place, item in enumerate(responses.items)
    )


def moodle_quiz(responses: Responses) -> MoodleQuiz:
    """The figures of the whole quiz; skewness needs 3 attempts, kurtosis 4, the last three 3 attempts and 2 items."""
    totals = np.round(responses.marks.sum(axis=1), 9)
    n, items = responses.marks.shape
    if n == 0:
        return MoodleQuiz(None, None, None, None, None, None, None, None)
    mean, median = float(totals.mean()), float(np.median(totals))
    if n == 1 or np.ptp(totals) == 0:
        return MoodleQuiz(mean, median, 0.0 if n > 1 else None, None, None, None, None, None)
    m2, m3, m4 = (float(((totals - mean) ** power).mean()) for power in (2, 3, 4))
    k2 = n * m2 / (n - 1)
    sd = math.sqrt(k2)
    skewness = kurtosis = cic = error_ratio = None
    if n >= 3:
        skewness = n**2 * m3 / ((n - 1) * (n - 2)) / k2**1.5
    if n >= 4:
        k4 = n**2 * ((n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3))
        kurtosis = k4 / k2**2
    if n >= 3 and items >= 2:
        cic = 100 * items / (items - 1) * (1 - float(_variances(responses.marks).sum()) / k2)
        error_ratio = 100 * math.sqrt(max(1 - cic / 100, 0))
    error = None if error_ratio is None else error_ratio * sd / 100
    return MoodleQuiz(mean, median, sd, skewness, kurtosis, cic, error_ratio, error)


def _variances(values: FloatArray) -> FloatArray:
    return _covariances(values, values)


def _covariances(values: FloatArray, others: FloatArray) -> FloatArray:
    """Per column, with what is only noise of the arithmetic set to 0, so that it makes no figure. One row has none."""
    if len(values) < 2:
        return np.zeros(values.shape[1])
    left, right = values - values.mean(axis=0), others - others.mean(axis=0)
    found = (left * right).sum(axis=0) / (len(values) - 1)
    size = np.maximum(np.abs(values).max(axis=0) * np.abs(others).max(axis=0), _NOISE)
    return np.where(np.abs(found) > _NOISE * size, found, 0.0)


def _percent(part: float, whole: float) -> float | None:
    return 100 * float(part) / float(whole) if whole > 0 else None
