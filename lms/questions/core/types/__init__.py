"""The registry of question types: adding one is one module here with the same functions, and its two templates.

- ``blank(section, seed)``: the fields with which a new question starts; ids that must tell nothing come of the seed.
- ``findings(question)``: what is wrong with a question of this type, as (code, facts).
- ``parse(body, untrusted)``: a response from outside as a payload of option ids and of what was written, None when it
  is blank; raises ``Invalid``. Its names are those of the fields on the paper.
- ``mark(key, payload, all_or_nothing)``: the share of full marks, 0 to 1, exact.
- ``order(body, ordering)``: the order in which the options of each group are shown.
- ``told(body, key, payload, reader)``: what was chosen, what is right and why, for the result.
- ``answers(question)``: the key beside the options, in the shape of ``flask questions check``.

How a type looks on the paper and in the editor stands in ``templates/questions/types``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from lms.questions.core.question import Question, QuestionType
from lms.questions.core.told import Reader, Told
from lms.questions.core.types import (
    case,
    cloze,
    matching,
    multiple_response,
    numeric,
    ordering,
    short_text,
    single_choice,
    true_false,
)

Payload = Mapping[str, Any]
Ordering = Callable[[Sequence[str]], Sequence[str]]
Flaw = tuple[str, Mapping[str, Any]]


class TypeModule(Protocol):
    """What each module of a type offers."""

    def blank(self, section: str | None, seed: str, /) -> dict[str, Any]: ...

    def findings(self, question: Question) -> list[Flaw]: ...

    def parse(self, body: Mapping[str, Any], untrusted: Mapping[str, Any], /) -> dict[str, Any] | None: ...

    def mark(self, key: Mapping[str, Any], payload: Payload, *, all_or_nothing: bool) -> Fraction: ...

    def order(self, body: Mapping[str, Any], ordering: Ordering, /) -> dict[str, list[str]]: ...

    def told(self, body: Mapping[str, Any], key: Mapping[str, Any], payload: Payload, reader: Reader, /) -> Told: ...

    def answers(self, question: Question, /) -> list[dict[str, Any]]: ...


TYPES: Mapping[QuestionType, TypeModule] = {
    QuestionType.SINGLE: single_choice,
    QuestionType.MULTIPLE: multiple_response,
    QuestionType.TRUE_FALSE: true_false,
    QuestionType.MATCHING: matching,
    QuestionType.ORDERING: ordering,
    QuestionType.NUMERIC: numeric,
    QuestionType.SHORT_TEXT: short_text,
    QuestionType.CLOZE: cloze,
    QuestionType.CASE: case,
}


def type_of(body: Mapping[str, Any]) -> TypeModule:
    """The module of a body's type."""
    return TYPES[QuestionType(body["type"])]
