"""Who takes which option of an item: those who know, and those who do not.

The model of ``keys``. The chance to know is Birnbaum's (1968) two-parameter logistic curve of ability: half know where
ability is the item's difficulty, and its steepness says how fast more do. Whoever knows takes the key (share ``s``) or
its rival (1 - ``s``). Whoever does not know takes some option; plausible wrong options draw the abler ones among those
who err (Suh and Bolt 2010, nested logit), so the attraction of the rival has a slope in ability of its own.

What is usual in the quiz is known beforehand, as in Bayes modal estimation (Mislevy 1986: normal difficulties,
lognormal steepness), and estimated from all of its items and options (empirical Bayes): how hard an item of the
author's word is, how steep, how much and to whom a wrong option appeals. Without that, a right answer and a very
plausible wrong one could not be told apart: one is a usual item with two right answers, the other is unusual in
everything at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.natural import LEAST_TOLD, natural_spread
from lms.analysis.core.rasch import logistic
from lms.analysis.core.responses import FloatArray, IntArray

LEVELS: FloatArray = np.linspace(-4.0, 4.0, 25)
"""Abilities are told on this scale, in log odds."""

_EM_STEPS = 90
_NEWTON_STEPS = 25
_LONGEST_STEP = 1.0
_HALF_A_PERSON = 0.5

LEAST_SPREAD = 0.1
"""Items are never taken to be more alike than this, in log odds."""


@dataclass(frozen=True, eq=False, slots=True)
class Usual:
    """What is known beforehand of the two numbers of a curve: for each where it lies (per curve), and 1 / variance."""

    centre: FloatArray
    weight: FloatArray

    def only(self, wanted: IntArray) -> Usual:
        """The same for some of the curves."""
        return Usual(self.centre[:, wanted], self.weight)

    def cost(self, curve: FloatArray) -> FloatArray:
        """The log likelihood that curves lose by being unusual."""
        cost: FloatArray = self.weight @ (curve - self.centre) ** 2 / 2
        return cost


@dataclass(frozen=True, eq=False, slots=True)
class Pairs:
    """Keys and possible rivals: ``counts`` is pairs x levels x options, how many so able people chose what."""

    counts: FloatArray
    keys: IntArray
    options: IntArray

    def only(self, wanted: IntArray) -> Pairs:
        """Some of them."""
        return Pairs(self.counts[wanted], self.keys[wanted], self.options[wanted])

    @property
    def of_key(self) -> FloatArray:
        """Pairs x levels: who took the key."""
        return _of(self.counts, self.keys)

    @property
    def of_rival(self) -> FloatArray:
        """Pairs x levels: who took the rival."""
        return _of(self.counts, self.options)


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """For each pair: the share of the key among those who know, and the log likelihood."""

    shares: FloatArray
    likelihood: FloatArray


def usual_knowing(right: FloatArray, people: FloatArray, words: FloatArray, homes: Sequence[str]) -> Usual:
    """How hard items are by the author's word (in steps) and beside the others of their section, and how steep."""
    curve, errors = knowing_curves(right, people)
    by_word = robust_fit(np.stack([np.ones(len(words)), words], axis=1), curve[0])
    expected = by_word[0] + by_word[1] * words
    harder = _harder_nearby(curve[0] - expected, errors[0], homes)
    centre = np.stack([expected + harder, np.full(len(words), np.median(curve[1]))])
    return Usual(centre, _weights(curve - centre, errors))


def _harder_nearby(above: FloatArray, errors: FloatArray, homes: Sequence[str]) -> FloatArray:
    """For each item how much harder the *other* items of its section are than expected.

    The mean is drawn towards 0 by what it may be by chance: where d with the variance v is told of a quantity with a
    variance of its own, d (1 - v / d²) is left, and nothing if v is greater (James and Stein 1961, for each by itself).
    """
    variance = natural_spread(above, errors) ** 2 + errors**2
    names, harder = np.array(homes), np.zeros(len(above))
    for place, name in enumerate(homes):
        others = (names == name) & (np.arange(len(names)) != place)
        if name and others.any():
            mean = float(above[others].mean())
            chance = float(variance[others].sum()) / int(others.sum()) ** 2
            harder[place] = mean * max(1 - chance / max(mean**2, 1e-12), 0.0)
    return harder


