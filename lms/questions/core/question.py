"""A question as a value, and its two halves: the body, which a learner may see, and the key, which nobody sees early.

The body holds texts and the ids of options; fractions, rationales and misconceptions stand in the key alone. Both
halves are plain JSON, so each has one canonical form and one hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lms.kit.chains import sha256_of

Text = Mapping[str, str]
"""A text by locale; ``und`` is the locale of a text whose language is not known."""
UNDETERMINED = "und"


class QuestionType(StrEnum):
    """The kinds of question that can be taken."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    CASE = "case"


class PartName(StrEnum):
    """The four parts of a case, in the order in which they are answered."""

    VERDICT = "verdict"
    SECTION = "section"
    SEVERITY = "severity"
    ACTION = "action"


class Difficulty(StrEnum):
    """What the author expects; the statistic is the facility."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Option:
    """An option. ``id`` never changes; ``fraction`` (-1 to 1) is the share of the mark that it earns.

    In the section part of a case ``section`` names the section, and there is no text: the section's title is shown.
    """

    id: str
    text: Text = field(default_factory=dict)
    fraction: Fraction = Fraction(0)
    rationale: Text = field(default_factory=dict)
    misconception: Text = field(default_factory=dict)
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a case with its weight; the weights of a case add up to 100."""

    name: PartName
    weight: int
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Sensitive:
    """What kind of sensitive material a case shows, how strong, in which form."""

    kind: str
    degree: str
    form: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question in all its languages. ``options`` belong to a choice question, ``case`` and ``parts`` to a case."""

    id: str
    type: QuestionType
    prompt: Text
    name: Text = field(default_factory=dict)
    sections: tuple[str, ...] = ()
    difficulty: Difficulty = Difficulty.MEDIUM
    options: tuple[Option, ...] = ()
    case: Text = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    rationale: Text = field(default_factory=dict)
    sensitive: Sensitive | None = None
    tags: tuple[str, ...] = ()

    @property
    def option_groups(self) -> dict[str, tuple[Option, ...]]:
        """The options by group: ``options`` of a choice question, one group per part of a case."""
        if self.type is QuestionType.CASE:
            return {part.name.value: part.options for part in self.parts}
        return {"options": self.options}


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
    body: dict[str, Any] = {
        "type": question.type.value,
        "name": dict(question.name),
        "prompt": dict(question.prompt),
        "sections": list(question.sections),
        "difficulty": question.difficulty.value,
        "tags": list(question.tags),
        "groups": {name: [_option_body(option) for option in group] for name, group in question.option_groups.items()},
    }
    if question.case:
        body["case"] = dict(question.case)
    if question.sensitive is not None:
        sensitive = question.sensitive
        body["sensitive"] = {"kind": sensitive.kind, "degree": sensitive.degree, "form": sensitive.form}
    key: dict[str, Any] = {
        "rationale": dict(question.rationale),
        "groups": {
            name: {option.id: _option_key(option) for option in group} for name, group in question.option_groups.items()
        },
    }
    if question.parts:
        key["weights"] = {part.name.value: part.weight for part in question.parts}
    return Halves(body, key)


def question_from(question_id: str, body: Mapping[str, Any], key: Mapping[str, Any]) -> Question:
    """Put a question together again: the reverse of ``halves``."""
    groups = {
        name: tuple(_option(option, key["groups"][name][option["id"]]) for option in options)
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
        parts=tuple(Part(PartName(name), key["weights"][name], groups[name]) for name in groups if name != "options"),
        rationale=key["rationale"],
        sensitive=Sensitive(**sensitive) if sensitive else None,
        tags=tuple(body["tags"]),
    )


def without_key(question: Question) -> Question:
    """The question as somebody sees it who may not see its key: no marks, no reasons, no sections that it rests on."""
    return replace(
        question,
        rationale={},
        sections=(),
        options=_bare(question.options),
        parts=tuple(replace(part, options=_bare(part.options)) for part in question.parts),
    )


def option_ids(body: Mapping[str, Any], group: str = "options") -> list[str]:
    """The ids of a group's options, as the author listed them."""
    return [option["id"] for option in body["groups"].get(group, ())]


def fractions_of(key: Mapping[str, Any], group: str = "options") -> dict[str, Fraction]:
    """What each option of a group earns."""
    return {option_id: Fraction(facts["fraction"]) for option_id, facts in key["groups"][group].items()}


def texts_of(question: Question) -> list[Text]:
    """Every text of a question, those of its key among them."""
    options = [option for group in question.option_groups.values() for option in group]
    return [
        *(question.name, question.prompt, question.case, question.rationale),
        *(text for option in options for text in (option.text, option.rationale, option.misconception)),
    ]


def code_from_texts(question: Question) -> str:
    """An id for a question that brings none: the same for the same prompt and options, another one for others.

    >>> question = Question("", QuestionType.SINGLE, {"en": "Which?"}, options=(Option("o1", {"en": "This"}),))
    >>> code_from_texts(question)
    '7D5784644C'
    """
    options = [list(option.text.values()) for group in question.option_groups.values() for option in group]
    return sha256_of([list(question.prompt.values()), options])[:10].upper()


def missing_languages(texts: Sequence[Text], locales: Sequence[str]) -> frozenset[str]:
    """The locales that at least one of the texts lacks.

    >>> sorted(missing_languages([{"en": "Keep", "ja": ""}], ["en", "ja"]))
    ['ja']
    """
    return frozenset(locale for locale in locales for text in texts if not text.get(locale, "").strip())


def _bare(options: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(Option(option.id, option.text, section=option.section) for option in options)


def _option_body(option: Option) -> dict[str, Any]:
    body: dict[str, Any] = {"id": option.id, "text": dict(option.text)}
    if option.section is not None:
        body["section"] = option.section
    return body


def _option_key(option: Option) -> dict[str, Any]:
    return {
        "fraction": str(option.fraction),
        "rationale": dict(option.rationale),
        "misconception": dict(option.misconception),
    }


def _option(body: Mapping[str, Any], key: Mapping[str, Any]) -> Option:
    return Option(
        id=body["id"],
        text=body["text"],
        fraction=Fraction(key["fraction"]),
        rationale=key["rationale"],
        misconception=key["misconception"],
        section=body.get("section"),
    )
