"""What stands in our YAML beside the options: pairs, accepted answers and the gaps of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from lms.questions.core.formats.tree import Tree
from lms.questions.core.question import GAP_TYPES, NUMBERS, WRITTEN, Answer, Gap, Option, Question, QuestionType
from lms.questions.core.written import number_of

_WRITTEN_AS = {"value": "value", "tolerance": "tolerance", "low": "min", "high": "max"}
"""What the numbers of an answer are called in a file."""
_OF_EVERY_ANSWER = ("fraction", "rationale")
_ANSWER_KEYS: Mapping[QuestionType, tuple[str, ...]] = {
    QuestionType.NUMERIC: (*_WRITTEN_AS.values(), *_OF_EVERY_ANSWER),
    QuestionType.SHORT_TEXT: ("text", *_OF_EVERY_ANSWER),
}
"""What an answer may say: words beside a number would be compared in its place."""
_GAP_KEYS = ("id", "type", "weight")
_GAP_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")

ReadFraction = Callable[[Tree, Fraction], Fraction]
ReadOption = Callable[[Tree], Option]


def read_answers(tree: Tree, fraction: ReadFraction, kind: QuestionType | None) -> tuple[Answer, ...]:
    """What is accepted where somebody writes."""
    return tuple(_answer(place, fraction, kind) for place in tree.items("answers", required=kind in WRITTEN))


def read_gaps(tree: Tree, option: ReadOption, fraction: ReadFraction, *, required: bool) -> tuple[Gap, ...]:
    """The gaps of a text."""
    return tuple(_gap(place, option, fraction) for place in tree.items("gaps", required=required))


def key_documents(question: Question, option: Callable[[Option], dict[str, Any]], number: Any) -> dict[str, Any]:
    """The lists of a question as they stand in a file, without those that are empty."""
    lists: dict[str, list[dict[str, Any]]] = {
        name: [option(each) for each in getattr(question, name)] for name in ("left", "right", "items")
    }
    lists["answers"] = [_answer_document(answer, number) for answer in question.answers]
    lists["gaps"] = [_gap_document(gap, option, number) for gap in question.gaps]
    return {name: listed for name, listed in lists.items() if listed}


def _answer(tree: Tree, fraction: ReadFraction, kind: QuestionType | None) -> Answer:
    numbers = {name: _number(tree, key) for name, key in _WRITTEN_AS.items()}
    answer = Answer(
        fraction=fraction(tree, Fraction(1)),
        text=tree.texts("text", required=False),
        rationale=tree.text("rationale", required=False),
        **numbers,
    )
    if kind is not None and kind in _ANSWER_KEYS:
        tree.refuse_others(_ANSWER_KEYS[kind])
    return answer


def _number(tree: Tree, key: str) -> str | None:
    written = tree.word(key, required=False)
    if written is not None and number_of(written) is None:
        tree.refuse(key, "question.not-a-number", value=written[:40])
        return None
    return written


def _gap(tree: Tree, option: ReadOption, fraction: ReadFraction) -> Gap:
    kind = tree.enum("type", QuestionType)
    if kind is not None and kind not in GAP_TYPES:
        tree.refuse("type", "yaml.unknown-word", value=kind.value, known=tuple(each.value for each in GAP_TYPES))
    name = tree.word("id") or ""
    if name and not _GAP_ID.fullmatch(name):
        tree.refuse("id", "question.bad-gap", value=name[:40])
    weight = tree.integer("weight") if tree.has("weight") else 1
    gap = Gap(
        name,
        kind or QuestionType.SINGLE,
        1 if weight is None else weight,
        tuple(option(place) for place in tree.items("options", required=kind is QuestionType.SINGLE)),
        read_answers(tree, fraction, kind),
    )
    lists = ("options", "answers") if kind is None else ("options",) if kind is QuestionType.SINGLE else ("answers",)
    tree.refuse_others((*_GAP_KEYS, *lists))
    return gap


def _answer_document(answer: Answer, number: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        _WRITTEN_AS[name]: written for name in NUMBERS if (written := getattr(answer, name)) is not None
    }
    if answer.text:
        document["text"] = {locale: list(words) for locale, words in answer.text.items()}
    if answer.fraction != 1:
        document["fraction"] = number(answer.fraction)
    texts: Mapping[str, Mapping[str, str]] = {"rationale": answer.rationale}
    return document | {key: dict(value) for key, value in texts.items() if value}


def _gap_document(gap: Gap, option: Callable[[Option], dict[str, Any]], number: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"id": gap.id, "type": gap.type.value}
    if gap.weight != 1:
        document["weight"] = gap.weight
    if gap.options:
        document["options"] = [option(each) for each in gap.options]
    if gap.answers:
        document["answers"] = [_answer_document(answer, number) for answer in gap.answers]
    return document
