"""Many questions asked of the same data: what the chance of a false answer is over all of them together.

How small it has to be follows from what is asked of verdicts: 0.95 of them are right, where about half of the quizzes
have a fault to be named. Two quizzes then bring one right verdict at most, and so may bring 0.05 / 0.95 of a false one,
0.026 a quiz, over all families of tests (keys, classes, translations, sections). What is beyond chance must be large as
well, which chance alone seldom is: of 0.02 for a family about 0.005 are left (measured, docs/diagnosis.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

FALSE_CHANCE = 0.02
"""The chance that a healthy quiz has an effect that looks beyond chance, by each family of tests."""

FALSE_CHANCE_OF_NOTHING = 0.005
"""The same for tests whose null is no difference at all (classes on a whole quiz).

Classes differ a little by nature, too, so more is beyond chance there than the figure says.
"""


def holm(chances: Sequence[float]) -> list[float]:
    """Each p value as it counts among all of them (Holm 1979): under ``a``, no false finding but with chance ``a``.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    adjusted, greatest = [1.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        greatest = max(greatest, (len(chances) - rank) * chances[place])
        adjusted[place] = min(1.0, greatest)
    return adjusted


def product(first: float, second: float) -> float:
    """The chance of two independent p values whose product is no greater (Fisher 1932).

    >>> round(product(0.05, 0.1), 4), product(1.0, 1.0)
    (0.0315, 1.0)
    """
    both = max(first * second, 1e-300)
    return both * (1 - math.log(both))
