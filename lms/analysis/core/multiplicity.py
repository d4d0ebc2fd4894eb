"""Many questions asked of the same data: what the chance of a false answer is over all of them together."""

from __future__ import annotations

from collections.abc import Sequence


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
