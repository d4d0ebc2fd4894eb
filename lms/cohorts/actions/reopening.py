"""A cohort that was called off and is taken back: what stands again, who comes back, and what cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.cohorts.actions import lock_people, lock_places
from lms.cohorts.core.clashes import first_meeting
from lms.cohorts.core.enrolment import is_in_training
from lms.cohorts.models import Cohort, Enrolment, SessionState, TrainingSession
from lms.cohorts.queries.changes import list_taking
from lms.cohorts.queries.enrolments import load_in_training
from lms.cohorts.queries.moves import open_assignment_ids
from lms.cohorts.queries.stand_ins import booking_at
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict
from lms.quizzes.actions import assignments
from lms.quizzes.models import Assignment


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What taking a cohort back brings: the sessions that stand again, those that clash each with what it meets, how
    many are over, the quizzes that open again, who comes back, and who is elsewhere by now.
    """

    sessions: Sequence[TrainingSession]
    clashes: Sequence[tuple[TrainingSession, TrainingSession]]
    over: int
    quizzes: Mapping[int, datetime]
    people: Sequence[Person]
    elsewhere: Sequence[Person]


def foresee_back(cohort: Cohort) -> TakenBack:
    """What taking a cohort back would bring; nothing is written.

    Raises ``Conflict`` where it is not called off, and once its go-live day is over.
    """
    now, zone = clock.now(), ZoneInfo(cohort.site.zone_name)
    if cohort.called_off_at is None:
        raise Conflict("cohort.not_called_off")
    if not is_in_training(cohort.go_live_on, now.astimezone(zone).date()):
        raise Conflict("cohort.not_to_take_back")
    quizzes = _quizzes_due(cohort, now)
    sessions = _cancelled(cohort)
    due = [s for s in sessions if (s.starts_at > now if s.assignment_id is None else s.assignment_id in quizzes)]
    others = {other.id: other for other in list_taking(cohort, due)}
    bookings = [booking_at(other, None, zone) for other in others.values()]
    met = {session.id: first_meeting(booking_at(session, None, zone), bookings) for session in due}
    clashes = [(session, others[found.key]) for session in due if (found := met[session.id]) is not None]
    people, elsewhere = _people(cohort, now)
    return TakenBack(
        sessions=[session for session in due if met[session.id] is None],
        clashes=clashes,
        over=len(sessions) - len(due),
        quizzes=quizzes,
        people=people,
        elsewhere=elsewhere,
    )


def take_back(cohort: Cohort, *, by: Person) -> TakenBack | None:
    """Take a cohort back that was called off; None where it is not called off any more.

    What clashes with others by now stays cancelled; whoever is in another cohort stays there. The rest are told once.
    """
    hold(cohort)
    off_at = cohort.called_off_at
    if off_at is None:
        return None
    now = clock.now()
    _lock(cohort)
    back = foresee_back(cohort)
    for key, due_at in back.quizzes.items():
        assignments.reopen(db.session.get_one(Assignment, key), due_at=due_at, by=by)
    for session in back.sessions:
        session.state = SessionState.PLANNED
        session.sequence += 1
        session.changed_at = now
    ids = [person.id for person in back.people]
    theirs = select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.person_id.in_(ids))
    for enrolment in db.session.scalars(theirs):
        enrolment.left_at, enrolment.left_reason = None, ""
    cohort.called_off_at, cohort.called_off_reason, cohort.put_off = None, "", {}
    cohort.revision += 1
    db.session.flush()
    for assignment in db.session.scalars(select(Assignment).where(Assignment.id.in_(open_assignment_ids(cohort, now)))):
        assignments.add_assignees(assignment, ids)
    journal.record(
        "cohort.take_back",
        actor=by.code,
        object=cohort.code,
        chain_id=cohort.site.vendor_id,
        before={"called_off_at": off_at.isoformat(), "sessions": 0},
        after={"called_off_at": None, "sessions": len(back.sessions)},
        people=[person.code for person in back.people],
    )
    notices.settle("cohort.called_off", about=cohort.code)
    told = {*ids, *(trainer.person_id for trainer in cohort.trainers)} - {by.id}
    notices.tell("cohort.taken_back", cohort.code, told, cohort_text=cohort.name_text, go_live_on=cohort.go_live_on)
    return back


def _lock(cohort: Cohort) -> None:
    """Of two who put somebody into a cohort at once, change its sessions or book what they had, the second sees what
    the first wrote.
    """
    people = db.session.scalars(select(Person).where(Person.id.in_(cohort.put_off.get("people", ())))).all()
    lock_people(people)
    sessions = select(TrainingSession.id).where(TrainingSession.cohort_id == cohort.id).order_by(TrainingSession.id)
    db.session.scalars(sessions.with_for_update()).all()
    cancelled = _cancelled(cohort)
    lock_places((s.room_id for s in cancelled), (s.trainer_id for s in cancelled))


def _quizzes_due(cohort: Cohort, now: datetime) -> dict[int, datetime]:
    """The quizzes that the call-off has ended and that would not be due yet, with when they are."""
    due = {int(key): datetime.fromisoformat(at) for key, at in cohort.put_off.get("quizzes", {}).items()}
    query = select(Assignment).where(Assignment.id.in_(due), Assignment.ended_at.is_not(None))
    found = db.session.scalars(query.options(joinedload(Assignment.quiz)))
    return {given.id: due[given.id] for given in found if due[given.id] > now and given.quiz.retired_at is None}


def _cancelled(cohort: Cohort) -> list[TrainingSession]:
    """The sessions that the call-off has cancelled, in order."""
    query = select(TrainingSession).where(
        TrainingSession.id.in_(cohort.put_off.get("sessions", ())), TrainingSession.state == SessionState.CANCELLED
    )
    query = query.options(joinedload(TrainingSession.room), joinedload(TrainingSession.trainer))
    return list(db.session.scalars(query.order_by(TrainingSession.starts_at, TrainingSession.id)))


def _people(cohort: Cohort, now: datetime) -> tuple[list[Person], list[Person]]:
    """Who left with the call-off and can come back, and who cannot: in another cohort, at another site, or gone."""
    query = (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort.id, Person.id.in_(cohort.put_off.get("people", ())))
        .where(Enrolment.left_at.is_not(None))
        .order_by(Person.reading_key, Person.code)
    )
    left = list(db.session.scalars(query))
    training = load_in_training([person.id for person in left], now)
    is_free = {p.id: p.is_active and p.site_id == cohort.site_id and p.id not in training for p in left}
    return [p for p in left if is_free[p.id]], [p for p in left if not is_free[p.id]]
