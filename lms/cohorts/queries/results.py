"""The results of people, as far as somebody reaches: who has which score in which quiz, without the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.ordering import Order
from lms.kit.pages import SIZE, Page
from lms.quizzes import access as reach
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Assignment, Attempt, GradingRun, Quiz
from lms.quizzes.queries import is_current_run

OUTCOMES = ("passed", "not_yet")
SORTS = ("-when", "name", "quiz", "score")
"""The columns by which results sort, the first by default; ``-`` means backwards."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which results a list shows, in which order; empty words do not filter."""

    words: str = ""
    cohort: str = ""
    quiz: str = ""
    outcome: str = ""
    sort: str = ""
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return any((self.words, self.cohort, self.quiz, self.outcome))


def list_results(access: Access, wanted: Wanted) -> tuple[Sequence[tuple[Attempt, GradingRun, Quiz]], Page]:
    """A page of the graded attempts whose people this access reaches; practice and previews are nobody's business."""
    query = _found(access, wanted).limit(SIZE)
    rows = db.session.execute(query.offset(max(0, wanted.page - 1) * SIZE)).all()
    if not rows and wanted.page > 1:  # beyond the end: the first page says how many there are
        first = db.session.execute(query).all()
        page = Page.of(first[0][3] if first else 0, wanted.page)
        rows = db.session.execute(query.offset(page.offset)).all()
    return [(row[0], row[1], row[2]) for row in rows], Page.of(rows[0][3] if rows else 0, wanted.page)


def list_for_export(
    access: Access, wanted: Wanted, most: int
) -> tuple[Sequence[tuple[Attempt, GradingRun, Quiz]], int]:
    """At most so many of the same results, in the same order, and how many there are in all."""
    rows = db.session.execute(_found(access, wanted).limit(most)).all()
    return [(row[0], row[1], row[2]) for row in rows], rows[0][3] if rows else 0


def _found(access: Access, wanted: Wanted) -> Select[Attempt, GradingRun, Quiz, int]:
    return (
        select(Attempt, GradingRun, Quiz, func.count().over())
        .select_from(Attempt)
        .join(GradingRun, is_current_run())
        .join(Attempt.person)
        .join(Assignment, Assignment.id == Attempt.assignment_id)
        .join(Quiz, Quiz.id == Assignment.quiz_id)
        .where(reach.attempts(access), *_are_results(), *_criteria(wanted))
        .options(contains_eager(Attempt.person), joinedload(Attempt.quiz_version))
        .order_by(*_order(Order.of(wanted.sort, SORTS)))
    )


def list_quizzes(access: Access) -> list[Quiz]:
    """The quizzes of which there are results within reach, by code."""
    taken = select(Assignment.quiz_id).join(Attempt, Attempt.assignment_id == Assignment.id)
    query = select(Quiz).where(Quiz.id.in_(taken.where(reach.attempts(access), *_are_results())))
    return list(db.session.scalars(query.order_by(Quiz.code)))


def _are_results() -> Iterator[ColumnElement[bool]]:
    yield Attempt.purpose == Purpose.ASSESSED
    yield Attempt.closed_at.is_not(None)


def _criteria(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.words:
        yield Person.code.in_(people.codes_of(wanted.words))
    if wanted.cohort:
        held = select(Enrolment.person_id).join(Cohort, Cohort.id == Enrolment.cohort_id)
        yield Attempt.person_id.in_(held.where(Cohort.code == wanted.cohort))
    if wanted.quiz:
        yield Quiz.code == wanted.quiz
    if wanted.outcome in OUTCOMES:
        yield GradingRun.passed.is_(wanted.outcome == "passed")


def _order(order: Order) -> tuple[SQLColumnExpression[Any], ...]:
    """What is equal stands by time, the newest first; people stand by reading where the name is seen."""
    newest = (Attempt.closed_at.desc(), Attempt.id)
    match order.key:
        case "name":
            return (*people.in_order(is_backwards=order.is_backwards), *newest)
        case "quiz":
            column: SQLColumnExpression[Any] = Quiz.code
        case "score":
            # a share of 0 points has no place; the score of an empty paper stands as 0
            column = GradingRun.score_thousandths * 1000 / func.nullif(GradingRun.max_thousandths, 0)
        case _:
            return newest if order.is_backwards else (Attempt.closed_at, Attempt.id)
    further = (*people.in_order(), *newest) if order.key == "quiz" else newest
    return (column.desc() if order.is_backwards else column, *further)
