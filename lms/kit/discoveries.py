"""Which of many tests have found something, when some find something by chance alone. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence


def benjamini_hochberg(probabilities: Sequence[float | None]) -> tuple[float | None, ...]:
    """Adjusted p: of m sorted p, the least of m p_j / j over j >= i (Benjamini and Hochberg 1995, in Yekutieli's form).

    Tests under 0.05 are then wrong in at most 5 % of what is flagged, on average. 0 to 1, never under p and in the
    order of p; None stays None and does not count among the m.

    >>> [round(p, 3) for p in benjamini_hochberg([0.01, 0.04, 0.03, 0.5])]
    [0.04, 0.053, 0.053, 0.5]
    """
    given = sorted((p, place) for place, p in enumerate(probabilities) if p is not None)
    adjusted: list[float | None] = [None] * len(probabilities)
    least = 1.0
    for rank in range(len(given), 0, -1):
        p, place = given[rank - 1]
        least = min(least, p * (len(given) / rank))
        adjusted[place] = least
    return tuple(adjusted)