def usual_attraction(pairs: Pairs) -> Usual:
    """How much each wrong option draws those who err, against an equal share of them, and how its draw grows."""
    erred = pairs.counts.sum(axis=2) - pairs.of_key
    others = (pairs.counts.sum(axis=1) > 0).sum(axis=1) - 2
    equal = -np.log(np.maximum(others, 1))
    is_told = (erred - pairs.of_rival).sum(axis=1) > 0
    curve, errors = attraction_curves(pairs.of_rival[is_told], erred[is_told])
    more = curve[0] - equal[is_told]
    usual = float(np.median(more)) if len(more) else 0.0
    centre = np.stack([equal + usual, np.zeros(len(equal))])
    return Usual(centre, _weights(np.stack([more - usual, curve[1]]), errors))


def _weights(off: FloatArray, errors: FloatArray) -> FloatArray:
    """1 / variance of the two numbers of curves about what is usual; of few curves, that of one standard unit."""
    if off.shape[1] < LEAST_TOLD:
        return np.ones(2)
    apart = [natural_spread(values, error) for values, error in zip(off, errors, strict=True)]
    weights: FloatArray = 1 / np.maximum(apart, LEAST_SPREAD) ** 2
    return weights


def robust_fit(known: FloatArray, wanted: FloatArray) -> FloatArray:
    """Least squares, values far out counting less (Huber 1964)."""
    weight: FloatArray = np.ones(len(wanted))
    found: FloatArray = np.zeros(known.shape[1])
    for _step in range(10):
        solved = np.linalg.lstsq(known * weight[:, np.newaxis] ** 0.5, wanted * weight**0.5, rcond=None)[0]
        found = np.asarray(solved, dtype=np.float64)
        off = np.abs(wanted - known @ found)
        weight = np.minimum(1.0, 1.345 * max(1.4826 * float(np.median(off)), 1e-6) / np.maximum(off, 1e-9))
    return found


def knowing_curves(right: FloatArray, people: FloatArray, usual: Usual | None = None) -> tuple[FloatArray, FloatArray]:
    """(difficulty, logarithm of steepness) of curves x levels, and their errors from these people alone."""
    usual = usual or Usual(np.zeros((2, len(right))), np.array([0.01, 0.1]))
    curve = usual.centre.copy()
    for _step in range(_NEWTON_STEPS):
        curve = _know_better(curve, right, people, usual)
    return curve, _errors(*_information(_knowing_slopes(curve), people * _spread(_knowing(curve))))


