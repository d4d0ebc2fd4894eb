"""Right answers by policy section and cohort, as one value that the page, the PDF and every table print alike.

Small groups. A cell of fewer than 5 people is withheld. If exactly one cell of a row or column is withheld, those
people leave the totals, because the total less the other cells would give them away; the same when several withheld
cells hold fewer than 5 people between them. They leave every total at once, so that no two totals can be compared.
Cohorts that another table would make tell of few people are withheld whole, whatever their size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.responses import BoolArray, FloatArray, IntArray, Responses
from lms.kit.figures import is_small, percent_down, shown_count

STEPS = ((90, "h5"), (80, "h4"), (70, "h3"), (60, "h2"), (0, "h1"))
NO_STEP = "h0"


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell or total. ``share`` is marks over the most possible (0 to 1), ``percent`` the same rounded down.

    Where ``withheld`` is true, ``n``, ``share`` and ``percent`` are None and ``n_shown`` is ``<5``; where nobody has
    the section, ``n`` is 0 and nothing is withheld. ``step`` is ``h1`` (under 60) to ``h5`` (90 and over), else ``h0``.
    """

    n: int | None
    n_shown: str
    share: float | None
    percent: int | None
    step: str
    is_below_cut: bool
    withheld: bool


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Rows are sections, columns cohorts, both in the order given.

    ``section_totals`` stand at the end of the rows, ``cohort_totals`` under the columns. ``left_out`` names the cohorts
    of which nobody is in any total. ``cohorts_n`` is how many people each cohort has, as it may be shown.
    """

    sections: tuple[str, ...]
    cohorts: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]
    section_totals: tuple[HeatCell, ...]
    cohort_totals: tuple[HeatCell, ...]
    total: HeatCell
    cohorts_n: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def below_everywhere(self) -> tuple[str, ...]:
        """The sections that are below the cut in every cohort with a figure, where there are at least two of these."""
        found = []
        for section, row in zip(self.sections, self.cells, strict=True):
            shown = [cell for cell in row if cell.share is not None]
            if len(shown) > 1 and all(cell.is_below_cut for cell in shown):
                found.append(section)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Marks earned and possible per cell (sections x cohorts), and people counted by what they have.

    People of one cohort who have the same sections are alike here, so they are kept as kinds: ``kind_cohort`` is the
    column of each, ``kind_has`` (sections x kinds) its sections and ``kind_people`` how many they are.
    """

    earned: FloatArray
    possible: FloatArray
    kind_cohort: IntArray
    kind_has: BoolArray
    kind_people: IntArray

    def people(self, cells: BoolArray) -> int:
        """How many different people stand in a set of cells (sections x cohorts)."""
        inside = cells[:, self.kind_cohort] & self.kind_has
        return int(self.kind_people[inside.any(axis=0)].sum())


def heatmap(
    responses: Responses,
    item_sections: Mapping[str, Sequence[str]],
    sections: Sequence[str],
    cohorts: Sequence[str],
    cut_percent: int,
    hidden: Collection[str] = (),
) -> Heatmap:
    """Lay available cells out by section and cohort.

    An item counts in each of its sections; people of no listed cohort count nowhere, and an item of no listed section
    neither. The cohorts in ``hidden`` are withheld and in no total.
    """
    sums = _sums(responses, item_sections, sections, cohorts)
    hidden_cells = np.zeros((len(sections), len(cohorts)), dtype=np.bool_)
    hidden_cells[:, [cohort in hidden for cohort in cohorts]] = True
    out = _left_out(sums, hidden_cells)
    everything = np.ones_like(out)
    rows, columns = _lines(out.shape)

    def cell(cells: BoolArray) -> HeatCell:
        return _cell(sums, cells, hidden_cells, cut_percent)

    def total(cells: BoolArray) -> HeatCell:
        return _cell(sums, cells, out, cut_percent)

    return Heatmap(
        sections=tuple(sections),
        cohorts=tuple(cohorts),
        cells=tuple(tuple(cell(row & column) for column in columns) for row in rows),
        section_totals=tuple(total(row) for row in rows),
        cohort_totals=tuple(total(column) for column in columns),
        total=total(everything),
        cohorts_n=tuple(cell(column).n_shown for column in columns),
        left_out=tuple(
            cohort
            for cohort, column in zip(cohorts, columns, strict=True)
            if sums.people(column) and not sums.people(column & ~out)
        ),
    )


