"""Reads what is to be decided of attempts: late answers that wait, what has been proposed, what has been decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms.accounts.models import Person, RoleGrant
from lms.foundation.access import Access, roles_for
from lms.foundation.db import db
from lms.invigilation.core.ruling import RulingKind, RulingState
from lms.invigilation.models import Ruling
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.quizzes import access as reach
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Assignment, Attempt, AttemptQuestion, GradingRun, LateEvent, Quiz
from lms.quizzes.queries.late import Admission, load_waiting, standing_of
from lms.quizzes.queries.regrading import CLOSED


def find_proposed(attempt_id: str) -> Ruling | None:
    """The ruling on an attempt that waits for a decision."""
    query = select(Ruling).where(Ruling.attempt_id == attempt_id, Ruling.state == RulingState.PROPOSED)
    return db.session.scalar(query.options(joinedload(Ruling.proposer)))


def get_ruling(attempt_id: str, ruling_id: int) -> Ruling:
    """A ruling on an attempt, as it stands now; not found when it is of another one."""
    query = select(Ruling).where(Ruling.id == ruling_id, Ruling.attempt_id == attempt_id)
    ruling = db.session.scalar(query.execution_options(populate_existing=True))
    if ruling is None:
        raise NotFound
    return ruling


def list_rulings(attempt_id: str) -> list[Ruling]:
    """Everything that was proposed of an attempt, the newest first."""
    query = select(Ruling).where(Ruling.attempt_id == attempt_id).order_by(Ruling.id.desc())
    return list(db.session.scalars(query.options(joinedload(Ruling.proposer), joinedload(Ruling.decider))))


def get_admission(ruling: Ruling) -> Admission:
    """How the score stood before and after the late answers of a ruling were counted."""
    run = db.session.get_one(GradingRun, ruling.run_id)
    query = select(GradingRun).where(GradingRun.attempt_id == run.attempt_id, GradingRun.run_no == run.run_no - 1)
    return Admission(run.created_at, standing_of(db.session.scalars(query).one()), standing_of(run))


def load_deciders(action: str) -> dict[int, str]:
    """Who may decide just now, as codes by id: active people with a password and a role that may."""
    held = select(RoleGrant.person_id).where(RoleGrant.role.in_(roles_for(action)), RoleGrant.revoked_at.is_(None))
    query = select(Person.id, Person.code).where(Person.id.in_(held), Person.deactivated_at.is_(None))
    rows = db.session.execute(query.where(Person.password_hash.is_not(None)).order_by(Person.code))
    return {row.id: row.code for row in rows}


@dataclass(frozen=True, slots=True)
class ToReview:
    """An attempt with what is to be decided of it, or has been."""

    attempt: Attempt
    quiz: Quiz
    late: Sequence[LateEvent]
    """What came too late and nobody has decided on."""
    ruling: Ruling | None
    """What waits, or was decided last."""

    @property
    def questions(self) -> int:
        return len({event.position for event in self.late})

    @property
    def latest(self) -> timedelta | None:
        """How late the last of them came."""
        return lateness(self.attempt, self.late[-1].server_at) if self.late else None


def lateness(attempt: Attempt, at: datetime) -> timedelta:
    """How long after its end something of an attempt came: after it was handed in, or after its time was up."""
    ends = [attempt.deadline_at]
    if attempt.closed_at is not None:
        ends.append(attempt.closed_at)
    return max(timedelta(), at - min(ends))


def list_to_review(access: Access, *, state: str, quiz: str, asked: int) -> tuple[Sequence[ToReview], Page]:
    """A page of the attempts within reach of which something waits, or has been decided; the newest first."""
    late = exists().where(LateEvent.attempt_id == Attempt.id, LateEvent.reviewed_at.is_(None))
    ruled = exists().where(Ruling.attempt_id == Attempt.id)
    waits = or_(
        late & Attempt.state.in_(CLOSED),
        ruled.where(Ruling.state == RulingState.PROPOSED),
    )
    found = [
        reach.attempts(access),
        Attempt.purpose == Purpose.ASSESSED,
        ruled.where(Ruling.state != RulingState.PROPOSED) if state == "decided" else waits,
    ]
    if quiz:
        found.append(Quiz.code == quiz)
    joined = select(Attempt, Quiz).join(Assignment, Assignment.id == Attempt.assignment_id)
    joined = joined.join(Quiz, Quiz.id == Assignment.quiz_id).join(Attempt.person).where(*found)
    count = select(func.count()).select_from(joined.subquery())
    part = Page.of(db.session.scalars(count).one(), asked)
    query = joined.options(contains_eager(Attempt.person)).order_by(Attempt.opened_at.desc(), Attempt.id)
    rows = db.session.execute(query.limit(part.size).offset(part.offset)).all()
    ids = [attempt.id for attempt, _quiz in rows]
    waiting, rulings = load_waiting(ids), _load_last(ids)
    return [ToReview(one, quiz, waiting.get(one.id, []), rulings.get(one.id)) for one, quiz in rows], part


def _load_last(ids: Collection[str]) -> dict[str, Ruling]:
    """The newest ruling on each of these attempts."""
    newest = select(func.max(Ruling.id)).where(Ruling.attempt_id.in_(ids)).group_by(Ruling.attempt_id)
    query = select(Ruling).where(Ruling.id.in_(newest)).options(joinedload(Ruling.proposer))
    return {ruling.attempt_id: ruling for ruling in db.session.scalars(query)}


def list_quizzes(access: Access) -> list[Quiz]:
    """The quizzes of which something within reach came too late or was ruled on, by code."""
    late = exists().where(LateEvent.attempt_id == Attempt.id)
    ruled = exists().where(Ruling.attempt_id == Attempt.id)
    taken = select(Assignment.quiz_id).join(Attempt, Attempt.assignment_id == Assignment.id)
    query = select(Quiz).where(Quiz.id.in_(taken.where(reach.attempts(access), or_(late, ruled))))
    return list(db.session.scalars(query.order_by(Quiz.code)))


def get_attempt(access: Access, attempt_id: str) -> Attempt:
    """An assessed attempt within reach, with its paper and its person; not found otherwise."""
    query = (
        select(Attempt)
        .where(Attempt.id == attempt_id, Attempt.purpose == Purpose.ASSESSED, reach.attempts(access))
        .options(
            joinedload(Attempt.person),
            joinedload(Attempt.quiz_version),
            joinedload(Attempt.assignment),
            selectinload(Attempt.questions).joinedload(AttemptQuestion.question_version),
        )
    )
    attempt = db.session.scalar(query)
    if attempt is None:
        raise NotFound
    return attempt


def load_last_run(attempt_id: str) -> GradingRun | None:
    """The newest grading of an attempt, whether or not it counts."""
    query = select(GradingRun).where(GradingRun.attempt_id == attempt_id, GradingRun.published_at.is_not(None))
    return db.session.scalar(query.order_by(GradingRun.run_no.desc()).limit(1))


def count_waiting(access: Access, kinds: Collection[RulingKind], *, not_by: int) -> int:
    """The attempts within reach of which a ruling of these kinds waits that somebody else has proposed."""
    query = select(func.count()).select_from(Ruling).join(Ruling.attempt)
    query = query.where(Ruling.state == RulingState.PROPOSED, Ruling.kind.in_(kinds), reach.attempts(access))
    query = query.where(Ruling.proposed_by != not_by)
    return db.session.scalar(query) or 0


def count_late(access: Access) -> int:
    """The closed attempts within reach with late answers on which nobody has decided."""
    late = exists().where(LateEvent.attempt_id == Attempt.id, LateEvent.reviewed_at.is_(None))
    query = select(func.count()).select_from(Attempt).where(late, *_closed(access))
    return db.session.scalar(query) or 0


def _closed(access: Access) -> tuple[ColumnElement[bool], ...]:
    return Attempt.state.in_(CLOSED), Attempt.purpose == Purpose.ASSESSED, reach.attempts(access)
