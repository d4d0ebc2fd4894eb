"""What the health card of one question shows beside its figures: its curve, equal ability, revisions, the times taken.

All of it rests on one set of people, so that no two of its parts can be subtracted: those whose cohorts may be told by
language, where both languages have enough, and everybody else where they have not. A group of scores has at least 5
people, of each language where languages stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.gaps import Side
from lms.analysis.core.groups import of_languages, separable
from lms.analysis.core.items import mean_share, of_version
from lms.analysis.core.rapid import rapid_guesses
from lms.analysis.core.responses import BoolArray, FloatArray, Responses
from lms.kit.figures import SMALL_GROUP, Z95, Interval, difference, is_small, shown_count

LANGUAGES = ("en", "ja")
GROUPS = 5
"""Into so many groups of scores people are put at most."""
BANDS = 10
_SPREAD = 2.2  # a chart of times ends at so many medians; what took longer is in its last band


@dataclass(frozen=True, slots=True)
class ScoreGroup:
    """People with ``low`` to ``high`` marks on the other questions, and their share of marks on this one.

    ``sides`` are the languages, where these stand side by side.
    """

    low: float
    high: float
    middle: float
    n: int
    share: float
    interval: Interval | None
    sides: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Who chose one option, by language."""

    option: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """The facility of a question before and after it was revised. ``change`` is after minus before, with its interval.

    The versions are numbered as in the matrix. Sides of fewer than 5 people have no figures.
    """

    before: Side
    after: Side
    change: float | None
    interval: Interval | None
    numbers: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Times:
    """How long people took for a question, in seconds: the median, and shares of people in equal bands to ``longest``.

    ``rapid`` is how many were too quick (under ``threshold`` seconds) to have done more than guess, as it may be shown.
    """

    n: int
    median: float
    threshold: float
    rapid: str
    longest: float
    bands: tuple[float, ...]


def basis(responses: Responses) -> tuple[Responses, bool]:
    """Whom the card rests on, and whether the languages may stand side by side."""
    told = of_languages(responses)
    counts = [sum(person.language == language for person in told.people) for language in LANGUAGES]
    return (told, True) if min(counts) >= SMALL_GROUP else (responses, False)


def rest_interval(correlation: float | None, people: int) -> Interval | None:
    """The 95 % interval of a correlation by Fisher's z (1921); None for fewer than 4 people.

    >>> rest_interval(0.31, 148)
    Interval(low=0.1564..., high=0.4488...)
    """
    if correlation is None or people < 4 or abs(correlation) >= 1:
        return None
    z, reach = math.atanh(correlation), Z95 / math.sqrt(people - 3)
    return Interval(math.tanh(z - reach), math.tanh(z + reach))


def score_groups(responses: Responses, item: str) -> tuple[ScoreGroup, ...]:
    """The share of marks by score on the other questions, as observed, the lowest first: who knows more should be
    right more often. With the languages side by side, where both have enough people.

    Complete rows only. Groups of about equal size, cut between different scores.
    """
    told, both = basis(responses)
    return _groups(told, item, LANGUAGES if both else ())


def _groups(responses: Responses, item: str, languages: Sequence[str]) -> tuple[ScoreGroup, ...]:
    column = responses.index(item)
    rests = responses.rests[:, column]
    shares = responses.shares[responses.complete, column]
    spoken = np.array(
        [person.language or "" for person, used in zip(responses.people, responses.complete, strict=True) if used]
    )
    least = max(SMALL_GROUP, math.ceil(len(rests) / GROUPS))
    found: list[BoolArray] = []
    rows = np.zeros(len(rests), dtype=np.bool_)
    for score in np.unique(rests):
        rows |= rests == score
        if rows.sum() >= least and all((spoken[rows] == language).sum() >= SMALL_GROUP for language in languages):
            found.append(rows)
            rows = np.zeros(len(rests), dtype=np.bool_)
    if rows.any():  # the last are too few to stand alone
        if not found:
            return ()
        found[-1] = found[-1] | rows
    return tuple(_group(rests[rows], shares[rows], spoken[rows], languages) for rows in found)


