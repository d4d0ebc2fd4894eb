"""What other answers lead to expect in a section, beside simulation; and who is told of a gap."""

from __future__ import annotations

import numpy as np
import pytest

from lms.analysis.core.expectation import Expectation, own_expectations
from lms.analysis.core.rasch import NODES
from lms.analysis.core.responses import FloatArray
from tests.analysis.core.test_reliability import matrix

SECTIONS = {f"Q{n}": (f"HAR/{n // 5}",) for n in range(20)}
DIFFICULTIES = np.tile(np.linspace(-1, 1, 5), 4)


def answers(people: int, seed: int = 7) -> FloatArray:
    """People x 20 items in 4 sections, by Rasch's model. The first knows everything but the first section."""
    rng = np.random.default_rng(seed)
    abilities = rng.normal(size=people)
    right = (rng.random((people, 20)) < 1 / (1 + np.exp(DIFFICULTIES - abilities[:, np.newaxis]))).astype(float)
    right[0], right[0, :5] = 1.0, 0.0
    return right


def expected(right: FloatArray, person: int = 0, **options: list[str]) -> tuple[Expectation, ...]:
    return own_expectations(matrix(right.tolist()), f"L{person}", SECTIONS, **options)


def test_who_knows_everything_but_one_section_has_a_gap_there_alone() -> None:
    found = expected(answers(200))
    assert [(one.section, one.is_gap) for one in found] == [(f"HAR/{n}", n == 0) for n in range(4)]
    assert (found[0].answers, found[0].earned) == (5, 0.0)
    assert found[0].earned < found[0].low <= found[0].expected <= found[0].high == 5
    assert (found[1].earned, found[1].p) == (5.0, pytest.approx(1.0))


def test_hardly_anybody_without_a_gap_is_told_of_one() -> None:
    right = answers(120)
    told = [n for n in range(1, 120) if any(one.is_gap for one in expected(right, n))]
    assert len(told) <= 6


def test_the_range_is_that_of_people_who_answered_the_rest_alike() -> None:
    right = answers(400)
    right[0] = 0.0
    right[0, [6, 7, 8, 11, 12, 13, 16, 17]] = 1.0
    [first, *_others] = expected(right)
    rng = np.random.default_rng(1)
    ability = rng.choice(np.linspace(NODES[0], NODES[-1], 161), size=400_000)
    ability = ability[rng.random(len(ability)) < np.exp(-(ability**2) / 2)]  # N(0, 1), as the people were drawn
    chances = 1 / (1 + np.exp(DIFFICULTIES[5:] - ability[:, np.newaxis]))
    drawn = ability[(rng.random(chances.shape) < chances).sum(axis=1) == 8]
    inside = (rng.random((len(drawn), 5)) < 1 / (1 + np.exp(DIFFICULTIES[:5] - drawn[:, np.newaxis]))).sum(axis=1)
    assert first.expected == pytest.approx(inside.mean(), abs=0.15)
    assert first.p == pytest.approx((inside == 0).mean(), abs=0.02)
    assert (first.low, first.high) == (np.quantile(inside, 0.025), np.quantile(inside, 0.975))


def test_part_of_a_mark_is_in_the_persons_favour() -> None:
    right = answers(200)
    worst = expected(right)[0].p
    right[0, 0] = 0.5
    assert expected(right)[0].earned == 0.5
    assert expected(right)[0].p > worst


def test_a_doubtful_question_counts_nowhere() -> None:
    right = answers(200)
    assert [one.answers for one in expected(right, doubtful=["Q0", "Q19"])] == [4, 5, 5, 4]
    kept = expected(right, doubtful=["Q0", "Q1", "Q2"])
    assert [one.section for one in kept] == ["HAR/1", "HAR/2", "HAR/3"], "two answers say nothing"


def test_under_thirty_people_nothing_is_expected() -> None:
    assert expected(answers(29)) == ()
    assert len(expected(answers(30))) == 4
    with pytest.raises(KeyError):
        expected(answers(30), person=30)
