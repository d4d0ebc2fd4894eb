"""The model of who takes what finds again what answers were made of."""

from __future__ import annotations

import numpy as np
import pytest

from lms.analysis.core.choosing import LEVELS, Pairs, Usual, fitted, knowing_curves, robust_fit, usual_knowing
from lms.analysis.core.rasch import logistic
from lms.analysis.core.responses import FloatArray

PEOPLE: FloatArray = 40 * np.exp(-(LEVELS**2) / 2)


def answers(share: float, slope: float = 0.0, difficulty: float = -1.0) -> FloatArray:
    """On each level ``share`` of those who know take option 0, the rest of them 1, which draws who errs by a slope."""
    knows = logistic(1.2 * (LEVELS - difficulty))
    drawn = logistic(-0.7 + slope * LEVELS)
    others = (1 - knows) * (1 - drawn) / 2
    return PEOPLE[:, np.newaxis] * np.stack(
        [knows * share, knows * (1 - share) + (1 - knows) * drawn, others, others], axis=1
    )


def one(counts: FloatArray) -> Pairs:
    return Pairs(counts[np.newaxis], np.array([0]), np.array([1]))


KNOWING = Usual(np.array([[-1.0], [0.2]]), np.array([1.5, 10.0]))
ATTRACTION = Usual(np.array([[-0.7], [0.0]]), np.array([1.0, 10.0]))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_share_of_those_who_know_is_found_again(share: float) -> None:
    assert fitted(one(answers(share)), None, KNOWING, ATTRACTION).shares[0] == pytest.approx(share, abs=0.05)


def test_a_wrong_option_that_draws_the_abler_of_those_who_err_is_not_taken_for_right() -> None:
    pairs = one(answers(1.0, slope=0.4))
    free, key_alone = (fitted(pairs, fixed, KNOWING, ATTRACTION).likelihood[0] for fixed in (None, 1.0))
    assert free - key_alone < 2
    pairs = one(answers(0.5))
    free, key_alone = (fitted(pairs, fixed, KNOWING, ATTRACTION).likelihood[0] for fixed in (None, 1.0))
    assert free - key_alone > 10


def test_difficulty_and_steepness_are_found_again() -> None:
    chances = logistic(np.array([0.8, 1.5])[:, np.newaxis] * (LEVELS - np.array([-1.0, 0.5])[:, np.newaxis]))
    curve, errors = knowing_curves(1000 * chances * PEOPLE, np.tile(1000 * PEOPLE, (2, 1)))
    assert curve[0] == pytest.approx([-1.0, 0.5], abs=0.01)
    assert np.exp(curve[1]) == pytest.approx([0.8, 1.5], abs=0.01)
    assert (errors < 0.01).all()


def test_items_of_a_hard_section_are_usual_in_it() -> None:
    """Three of twelve items are harder by 2: beside each other they are expected to be."""
    difficulties = np.array([-1.2, -1.0, -0.8] * 4) + np.repeat([0, 0, 0, 2.0], 3)
    chances = logistic(LEVELS - difficulties[:, np.newaxis])
    words, homes = np.zeros(12), np.repeat(["a", "b", "c", "d"], 3).tolist()
    centre = usual_knowing(PEOPLE * chances, np.tile(PEOPLE, (12, 1)), words, homes).centre[0]
    assert (centre[9:] > 0).all()
    assert (centre[:9] < -0.5).all()


def test_one_value_far_out_moves_a_robust_fit_little() -> None:
    known = np.stack([np.ones(9), np.arange(9.0)], axis=1)
    wanted = 1 + 2 * np.arange(9.0) + 0.1 * np.array([1, -1, 0] * 3)
    wanted[4] += 100
    assert robust_fit(known, wanted) == pytest.approx([1, 2], abs=0.2)
