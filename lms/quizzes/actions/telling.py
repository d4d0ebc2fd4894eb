"""What people are told of the quizzes that they have to take."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select

from lms.foundation import clock, notices
from lms.foundation.db import db
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import Assignee, Assignment, Attempt

GIVEN, DUE_SOON, ENDED = "quiz.given", "quiz.due_soon", "quiz.ended"
SOON = timedelta(hours=24)
AT_LEAST_OPEN = timedelta(hours=12)
"""Whoever was given a quiz more lately need not hear at once that it is due."""
TOLD_WITHIN = timedelta(days=1)
"""So long after the moment itself people are told, should the worker have been away."""


def tell_given(assignment: Assignment, *, anew: bool = False) -> None:
    """Tell those who have still to take it, once its day has come: a plan gives its quizzes weeks ahead."""
    if assignment.opens_at <= clock.now() + SOON and assignment.due_at > clock.now():
        facts = {"opens_at": assignment.opens_at, "due_at": assignment.due_at}
        notices.tell(GIVEN, str(assignment.id), _still_to_take(assignment), anew=anew, **facts, **_facts(assignment))


def tell_moved(assignment: Assignment, *, is_told: bool = True) -> None:
    """Tell of the new window, unless somebody else does; what was said of the old one is over."""
    notices.settle(GIVEN, DUE_SOON, about=str(assignment.id))
    if is_told:
        tell_given(assignment, anew=True)


def tell_ended(assignment: Assignment) -> None:
    """Tell those who had still to take it that nobody begins it any more."""
    about = str(assignment.id)
    notices.settle(GIVEN, DUE_SOON, about=about)
    if assignment.opens_at <= clock.now() + SOON:  # the end of what nobody has heard of is no news
        people = _still_to_take(assignment)
        notices.tell(ENDED, about, people, anew=False, due_at=assignment.due_at, **_facts(assignment))


def tell_reopened(assignment: Assignment) -> None:
    """That it has ended is no longer so; who brings it back says what there is to say."""
    notices.settle(ENDED, about=str(assignment.id))


def settle(assignment_id: int, person_id: int) -> None:
    """Whoever has taken a quiz, or has it no more, need not be reminded of it."""
    notices.settle(GIVEN, DUE_SOON, about=str(assignment_id), people=[person_id])


def tell_by_the_clock() -> None:
    """Tell of quizzes that open, are due soon, and were due; what people know already they are not told again."""
    now = clock.now()
    for assignment in _between(Assignment.opens_at, now - TOLD_WITHIN, now + SOON):
        tell_given(assignment)
    for assignment in _between(Assignment.due_at, now, now + SOON):
        if now - max(assignment.opens_at, assignment.created_at) >= AT_LEAST_OPEN:
            people = _still_to_take(assignment)
            facts = {"due_at": assignment.due_at, **_facts(assignment)}
            notices.tell(DUE_SOON, str(assignment.id), people, anew=False, **facts)
    for assignment in _between(Assignment.due_at, now - TOLD_WITHIN, now):
        tell_ended(assignment)


def _between(column: Any, after: datetime, until: datetime) -> list[Assignment]:
    query = select(Assignment).where(column > after, column <= until, Assignment.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(Assignment.id)))


def _still_to_take(assignment: Assignment) -> set[int]:
    """Who has it and has not finished an attempt."""
    done = exists().where(
        Attempt.assignment_id == assignment.id,
        Attempt.person_id == Assignee.person_id,
        Attempt.state != AttemptState.OPEN,
    )
    return set(db.session.scalars(select(Assignee.person_id).where(Assignee.assignment_id == assignment.id, ~done)))


def _facts(assignment: Assignment) -> dict[str, Any]:
    return {"quiz_text": assignment.quiz.title_text, "assignment_id": assignment.id}
