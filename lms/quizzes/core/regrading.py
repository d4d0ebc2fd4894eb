"""What a correction of a question does to a graded paper: another grading run beside the one that stands.

A correction changes the mark of one question and no other. The paper keeps its answers and its order; what an earlier
correction did to another question stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lms.kit.problems import Conflict, Invalid
from lms.questions.core.question import QuestionType, fractions_of
from lms.quizzes.core.grading import Gradable, GradedItem, Mark, Outcome, graded
from lms.quizzes.core.passing import has_passed


class Method(StrEnum):
    """What is done with a question that was faulty."""

    ACCEPT = "accept"
    """Further answers are right as well; what was right stays right."""
    NEW_KEY = "new_key"
    """Other answers are right, and only those."""
    CREDIT_ALL = "credit_all"
    """Everybody has full marks, whatever they answered."""
    DROP = "drop"
    """It counts neither for the score nor for the maximum."""


class RegradeState(StrEnum):
    """What has become of a regrade."""

    PROPOSED = "proposed"
    APPLYING = "applying"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Direction(StrEnum):
    """How a score moves, as a share of its maximum."""

    GAIN = "gain"
    LOSE = "lose"
    STAY = "stay"


BY_KEY = frozenset({Method.ACCEPT, Method.NEW_KEY})
"""The methods that write a new key."""
_ONE_RIGHT = frozenset({QuestionType.SINGLE.value, QuestionType.TRUE_FALSE.value, QuestionType.CASE.value})
_KEYED_BY_OPTION = _ONE_RIGHT | {QuestionType.MULTIPLE.value}

Chosen = Mapping[str, Collection[str]]
"""Option ids by group: what is to be right."""


def methods_for(body: Mapping[str, Any]) -> tuple[Method, ...]:
    """What can be done with a question of this type.

    Where several options make one answer, a further option is another key; where the key is no list of options, only
    crediting everybody and leaving it out are left.

    >>> [method.value for method in methods_for({"type": "multiple"})]
    ['new_key', 'credit_all', 'drop']
    """
    by_type = {Method.ACCEPT: _ONE_RIGHT, Method.NEW_KEY: _KEYED_BY_OPTION}
    return tuple(method for method in Method if body["type"] in by_type.get(method, {body["type"]}))


def corrected_key(body: Mapping[str, Any], key: Mapping[str, Any], method: Method, chosen: Chosen) -> dict[str, Any]:
    """The key as it reads once ``chosen`` is right: beside what was (accept), or alone (a new key).

    A group of which nothing is chosen stays as it was. Raises ``Invalid`` for options that the question does not have
    and where none is chosen.

    >>> key = {"groups": {"options": {"o1": {"fraction": "1"}, "o2": {"fraction": "0"}, "o3": {"fraction": "0"}}}}
    >>> body = {"type": "single", "groups": {"options": [{"id": "o1"}, {"id": "o2"}, {"id": "o3"}]}}
    >>> new = corrected_key(body, key, Method.ACCEPT, {"options": ["o3"]})["groups"]["options"]
    >>> [option for option, facts in new.items() if facts["fraction"] == "1"]
    ['o1', 'o3']
    """
    known = {name: {option["id"] for option in options} for name, options in body["groups"].items()}
    if not any(chosen.values()):
        raise Invalid("regrade.no_options", field="right")
    if any(not set(options) <= known.get(name, set()) for name, options in chosen.items()):
        raise Invalid("answer.unknown_option", field="right")
    groups = {}
    for name, facts in key["groups"].items():
        wanted = set(chosen.get(name, ()))
        others = {"fraction": "0"} if wanted and method is Method.NEW_KEY else {}
        groups[name] = {
            option: {**said, **({"fraction": "1"} if option in wanted else others)} for option, said in facts.items()
        }
    return {**key, "groups": groups}


def full_options(key: Mapping[str, Any]) -> dict[str, list[str]]:
    """The options that earn full marks, by group."""
    return {
        name: [option for option, fraction in fractions_of(key, name).items() if fraction == 1]
        for name in key["groups"]
    }


@dataclass(frozen=True, slots=True)
class Correction:
    """What is done with the question: by which key it is marked now, where a key is what changes."""

    method: Method
    key_n: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A score in thousandths, and whether it passes."""

    score: int
    maximum: int
    passed: bool

    def direction_to(self, after: Standing) -> Direction:
        """How the share of the maximum moves.

        >>> Standing(15_000, 20_000, False).direction_to(Standing(15_000, 19_000, False))
        <Direction.GAIN: 'gain'>
        """
        before, now = self.score * after.maximum, after.score * self.maximum
        return Direction.STAY if before == now else Direction.GAIN if before < now else Direction.LOSE


@dataclass(frozen=True, slots=True)
class Case:
    """The question on one graded paper: how it is marked by the corrected key, what was answered, how it stands now.

    ``item`` is its mark in the run that stands, None where an earlier correction left it out; ``unanswered`` is what
    became of it where there is no answer.
    """

    gradable: Gradable
    item: GradedItem | None
    unanswered: Outcome
    before: Standing
    cut_percent: int


@dataclass(frozen=True, slots=True)
class Regraded:
    """The question and the paper after the correction; ``is_changed`` says whether another run is to be written.

    ``fails`` is true where the score, which has changed, passes no longer by the marks alone, whether or not the
    pass is kept.
    """

    item: GradedItem | None
    after: Standing
    is_changed: bool
    fails: bool


