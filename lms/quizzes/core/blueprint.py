"""The blueprint of a quiz: how many questions each paper draws from which sections, tags, types and difficulties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NO_COSTS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class DrawRow:
    """So many questions whose main section, tag, type and difficulty are these; empty means any."""

    count: int
    section: str = ""
    tag: str = ""
    type: str = ""
    difficulty: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it takes some questions and not others."""
        return bool(self.section or self.tag or self.type or self.difficulty)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question as a blueprint sees it. Questions of one ``group`` test the same thing; empty means a group alone."""

    code: str
    section: str
    tags: tuple[str, ...] = ()
    type: str = ""
    difficulty: str = ""
    group: str = ""

    @property
    def tested(self) -> str:
        """What it tests: a paper tests the same thing once."""
        return self.group or self.code

    def fits(self, row: DrawRow) -> bool:
        """Whether a row may draw this question."""
        return (
            row.section in ("", self.section)
            and (not row.tag or row.tag in self.tags)
            and row.type in ("", self.type)
            and row.difficulty in ("", self.difficulty)
        )


def draw_rows(
    rows: Sequence[DrawRow], candidates: Sequence[Candidate], costs: Mapping[str, int] = NO_COSTS
) -> list[list[Candidate]]:
    """What each row draws: as many places filled as can be, at the least cost, the earlier candidates first.

    No question is drawn twice, and of the variants that test the same thing one at most. A question that two rows
    could have goes to the one that has no other, so that no row is short without need. ``costs`` says by code which
    questions are drawn only where nothing cheaper is left; the others cost nothing.

    >>> rows = [DrawRow(1), DrawRow(1, section="HAR/a")]
    >>> [[c.code for c in drawn] for drawn in draw_rows(rows, [Candidate("1", "HAR/a"), Candidate("2", "HAR/b")])]
    [['2'], ['1']]
    >>> variants = [Candidate("1", "HAR/a", group="x"), Candidate("2", "HAR/a", group="x")]
    >>> [[c.code for c in drawn] for drawn in draw_rows([DrawRow(2)], variants, {"1": 1})]
    [['2']]
    """
    fitting = [_fitting(row, candidates, costs) for row in rows]
    holders = _Filling(fitting, [row.count for row in rows]).holders
    drawn: list[list[int]] = [[] for _row in rows]
    for tested, row in holders.items():
        drawn[row].append(fitting[row][tested][1])
    return [[candidates[number] for number in sorted(numbers)] for numbers in drawn]


def shortages(rows: Sequence[DrawRow], candidates: Sequence[Candidate]) -> list[int]:
    """How many questions each row lacks when every row is served.

    >>> shortages([DrawRow(2, section="HAR/a"), DrawRow(1)], [Candidate("1", "HAR/a")])
    [1, 1]
    """
    return [row.count - len(drawn) for row, drawn in zip(rows, draw_rows(rows, candidates), strict=True)]


def suffices(rows: Sequence[DrawRow], candidates: Sequence[Candidate], papers: int) -> bool:
    """Whether so many papers can be drawn from these, one after the other, and nothing that is tested comes twice.

    A paper is drawn without a thought of the next: what two rows fit may go to either. So where more than one is to be
    drawn, a row needs enough for every row that could take some of what it fits.

    >>> stock = [Candidate("1", "HAR/a"), Candidate("2", "HAR/a")]
    >>> [suffices([DrawRow(1)], stock, papers) for papers in (1, 2, 3)]
    [True, True, False]
    >>> stock += [Candidate("3", "HAR/b"), Candidate("4", "HAR/b")]
    >>> [suffices([DrawRow(1), DrawRow(1, section="HAR/a")], stock, papers) for papers in (1, 2)]
    [True, False]
    """
    if papers == 1:
        return not any(shortages(rows, candidates))
    fitting = [{candidate.tested for candidate in candidates if candidate.fits(row)} for row in rows]
    for place, own in enumerate(fitting):
        rivals = (row for other, row in enumerate(rows) if other == place or own & fitting[other])
        if papers * sum(row.count for row in rivals) > len(own):
            return False
    return True


def one_of_each(candidates: Sequence[Candidate], costs: Mapping[str, int] = NO_COSTS) -> list[Candidate]:
    """Of a fixed list one question for each thing that is tested, the cheapest and then the earliest, in their order.

    >>> listed = [Candidate("1", "", group="x"), Candidate("2", "", group="x"), Candidate("3", "")]
    >>> [candidate.code for candidate in one_of_each(listed, {"1": 1})]
    ['2', '3']
    """
    chosen = {number for _cost, number in _fitting(DrawRow(0), candidates, costs).values()}
    return [candidate for number, candidate in enumerate(candidates) if number in chosen]


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is for a row: things to ask that are ready, those held, what every attempt together needs."""

    ready: int
    held: int
    needed: int
    lacking: int
    """How many questions one paper lacks when every row is served."""

    @property
    def again(self) -> int:
        """How many questions of the last attempt were on an earlier one, as far as this row alone knows."""
        return max(0, self.needed - self.ready)


