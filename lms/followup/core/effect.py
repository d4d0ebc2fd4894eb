"""The effect of an action: one figure before, the same figure on answers given after, and how far they lie apart.

Before is what the analysis showed when the action was opened. After are the answers of people who began once it was
done, each person once. The two are compared as independent groups (Newcombe's method 10, ``kit.figures.difference``);
where the same people stand in both, as in a cohort, the interval is rather too wide than too narrow.

Small groups: a cohort of which fewer than 5 people have answered since is not counted, so that nobody is found by
subtracting; where fewer than 5 people are left there is no figure at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from lms.analysis.core.items import mean_share
from lms.followup.core.kinds import FigureKind
from lms.kit.figures import INDICATIVE, Interval, difference, is_small

FIRST, SECOND = "en", "ja"
"""The languages of a gap: what is shown is the first less the second."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one person got of the most possible, 0 to 1, in which language and from which cohort (none: empty)."""

    person: int
    share: float
    language: str
    cohort: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of ``n`` people with its 95 % interval. A share lies between 0 and 1, a gap between -1 and 1."""

    n: int
    value: float
    interval: Interval

    @property
    def is_indicative(self) -> bool:
        return self.n < INDICATIVE

    @property
    def kept(self) -> dict[str, Any]:
        """As it is stored with an action."""
        return {"n": self.n, "value": self.value, "low": self.interval.low, "high": self.interval.high}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Figure | None:
        """The figure that was stored; None where there was none."""
        return cls(kept["n"], kept["value"], Interval(kept["low"], kept["high"])) if kept else None


class Outcome(StrEnum):
    """What became of a figure."""

    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "unclear"
    """The interval of the change holds 0."""


@dataclass(frozen=True, slots=True)
class Effect:
    """``change`` is after less before; for a gap how much smaller it has become, so that more is better for both."""

    before: Figure
    after: Figure
    change: float
    interval: Interval

    @property
    def outcome(self) -> Outcome:
        if not self.interval.leaves_out(0):
            return Outcome.UNCLEAR
        return Outcome.BETTER if self.change > 0 else Outcome.WORSE

    @property
    def is_indicative(self) -> bool:
        return self.before.is_indicative or self.after.is_indicative


def measured(kind: FigureKind, shares: Iterable[Share]) -> Figure | None:
    """The figure of answers, whatever their order; None where too few people gave them.

    >>> people = [Share(n, float(n % 2), "en", "A") for n in range(8)]
    >>> found = measured(FigureKind.FACILITY, people)
    >>> found.n, found.value
    (8, 0.5)
    >>> measured(FigureKind.FACILITY, people[:4]) is None
    True
    """
    if kind is FigureKind.NONE:
        return None
    listed = sorted(shares, key=lambda one: (one.person, one.share, one.language))
    if kind is FigureKind.GAP:
        return _gap(listed)
    return _mean(_countable(listed, by_language=False))


def effect(kind: FigureKind, before: Figure | None, after: Figure | None) -> Effect | None:
    """The effect, where both sides have a figure.

    >>> before, after = Figure(80, 0.6, Interval(0.49, 0.7)), Figure(70, 0.8, Interval(0.69, 0.88))
    >>> found = effect(FigureKind.FACILITY, before, after)
    >>> round(found.change, 2), found.outcome.value
    (0.2, 'better')
    """
    if before is None or after is None:
        return None
    moved = difference(after.value, after.interval, before.value, before.interval)
    change = after.value - before.value
    if kind is FigureKind.GAP and before.value > 0:  # it closes where it goes down
        change, moved = -change, Interval(-moved.high, -moved.low)
    return Effect(before, after, change, moved)


def _countable(shares: Sequence[Share], *, by_language: bool) -> list[Share]:
    """Those whose cohort does not show few people here."""
    counts = Counter((one.cohort, one.language if by_language else "") for one in shares)
    few = {cohort for (cohort, _language), count in counts.items() if is_small(count)}
    return [one for one in shares if one.cohort not in few]


def _gap(shares: Sequence[Share]) -> Figure | None:
    told = _countable(shares, by_language=True)
    sides = [_mean([one for one in told if one.language == language]) for language in (FIRST, SECOND)]
    if sides[0] is None or sides[1] is None:
        return None
    one, other = sides[0], sides[1]
    interval = difference(one.value, one.interval, other.value, other.interval)
    return Figure(one.n + other.n, one.value - other.value, interval)


def _mean(shares: Sequence[Share]) -> Figure | None:
    if not shares or is_small(len(shares)):
        return None
    mean, interval = mean_share(np.array(sorted(one.share for one in shares), dtype=np.float64))
    return None if mean is None or interval is None else Figure(len(shares), mean, interval)