def regraded(case: Case, correction: Correction, *, lowers_passes: bool) -> Regraded:
    """Grade a paper anew under a correction.

    Without ``lowers_passes`` whoever has passed keeps the pass: the run then holds the new marks and the better
    outcome. Where the marks stay, so does a pass that an earlier correction kept: this one has nothing against it.
    """
    item = _item(case, correction)
    score = case.before.score + _awarded(item) - _awarded(case.item)
    maximum = case.before.maximum + _most(item) - _most(case.item)
    after, fails = standing_after(case.before, score, maximum, case.cut_percent, lowers_passes=lowers_passes)
    return Regraded(item, after, item != case.item, fails)


def standing_after(
    before: Standing, score: int, maximum: int, cut_percent: int, *, lowers_passes: bool
) -> tuple[Standing, bool]:
    """How a paper stands with other marks, and whether by these alone its pass falls; the same marks change nothing.

    >>> kept = Standing(15, 20, True)
    >>> standing_after(kept, 15, 20, 80, lowers_passes=True) == (kept, False)
    True
    >>> standing_after(kept, 14, 20, 80, lowers_passes=False)
    (Standing(score=14, maximum=20, passed=True), True)
    """
    if (score, maximum) == (before.score, before.maximum):
        return before, False
    reaches = has_passed(score, maximum, cut_percent)
    keeps = before.passed and not lowers_passes
    return Standing(score, maximum, reaches or keeps), before.passed and not reaches


def _item(case: Case, correction: Correction) -> GradedItem | None:
    if correction.method is Method.DROP:
        return None
    key_n = correction.key_n or (case.item.key_n if case.item else case.gradable.key_n)
    question = replace(case.gradable, key_n=key_n)
    if correction.method is Method.CREDIT_ALL:
        most = question.max_thousandths
        return GradedItem(question.position, key_n, most, most, Outcome.RIGHT)
    if question.answer is None:
        return GradedItem(question.position, key_n, 0, question.max_thousandths, case.unanswered)
    return graded(question, behind_the_last_answer=False)


def _awarded(item: GradedItem | None) -> int:
    return item.awarded_thousandths if item else 0


def _most(item: GradedItem | None) -> int:
    return item.max_thousandths if item else 0


def applies(method: Method, key_n: int, pinned_key_n: int) -> bool:
    """Whether a correction concerns a paper that was closed after it: not where the corrected key was pinned already.

    >>> applies(Method.ACCEPT, 2, 1), applies(Method.ACCEPT, 2, 2), applies(Method.DROP, 0, 3)
    (True, False, True)
    """
    return method not in BY_KEY or pinned_key_n < key_n


def unmarked(_payload: Mapping[str, Any]) -> Any:
    """Stands where no key marks: full marks for all, or left out."""
    raise AssertionError("marked by no key")


NO_MARK: Mark = unmarked

PLACEHOLDERS = ("question", "before", "after")
NEEDED = frozenset({"before", "after"})
_BRACES = re.compile(r"\{([^{}]*)\}")


def placeholders(text: str) -> frozenset[str]:
    """The placeholders of a note.

    >>> sorted(placeholders("Question {question}: from {before} to {after}."))
    ['after', 'before', 'question']
    """
    return frozenset(_BRACES.findall(text))


def check_note(texts: Mapping[str, str]) -> None:
    """Raise ``Invalid`` at the language whose text has not the placeholders that it needs, or has others."""
    found = {locale: placeholders(text) for locale, text in texts.items()}
    for locale, names in found.items():
        lacking = NEEDED - names
        if lacking:
            raise Invalid("regrade.note_lacks", field=f"note_{locale}", names=_shown(lacking))
        if names - set(PLACEHOLDERS):
            raise Invalid("regrade.note_unknown", field=f"note_{locale}", names=_shown(names - set(PLACEHOLDERS)))
    everywhere = frozenset().union(*found.values())
    for locale, names in found.items():
        if names != everywhere:
            raise Invalid("regrade.note_differs", field=f"note_{locale}", names=_shown(everywhere - names))


def _shown(names: Collection[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names))


def filled(texts: Mapping[str, str], facts: Mapping[str, str]) -> dict[str, str]:
    """A note with its facts, in every language.

    >>> filled({"en": "From {before} to {after}."}, {"before": "72%", "after": "76%"})
    {'en': 'From 72% to 76%.'}
    """
    return {locale: _BRACES.sub(lambda found: facts.get(found[1], found[0]), text) for locale, text in texts.items()}


def shown_scores(before: Standing, after: Standing) -> tuple[str, str]:
    """Two scores in percent, rounded down, with as many decimals (at most two) as tell them apart.

    >>> shown_scores(Standing(14_400, 20_000, False), Standing(15_200, 20_000, False))
    ('72%', '76%')
    >>> shown_scores(Standing(15_700, 20_000, False), Standing(14_900, 19_000, False))
    ('78.5%', '78.4%')
    >>> shown_scores(Standing(2_000, 12_000, False), Standing(2_000, 12_000, False))
    ('16%', '16%')
    """
    for decimals in (0, 1, 2):
        pair = _percent(before, decimals), _percent(after, decimals)
        if pair[0] != pair[1]:
            return pair
    return _percent(before, 0), _percent(after, 0)


def _percent(standing: Standing, decimals: int) -> str:
    scale: int = 10**decimals
    value = standing.score * 100 * scale // standing.maximum if standing.maximum else 0
    whole, rest = divmod(value, scale)
    return f"{whole}.{rest:0{decimals}}%" if decimals else f"{whole}%"


def check_open(state: str, expected: RegradeState = RegradeState.PROPOSED) -> None:
    """Raise ``Conflict`` where somebody else has decided already."""
    if state != expected:
        raise Conflict("regrade.decided")
