"""The languages of a question: saying which one a text is in, and filling one language from another file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from lms.questions.core.question import NUMBERS, UNDETERMINED, Answer, Option, Question, QuestionType, texts_of
from lms.questions.core.types import true_false

Flaw = tuple[str, Mapping[str, Any]]


class PairBy(StrEnum):
    """How the items of a file find the questions whose other language they are."""

    ID = "id"
    ORDER = "order"


def languages(question: Question) -> frozenset[str]:
    """The locales in which at least one text of the question stands."""
    accepted = [answer.text for group in question.answer_groups.values() for answer in group]
    return frozenset(
        locale for text in (*texts_of(question), *accepted) for locale, words in text.items() if "".join(words).strip()
    )


def in_language(question: Question, locale: str) -> Question:
    """The question with its texts of unknown language put into ``locale``."""
    if question.type is QuestionType.TRUE_FALSE:
        question = replace(question, options=true_false.spoken(question.options, locale))
    return _changed(
        question, lambda text: {locale if key == UNDETERMINED else key: words for key, words in text.items()}
    )


def only(question: Question, locales: Collection[str]) -> Question:
    """The question with its texts in these locales alone."""
    return _changed(question, lambda text: {key: words for key, words in text.items() if key in locales})


def is_same(question: Question, other: Question) -> bool:
    """Whether the two are the same, but for ids on the right of a matching: they come of texts where a file has none.

    >>> left, right = (Option("l1", match="bcdf"),), (Option("bcdf", {"en": "Keep"}),)
    >>> one = Question("T", QuestionType.MATCHING, {}, left=left, right=right)
    >>> left, right = (Option("l1", match="ghjk"),), (Option("ghjk", {"en": "Keep"}),)
    >>> is_same(one, replace(one, left=left, right=right)), is_same(one, replace(one, right=()))
    (True, False)
    """
    return _by_place(question) == _by_place(other)


def _by_place(question: Question) -> Question:
    places = {option.id: str(place) for place, option in enumerate(question.right)}
    return replace(
        question,
        left=tuple(replace(option, match=places.get(option.match or "", option.match)) for option in question.left),
        right=tuple(replace(option, id=places[option.id]) for option in question.right),
    )


def key_differences(question: Question, other: Question) -> list[Flaw]:
    """What keeps ``other`` from being the same question in another language: its type, its options, their marks."""
    kinds = [(each.type, [*each.option_groups], [*each.answer_groups]) for each in (question, other)]
    if kinds[0] != kinds[1]:
        return [("question.pair-other-type", {"question": question.id})]
    for name, group in question.option_groups.items():
        here = len(other.option_groups[name])
        if len(group) != here:
            return [("question.pair-other-options", {"question": question.id, "options": len(group), "here": here})]
    if _marks(question, other) != _marks(other, other):
        return [("question.pair-other-key", {"question": question.id})]
    return []


def fill(question: Question, other: Question) -> Question:
    """The question with the texts of ``other`` beside its own; where both have a language, those of ``other`` stand.

    Only texts are taken over: sections, marks and ids stay. The two must not differ in their keys.
    """
    groups = other.option_groups
    options = {name: _filled(group, groups[name]) for name, group in question.option_groups.items()}
    written = other.answer_groups
    answers = {name: _answers_filled(group, written[name]) for name, group in question.answer_groups.items()}
    return replace(
        question.with_groups(options).with_answers(answers),
        name={**question.name, **other.name},
        prompt={**question.prompt, **other.prompt},
        case={**question.case, **other.case},
        rationale={**question.rationale, **other.rationale},
    )


def _marks(question: Question, other: Question) -> list[Any]:
    """Weights, sections and fractions, in the order in which the options of ``question`` meet those of ``other``."""
    groups = question.option_groups
    right = [option.id for option in _in_order_of(question.right, other.right)]
    marks = [
        (option.section, option.fraction, right.index(option.match) if option.match in right else None)
        for name, theirs in other.option_groups.items()
        for option in _in_order_of(groups[name], theirs)
    ]
    written = [
        (answer.fraction, *(getattr(answer, name) for name in NUMBERS))
        for group in question.answer_groups.values()
        for answer in group
    ]
    weights = {part.name: part.weight for part in question.parts} | {gap.id: gap.weight for gap in question.gaps}
    return [weights, marks, written]


def _in_order_of(group: Sequence[Option], other: Sequence[Option]) -> list[Option]:
    """The options as they meet those of ``other``: by their ids, or by place where the two files name them apart."""
    by_id = {option.id: option for option in group}
    if by_id.keys() == {option.id for option in other} and len(by_id) == len(group):
        return [by_id[option.id] for option in other]
    return list(group)


def _filled(group: tuple[Option, ...], other: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(
        replace(
            option,
            text={**option.text, **theirs.text},
            rationale={**option.rationale, **theirs.rationale},
            misconception={**option.misconception, **theirs.misconception},
        )
        for option, theirs in zip(group, _in_order_of(other, group), strict=True)
    )


def _answers_filled(group: tuple[Answer, ...], other: tuple[Answer, ...]) -> tuple[Answer, ...]:
    return tuple(
        replace(answer, text={**answer.text, **theirs.text}, rationale={**answer.rationale, **theirs.rationale})
        for answer, theirs in zip(group, other, strict=True)
    )


def _changed(question: Question, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Question:
    def options(group: tuple[Option, ...]) -> tuple[Option, ...]:
        return tuple(
            replace(
                option,
                text=change(option.text),
                rationale=change(option.rationale),
                misconception=change(option.misconception),
            )
            for option in group
        )

    def answers(group: tuple[Answer, ...]) -> tuple[Answer, ...]:
        return tuple(replace(answer, text=change(answer.text), rationale=change(answer.rationale)) for answer in group)

    groups = {name: options(group) for name, group in question.option_groups.items()}
    written = {name: answers(group) for name, group in question.answer_groups.items()}
    return replace(
        question.with_groups(groups).with_answers(written),
        name=change(question.name),
        prompt=change(question.prompt),
        case=change(question.case),
        rationale=change(question.rationale),
    )
