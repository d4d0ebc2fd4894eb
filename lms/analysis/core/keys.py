"""Which option do those take who know? The key of an item against every other option that may be right.

Of each item and each wrong option the same is asked: *of the people who know the answer, what share takes the key, and
what share this option?* All of them take the key where it is right, none where the key is wrong, and some where two
options are right. The model (``choosing``) has two sorts of people, as in multiple-choice models with a "do not know"
state (Bock 1972; Thissen and Steinberg 1984). It is fitted with that share ``s`` of the key free, with ``s`` = 1 (the
key alone is right), with ``s`` as near to 1 as a share of no interest leaves it, and with ``s`` = 0 (the rival alone is
right). Twice the difference of log likelihoods is compared with chi-square of one degree of freedom (Wilks 1938).

Ability is the score on the other items that the person had (log odds, half a mark added to either side), so a wrong
key has no part in it. Where the able choose no differently from the weak, all shares fit equally well: an item that
tells nothing apart does not look wrongly keyed. Nor does one with a plausible wrong option, which draws the abler ones
among those who err: two right answers must show themselves among those who know. And readers of every language must
take the rival; where one language rules it out, the wording sends the others there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lms.analysis.core.choosing import (
    LEVELS,
    Pairs,
    Usual,
    attraction_curves,
    fitted,
    knowing_curves,
    usual_attraction,
    usual_knowing,
)
from lms.analysis.core.items import LEAST_CHOOSERS, of_version
from lms.analysis.core.responses import BoolArray, FloatArray, IntArray, Item, Responses
from lms.kit.figures import Z95, Interval, is_small, wilson

WORDS = {"easy": -1.0, "medium": 0.0, "hard": 1.0}
"""What authors expect of their questions, in steps."""

LEAST_PEOPLE = 30
"""Verdicts need so many people; under it figures are indicative at best."""

LEAST_SHARE = 0.25
"""An option counts as right when at least this share of those who know take it."""

CONTRADICTED = 1.92
"""A share is ruled out when it costs so much log likelihood: half the 5 % point of chi-square."""


class Reading(StrEnum):
    """What an item's answers say of its key where they speak against it."""

    INSTEAD = "instead"
    AS_WELL = "as-well"


@dataclass(frozen=True, slots=True)
class Rival:
    """An option that those who know take: instead of the key, or as well as it.

    ``n`` people answered, ``count`` of them by the option; of those who know, ``share`` take it. ``p`` is the chance of
    such evidence were the key right, for all wrong options of the item that were read together. ``p_few`` is the chance
    of such a share were it the least that counts.
    """

    item: str
    reading: Reading
    option: str
    key: str
    n: int
    count: int
    share: float
    p: float
    p_few: float


def rivals(
    responses: Responses, words: Mapping[str, str], sections: Mapping[str, Sequence[str]]
) -> Mapping[str, Rival]:
    """The likeliest rival of each key that has one. Items with several keys or choices, or few people, are not read.

    ``words`` is what their authors expect of items (easy, medium, hard), ``sections`` on what they rest.
    """
    if len(responses.people) < LEAST_PEOPLE:
        return {}
    languages = _languages(responses)
    levels = ability_levels(responses, np.arange(len(responses.items)))
    tables = [table for item in responses.items if (table := _table(responses, item, languages, levels)) is not None]
    asked = [(place, rival) for place, table in enumerate(tables) for rival in table.rivals]
    if not asked:
        return {}
    owners, options = [owner for owner, _ in asked], np.array([option for _, option in asked])
    asking = [tables[owner] for owner in owners]
    pairs = Pairs(_side_by_side([table.counts for table in asking]), np.array([table.key for table in asking]), options)
    usual = _usual(tables, words, sections).only(np.array(owners)), usual_attraction(pairs)
    free = fitted(pairs, None, *usual)
    told = np.flatnonzero(1 - free.shares >= LEAST_SHARE)
    if not len(told):
        return {}
    some, of_some = pairs.only(told), tuple(each.only(told) for each in usual)
    alone, few, instead = (
        free.likelihood[told] - fitted(some, fixed, *of_some).likelihood for fixed in (1.0, 1.0 - LEAST_SHARE, 0.0)
    )
    by_all = _taken_in_every_language([asking[place] for place in told], some, *of_some)
    found: dict[str, Rival] = {}
    for row, place in enumerate(told.tolist()):
        gains = _Gains(float(alone[row]), float(few[row]), float(instead[row]))
        rival = asking[place].named(int(options[place]), 1 - float(free.shares[place]), gains) if by_all[row] else None
        if rival is not None and (rival.item not in found or rival.p < found[rival.item].p):
            found[rival.item] = rival
    return found


