"""The two halves of a question: the body, which a learner may see, and the key, which nobody sees early.

The body holds texts and the ids of options; fractions, rationales, misconceptions, accepted answers, pairs and right
orders stand in the key alone. Both halves are plain JSON, so each has one canonical form and one hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from lms.kit.chains import sha256_of
from lms.questions.core.question import (
    NUMBERS,
    TELLING,
    WRITTEN,
    Answer,
    Difficulty,
    Gap,
    Option,
    Part,
    PartName,
    Question,
    QuestionType,
    Sensitive,
    as_told,
)


@dataclass(frozen=True, slots=True)
class Halves:
    """The body and the key of a question, as they are stored."""

    body: dict[str, Any]
    key: dict[str, Any]

    @property
    def body_sha256(self) -> str:
        return sha256_of(self.body)

    @property
    def key_sha256(self) -> str:
        return sha256_of(self.key)


def halves(question: Question) -> Halves:
    """Cut a question into body and key."""
    groups = question.option_groups
    body: dict[str, Any] = {
        "type": question.type.value,
        "name": dict(question.name),
        "prompt": dict(question.prompt),
        "sections": list(question.sections),
        "difficulty": question.difficulty.value,
        "tags": list(question.tags),
        "groups": {name: [_option_body(option) for option in as_told(name, group)] for name, group in groups.items()},
    }
    if question.variant_of:
        body["variant_of"] = question.variant_of
    if question.case:
        body["case"] = dict(question.case)
    if question.sensitive is not None:
        sensitive = question.sensitive
        body["sensitive"] = {"kind": sensitive.kind, "degree": sensitive.degree, "form": sensitive.form}
    key: dict[str, Any] = {
        "rationale": dict(question.rationale),
        "groups": {name: {option.id: _option_key(option) for option in group} for name, group in groups.items()},
    }
    if question.parts:
        key["weights"] = {part.name.value: part.weight for part in question.parts}
    if orders := {name: [option.id for option in group] for name, group in groups.items() if name in TELLING}:
        key["order"] = orders
    if question.type in WRITTEN:
        key["answers"] = [_answer_key(answer) for answer in question.answers]
    if question.type is QuestionType.CLOZE:
        body["gaps"] = [{"id": gap.id, "type": gap.type.value} for gap in question.gaps]
        key["gaps"] = {
            gap.id: {"weight": gap.weight, "answers": [_answer_key(answer) for answer in gap.answers]}
            for gap in question.gaps
        }
    return Halves(body, key)


def question_from(question_id: str, body: Mapping[str, Any], key: Mapping[str, Any]) -> Question:
    """Put a question together again: the reverse of ``halves``."""
    orders = key.get("order", {})
    groups = {
        name: _ordered(
            tuple(_option(option, key["groups"][name][option["id"]]) for option in options), orders.get(name)
        )
        for name, options in body["groups"].items()
    }
    sensitive = body.get("sensitive")
    return Question(
        id=question_id,
        type=QuestionType(body["type"]),
        prompt=body["prompt"],
        name=body["name"],
        sections=tuple(body["sections"]),
        difficulty=Difficulty(body["difficulty"]),
        options=groups.get("options", ()),
        case=body.get("case", {}),
        parts=tuple(
            Part(PartName(name), key["weights"][name], groups[name]) for name in groups if name in set(PartName)
        ),
        rationale=key["rationale"],
        sensitive=Sensitive(**sensitive) if sensitive else None,
        tags=tuple(body["tags"]),
        variant_of=body.get("variant_of", ""),
        left=groups.get("left", ()),
        right=groups.get("right", ()),
        items=groups.get("items", ()),
        answers=tuple(_answer(facts) for facts in key.get("answers", ())),
        gaps=tuple(_gap(gap, key["gaps"][gap["id"]], groups) for gap in body.get("gaps", ())),
    )


def _option_body(option: Option) -> dict[str, Any]:
    body: dict[str, Any] = {"id": option.id, "text": dict(option.text)}
    if option.section is not None:
        body["section"] = option.section
    return body


def _ordered(group: tuple[Option, ...], ids: Sequence[str] | None) -> tuple[Option, ...]:
    return tuple(sorted(group, key=lambda option: ids.index(option.id))) if ids is not None else group


def _option_key(option: Option) -> dict[str, Any]:
    key: dict[str, Any] = {
        "fraction": str(option.fraction),
        "rationale": dict(option.rationale),
        "misconception": dict(option.misconception),
    }
    if option.match is not None:
        key["match"] = option.match
    return key


def _option(body: Mapping[str, Any], key: Mapping[str, Any]) -> Option:
    return Option(
        id=body["id"],
        text=body["text"],
        fraction=Fraction(key["fraction"]),
        rationale=key["rationale"],
        misconception=key["misconception"],
        section=body.get("section"),
        match=key.get("match"),
    )


def _answer_key(answer: Answer) -> dict[str, Any]:
    numbers = {name: getattr(answer, name) for name in NUMBERS}
    return {
        "fraction": str(answer.fraction),
        "rationale": dict(answer.rationale),
        **({"text": {locale: list(words) for locale, words in answer.text.items()}} if answer.text else {}),
        **{name: number for name, number in numbers.items() if number is not None},
    }


def _answer(key: Mapping[str, Any]) -> Answer:
    return Answer(
        fraction=Fraction(key["fraction"]),
        text={locale: tuple(words) for locale, words in key.get("text", {}).items()},
        rationale=key["rationale"],
        **{name: key.get(name) for name in NUMBERS},
    )


def _gap(body: Mapping[str, Any], key: Mapping[str, Any], groups: Mapping[str, tuple[Option, ...]]) -> Gap:
    gap = Gap(body["id"], QuestionType(body["type"]), key["weight"])
    answers = tuple(_answer(facts) for facts in key["answers"])
    return replace(gap, options=groups.get(gap.group, ()), answers=answers)
