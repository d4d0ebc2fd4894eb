"""How far things lie apart by nature, however exactly they are known: the null that a verdict has to beat.

That two classes do not differ at all, or that no wrong option draws the abler ones, is true of no quiz, and with enough
people every such difference is beyond chance. So the null is an empirical one (Efron 2004): the variance by which
nearly all classes, or nearly all options, of this quiz differ is added to the variance of chance.

That variance is known as exactly as so many values tell it. One figure put in for it would be too small as often as too
large, and so would the chance of an error; Student's t allows for that where all values are known alike. Here they are
not, so several spreads are tried, and each counts as much as the other values make it likely (Efron 2004 with the two
groups of his model: nearly all values are natural, and now and then one is not).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.dif import DELTA_PER_LOG_ODDS
from lms.analysis.core.responses import FloatArray

NEGLIGIBLE = 1 / -DELTA_PER_LOG_ODDS
"""Up to here ETS calls a difference negligible: delta of 1, in log odds 0.43."""

LARGE = 1.5 / -DELTA_PER_LOG_ODDS
"""Where ETS class C begins, in log odds 0.64: the odds of a right answer are about half of what they should be."""

LEAST_TOLD = 8
"""From so many values on their own spread can be told."""

_FAR = 1.5
"""Where values begin to count less, in standard deviations: Huber's own choice."""

_HALVINGS = 25

_UNNATURAL = 0.2
"""So many values of all of a quiz are taken to be out of the ordinary, beforehand; how many matters little."""

_WIDE = 1.5
"""Values that are not natural lie as far apart as this: anywhere, in logits."""


def natural_spread(values: FloatArray, errors: FloatArray) -> float:
    """The standard deviation about 0 beyond chance, from values with their errors; 0 if chance explains all.

    Maximum likelihood for normal values, in which those far out count less (Richardson and Welsh 1995): with z = value
    / sqrt(error² + spread²), the mean of min(z², 1.5²) is that of a normal variable, 0.778, each value weighted by how
    much it can tell of the spread, 1 / (error² + spread²).

    >>> round(natural_spread(np.array([2.0, -2.0, 2.0, -2.0]), np.ones(4)), 4)  # 4 / (1 + 2.0343²) = 0.7785
    2.0343
    """
    if not len(values):
        return 0.0
    usual = _mean_of_normal(_FAR)

    def is_too_small(spread: float) -> bool:
        weight = 1 / np.maximum(errors**2 + spread**2, 1e-12)
        return float((weight * (np.minimum(values**2 * weight, _FAR**2) - usual)).sum()) > 0

    if not is_too_small(0.0):
        return 0.0
    low, high = 0.0, 2 * float(np.abs(values).max())
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_too_small(middle) else (low, middle)
    return high


def _mean_of_normal(far: float) -> float:
    """The mean of min(z², far²) for a standard normal z."""
    density = math.exp(-(far**2) / 2) / math.sqrt(2 * math.pi)
    beyond = math.erfc(far / math.sqrt(2))
    return 1 - beyond - 2 * far * density + far**2 * beyond


@dataclass(frozen=True, slots=True)
class Judged:
    """An effect in logits with its error, and the chance of so much or more (``p``) were there none.

    ``p_negligible`` is the chance of so much or more were it as large as is negligible.
    """

    logits: float
    error: float
    p: float
    p_negligible: float


def judged(weights: FloatArray, effects: FloatArray, errors: FloatArray) -> Judged:
    """One effect, from what it is with each spread that may be and how likely that is (``weights`` that sum to 1).

    >>> one = judged(np.array([0.5, 0.5]), np.array([1.0, 1.0]), np.array([0.5, 0.5]))
    >>> round(one.p, 4), round(one.error, 4), round(judged(np.array([0.9, 0.1]), np.ones(2), np.array([0.3, 1])).p, 4)
    (0.0228, 0.5, 0.0163)
    """
    logits = float(weights @ effects)
    variance = float(weights @ (errors**2 + (effects - logits) ** 2))
    p, p_negligible = (
        sum(
            weight * math.erfc((effect - least) / error / math.sqrt(2)) / 2
            for weight, effect, error in zip(weights.tolist(), effects.tolist(), errors.tolist(), strict=True)
        )
        for least in (0.0, NEGLIGIBLE)
    )
    return Judged(logits, math.sqrt(variance), p, p_negligible)


def likely(logs: FloatArray) -> FloatArray:
    """Log likelihoods (spreads x values, or spreads) as weights that sum to 1 over the spreads."""
    weights = np.exp(logs - logs.max(axis=0))
    shares: FloatArray = weights / weights.sum(axis=0)
    return shares


def weights_without(values: FloatArray, errors: FloatArray) -> FloatArray:
    """For each value how likely all the others make each spread; ``values`` and their errors are spreads x values."""
    share = _UNNATURAL / max(values.shape[1], 1)
    natural = -((values / errors) ** 2) / 2 - np.log(errors)
    unnatural = -((values / _WIDE) ** 2) / 2 - math.log(_WIDE)
    told = np.logaddexp(math.log(1 - share) + natural, math.log(share) + unnatural)
    return likely(told.sum(axis=1, keepdims=True) - told)
