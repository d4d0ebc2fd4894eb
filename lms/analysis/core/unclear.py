"""How much harder a section is for everybody than its authors and the other sections lead to expect.

The difficulty of each item is predicted from the word that its author gave it (easy, medium,
hard) and from whether it has part marks, by the items of the other sections. What the section's items lie above that is
its effect. Its error is the spread of single items within the other sections, widened where these sections lie further
apart than such items make likely (Birge 1932), and Student's t allows for how few items tell it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.choosing import robust_fit
from lms.analysis.core.effects import Effect, Section, effect_of, shifts
from lms.analysis.core.keys import steepness, steps
from lms.analysis.core.natural import natural_spread
from lms.analysis.core.rasch import Fit
from lms.analysis.core.responses import BoolArray, Cell, FloatArray, IntArray, Responses
from lms.kit.figures import Z95

LEAST_OTHER_ITEMS = 5
"""A section is compared with so many items of other sections at least."""

LEAST_STEEPNESS = 0.5
"""Items are not taken to be flatter than this share of the usual: from there on they give themselves away."""

LEAST_SPREAD = 0.1
"""Items are never taken to be more alike than this, in logits."""


def section_effects(
    told: Sequence[Section], found: Fit, responses: Responses, words: Mapping[str, str], usable: BoolArray
) -> dict[str, Effect]:
    """The effect of each section with two items or more for everybody, by its name.

    One hard question makes no section: what is left without the hardest must be harder than expected as well, and half
    as much at least.
    """
    design = _design(responses, words, usable)
    where = found.difficulties / np.maximum(steepness(responses, words), LEAST_STEEPNESS)
    home = {column: section.name for section in reversed(told) for column in section.columns.tolist()}
    effects = {}
    for section in told:
        own = section.columns
        others = np.array([column for column in sorted(home) if column not in set(own.tolist())], dtype=np.int64)
        if len(own) < 2 or len(others) < LEAST_OTHER_ITEMS:
            continue
        above = where - design @ robust_fit(design[others], where[others])
        among = _spread(above, design, _apart(others, home))
        logits = float(above[own].mean())
        if logits > 0 and float(np.sort(above[own])[:-1].mean()) < logits / 2:
            continue
        typical = design[own].mean(axis=0)
        leverage = float(typical @ np.linalg.pinv(design[others].T @ design[others]) @ typical)
        error = math.hypot(among.of_items * math.sqrt(1 / len(own) + leverage), among.of_sections)
        everybody = section.merged([range(len(section.people))])
        effects[section.name] = effect_of(everybody, found, 0.0, logits, error, among.freedom)
    return effects


def _apart(columns: IntArray, home: Mapping[int, str]) -> list[IntArray]:
    """The items by section."""
    names = np.array([home[column] for column in columns.tolist()])
    return [columns[names == name] for name in sorted(set(names.tolist()))]


def _design(responses: Responses, words: Mapping[str, str], usable: BoolArray) -> FloatArray:
    """Items x what is known of them beforehand: 1, the author's word, and whether they have part marks."""
    level = steps(words, [item.code for item in responses.items])
    between = (responses.shares > 1e-9) & (responses.shares < 1 - 1e-9) & (responses.states == Cell.ANSWERED)
    part = between.any(axis=0).astype(np.float64)
    columns = [np.ones(len(level)), level]
    if min((part * usable).sum(), ((1 - part) * usable).sum()) >= 3:
        columns.append(part)
    return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True)
class _Spread:
    """How far items lie apart within sections, with degrees of freedom, and how far sections lie apart beyond that."""

    of_items: float
    freedom: int
    of_sections: float


def _spread(above: FloatArray, design: FloatArray, homes: Sequence[IntArray]) -> _Spread:
    """The items of several sections: how far they lie apart within sections, and how far the sections do.

    Where sections lie no further apart than their items explain, their means tell of the items' spread as well.
    """
    means = np.array([float(above[columns].mean()) for columns in homes])
    squares = sum(float(((above[columns] - mean) ** 2).sum()) for columns, mean in zip(homes, means, strict=True))
    sizes = np.array([len(columns) for columns in homes])
    freedom = max(int(sizes.sum()) - len(homes) - (design.shape[1] - 1), 1)
    within = max(math.sqrt(squares / freedom), LEAST_SPREAD)
    between = natural_spread(means, within / np.sqrt(sizes))
    if between == 0:
        freedom += len(homes) - 1
        within = max(math.sqrt((squares + float((sizes * means**2).sum())) / freedom), LEAST_SPREAD)
    return _Spread(within, freedom, between)


def holds_for_all(section: Section, found: Fit, effect: Effect, members: Sequence[Sequence[int]], least: float) -> bool:
    """Whether the section may be harder by ``least`` for each of several groups of groups: no interval lies below."""
    harder, error = shifts(section.merged(members), found)
    return bool((effect.logits + harder + Z95 * error >= least).all())
