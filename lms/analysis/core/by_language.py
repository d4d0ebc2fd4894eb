"""How much harder each item is in one language than in another, at equal ability and against what is natural.

Logistic regression (Swaminathan and Rogers 1990, uniform differences): the log odds of a right answer grow with those
of the marks on the other items, and are lower by a constant in one language. Part marks enter as shares of a right
answer.

No two wordings are equally hard. And readers of two languages are in other cohorts, which were taught a section
differently: all its items are then a little harder in one language. Both are random effects (Henderson 1975): what the
other items of the section show, as far as they tell it, is no difference of the item. How far wordings and sections
differ by nature is told by all other items (``natural``); what is negligible to ETS is natural, so spreads are tried up
to that of which 95 % is negligible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.choosing import LEVELS
from lms.analysis.core.keys import ability_levels
from lms.analysis.core.natural import NEGLIGIBLE, Judged, judged, weights_without
from lms.analysis.core.rasch import logistic
from lms.analysis.core.responses import BoolArray, FloatArray, IntArray, Responses
from lms.kit.figures import Z95

SPREADS: FloatArray = np.linspace(0.0, NEGLIGIBLE / Z95, 5)
"""How far wordings, and sections in a language, may lie apart by nature, in logits: each as likely as the others."""

_PRIOR = 0.25
"""A wide normal prior (SD of 2 logits) keeps an item finite that all or none of a language have right."""

_STEPS = 12


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether the item is harder for the ``focal`` side, and by how much for the harder one."""

    is_focal: bool
    judged: Judged


def differences(responses: Responses, focal: BoolArray, columns: IntArray, homes: Sequence[str]) -> list[Difference]:
    """One for each item of ``columns``, against the usual item of them; ``homes`` are their sections ("" is none)."""
    harder, errors = _harder(*_counted(responses, focal, columns))
    harder = harder - np.median(harder)
    wordings, shared = (np.ravel(grid)[:, np.newaxis] for grid in np.meshgrid(SPREADS, SPREADS))
    values, variances = _without_section(harder, errors**2 + wordings**2, shared, homes)
    weights = weights_without(values, np.sqrt(variances))
    found = []
    for place in range(len(columns)):
        is_focal = bool(weights[:, place] @ values[:, place] > 0)
        towards = values[:, place] if is_focal else -values[:, place]
        found.append(Difference(is_focal, judged(weights[:, place], towards, np.sqrt(variances[:, place]))))
    return found


def _without_section(
    harder: FloatArray, variances: FloatArray, shared: FloatArray, homes: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Spreads x items: what is left of each difference beside what the others of its section show, and its variance.

    A section's own difference has the variance ``shared``² beforehand; the others of the section tell more of it.
    """
    names = np.array(homes)
    beside = (names[:, np.newaxis] == names) & (names != "") & ~np.eye(len(names), dtype=np.bool_)
    known = (1 / variances) @ beside.T
    expected = shared**2 / (1 + shared**2 * known) * ((harder / variances) @ beside.T)
    return harder - expected, variances + shared**2 / (1 + shared**2 * known)


def _counted(responses: Responses, focal: BoolArray, columns: IntArray) -> tuple[FloatArray, FloatArray]:
    """Items x (levels of ability of the focal side, then of the other): marks earned, as shares, and people asked."""
    cells = 2 * len(LEVELS)
    earned, asked = np.zeros((len(columns), cells)), np.zeros((len(columns), cells))
    for row, (column, levels) in enumerate(zip(columns.tolist(), ability_levels(responses, columns), strict=True)):
        had = responses.available[:, column]
        place = np.where(focal, levels, levels + len(LEVELS))[had]
        earned[row] = np.bincount(place, responses.shares[had, column], cells)
        asked[row] = np.bincount(place, minlength=cells)
    return earned, asked


def _harder(earned: FloatArray, asked: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How much harder each item is for the focal side, with the error; Newton's method for all items at once."""
    side = np.repeat([-0.5, 0.5], len(LEVELS))
    known = np.stack([np.ones(len(side)), np.tile(LEVELS, 2), side], axis=1)
    usual = np.array([0.0, 1.0, 0.0])
    found = np.tile(usual, (len(asked), 1))
    for _step in range(_STEPS):
        chances = logistic(found @ known.T)
        information = (known.T * (asked * chances * (1 - chances))[:, np.newaxis, :]) @ known + _PRIOR * np.eye(3)
        up = (earned - asked * chances) @ known - _PRIOR * (found - usual)
        found = found + np.clip(np.linalg.solve(information, up[:, :, np.newaxis])[:, :, 0], -1, 1)
    return found[:, 2], np.sqrt(np.linalg.inv(information)[:, 2, 2])
