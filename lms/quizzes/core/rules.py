"""The rules of a quiz, as they are published and pinned by every attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lms.kit.problems import Invalid
from lms.quizzes.core.blueprint import DrawRow

_ALWAYS = frozenset({"count", "section", "tag"})
"""What the first blueprints said of each row, said or not; the same blueprint keeps its hash."""


class MultipleRule(StrEnum):
    """How a multiple response earns its mark."""

    PARTIAL = "partial"  # (right chosen - wrong chosen) / number right, not below 0
    ALL_OR_NOTHING = "all_or_nothing"


class Feedback(StrEnum):
    """When a learner sees the questions that were missed."""

    NOW = "now"
    AFTER_CLOSE = "after_close"
    SECTIONS_ONLY = "sections_only"


@dataclass(frozen=True, slots=True)
class Rules:
    """Minutes, cut score in whole percent (1 to 100), number of attempts, marks of each question in thousandths."""

    minutes: int
    cut_percent: int
    attempts: int = 1
    shuffle: bool = True
    open_book: bool = False
    multiple: MultipleRule = MultipleRule.PARTIAL
    feedback: Feedback = Feedback.NOW
    question_thousandths: int = 1000
    draw: tuple[DrawRow, ...] = ()
    """The blueprint; without one each paper holds the whole list."""

    def as_json(self) -> dict[str, Any]:
        """The rules as they are stored; a fixed list says nothing of a blueprint."""
        stored = asdict(self)
        rows = [{name: said for name, said in row.items() if said or name in _ALWAYS} for row in stored.pop("draw")]
        return {**stored, "draw": rows} if rows else stored


def rules_from(stored: Mapping[str, Any]) -> Rules:
    """The rules from their stored form.

    >>> rules_from(Rules(minutes=30, cut_percent=80).as_json()) == Rules(minutes=30, cut_percent=80)
    True
    >>> rules_from(Rules(minutes=30, cut_percent=80, draw=(DrawRow(3, "HAR/a"),)).as_json()).draw
    (DrawRow(count=3, section='HAR/a', tag='', type='', difficulty=''),)
    """
    enums = {"multiple": MultipleRule(stored["multiple"]), "feedback": Feedback(stored["feedback"])}
    return checked(Rules(**{**stored, **enums, "draw": tuple(DrawRow(**row) for row in stored.get("draw", ()))}))


def checked(rules: Rules) -> Rules:
    """The rules, when they can be kept; raises ``Invalid`` on the field that cannot."""
    if not 1 <= rules.minutes <= 480:
        raise Invalid("quiz.minutes", field="minutes")
    if not 1 <= rules.cut_percent <= 100:
        raise Invalid("quiz.cut", field="cut_percent")
    if not 1 <= rules.attempts <= 20:
        raise Invalid("quiz.attempts", field="attempts")
    return rules
