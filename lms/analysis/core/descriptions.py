"""What describes an item or a person and is no fault of the quiz: there is nothing to mend at once."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from lms.analysis.core import rasch
from lms.analysis.core.effects import section_parts
from lms.analysis.core.items import option_figures
from lms.analysis.core.keys import LEAST_PEOPLE, curves
from lms.analysis.core.multiplicity import holm
from lms.analysis.core.responses import Responses
from lms.analysis.core.verdicts import Kind, Known, Verdict
from lms.kit.figures import is_small, shown_count

HALF_AS_STEEP = 0.5
"""An item gives itself away when its curve is less steep than this share of the others', beyond chance."""

GAP_CHANCE = 0.01
"""The chance that somebody without a gap is told of one, over all sections of the quiz."""

GAP_ITEMS = 3
"""So many answers in a section are needed to tell somebody of a gap."""


def described(responses: Responses, faulty: Collection[str]) -> list[Verdict]:
    """Too few answers, wrong options that nobody takes, items that need no knowledge.

    ``faulty`` items have a verdict on their key, which explains what their options look like.
    """
    found = []
    for column, item in enumerate(responses.items):
        n = int(responses.available[:, column].sum())
        if n < LEAST_PEOPLE:
            told = {"n_shown": shown_count(n)}
            found.append(Verdict(Kind.NOT_ENOUGH_DATA, item.code, 0 if is_small(n) else n, facts=told))
        elif item.code in responses.chosen and item.code not in faulty:
            dead = [option for option in option_figures(responses, item.code) if option.is_dead]
            found += [
                Verdict(Kind.DEAD_DISTRACTOR, item.code, option.n, option.share, facts={"option": option.option})
                for option in dead
                if not is_small(option.n)
            ]
    return found + _give_aways(responses, faulty)


def _give_aways(responses: Responses, faulty: Collection[str]) -> list[Verdict]:
    """The items that those who know little solve as those who know much do, and beyond guessing."""
    found = []
    for code, curve in curves(responses).items():
        item = responses.items[responses.index(code)]
        guessed = 1 / len(item.options) if len(item.keys) == 1 else 0.5
        is_flat = curve.slope_high < HALF_AS_STEEP * curve.usual
        if code not in faulty and is_flat and curve.low_half.low > guessed:
            found.append(Verdict(Kind.GIVE_AWAY, code, curve.n, curve.low_half_share, curve.low_half))
    return found


def individual_gaps(responses: Responses, known: Known) -> tuple[Verdict, ...]:
    """Who knows less of a section than all their other answers make expect, for the person's own page.

    The place is (section, person). This tells of one person each, so no page of a quiz, no report and no table may show
    it: it is for the person, and for whoever may see the person's results.
    """
    if len(responses.people) < LEAST_PEOPLE:
        return ()
    groups = np.zeros(len(responses.people), dtype=np.int64)
    everything = np.asarray(responses.available.any(axis=0))
    fitted = rasch.fit(responses.shares, responses.available, groups)
    shortfalls: dict[str, list[_Shortfall]] = {}
    for part in section_parts(responses, fitted, groups, known.sections, everything):
        mean, variance = part.mean[part.alike.of_person], part.variance[part.alike.of_person]
        had = responses.available[:, part.columns].sum(axis=1)
        short = mean - (responses.shares * responses.available)[:, part.columns].sum(axis=1)
        for row in np.flatnonzero((had >= GAP_ITEMS) & (variance > 0)).tolist():
            z = (short[row] - 0.5) / math.sqrt(variance[row])  # marks come in whole steps
            told = _Shortfall(part.name, int(had[row]), float(short[row]), math.erfc(z / math.sqrt(2)) / 2)
            shortfalls.setdefault(responses.people[row].code, []).append(told)
    return tuple(
        Verdict(Kind.INDIVIDUAL_GAP, (one.section, person), one.answers, one.short)
        for person, listed in shortfalls.items()
        for one, chance in zip(listed, holm([one.p for one in listed]), strict=True)
        if chance <= GAP_CHANCE
    )


@dataclass(frozen=True, slots=True)
class _Shortfall:
    """How much less somebody earned in a section than expected, in questions; and the chance of that."""

    section: str
    answers: int
    short: float
    p: float
