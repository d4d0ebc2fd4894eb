"""Consistency and accuracy of the cut score: a published example, sums one can count, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, betabinom

from lms.analysis.core.decisions import (
    Decisions,
    TrueScores,
    Undecided,
    classified,
    decision_figures,
    effective_length,
    fit_true_scores,
)
from tests.analysis.core.test_reliability import matrix

shapes = st.builds(TrueScores, st.floats(0.3, 20), st.floats(0.3, 20))


def test_the_act_mathematics_example_of_bb_class() -> None:
    """Brennan (2004), figures as printed by its successor: 151,050 people, 40 items, cut 24, Beta from 0.22317 to 1."""
    mean, variance = 16.4987, 64.7823
    true_mean = mean / 40
    true_variance = ((variance + mean**2 - mean) / (40 * 39)) - true_mean**2
    assert true_variance == pytest.approx(0.03531, abs=1e-5)
    fitted = fit_true_scores(true_mean, true_variance, low=0.22317)
    assert fitted is not None
    assert (fitted.a, fitted.b) == (pytest.approx(0.52378, abs=2e-4), pytest.approx(1.62569, abs=5e-4))
    found = classified(TrueScores(0.52378, 1.62569, 0.22317, 1.0), 40, 0.6)
    assert found.consistency == pytest.approx(0.92203, abs=2e-5)
    assert found.kappa == pytest.approx(0.75612, abs=5e-5)
    assert found.accuracy == pytest.approx(0.94427, abs=2e-5)
    assert found.false_pass == pytest.approx(0.03795, abs=2e-5)
    assert found.false_fail == pytest.approx(0.01778, abs=2e-5)
    truly = beta(0.52378, 1.62569, loc=0.22317, scale=1 - 0.22317).sf(0.6)
    assert truly == pytest.approx(0.17958, abs=2e-5)  # and 0.19974 pass the test


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.85, 1.0])
def test_the_share_that_passes_is_the_beta_binomials(cut: float) -> None:
    """passed = accuracy's right passes + false passes; of a Beta-binomial it is a finite sum."""
    found = classified(TrueScores(3.0, 2.0), 10, cut)
    needed = int(np.ceil(10 * cut))
    passed = betabinom(10, 3, 2).sf(needed - 1)
    chance = passed**2 + (1 - passed) ** 2
    assert found.kappa == pytest.approx((found.consistency - chance) / (1 - chance), abs=1e-6)


def test_uniform_true_scores_and_one_item_worked_by_hand() -> None:
    """P = theta: the mean of P^2 + (1 - P)^2 is 2/3; with the cut at 1/2 a wrong decision has the mean 1/4."""
    found = classified(TrueScores(1.0, 1.0), 1, 0.5)
    assert (found.consistency, found.kappa) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (found.accuracy, found.false_pass, found.false_fail) == pytest.approx((0.75, 0.125, 0.125))


def test_of_right_or_wrong_items_by_kr21_the_effective_length_is_the_number_of_items() -> None:
    mean, variance, items = 13.0, 11.0, 20
    kr21 = items / (items - 1) * (1 - mean * (items - mean) / (items * variance))
    assert effective_length(mean, variance, kr21, items) == items


@given(shapes, st.integers(1, 60), st.floats(0.05, 1))
def test_bounds(true: TrueScores, length: int, cut: float) -> None:
    found = classified(true, length, cut)
    assert 0.5 - 1e-9 <= found.consistency <= 1 + 1e-9
    assert found.kappa is None or 0 <= found.kappa <= 1 + 1e-6  # passed is a sum over nodes
    assert found.accuracy == pytest.approx(1 - found.false_pass - found.false_fail)
    assert min(found.false_pass, found.false_fail) >= -1e-12


@given(st.floats(0.5, 20), st.integers(1, 30))
def test_passing_and_failing_are_alike(shape: float, items: int) -> None:
    """With symmetric true scores and an odd number of items, a cut in the middle errs as much on either side."""
    found = classified(TrueScores(shape, shape), 2 * items + 1, 0.5)
    assert found.false_pass == pytest.approx(found.false_fail, abs=1e-7)


def test_a_longer_test_decides_more_consistently() -> None:
    found = [classified(TrueScores(4.0, 2.0), length, 0.6).consistency for length in (5, 20, 100)]
    assert found == sorted(found)


def test_what_cannot_be_told_has_a_reason() -> None:
    assert decision_figures(matrix([]), 0.8) is Undecided.NO_RELIABILITY
    assert decision_figures(matrix([[1, 0], [0, 1]]), 0.8) is Undecided.NO_RELIABILITY
    assert decision_figures(matrix([[1, 1], [0, 0], [1, 1]]), 0.8) is Undecided.NO_RELIABILITY  # alpha is 1
    assert isinstance(decision_figures(matrix([[1, 1, 1], [0, 0, 0], [1, 1, 0], [1, 0, 0]]), 0.8), Decisions)
    with pytest.raises(ValueError, match="cut"):
        classified(TrueScores(1.0, 1.0), 5, 0)
    assert fit_true_scores(0.5, 0.3) is None
