"""How much harder a section is for everybody than its authors and the other sections lead to expect.

The difficulty of each item is predicted from the word that its author gave it (easy, medium,
hard) and from whether it has part marks, by the items of the other sections. What the section's items lie above that is
its effect. Its error is the spread of single items within the other sections, widened where these sections lie further
apart than such items make likely (Birge 1932), and Student's t allows for how few items tell it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from lms.analysis.core.effects import Effect, Section, effect_of, shifts
from lms.analysis.core.rasch import Fit
from lms.analysis.core.responses import BoolArray, Cell, FloatArray, IntArray, Responses
from lms.kit.figures import Z95

WORDS = {"easy": -1.0, "medium": 0.0, "hard": 1.0}
"""What authors expect of their questions, in steps."""

LEAST_OTHER_ITEMS = 5
"""A section is compared with so many items of other sections at least."""

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
    home = {column: section.name for section in reversed(told) for column in section.columns.tolist()}
    effects = {}
    for section in told:
        own = section.columns
        others = np.array([column for column in sorted(home) if column not in set(own.tolist())], dtype=np.int64)
        if len(own) < 2 or len(others) < LEAST_OTHER_ITEMS:
            continue
        predicted = _predicted(design, found.difficulties, others)
        above = found.difficulties - design @ predicted
        scale, freedom = _spread(above[others], [home[column] for column in others.tolist()])
        typical = design[own].mean(axis=0)
        leverage = typical @ np.linalg.pinv(design[others].T @ design[others]) @ typical
        logits = float(above[own].mean())
        if logits > 0 and float(np.sort(above[own])[:-1].mean()) < logits / 2:
            continue
        everybody = section.merged([range(len(section.people))])
        error = scale * math.sqrt(1 / len(own) + float(leverage))
        effects[section.name] = effect_of(everybody, found, 0.0, logits, error, freedom)
    return effects


def _design(responses: Responses, words: Mapping[str, str], usable: BoolArray) -> FloatArray:
    """Items x what is known of them beforehand: 1, the author's word, and whether they have part marks."""
    level = np.array([WORDS.get(words.get(item.code, ""), 0.0) for item in responses.items])
    between = (responses.shares > 1e-9) & (responses.shares < 1 - 1e-9) & (responses.states == Cell.ANSWERED)
    part = between.any(axis=0).astype(np.float64)
    columns = [np.ones(len(level)), level]
    if min((part * usable).sum(), ((1 - part) * usable).sum()) >= 3:
        columns.append(part)
    return np.stack(columns, axis=1)


def _predicted(design: FloatArray, difficulties: FloatArray, others: IntArray) -> FloatArray:
    """Least squares of the other sections' items, those far out counting less (Huber 1964)."""
    known, wanted = design[others], difficulties[others]
    weight: FloatArray = np.ones(len(others))
    found: FloatArray = np.zeros(design.shape[1])
    for _step in range(10):
        fitted = np.linalg.lstsq(known * weight[:, np.newaxis] ** 0.5, wanted * weight**0.5, rcond=None)[0]
        found = np.asarray(fitted, dtype=np.float64)
        off = np.abs(wanted - known @ found)
        weight = np.minimum(1.0, 1.345 * max(1.4826 * float(np.median(off)), 1e-6) / np.maximum(off, 1e-9))
    return found


def _spread(above: FloatArray, homes: Sequence[str]) -> tuple[float, int]:
    """The SD of one item as it counts for a section, and its degrees of freedom.

    Items are compared within their sections; where the means of sections lie further apart than that explains, the SD
    is widened by the root of the ratio.
    """
    names = np.array(homes)
    sizes = {name: int((names == name).sum()) for name in homes}
    means = {name: float(above[names == name].mean()) for name in sizes}
    freedom = len(homes) - len(sizes)
    if freedom < LEAST_OTHER_ITEMS:
        return max(float(np.sqrt((above**2).sum() / max(len(above) - 2, 1))), LEAST_SPREAD), max(len(above) - 2, 1)
    within = sum(float(((above[names == name] - means[name]) ** 2).sum()) for name in sizes) / freedom
    within = max(within, LEAST_SPREAD**2)
    between = sum(size * means[name] ** 2 for name, size in sizes.items()) / max(len(sizes) - 1, 1)
    return math.sqrt(max(within, between)), freedom


def holds_for_all(section: Section, found: Fit, effect: Effect, members: Sequence[Sequence[int]], least: float) -> bool:
    """Whether the section may be harder by ``least`` for each of several groups of groups: no interval lies below."""
    harder, error = shifts(section.merged(members), found)
    return bool((effect.logits + harder + Z95 * error >= least).all())
