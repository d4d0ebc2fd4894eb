"""Reads the attempts that are open, as far as somebody reaches: who is at it, not what they answer or how well."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import access as people_access
from lms.accounts.models import Person
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.invigilation.models import AttemptExtension
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.quizzes import access as reach
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.models import AnswerEvent, Assignee, Assignment, Attempt, AttemptQuestion, LateEvent, Quiz

GIVEN_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Sitting:
    """An assignment that is being taken: by how many, and when the first of them runs out of time."""

    assignment: Assignment
    people: int
    first_deadline_at: datetime


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt that is open, as whoever looks after it sees it."""

    attempt: Attempt
    questions: int
    answered: int
    """The questions of which an answer is saved."""
    heard_at: datetime
    """When the server last heard of it: an answer, a question opened, a break."""
    late: int
    """The questions of which an answer came too late."""


@dataclass(frozen=True, slots=True)
class GivenTime:
    """Minutes that somebody has given to people at one moment."""

    minutes: int
    reason: str
    giver: str
    at: datetime
    people: int


def list_sittings(access: Access, asked: int) -> tuple[Sequence[Sitting], Page]:
    """A page of the assignments that somebody within reach is taking now, the first to run out of time first."""
    first = func.min(Attempt.deadline_at).label("first")
    found = select(Attempt.assignment_id, func.count().label("people"), first)
    found = found.where(reach.attempts(access), *_are_open()).group_by(Attempt.assignment_id)
    taken = found.subquery()
    part = Page.of(db.session.scalars(select(func.count()).select_from(taken)).one(), asked)
    query = (
        select(Assignment, taken.c.people, taken.c.first)
        .join(taken, taken.c.assignment_id == Assignment.id)
        .join(Assignment.quiz)
        .options(contains_eager(Assignment.quiz))
        .order_by(taken.c.first, Quiz.code, Assignment.id)
    )
    rows = db.session.execute(query.limit(part.size).offset(part.offset))
    return [Sitting(*row) for row in rows], part


def get_assignment(access: Access, assignment_id: int) -> Assignment:
    """An assignment that somebody within reach has; not found otherwise."""
    held = select(Assignee.assignment_id).join(Assignee.person).where(people_access.people(access))
    query = select(Assignment).where(
        Assignment.id == assignment_id, Assignment.id.in_(held), Assignment.purpose != Purpose.PRACTICE
    )
    assignment = db.session.scalar(query.options(joinedload(Assignment.quiz)))
    if assignment is None:
        raise NotFound
    return assignment


def list_open(access: Access, assignment_id: int, asked: int) -> tuple[Sequence[OpenAttempt], Page]:
    """A page of the open attempts of an assignment within reach, whoever has the least time left first."""
    found = (reach.attempts(access), Attempt.assignment_id == assignment_id, *_are_open())
    part = Page.of(db.session.scalars(select(func.count()).select_from(Attempt).where(*found)).one(), asked)
    query = select(Attempt).join(Attempt.person).where(*found).options(contains_eager(Attempt.person))
    query = query.order_by(Attempt.deadline_at, Person.code).limit(part.size).offset(part.offset)
    return _described(list(db.session.scalars(query))), part


def _described(attempts: Sequence[Attempt]) -> list[OpenAttempt]:
    ids = [attempt.id for attempt in attempts]
    papers = _load_papers(ids)
    answers = _load_answers(ids)
    late = _load_late(ids)
    found = []
    for attempt in attempts:
        questions, shown_at = papers[attempt.id]
        answered, saved_at = answers.get(attempt.id, (0, None))
        heard = (attempt.opened_at, attempt.break_started_at, attempt.break_ended_at, shown_at, saved_at)
        heard_at = max(instant for instant in heard if instant is not None)
        found.append(OpenAttempt(attempt, questions, answered, heard_at, late.get(attempt.id, 0)))
    return found


def _load_papers(ids: Collection[str]) -> Mapping[str, tuple[int, datetime | None]]:
    """How many questions each paper has, and when one was last opened."""
    latest = func.max(AttemptQuestion.shown_at)
    query = select(AttemptQuestion.attempt_id, func.count(), latest)
    query = query.where(AttemptQuestion.attempt_id.in_(ids)).group_by(AttemptQuestion.attempt_id)
    return {attempt_id: (count, shown_at) for attempt_id, count, shown_at in db.session.execute(query)}


def _load_answers(ids: Collection[str]) -> Mapping[str, tuple[int, datetime | None]]:
    """How many questions of each attempt have been answered, and when an answer was last saved."""
    latest = func.max(AnswerEvent.server_at)
    query = select(AnswerEvent.attempt_id, func.count(AnswerEvent.position.distinct()), latest)
    query = query.where(AnswerEvent.attempt_id.in_(ids)).group_by(AnswerEvent.attempt_id)
    return {attempt_id: (count, saved_at) for attempt_id, count, saved_at in db.session.execute(query)}


def _load_late(ids: Collection[str]) -> Mapping[str, int]:
    query = select(LateEvent.attempt_id, func.count(LateEvent.position.distinct()))
    query = query.where(LateEvent.attempt_id.in_(ids)).group_by(LateEvent.attempt_id)
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_given(access: Access, assignment_id: int) -> list[GivenTime]:
    """What has been given to people within reach in an assignment, the newest first, the last few times."""
    query = (
        select(AttemptExtension.minutes, AttemptExtension.reason, Person.code, AttemptExtension.given_at, func.count())
        .join(AttemptExtension.attempt)
        .join(AttemptExtension.giver)
        .where(Attempt.assignment_id == assignment_id, reach.attempts(access))
        .group_by(AttemptExtension.given_at, AttemptExtension.minutes, AttemptExtension.reason, Person.code)
        .order_by(AttemptExtension.given_at.desc())
    )
    return [GivenTime(*row) for row in db.session.execute(query.limit(GIVEN_SHOWN))]


def load_newest_extension(ids: Collection[str]) -> int:
    """The id of the last extension that any of these attempts has; 0 where none has."""
    return db.session.scalar(select(func.max(AttemptExtension.id)).where(AttemptExtension.attempt_id.in_(ids))) or 0


def load_newest_of(assignment_id: int) -> int:
    """The same for all attempts of an assignment."""
    query = select(func.max(AttemptExtension.id)).join(AttemptExtension.attempt)
    return db.session.scalar(query.where(Attempt.assignment_id == assignment_id)) or 0


def lock_attempts(access: Access, assignment_id: int, attempt_ids: Collection[str] | None) -> list[Attempt]:
    """These attempts of an assignment, or all that are open, but none of one's own, locked; in one order, so that
    nobody waits in a ring.
    """
    query = select(Attempt).where(
        reach.attempts(access), Attempt.assignment_id == assignment_id, Attempt.purpose == Purpose.ASSESSED
    )
    query = query.where(Attempt.person_id != access.person_id)
    if attempt_ids is None:
        query = query.where(Attempt.state == AttemptState.OPEN)
    else:
        query = query.where(Attempt.id.in_(attempt_ids))
    query = query.order_by(Attempt.id).with_for_update(of=Attempt)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _are_open() -> tuple[ColumnElement[bool], ...]:
    return Attempt.state == AttemptState.OPEN, Attempt.purpose == Purpose.ASSESSED
