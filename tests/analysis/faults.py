"""Results of a quiz with one fault planted in them, drawn from a seed; it shares no figure with what looks for faults.

How people answer when all is well says ``tests.analysis.answering``. ``plant`` draws such a quiz, spoils it in one way,
and returns a ``Case``: the ``Evidence`` that an analysis may have, and apart from it what was planted. A verdict is a
name and a place; a place is the code of an item, of a section, or a pair.

Sharp, counted in recall and precision:

| name | place | what happens |
|---|---|---|
| ``wrong-key`` | item | graded by a wrong option; people who know answer by the truth |
| ``two-right-answers`` | item | a second option is as right as the key: who knows takes either |
| ``rule-changed`` | item | by the section's new text another option is right; most who know answer by that |
| ``translation-suspect`` | item | harder by the effect in one language, and one wrong option attracts doubly there |
| ``section-unclear`` | section | all its items harder by the effect, for everybody |
| ``class-taught-badly`` | (section, cohort) | all items of the section harder by the effect, for one class |

Descriptions, planted too so that nobody takes them for something else: ``dead-distractor``, ``give-away`` and
``not-enough-data`` (item), ``individual-gap`` ((section, person)). ``none`` leaves the quiz as it is.

The *effect* is in log odds of knowing ("logits") where a fault makes something harder. It is the share of those who
know that answers by the truth (wrong key, 1), by the new rule (rule changed, 0.9: a few still go by the old), or takes
the second answer (two right answers, 0.5); the facility whatever the ability (give-away); what an option loses in
attraction (dead distractor); how many had the item (not enough data).

Two choices need saying. A section that is unclear was unclear in earlier waves too, so there are none to compare with:
it stands out against the other sections of the quiz, given what the authors expected of its items. And no section with
a wrong key or two right answers was reworded: answers alone could not tell that from a changed rule. Elsewhere sections
were reworded without harm, and of a reworded section only one item has another answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from lms.analysis.core.responses import Responses
from tests.analysis.answering import (
    LANGUAGES,
    NEVER,
    WORDS,
    Crowd,
    Draft,
    Paper,
    Setting,
    answer,
    cohort_code,
    draft,
    draw_crowd,
    draw_paper,
    item_code,
    lay_out,
    section_code,
)

Place: TypeAlias = str | tuple[str, str]
Verdict: TypeAlias = tuple[str, Place]


class Fault(StrEnum):
    """What is wrong with a quiz; the value is the name of its verdict."""

    WRONG_KEY = "wrong-key"
    TWO_RIGHT = "two-right-answers"
    TRANSLATION = "translation-suspect"
    RULE = "rule-changed"
    SECTION = "section-unclear"
    CLASS = "class-taught-badly"
    DEAD = "dead-distractor"
    GIVE_AWAY = "give-away"
    INDIVIDUAL = "individual-gap"
    LITTLE = "not-enough-data"
    NONE = "none"


SHARP = (Fault.WRONG_KEY, Fault.TWO_RIGHT, Fault.TRANSLATION, Fault.RULE, Fault.SECTION, Fault.CLASS)
EFFECTS: Mapping[Fault, float] = {
    Fault.WRONG_KEY: 1.0,
    Fault.TWO_RIGHT: 0.5,
    Fault.TRANSLATION: 1.2,
    Fault.RULE: 0.9,
    Fault.SECTION: 1.5,
    Fault.CLASS: 1.5,
    Fault.DEAD: 6.0,
    Fault.GIVE_AWAY: 0.95,
    Fault.INDIVIDUAL: 3.0,
    Fault.LITTLE: 12,
    Fault.NONE: 0.0,
}


@dataclass(frozen=True, eq=False)
class Evidence:
    """What an analysis may know of a quiz.

    ``responses`` names each person's language and cohort. ``sections`` says on which section each item rests,
    ``difficulties`` what its author expects (easy, medium, hard), and ``changed`` whether the text of its section that
    was in force when people took the quiz is another than the one for which the key was written.
    """

    responses: Responses
    sections: Mapping[str, str]
    difficulties: Mapping[str, str]
    changed: Mapping[str, bool]


@dataclass(frozen=True, eq=False)
class Case:
    """A quiz and the truth about it. ``planted`` are the sharp verdicts, ``described`` the descriptions that hold."""

    evidence: Evidence
    fault: Fault
    planted: frozenset[Verdict]
    described: frozenset[Verdict]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a fault is planted, as numbers: each fault reads those that it needs."""

    item: int
    option: int
    section: int
    cohort: int
    language: int
    person: int
    effect: float = 0.0
    doubled: float = 1.0


