"""Seeded ordering that gives the same paper on every machine and every Python version.

Each thing is ranked by the SHA-256 of the seed and its own id, so the order does not depend on the order in which
they came, and leaving one out does not move the others past each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def rank(seed: str, name: str) -> bytes:
    """The place of a name under a seed, as 32 bytes that sort."""
    return hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()


def shuffled(seed: str, names: Iterable[str]) -> list[str]:
    """Names in the order of a seed.

    >>> shuffled("paper 1", ["o1", "o2", "o3", "o4"])
    ['o2', 'o4', 'o3', 'o1']
    >>> shuffled("paper 1", ["o4", "o3", "o2", "o1"])
    ['o2', 'o4', 'o3', 'o1']
    """
    return sorted(names, key=lambda name: rank(seed, name))


def shuffled_by(seed: str, things: Sequence[Thing], name: Callable[[Thing], str]) -> list[Thing]:
    """Things in the order of a seed, each known by its name."""
    return sorted(things, key=lambda thing: rank(seed, name(thing)))
