"""Differential item functioning: is an item harder for one group than for another *of equal ability*?

Mantel and Haenszel's procedure (Holland and Thayer 1988). People of complete rows are matched on their total score, the
item itself included, in whole marks; "right" is full marks. Beside the plain figures stand those *purified once*: the
items whose plain chi-square passes the 5 % point leave the matching score, each staying in its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lms.analysis.core.responses import BoolArray, FloatArray, IntArray, Responses
from lms.kit.figures import Z95

DELTA_PER_LOG_ODDS = -2.35
"""From log odds to the delta scale of the Educational Testing Service (ETS)."""

CHI2_FLAGGED = 3.841
"""The 5 % point of chi-square with one degree of freedom."""

_Z90 = 1.6448536269514722


class EtsClass(StrEnum):
    """ETS classes by the full rule: A negligible, B moderate, C large."""

    A = "A"
    B = "B"
    C = "C"


class NoDif(StrEnum):
    """Why an item has no odds ratio."""

    ONE_GROUP = "one-group"
    NO_OVERLAP = "no-overlap"


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """The figures of one item; None where no class of equal scores holds what they need.

    ``odds_ratio`` is reference : focal, so over 1 the item is harder for the focal group; ``delta`` is -2.35 ln of it
    and ``error`` the standard error of ``delta``. ``chi2`` has the 0.5 correction and ``p`` is from it.
    """

    odds_ratio: float | None
    delta: float | None
    chi2: float | None
    p: float | None
    ets_class: EtsClass | None
    error: float | None = None


@dataclass(frozen=True, slots=True)
class Dif:
    """One item: plain figures and those purified once. ``reference`` and ``focal`` count people."""

    item: str
    reference: int
    focal: int
    plain: MantelHaenszel
    purified: MantelHaenszel
    reason: NoDif | None


def dif(responses: Responses, labels: Sequence[str | None], focal: str) -> tuple[Dif, ...]:
    """Compare the people labelled ``focal`` with everybody else who has a label, item by item."""
    known = np.array([label is not None for label in labels], dtype=np.bool_)
    is_focal = np.array([label == focal for label in labels], dtype=np.bool_)
    rows = responses.only(known & responses.complete)
    of_focal = is_focal[known & responses.complete]
    plain = _matched_on_one(rows.right, rows.totals, of_focal)
    purified = _purified(rows, of_focal, [result.chi2 for result in plain])
    n_focal = int(of_focal.sum())
    n_reference = len(of_focal) - n_focal
    return tuple(
        Dif(
            item=item.code,
            reference=n_reference,
            focal=n_focal,
            plain=plain[column],
            purified=purified[column],
            reason=_reason(plain[column], n_reference, n_focal),
        )
        for column, item in enumerate(rows.items)
    )


def mantel_haenszel(counts: IntArray) -> MantelHaenszel:
    """The figures of one item from its counts: classes of equal score x (reference, focal) x (right, wrong).

    Worked by hand: 30*40/100 = 12 against 10*20/100 = 2, so the odds ratio is 6, with E = 20 and
    Var = 600/99.

    >>> result = mantel_haenszel(np.array([[[30, 10], [20, 40]]]))
    >>> round(result.odds_ratio, 12), round(result.delta, 3), round(result.chi2, 6), str(result.ets_class)
    (6.0, -4.211, 14.89125, 'C')
    """
    a, b, c, d = (counts[:, group, answer].astype(np.float64) for group in (0, 1) for answer in (0, 1))
    people = a + b + c + d
    met = people > 1
    a, b, c, d, people = a[met], b[met], c[met], d[met], people[met]
    variance = float(((a + b) * (c + d) * (a + c) * (b + d) / (people**2 * (people - 1))).sum())
    if variance == 0:
        return MantelHaenszel(None, None, None, None, None)
    surplus = abs(float((a - (a + b) * (a + c) / people).sum()))
    chi2 = (surplus - 0.5) ** 2 / variance  # the correction is applied even to a surplus under 0.5, as in difR
    p = math.erfc(math.sqrt(chi2 / 2))
    for_reference, for_focal = a * d / people, b * c / people
    if not for_reference.any() or not for_focal.any():
        return MantelHaenszel(None, None, chi2, p, None)
    ratio = float(for_reference.sum() / for_focal.sum())
    # The variance of ln ratio by Phillips and Holland (1987).
    spread = ((a * d + ratio * b * c) * (a + d + ratio * (b + c)) / people**2).sum() / (2 * for_reference.sum() ** 2)
    delta = DELTA_PER_LOG_ODDS * math.log(ratio)
    error = abs(DELTA_PER_LOG_ODDS) * math.sqrt(float(spread))
    return MantelHaenszel(ratio, delta, chi2, p, ets_class(delta, error), error)


def ets_class(delta: float, error: float) -> EtsClass:
    """A: under 1, or not different from 0 (5 %). C: 1.5 or more, and significantly over 1 (one-sided 5 %). Else B.

    >>> [str(ets_class(delta, 0.3)) for delta in (0.9, -1.2, 1.6, -1.3)], str(ets_class(1.9, 1.0))
    (['A', 'B', 'C', 'B'], 'A')
    """
    size = abs(delta)
    if size < 1 or size <= Z95 * error:
        return EtsClass.A
    return EtsClass.C if size >= 1.5 and size - 1 > _Z90 * error else EtsClass.B


def _purified(rows: Responses, focal: BoolArray, chi2: Sequence[float | None]) -> tuple[MantelHaenszel, ...]:
    flagged = np.array([value is not None and value > CHI2_FLAGGED for value in chi2], dtype=np.bool_)
    anchor = rows.marks[:, ~flagged].sum(axis=1)
    results = list(_matched_on_one(rows.right, anchor, focal))
    for column in np.flatnonzero(flagged):
        own = anchor + rows.marks[:, column]
        results[column] = _matched_on_one(rows.right[:, [column]], own, focal)[0]
    return tuple(results)


def _matched_on_one(right: BoolArray, scores: FloatArray, focal: BoolArray) -> tuple[MantelHaenszel, ...]:
    """Several items that share one matching score."""
    whole = np.floor(scores + 1e-9)
    classes, place = np.unique(whole, return_inverse=True)
    member = (place == np.arange(len(classes))[:, np.newaxis]).astype(np.float64)
    counts = np.zeros((len(classes), 2, 2, right.shape[1]), dtype=np.int64)
    for group, mask in enumerate((~focal, focal)):
        counts[:, group, 0] = np.rint(member[:, mask] @ right[mask])
        counts[:, group, 1] = np.rint(member[:, mask].sum(axis=1, keepdims=True)) - counts[:, group, 0]
    return tuple(mantel_haenszel(counts[:, :, :, column]) for column in range(right.shape[1]))


def _reason(plain: MantelHaenszel, reference: int, focal: int) -> NoDif | None:
    if reference == 0 or focal == 0:
        return NoDif.ONE_GROUP
    return NoDif.NO_OVERLAP if plain.odds_ratio is None else None
