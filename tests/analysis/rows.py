"""The graded answers of a quiz straight from the tables, and the textbook formulas, written without the product's."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation.db import db
from lms.policies.models import Module, Section
from lms.questions.models import Question, QuestionVersion, SectionLink
from lms.quizzes.models import AnswerEvent, Attempt, AttemptQuestion, GradingItem, GradingRun, Quiz, QuizVersion

TAIL = Fraction(27, 100)


@dataclass(frozen=True)
class Sheet:
    """One person's first attempt: the share of marks of each question, and what was chosen where there are options."""

    person: str
    language: str
    cohort: str | None
    shares: dict[str, Fraction]
    chosen: dict[str, tuple[str, ...]]
    passed_ever: bool

    @property
    def total(self) -> Fraction:
        return sum(self.shares.values(), Fraction(0))


@dataclass(frozen=True)
class Results:
    """Everybody's first attempts."""

    sheets: Sequence[Sheet]

    def only(self, wanted: Callable[[Sheet], bool]) -> Results:
        return Results([sheet for sheet in self.sheets if wanted(sheet)])

    def in_language(self, language: str) -> Results:
        """Those who took it in this language."""
        return self.only(lambda sheet: sheet.language == language)

    def in_cohort(self, code: str) -> Results:
        """Those of this cohort."""
        return self.only(lambda sheet: sheet.cohort == code)

    @property
    def items(self) -> list[str]:
        return sorted(self.sheets[0].shares)

    def facility(self, item: str) -> Fraction:
        """The mean share of the marks."""
        return statistics.mean([sheet.shares[item] for sheet in self.sheets])

    def mean(self) -> Fraction:
        """The mean score as a share of the greatest one."""
        return statistics.mean([sheet.total for sheet in self.sheets]) / len(self.items)

    def sd(self) -> float:
        """The spread of scores (divisor n - 1) as a share of the greatest one."""
        return statistics.stdev([float(sheet.total) for sheet in self.sheets]) / len(self.items)

    def alpha(self) -> float:
        """Cronbach (1951): k/(k - 1) (1 - sum of the items' variances / variance of the totals)."""
        count = len(self.items)
        of_items = sum(statistics.variance([sheet.shares[item] for sheet in self.sheets]) for item in self.items)
        of_totals = statistics.variance([sheet.total for sheet in self.sheets])
        return float(Fraction(count, count - 1) * (1 - of_items / of_totals))

    def discrimination(self, item: str) -> float:
        """Pearson's correlation of a question with the rest of the test."""
        own = [float(sheet.shares[item]) for sheet in self.sheets]
        rest = [float(sheet.total - sheet.shares[item]) for sheet in self.sheets]
        return statistics.correlation(own, rest)

    def discrimination_27(self, item: str) -> Fraction:
        """Mean share of the best 27 % minus that of the worst 27 %; who ties at the border counts in part."""
        return self._tail(item, best=True) - self._tail(item, best=False)

    def _tail(self, item: str, *, best: bool) -> Fraction:
        left = size = Fraction(math.floor(TAIL * len(self.sheets) + Fraction(1, 2)))
        earned = Fraction(0)
        for total in sorted({sheet.total for sheet in self.sheets}, reverse=best):
            alike = [sheet.shares[item] for sheet in self.sheets if sheet.total == total]
            counted = min(left, Fraction(len(alike)))
            earned += statistics.mean(alike) * counted
            left -= counted
        return earned / size

    def pass_rate(self) -> Fraction:
        """The share of people who have passed in any attempt."""
        return Fraction(sum(sheet.passed_ever for sheet in self.sheets), len(self.sheets))

    def share_right(self, items: Sequence[str]) -> Fraction:
        """Marks over the most possible in these questions."""
        return statistics.mean([sheet.shares[item] for sheet in self.sheets for item in items])

    def missed(self, item: str) -> int:
        """How many people have less than full marks."""
        return sum(sheet.shares[item] < 1 for sheet in self.sheets)

    def choosers(self, item: str) -> Counter[str]:
        """How often each option was chosen."""
        return Counter(option for sheet in self.sheets for option in sheet.chosen[item])


def load_results(quiz_code: str) -> Results:
    """The results of a quiz, from the tables of attempts and grades."""
    of_quiz = (
        select(Attempt, Person.code, Person.id)
        .join(Person, Person.id == Attempt.person_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Quiz.code == quiz_code, Attempt.closed_at.is_not(None))
        .order_by(Attempt.opened_at)
    )
    attempts = db.session.execute(of_quiz).all()
    cohorts = dict(
        db.session.execute(
            select(Enrolment.person_id, Cohort.code).join(Cohort, Cohort.id == Enrolment.cohort_id)
        ).all()
    )
    runs = {run.attempt_id: run for run in db.session.scalars(select(GradingRun).order_by(GradingRun.run_no))}
    passed = {code for attempt, code, _id in attempts if _has_passed(runs[attempt.id])}
    first: dict[str, Sheet] = {}
    for attempt, code, person_id in attempts:
        if code not in first:
            first[code] = Sheet(
                code,
                attempt.locale,
                cohorts.get(person_id),
                _shares(attempt.id, runs[attempt.id]),
                _chosen(attempt.id),
                code in passed,
            )
    return Results(list(first.values()))


def _has_passed(run: GradingRun) -> bool:
    return run.score_thousandths * 100 >= 80 * run.max_thousandths


def _codes(attempt_id: str) -> dict[int, str]:
    query = (
        select(AttemptQuestion.position, Question.code)
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(AttemptQuestion.attempt_id == attempt_id)
    )
    return dict(db.session.execute(query).all())


def _shares(attempt_id: str, run: GradingRun) -> dict[str, Fraction]:
    codes = _codes(attempt_id)
    rows = db.session.scalars(select(GradingItem).where(GradingItem.run_id == run.id))
    return {codes[row.position]: Fraction(row.awarded_thousandths, row.max_thousandths) for row in rows}


def _chosen(attempt_id: str) -> dict[str, tuple[str, ...]]:
    """The last answer of each question counts."""
    codes = _codes(attempt_id)
    found: dict[str, tuple[str, ...]] = dict.fromkeys(codes.values(), ())
    log = select(AnswerEvent).where(AnswerEvent.attempt_id == attempt_id).order_by(AnswerEvent.epoch, AnswerEvent.seq)
    for event in db.session.scalars(log):
        single = (event.payload["option"],) if "option" in event.payload else ()
        found[codes[event.position]] = tuple(event.payload.get("options", single))
    return found


def sections_of_questions() -> dict[str, str]:
    """The main section (``HAR/insults``) of each question's newest version."""
    query = (
        select(Question.code, Module.code, Section.key)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(SectionLink, SectionLink.question_version_id == QuestionVersion.id)
        .join(Section, Section.id == SectionLink.section_id)
        .join(Module, Module.id == Section.module_id)
        .where(SectionLink.position == 0)
        .order_by(QuestionVersion.n)
    )
    return {question: f"{module}/{name}" for question, module, name in db.session.execute(query)}
