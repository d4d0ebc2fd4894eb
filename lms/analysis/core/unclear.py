"""How much harder a section is for everybody than its authors and the other sections lead to expect.

The difficulty of each item follows from the word that its author gave it (easy, medium, hard), from whether it has part
marks, and from what it has of its own; the steeper the item, the more of all that shows in log odds. A section may be
harder by a constant. That is a linear model with random effects (Henderson 1975; De Boeck 2008 for items): items differ
by nature, and so may sections. How far is not known, so all spreads that may be are tried, and each counts as much as
the difficulties make it likely (``natural``; Harville 1974 for the likelihood).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lms.analysis.core.effects import Effect, Section, effect_of, shifts
from lms.analysis.core.keys import steepness, steps
from lms.analysis.core.natural import Judged, judged, likely
from lms.analysis.core.rasch import Fit
from lms.analysis.core.responses import BoolArray, Cell, FloatArray, Responses
from lms.kit.figures import Z95

LEAST_OTHER_ITEMS = 5
"""A section is compared with so many items of other sections at least."""

LEAST_STEEPNESS = 0.5
"""Items are not taken to be flatter than this share of the usual: from there on they give themselves away."""

OF_ITEMS: FloatArray = 0.1 * np.logspace(0.0, 1.25, 14)
"""How far items of one word may lie apart, in logits: from 0.1 to 1.8, each as likely beforehand as the others."""

OF_SECTIONS: FloatArray = np.linspace(0.0, 0.3, 4)
"""How far sections may lie apart by nature, in logits."""

_VAGUE = 1e-4
"""Beforehand nothing is known of what words and part marks do: a variance of 10,000."""


def section_effects(
    told: Sequence[Section], found: Fit, responses: Responses, words: Mapping[str, str], usable: BoolArray
) -> dict[str, Effect]:
    """The effect of each section with two items or more for everybody, by its name.

    One hard question makes no section: what is left without the hardest must be harder than expected as well, and half
    as much at least.
    """
    steep = np.maximum(steepness(responses, words), LEAST_STEEPNESS)
    design = _design(responses, words, usable) * steep[:, np.newaxis]
    home = {column: section.name for section in reversed(told) for column in section.columns.tolist()}
    columns = np.array(sorted(home), dtype=np.int64)
    names = np.array([home[column] for column in columns.tolist()])
    chance = _chance(responses)
    effects = {}
    for section in told:
        inside = names == section.name
        if inside.sum() < 2 or (~inside).sum() < LEAST_OTHER_ITEMS:
            continue
        model = _Model(found.difficulties[columns], design[columns], steep[columns], chance[columns], names)
        judgement, above = _judged(model, inside)
        kept = np.arange(len(columns)) != np.argmax(np.where(inside, above, -np.inf))
        if judgement.logits > 0 and _judged(model.only(kept), inside[kept])[0].logits < judgement.logits / 2:
            continue
        everybody = section.merged([range(len(section.people))])
        effects[section.name] = effect_of(everybody, found, 0.0, judgement)
    return effects


def _design(responses: Responses, words: Mapping[str, str], usable: BoolArray) -> FloatArray:
    """Items x what is known of them beforehand: 1, the author's word, and whether they have part marks."""
    level = steps(words, [item.code for item in responses.items])
    between = (responses.shares > 1e-9) & (responses.shares < 1 - 1e-9) & (responses.states == Cell.ANSWERED)
    part = between.any(axis=0).astype(np.float64)
    columns = [np.ones(len(level)), level]
    if min((part * usable).sum(), ((1 - part) * usable).sum()) >= 3:
        columns.append(part)
    return np.stack(columns, axis=1)


@dataclass(frozen=True, eq=False, slots=True)
class _Model:
    """Difficulties and what is known of them: ``design`` is items x what they follow from, ``chance`` a variance."""

    difficulties: FloatArray
    design: FloatArray
    steep: FloatArray
    chance: FloatArray
    homes: NDArray[np.str_]

    def only(self, wanted: BoolArray) -> _Model:
        """Some of the items."""
        design, chance, homes = self.design[wanted], self.chance[wanted], self.homes[wanted]
        return _Model(self.difficulties[wanted], design, self.steep[wanted], chance, homes)


def _chance(responses: Responses) -> FloatArray:
    """The variance of each item's difficulty by chance: one over the information of its marks, half a mark added."""
    asked = responses.available.sum(axis=0)
    share = ((responses.shares * responses.available).sum(axis=0) + 0.5) / (asked + 1)
    variance: FloatArray = 1 / ((asked + 1) * share * (1 - share))
    return variance


def _judged(model: _Model, inside: BoolArray) -> tuple[Judged, FloatArray]:
    """How much harder the items ``inside`` are than the others lead to expect, and how far each lies above that.

    Generalised least squares for every pair of spreads, all at once; with the likelihood of what is left (Harville).
    """
    of_items, of_sections = (np.ravel(grid) for grid in np.meshgrid(OF_ITEMS, OF_SECTIONS))
    variance = np.outer(of_items**2, model.steep**2) + model.chance  # pairs of spreads x items
    members = (model.homes[:, np.newaxis] == np.unique(model.homes)).astype(np.float64)
    within = (1 / variance) @ members
    shared = of_sections[:, np.newaxis] ** 2 / (1 + of_sections[:, np.newaxis] ** 2 * within)
    known = np.column_stack([model.design, inside.astype(np.float64), model.difficulties])
    weighted = known / variance[:, :, np.newaxis]
    sums = members.T @ weighted  # pairs x sections x columns
    products = known.T @ weighted - np.swapaxes(sums, 1, 2) @ (shared[:, :, np.newaxis] * sums)
    gram = products[:, :-1, :-1] + _VAGUE * np.eye(len(products[0]) - 1)
    along, total = products[:, :-1, -1], products[:, -1, -1]
    inverse = np.linalg.inv(gram)
    found = (inverse @ along[:, :, np.newaxis])[:, :, 0]
    size = np.log(variance).sum(axis=1) + np.log1p(of_sections[:, np.newaxis] ** 2 * within).sum(axis=1)
    logs = -(size + np.linalg.slogdet(gram)[1] + total - (found * along).sum(axis=1)) / 2
    weights = likely(logs)
    above = model.difficulties - model.design @ (weights @ found[:, :-1])
    return judged(weights, found[:, -1], np.sqrt(inverse[:, -1, -1])), above


def holds_for_all(section: Section, found: Fit, effect: Effect, members: Sequence[Sequence[int]], least: float) -> bool:
    """Whether the section may be harder by ``least`` for each of several groups of groups: no interval lies below."""
    harder, error = shifts(section.merged(members), found)
    return bool((effect.logits + harder + Z95 * error >= least).all())
