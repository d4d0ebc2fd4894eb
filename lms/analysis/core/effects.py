"""How much harder a section is for one class than for the others, at equal ability.

What a class earns in a section is compared with what its people may be expected to earn there
from all their other answers: their abilities, with the uncertainty that these have, are the posterior of Rasch's model
(``rasch``) without the section. The difference in logits, against the same difference of the other classes, is the
class's own effect: what is hard for everybody cancels out, and so does how able the class is. Classes differ a little
in every section for reasons of no interest, however many people they have, so the null is an empirical one
(``natural``): how far classes lie apart is told by all the other classes and sections of the quiz, and every answer
that these leave possible is weighed by how likely they make it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core import rasch
from lms.analysis.core.natural import Judged, judged, weights_without
from lms.analysis.core.rasch import NODES, Fit
from lms.analysis.core.responses import BoolArray, FloatArray, IntArray, Responses
from lms.kit.figures import Z95, Interval, is_small

SPREADS: FloatArray = np.linspace(0.0, 0.6, 13)
"""How far classes may lie apart by nature in a section, in logits: each as likely beforehand as the others."""

_PRIOR_VARIANCE = 4.0


@dataclass(frozen=True, slots=True)
class Effect:
    """How much harder than expected: ``logits`` with their 95 % interval, and the chance of so much or more (``p``).

    ``p_negligible`` is the chance of so much or more were it harder by as much as is negligible.
    ``n`` people earned the share ``share`` of the marks; ``expected`` is what they were expected to earn, with the
    interval that follows from that of the logits.
    """

    n: int
    logits: float
    error: float
    interval: Interval
    p: float
    p_negligible: float
    share: float
    expected: float
    expected_interval: Interval


@dataclass(frozen=True, eq=False, slots=True)
class Section:
    """What one section's answers say at equal ability, by group.

    ``earned`` is groups x items, in shares of full marks; ``at`` is groups x items x nodes: how many people of each
    ability had the item. ``spread_of_chance`` is the variance of what a group earns in all, as its other answers tell.
    """

    name: str
    columns: IntArray
    people: IntArray
    earned: FloatArray
    at: FloatArray
    spread_of_chance: FloatArray

    def merged(self, members: Sequence[Sequence[int]]) -> Section:
        """The same for groups of groups."""
        return Section(
            self.name,
            self.columns,
            np.array([self.people[list(group)].sum() for group in members], dtype=np.int64),
            np.array([self.earned[list(group)].sum(axis=0) for group in members]),
            np.array([self.at[list(group)].sum(axis=0) for group in members]),
            np.array([self.spread_of_chance[list(group)].sum() for group in members]),
        )

    def without(self, place: int) -> Section:
        """The same without one of its items."""
        kept = np.arange(len(self.columns)) != place
        at = self.at[:, kept]
        left = at.sum(axis=(1, 2)) / np.maximum(self.at.sum(axis=(1, 2)), 1e-9)
        return Section(
            self.name, self.columns[kept], self.people, self.earned[:, kept], at, self.spread_of_chance * left
        )


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A section's items, and for each kind of people what they may be expected to earn in it.

    ``weights`` are the posterior of ability from everything outside the section; ``mean`` and ``variance`` are of the
    sum of shares that one person of the kind earns inside.
    """

    name: str
    columns: IntArray
    alike: rasch.Kinds
    weights: FloatArray
    mean: FloatArray
    variance: FloatArray


def section_parts(
    responses: Responses, found: Fit, groups: IntArray, item_sections: Mapping[str, Sequence[str]], usable: BoolArray
) -> Iterator[Part]:
    """Every section with items that count (``usable``), by name; ``groups`` has a number for each person."""
    available = responses.available & usable
    paper = rasch.papers(available, groups)
    for name in sorted({name for names in item_sections.values() for name in names}):
        inside = np.array([name in item_sections.get(item.code, ()) for item in responses.items], dtype=np.bool_)
        if not (inside & usable).any() or not (~inside & usable).any():
            continue
        columns = np.flatnonzero(inside & usable)
        alike = rasch.kinds(responses.shares, available, groups, ~inside & usable, paper)
        weights = rasch.settled(alike, found)
        chances = found.chances[columns]
        marks = alike.available[:, columns] @ chances  # kinds x nodes: what one person earns who is so able
        within = alike.available[:, columns] @ (chances * (1 - chances))
        mean = (weights * marks).sum(axis=1)
        variance = (weights * (within + marks**2)).sum(axis=1) - mean**2
        yield Part(name, columns, alike, weights, mean, variance)


def sections(
    responses: Responses, found: Fit, groups: IntArray, item_sections: Mapping[str, Sequence[str]], usable: BoolArray
) -> list[Section]:
    """The same as sums over each group of people."""
    return [_summed(responses, groups, part) for part in section_parts(responses, found, groups, item_sections, usable)]


def _summed(responses: Responses, groups: IntArray, part: Part) -> Section:
    alike, columns = part.alike, part.columns
    number = int(groups.max(initial=-1)) + 1
    available = responses.available[:, columns]
    marks = responses.shares[:, columns] * available
    member = (alike.group[np.newaxis, :] == np.arange(number)[:, np.newaxis]) * alike.people
    return Section(
        name=part.name,
        columns=columns,
        people=np.bincount(groups[available.any(axis=1)], minlength=number),
        earned=np.stack([np.bincount(groups, earned, number) for earned in marks.T], axis=1),
        at=np.stack([member @ (part.weights * alike.available[:, [column]]) for column in columns], axis=1),
        spread_of_chance=member @ part.variance,
    )


