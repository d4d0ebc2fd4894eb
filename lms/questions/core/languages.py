"""The languages of a question: saying which one a text is in, and filling one language from another file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from lms.questions.core.question import UNDETERMINED, Option, Question, Text, texts_of

Flaw = tuple[str, Mapping[str, Any]]


class PairBy(StrEnum):
    """How the items of a file find the questions whose other language they are."""

    ID = "id"
    ORDER = "order"


def languages(question: Question) -> frozenset[str]:
    """The locales in which at least one text of the question stands."""
    return frozenset(locale for text in texts_of(question) for locale, words in text.items() if words.strip())


def in_language(question: Question, locale: str) -> Question:
    """The question with its texts of unknown language put into ``locale``."""
    return _changed(
        question, lambda text: {locale if key == UNDETERMINED else key: words for key, words in text.items()}
    )


def only(question: Question, locales: Collection[str]) -> Question:
    """The question with its texts in these locales alone."""
    return _changed(question, lambda text: {key: words for key, words in text.items() if key in locales})


def key_differences(question: Question, other: Question) -> list[Flaw]:
    """What keeps ``other`` from being the same question in another language: its type, its options, their marks."""
    if question.type is not other.type or question.option_groups.keys() != other.option_groups.keys():
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
    parts = zip(question.parts, other.parts, strict=True)
    return replace(
        question,
        name={**question.name, **other.name},
        prompt={**question.prompt, **other.prompt},
        case={**question.case, **other.case},
        rationale={**question.rationale, **other.rationale},
        options=_filled(question.options, other.options),
        parts=tuple(replace(part, options=_filled(part.options, theirs.options)) for part, theirs in parts),
    )


def _marks(question: Question, other: Question) -> list[Any]:
    """Weights, sections and fractions, in the order in which the options of ``question`` meet those of ``other``."""
    groups = question.option_groups
    marks = [
        (option.section, option.fraction)
        for name, theirs in other.option_groups.items()
        for option in _in_order_of(groups[name], theirs)
    ]
    return [{part.name: part.weight for part in question.parts}, marks]


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


def _changed(question: Question, change: Callable[[Text], Text]) -> Question:
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

    return replace(
        question,
        name=change(question.name),
        prompt=change(question.prompt),
        case=change(question.case),
        rationale=change(question.rationale),
        options=options(question.options),
        parts=tuple(replace(part, options=options(part.options)) for part in question.parts),
    )
