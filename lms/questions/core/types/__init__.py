"""The registry of question types: adding one is one module here with the same four functions.

- ``parse(body, untrusted)``: a response from outside as a payload of option ids, None when it is blank;
  raises ``Invalid``.
- ``mark(key, payload, all_or_nothing)``: the share of full marks, 0 to 1, exact.
- ``order(body, ordering)``: the order in which the options of each group are shown.
- ``findings(question)``: what is wrong with a question of this type, as (code, facts).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from lms.questions.core.question import Question, QuestionType
from lms.questions.core.types import case, multiple_response, single_choice

Payload = Mapping[str, Any]
Ordering = Callable[[Sequence[str]], Sequence[str]]
Flaw = tuple[str, Mapping[str, Any]]


class TypeModule(Protocol):
    """What each module of a type offers."""

    def parse(self, body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None: ...

    def mark(self, key: Mapping[str, Any], payload: Payload, *, all_or_nothing: bool) -> Fraction: ...

    def order(self, body: Mapping[str, Any], ordering: Ordering) -> dict[str, list[str]]: ...

    def findings(self, question: Question) -> list[Flaw]: ...


TYPES: Mapping[QuestionType, TypeModule] = {
    QuestionType.SINGLE: single_choice,
    QuestionType.MULTIPLE: multiple_response,
    QuestionType.CASE: case,
}


def type_of(body: Mapping[str, Any]) -> TypeModule:
    """The module of a body's type."""
    return TYPES[QuestionType(body["type"])]
