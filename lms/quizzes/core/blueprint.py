"""The blueprint of a quiz: how many questions each paper draws from which sections and tags."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawRow:
    """So many questions whose main section and tag are these; empty means any."""

    count: int
    section: str = ""
    tag: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it takes some questions and not others."""
        return bool(self.section or self.tag)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question as a blueprint sees it."""

    code: str
    section: str
    tags: tuple[str, ...] = ()

    def fits(self, row: DrawRow) -> bool:
        """Whether a row may draw this question."""
        return row.section in ("", self.section) and (not row.tag or row.tag in self.tags)


def seen_last(candidates: Sequence[Candidate], seen: Collection[str]) -> list[Candidate]:
    """The candidates with those last that somebody has seen, by code: ``draw_rows`` takes the earlier ones first, so
    none of the others is drawn where one that is new would do.

    >>> [candidate.code for candidate in seen_last([Candidate("1", ""), Candidate("2", ""), Candidate("3", "")], {"1"})]
    ['2', '3', '1']
    """
    return sorted(candidates, key=lambda candidate: candidate.code in seen)


def draw_rows(rows: Sequence[DrawRow], candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """What each row draws: each question once, the earlier candidates first, as many places filled as can be.

    A question that two rows could have goes to the one that has no other, so that no row is short without need.

    >>> rows = [DrawRow(1), DrawRow(1, section="HAR/a")]
    >>> [[c.code for c in drawn] for drawn in draw_rows(rows, [Candidate("1", "HAR/a"), Candidate("2", "HAR/b")])]
    [['2'], ['1']]
    """
    holder: dict[int, int] = {}  # the row that holds a candidate, by their numbers

    def fill(row: int, tried: set[int]) -> bool:
        """Give a row one more; where nothing is free, a row that holds what it could have looks for another."""
        fitting = [number for number, candidate in enumerate(candidates) if candidate.fits(rows[row])]
        for number in fitting:
            if number not in holder:
                holder[number] = row
                return True
        for number in fitting:
            if holder[number] not in tried:
                tried.add(holder[number])
                if fill(holder[number], tried):
                    holder[number] = row
                    return True
        return False

    for index, row in enumerate(rows):
        for _n in range(row.count):
            fill(index, {index})
    drawn: list[list[Candidate]] = [[] for _row in rows]
    for number in sorted(holder):
        drawn[holder[number]].append(candidates[number])
    return drawn


def shortages(rows: Sequence[DrawRow], candidates: Sequence[Candidate]) -> list[int]:
    """How many questions each row lacks when every row is served.

    >>> shortages([DrawRow(2, section="HAR/a"), DrawRow(1)], [Candidate("1", "HAR/a")])
    [1, 1]
    """
    return [row.count - len(drawn) for row, drawn in zip(rows, draw_rows(rows, candidates), strict=True)]
