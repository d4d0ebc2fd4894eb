"""What somebody's answers to all other sections lead to expect of them in each, and where they know less: a gap.

Ability is the posterior of Rasch's model (``rasch``) by the answers outside the section. Given ability, how many right
answers may be expected inside is a Poisson binomial distribution; weighed over abilities it is the distribution of a
new score (posterior predictive, Gelman and others 2013, chapter 6; for a person in a section, the idea of Molenaar and
Hoijtink 1990). It tells of one person, so it is for that person alone.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lms.analysis.core import rasch
from lms.analysis.core.keys import LEAST_PEOPLE
from lms.analysis.core.multiplicity import holm
from lms.analysis.core.responses import BoolArray, FloatArray, Responses

GAP_CHANCE = 0.05
"""The chance that somebody without a gap is told of one, over all sections of the quiz, is at most this."""

GAP_ANSWERS = 3
"""So many answers in a section are needed to say anything of it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One section for one person, in right answers: ``earned`` of ``answers``.

    ``expected`` is the mean of what may be expected, ``low`` to ``high`` hold at least 95 % of it; ``p`` is the chance
    of so few or fewer, and ``is_gap`` says that it is beyond chance over all sections.
    """

    section: str
    answers: int
    earned: float
    expected: float
    low: int
    high: int
    p: float
    is_gap: bool = False


def own_expectations(
    responses: Responses, person: str, sections: Mapping[str, Sequence[str]], doubtful: Collection[str] = ()
) -> tuple[Expectation, ...]:
    """The sections of somebody's paper by name; none with fewer than 30 people or 3 answers in the section.

    ``sections`` are those of each item by its code. Items that are ``doubtful`` count nowhere: what a wrong key took
    from somebody is no gap of theirs. KeyError when the person is not among ``responses``.
    """
    row = {one.code: place for place, one in enumerate(responses.people)}[person]
    if len(responses.people) < LEAST_PEOPLE:
        return ()
    usable = np.array([item.code not in doubtful for item in responses.items], dtype=np.bool_)
    fitted = rasch.fit(responses.shares, responses.available & usable, np.zeros(len(responses.people), dtype=np.int64))
    had = responses.available[row] & usable
    found = []
    for name in sorted({name for names in sections.values() for name in names}):
        inside = had & np.array([name in sections.get(item.code, ()) for item in responses.items], dtype=np.bool_)
        if inside.sum() >= GAP_ANSWERS and (had & ~inside).any():
            found.append(_expectation(name, responses.shares[row], inside, had & ~inside, fitted))
    told = holm([one.p for one in found])
    return tuple(replace(one, is_gap=chance <= GAP_CHANCE) for one, chance in zip(found, told, strict=True))


def _expectation(
    name: str, shares: FloatArray, inside: BoolArray, outside: BoolArray, fitted: rasch.Fit
) -> Expectation:
    alike = rasch.kinds(shares[np.newaxis], (inside | outside)[np.newaxis], np.zeros(1, dtype=np.int64), outside)
    weights = rasch.posterior(alike, fitted, np.zeros(1))[0]
    chances = weights @ scores(fitted.chances[inside])
    upto = np.cumsum(chances)
    earned = float(np.round(shares[inside].sum(), 3))
    return Expectation(
        section=name,
        answers=int(inside.sum()),
        earned=earned,
        expected=float(chances @ np.arange(len(chances))),
        low=int(np.searchsorted(upto, 0.025, side="right")),
        high=int(np.searchsorted(upto, 0.975, side="left")),
        p=float(upto[math.ceil(earned)]),  # a part of a mark counts as the whole, in the person's favour
    )


def scores(chances: FloatArray) -> FloatArray:
    """The distribution of the number of right answers, by the chance of each: items x nodes to nodes x 0 … items.

    >>> scores(np.array([[0.5, 1.0], [0.5, 0.25]])).tolist()
    [[0.25, 0.5, 0.25], [0.0, 0.75, 0.25]]
    """
    spread = np.zeros((chances.shape[1], len(chances) + 1))
    spread[:, 0] = 1
    for chance in chances:
        spread[:, 1:] = spread[:, 1:] * (1 - chance)[:, np.newaxis] + spread[:, :-1] * chance[:, np.newaxis]
        spread[:, 0] *= 1 - chance
    return spread