def _sums(
    responses: Responses, item_sections: Mapping[str, Sequence[str]], sections: Sequence[str], cohorts: Sequence[str]
) -> _Sums:
    belongs = np.zeros((len(responses.items), len(sections)))
    for column, item in enumerate(responses.items):
        belongs[column] = [section in item_sections.get(item.code, ()) for section in sections]
    member = np.zeros((len(responses.people), len(cohorts)))
    place = {cohort: column for column, cohort in enumerate(cohorts)}
    for row, person in enumerate(responses.people):
        if person.cohort in place:
            member[row, place[person.cohort]] = 1
    possible = (responses.available * responses.maxima) @ belongs
    kinds = Counter(
        (place[person.cohort], *has)
        for person, has in zip(responses.people, (possible > 0).tolist(), strict=True)
        if person.cohort in place
    )
    return _Sums(
        earned=((responses.marks * responses.available) @ belongs).T @ member,
        possible=possible.T @ member,
        kind_cohort=np.array([kind[0] for kind in kinds], dtype=np.int64),
        kind_has=np.array([kind[1:] for kind in kinds], dtype=np.bool_).reshape(len(kinds), len(sections)).T,
        kind_people=np.array(list(kinds.values()), dtype=np.int64),
    )


def _lines(shape: tuple[int, ...]) -> tuple[list[BoolArray], list[BoolArray]]:
    """Each row and each column as a set of cells."""
    row_of, column_of = np.indices(shape)
    return [row_of == row for row in range(shape[0])], [column_of == column for column in range(shape[1])]


def _left_out(sums: _Sums, hidden: BoolArray) -> BoolArray:
    """The cells whose people are in no total: repeated until no total gives a small group away.

    A line is what one total adds up: a row or column of cells, or all section totals, or all cohort totals.
    """
    out = hidden.copy()
    rows, columns = _lines(out.shape)
    lines = [[row & column for column in columns] for row in rows]
    lines += [[row & column for row in rows] for column in columns]
    lines += [rows, columns]
    settled = False
    while not settled:
        settled = True
        for line in lines:
            leaving = _leaving(sums, line, out)
            if leaving is not None:
                out |= leaving
                settled = False
    return out


def _leaving(sums: _Sums, line: Sequence[BoolArray], out: BoolArray) -> BoolArray | None:
    parts = [part & ~out for part in line]
    hidden = [part for part in parts if is_small(sums.people(part))]
    if not hidden or is_small(sums.people(np.logical_or.reduce(parts))):
        return None  # nothing to find, or the total is withheld itself
    together = np.logical_or.reduce(hidden)
    return together if len(hidden) == 1 or is_small(sums.people(together)) else None


def _cell(sums: _Sums, cells: BoolArray, out: BoolArray, cut_percent: int) -> HeatCell:
    counted = cells & ~out
    n = sums.people(counted)
    if is_small(n) or (n == 0 and sums.people(cells) > 0):
        return HeatCell(None, shown_count(1), None, None, NO_STEP, is_below_cut=False, withheld=True)
    possible = float(sums.possible[counted].sum())
    if possible == 0:
        return HeatCell(n, shown_count(n), None, None, NO_STEP, is_below_cut=False, withheld=False)
    share = float(sums.earned[counted].sum()) / possible
    percent = percent_down(share)
    step = next(name for least, name in STEPS if percent >= least)
    return HeatCell(n, shown_count(n), share, percent, step, is_below_cut=percent < cut_percent, withheld=False)
