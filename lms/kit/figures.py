"""Figures as they are shown and judged: rounding, 95 % intervals, small groups.

Shares lie between 0 and 1, percentages between 0 and 100. Everything here is standard library, so any core may use it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

SMALL_GROUP = 5
"""Figures of fewer people than this are withheld."""

INDICATIVE = 30
"""Figures of fewer people than this are marked as indicative."""

UNDER95 = 0.975
"""The probability to lie under the upper end of a 95 % interval."""

Z95 = NormalDist().inv_cdf(UNDER95)
"""The upper end of the 95 % interval of a standard normal variable."""

_EXPANSION_FROM = 200  # degrees of freedom from which the expansion of the t quantile is exact to 1e-11


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval, here always of 95 % confidence."""

    low: float
    high: float

    def leaves_out(self, value: float) -> bool:
        """Whether ``value`` lies outside.

        >>> Interval(0.02, 0.3).leaves_out(0)
        True
        """
        return value < self.low or value > self.high

    def clipped(self, low: float, high: float) -> Interval:
        """The same interval, cut to what is possible at all."""
        return Interval(float(min(max(self.low, low), high)), float(min(max(self.high, low), high)))


def percent_down(part: float, whole: float = 1) -> int:
    """``part`` of ``whole`` in whole percent, rounded down, so that 79.6 % never looks like a passed cut of 80 %.

    Two integers are compared exactly. With floats a distance under 1e-9 percent counts as arithmetic noise:
    0.29 * 100 is 28.999999999999996 in binary and means 29.

    >>> percent_down(796, 1000), percent_down(0.29)
    (79, 29)
    """
    if isinstance(part, int) and isinstance(whole, int):
        return part * 100 // whole
    return math.floor(round(part / whole * 100, 9))


def is_small(people: int) -> bool:
    """Whether figures of so many people are withheld. Nobody at all is no group, so there is nothing to withhold."""
    return 0 < people < SMALL_GROUP


def shown_count(people: int) -> str:
    """How a number of people is written wherever it could point at somebody.

    >>> shown_count(4), shown_count(0), shown_count(28)
    ('<5', '0', '28')
    """
    return f"<{SMALL_GROUP}" if is_small(people) else str(people)


def wilson(successes: float, n: int) -> Interval:
    """The 95 % score interval of a proportion (Wilson 1927), without continuity correction; ``n`` of at least 1.

    >>> wilson(81, 263)
    Interval(low=0.2552..., high=0.3662...)
    """
    if n < 1:
        raise ValueError("a proportion of nobody has no interval")
    share, square = successes / n, Z95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = Z95 / (1 + square / n) * math.sqrt(max(share * (1 - share), 0) / n + square / (4 * n**2))
    # At 0 and n the ends are 0 and 1 exactly; the sums above only come near them.
    low = 0.0 if successes <= 0 else middle - reach
    high = 1.0 if successes >= n else middle + reach
    return Interval(low, high)


def t_interval(mean: float, sd: float, n: int) -> Interval:
    """The 95 % interval of a mean from its sample standard deviation (divisor n - 1); ``n`` of at least 2.

    >>> t_interval(10.0, 2.0, 16)
    Interval(low=8.934..., high=11.065...)
    """
    if n < 2:
        raise ValueError("one value has no spread")
    reach = t_quantile(UNDER95, n - 1) * sd / math.sqrt(n)
    return Interval(mean - reach, mean + reach)


def difference(first: float, of_first: Interval, second: float, of_second: Interval) -> Interval:
    """The 95 % interval of ``first - second`` for two independent groups, from the interval of each.

    Square-and-add (Zou and Donner 2008); with Wilson intervals it is Newcombe's method 10 (1998), so one rule serves
    proportions and means alike and keeps their asymmetry near 0 and 1.

    >>> difference(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))
    Interval(low=0.0524..., high=0.3338...)
    """
    gap = first - second
    below = math.hypot(first - of_first.low, of_second.high - second)
    above = math.hypot(of_first.high - first, second - of_second.low)
    return Interval(gap - below, gap + above)


@lru_cache(maxsize=4096)
def t_quantile(probability: float, freedom: int) -> float:
    """The point under which Student's t stays with ``probability`` (0.5 to under 1), for ``freedom`` of 1 and more.

    Abramowitz and Stegun 26.7.3-5: the exact finite sums, solved by Newton's method, and for many degrees of freedom
    the expansion about the normal quantile.

    >>> round(t_quantile(0.975, 15), 6)
    2.13145
    """
    if not 0.5 <= probability < 1 or freedom < 1:
        raise ValueError("a probability from 0.5 to under 1 and at least one degree of freedom are needed")
    z = NormalDist().inv_cdf(probability)
    if freedom > _EXPANSION_FROM:
        return _t_expansion(z, freedom)
    t, step = z, math.inf
    # The distribution is concave above 0 and z lies left of the answer: each step goes up and none goes past it.
    while step > 1e-13 * max(t, 1):
        step = (probability - _t_distribution(t, freedom)) / _t_density(t, freedom)
        t += step
    return t


def _t_expansion(z: float, freedom: int) -> float:
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / freedom + second / freedom**2 + third / freedom**3 + fourth / freedom**4


def _t_distribution(t: float, freedom: int) -> float:
    angle = math.atan(t / math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for power in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine**2 * (power - 1) / power
    within = (angle + sine * total) * 2 / math.pi if odd else sine * total
    return (1 + within) / 2


def _t_density(t: float, freedom: int) -> float:
    scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    return math.exp(scale - (freedom + 1) / 2 * math.log1p(t * t / freedom))
