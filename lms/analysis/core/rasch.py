"""How hard each item is at equal ability, and what a group may be expected to know from what it knows elsewhere.

Rasch's model (1960): the log odds of a right answer are ability minus difficulty. Difficulties and the spread of
abilities are fitted by marginal maximum likelihood (Bock and Aitkin 1981); each group has a mean ability of its own
(Mislevy 1984), since a person pulled towards the mean of all would make a weak group look taught badly everywhere.
Part marks enter as shares of a right answer (Papke and Wooldridge 1996). What is missing is left out.

The score is all that the model takes from a person's answers, so people with the same score on the same items in the
same group are one *kind*, and the work does not grow with the people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lms.analysis.core.responses import BoolArray, FloatArray, IntArray

NODES: FloatArray = np.linspace(-4.0, 4.0, 17)
"""Where abilities are looked at, in standard deviations within a group."""

_STEPS = 60
_CLOSE = 1e-3
_PRIOR_PEOPLE = 2.0
"""So many people of average ability stand beside every group, so that the mean of a few stays a mean."""


@dataclass(frozen=True, eq=False, slots=True)
class Kinds:
    """People who are alike to the model. ``available`` is kinds x items, ``scores`` their score on ``used`` items."""

    of_person: IntArray
    group: IntArray
    available: FloatArray
    scores: FloatArray
    people: FloatArray
    used: BoolArray

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.group.max(initial=-1)) + 1


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """``difficulties`` are in logits against the mean ability; ``spread`` is the SD of abilities within a group."""

    difficulties: FloatArray
    spread: float

    @property
    def chances(self) -> FloatArray:
        """Items x nodes: the chance of a right answer, for a group of average ability."""
        return logistic(self.spread * NODES[np.newaxis, :] - self.difficulties[:, np.newaxis])


def logistic(logits: FloatArray) -> FloatArray:
    """From log odds to a chance."""
    chances: FloatArray = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return chances


def papers(available: BoolArray, groups: IntArray) -> IntArray:
    """A number for everybody: the same for people of one group who had the same items."""
    alike = np.concatenate([groups.astype(">i4")[:, np.newaxis].view(np.uint8), np.packbits(available, axis=1)], axis=1)
    names = np.ascontiguousarray(alike).view(np.dtype((np.void, alike.shape[1]))).ravel()
    return np.unique(names, return_inverse=True)[1]


def kinds(
    shares: FloatArray, available: BoolArray, groups: IntArray, used: BoolArray, paper: IntArray | None = None
) -> Kinds:
    """People by group, items available and score on the ``used`` items (a mask).

    ``paper`` is what ``papers`` says of them, for who asks of several masks.

    >>> alike = kinds(np.array([[1.0, 0], [0, 1], [1, 1]]), np.ones((3, 2), bool), np.zeros(3, int), np.ones(2, bool))
    >>> alike.of_person.tolist(), alike.scores.tolist()
    ([0, 0, 1], [1.0, 2.0])
    """
    scores = np.round((shares * available) @ used.astype(np.float64), 3)
    thousandths = np.rint(scores * 1000).astype(np.int64)
    paper = papers(available, groups) if paper is None else paper
    least = thousandths.min(initial=0)
    names = paper * (thousandths.max(initial=0) - least + 1) + thousandths - least
    _names, first, of_person = np.unique(names, return_index=True, return_inverse=True)
    return Kinds(
        of_person=of_person,
        group=groups[first],
        available=available[first].astype(np.float64),
        scores=scores[first],
        people=np.bincount(of_person, minlength=len(first)).astype(np.float64),
        used=used,
    )


def fit(shares: FloatArray, available: BoolArray, groups: IntArray) -> Fit:
    """Fit the model to people x items. ``groups`` numbers the group of each person from 0."""
    everything = np.ones(shares.shape[1], dtype=np.bool_)
    alike = kinds(shares, available, groups, everything)
    counted = np.zeros((len(alike.people), shares.shape[1]))
    np.add.at(counted, alike.of_person, shares * available)
    earned = counted.sum(axis=0)
    asked = np.maximum((alike.available * alike.people[:, np.newaxis]).sum(axis=0), 1)
    difficulties = -np.log((earned + 0.5) / (asked - earned + 0.5))
    found, means = Fit(difficulties, 1.0), np.zeros(alike.groups)
    for _step in range(_STEPS):
        weights = posterior(alike, found, means)
        means = _group_means(alike, _means(weights))
        better = _improved(found, alike, weights, counted)
        moved = max(float(np.abs(better.difficulties - found.difficulties).max()), abs(better.spread - found.spread))
        found = better
        if moved < _CLOSE:
            break
    return found


def posterior(alike: Kinds, found: Fit, means: FloatArray) -> FloatArray:
    """Kinds x nodes: how likely each ability is, given the score on the used items and the mean of the group."""
    return _weighed(alike, _likelihood(alike, found), means)


def settled(alike: Kinds, found: Fit, steps: int = 12) -> FloatArray:
    """The posterior with the group means that fit these scores."""
    logs = _likelihood(alike, found) - NODES**2 / 2
    unmoved = np.exp(logs - logs.max(axis=1, keepdims=True))
    moved = unmoved
    for _step in range(steps):
        # A mean moves all abilities of its group alike, so one exponential for each group moves those of all its kinds.
        means = _group_means(alike, _means(moved), centred=False)
        moved = unmoved * np.exp(np.outer(means, NODES))[alike.group]
    likely: FloatArray = moved / moved.sum(axis=1, keepdims=True)
    return likely


def _means(weights: FloatArray) -> FloatArray:
    """The mean ability of each kind."""
    people, total = (weights @ np.stack([np.ones_like(NODES), NODES], axis=1)).T
    means: FloatArray = total / people
    return means


def _likelihood(alike: Kinds, found: Fit) -> FloatArray:
    log_wrong = np.log1p(-np.clip(found.chances, 1e-12, 1 - 1e-12))
    likelihood: FloatArray = found.spread * np.outer(alike.scores, NODES)
    return likelihood + alike.available[:, alike.used] @ log_wrong[alike.used]


def _weighed(alike: Kinds, likelihood: FloatArray, means: FloatArray) -> FloatArray:
    logs = likelihood - (NODES[np.newaxis, :] - means[alike.group][:, np.newaxis]) ** 2 / 2
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    likely: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return likely


def _group_means(alike: Kinds, mean: FloatArray, *, centred: bool = True) -> FloatArray:
    people = np.bincount(alike.group, alike.people, alike.groups)
    total = np.bincount(alike.group, alike.people * mean, alike.groups)
    everybody = total.sum() / people.sum()
    means: FloatArray = (total + _PRIOR_PEOPLE * everybody) / (people + _PRIOR_PEOPLE)
    return means - everybody if centred else means


def _improved(found: Fit, alike: Kinds, weights: FloatArray, counted: FloatArray) -> Fit:
    """One step of Newton's method for every difficulty and for the spread, half an answer of each sort added."""
    prior = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
    asked = (alike.available * alike.people[:, np.newaxis]).T @ weights + prior
    chances = found.chances
    surplus = asked * chances
    surplus_sum = surplus.sum(axis=1) - counted.sum(axis=0) - 0.5
    information = (surplus * (1 - chances)).sum(axis=1)
    difficulties = found.difficulties + np.clip(surplus_sum / np.maximum(information, 1e-9), -1, 1)
    earned = counted.T @ weights + 0.5 * prior
    slope = float(((earned - surplus) * NODES).sum())
    curvature = float((surplus * (1 - chances) * NODES**2).sum())
    spread = found.spread + min(max(slope / max(curvature, 1e-9), -0.3), 0.3)
    return Fit(difficulties, min(max(spread, 0.1), 4.0))