def attraction_curves(taken: FloatArray, people: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(log odds in the middle, slope) of curves x levels, and their errors."""
    usual = Usual(np.zeros((2, len(taken))), np.array([0.1, 0.1]))
    curve = usual.centre.copy()
    for _step in range(_NEWTON_STEPS):
        curve = _draw_better(curve, taken, people, usual)
    return curve, _errors(*_information(_attraction_slopes(curve), people * _spread(_drawn(curve))))


def _knowing(curve: FloatArray) -> FloatArray:
    """Curves x levels: the chance to know."""
    return logistic(np.exp(curve[1])[:, np.newaxis] * (LEVELS - curve[0][:, np.newaxis]))


def _knowing_slopes(curve: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How the log odds to know move with difficulty and with the logarithm of steepness."""
    steep = np.exp(curve[1])[:, np.newaxis]
    return np.broadcast_to(-steep, (len(steep), len(LEVELS))), steep * (LEVELS - curve[0][:, np.newaxis])


def _know_better(curve: FloatArray, right: FloatArray, people: FloatArray, usual: Usual) -> FloatArray:
    return _scored(curve, _knowing_slopes(curve), _knowing(curve), right, people, usual)


def _drawn(curve: FloatArray) -> FloatArray:
    """Curves x levels: the chance that the option is taken."""
    return logistic(curve[0][:, np.newaxis] + curve[1][:, np.newaxis] * LEVELS)


def _attraction_slopes(curve: FloatArray) -> tuple[FloatArray, FloatArray]:
    ones = np.ones((curve.shape[1], len(LEVELS)))
    return ones, ones * LEVELS


def _draw_better(curve: FloatArray, taken: FloatArray, people: FloatArray, usual: Usual) -> FloatArray:
    return _scored(curve, _attraction_slopes(curve), _drawn(curve), taken, people, usual)


def _spread(chances: FloatArray) -> FloatArray:
    return chances * (1 - chances)


def _information(
    slopes: tuple[FloatArray, FloatArray], weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    first, second = slopes
    return (weight * first**2).sum(axis=1), (weight * first * second).sum(axis=1), (weight * second**2).sum(axis=1)


def _errors(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    return np.sqrt(np.stack([c, a]) / np.maximum(a * c - b * b, 1e-9))


def _scored(
    curve: FloatArray,
    slopes: tuple[FloatArray, FloatArray],
    chances: FloatArray,
    yes: FloatArray,
    people: FloatArray,
    usual: Usual,
) -> FloatArray:
    """One step of Fisher's scoring for every curve."""
    off = yes - people * chances
    a, b, c = _information(slopes, people * _spread(chances))
    a, c = a + usual.weight[0], c + usual.weight[1]
    away = usual.weight[:, np.newaxis] * (curve - usual.centre)
    up, along = (off * slopes[0]).sum(axis=1) - away[0], (off * slopes[1]).sum(axis=1) - away[1]
    size = np.maximum(a * c - b * b, 1e-9)
    step = np.stack([c * up - b * along, a * along - b * up]) / size
    better: FloatArray = curve + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    return better


def fitted(pairs: Pairs, fixed: float | None, knowing: Usual, attraction: Usual) -> Fitted:
    """The model for every pair at once, by the EM algorithm; the share of the key is free or ``fixed``."""
    counts, keys, options = pairs.counts, pairs.keys, pairs.options
    rows, people = np.arange(len(keys)), counts.sum(axis=2)
    shares = np.full(len(keys), 0.5 if fixed is None else fixed)
    curve, pull = knowing.centre.copy(), attraction.centre.copy()
    unknowing, taken = counts, np.zeros((len(keys), counts.shape[2]))
    for _step in range(_EM_STEPS):
        pull = _draw_better(pull, _of(unknowing, options), unknowing.sum(axis=2), attraction)
        taken[rows, keys], taken[rows, options] = shares, 1 - shares
        knows = _knowing(curve)[:, :, np.newaxis]
        known_part = knows * taken[:, np.newaxis, :]
        chances = known_part + (1 - knows) * _guessed(pairs, unknowing, _drawn(pull))
        by_knowing = counts * known_part / np.maximum(chances, 1e-12)
        unknowing = counts - by_knowing
        curve = _know_better(curve, by_knowing.sum(axis=2), people, knowing)
        if fixed is None:
            by_option = by_knowing.sum(axis=1)
            of_key, of_rival = by_option[rows, keys], by_option[rows, options]
            shares = (of_key + 1e-6) / (of_key + of_rival + 2e-6)
    likelihood = (counts * np.log(np.maximum(chances, 1e-12))).sum(axis=(1, 2))
    return Fitted(shares, likelihood - knowing.cost(curve) - attraction.cost(pull))


def _guessed(pairs: Pairs, unknowing: FloatArray, drawn: FloatArray) -> FloatArray:
    """Pairs x levels x options: what those take who do not know, where so many take the rival."""
    rows = np.arange(len(pairs.keys))
    rest = unknowing.sum(axis=1) + _HALF_A_PERSON * (pairs.counts.sum(axis=1) > 0)
    rest[rows, pairs.options] = 0
    rest = rest / np.maximum(rest.sum(axis=1, keepdims=True), 1e-9)
    guessed: FloatArray = rest[:, np.newaxis, :] * (1 - drawn)[:, :, np.newaxis]
    guessed[rows, :, pairs.options] = drawn
    return guessed


def _of(counts: FloatArray, options: IntArray) -> FloatArray:
    """Pairs x levels: those of one option."""
    return np.take_along_axis(counts, options[:, np.newaxis, np.newaxis], axis=2)[:, :, 0]
