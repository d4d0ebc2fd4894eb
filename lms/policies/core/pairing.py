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

CERTAIN_ALONE = 0.85
"""How alike two sections must be that share no words, where more than one pair is possible."""
CERTAIN_SHIFT = 0.1
"""How much worse, per pair, the best way must be that keeps no pair of a run that shares no words."""
LONGEST_SHIFT = 12
"""How many pairs a tried part of a run has at most, and how far it may be shifted."""


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
    left = [place for place, section in enumerate(sources) if place not in pairs and section.key != INTRO]
    taken = set(pairs.values())
    right = [
        place
        for place, section in enumerate(translations)
        if place not in taken and not section.is_explicit and section.key != INTRO
    ]
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
    best: dict[int, int] = {}
    rivals: dict[int, tuple[int, ...]] = {}
    doubted: set[int] = set()
    for column in range(len(columns)):
        through = {
            row: before[row][column] + worth[row][column] + after[row + 1][column + 1] for row in range(len(rows))
        }
        alone = max(before[row][column] + after[row][column + 1] for row in range(len(rows) + 1))
        ranked = sorted(through, key=lambda row: -through[row])
        if not ranked or through[ranked[0]] <= alone:
            continue
        best[column] = ranked[0]
        rivals[column] = tuple(ranked[1:2])
        if through[ranked[0]] - max([alone, *(through[row] for row in ranked[1:2])]) < CERTAIN_MARGIN:
            doubted.add(column)
            rivals[column] = tuple(row for row in ranked[1:2] if through[row] >= alone)
    words = {column for column, row in best.items() if likeness.has_words(rows[row], columns[column])}
    doubted |= _shiftable(best, words - doubted, worth)
    pairs = {rows[row]: columns[column] for column, row in best.items() if column not in doubted}
    return pairs, [
        Doubt(columns[column], tuple(rows[row] for row in (best[column], *rivals[column])))
        for column in sorted(doubted)
    ]


def _shiftable(best: dict[int, int], anchors: set[int], worth: list[list[float]]) -> set[int]:
    """The columns whose pairs rest on shape and length alone and may belong to a run that is shifted as a whole.

    Such a pair is the only one possible where it stands alone between two anchors (pairs that share words). Where more
    are possible it must be alike in itself, and no part of its run may be shifted at little loss.
    """
    doubted: set[int] = set()
    bounds = [(best[column], column) for column in sorted(anchors)]
    ends = [*bounds, (len(worth), len(worth[0]) if worth else 0)]
    for start, end in zip([(-1, -1), *bounds], ends, strict=True):
        if end[0] - start[0] == end[1] - start[1] == 2:  # one section on either side
            continue
        path = [
            (best[column], column)
            for column in range(start[1] + 1, end[1])
            if column in best and start[0] < best[column] < end[0]
        ]
        doubted |= {column for row, column in path if worth[row][column] < CERTAIN_ALONE - WORTH_PAIRING}
        doubted |= _weak_runs([start, *path, end], worth)
    return doubted


def _weak_runs(path: list[tuple[int, int]], worth: list[list[float]]) -> set[int]:
    """The columns of all parts of a path that lose too little per pair when none of their pairs is kept.

    The path holds pairs in order, and the bounds of the stretch as its first and last.
    """
    weak: set[int] = set()
    for first in range(1, len(path) - 1):
        for last in range(first + 1, min(first + LONGEST_SHIFT, len(path) - 1)):
            if path[last][0] - path[last - 1][0] != 1 or path[last][1] - path[last - 1][1] != 1:
                break
            run = path[first : last + 1]
            if _loss(run, path[first - 1], path[last + 1], worth) / len(run) < CERTAIN_SHIFT:
                weak |= {column for _, column in run}
    return weak


def _loss(
    run: list[tuple[int, int]], before: tuple[int, int], after: tuple[int, int], worth: list[list[float]]
) -> float:
    """How much worse the best way between two pairs is that keeps no pair of the run."""
    (first_row, first_column), (last_row, last_column) = run[0], run[-1]
    top, left = max(before[0] + 1, first_row - LONGEST_SHIFT), max(before[1] + 1, first_column - LONGEST_SHIFT)
    bottom, right = min(after[0], last_row + LONGEST_SHIFT), min(after[1], last_column + LONGEST_SHIFT)
    window = [worth[row][left:right] for row in range(top, bottom)]
    kept = _best_before(window)[-1][-1]
    for row, column in run:
        window[row - top][column - left] = -1.0
    return kept - _best_before(window)[-1][-1]


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
