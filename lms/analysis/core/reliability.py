"""Internal consistency and the standard error of a score, from complete rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from lms.analysis.core.items import spread
from lms.analysis.core.responses import FloatArray, Responses
from lms.kit.figures import Interval


class Undefined(StrEnum):
    """Why a figure of the whole test has no value."""

    NO_COMPLETE_ROWS = "no-complete-rows"
    ONE_PERSON = "one-person"
    ONE_ITEM = "one-item"
    EQUAL_SCORES = "equal-scores"


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """Figures of the whole test. ``mean``, ``sd`` (divisor n - 1) and ``sem`` are in marks.

    ``alpha`` is Cronbach's coefficient (1951), which is KR-20 for right or wrong; it may be negative. ``interval`` is
    Feldt's of 95 % (1965). ``reason`` says why ``alpha`` and ``sem`` are None.
    """

    people: int
    used: int
    dropped: int
    items: int
    mean: float | None
    sd: float | None
    alpha: float | None
    interval: Interval | None
    sem: float | None
    reason: Undefined | None


def score_figures(responses: Responses) -> ScoreFigures:
    """Mean, SD, alpha and SEM = sd * sqrt(1 - alpha) of the complete rows.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> rows = {"L1": (1, 1, 1), "L2": (1, 1, 0), "L3": (1, 0, 0), "L4": (0, 0, 0)}
    >>> answers = [Answer(code, f"Q{n}", share) for code, row in rows.items() for n, share in enumerate(row)]
    >>> figures = score_figures(collect([Person(code) for code in rows], [Item(f"Q{n}") for n in range(3)], answers))
    >>> figures.mean, round(figures.alpha, 12), round(figures.sem, 3)
    (1.5, 0.75, 0.645)
    """
    used, items = responses.used, len(responses.items)
    mean = float(responses.totals.mean()) if used else None
    sd = spread(responses.totals)
    value, reason = None, _reason(used, items, sd)
    if reason is None:
        value = alpha(responses.marks[responses.complete])
    return ScoreFigures(
        people=len(responses.people),
        used=used,
        dropped=responses.dropped,
        items=items,
        mean=mean,
        sd=sd,
        alpha=value,
        interval=None if value is None else feldt_interval(value, used, items),
        sem=None if value is None or sd is None else sd * math.sqrt(max(1 - value, 0)),
        reason=reason,
    )


def alpha(marks: FloatArray) -> float:
    """k/(k - 1) * (1 - sum of item variances / variance of totals), of people x items without gaps.

    At least two people, two items and unequal totals are needed.

    >>> import numpy as np
    >>> round(alpha(np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]])), 12)
    1.0
    """
    items = marks.shape[1]
    shares_of_variance = marks.var(axis=0, ddof=1).sum() / marks.sum(axis=1).var(ddof=1)
    return float(items / (items - 1) * (1 - shares_of_variance))


def feldt_interval(value: float, people: int, items: int) -> Interval:
    """Feldt's 95 % interval of alpha (1965): 1 - (1 - alpha) F, with F at 97.5 and 2.5 % of n - 1 and (n - 1)(k - 1).

    For at least two people (n) and two items (k). It contains alpha, ends at 1 at most, and may begin under 0.

    >>> interval = feldt_interval(0.75, 100, 20)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.673, 0.816)
    """
    from scipy.special import fdtri  # noqa: PLC0415  # slow to import, and needed by few pages

    freedom = (people - 1, (people - 1) * (items - 1))
    low, high = (1 - (1 - value) * float(fdtri(*freedom, point)) for point in (0.975, 0.025))
    return Interval(low, high)


def _reason(used: int, items: int, sd: float | None) -> Undefined | None:
    if used == 0:
        return Undefined.NO_COMPLETE_ROWS
    if sd is None:
        return Undefined.ONE_PERSON
    if items < 2:
        return Undefined.ONE_ITEM
    return Undefined.EQUAL_SCORES if sd == 0 else None
