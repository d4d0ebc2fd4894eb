"""What may be said of differential item functioning, given how many people there are.

Few of a language is the normal case. Under 30 on one side the items are ranked and no more; from 30 to 100 the class is
indicative and the size is shrunken towards 0; above, the class stands. Over many items some pass any limit by chance,
which the adjusted p allows for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.analysis.core.dif import Dif, EtsClass
from lms.kit.discoveries import benjamini_hochberg

RANKED_UNDER = 30
"""With fewer people than this in one group, items are ranked and have no class."""

INDICATIVE_TO = 100
"""With so many people in the smaller group or fewer, a class is indicative."""


class Standing(StrEnum):
    """How much the numbers of people allow to be said."""

    RANKING = "ranking"  # order of items and shares of options, no class
    INDICATIVE = "indicative"  # the class with that word, and the size shrunken
    CLASS = "class"  # the class


@dataclass(frozen=True, slots=True)
class Shrunken:
    """A size on the delta scale after shrinking, with its posterior standard deviation."""

    delta: float
    error: float


@dataclass(frozen=True, slots=True)
class JudgedDif:
    """One item. ``rank`` is 1 for the item that differs most by ``shrunken``; None where there is no odds ratio.

    ``adjusted_p`` is Benjamini and Hochberg's over all items; ``ets_class`` is None when only the ranking counts.
    """

    item: str
    standing: Standing
    rank: int | None
    adjusted_p: float | None
    shrunken: Shrunken | None
    ets_class: EtsClass | None


def judged(results: Sequence[Dif]) -> tuple[JudgedDif, ...]:
    """The unpurified figures of all items of one comparison, in their order, by the rule of small samples.

    >>> import numpy as np
    >>> from lms.analysis.core.dif import mantel_haenszel
    >>> tables = [[[[30, 10], [20, 40]]], [[[20, 20], [30, 30]]]]
    >>> both = [mantel_haenszel(np.array(table)) for table in tables]
    >>> found = judged([Dif(f"Q{n}", 40, 60, plain, plain, None) for n, plain in enumerate(both)])
    >>> [(one.item, str(one.standing), one.rank, str(one.ets_class)) for one in found]
    [('Q0', 'indicative', 1, 'C'), ('Q1', 'indicative', 2, 'A')]
    >>> round(both[0].delta, 3), round(found[0].shrunken.delta, 3)
    (-4.211, -3.671)
    """
    adjusted = benjamini_hochberg([result.plain.p for result in results])
    shrunken = shrink([(result.plain.delta, result.plain.error) for result in results])
    sizes = sorted((-abs(size.delta), place) for place, size in enumerate(shrunken) if size is not None)
    ranks = {place: rank for rank, (_, place) in enumerate(sizes, start=1)}
    return tuple(
        JudgedDif(
            item=result.item,
            standing=(allowed := standing(result.reference, result.focal)),
            rank=ranks.get(place),
            adjusted_p=adjusted[place],
            shrunken=shrunken[place],
            ets_class=None if allowed is Standing.RANKING else result.plain.ets_class,
        )
        for place, result in enumerate(results)
    )


def standing(reference: int, focal: int) -> Standing:
    """What may be said with so many people in the two groups; the smaller one decides.

    >>> [str(standing(400, focal)) for focal in (29, 30, 100, 101)]
    ['ranking', 'indicative', 'indicative', 'class']
    """
    smaller = min(reference, focal)
    if smaller < RANKED_UNDER:
        return Standing.RANKING
    return Standing.INDICATIVE if smaller <= INDICATIVE_TO else Standing.CLASS


def shrink(sizes: Sequence[tuple[float | None, float | None]]) -> tuple[Shrunken | None, ...]:
    """Empirical Bayes: each (delta, standard error) drawn towards 0 as far as its error asks.

    By Zwick, Thayer and Lewis (1999): deltas d with error s are taken as N(true, s^2), true ones as N(0, T^2); the
    posterior mean is W d with W = T^2 / (T^2 + s^2), its variance W s^2. T^2 = mean of d^2 - mean of s^2 over the
    items, at least 0. The authors take the mean of d for the centre; here it is 0, which matching on the total brings
    about anyway. None stays None.

    >>> [round(one.delta, 3) for one in shrink([(-2.0, 0.5), (0.5, 0.5), (0.5, 0.5), (1.0, 0.5)])]  # T^2 = 1.125
    [-1.636, 0.409, 0.409, 0.818]
    """
    known = [(delta, error) for delta, error in sizes if delta is not None and error is not None]
    between = max(sum(delta**2 - error**2 for delta, error in known) / len(known), 0.0) if known else 0.0
    found: list[Shrunken | None] = []
    for delta, error in sizes:
        if delta is None or error is None:
            found.append(None)
            continue
        weight = between / (between + error**2) if between > 0 else 0.0
        found.append(Shrunken(weight * delta, math.sqrt(weight) * error))
    return tuple(found)
