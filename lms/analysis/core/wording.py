"""Is an item harder in one language at equal ability? The evidence that a translation is suspect.

Two witnesses are heard. The first is how much harder the item is for the readers of one language, beyond what differs
by nature (``by_language``). The second is the option that they take more often *among those who are wrong*: a
mistranslation sends them somewhere. How many are wrong is used up by the first, where they go is not, so under the null
the two know nothing of each other and the product of their chances counts (Fisher 1932). Over the items of the quiz
Holm's procedure (1979) holds the chance of a false verdict. The difference must be as large as ETS class C begins, and
beyond chance by itself.

The groups are the language of the attempt. Fewer than 30 people in one of the two give no verdict.

The decision rests on everybody. Elsewhere, figures of one language leave out whole cohorts of which few took the quiz
in it, since a count of people or a share could be subtracted from another view. An odds ratio at equal ability
is no sum over people and tells no count; what is counted here (``n_harder``, ``n_easier``, the ratio of an
option) is counted among those whose cohorts may be shown, as on every other page (``groups.of_languages``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.by_language import Difference, differences
from lms.analysis.core.dif import DELTA_PER_LOG_ODDS, EtsClass, ets_class
from lms.analysis.core.dif_judged import RANKED_UNDER, Standing, standing
from lms.analysis.core.groups import of_languages
from lms.analysis.core.items import of_version
from lms.analysis.core.multiplicity import FALSE_CHANCE, holm, product
from lms.analysis.core.natural import LARGE
from lms.analysis.core.responses import BoolArray, Responses
from lms.kit.figures import Z95, Interval

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

    It ``is_indicative`` at 30 to 100 readers of a language.
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


def suspects(
    responses: Responses, sections: Mapping[str, Sequence[str]], first: str = "en", second: str = "ja"
) -> Mapping[str, Suspect]:
    """The items whose translation is suspect, from those who took the quiz in one of the two languages.

    ``sections`` says on what items rest.
    """
    readers = responses.only([person.language in (first, second) for person in responses.people])
    focal = np.array([person.language == second for person in readers.people], dtype=np.bool_)
    fewer = np.minimum(*(readers.available[side].sum(axis=0) for side in (focal, ~focal)))
    tested = np.flatnonzero(fewer >= RANKED_UNDER)
    if not len(tested):
        return {}
    homes = [next(iter(sections.get(readers.items[column].code, ())), "") for column in tested.tolist()]
    asked = list(zip(tested.tolist(), differences(readers, focal, tested, homes), strict=True))
    chances = holm([_chance(difference, readers, column, focal) for column, difference in asked])
    if min(chances) > FALSE_CHANCE:
        return {}
    shown = of_languages(readers)
    found = {}
    for (column, difference), chance in zip(asked, chances, strict=True):
        if chance <= FALSE_CHANCE:
            suspect = _suspect(difference, shown, column, (first, second))
            if min(suspect.n_harder, suspect.n_easier) >= RANKED_UNDER:
                found[suspect.item] = suspect
    return found


def _chance(difference: Difference, readers: Responses, column: int, focal: BoolArray) -> float:
    """The chance of what both witnesses say, were the item as hard in both languages; 1 where it is not large."""
    if difference.judged.logits < LARGE or _class(difference) is EtsClass.A:
        return 1.0
    harder = focal if difference.is_focal else ~focal
    return product(min(1.0, 2 * difference.judged.p), _sent_somewhere(readers, column, harder))


def _class(difference: Difference) -> EtsClass:
    logits, error = difference.judged.logits, difference.judged.error
    return ets_class(DELTA_PER_LOG_ODDS * logits, abs(DELTA_PER_LOG_ODDS) * error)


def _sent_somewhere(readers: Responses, column: int, harder: BoolArray) -> float:
    """The chance that some wrong option draws those of ``harder`` so much more, given who is wrong.

    For each option the share of its choosers among the wrong, one side against the other (with the correction for
    continuity); what counts is the chance that the least of so many chances is so small (Šidák 1967).
    """
    item = readers.items[column]
    if item.code not in readers.chosen or len(item.keys) != 1:
        return 1.0
    told, inside = _told(readers, column, harder)
    chosen = told.chosen[item.code]
    wrong = told.available[:, column] & ~told.right[:, column] & chosen.any(axis=1)
    here, there = float((wrong & inside).sum()), float((wrong & ~inside).sum())
    options = [place for place, option in enumerate(item.options) if option not in item.keys]
    if min(here, there) == 0 or len(options) < 2:
        return 1.0
    chances = []
    for place in options:
        taken = chosen[wrong, place].sum()
        expected, everybody = taken * here / (here + there), here + there
        variance = expected * there * (everybody - taken) / everybody / max(everybody - 1, 1)
        more = float((chosen[:, place] & wrong & inside).sum()) - expected - 0.5
        chances.append(math.erfc(more / math.sqrt(2 * variance)) / 2 if variance > 0 else 1.0)
    return 1 - (1 - min(chances)) ** len(options)


def _told(readers: Responses, column: int, harder: BoolArray) -> tuple[Responses, BoolArray]:
    """Those who had the version that the item describes, and which of them are of ``harder``."""
    told = of_version(readers, column)
    if told is readers:
        return told, harder
    among = {person.code for person, is_harder in zip(readers.people, harder, strict=True) if is_harder}
    return told, np.array([person.code in among for person in told.people], dtype=np.bool_)


def _suspect(difference: Difference, shown: Responses, column: int, languages: tuple[str, str]) -> Suspect:
    easier, harder = languages if difference.is_focal else languages[::-1]
    is_harder = np.array([person.language == harder for person in shown.people], dtype=np.bool_)
    had = shown.available[:, column]
    n_harder, n_easier = int((had & is_harder).sum()), int((had & ~is_harder).sum())
    logits, reach = difference.judged.logits, Z95 * difference.judged.error
    return Suspect(
        item=shown.items[column].code,
        harder=harder,
        easier=easier,
        n_harder=n_harder,
        n_easier=n_easier,
        odds_ratio=math.exp(logits),
        interval=Interval(math.exp(logits - reach), math.exp(logits + reach)),
        ets_class=_class(difference),
        is_indicative=standing(n_harder, n_easier) is Standing.INDICATIVE,
        doubled=doubled(shown, column, is_harder),
    )


def doubled(readers: Responses, column: int, harder: BoolArray) -> Doubled | None:
    """The wrong option that those of ``harder`` take at least twice as often, beyond chance, and more often when wrong.

    The interval of a ratio of shares is that of Katz and others (1978), with half a person added.
    """
    item = readers.items[column]
    if item.code not in readers.chosen or len(item.keys) != 1:
        return None
    told, inside = _told(readers, column, harder)
    answered, chosen = told.available[:, column], told.chosen[item.code]
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
