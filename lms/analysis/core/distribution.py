"""How scores are spread: the share of people in each band of ten points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lms.analysis.core.gaps import score_shares
from lms.analysis.core.responses import Responses
from lms.kit.figures import is_small, percent_down

WIDTH = 10


@dataclass(frozen=True, slots=True)
class Band:
    """Scores from ``low`` to ``high`` percent, both included, and the share of people who have one of them."""

    low: int
    high: int
    share: float


def distribution(responses: Responses) -> tuple[Band, ...]:
    """The bands from 0 to 100; none for fewer than 5 people. Scores are rounded down, as they are shown.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> people = [Person(f"L{n}") for n in range(5)]
    >>> answers = [Answer(person.code, "Q1", share) for person, share in zip(people, (0.0, 0.79, 0.8, 1.0, 1.0))]
    >>> bands = distribution(collect(people, [Item("Q1")], answers))
    >>> [(band.low, band.high, band.share) for band in bands if band.share]
    [(0, 9, 0.2), (70, 79, 0.2), (80, 89, 0.2), (90, 100, 0.4)]
    """
    shares = score_shares(responses)
    if len(shares) == 0 or is_small(len(shares)):
        return ()
    percents = np.array([percent_down(float(share)) for share in shares])
    places = np.minimum(percents // WIDTH, 100 // WIDTH - 1)
    counts = np.bincount(places, minlength=100 // WIDTH)
    return tuple(
        Band(place * WIDTH, 100 if place == len(counts) - 1 else place * WIDTH + WIDTH - 1, float(count / len(shares)))
        for place, count in enumerate(counts)
    )
