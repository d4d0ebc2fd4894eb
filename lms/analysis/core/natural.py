"""How far things lie apart by nature, however exactly they are known: the null that a verdict has to beat.

That two classes do not differ at all, or that no wrong option draws the abler ones, is true of no quiz, and with enough
people every such difference is beyond chance. So the null is an empirical one (Efron 2004): the variance by which
nearly all classes, or nearly all options, of this quiz differ is added to the variance of chance.
"""

from __future__ import annotations

import math

import numpy as np

from lms.analysis.core.responses import FloatArray

LEAST_TOLD = 8
"""From so many values on their own spread can be told."""

_FAR = 1.5
"""Where values begin to count less, in standard deviations: Huber's own choice."""

_HALVINGS = 25


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
