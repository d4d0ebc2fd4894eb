"""Error rates of decisions that hang together: several decisions of one person are not as many independent ones.

A rate is errors over decisions (a ratio of two sums over people), and its variance is that of a ratio between
clusters: v = m / (m - 1) * sum (x_i - p n_i)^2 / n^2, for m people with n_i decisions and x_i errors each, n decisions
in all and p = x / n. The design effect is d = v / (p (1 - p) / n), at least 1. Interval: Wilson's with n / d in place
of n (Rao and Scott 1992, "A simple method for the analysis of clustered binary data"), n / d made smaller again by
(z / t)^2 with the t of m - 1 degrees of freedom, since the variance itself comes from few people (Korn and Graubard
1998). Without any error, or any right decision, nothing tells how far decisions hang together: then d is 1.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from lms.kit.figures import UNDER95, Z95, Interval, difference, t_quantile, wilson

LEAST_DECISIONS = 20
"""Of a person, to stand in a correlation."""
LEAST_PAIRS = 10
"""People of whom a correlation is shown."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The decisions of one person that were checked, and how many of them were wrong."""

    decisions: int
    errors: int


@dataclass(frozen=True, slots=True)
class Rate:
    """An error rate: ``share`` from 0 to 1 with its 95 % interval; ``variance`` is that of the share."""

    people: int
    decisions: int
    errors: int
    share: float
    interval: Interval
    variance: float
    design_effect: float


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's r with Fisher's interval; ``n`` people."""

    n: int
    r: float
    interval: Interval


def rate(tallies: Collection[Tally]) -> Rate | None:
    """The rate of at least two people with decisions; None of fewer.

    Worked by hand: three people with 10 decisions and 0, 1 and 2 errors have p = 0.1 and
    v = 3/2 * (1 + 0 + 1) / 900 = 1/300, hardly more than p (1 - p) / n = 0.003.

    >>> found = rate([Tally(10, 0), Tally(10, 1), Tally(10, 2)])
    >>> found.share, round(found.variance, 6), round(found.design_effect, 6)
    (0.1, 0.003333, 1.111111)
    """
    made = np.array([tally.decisions for tally in tallies if tally.decisions], dtype=np.float64)
    wrong = np.array([tally.errors for tally in tallies if tally.decisions], dtype=np.float64)
    people = len(made)
    if people < 2:
        return None
    n, x = sum(tally.decisions for tally in tallies), sum(tally.errors for tally in tallies)
    share = x / n
    alone = share * (1 - share) / n
    between = people / (people - 1) * float(((wrong - share * made) ** 2).sum()) / n**2
    effect = max(between / alone, 1.0) if alone > 0 else 1.0
    effective = max(n / effect * (Z95 / t_quantile(UNDER95, people - 1)) ** 2, 1.0)
    return Rate(people, n, x, share, _wilson(share, effective), alone * effect, effect)


def _wilson(share: float, n: float) -> Interval:
    """Wilson's interval for a number of independent decisions that need not be whole."""
    return wilson(share * n, n)  # type: ignore[arg-type]


def gap(first: Rate, second: Rate) -> tuple[float, Interval]:
    """``first`` minus ``second`` with Newcombe's interval (method 10, 1998) from the interval of each.

    >>> often, seldom = rate([Tally(20, 6)] * 9), rate([Tally(20, 2)] * 9)
    >>> found, interval = gap(often, seldom)
    >>> round(found, 6), interval.leaves_out(0)
    (0.2, True)
    """
    return first.share - second.share, difference(first.share, first.interval, second.share, second.interval)


def p_over(first: Rate, second: Rate, *usual: Rate) -> float:
    """How likely ``first`` would be this far over ``second`` by chance (one-sided), from 0 to 1.

    With what is usual for the people of each, the same of ``first`` less its usual over ``second`` less its own.
    Student's t of the difference over its standard error, with the fewer people of the two, less one, as degrees of
    freedom. Where the same people are on both sides, what they have in common makes the difference less uncertain
    than is assumed here.
    """
    spread = math.sqrt(sum(one.variance for one in (first, second, *usual)))
    if spread == 0:
        return 1.0
    surplus = first.share - second.share
    if usual:
        surplus -= usual[0].share - usual[1].share
    return float(special.stdtr(min(first.people, second.people) - 1, -surplus / spread))


def correlation(pairs: Sequence[tuple[float, float]]) -> Correlation | None:
    """Pearson's r of pairs with the 95 % interval by Fisher's z, whose standard error is 1 / sqrt(n - 3).

    None of fewer than 10 pairs, or where one of the two does not vary.

    >>> found = correlation([(place, place % 5) for place in range(20)])
    >>> round(found.r, 4), found.n, round(found.interval.low, 3), round(found.interval.high, 3)
    (0.2453, 20, -0.221, 0.62)
    """
    if len(pairs) < LEAST_PAIRS:
        return None
    first, second = np.array(pairs, dtype=np.float64).T
    first, second = first - first.mean(), second - second.mean()
    spread = math.sqrt(float(first @ first) * float(second @ second))
    if spread <= 1e-12:
        return None
    r = min(max(float(first @ second) / spread, -1.0), 1.0)
    z = math.atanh(min(max(r, -1 + 1e-12), 1 - 1e-12))
    reach = Z95 / math.sqrt(len(pairs) - 3)
    return Correlation(len(pairs), r, Interval(math.tanh(z - reach), math.tanh(z + reach)))
