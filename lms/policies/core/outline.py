"""Numbers of sections, computed from their order and levels and never stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

INTRO = "_intro"
"""The key of the text that stands before the first heading."""


def depths(heading_levels: Iterable[int]) -> list[int]:
    """How deep each heading stands in the tree, from 1, whatever levels the author used.

    >>> depths([2, 3, 3, 2, 4, 3])
    [1, 2, 2, 1, 2, 2]
    """
    found, open_levels = [], list[int]()
    for level in heading_levels:
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        found.append(len(open_levels))
    return found


def numbers(keys: Sequence[str], levels: Sequence[int]) -> list[str | None]:
    """The number of each section: ``3.2``; the introduction has none.

    >>> numbers(["_intro", "a", "b", "c", "d"], [1, 1, 2, 2, 1])
    [None, '1', '1.1', '1.2', '2']
    """
    counters: list[int] = []
    found: list[str | None] = []
    for key, level in zip(keys, levels, strict=True):
        if key == INTRO:
            found.append(None)
            continue
        counters = counters[:level] + [0] * (level - len(counters))
        counters[level - 1] += 1
        found.append(".".join(str(count) for count in counters[:level]))
    return found
