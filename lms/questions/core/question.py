"""A question as a value, with the key that nobody sees early."""

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
    TRUE_FALSE = "true_false"
    MATCHING = "matching"
    ORDERING = "ordering"
    NUMERIC = "numeric"
    SHORT_TEXT = "short_text"
    CLOZE = "cloze"
    CASE = "case"


CHOICES = frozenset({QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE})
"""What is answered by choosing among options, each of which earns a share."""
GAP_TYPES = (QuestionType.SINGLE, QuestionType.SHORT_TEXT, QuestionType.NUMERIC)
"""How a gap of a text may be filled."""


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
    On the left of a matching ``match`` names the option on the right that belongs to it.
    """

    id: str
    text: Text = field(default_factory=dict)
    fraction: Fraction = Fraction(0)
    rationale: Text = field(default_factory=dict)
    misconception: Text = field(default_factory=dict)
    section: str | None = None
    match: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is accepted where somebody writes; all of it is key.

    Either words by locale, or a number: ``value`` with ``tolerance``, or from ``low`` to ``high``. Numbers are kept as
    they were written, and compared exactly.
    """

    fraction: Fraction = Fraction(1)
    text: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    value: str | None = None
    tolerance: str | None = None
    low: str | None = None
    high: str | None = None
    rationale: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of a cloze text, ``[[id]]`` in its prompt: options to choose from, or answers that are accepted."""

    id: str
    type: QuestionType
    weight: int = 1
    options: tuple[Option, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def group(self) -> str:
        """The name of its options and of its field on the paper."""
        return f"gap-{self.id}"


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
    """A question in all its languages.

    ``options`` belong to a choice question, ``case`` and ``parts`` to a case, ``left`` and ``right`` to a matching;
    ``items`` are those of an ordering in the right order, ``answers`` what a number or a short text is compared with,
    ``gaps`` those of a cloze text.
    """

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
    variant_of: str = ""
    """The code of the question that tests the same thing; a paper has one of them at most."""
    left: tuple[Option, ...] = ()
    right: tuple[Option, ...] = ()
    items: tuple[Option, ...] = ()
    answers: tuple[Answer, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def option_groups(self) -> dict[str, tuple[Option, ...]]:
        """The options by group, such as ``options`` of a choice question, one group per part of a case or gap."""
        if self.type is QuestionType.CASE:
            return {part.name.value: part.options for part in self.parts}
        if self.type is QuestionType.CLOZE:
            return {gap.group: gap.options for gap in self.gaps if gap.type is QuestionType.SINGLE}
        names = GROUPS.get(self.type, ())
        return {name: getattr(self, name) for name in names}

    @property
    def answer_groups(self) -> dict[str, tuple[Answer, ...]]:
        """The accepted answers by group: ``answers`` of a question that is answered in writing, one group per gap."""
        if self.type in WRITTEN:
            return {"answers": self.answers}
        return {gap.group: gap.answers for gap in self.gaps if gap.type in WRITTEN}

    def with_groups(self, groups: Mapping[str, tuple[Option, ...]]) -> Question:
        """The question with the options of these groups in place of its own."""
        return replace(
            self,
            options=groups.get("options", self.options),
            left=groups.get("left", self.left),
            right=groups.get("right", self.right),
            items=groups.get("items", self.items),
            parts=tuple(replace(part, options=groups.get(part.name.value, part.options)) for part in self.parts),
            gaps=tuple(replace(gap, options=groups.get(gap.group, gap.options)) for gap in self.gaps),
        )

    def with_answers(self, groups: Mapping[str, tuple[Answer, ...]]) -> Question:
        """The question with the accepted answers of these groups in place of its own."""
        return replace(
            self,
            answers=groups.get("answers", self.answers),
            gaps=tuple(replace(gap, answers=groups.get(gap.group, gap.answers)) for gap in self.gaps),
        )


GROUPS: Mapping[QuestionType, tuple[str, ...]] = {
    **dict.fromkeys(CHOICES, ("options",)),
    QuestionType.MATCHING: ("left", "right"),
    QuestionType.ORDERING: ("items",),
}
"""The groups of options that a type always has."""
WRITTEN = frozenset({QuestionType.NUMERIC, QuestionType.SHORT_TEXT})
"""What is answered in writing."""
NUMBERS = ("value", "tolerance", "low", "high")
"""The numbers that an answer may have."""
TELLING = frozenset({"items", "right"})
"""Groups whose order, as the author lists them, tells the key: it stands in the key, and the body goes by the ids."""


def without_key(question: Question) -> Question:
    """The question as somebody sees it who may not see its key: no marks, no reasons, no sections that it rests on."""
    bare = {name: _bare(as_told(name, group)) for name, group in question.option_groups.items()}
    hidden = dict.fromkeys(question.answer_groups, ())
    return replace(question.with_groups(bare).with_answers(hidden), rationale={}, sections=())


def as_told(name: str, group: tuple[Option, ...]) -> tuple[Option, ...]:
    """A group as it may be told: by its ids where the order of its author would give the key away."""
    return tuple(sorted(group, key=lambda option: option.id)) if name in TELLING else group


def option_ids(body: Mapping[str, Any], group: str = "options") -> list[str]:
    """The ids of a group's options, as the author listed them."""
    return [option["id"] for option in body["groups"].get(group, ())]


def fractions_of(key: Mapping[str, Any], group: str = "options") -> dict[str, Fraction]:
    """What each option of a group earns."""
    return {option_id: Fraction(facts["fraction"]) for option_id, facts in key["groups"][group].items()}


def texts_of(question: Question) -> list[Text]:
    """Every text of a question, those of its key among them."""
    options = [option for group in question.option_groups.values() for option in group]
    answers = [answer for group in question.answer_groups.values() for answer in group]
    return [
        *(question.name, question.prompt, question.case, question.rationale),
        *(text for option in options for text in (option.text, option.rationale, option.misconception)),
        *(answer.rationale for answer in answers),
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