def plant(
    fault: Fault,
    seed: int | Sequence[int],
    setting: Setting = Setting(),  # noqa: B008 - it is frozen
    *,
    effect: float | None = None,
    doubled: float = 2.0,
    item: int | None = None,
    section: int | None = None,
    cohort: int | None = None,
    language: str | None = None,
) -> Case:
    """Draw a quiz and plant one fault. Places are numbers from 0; those not given are drawn.

    People, questions and chance follow from ``seed`` and ``setting`` alone, so two faults of one seed are planted in
    the same quiz. ``doubled`` is how much the odds of one wrong option grow by a bad translation.
    """
    chance = np.random.default_rng([*np.atleast_1d(seed).tolist(), 0])
    crowd, paper = draw_crowd(chance, setting), draw_paper(chance, setting)
    drafted = draft(chance, setting, crowd, paper)
    spot = _draw_spot(
        np.random.default_rng([*np.atleast_1d(seed).tolist(), 1]),
        crowd,
        paper,
        item=item,
        section=section,
        cohort=cohort,
        language=None if language is None else LANGUAGES.index(language),
    )
    spot = replace(spot, effect=EFFECTS[fault] if effect is None else effect, doubled=doubled)
    if fault is not Fault.NONE:
        _SPOILERS[fault](spot, crowd, paper, drafted)
    chosen, states = answer(chance, setting, crowd, paper, drafted)
    verdict = frozenset() if fault is Fault.NONE else frozenset({(fault.value, _place(fault, spot, paper))})
    codes = [item_code(number) for number in range(len(paper.section))]
    evidence = Evidence(
        lay_out(crowd, paper, drafted, chosen, states),
        {code: section_code(place) for code, place in zip(codes, paper.section.tolist(), strict=True)},
        {code: WORDS[word] for code, word in zip(codes, paper.word.tolist(), strict=True)},
        dict(zip(codes, paper.reworded[paper.section].tolist(), strict=True)),
    )
    sharp = fault in SHARP
    return Case(evidence, fault, verdict if sharp else frozenset(), frozenset() if sharp else verdict)


def _draw_spot(rng: np.random.Generator, crowd: Crowd, paper: Paper, **given: int | None) -> Spot:
    """Places as given, and the rest at random; the same draws, whatever is given."""
    drawn = {
        "item": rng.integers(len(paper.section)),
        "section": rng.integers(paper.section.max() + 1),
        "cohort": rng.choice(np.unique(crowd.cohort)),
        "language": rng.integers(len(LANGUAGES)),
        "person": rng.choice(np.flatnonzero(crowd.ability >= np.median(crowd.ability))),
    }
    places = {name: int(place) for name, place in drawn.items()}
    places |= {name: place for name, place in given.items() if place is not None}
    item = places["item"]
    wrong = [option for option in range(paper.options[item]) if option != paper.true[item]]
    return Spot(option=int(rng.choice(wrong)), **places)


def _place(fault: Fault, spot: Spot, paper: Paper) -> Place:
    """The place that the verdict names."""
    section = section_code(spot.section)
    if fault is Fault.SECTION:
        return section
    if fault is Fault.CLASS:
        return section, cohort_code(spot.cohort)
    if fault is Fault.INDIVIDUAL:
        return section, f"L{spot.person + 1:04d}"
    return item_code(spot.item)


def _swap_key(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    drafted.key[spot.item] = drafted.other[spot.item] = spot.option
    drafted.split[spot.item] = 1 - spot.effect
    paper.reworded[paper.section[spot.item]] = False


def _change_rule(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    _swap_key(spot, crowd, paper, drafted)
    paper.reworded[paper.section[spot.item]] = True


def _add_right_answer(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    drafted.other[spot.item] = spot.option
    drafted.split[spot.item] = spot.effect
    drafted.pull[:, spot.item, spot.option] = NEVER  # as with the key: who takes it knows
    paper.reworded[paper.section[spot.item]] = False


def _mistranslate(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    readers = crowd.language == spot.language
    drafted.logit[readers, spot.item] -= spot.effect
    drafted.pull[readers, spot.item, spot.option] += np.log(spot.doubled)


def _blur_section(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    drafted.logit[:, paper.section == spot.section] -= spot.effect


def _teach_badly(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    drafted.logit[np.ix_(crowd.cohort == spot.cohort, paper.section == spot.section)] -= spot.effect


def _kill_option(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    drafted.pull[:, spot.item, spot.option] -= spot.effect


def _give_away(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    drafted.logit[:, spot.item] = np.log(spot.effect / (1 - spot.effect))


def _leave_gap(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    drafted.logit[spot.person, paper.section == spot.section] -= spot.effect


def _show_to_few(spot: Spot, crowd: Crowd, paper: Paper, drafted: Draft) -> None:
    """The question came late into the quiz: a few of all had it, spread over languages and cohorts."""
    few = np.linspace(0, len(crowd.ability) - 1, int(spot.effect)).astype(np.int64)
    drafted.had[:, spot.item] = False
    drafted.had[few, spot.item] = True


_SPOILERS: Mapping[Fault, Callable[[Spot, Crowd, Paper, Draft], None]] = {
    Fault.WRONG_KEY: _swap_key,
    Fault.TWO_RIGHT: _add_right_answer,
    Fault.TRANSLATION: _mistranslate,
    Fault.RULE: _change_rule,
    Fault.SECTION: _blur_section,
    Fault.CLASS: _teach_badly,
    Fault.DEAD: _kill_option,
    Fault.GIVE_AWAY: _give_away,
    Fault.INDIVIDUAL: _leave_gap,
    Fault.LITTLE: _show_to_few,
}
