"""Pairs the sections of a translation with those of its source, although headings differ in wording.

Never a silent guess.

Explicit keys decide first. The rest is aligned in order: of all ways to lay the two outlines side by side the one
with the greatest sum of likeness is taken, and a pair in it is kept only when every way without that pair is clearly
worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.policies.core.document import Section
from lms.policies.core.likeness import Likeness
from lms.policies.core.outline import INTRO

WORTH_PAIRING = 0.15
"""A pair less alike than this is no better than leaving both alone."""
CERTAIN_MARGIN = 0.2
"""How much worse the best way without a pair must be for the pair to be certain."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair that is left open: the translation's section, and the two source sections it may belong to."""

    translation: int
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """``pairs`` maps a source section's place to its translation's; what stands in no pair is missing or extra."""

    pairs: dict[int, int]
    doubts: tuple[Doubt, ...]


def pair(sources: Sequence[Section], translations: Sequence[Section]) -> Pairing:
    """Pair the sections of two documents."""
    pairs = _by_key(sources, translations)
    likeness = Likeness(sources, translations)
    doubts: list[Doubt] = []
    left = [place for place in range(len(sources)) if place not in pairs]
    taken = set(pairs.values())
    right = [place for place in range(len(translations)) if place not in taken and not translations[place].is_explicit]
    for rows, columns in _stretches(left, right, pairs):
        found, open_doubts = _align(rows, columns, likeness)
        pairs |= found
        doubts += open_doubts
    return Pairing(dict(sorted(pairs.items())), tuple(doubts))


def _by_key(sources: Sequence[Section], translations: Sequence[Section]) -> dict[int, int]:
    """Sections of the same key: one says its key, and the other has it (as a key or as its slug)."""
    places = {section.key: place for place, section in enumerate(sources)}
    return {
        places[section.key]: place
        for place, section in enumerate(translations)
        if section.key in places
        and (section.is_explicit or sources[places[section.key]].is_explicit or section.key == INTRO)
    }


def _stretches(left: list[int], right: list[int], pairs: dict[int, int]) -> list[tuple[list[int], list[int]]]:
    """The open sections between pairs that are certain already; pairs that cross each other bound nothing."""
    bounds = [(-1, -1)]
    for source, translation in sorted(pairs.items()):
        if translation > bounds[-1][1]:
            bounds.append((source, translation))
    ends = [*bounds[1:], (1 << 30, 1 << 30)]
    return [
        (
            [place for place in left if first[0] < place < last[0]],
            [place for place in right if first[1] < place < last[1]],
        )
        for first, last in zip(bounds, ends, strict=True)
    ]


def _align(rows: list[int], columns: list[int], likeness: Likeness) -> tuple[dict[int, int], list[Doubt]]:
    worth = [[likeness(row, column) - WORTH_PAIRING for column in columns] for row in rows]
    before, after = _best_before(worth), _best_after(worth)
    pairs: dict[int, int] = {}
    doubts = []
    for column in range(len(columns)):
        through = {
            row: before[row][column] + worth[row][column] + after[row + 1][column + 1] for row in range(len(rows))
        }
        alone = max(before[row][column] + after[row][column + 1] for row in range(len(rows) + 1))
        ranked = sorted(through, key=lambda row: -through[row])
        if not ranked or through[ranked[0]] <= alone:
            continue
        rival = max([alone, *(through[row] for row in ranked[1:2])])
        if through[ranked[0]] - rival >= CERTAIN_MARGIN:
            pairs[rows[ranked[0]]] = columns[column]
        else:
            candidates = [ranked[0], *(row for row in ranked[1:2] if through[row] >= alone)]
            doubts.append(Doubt(columns[column], tuple(rows[row] for row in candidates)))
    return pairs, doubts


def _best_before(worth: list[list[float]]) -> list[list[float]]:
    """The best sum of pairs among the first r rows and the first c columns, for every r and c."""
    columns = len(worth[0]) if worth else 0
    best = [[0.0] * (columns + 1) for _ in range(len(worth) + 1)]
    for row, values in enumerate(worth, start=1):
        for column, value in enumerate(values, start=1):
            best[row][column] = max(best[row - 1][column], best[row][column - 1], best[row - 1][column - 1] + value)
    return best


def _best_after(worth: list[list[float]]) -> list[list[float]]:
    """The same among the rows from r on and the columns from c on."""
    columns = len(worth[0]) if worth else 0
    best = [[0.0] * (columns + 1) for _ in range(len(worth) + 1)]
    for row in reversed(range(len(worth))):
        for column in reversed(range(columns)):
            best[row][column] = max(
                best[row + 1][column], best[row][column + 1], best[row + 1][column + 1] + worth[row][column]
            )
    return best
