"""What describes an item or a person and is no verdict: nothing in the quiz has to be mended for it alone."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from lms.analysis.core import rasch
from lms.analysis.core.effects import section_parts
from lms.analysis.core.items import OptionFigures, option_figures
from lms.analysis.core.keys import LEAST_PEOPLE, curves
from lms.analysis.core.multiplicity import holm
from lms.analysis.core.responses import Responses
from lms.analysis.core.verdicts import Kind, Known, Verdict
from lms.kit.figures import is_small, shown_count

HALF_AS_STEEP = 0.5
"""An item asks for no knowledge when its curve is less steep than this share of the others', beyond chance."""

MOST = 0.5
"""It gives itself away when more than this share of the less able half are right nevertheless, beyond chance."""

GAP_CHANCE = 0.01
"""The chance that somebody without a gap is told of one, over all sections of the quiz."""

GAP_ITEMS = 3
"""So many answers in a section are needed to tell somebody of a gap."""


def described(responses: Responses, faulty: Collection[str]) -> list[Verdict]:
    """Too few answers, keys in doubt, wrong options that nobody takes, items that need no knowledge.

    ``faulty`` items have a verdict on their key, which explains what their options look like.
    """
    found = []
    for column, item in enumerate(responses.items):
        n = int(responses.available[:, column].sum())
        if n < LEAST_PEOPLE:
            told = {"n_shown": shown_count(n)}
            found.append(Verdict(Kind.NOT_ENOUGH_DATA, item.code, 0 if is_small(n) else n, facts=told))
        if item.code in responses.chosen and item.code not in faulty:
            options = option_figures(responses, item.code)
            found += _suspect_key(item.code, options)
            found += [
                Verdict(Kind.DEAD_DISTRACTOR, item.code, option.n, option.share, facts={"option": option.option})
                for option in options
                if n >= LEAST_PEOPLE and option.is_dead and not is_small(option.n)
            ]
    in_doubt = {str(verdict.place) for verdict in found if verdict.kind is Kind.KEY_SUSPECT}
    return found + _give_aways(responses, {*faulty, *in_doubt})


def _suspect_key(code: str, options: Sequence[OptionFigures]) -> list[Verdict]:
    """The wrong option that beats the key, the most chosen if there are several. This is no verdict: each option is
    looked at by itself, whatever its chance over the whole quiz, and under 30 answers too.
    """
    beating = [option for option in options if option.beats_key]
    if not beating:
        return []
    rival, key = max(beating, key=lambda option: option.count), next(option for option in options if option.is_key)
    return [against_key(Kind.KEY_SUSPECT, code, rival, key)]


def against_key(
    kind: Kind, code: str, rival: OptionFigures, key: OptionFigures, facts: Mapping[str, float] = MappingProxyType({})
) -> Verdict:
    """What is said of an option against the key. The lead is a mean of the key's choosers, so not told of a few."""
    is_told = rival.mean_rest is not None and key.mean_rest is not None and not is_small(key.count)
    lead = (rival.mean_rest or 0.0) - (key.mean_rest or 0.0)
    told: dict[str, float | str] = {"option": rival.option, "key": key.option, "count": rival.count, **facts}
    if rival.top_third_share is not None and key.top_third_share is not None:
        told |= {"top_third": rival.top_third_share, "key_top_third": key.top_third_share}
    return Verdict(kind, code, rival.n, lead if is_told else None, rival.lead if is_told else None, told)


def _give_aways(responses: Responses, in_doubt: Collection[str]) -> list[Verdict]:
    """The items that those who know little solve as those who know much do: nearly all of them, not half.

    A curve is flat as well where the able are wrong. So most of the less able must be right, and the able no less
    often; and whose key is in doubt is no gift to anybody.
    """
    found = []
    for code, curve in curves(responses).items():
        is_flat = 0 <= curve.slope_high < HALF_AS_STEEP * curve.usual
        if code not in in_doubt and is_flat and curve.low_half.low > MOST:
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
