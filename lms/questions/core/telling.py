"""Ids that stand on the paper and must not tell the key: who made them in order has given the order away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence

_LETTERS = "bcdfghjkmnpqrstv"
"""Without vowels they make no words."""
_COUNTED = re.compile(r"(.*?)(\d{1,6}|[A-Za-z])")


def neutral_ids(count: int, taken: Collection[str], seed: str) -> list[str]:
    """New ids, none of those that are taken, that follow no order; other ones for each seed.

    >>> neutral_ids(2, (), "one") == neutral_ids(2, (), "one"), neutral_ids(2, (), "one") == neutral_ids(2, (), "two")
    (True, False)
    """
    found: list[str] = []
    number = 0
    while len(found) < count:
        digest = hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
        name = "".join(_LETTERS[int(digit, 16)] for digit in digest[:4])
        if name not in taken and name not in found:
            found.append(name)
        number += 1
    return found


def is_series(ids: Sequence[str]) -> bool:
    """Whether ids count on, so that they tell an order.

    >>> is_series(["o1", "o2", "o3"]), is_series(["a", "b", "c"]), is_series(["qbfk", "cjtt", "mmpd"])
    (True, True, False)
    """
    counted = [_rank(name) for name in ids]
    ranks = [rank for stem, rank in counted if rank is not None and stem == counted[0][0]]
    return len(ranks) == len(ids) > 2 and ranks in (sorted(ranks), sorted(ranks, reverse=True))


def gives_away(ids: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the ids of pairs end alike, so that they tell who belongs to whom.

    >>> gives_away(["l1", "l2"], ["r1", "r2"]), gives_away(["l1", "l2"], ["qbfk", "cjtt"])
    (True, False)
    """
    ranks = [(_rank(own)[1], _rank(other)[1]) for own, other in zip(ids, others, strict=True)]
    return len(ranks) > 1 and all(own is not None and own == other for own, other in ranks)


def _rank(name: str) -> tuple[str, int | None]:
    """The stem of an id, and what it counts behind it."""
    found = _COUNTED.fullmatch(name)
    if not found:
        return name, None
    stem, tail = found.groups()
    return stem, int(tail) if tail.isdigit() else ord(tail.lower())
