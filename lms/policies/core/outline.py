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


def moved(keys: Sequence[str], levels: Sequence[int], key: str, step: int) -> list[str] | None:
    """The order in which a section, with those below it, stands one place further up (-1) or down (1).

    It passes its neighbour of the same level with all that is below that one. Where there is none, it leaves its parent
    for the one before or after it. None when there is no such place: the introduction stays first, and no section comes
    to stand deeper than the one above it allows.

    >>> moved(["a", "b", "c", "d"], [1, 2, 2, 1], "c", -1), moved(["a", "b", "c", "d"], [1, 2, 2, 1], "c", 1)
    (['a', 'c', 'b', 'd'], ['a', 'b', 'd', 'c'])
    """
    start = keys.index(key)
    end = _end(levels, start)
    place = _before(keys, levels, start) if step < 0 else _behind(levels, start, end)
    if place is None or key == INTRO:
        return None
    rest = [*keys[:start], *keys[end:]]
    at = place if step < 0 else place - (end - start)
    return [*rest[:at], *keys[start:end], *rest[at:]]


def _end(levels: Sequence[int], start: int) -> int:
    """Where the sections below one end."""
    return next((at for at in range(start + 1, len(levels)) if levels[at] <= levels[start]), len(levels))


def _before(keys: Sequence[str], levels: Sequence[int], start: int) -> int | None:
    first = int(keys[0] == INTRO)
    level = levels[start]
    if start <= first:
        return None
    if levels[start - 1] >= level:
        return next(at for at in range(start - 1, -1, -1) if levels[at] <= level)
    parent = start - 1
    return parent if parent > first and levels[parent - 1] >= level - 1 else None


def _behind(levels: Sequence[int], start: int, end: int) -> int | None:
    if end == len(levels):
        return None
    if levels[end] == levels[start]:
        return _end(levels, end)
    return end + 1 if levels[end] == levels[start] - 1 else None
