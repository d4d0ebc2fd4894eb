"""Rates of clustered decisions: worked examples, laws, and how often the interval holds the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.figures import Z95, t_quantile, wilson
from lms.production.core.rates import Tally, correlation, gap, p_over, rate

tallies = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))).map(lambda pair: Tally(*pair)),
    min_size=2,
    max_size=30,
)


def test_a_rate_by_plain_arithmetic() -> None:
    found = rate([Tally(20, 1), Tally(40, 2), Tally(30, 9), Tally(10, 0), Tally(25, 3)])
    assert found is not None
    n, x, p = 125, 15, 0.12
    squares = (1 - 2.4) ** 2 + (2 - 4.8) ** 2 + (9 - 3.6) ** 2 + (0 - 1.2) ** 2 + (3 - 3.0) ** 2
    variance = 5 / 4 * squares / n**2
    effect = variance / (p * (1 - p) / n)
    assert (found.decisions, found.errors, found.share) == (n, x, p)
    assert found.variance == pytest.approx(variance, rel=1e-12)
    assert found.design_effect == pytest.approx(effect, rel=1e-12)
    effective = n / effect * (Z95 / t_quantile(0.975, 4)) ** 2
    middle, square = (p + Z95**2 / (2 * effective)) / (1 + Z95**2 / effective), Z95**2
    reach = Z95 / (1 + square / effective) * math.sqrt(p * (1 - p) / effective + square / (4 * effective**2))
    assert (found.interval.low, found.interval.high) == pytest.approx((middle - reach, middle + reach), rel=1e-9)


@given(tallies)
def test_an_interval_holds_its_share_and_is_never_narrower_than_that_of_lone_decisions(listed: list[Tally]) -> None:
    found = rate(listed)
    assert found is not None
    assert 0 <= found.interval.low <= found.share <= found.interval.high <= 1
    assert found.design_effect >= 1
    alone = wilson(found.errors, found.decisions)
    assert found.interval.high - found.interval.low >= alone.high - alone.low - 1e-12


@given(tallies)
def test_the_order_of_people_does_not_matter(listed: list[Tally]) -> None:
    one, other = rate(listed), rate(listed[::-1])
    assert one is not None
    assert other is not None
    assert one.share == other.share
    assert one.variance == pytest.approx(other.variance)


def test_one_person_has_no_rate() -> None:
    assert rate([Tally(50, 5)]) is None
    assert rate([Tally(50, 5), Tally(0, 0)]) is None


def test_the_interval_holds_the_truth_nineteen_times_in_twenty_although_decisions_hang_together() -> None:
    """Each person has an error rate of their own about 8 %: Wilson's interval of all decisions holds it less often."""
    luck = np.random.default_rng(20)
    held = plain = 0
    for _trial in range(600):
        listed = []
        for _person in range(25):
            own = luck.beta(1.2, 13.8)
            listed.append(Tally(40, sum(luck.random() < own for _decision in range(40))))
        found = rate(listed)
        assert found is not None
        held += not found.interval.leaves_out(0.08)
        plain += not wilson(found.errors, found.decisions).leaves_out(0.08)
    assert held / 600 >= 0.92
    assert plain / 600 < 0.75


def test_a_surplus_by_chance_is_as_rare_as_it_says() -> None:
    luck = np.random.default_rng(7)
    values = []
    for _trial in range(800):
        sides = []
        for _side in range(2):
            rates = [luck.beta(2, 18) for _person in range(20)]
            sides.append(rate([Tally(30, sum(luck.random() < own for _n in range(30))) for own in rates]))
        assert sides[0] is not None
        assert sides[1] is not None
        values.append(p_over(sides[0], sides[1]))
    assert 0.02 <= np.mean(np.array(values) <= 0.05) <= 0.07
    assert p_over(sides[0], sides[0]) == pytest.approx(0.5)


def test_nobody_errs_anywhere() -> None:
    found = rate([Tally(30, 0)] * 6)
    assert found is not None
    assert found.interval.low == 0
    assert 0 < found.interval.high < 0.1
    assert p_over(found, found) == 1
    assert gap(found, found)[0] == 0


def test_a_correlation_is_that_of_numpy_and_its_interval_fishers() -> None:
    luck = np.random.default_rng(3)
    pairs = [(luck.random(), luck.random()) for _person in range(40)]
    found = correlation(pairs)
    assert found is not None
    r = float(np.corrcoef(np.array(pairs).T)[0, 1])
    assert found.r == pytest.approx(r, abs=1e-12)
    z, reach = math.atanh(r), Z95 / math.sqrt(37)
    assert (found.interval.low, found.interval.high) == pytest.approx((math.tanh(z - reach), math.tanh(z + reach)))
    assert correlation(pairs[:9]) is None
    assert correlation([(1.0, place) for place in range(20)]) is None
    assert correlation([(place, 2.0 * place) for place in range(20)]) is not None
