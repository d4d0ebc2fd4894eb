"""What describes an item and is no verdict: nothing in the quiz has to be mended for it alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from lms.analysis.core.items import OptionFigures, options_figures
from lms.analysis.core.keys import LEAST_PEOPLE, curves
from lms.analysis.core.responses import Responses
from lms.analysis.core.verdicts import Kind, Verdict
from lms.kit.figures import is_small, shown_count

HALF_AS_STEEP = 0.5
"""An item asks for no knowledge when its curve is less steep than this share of the others', beyond chance."""

MOST = 0.5
"""It gives itself away when more than this share of the less able half are right nevertheless, beyond chance."""


def described(responses: Responses, faulty: Collection[str]) -> list[Verdict]:
    """Too few answers, keys in doubt, wrong options that nobody takes, items that need no knowledge.

    ``faulty`` items have a verdict on their key, which explains what their options look like.
    """
    found, figures = [], options_figures(responses)
    for column, item in enumerate(responses.items):
        n = int(responses.available[:, column].sum())
        if n < LEAST_PEOPLE:
            told = {"n_shown": shown_count(n)}
            found.append(Verdict(Kind.NOT_ENOUGH_DATA, item.code, 0 if is_small(n) else n, facts=told))
        if item.code in responses.chosen and item.code not in faulty:
            options = figures[item.code]
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