def _side_by_side(tables: Sequence[FloatArray]) -> FloatArray:
    """Tables of levels x options as one array; options that an item does not have are chosen by nobody."""
    together = np.zeros((len(tables), len(LEVELS), max(table.shape[1] for table in tables)))
    for row, table in enumerate(tables):
        together[row, :, : table.shape[1]] = table
    return together


def _usual(tables: Sequence[_Table], words: Mapping[str, str], sections: Mapping[str, Sequence[str]]) -> Usual:
    items = [table.item.code for table in tables]
    right, people = (np.array(both) for both in zip(*((table.right, table.people) for table in tables), strict=True))
    return usual_knowing(right, people, steps(words, items), [next(iter(sections.get(item, ())), "") for item in items])


def _taken_in_every_language(tables: Sequence[_Table], pairs: Pairs, knowing: Usual, attraction: Usual) -> BoolArray:
    """Whether no language rules out that those who know take the rival: else it is a matter of the translation."""
    may_be = np.ones(len(tables), dtype=np.bool_)
    for language in sorted({language for table in tables for language in table.of_language}):
        rows = np.array([row for row, table in enumerate(tables) if language in table.of_language])
        counts = _side_by_side([tables[row].of_language[language] for row in rows])
        counts = np.pad(counts, ((0, 0), (0, 0), (0, pairs.counts.shape[2] - counts.shape[2])))
        readers = Pairs(counts, pairs.keys[rows], pairs.options[rows])
        usual = knowing.only(rows), attraction.only(rows)
        free, few = (fitted(readers, fixed, *usual) for fixed in (None, 1.0 - LEAST_SHARE))
        is_less = (1 - free.shares < LEAST_SHARE) & (free.likelihood - few.likelihood > CONTRADICTED)
        may_be[rows] &= ~is_less
    return may_be


@dataclass(frozen=True, slots=True)
class _Gains:
    """How much log likelihood it costs that the key alone is right, that few take the rival, and that all do."""

    alone: float
    few: float
    instead: float


@dataclass(frozen=True, eq=False, slots=True)
class _Table:
    """Who chose what of one item: people by level of ability x option; and by language, where it has enough people."""

    item: Item
    key: int
    counts: FloatArray
    of_language: Mapping[str, FloatArray]

    @property
    def right(self) -> FloatArray:
        """How many of each level took the key."""
        right: FloatArray = self.counts[:, self.key]
        return right

    @property
    def people(self) -> FloatArray:
        """How many of each level answered."""
        people: FloatArray = self.counts.sum(axis=1)
        return people

    @property
    def rivals(self) -> list[int]:
        """The places of the wrong options that enough people chose."""
        choosers = self.counts.sum(axis=0)
        return [place for place, n in enumerate(choosers) if place != self.key and n >= LEAST_CHOOSERS]

    def named(self, option: int, share: float, gains: _Gains) -> Rival | None:
        """The rival, if those who know take it."""
        if gains.alone <= 0:
            return None
        as_well = share <= 1 - LEAST_SHARE and gains.instead > CONTRADICTED
        one = _beyond(gains.alone)  # the share of the key lies at its end, so half of chi-square's tail
        return Rival(
            item=self.item.code,
            reading=Reading.AS_WELL if as_well else Reading.INSTEAD,
            option=self.item.options[option],
            key=self.item.options[self.key],
            n=int(self.counts.sum()),
            count=int(self.counts[:, option].sum()),
            share=share,
            p=min(1.0, one * len(self.rivals)),
            p_few=_beyond(gains.few),
        )


def _beyond(gain: float) -> float:
    """The chance of such a gain in log likelihood towards one side."""
    return math.erfc(math.sqrt(max(gain, 0.0))) / 2


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


def steepness(responses: Responses, words: Mapping[str, str]) -> FloatArray:
    """How steeply right answers grow with ability, for each item against the usual item of the quiz.

    Each is drawn towards the usual by what all of them show; an item that few had is a usual one.
    """
    found = np.ones(len(responses.items))
    columns, counts = _counted(responses)
    if len(columns):
        right, people = counts[:, :, 0], counts.sum(axis=2)
        items = [responses.items[column].code for column in columns]
        usual = usual_knowing(right, people, steps(words, items), [""] * len(items))
        found[columns] = np.exp((knowing_curves(right, people, usual)[0] - usual.centre)[1])
    return found


