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


@pytest.mark.parametrize("seed", range(6))
def test_people_of_a_kind_share_group_items_and_score(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares = rng.integers(-2, 4, (300, 5)) / (1000 if seed % 2 else 3)
    available, groups = rng.random(shares.shape) < 0.7, rng.integers(0, 3, 300)
    used = np.array([True, True, False, True, bool(seed % 2)])
    alike = rasch.kinds(shares, available, groups, used, rasch.papers(available, groups) if seed % 3 else None)
    named: dict[tuple[object, ...], set[int]] = {}
    for person, (row, has, group) in enumerate(zip(shares.tolist(), available.tolist(), groups.tolist(), strict=True)):
        score = round(sum(share for share, had, counts in zip(row, has, used, strict=True) if had and counts), 3)
        named.setdefault((group, tuple(has), score), set()).add(person)
    found = [set(np.flatnonzero(alike.of_person == kind).tolist()) for kind in range(len(alike.people))]
    assert sorted(map(sorted, found)) == sorted(map(sorted, named.values()))
    by_kind = dict(zip(map(frozenset, found), range(len(found)), strict=True))
    for (group, has, score), people in named.items():
        kind = by_kind[frozenset(people)]
        assert (alike.group[kind], tuple(alike.available[kind] > 0), alike.people[kind]) == (group, has, len(people))
        assert alike.scores[kind] == pytest.approx(score)
