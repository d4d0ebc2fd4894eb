"""A cohort that is called off before it goes live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts import queries
from lms.cohorts.actions.sessions import MOVED
from lms.cohorts.core.enrolment import is_in_training
from lms.cohorts.models import Cohort, Enrolment, SessionState, TrainingSession
from lms.cohorts.queries.changes import list_planned, load_begun, lock_sessions
from lms.cohorts.queries.moves import open_assignment_ids
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Invalid
from lms.quizzes.actions import assignments


@dataclass(frozen=True, slots=True)
class Undone:
    """What is off with a cohort: its sessions to come, and the sessions of quizzes that nobody has begun."""

    sessions: Sequence[TrainingSession]
    quizzes: Sequence[TrainingSession]


def is_live(cohort: Cohort) -> bool:
    """Whether its go-live day is past at its site; then there is nothing left to call off."""
    today = clock.now().astimezone(ZoneInfo(cohort.site.zone_name)).date()
    return not is_in_training(cohort.go_live_on, today)


def foresee(cohort: Cohort, planned: Sequence[TrainingSession] | None = None) -> Undone:
    """What calling a cohort off would end; nothing is written."""
    now = clock.now()
    sessions = list_planned(cohort) if planned is None else planned
    begun = load_begun(sessions)
    quizzes = [
        session
        for session in sessions
        if (given := session.assignment) is not None
        and given.id not in begun
        and given.ended_at is None
        and given.due_at > now
    ]
    return Undone([s for s in sessions if s.starts_at > now and s.assignment_id not in begun], quizzes)


def call_off(cohort: Cohort, reason: str, *, by: Person) -> None:
    """Call a cohort off: what is to come is cancelled, its people are told and free. Asking twice changes nothing.

    What people have begun goes on, and results and attendance stay. Raises ``Invalid`` on ``reason`` for a
    cohort that is live.
    """
    hold(cohort)
    if cohort.called_off_at is not None:
        return
    now = clock.now()
    if is_live(cohort):
        raise Invalid("cohort.not_to_call_off", field="reason")
    undone = foresee(cohort, lock_sessions(cohort))
    members = queries.list_members(cohort)
    trainers = {trainer.person_id for trainer in cohort.trainers}
    cohort.put_off = {
        "sessions": [session.id for session in undone.sessions],
        "quizzes": {str(s.assignment.id): s.assignment.due_at.isoformat() for s in undone.quizzes if s.assignment},
        "people": [person.id for person in members],
    }
    for session in undone.quizzes:
        if session.assignment is not None:
            assignments.end(session.assignment, revision=session.assignment.revision, by=by)
    for person in members:  # of a quiz that somebody has begun, the others have nothing more to do
        assignments.remove_assignee(open_assignment_ids(cohort, now), person.id)
    for session in undone.sessions:
        session.state = SessionState.CANCELLED
        session.sequence += 1
        session.changed_at = now
        notices.settle(MOVED, about=session.public_id)
    theirs = select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.left_at.is_(None))
    for enrolment in db.session.scalars(theirs):
        enrolment.left_at, enrolment.left_reason = now, reason
    cohort.called_off_at, cohort.called_off_reason = now, reason
    cohort.revision += 1
    db.session.flush()
    journal.record(
        "cohort.call_off",
        actor=by.code,
        object=cohort.code,
        chain_id=cohort.site.vendor_id,
        before={"called_off_at": None, "sessions": len(undone.sessions)},
        after={"called_off_at": now.isoformat(), "sessions": 0},
        people=[person.code for person in members],
    )
    told = ({person.id for person in members} | trainers) - {by.id}
    notices.tell("cohort.called_off", cohort.code, told, cohort_text=cohort.name_text)
