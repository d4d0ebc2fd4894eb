"""What people are told of the quizzes that they have to take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select

from lms.foundation import clock, notices
from lms.foundation.db import db
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.excuse import Excuse
from lms.quizzes.core.reminders import MOST_DAYS_BEFORE, Reminders, reminders_from
from lms.quizzes.models import Assignee, Assignment, Attempt

GIVEN, DUE_SOON, LAST_DAY, ENDED = "quiz.given", "quiz.due_soon", "quiz.last_day", "quiz.ended"
SOON = timedelta(hours=24)
TOLD_WITHIN = timedelta(days=1)
"""So long after the moment itself people are told, should the worker have been away."""


def tell_given(assignment: Assignment, *, anew: bool = False) -> None:
    """Tell those who have still to take it, once its day has come: a plan gives its quizzes weeks ahead."""
    now = clock.now()
    if assignment.opens_at > now + SOON or not reminders_from(assignment.reminders).at_opening:
        return
    for due_at, people in _by_end(_still_to_take(assignment)).items():
        if due_at > now:
            facts = {"opens_at": assignment.opens_at, "due_at": due_at, **_facts(assignment)}
            notices.tell(GIVEN, str(assignment.id), people, anew=anew, **facts)


def tell_moved(assignment: Assignment, *, is_told: bool = True) -> None:
    """Tell of the new window, unless somebody else does; what was said of the old one is over."""
    notices.settle(GIVEN, DUE_SOON, LAST_DAY, about=str(assignment.id))
    if is_told:
        tell_given(assignment, anew=True)


def tell_ended(assignment: Assignment) -> None:
    """Tell those who had still to take it that nobody begins it any more."""
    _tell_ended(assignment, assignment.due_at, set(_still_to_take(assignment)))


def _tell_ended(assignment: Assignment, due_at: datetime, people: set[int]) -> None:
    about = str(assignment.id)
    notices.settle(GIVEN, DUE_SOON, LAST_DAY, about=about, people=people)
    if assignment.opens_at <= clock.now() + SOON:  # the end of what nobody has heard of is no news
        notices.tell(ENDED, about, people, anew=False, due_at=due_at, **_facts(assignment))


def tell_reopened(assignment: Assignment) -> None:
    """That it has ended is no longer so; who brings it back says what there is to say."""
    notices.settle(ENDED, about=str(assignment.id))


def settle(assignment_id: int, person_id: int) -> None:
    """Whoever has taken a quiz, or has it no more, need not be reminded of it."""
    notices.settle(GIVEN, DUE_SOON, LAST_DAY, about=str(assignment_id), people=[person_id])


def tell_by_the_clock() -> None:
    """Tell of quizzes that open, are due soon, and were due; what people know already they are not told again."""
    now = clock.now()
    for assignment in _between(Assignment.opens_at, now - TOLD_WITHIN, now + SOON):
        tell_given(assignment)
    for assignment in _ending(now):
        reminders = reminders_from(assignment.reminders)
        for due_at, people in _by_end(_still_to_take(assignment)).items():
            if now - TOLD_WITHIN < due_at <= now:
                _tell_ended(assignment, due_at, people)
            _tell_soon(assignment, reminders, due_at, people, now)


def _tell_soon(assignment: Assignment, reminders: Reminders, due_at: datetime, people: set[int], now: datetime) -> None:
    facts = {"due_at": due_at, **_facts(assignment)}
    if reminders.is_soon(now, due_at, max(assignment.opens_at, assignment.created_at)):
        notices.tell(DUE_SOON, str(assignment.id), people, anew=False, **facts)
    if reminders.is_last_day(now, due_at, ZoneInfo(assignment.zone_name)):
        notices.tell(LAST_DAY, str(assignment.id), people, anew=False, **facts)


def _between(column: Any, after: datetime, until: datetime) -> list[Assignment]:
    is_live = Assignment.ended_at.is_(None) & (Assignment.purpose != Purpose.PRACTICE)
    query = select(Assignment).where(column > after, column <= until, is_live)
    return list(db.session.scalars(query.order_by(Assignment.id)))


def _ending(now: datetime) -> list[Assignment]:
    """What ends in the next days or has just ended, for all or for somebody with an end of their own."""
    first, last = now - TOLD_WITHIN, now + timedelta(days=MOST_DAYS_BEFORE)
    own = exists().where(
        Assignee.assignment_id == Assignment.id, Assignee.own_due_at > first, Assignee.own_due_at <= last
    )
    is_near = (Assignment.due_at > first) & (Assignment.due_at <= last)
    query = select(Assignment).where(or_(is_near, own), Assignment.ended_at.is_(None), Assignment.opens_at <= now)
    query = query.where(Assignment.purpose != Purpose.PRACTICE)
    return list(db.session.scalars(query.order_by(Assignment.id)))


def _still_to_take(assignment: Assignment) -> dict[int, datetime]:
    """Who has it, has not finished an attempt and is not excused, with the end for each."""
    done = exists().where(
        Attempt.assignment_id == assignment.id,
        Attempt.person_id == Assignee.person_id,
        Attempt.state.not_in((AttemptState.OPEN, AttemptState.VOID)),
    )
    end = func.coalesce(Assignee.own_due_at, assignment.due_at, type_=Assignee.own_due_at.type)
    query = select(Assignee.person_id, end, Assignee.excused_at, Assignee.excused_until)
    rows = db.session.execute(query.where(Assignee.assignment_id == assignment.id, ~done)).all()
    now, zone = clock.now(), ZoneInfo(assignment.zone_name)
    return {
        person_id: assignment.due_at if assignment.ended_at else due_at
        for person_id, due_at, since, until in rows
        if not Excuse(since, until).holds(now, zone)
    }


def _by_end(people: Mapping[int, datetime]) -> dict[datetime, set[int]]:
    found: dict[datetime, set[int]] = defaultdict(set)
    for person_id, due_at in people.items():
        found[due_at].add(person_id)
    return found


def _facts(assignment: Assignment) -> dict[str, Any]:
    return {"quiz_text": assignment.quiz.title_text, "assignment_id": assignment.id}
