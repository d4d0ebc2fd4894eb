"""Which option do those take who know? The key of an item against every other option that may be right.

Of each item and each wrong option the same is asked: *of the people who know the answer, what share takes the key, and
what share this option?* All of them take the key where it is right, none where the key is wrong, and some where two
options are right. The model has two sorts of people, as in multiple-choice models with a "do not know" state (Bock
1972; Thissen and Steinberg 1984): the chance to know grows with ability by a logistic curve; whoever knows takes the
key (share ``s``) or the rival (1 - ``s``); whoever does not know takes any option, by shares that are the same for
all abilities. It is fitted by the EM algorithm, once with ``s`` free, once with ``s`` = 1 (the key alone is right) and
once with ``s`` = 0 (the rival alone is right). Twice the difference of log likelihoods is compared with chi-square of
one degree of freedom (Wilks 1938).

Ability is the score on the other items that the person had (log odds, half a mark added to either side), so a wrong
key has no part in it. A curve is drawn towards the steepness of the other items' curves. Where the able choose no
differently from the weak, all shares fit equally well: an item that tells nothing apart does not look wrongly keyed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lms.analysis.core.items import of_version
from lms.analysis.core.rasch import logistic
from lms.analysis.core.responses import FloatArray, IntArray, Item, Responses
from lms.kit.figures import Z95, Interval, is_small, wilson

LEAST_CHOOSERS = 10
"""So many people must have chosen an option before it can put the key in doubt (the suspect-key rule of the pages)."""

LEAST_PEOPLE = 30
"""Verdicts need so many people; under it figures are indicative at best."""

LEAST_SHARE = 0.25
"""An option counts as right when at least this share of those who know take it."""

CONTRADICTED = 1.92
"""A share is ruled out when it costs so much log likelihood: half the 5 % point of chi-square."""

_LEVELS = np.linspace(-4.0, 4.0, 25)
_EM_STEPS = 90


class Reading(StrEnum):
    """What an item's answers say of its key where they speak against it."""

    INSTEAD = "instead"
    AS_WELL = "as-well"


@dataclass(frozen=True, slots=True)
class Rival:
    """An option that those who know take: instead of the key, or as well as it.

    ``n`` people answered, ``count`` of them by the option; of those who know, ``share`` take it. ``p`` is the chance of
    such evidence were the key right, for all wrong options of the item together.
    """

    item: str
    reading: Reading
    option: str
    key: str
    n: int
    count: int
    share: float
    p: float


