"""How far things lie apart by nature: found again where it is known, and not blown up by what stands out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lms.analysis.core.natural import NEGLIGIBLE, judged, natural_spread, weights_without


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0])
def test_the_spread_beyond_chance_is_found_again(spread: float) -> None:
    chance = np.random.default_rng(7)
    errors = chance.uniform(0.1, 0.4, 4000)
    values = chance.normal(0, np.hypot(errors, spread))
    assert natural_spread(values, errors) == pytest.approx(spread, abs=0.05)


def test_a_few_values_far_out_move_it_little() -> None:
    chance = np.random.default_rng(8)
    errors = np.full(400, 0.2)
    values = chance.normal(0, np.hypot(errors, 0.3))
    values[:20] = 50.0
    assert natural_spread(values, errors) == pytest.approx(0.3, abs=0.1)


def test_values_that_chance_explains_have_none() -> None:
    assert natural_spread(np.array([0.1, -0.1, 0.2]), np.ones(3)) == 0
    assert natural_spread(np.array([]), np.array([])) == 0


SPREADS = np.linspace(0.0, 0.6, 13)


def against(values: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance of each value, as what the others show of the natural spread makes it."""
    spreads = np.hypot(errors[np.newaxis], SPREADS[:, np.newaxis])
    off = np.broadcast_to(values, spreads.shape)
    weights = weights_without(off, spreads)
    return np.array([judged(weights[:, n], off[:, n], spreads[:, n]).p for n in range(len(values))])


def test_the_spreads_that_others_make_likely_are_those_that_they_have() -> None:
    chance = np.random.default_rng(9)
    errors = np.full(400, 0.15)
    values = chance.normal(0, np.hypot(errors, 0.2))
    spreads = np.hypot(errors[np.newaxis], SPREADS[:, np.newaxis])
    weights = weights_without(np.broadcast_to(values, spreads.shape), spreads)
    assert weights.sum(axis=0) == pytest.approx(1)
    assert (SPREADS @ weights) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("spread", [0.0, 0.2, 0.4])
def test_natural_values_are_seldom_beyond_chance_however_few_tell_the_spread(spread: float) -> None:
    """The least of 40 chances, times 40, is under 0.05 in about one of twenty quizzes or fewer."""
    chance = np.random.default_rng(10)
    least = []
    for _quiz in range(400):
        errors = chance.uniform(0.1, 0.2, 40)
        least.append(against(chance.normal(0, np.hypot(errors, spread)), errors).min() * 40)
    assert (np.array(least) < 0.05).mean() <= 0.07


def test_what_stands_out_does_not_widen_the_measure_it_is_held_against() -> None:
    chance = np.random.default_rng(11)
    errors = np.full(40, 0.15)
    values = chance.normal(0, np.hypot(errors, 0.2))
    values[0] = 1.5
    alone = against(values, errors)[0]
    values[1] = 1.5
    assert alone < 1e-5
    assert against(values, errors)[0] < 100 * alone, "nor does another that stands out hide it"


def test_what_is_negligible_is_taken_off_before_an_effect_counts_as_large() -> None:
    one = judged(np.ones(1), np.array([NEGLIGIBLE]), np.array([0.1]))
    assert (one.p < 1e-4, one.p_negligible) == (True, pytest.approx(0.5))


def test_not_to_know_the_spread_makes_an_effect_less_certain() -> None:
    both = judged(np.array([0.5, 0.5]), np.ones(2), np.array([0.2, 0.4]))
    middle = judged(np.ones(1), np.ones(1), np.array([0.3]))
    assert both.p > middle.p