def stock_of(
    rows: Sequence[DrawRow], candidates: Sequence[Candidate], held: Sequence[Candidate], papers: int
) -> list[Stock]:
    """The stock of each row, when a person may take so many papers.

    >>> stock_of([DrawRow(2)], [Candidate("1", ""), Candidate("2", "", group="1")], [Candidate("3", "")], 2)
    [Stock(ready=2, held=1, needed=4, lacking=1)]
    """
    return [
        Stock(
            ready=sum(candidate.fits(row) for candidate in candidates),
            held=sum(candidate.fits(row) for candidate in held),
            needed=row.count * papers,
            lacking=lacking,
        )
        for row, lacking in zip(rows, shortages(rows, candidates), strict=True)
    ]


Fitting = dict[str, tuple[int, int]]
"""What a row may draw, by what it tests: the cost and the number of the candidate it would take for that."""


def _fitting(row: DrawRow, candidates: Sequence[Candidate], costs: Mapping[str, int]) -> Fitting:
    found: Fitting = {}
    for number, candidate in enumerate(candidates):
        if candidate.fits(row):
            offer = (costs.get(candidate.code, 0), number)
            found[candidate.tested] = min(offer, found.get(candidate.tested, offer))
    return found


class _Filling:
    """Fills places one after the other, each in the cheapest way there is: shortest augmenting paths among the rows.

    What is drawn once stays drawn; a row only hands it to another. So the places filled are as many as can be, and of
    all ways to fill so many this costs the least.
    """

    def __init__(self, fitting: Sequence[Fitting], counts: Sequence[int]) -> None:
        self.holders: dict[str, int] = {}
        self._fitting, self._lacking = fitting, list(counts)
        self._queues = [sorted(found, key=found.__getitem__, reverse=True) for found in fitting]
        while self._fill_for_nothing() or self._fill_by_exchange():
            pass

    def _free(self, row: int) -> str | None:
        """The best that a row may draw and nobody holds."""
        queue = self._queues[row]
        while queue and queue[-1] in self.holders:
            queue.pop()
        return queue[-1] if queue else None

    def _fill_for_nothing(self) -> bool:
        """The common case: what costs nothing is free, and no way is cheaper than nothing."""
        for row, lacking in enumerate(self._lacking):
            if lacking > 0 and (tested := self._free(row)) is not None and self._fitting[row][tested][0] == 0:
                self.holders[tested] = row
                self._lacking[row] -= 1
                return True
        return False

    def _fill_by_exchange(self) -> bool:
        """Fill a place of any row that lacks one, by the cheapest chain of rows that hand over what they hold."""
        distance, handed = self._distances()
        ends = [
            (cost + self._fitting[row][tested][0], row, tested)
            for row, cost in distance.items()
            if (tested := self._free(row)) is not None
        ]
        if not ends:
            return False
        _cost, row, tested = min(ends)
        self.holders[tested] = row
        while row in handed:
            row, tested = handed[row]
            self.holders[tested] = row
        self._lacking[row] -= 1
        return True

    def _distances(self) -> tuple[dict[int, int], dict[int, tuple[int, str]]]:
        """What it costs until each row has to look for another, and which row took what from it."""
        distance = {row: 0 for row, lacking in enumerate(self._lacking) if lacking > 0}
        handed: dict[int, tuple[int, str]] = {}
        edges = self._edges() if distance else {}
        is_changed = True
        while is_changed:
            is_changed = False
            for (taker, giver), (weight, tested) in edges.items():
                if taker in distance and distance[taker] + weight < distance.get(giver, distance[taker] + weight + 1):
                    distance[giver] = distance[taker] + weight
                    handed[giver] = (taker, tested)
                    is_changed = True
        return distance, handed

    def _edges(self) -> dict[tuple[int, int], tuple[int, str]]:
        """By taker and giver: what is handed over at the least cost."""
        edges: dict[tuple[int, int], tuple[int, str]] = {}
        for tested, giver in self.holders.items():
            for taker, found in enumerate(self._fitting):
                if taker != giver and tested in found:
                    offer = (found[tested][0] - self._fitting[giver][tested][0], tested)
                    edges[taker, giver] = min(offer, edges.get((taker, giver), offer))
        return edges
