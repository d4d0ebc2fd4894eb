"""DIF by logistic regression: does a group change the chance of a right answer, at all scores alike or not?

Swaminathan and Rogers (1990). Mantel and Haenszel's procedure sees a difference that is the same at all scores
(uniform); one that turns round from weak to strong people (non-uniform) hides from it and shows here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.responses import FloatArray, Responses

_STEPS = 50
_CLOSE = 1e-12


@dataclass(frozen=True, slots=True)
class LogisticDif:
    """One item. Each pair is a likelihood-ratio chi-square and the growth of Nagelkerke's R2 that goes with it.

    ``uniform`` and ``nonuniform`` have one degree of freedom, ``both`` two. All None where an item or the groups do not
    vary among complete rows.
    """

    item: str
    uniform: tuple[float, float] | None
    nonuniform: tuple[float, float] | None
    both: tuple[float, float] | None


def logistic_dif(responses: Responses, labels: Sequence[str | None], focal: str) -> tuple[LogisticDif, ...]:
    """Compare the people labelled ``focal`` with everybody else who has a label, item by item.

    Of complete rows, with total T (the item included) and group G: logit P = b0 + b1 T, then + b2 G, then + b3 T G.
    The chi-squares are 2 (log likelihood of the larger model - that of the smaller), 0 and more; R2 = (1 - exp(2 (l0 -
    l) / n)) / (1 - exp(2 l0 / n)) with l0 that of the intercept alone (Nagelkerke 1991), 0 to 1.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> rows = [(1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1)] * 4
    >>> people = [Person(f"L{n}", group="ja" if n % 5 < 2 else "en") for n in range(len(rows))]
    >>> cells = [Answer(f"L{p}", f"Q{n}", float(x)) for p, row in enumerate(rows) for n, x in enumerate(row)]
    >>> both = collect(people, [Item(f"Q{n}") for n in range(3)], cells)
    >>> first = logistic_dif(both, [person.group for person in people], "ja")[0]
    >>> round(first.uniform[0], 3), round(first.nonuniform[0], 3), round(first.both[0], 3)
    (0.089, 0.104, 0.193)
    """
    known = np.array([label is not None for label in labels], dtype=np.bool_)
    is_focal = np.array([label == focal for label in labels], dtype=np.float64)
    rows = responses.only(known & responses.complete)
    group = is_focal[known & responses.complete]
    totals, right = rows.totals, rows.right.astype(np.float64)
    if len(totals) == 0 or np.ptp(group) == 0 or np.ptp(totals) == 0:
        return tuple(LogisticDif(item.code, None, None, None) for item in rows.items)
    scores = (totals - totals.mean()) / totals.std()
    columns = np.column_stack([np.ones_like(scores), scores, group, scores * group])
    return tuple(_compared(item.code, right[:, place], columns) for place, item in enumerate(rows.items))


def _compared(item: str, right: FloatArray, columns: FloatArray) -> LogisticDif:
    if np.ptp(right) == 0:
        return LogisticDif(item, None, None, None)
    empty, plain, shifted, crossed = (_likelihood(right, columns[:, :width]) for width in (1, 2, 3, 4))
    n = len(right)

    def explained(likelihood: float) -> float:
        return float(-np.expm1(2 * (empty - likelihood) / n) / -np.expm1(2 * empty / n))

    def growth(smaller: float, larger: float) -> tuple[float, float]:
        return max(2 * (larger - smaller), 0.0), max(explained(larger) - explained(smaller), 0.0)

    return LogisticDif(item, growth(plain, shifted), growth(shifted, crossed), growth(plain, crossed))


def _likelihood(right: FloatArray, columns: FloatArray) -> float:
    """The greatest log likelihood, by Newton's method with halved steps; its limit where groups separate."""
    weights = np.zeros(columns.shape[1])
    value = _log_likelihood(right, columns @ weights)
    for _ in range(_STEPS):
        chances = 0.5 * (1 + np.tanh(columns @ weights / 2))
        information = (columns * (chances * (1 - chances))[:, np.newaxis]).T @ columns
        step = np.linalg.lstsq(information, columns.T @ (right - chances), rcond=1e-12)[0]
        after = _log_likelihood(right, columns @ (weights + step))
        while after < value and np.abs(step).max() > _CLOSE:
            step = step / 2
            after = _log_likelihood(right, columns @ (weights + step))
        if after <= value + _CLOSE * abs(value):
            return max(after, value)
        weights, value = weights + step, after
    return value


def _log_likelihood(right: FloatArray, logits: FloatArray) -> float:
    return float((right * logits - np.logaddexp(0, logits)).sum())
