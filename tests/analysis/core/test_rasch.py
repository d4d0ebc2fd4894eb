"""Difficulties and abilities by Rasch's model, where both are known."""

from __future__ import annotations

import numpy as np
import pytest

from lms.analysis.core import rasch
from lms.analysis.core.responses import BoolArray, FloatArray, IntArray

DIFFICULTIES = np.linspace(-1.5, 1.5, 13)


def answered(
    people: int, spread: float, means: tuple[float, ...] = (0.0,)
) -> tuple[FloatArray, BoolArray, IntArray, FloatArray]:
    rng = np.random.default_rng(20)
    groups = np.arange(people) % len(means)
    abilities = np.array(means)[groups] + spread * rng.normal(size=people)
    chances = rasch.logistic(abilities[:, np.newaxis] - DIFFICULTIES)
    right = (rng.random(chances.shape) < chances).astype(np.float64)
    return right, np.ones(right.shape, dtype=np.bool_), groups, abilities


@pytest.mark.parametrize("spread", [0.6, 1.4])
def test_difficulties_and_the_spread_of_abilities_come_back(spread: float) -> None:
    shares, available, groups, _abilities = answered(4000, spread)
    found = rasch.fit(shares, available, groups)
    assert np.abs(found.difficulties - found.difficulties.mean() - DIFFICULTIES).max() < 0.15
    assert found.spread == pytest.approx(spread, abs=0.08)


def test_groups_have_means_of_their_own_and_do_not_move_the_difficulties() -> None:
    shares, available, groups, _abilities = answered(4000, 1.0, (-0.8, 0.8))
    found = rasch.fit(shares, available, groups)
    assert np.abs(found.difficulties - found.difficulties.mean() - DIFFICULTIES).max() < 0.15
    assert found.spread == pytest.approx(1.0, abs=0.08)
    alike = rasch.kinds(shares, available, groups, np.ones(13, dtype=np.bool_))
    mean = rasch.settled(alike, found) @ rasch.NODES * found.spread
    by_group = [np.average(mean[alike.group == group], weights=alike.people[alike.group == group]) for group in (0, 1)]
    assert by_group == pytest.approx([-0.8, 0.8], abs=0.1)


def test_what_is_missing_does_not_move_the_difficulties() -> None:
    shares, available, groups, _abilities = answered(4000, 1.0)
    available &= np.random.default_rng(21).random(available.shape) < 0.5
    found = rasch.fit(np.where(available, shares, 0.0), available, groups)
    assert np.abs(found.difficulties - found.difficulties.mean() - DIFFICULTIES).max() < 0.2


def test_part_marks_count_as_shares() -> None:
    shares, available, groups, _abilities = answered(2000, 1.0)
    whole = rasch.fit(shares, available, groups)
    softened = rasch.fit(0.1 + 0.8 * shares, available, groups)
    assert (np.diff(softened.difficulties) > 0).all()
    assert abs(float(np.mean(softened.difficulties - whole.difficulties))) < 0.1


def test_items_that_everybody_or_nobody_has_right_stay_finite() -> None:
    shares = np.column_stack([np.ones(40), np.zeros(40), np.arange(40) % 2]).astype(np.float64)
    found = rasch.fit(shares, np.ones(shares.shape, dtype=np.bool_), np.zeros(40, dtype=np.int64))
    assert np.isfinite(found.difficulties).all()
    assert found.difficulties[0] < found.difficulties[2] < found.difficulties[1]


def test_the_work_does_not_grow_with_people_who_are_alike() -> None:
    shares, available, groups, _abilities = answered(4000, 1.0)
    alike = rasch.kinds(shares, available, groups, np.ones(13, dtype=np.bool_))
    assert len(alike.people) <= 14
    assert alike.people.sum() == 4000
