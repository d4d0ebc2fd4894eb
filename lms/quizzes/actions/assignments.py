"""Giving quizzes to people, moving a window, ending it before its time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, exists, select, update

from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid
from lms.quizzes.actions.telling import settle, tell_ended, tell_given, tell_moved, tell_reopened
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.core.audience import Audience, AudienceKind, audience_from
from lms.quizzes.core.reminders import Reminders, checked
from lms.quizzes.models import Assignee, Assignment, Attempt, Quiz

SYSTEM = "system"
SINGLE_PEOPLE = Audience(AudienceKind.PEOPLE)


def assign(
    quiz: Quiz,
    person_ids: Collection[int],
    *,
    opens_at: datetime,
    due_at: datetime,
    zone_name: str,
    by: Person | None,
    audience: Audience = SINGLE_PEOPLE,
    reminders: Reminders | None = None,
    fresh_days: int = 0,
    is_told: bool = True,
) -> Assignment:
    """Give a quiz to people, in a window; not twice in the same window to the same audience.

    ``is_told=False``: whoever calls has more to say about the people first, and tells them then.
    """
    if due_at <= opens_at:
        raise Invalid("assignment.window", field="due_at")
    if quiz.retired_at is not None:
        raise Invalid("assignment.retired", field="quiz")
    if audience.kind is not AudienceKind.CAMPAIGN:  # of its runs there is one in each period
        _check_not_given(quiz, person_ids, opens_at, due_at, audience)
    assignment = Assignment(
        quiz_id=quiz.id,
        purpose=Purpose.ASSESSED,
        audience=audience.as_json(),
        opens_at=opens_at,
        due_at=due_at,
        zone_name=zone_name,
        created_at=clock.now(),
        created_by=by.id if by else None,
        reminders=checked(reminders).as_json() if reminders else None,
        fresh_days=fresh_days,
    )
    db.session.add(assignment)
    db.session.flush()
    add_assignees(assignment, person_ids)
    actor, to = by.code if by else SYSTEM, " ".join(filter(None, (audience.kind.value, audience.code)))
    name = f"{quiz.code} #{assignment.id}"
    journal.record("assignment.create", actor=actor, object=name, people=len(person_ids), to=to)
    if is_told:
        tell_given(assignment)
    return assignment


def _check_not_given(
    quiz: Quiz, person_ids: Collection[int], opens_at: datetime, due_at: datetime, audience: Audience
) -> None:
    wanted = set(person_ids)
    query = select(Assignment).where(
        Assignment.quiz_id == quiz.id,
        Assignment.opens_at == opens_at,
        Assignment.due_at == due_at,
        Assignment.ended_at.is_(None),
    )
    for given in db.session.scalars(query).all():
        if audience_from(given.audience).is_same(audience) or (wanted and wanted <= _holders(given)):
            raise Invalid("assignment.twice", field="quiz")


def _holders(assignment: Assignment) -> set[int]:
    query = select(Assignee.person_id).where(Assignee.assignment_id == assignment.id)
    return set(db.session.scalars(query))


def add_assignees(assignment: Assignment, person_ids: Collection[int]) -> None:
    """Give an assignment to more people; those who have it keep it."""
    have = _holders(assignment)
    db.session.add_all(
        Assignee(assignment_id=assignment.id, person_id=person_id) for person_id in set(person_ids) - have
    )
    db.session.flush()


def remove_assignee(assignment_ids: Select[int | None], person_id: int) -> None:
    """Take these assignments from a person, but what they have begun: that goes on, and its result stays."""
    theirs = select(Assignee).where(Assignee.person_id == person_id, Assignee.assignment_id.in_(assignment_ids))
    held = db.session.scalars(theirs.with_for_update()).all()  # whoever opens an attempt locks the same row
    begun = set(db.session.scalars(select(Attempt.assignment_id).where(Attempt.person_id == person_id)))
    for assignee in held:
        if assignee.assignment_id not in begun:
            db.session.delete(assignee)
            settle(assignee.assignment_id, person_id)
    db.session.flush()


def take_from(assignee: Assignee) -> None:
    """Take an assignment from somebody who has not begun it; whoever opens an attempt locks the same row."""
    db.session.refresh(assignee, with_for_update=True)
    own = (Attempt.assignment_id == assignee.assignment_id) & (Attempt.person_id == assignee.person_id)
    if not db.session.scalar(select(exists().where(own))):
        db.session.delete(assignee)
        settle(assignee.assignment_id, assignee.person_id)
        db.session.flush()


def change_window(
    assignment: Assignment, *, opens_at: datetime, due_at: datetime, revision: int, by: Person, is_told: bool = True
) -> bool:
    """Move the window; attempts that are open keep their own end. Returns whether anything changed.

    With ``is_told=False`` whoever moves it tells of the new window, with all else that moves. Raises ``Conflict``
    when the assignment was changed since it was looked at, or is ended.
    """
    _lock(assignment, revision)
    if due_at <= opens_at:
        raise Invalid("assignment.window", field="due_at")
    before = (assignment.opens_at, assignment.due_at)
    if (opens_at, due_at) == before:
        return False
    if due_at <= clock.now():
        raise Invalid("assignment.over", field="due_at")
    has_begun = db.session.scalar(select(exists().where(Attempt.assignment_id == assignment.id)))
    if has_begun and opens_at > assignment.opens_at:
        raise Invalid("assignment.begun", field="opens_at")
    assignment.opens_at, assignment.due_at = opens_at, due_at
    assignment.revision += 1
    db.session.flush()
    own = Assignee.assignment_id == assignment.id, Assignee.own_due_at <= due_at
    db.session.execute(update(Assignee).where(*own).values(own_due_at=None))  # nobody has less time than all the others
    tell_moved(assignment, is_told=is_told)
    journal.record(
        "assignment.change",
        actor=by.code,
        object=_name(assignment),
        before=[moment.isoformat() for moment in before],
        after=[moment.isoformat() for moment in (opens_at, due_at)],
    )
    return True


def end(assignment: Assignment, *, revision: int, by: Person) -> None:
    """End an assignment now: nobody begins it any more, open attempts go on to their own end, results stay."""
    _lock(assignment, revision)
    now = clock.now()
    due_at = assignment.due_at
    assignment.ended_at = now
    assignment.due_at = min(due_at, now)
    assignment.revision += 1
    db.session.flush()
    tell_ended(assignment)
    journal.record("assignment.end", actor=by.code, object=_name(assignment), due_at=due_at.isoformat())


def reopen(assignment: Assignment, *, due_at: datetime, by: Person) -> None:
    """Take back an end: people begin it again until it is due, as before. Asking twice changes nothing."""
    hold(assignment)
    if assignment.ended_at is None:
        return
    if due_at <= clock.now():
        raise Invalid("assignment.over", field="due_at")
    ended_at = assignment.ended_at
    assignment.ended_at, assignment.due_at = None, due_at
    assignment.revision += 1
    db.session.flush()
    tell_reopened(assignment)
    before, after = {"ended_at": ended_at.isoformat()}, {"ended_at": None}
    journal.record("assignment.change", actor=by.code, object=_name(assignment), before=before, after=after)


def _lock(assignment: Assignment, revision: int) -> None:
    hold(assignment)
    if assignment.ended_at is not None:
        raise Conflict("assignment.ended")
    if assignment.revision != revision:
        raise Conflict("assignment.changed")


def _name(assignment: Assignment) -> str:
    return f"{assignment.quiz.code} #{assignment.id}"