def steps(words: Mapping[str, str], codes: Sequence[str]) -> FloatArray:
    """What authors expect of items, in steps; medium where nothing is said."""
    return np.array([WORDS.get(words.get(code, ""), 0.0) for code in codes], dtype=np.float64)


def curves(responses: Responses) -> Mapping[str, Curve]:
    """The curves of the items that enough people had."""
    columns, counts = _counted(responses)
    if not len(columns):
        return {}
    curve, error = attraction_curves(counts[:, :, 0], counts.sum(axis=2))
    usual = float(np.median(curve[1]))
    found = {}
    for row, column in enumerate(columns.tolist()):
        people = counts[row].sum(axis=1)
        below = np.cumsum(people) <= max(people.sum() / 2, people.max())
        solved, asked = float(counts[row, below, 0].sum()), round(float(people[below].sum()))
        if asked and not is_small(asked):
            high = float(curve[1, row] + Z95 * error[1, row])
            n = round(float(people.sum()))
            found[responses.items[column].code] = Curve(n, high, usual, solved / asked, wilson(solved, asked))
    return found


def _counted(responses: Responses) -> tuple[IntArray, FloatArray]:
    """The items that enough people had, and for each of them the marks earned and missed on each level of ability."""
    columns = np.flatnonzero(responses.available.sum(axis=0) >= LEAST_PEOPLE)
    counts = np.zeros((len(columns), len(LEVELS), 2))
    for row, (column, levels) in enumerate(zip(columns.tolist(), ability_levels(responses, columns), strict=True)):
        had = responses.available[:, column]
        level, shares = levels[had], responses.shares[had, column]
        for side, earned in enumerate((shares, 1 - shares)):
            counts[row, :, side] = np.bincount(level, earned, len(LEVELS))
    return columns, counts


def _languages(responses: Responses) -> dict[str, BoolArray]:
    """Whose language is which."""
    spoken = np.array([person.language or "" for person in responses.people], dtype=np.str_)
    return {name: spoken == name for name in np.unique(spoken).tolist()}


def _table(responses: Responses, item: Item, languages: Mapping[str, BoolArray], levels: IntArray) -> _Table | None:
    """The table of an item, if it can be read. ``languages`` and ``levels`` are everybody's."""
    if len(item.options) < 2 or len(item.keys) != 1 or item.code not in responses.chosen:
        return None
    column = responses.index(item.code)
    rows = of_version(responses, column)
    chosen = rows.chosen[item.code]
    choices = chosen.sum(axis=1)
    answered = rows.available[:, column] & (choices == 1)
    if (choices > 1).any() or answered.sum() < LEAST_PEOPLE:
        return None
    key = next(place for place, option in enumerate(item.options) if option in item.keys)
    level = levels[column]
    if rows is not responses:
        languages, level = _languages(rows), ability_levels(rows, np.array([column]))[0]
    place = level * len(item.options) + chosen.argmax(axis=1)

    def counted(among: BoolArray) -> FloatArray:
        counts = np.bincount(place[among], minlength=len(LEVELS) * len(item.options))
        return counts.reshape(len(LEVELS), -1).astype(np.float64)

    readers = {name: answered & is_one for name, is_one in languages.items()}
    enough = {name: counted(among) for name, among in readers.items() if among.sum() >= LEAST_PEOPLE}
    return _Table(item, key, counted(answered), enough)


def ability_levels(responses: Responses, columns: IntArray) -> IntArray:
    """Columns x people: the level of the marks earned on the other items of the paper."""
    if not len(columns):
        return np.zeros((0, len(responses.people)), dtype=np.int64)
    counted = responses.marks * responses.available
    earned = counted.sum(axis=1) - counted[:, columns].T
    possible = responses.available @ responses.maxima - (responses.available * responses.maxima)[:, columns].T
    half = float(responses.maxima.mean()) / 2
    odds = np.log((earned + half) / (np.maximum(possible - earned, 0) + half))
    odds -= np.median(odds, axis=1, keepdims=True)
    width = LEVELS[1] - LEVELS[0]
    return np.asarray(np.rint((np.clip(odds, LEVELS[0], LEVELS[-1]) - LEVELS[0]) / width), dtype=np.int64)
