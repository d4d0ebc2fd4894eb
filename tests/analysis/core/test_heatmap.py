"""Section by cohort: shares, steps, the cut, and above all what small groups must not give away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.analysis.core.heatmap import HeatCell, Heatmap, heatmap
from lms.analysis.core.responses import Answer, Cell, Item, Person, collect


def mapped(
    counts: Mapping[tuple[str, str], Sequence[float]],
    sections: Sequence[str],
    cohorts: Sequence[str],
    cut: int = 80,
) -> Heatmap:
    """One item a section; for each section and cohort the shares of its first people."""
    sizes = {cohort: max((len(counts.get((s, cohort), ())) for s in sections), default=0) for cohort in cohorts}
    people = [Person(f"{cohort}{n}", cohort=cohort) for cohort in cohorts for n in range(sizes[cohort])]
    answers = [
        Answer(f"{cohort}{n}", f"Q-{section}", share)
        for (section, cohort), shares in counts.items()
        for n, share in enumerate(shares)
    ]
    items = [Item(f"Q-{section}") for section in sections]
    return heatmap(collect(people, items, answers), {f"Q-{s}": [s] for s in sections}, sections, cohorts, cut)


def test_cells_have_share_step_and_the_mark_below_the_cut() -> None:
    shares = {"h5": 0.9, "h4": 0.8, "h3": 0.796, "h2": 0.6, "h1": 0.599}
    found = mapped({("S", step): [share] * 5 for step, share in shares.items()}, ["S"], list(shares))
    row = found.cells[0]
    assert [cell.step for cell in row] == list(shares)
    assert [cell.percent for cell in row] == [90, 80, 79, 60, 59]
    assert [cell.is_below_cut for cell in row] == [False, False, True, True, True]
    assert [cell.n_shown for cell in row] == ["5"] * 5
    assert found.section_totals[0].n == found.total.n == 25
    assert found.total.share == pytest.approx(sum(shares.values()) / 5)


def test_weights_and_blanks_count_and_what_was_not_reached_does_not() -> None:
    people = [Person(f"L{n}", cohort="A") for n in range(5)]
    items = [Item("Q1", maximum=3.0), Item("Q2", maximum=1.0)]
    answers = [Answer(person.code, "Q1", 1.0) for person in people]
    answers += [Answer(f"L{n}", "Q2", state=Cell.BLANK) for n in range(4)]
    answers.append(Answer("L4", "Q2", state=Cell.NOT_REACHED))
    found = heatmap(collect(people, items, answers), {"Q1": ["S"], "Q2": ["S", "T"]}, ["S", "T"], ["A"], 80)
    assert found.cells[0][0].share == pytest.approx(15 / 19)
    assert found.cells[1][0].withheld  # only four people have an available cell in T


def test_one_small_cohort_is_withheld_and_leaves_every_total() -> None:
    counts = {(section, cohort): [1.0] * n for section in "ST" for cohort, n in (("A", 28), ("B", 31), ("C", 4))}
    found = mapped(counts, ["S", "T"], ["A", "B", "C"])
    for row in found.cells:
        assert row[2] == HeatCell(None, "<5", None, None, "h0", is_below_cut=False, withheld=True)
    assert found.cohorts_n == ("28", "31", "<5")
    assert [total.n for total in found.section_totals] == [59, 59]
    assert found.total.n == 59
    assert found.cohort_totals[2].withheld
    assert found.left_out == ("C",)


def test_two_small_cohorts_hide_each_other_when_they_are_five_together() -> None:
    sizes = {"A": 10, "B": 2, "C": 3}
    found = mapped({("S", cohort): [1.0] * n for cohort, n in sizes.items()}, ["S"], list(sizes))
    assert [cell.withheld for cell in found.cells[0]] == [False, True, True]
    assert (found.total.n, found.left_out) == (15, ())
    sizes = {"A": 10, "B": 2, "C": 2}
    found = mapped({("S", cohort): [1.0] * n for cohort, n in sizes.items()}, ["S"], list(sizes))
    assert (found.total.n, found.left_out) == (10, ("B", "C"))


def test_a_single_small_cell_of_a_column_leaves_that_columns_total_too() -> None:
    counts = {("S", "A"): [1.0] * 9, ("T", "A"): [0.0] * 3, ("S", "B"): [1.0] * 8, ("T", "B"): [1.0] * 8}
    found = mapped(counts, ["S", "T"], ["A", "B"])
    assert found.cells[1][0].withheld
    assert found.cohort_totals[0].share == 1.0  # without the three zeros of T
    assert (found.section_totals[1].n, found.section_totals[1].share) == (8, 1.0)
    assert found.total.share == 1.0


def test_a_single_withheld_total_is_not_in_the_total_of_totals() -> None:
    counts = {("S", "A"): [1.0] * 9, ("S", "B"): [1.0] * 9, ("T", "A"): [0.0] * 2, ("T", "B"): [0.0] * 2}
    found = mapped(counts, ["S", "T"], ["A", "B"])
    assert found.section_totals[1].withheld
    assert (found.total.n, found.total.share) == (18, 1.0)


def test_where_nobody_has_a_section_there_is_nothing_to_withhold() -> None:
    found = mapped({("S", "A"): [1.0] * 6, ("T", "B"): [0.5] * 6}, ["S", "T"], ["A", "B"])
    assert found.cells[0][1] == HeatCell(0, "0", None, None, "h0", is_below_cut=False, withheld=False)
    assert found.section_totals[0].n == 6


def test_people_of_no_listed_cohort_and_items_of_no_listed_section_count_nowhere() -> None:
    people = [Person(f"L{n}", cohort="A" if n < 5 else None) for n in range(9)]
    answers = [Answer(person.code, item, 1.0) for person in people for item in ("Q1", "Q2")]
    found = heatmap(collect(people, [Item("Q1"), Item("Q2")], answers), {"Q1": ["S"], "Q2": ["Z"]}, ["S"], ["A"], 80)
    assert (found.total.n, found.total.share) == (5, 1.0)


def test_sections_below_the_cut_in_every_cohort_are_named() -> None:
    counts = {("S", "A"): [0.7] * 5, ("S", "B"): [0.6] * 5, ("T", "A"): [0.7] * 5, ("T", "B"): [0.9] * 5}
    assert mapped(counts, ["S", "T"], ["A", "B"]).below_everywhere == ("S",)
    assert mapped({("S", "A"): [0.1] * 5}, ["S"], ["A"]).below_everywhere == ()


def test_an_empty_quiz_has_an_empty_map() -> None:
    assert mapped({}, ["S"], ["A"]).total.n == 0
    assert mapped({}, [], []).cells == ()


sizes_of_groups = st.dictionaries(
    st.tuples(st.sampled_from("STUV"), st.sampled_from("ABCD")), st.integers(0, 12), min_size=1
)


@given(sizes_of_groups)
def test_no_total_gives_a_small_group_away(sizes: dict[tuple[str, str], int]) -> None:
    """Small groups have everything wrong and others everything right, so a total under 1 has small groups in it."""
    counts = {place: [0.0 if n < 5 else 1.0] * n for place, n in sizes.items()}
    found = mapped(counts, list("STUV"), list("ABCD"))
    for total, row in zip(found.section_totals, found.cells, strict=True):
        if total.n is not None:
            hidden = total.n - sum(cell.n or 0 for cell in row)
            assert hidden == 0 or (hidden >= 5 and sum(cell.withheld for cell in row) > 1)
    for total in found.cohort_totals:
        # The people of a cohort's small cells are the same few here, so they may be in no total that is shown.
        assert total.share in {None, 1.0}


@given(sizes_of_groups)
def test_every_shown_figure_rests_on_at_least_five_people(sizes: dict[tuple[str, str], int]) -> None:
    found = mapped({place: [0.5] * n for place, n in sizes.items()}, list("STUV"), list("ABCD"))
    every = [cell for row in found.cells for cell in row]
    for cell in [*every, *found.section_totals, *found.cohort_totals, found.total]:
        assert cell.n is None or cell.n == 0 or cell.n >= 5
        assert (cell.share is None) == (not cell.n)
        assert cell.withheld == (cell.n is None)