def _group(rests: FloatArray, shares: FloatArray, spoken: FloatArray, languages: Sequence[str]) -> ScoreGroup:
    share, interval = mean_share(shares)
    return ScoreGroup(
        low=float(rests.min()),
        high=float(rests.max()),
        middle=float(rests.mean()),
        n=len(rests),
        share=share or 0.0,
        interval=interval,
        sides=tuple(side(language, shares[spoken == language]) for language in languages),
    )


def side(name: str, shares: FloatArray) -> Side:
    """The mean of some people's shares, withheld for fewer than 5."""
    n = len(shares)
    if is_small(n):
        return Side(name, None, shown_count(n), None, None)
    return Side(name, n, shown_count(n), *mean_share(shares))


def choices(responses: Responses, item: str) -> tuple[Choice, ...]:
    """Who chose which option in each language, of those who had the newest version; nothing where they are few."""
    told, both = basis(responses)
    if not both or item not in told.chosen:
        return ()
    column = told.index(item)
    told = of_version(told, column)
    available = told.available[:, column]
    spoken = np.array([person.language for person in told.people])
    rows = [available & (spoken == language) for language in LANGUAGES]
    if any(mask.sum() < SMALL_GROUP for mask in rows):
        return ()
    chosen = told.chosen[item].astype(np.float64)
    return tuple(
        Choice(
            option, tuple(side(language, chosen[mask, place]) for language, mask in zip(LANGUAGES, rows, strict=True))
        )
        for place, option in enumerate(told.items[column].options)
    )


def revisions(responses: Responses, item: str) -> tuple[Revision, ...]:
    """Each revision that both sides have answered, the newest first.

    Of a cohort that few people had one version of, nobody is counted.
    """
    told, _both = basis(responses)
    if told.versions is None:
        return ()
    column = told.index(item)
    available, versions = told.available[:, column], told.versions[:, column]
    parts = [
        (person.language, int(number)) if has else None
        for person, number, has in zip(told.people, versions, available, strict=True)
    ]
    counted = separable(told.people, parts) & available
    numbers = sorted({int(number) for number in versions[counted]})
    sides = [side(str(number), told.shares[counted & (versions == number), column]) for number in numbers]
    pairs = list(zip(zip(numbers, sides, strict=True), zip(numbers[1:], sides[1:], strict=True), strict=False))
    return tuple(_revision(before, after, (first, last)) for (first, before), (last, after) in reversed(pairs))


def _revision(before: Side, after: Side, numbers: tuple[int, int]) -> Revision:
    if before.share is None or after.share is None:
        return Revision(before, after, None, None, numbers)
    interval = None
    if before.interval is not None and after.interval is not None:
        interval = difference(after.share, after.interval, before.share, before.interval)
    return Revision(before, after, after.share - before.share, interval, numbers)


def times(seconds: Sequence[float]) -> Times | None:
    """How long people took; None where the times of fewer than 5 are known.

    >>> told = times([2.0, 30.0, 40.0, 50.0, 60.0, 300.0])
    >>> told.median, told.threshold, told.rapid, told.longest
    (45.0, 4.5, '<5', 100.0)
    """
    if len(seconds) < SMALL_GROUP:
        return None
    taken = np.array(seconds, dtype=np.float64)
    found = rapid_guesses(taken[:, np.newaxis])
    median = float(np.median(taken))
    longest = max(math.ceil(median * _SPREAD / BANDS) * BANDS, BANDS)
    counts, _edges = np.histogram(np.minimum(taken, longest - 1e-9), bins=BANDS, range=(0, longest))
    return Times(
        n=len(taken),
        median=median,
        threshold=float(found.thresholds[0]),
        rapid=shown_count(int(found.rapid.sum())),
        longest=float(longest),
        bands=tuple(float(share) for share in counts / len(taken)),
    )
