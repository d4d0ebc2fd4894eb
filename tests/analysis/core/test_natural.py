"""How far things lie apart by nature: found again where it is known, and not blown up by what stands out."""

from __future__ import annotations

import numpy as np
import pytest

from lms.analysis.core.natural import natural_spread


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
