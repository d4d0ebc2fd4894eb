"""Totals and consistency beside alpha: R's values on two published data sets, laws, and what has no value."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lms.analysis.core.items import biserial
from lms.analysis.core.reliability import alpha, feldt_interval
from lms.analysis.core.responses import collect
from lms.analysis.core.totals import kr21, kurtosis, lambda6, skewness, split_half, standardised_alpha, total_figures
from tests.analysis.core.test_reference import SETS, read, rows_of
from tests.analysis.core.test_reliability import matrix

COLUMNS = {
    "n": "N",
    "mean": "mean_total",
    "median": "median_total",
    "sd": "sd_total_n1",
    "lowest": "min_total",
    "highest": "max_total",
    "skewness": "skew_g1",
    "kurtosis": "excess_kurtosis_g2",
    "kr21": "kr21_popvar",
    "odd_even": "r_odd_even",
    "split_half": "splithalf_odd_even_SB",
    "mean_correlation": "mean_interitem_r",
    "standardised_alpha": "alpha_std",
    "lambda6": "guttman_lambda6_smc",
}
binary = st.integers(2, 6).flatmap(
    lambda items: st.lists(st.lists(st.booleans(), min_size=items, max_size=items), min_size=3, max_size=25)
)


def rows_as_marks(rows: list[list[bool]]) -> np.ndarray:
    marks = np.array(rows, dtype=np.float64)
    assume(np.ptp(marks.sum(axis=1)) > 0)
    return marks


@pytest.mark.parametrize("name", SETS)
def test_every_figure_of_the_test_equals_r(reference_data: Path, name: str) -> None:
    reference = {
        row["statistic"]: float(row["value"])
        for row in rows_of(reference_data / "item_response" / name / "ref_test.csv")
    }
    responses = read(reference_data, name)
    found = total_figures(responses)
    for ours, theirs in COLUMNS.items():
        assert getattr(found, ours) == pytest.approx(reference[theirs], abs=1e-6), ours
    assert alpha(responses.marks) == pytest.approx(reference["kr20_popvar"], abs=1e-6)


@pytest.mark.parametrize("name", SETS)
def test_the_biserial_correlation_equals_r(reference_data: Path, name: str) -> None:
    reference = rows_of(reference_data / "item_response" / name / "ref_items.csv")
    for found, row in zip(biserial(read(reference_data, name)), reference, strict=True):
        assert found == pytest.approx(float(row["biserial"]), abs=1e-6), row["item"]


def test_the_biserial_is_of_right_or_wrong_alone() -> None:
    assert biserial(matrix([[1, 0.5, 1], [0, 1, 1], [1, 0, 1]])) == (pytest.approx(0.0, abs=2), None, None)
    assert biserial(matrix([])) == (None, None)


def test_nobody_and_people_who_are_alike() -> None:
    nobody = astuple(total_figures(matrix([])))
    assert nobody == (0, *[None] * 13)
    alike = total_figures(matrix([[1, 0], [0, 1], [1, 0]]))
    assert (alike.mean, alike.median, alike.sd) == (1, 1, 0)
    assert (alike.skewness, alike.kurtosis, alike.kr21) == (None, None, None)
    one_item = total_figures(matrix([[1], [0], [1]]))
    assert (one_item.kr21, one_item.split_half, one_item.standardised_alpha, one_item.lambda6) == (None,) * 4
    constant = total_figures(matrix([[1, 1, 1], [0, 1, 0], [0, 1, 1]]))
    assert (constant.standardised_alpha, constant.lambda6, constant.split_half) == (None, None, None)
    assert total_figures(collect([], [], [])).n == 0


def test_kr21_is_of_right_or_wrong_items_of_one_mark() -> None:
    assert total_figures(matrix([[0.5, 1], [1, 0], [0, 0]])).kr21 is None
    assert total_figures(matrix([[1, 1], [1, 0], [0, 0]])).kr21 is not None


def test_items_that_repeat_each_other_have_no_lambda6_but_full_halves() -> None:
    marks = np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]])
    assert lambda6(marks) is None
    assert split_half(marks) == (pytest.approx(1), pytest.approx(1))
    assert split_half(np.array([[1.0, 0.0], [0.0, 1.0]])) is None  # r = -1


@given(binary)
def test_kr21_never_passes_kr20(rows: list[list[bool]]) -> None:
    marks = rows_as_marks(rows)
    lower = kr21(marks.sum(axis=1), marks.shape[1])
    assert lower is not None
    assert lower <= alpha(marks) + 1e-9


@given(binary, st.randoms(use_true_random=False))
def test_neither_the_order_of_people_nor_that_of_items_matters_but_to_the_halves(
    rows: list[list[bool]], chance: object
) -> None:
    marks = rows_as_marks(rows)
    order, columns = list(range(len(marks))), list(range(marks.shape[1]))
    chance.shuffle(order)  # type: ignore[attr-defined]
    chance.shuffle(columns)  # type: ignore[attr-defined]
    people = total_figures(matrix(marks[order].tolist()))
    plain = total_figures(matrix(marks.tolist()))
    items = total_figures(matrix(marks[:, columns].tolist()))
    for name in plain.__slots__:
        value = getattr(plain, name)
        wanted = None if value is None else pytest.approx(value, abs=1e-7)
        assert getattr(people, name) == wanted, name
        assert name in {"odd_even", "split_half"} or getattr(items, name) == wanted, name


@given(st.lists(st.integers(0, 40).map(float), min_size=2, max_size=30), st.floats(0.1, 50), st.floats(-100, 100))
def test_shape_has_no_unit_turns_with_its_sign_and_keeps_its_bounds(
    scores: list[float], scale: float, shift: float
) -> None:
    values = np.array(scores)
    assume(np.ptp(values) > 0)
    skew, tail = skewness(values), kurtosis(values)
    assert skew is not None
    assert tail is not None
    assert skewness(values * scale + shift) == pytest.approx(skew, abs=1e-6)
    assert skewness(-values) == pytest.approx(-skew, abs=1e-9)
    assert kurtosis(-values * scale) == pytest.approx(tail, abs=1e-6)
    assert tail >= skew**2 - 2 - 1e-9
    assert abs(skew) <= (len(values) - 2) / np.sqrt(len(values) - 1) + 1e-9


@given(st.floats(-3, 1), st.integers(2, 500), st.integers(2, 60))
def test_feldts_interval_contains_alpha(value: float, people: int, items: int) -> None:
    interval = feldt_interval(value, people, items)
    assert interval.low - 1e-9 <= value <= interval.high + 1e-9 or people < 3
    assert interval.high <= 1


def test_standardised_alpha_is_alpha_of_items_of_equal_variance() -> None:
    marks = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0]])
    figures = total_figures(matrix(marks.tolist()))
    assert figures.standardised_alpha == pytest.approx(alpha(marks))
    assert standardised_alpha(-0.5, 3) is None
