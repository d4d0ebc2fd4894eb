"""Excusing people from an assignment, and giving those who come back an end of their own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.quizzes.actions.telling import settle
from lms.quizzes.core import excuse as core
from lms.quizzes.models import Assignee, Assignment


def excuse(
    assignment: Assignment,
    person_ids: Collection[int],
    *,
    reason: str,
    until: date | None,
    due_at: datetime | None,
    by: Person,
) -> int:
    """Excuse people until the end of a day, or for good: they are not late, and completion does not rest on them.

    ``due_at`` is their end when they come back. Returns how many of them have the assignment.
    """
    now = clock.now()
    reason = core.checked(reason, until, now.astimezone(ZoneInfo(assignment.zone_name)).date())
    held = _lock(assignment, person_ids)
    for assignee in held:
        assignee.excused_at, assignee.excused_by = now, by.id
        assignee.excused_until, assignee.excuse = until, reason
        assignee.own_due_at = due_at if due_at is not None and due_at > assignment.due_at else assignee.own_due_at
        settle(assignment.id, assignee.person_id)
        _record(assignment, assignee, until, by.code)
    db.session.flush()
    return len(held)


def take_back_excuse(assignment: Assignment, person_id: int, *, by: Person) -> None:
    """Let somebody be no longer excused; an end of their own stays."""
    for assignee in _lock(assignment, [person_id]):
        if assignee.excused_at is not None:
            assignee.excused_at = assignee.excused_by = assignee.excused_until = assignee.excuse = None
            journal.record(
                "assignment.excuse_end",
                actor=by.code,
                object=f"{assignment.quiz.code} #{assignment.id} {assignee.person.code}",
                chain_id=assignee.person.vendor_id,
            )
    db.session.flush()


def note_leave(assignee: Assignee, *, until: date, due_at: datetime) -> None:
    """Somebody is on leave while it is open; safe to repeat. An excuse that somebody gave stays as it is."""
    db.session.refresh(assignee, with_for_update=True)
    if assignee.excused_at is None or (assignee.is_on_leave and assignee.excused_until != until):
        assignee.excused_at, assignee.excused_until = clock.now(), until
        settle(assignee.assignment_id, assignee.person_id)
    if due_at > (assignee.own_due_at or assignee.assignment.due_at):
        assignee.own_due_at = due_at


def end_leave(assignee: Assignee) -> None:
    """Somebody is not on leave after all; an end of their own stays, and so does an excuse that somebody gave."""
    db.session.refresh(assignee, with_for_update=True)
    if assignee.is_on_leave:
        assignee.excused_at = assignee.excused_until = None


def _lock(assignment: Assignment, person_ids: Collection[int]) -> list[Assignee]:
    query = select(Assignee).where(Assignee.assignment_id == assignment.id, Assignee.person_id.in_(list(person_ids)))
    return list(db.session.scalars(query.order_by(Assignee.person_id).with_for_update(of=Assignee)))


def _record(assignment: Assignment, assignee: Assignee, until: date | None, actor: str) -> None:
    journal.record(
        "assignment.excuse",
        actor=actor,
        object=f"{assignment.quiz.code} #{assignment.id} {assignee.person.code}",
        chain_id=assignee.person.vendor_id,
        until=until.isoformat() if until else "",
    )