def shifts(section: Section, found: Fit) -> tuple[FloatArray, FloatArray]:
    """For each group how much harder the section is than its other answers make expect, in logits, and the error.

    A wide normal prior (SD of 2 logits) keeps a group that has all or nothing right finite.
    """
    harder = np.zeros(len(section.earned))
    at_rest = expected_marks(section, found, harder)[1].sum(axis=1)
    for _step in range(15):
        expected, information = (figures.sum(axis=1) for figures in expected_marks(section, found, harder))
        off = expected - section.earned.sum(axis=1) - harder / _PRIOR_VARIANCE
        harder = harder + np.clip(off / (information + 1 / _PRIOR_VARIANCE), -1, 1)
    information = expected_marks(section, found, harder)[1].sum(axis=1)
    error = np.sqrt(section.spread_of_chance / np.maximum(information * at_rest, 1e-12))
    return harder, np.where(section.people > 0, np.maximum(error, 1e-6), math.inf)


def expected_marks(section: Section, found: Fit, harder: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Groups x items: marks expected where the section is so much harder for a group, and how fast they fall."""
    logits = found.spread * NODES[np.newaxis, :] - found.difficulties[section.columns][:, np.newaxis]
    chances = rasch.logistic(logits[np.newaxis] - harder[:, np.newaxis, np.newaxis])
    return (section.at * chances).sum(axis=2), (section.at * chances * (1 - chances)).sum(axis=2)


def class_effects(told: Sequence[Section], found: Fit) -> dict[tuple[str, int], Effect]:
    """The effect of each class in each section against the other classes, by (section, number of the class).

    Cells of fewer than 5 people, and those that fewer than 5 others could be compared with, have none.
    """
    if not told:
        return {}
    harder, errors = (np.array(both) for both in zip(*(shifts(section, found) for section in told), strict=True))
    people = np.array([section.people for section in told])
    is_told = np.array([[are_told(n, of.sum() - n) for n in of] for of in people])
    cells = np.argwhere(is_told).tolist()
    effects = {}
    for (place, number), judgement in zip(cells, _against_classes(harder, errors, is_told), strict=True):
        one = told[place].merged([[number]])
        effects[told[place].name, number] = effect_of(one, found, float(harder[place, number]), judgement)
    return effects


def _against_classes(harder: FloatArray, errors: FloatArray, told: BoolArray) -> list[Judged]:
    """Each cell that is ``told`` against the other classes in its section (``harder`` is sections x classes).

    How far classes lie apart by nature is told by the other cells alone, as with an externally studentized residual
    (Cook and Weisberg 1982): the one in question would widen the measure that it is held against.
    """
    variances = errors[np.newaxis] ** 2 + SPREADS[:, np.newaxis, np.newaxis] ** 2
    weight = np.where(told, 1 / variances, 0.0)
    of_others = weight.sum(axis=2, keepdims=True) - weight
    total = (weight * np.where(told, harder, 0.0)).sum(axis=2, keepdims=True) - weight * np.where(told, harder, 0.0)
    off = (harder - total / np.maximum(of_others, 1e-9))[:, told]
    error = np.sqrt(variances + 1 / np.maximum(of_others, 1e-9))[:, told]
    weights = weights_without(off, error)
    return [judged(weights[:, cell], off[:, cell], error[:, cell]) for cell in range(off.shape[1])]


def rests_on_one_item(section: Section, found: Fit, number: int, logits: float) -> bool:
    """Whether the class's effect is that of one item: without its hardest less than half of it is left."""
    if len(section.columns) < 2:
        return True
    expected, _slope = expected_marks(section, found, np.zeros(len(section.earned)))
    missing = expected - section.earned
    others = np.arange(len(missing)) != number
    asked = section.at.sum(axis=2)
    usual = missing[others].sum(axis=0) / np.maximum(asked[others].sum(axis=0), 1e-9)
    hardest = int(np.argmax(missing[number] - usual * asked[number]))
    left, _error = against_others(*shifts(section.without(hardest), found), number)
    return left < logits / 2


def are_told(people: int, others: int) -> bool:
    return people > 0 and others > 0 and not is_small(int(people)) and not is_small(int(others))


def against_others(harder: FloatArray, error: FloatArray, number: int) -> tuple[float, float]:
    """How much harder a section is for one group than for the others together, and the error of that."""
    others = np.arange(len(harder)) != number
    weight = 1 / error[others] ** 2
    usual = float((weight * harder[others]).sum() / weight.sum())
    return float(harder[number]) - usual, math.hypot(float(error[number]), 1 / math.sqrt(float(weight.sum())))


def effect_of(one: Section, found: Fit, harder: float, judgement: Judged) -> Effect:
    """The effect of one group, which is ``harder`` than the fit by so much, and than expected as ``judgement`` says."""
    logits, reach = judgement.logits, Z95 * judgement.error
    asked = float(one.at.sum())
    expected, low, high = (
        float(expected_marks(one, found, np.array([harder - effect]))[0].sum()) / asked
        for effect in (logits, logits - reach, logits + reach)
    )
    return Effect(
        n=int(one.people[0]),
        logits=logits,
        error=judgement.error,
        interval=Interval(logits - reach, logits + reach),
        p=judgement.p,
        p_negligible=judgement.p_negligible,
        share=float(one.earned.sum()) / asked,
        expected=expected,
        expected_interval=Interval(low, high),
    )
