"""Is an item harder in one language at equal ability? The evidence that a translation is suspect.

Mantel and Haenszel's test over classes of equal score, purified once (``dif``); Benjamini and Hochberg's procedure over
the items of the quiz; and the size of ETS class C, |delta| of 1.5 or more (Zieky 1993). A second witness is the option
that readers of one language take twice as often: a mistranslation sends them somewhere. Where it speaks as well, and
also among those who are wrong alone, whose number the first test has used up, less is asked of the first.

The groups are the language of the attempt. Fewer than 30 people in one of the two give no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.dif import DELTA_PER_LOG_ODDS, Dif, EtsClass, dif
from lms.analysis.core.dif_judged import RANKED_UNDER, Shrunken, Standing, benjamini_hochberg, shrink, standing
from lms.analysis.core.groups import of_languages
from lms.analysis.core.items import of_version
from lms.analysis.core.responses import BoolArray, Responses
from lms.kit.figures import Z95, Interval

LARGE_DELTA = 1.5
"""ETS class C begins here; in log odds it is 0.64."""

ALONE = 0.05
WITH_WITNESS = 0.20
"""The false discovery rate that the test is held to, alone and where an option speaks as well."""

TWICE = 2.0


@dataclass(frozen=True, slots=True)
class Doubled:
    """A wrong option that readers of one language take ``ratio`` times as often."""

    option: str
    ratio: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Suspect:
    """An item that is harder in one language: ``odds_ratio`` (over 1) against those who read in ``harder``.

    Where it ``is_indicative``, at 30 to 100 readers of a language, the odds ratio and its interval are shrunken towards
    1 by what all items of the quiz show.
    """

    item: str
    harder: str
    easier: str
    n_harder: int
    n_easier: int
    odds_ratio: float
    interval: Interval
    ets_class: EtsClass
    is_indicative: bool
    doubled: Doubled | None


def suspects(responses: Responses, first: str = "en", second: str = "ja") -> Mapping[str, Suspect]:
    """The items whose translation is suspect, from those who took the quiz in one of the two languages."""
    readers = of_languages(responses)
    readers = readers.only([person.language in (first, second) for person in readers.people])
    focal = np.array([person.language == second for person in readers.people], dtype=np.bool_)
    compared = dif(readers, [person.language for person in readers.people], second)
    tested = [each for each in compared if each.purified.p is not None and each.purified.delta is not None]
    tested = [each for each in tested if min(each.reference, each.focal) >= RANKED_UNDER]
    chances = benjamini_hochberg([each.purified.p for each in tested])
    sizes = shrink([(each.purified.delta, each.purified.error) for each in tested])
    found = {}
    for each, chance, size in zip(tested, chances, sizes, strict=True):
        if (chance or 0.0) <= WITH_WITNESS and abs(each.purified.delta or 0.0) >= LARGE_DELTA:
            suspect = _suspect(each, size, readers, focal, (first, second))
            if (chance or 0.0) <= ALONE or suspect.doubled is not None:
                found[suspect.item] = suspect
    return found


def _suspect(
    each: Dif, shrunken: Shrunken | None, readers: Responses, focal: BoolArray, languages: tuple[str, str]
) -> Suspect:
    figures = each.purified
    delta, error = figures.delta or 0.0, figures.error or 0.0
    against_focal = delta < 0
    easier, harder = languages if against_focal else languages[::-1]
    counts = (each.reference, each.focal)
    n_easier, n_harder = counts if against_focal else counts[::-1]
    is_indicative = standing(*counts) is Standing.INDICATIVE
    if is_indicative and shrunken is not None and shrunken.error > 0:
        delta, error = shrunken.delta, shrunken.error
    log_odds, reach = abs(delta / DELTA_PER_LOG_ODDS), Z95 * error / abs(DELTA_PER_LOG_ODDS)
    return Suspect(
        item=each.item,
        harder=harder,
        easier=easier,
        n_harder=n_harder,
        n_easier=n_easier,
        odds_ratio=math.exp(log_odds),
        interval=Interval(math.exp(log_odds - reach), math.exp(log_odds + reach)),
        ets_class=figures.ets_class or EtsClass.A,
        is_indicative=is_indicative,
        doubled=doubled(readers, each.item, focal if against_focal else ~focal),
    )


def doubled(readers: Responses, code: str, harder: BoolArray) -> Doubled | None:
    """The wrong option that those of ``harder`` take at least twice as often, beyond chance, and more often when wrong.

    The interval of a ratio of shares is that of Katz and others (1978), with half a person added.
    """
    column = readers.index(code)
    item = readers.items[column]
    if code not in readers.chosen or len(item.keys) != 1:
        return None
    told = of_version(readers, column)
    among = {person.code for person, is_harder in zip(readers.people, harder, strict=True) if is_harder}
    inside = np.array([person.code in among for person in told.people], dtype=np.bool_)
    answered, chosen = told.available[:, column], told.chosen[code]
    wrong = answered & ~told.right[:, column] & chosen.any(axis=1)
    options = [place for place, option in enumerate(item.options) if option not in item.keys]
    found = []
    for place in options:
        ratio, interval = _ratio(chosen[:, place], inside, answered)
        _among_wrong, of_wrong = _ratio(chosen[:, place], inside, wrong)
        if ratio >= TWICE and interval.low > 1 and of_wrong.low > 1:
            found.append(Doubled(item.options[place], ratio, interval))
    return max(found, key=lambda one: one.interval.low, default=None)


def _ratio(chosen: BoolArray, inside: BoolArray, counted: BoolArray) -> tuple[float, Interval]:
    """How many times as often the option is chosen ``inside`` as outside, among those ``counted``."""
    sizes = [float((counted & side).sum()) for side in (inside, ~inside)]
    takers = [float((chosen & counted & side).sum()) for side in (inside, ~inside)]
    if min(sizes) == 0:
        return 1.0, Interval(0.0, math.inf)
    first, second = ((taker + 0.5) / (size + 0.5) for taker, size in zip(takers, sizes, strict=True))
    error = math.sqrt(max(sum(1 / (t + 0.5) - 1 / (n + 0.5) for t, n in zip(takers, sizes, strict=True)), 0.0))
    ratio = first / second
    return ratio, Interval(ratio * math.exp(-Z95 * error), ratio * math.exp(Z95 * error))
