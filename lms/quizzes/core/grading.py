"""Grades a paper from keys and answers of record into marks with their outcome.

Marks are integers in 1/1000; a share is rounded half to even once, at the end, so sums are exact everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import partial
from typing import Any

from lms.questions.core.question import QuestionType
from lms.questions.core.types import TYPES
from lms.quizzes.core.rules import MultipleRule, Rules

ENGINE_VERSION = "1"
"""Raised when the rules of marking change: a run says by which rules it was graded."""


class RunCause(StrEnum):
    """Why an attempt was graded."""

    CLOSE = "close"
    REGRADE = "regrade"


class Outcome(StrEnum):
    """What became of a question. Blank is not wrong, and what was never opened is not blank."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    BLANK = "blank"
    NOT_REACHED = "not_reached"


Payload = Mapping[str, Any]
Mark = Callable[[Payload], Fraction]
"""The share of full marks, 0 to 1, that an answer earns."""


@dataclass(frozen=True, slots=True)
class Gradable:
    """One question of a paper, how it is marked, its answer of record (None when none), whether it was shown."""

    position: int
    question_version_id: int
    key_n: int
    max_thousandths: int
    mark: Mark
    answer: Payload | None
    shown: bool


@dataclass(frozen=True, slots=True)
class GradedItem:
    """The mark of one question, in thousandths."""

    position: int
    key_n: int
    awarded_thousandths: int
    max_thousandths: int
    outcome: Outcome

    @property
    def is_missed(self) -> bool:
        """Less than full marks."""
        return self.awarded_thousandths < self.max_thousandths


@dataclass(frozen=True, slots=True)
class Grade:
    """A graded paper; the score is the sum of its items."""

    items: tuple[GradedItem, ...]

    @property
    def score_thousandths(self) -> int:
        return sum(item.awarded_thousandths for item in self.items)

    @property
    def max_thousandths(self) -> int:
        return sum(item.max_thousandths for item in self.items)


def marking(type_name: str, key: Mapping[str, Any], rules: Rules) -> Mark:
    """How a question of a type is marked under the rules of a quiz, from its stored key."""
    of_type = QuestionType(type_name)
    all_or_nothing = of_type is QuestionType.MULTIPLE and rules.multiple is MultipleRule.ALL_OR_NOTHING
    return partial(TYPES[of_type].mark, key, all_or_nothing=all_or_nothing)


def grade(paper: Iterable[Gradable]) -> Grade:
    """Grade every question of a paper.

    A question is *not reached* when no page that shows it was opened and all later ones are blank too.
    """
    questions = sorted(paper, key=lambda question: question.position)
    last_answered = max((question.position for question in questions if question.answer is not None), default=0)
    return Grade(
        tuple(graded(question, behind_the_last_answer=question.position > last_answered) for question in questions)
    )


def thousandths(share: Fraction, maximum: int) -> int:
    """A share of ``maximum`` thousandths as an integer, half to even.

    >>> thousandths(Fraction(1, 3), 1000), thousandths(Fraction(1, 2000), 1000), thousandths(Fraction(3, 2000), 1000)
    (333, 0, 2)
    """
    return round(share * maximum)


def graded(question: Gradable, *, behind_the_last_answer: bool) -> GradedItem:
    """The mark of one question."""
    if question.answer is None:
        reached = question.shown or not behind_the_last_answer
        awarded, outcome = 0, Outcome.BLANK if reached else Outcome.NOT_REACHED
    else:
        awarded = thousandths(question.mark(question.answer), question.max_thousandths)
        outcome = _outcome(awarded, question.max_thousandths)
    return GradedItem(question.position, question.key_n, awarded, question.max_thousandths, outcome)


def _outcome(awarded: int, maximum: int) -> Outcome:
    if awarded >= maximum:
        return Outcome.RIGHT
    return Outcome.PARTLY if awarded > 0 else Outcome.WRONG
