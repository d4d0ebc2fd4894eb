"""Alpha and SEM: laws, and what has no value; the comparison with R is in test_reference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lms.analysis.core.reliability import Undefined, alpha, score_figures
from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect

marks = st.integers(2, 5).flatmap(
    lambda items: st.lists(
        st.lists(st.integers(0, 4).map(float), min_size=items, max_size=items), min_size=3, max_size=20
    )
)


def matrix(shares: list[list[float]]) -> Responses:
    people = [Person(f"L{row}") for row in range(len(shares))]
    items = [Item(f"Q{column}") for column in range(len(shares[0]) if shares else 2)]
    cells = [Answer(f"L{r}", f"Q{c}", share) for r, line in enumerate(shares) for c, share in enumerate(line)]
    return collect(people, items, cells)


@given(marks)
def test_items_that_repeat_each_other_have_alpha_one(rows: list[list[float]]) -> None:
    totals = np.array(rows).sum(axis=1)
    assume(np.ptp(totals) > 0)
    assert alpha(np.column_stack([totals, totals])) == pytest.approx(1)
    assert alpha(np.column_stack([totals] * 5)) == pytest.approx(1)


@given(marks, st.floats(0.1, 10), st.floats(-5, 5))
def test_alpha_does_not_feel_a_common_unit_and_never_passes_one(
    rows: list[list[float]], scale: float, shift: float
) -> None:
    values = np.array(rows)
    assume(np.ptp(values.sum(axis=1)) > 0)
    assert alpha(values * scale + shift) == pytest.approx(alpha(values), rel=1e-6, abs=1e-9)
    assert alpha(values) <= 1 + 1e-9


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=3, max_size=30))
def test_alpha_of_right_or_wrong_is_kuder_and_richardsons_formula_20(rows: list[list[bool]]) -> None:
    values = np.array(rows, dtype=np.float64)
    totals = values.sum(axis=1)
    assume(np.ptp(totals) > 0)
    p = values.mean(axis=0)
    kr20 = 4 / 3 * (1 - (p * (1 - p)).sum() / totals.var())
    assert alpha(values) == pytest.approx(kr20, abs=1e-9)


def test_standard_error_follows_from_alpha() -> None:
    figures = score_figures(matrix([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]]))
    assert figures.sd == pytest.approx(math.sqrt(5 / 3))
    assert figures.alpha == pytest.approx(0.75)
    assert figures.sem == pytest.approx(math.sqrt(5 / 3) * 0.5)
    assert figures.interval is not None
    assert figures.interval.low < 0.75 < figures.interval.high


def test_items_that_work_against_each_other_have_negative_alpha_and_a_large_error() -> None:
    figures = score_figures(matrix([[1, 0, 0], [0, 1, 0], [0, 1, 1]]))
    assert figures.alpha is not None
    assert figures.alpha < 0
    assert figures.sem is not None
    assert figures.sd is not None
    assert figures.sem > figures.sd


def test_rows_with_a_gap_are_dropped_and_counted() -> None:
    people, items = [Person(f"L{row}") for row in range(5)], [Item("Q0"), Item("Q1"), Item("Q2")]
    whole = [(1, 1, 1), (1, 1, 0), (1, 0, 0), (0, 0, 0)]
    answers = [Answer(f"L{r}", f"Q{c}", float(share)) for r, row in enumerate(whole) for c, share in enumerate(row)]
    gap = [Answer("L4", "Q0", 1.0), Answer("L4", "Q1", state=Cell.NOT_REACHED)]
    figures = score_figures(collect(people, items, answers + gap))
    assert (figures.people, figures.used, figures.dropped, figures.mean) == (5, 4, 1, 1.5)
    assert figures.alpha == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("shares", "reason", "mean", "sd"),
    [
        ([], Undefined.NO_COMPLETE_ROWS, None, None),
        ([[1.0, 0.0]], Undefined.ONE_PERSON, 1.0, None),
        ([[1.0], [0.0]], Undefined.ONE_ITEM, 0.5, math.sqrt(0.5)),
        ([[1.0, 0.0], [0.0, 1.0]], Undefined.EQUAL_SCORES, 1.0, 0.0),
        ([[0.1, 0.2]] * 3, Undefined.EQUAL_SCORES, 0.3, 0.0),
    ],
)
def test_where_alpha_has_no_value_the_reason_is_given(
    shares: list[list[float]], reason: Undefined, mean: float | None, sd: float | None
) -> None:
    figures = score_figures(matrix(shares))
    assert (figures.alpha, figures.sem, figures.interval, figures.reason) == (None, None, None, reason)
    assert figures.mean == (None if mean is None else pytest.approx(mean))
    assert figures.sd == (None if sd is None else pytest.approx(sd))