def rivals(responses: Responses) -> Mapping[str, Rival]:
    """The likeliest rival of each key that has one. Items with several keys or choices, or few people, are not read."""
    tables = [table for item in responses.items if (table := _table(responses, item)) is not None]
    pairs = [(place, rival) for place, table in enumerate(tables) for rival in table.rivals]
    if not pairs:
        return {}
    owners, options = np.array([owner for owner, _ in pairs]), np.array([option for _, option in pairs])
    widest = max(table.counts.shape[1] for table in tables)
    counts = np.zeros((len(pairs), len(_LEVELS), widest))
    for row, (owner, _option) in enumerate(pairs):
        counts[row, :, : tables[owner].counts.shape[1]] = tables[owner].counts
    keys = np.array([tables[owner].key for owner in owners])
    steepness = _steepness(counts, keys)
    free, key_alone, rival_alone = (_fitted(counts, keys, options, fixed, steepness) for fixed in (None, 1.0, 0.0))
    found: dict[str, Rival] = {}
    for row, (owner, option) in enumerate(pairs):
        gain = float(free.likelihood[row] - key_alone.likelihood[row])
        rival = tables[owner].named(
            option, 1 - float(free.shares[row]), gain, float(free.likelihood[row] - rival_alone.likelihood[row])
        )
        if rival is not None and (rival.item not in found or rival.p < found[rival.item].p):
            found[rival.item] = rival
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Table:
    """Who chose what of one item: people by level of ability x option."""

    item: Item
    key: int
    counts: FloatArray

    @property
    def rivals(self) -> list[int]:
        """The places of the wrong options that enough people chose."""
        choosers = self.counts.sum(axis=0)
        return [place for place, n in enumerate(choosers) if place != self.key and n >= LEAST_CHOOSERS]

    def named(self, option: int, share: float, gain: float, without_key: float) -> Rival | None:
        """The rival, if those who know take it; ``gain`` and ``without_key`` are in log likelihood."""
        if share < LEAST_SHARE or gain <= 0:
            return None
        as_well = share <= 1 - LEAST_SHARE and without_key > CONTRADICTED
        one = math.erfc(math.sqrt(gain)) / 2  # the share of the key lies at its end, so half of chi-square's tail
        return Rival(
            item=self.item.code,
            reading=Reading.AS_WELL if as_well else Reading.INSTEAD,
            option=self.item.options[option],
            key=self.item.options[self.key],
            n=int(self.counts.sum()),
            count=int(self.counts[:, option].sum()),
            share=share,
            p=min(1.0, one * (len(self.item.options) - 1)),
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """How marks grow with ability: the upper end of the slope's 95 % interval, and the usual slope of the quiz.

    ``low_half`` is the interval of what the less able half earn (``low_half_share``).
    """

    n: int
    slope_high: float
    usual: float
    low_half_share: float
    low_half: Interval


def curves(responses: Responses) -> Mapping[str, Curve]:
    """The curves of the items that enough people had."""
    columns = np.flatnonzero(responses.available.sum(axis=0) >= LEAST_PEOPLE)
    if not len(columns):
        return {}
    counts = np.zeros((len(columns), len(_LEVELS), 2))
    for row, column in enumerate(columns.tolist()):
        had, level = responses.available[:, column], _levels(responses, column)
        shares = responses.shares[had, column]
        np.add.at(counts[row], level[had], np.stack([shares, 1 - shares], axis=1))
    curve, error = _slopes(counts, np.zeros(len(columns), dtype=np.int64))
    usual = float(np.median(curve[1]))
    found = {}
    for row, column in enumerate(columns.tolist()):
        people = counts[row].sum(axis=1)
        below = np.cumsum(people) <= max(people.sum() / 2, people.max())
        solved, asked = float(counts[row, below, 0].sum()), round(float(people[below].sum()))
        if asked and not is_small(asked):
            high = float(curve[1, row] + Z95 * error[row])
            n = round(float(people.sum()))
            found[responses.items[column].code] = Curve(n, high, usual, solved / asked, wilson(solved, asked))
    return found


def _table(responses: Responses, item: Item) -> _Table | None:
    if len(item.options) < 2 or len(item.keys) != 1 or item.code not in responses.chosen:
        return None
    column = responses.index(item.code)
    rows = of_version(responses, column)
    chosen = rows.chosen[item.code]
    choices = chosen.sum(axis=1)
    answered = rows.available[:, column] & (choices == 1)
    if (choices > 1).any() or answered.sum() < LEAST_PEOPLE:
        return None
    counts = np.zeros((len(_LEVELS), len(item.options)))
    np.add.at(counts, _levels(rows, column)[answered], chosen[answered].astype(np.float64))
    key = next(place for place, option in enumerate(item.options) if option in item.keys)
    return _Table(item, key, counts)


def _levels(responses: Responses, column: int) -> IntArray:
    """Per person: the level of the marks earned on the other items of the paper."""
    counted = responses.available.copy()
    counted[:, column] = False
    possible = counted @ responses.maxima
    earned = (responses.marks * counted).sum(axis=1)
    half = float(responses.maxima.mean()) / 2
    odds = np.log((earned + half) / (np.maximum(possible - earned, 0) + half))
    width = _LEVELS[1] - _LEVELS[0]
    return np.asarray(np.rint((np.clip(odds, _LEVELS[0], _LEVELS[-1]) - _LEVELS[0]) / width), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Steepness:
    """What is known beforehand of a curve: it is about as steep as the others of the quiz."""

    middle: float = 0.0
    weight: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class _Fitted:
    """For each pair of key and rival: the share of the key among those who know, and the log likelihood."""

    shares: FloatArray
    likelihood: FloatArray


def _steepness(counts: FloatArray, keys: IntArray) -> _Steepness:
    """The middle of the slopes of right answers, and how far they lie apart (by the median, a third at least)."""
    slopes = _slopes(counts, keys)[0][1]
    middle = float(np.median(slopes))
    apart = max(1.4826 * float(np.median(np.abs(slopes - middle))), middle / 3, 0.1)
    return _Steepness(max(middle, 0.0), 1 / apart**2)


def _slopes(counts: FloatArray, keys: IntArray) -> tuple[FloatArray, FloatArray]:
    """The logistic curve of right answers for each row of ``counts``, and the error of its slope."""
    right = np.take_along_axis(counts, keys[:, np.newaxis, np.newaxis], axis=2)[:, :, 0]
    people = counts.sum(axis=2)
    curve = np.zeros((2, len(keys)))
    for _step in range(25):
        curve = _steeper(curve, right, people, _Steepness(0.0, 0.01))
    chances = logistic(curve[0][:, np.newaxis] + curve[1][:, np.newaxis] * _LEVELS)
    weight = people * chances * (1 - chances)
    a, b, c = weight.sum(axis=1), weight @ _LEVELS, weight @ _LEVELS**2
    return curve, np.sqrt(1 / np.maximum(c - b * b / np.maximum(a, 1e-9), 1e-9))


def _steeper(curve: FloatArray, right: FloatArray, people: FloatArray, known: _Steepness) -> FloatArray:
    """One step of Newton's method for logistic curves (middle, slope) of pairs x levels; slopes do not fall."""
    middle, slope = curve
    chances = logistic(middle[:, np.newaxis] + slope[:, np.newaxis] * _LEVELS)
    off, weight = right - people * chances, people * chances * (1 - chances)
    a, b, c = weight.sum(axis=1) + 0.1, weight @ _LEVELS, weight @ _LEVELS**2 + known.weight
    up, along = off.sum(axis=1) - 0.1 * middle, off @ _LEVELS - known.weight * (slope - known.middle)
    size = np.maximum(a * c - b * b, 1e-9)
    middle = middle + np.clip((c * up - b * along) / size, -1, 1)
    return np.stack([middle, np.maximum(slope + np.clip((a * along - b * up) / size, -1, 1), 0)])


def _fitted(counts: FloatArray, keys: IntArray, options: IntArray, fixed: float | None, known: _Steepness) -> _Fitted:
    """The EM algorithm for every pair at once."""
    rows, people = np.arange(len(keys)), counts.sum(axis=2)
    shares = np.full(len(keys), 0.5 if fixed is None else fixed)
    takers = counts.sum(axis=1)
    guessed = takers + 0.5 * (takers > 0)
    guessed = guessed / guessed.sum(axis=1, keepdims=True)
    curve = np.stack([np.zeros(len(keys)), np.full(len(keys), known.middle)])
    taken = np.zeros_like(takers)
    for _step in range(_EM_STEPS):
        taken[rows, keys], taken[rows, options] = shares, 1 - shares
        knows = logistic(curve[0][:, np.newaxis] + curve[1][:, np.newaxis] * _LEVELS)
        known_part = knows[:, :, np.newaxis] * taken[:, np.newaxis, :]
        chances = known_part + (1 - knows)[:, :, np.newaxis] * guessed[:, np.newaxis, :]
        knowing = counts * known_part / np.maximum(chances, 1e-12)
        curve = _steeper(curve, knowing.sum(axis=2), people, known)
        by_option = knowing.sum(axis=1)
        guessed = takers - by_option + 0.5 * (takers > 0)
        guessed = guessed / guessed.sum(axis=1, keepdims=True)
        if fixed is None:
            of_key, of_rival = by_option[rows, keys], by_option[rows, options]
            shares = (of_key + 1e-6) / (of_key + of_rival + 2e-6)
    likelihood = (counts * np.log(np.maximum(chances, 1e-12))).sum(axis=(1, 2))
    return _Fitted(shares, likelihood - known.weight * (curve[1] - known.middle) ** 2 / 2)
