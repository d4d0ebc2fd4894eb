"""Rounding, intervals and small groups, against published values and against SciPy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lms.kit import figures
from lms.kit.figures import Interval


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(796, 1000, 79), (800, 1000, 80), (7999, 10000, 79), (0.796, 1, 79), (0.29, 1, 29), (0.0, 1, 0), (1.0, 1, 100)],
)
def test_percentages_are_rounded_down(part: float, whole: float, expected: int) -> None:
    assert figures.percent_down(part, whole) == expected


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 100))
def test_a_shown_percentage_reaches_a_cut_only_when_the_score_does(part: int, whole: int, cut: int) -> None:
    assert (figures.percent_down(part, whole) >= cut) == (part * 100 >= cut * whole)


def test_small_groups_are_one_to_four_people() -> None:
    assert [figures.is_small(people) for people in range(7)] == [False, True, True, True, True, False, False]
    assert [figures.shown_count(people) for people in (0, 1, 4, 5, 144)] == ["0", "<5", "<5", "5", "144"]


def test_wilson_equals_the_published_examples_of_newcombe() -> None:
    """Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3."""
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (successes, n), (low, high) in published.items():
        interval = figures.wilson(successes, n)
        assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_difference_equals_the_published_examples_of_newcombe() -> None:
    """Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10."""
    published = {(56, 70, 48, 80): (0.0524, 0.3339), (9, 10, 3, 10): (0.1705, 0.8090), (10, 10, 0, 10): (0.6075, 1.0)}
    for (a, m, b, n), (low, high) in published.items():
        interval = figures.difference(a / m, figures.wilson(a, m), b / n, figures.wilson(b, n))
        assert interval.low == pytest.approx(low, abs=6e-5)
        assert interval.high == pytest.approx(high, abs=6e-5)


@given(st.integers(1, 5000), st.data())
def test_wilson_holds_the_share_and_stays_possible(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    interval = figures.wilson(successes, n)
    assert 0 <= interval.low <= successes / n <= interval.high <= 1
    assert interval.low < interval.high
    mirrored = figures.wilson(n - successes, n)
    assert mirrored.low == pytest.approx(1 - interval.high, abs=1e-12)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 17, 30, 199, 200, 201, 202, 1000, 20000])
@pytest.mark.parametrize("probability", [0.5, 0.6, 0.9, 0.975, 0.995])
def test_t_quantile_equals_scipy(freedom: int, probability: float) -> None:
    assert figures.t_quantile(probability, freedom) == pytest.approx(
        float(stats.t.ppf(probability, freedom)), rel=1e-9, abs=1e-12
    )


def test_t_interval_is_as_wide_as_the_table_says() -> None:
    """t(0.975, 9) is 2.262 in every printed table."""
    interval = figures.t_interval(50.0, 10.0, 10)
    assert interval.high - 50 == pytest.approx(2.262 * 10 / math.sqrt(10), abs=2e-3)
    assert 50 - interval.low == pytest.approx(interval.high - 50)


def test_an_interval_knows_what_it_leaves_out_and_where_it_must_end() -> None:
    assert Interval(0.01, 0.2).leaves_out(0)
    assert not Interval(-0.01, 0.2).leaves_out(0)
    assert not Interval(0.0, 0.2).leaves_out(0)
    assert Interval(-0.3, 1.2).clipped(0, 1) == Interval(0, 1)


def test_what_has_no_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        figures.wilson(0, 0)
    with pytest.raises(ValueError, match="spread"):
        figures.t_interval(0.5, 0.1, 1)
    with pytest.raises(ValueError, match="degree"):
        figures.t_quantile(0.975, 0)
