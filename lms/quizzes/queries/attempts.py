"""Reads attempts: their paper, their answer log, what came too late, how they were graded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Executable, Select, bindparam, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import built_once, db
from lms.kit.problems import NotFound
from lms.policies.models import Module, PolicyVersion, Section, VersionState
from lms.questions.models import Question, QuestionVersion, SectionLink
from lms.quizzes import access as reach
from lms.quizzes.core.answers import Event
from lms.quizzes.core.attempt import AttemptState, Purpose, is_overdue
from lms.quizzes.models import (
    AnswerEvent,
    Assignee,
    Assignment,
    Attempt,
    AttemptPolicy,
    AttemptQuestion,
    GradingItem,
    GradingRun,
    LateEvent,
)

Columns = TypeVarTuple("Columns")


def get_attempt(access: Access, attempt_id: str) -> Attempt:
    """An attempt with its paper, as far as this access reaches; not found otherwise."""
    return _get(access, attempt_id, selectinload(Attempt.questions).joinedload(AttemptQuestion.question_version))


def get_map(access: Access, attempt_id: str) -> Attempt:
    """The same with the places of its paper alone: what is asked there is read where one question of it is shown."""
    return _get(access, attempt_id, selectinload(Attempt.questions))


def get_without_paper(access: Access, attempt_id: str) -> Attempt:
    """The same for a page that shows the paper as it was: that never changes, and ``paper_of`` has it."""
    return _get(access, attempt_id)


def _get(access: Access, attempt_id: str, *paper: ORMOption) -> Attempt:
    query = select(Attempt).where(Attempt.id == attempt_id, reach.attempts(access))
    attempt = db.session.scalar(query.options(joinedload(Attempt.quiz_version), joinedload(Attempt.assignment), *paper))
    if attempt is None:
        raise NotFound
    return attempt


def load_seen(person_id: int, since: datetime) -> set[str]:
    """The questions, by code, that somebody has had on a paper since."""
    query = (
        select(Question.code)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(AttemptQuestion, AttemptQuestion.question_version_id == QuestionVersion.id)
        .join(AttemptQuestion.attempt)
        .where(Attempt.person_id == person_id, Attempt.opened_at > since)
    )
    return set(db.session.scalars(query))


def load_state(access: Access, attempt_id: str) -> Attempt:
    """The row of an attempt and nothing with it; not found beyond this access."""
    attempt = db.session.scalar(select(Attempt).where(Attempt.id == attempt_id, reach.attempts(access)))
    if attempt is None:
        raise NotFound
    return attempt


def lock_assignee(person_id: int, assignment_id: int) -> datetime:
    """Let nobody else open an attempt for somebody to whom it is given; the time by the clock that decides, from then.

    Not found when it is not given to them.
    """
    query = _holding(clock.is_databases(db.session))
    row = db.session.execute(query, {"person_id": person_id, "assignment_id": assignment_id}).first()
    if row is None:
        raise NotFound
    return clock.in_utc(row.now) if "now" in row._fields else clock.now()


@built_once
def _holding(is_databases_clock: bool) -> Executable:
    held = select(Assignee.person_id).with_for_update()
    held = held.where(
        Assignee.assignment_id == bindparam("assignment_id"), Assignee.person_id == bindparam("person_id")
    )
    if not is_databases_clock:
        return held
    return select(held.subquery(), func.clock_timestamp().label("now"))  # read outside: after the wait for the lock


def lock_attempt(access: Access, attempt_id: str) -> Attempt:
    """An attempt, locked against every other writer until the end of the transaction."""
    query = select(Attempt).where(Attempt.id == attempt_id, reach.attempts(access)).with_for_update(of=Attempt)
    attempt = db.session.scalar(query.execution_options(populate_existing=True))
    if attempt is None:
        raise NotFound
    return attempt


def find_attempt_to_close(attempt_id: str, now: datetime) -> Attempt | None:
    """An overdue attempt, locked; none when it is closed or has got more time by now, or somebody else has the lock."""
    query = select(Attempt).where(Attempt.id == attempt_id, Attempt.state == AttemptState.OPEN)
    query = query.with_for_update(skip_locked=True, of=Attempt)
    attempt = db.session.scalar(query.execution_options(populate_existing=True))
    return attempt if attempt is not None and is_overdue(now, attempt.deadline_at, attempt.grace) else None


def list_overdue(now: datetime) -> list[str]:
    """The open attempts whose time and grace are over, the longest first."""
    query = select(Attempt.id, Attempt.deadline_at, Attempt.grace_seconds).where(
        Attempt.state == AttemptState.OPEN, Attempt.deadline_at < now
    )
    return [
        row.id
        for row in db.session.execute(query.order_by(Attempt.deadline_at))
        if is_overdue(now, row.deadline_at, timedelta(seconds=row.grace_seconds))
    ]


def load_seen_in(person_id: int, quiz_id: int) -> set[str]:
    """The codes of the questions that somebody has had in attempts of a quiz, or has practised, in any version."""
    query = (
        select(Question.code)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(AttemptQuestion, AttemptQuestion.question_version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptQuestion.attempt_id)
        .join(Assignment, Assignment.id == Attempt.assignment_id)
        .where(Attempt.person_id == person_id)
        .where((Assignment.quiz_id == quiz_id) | (Attempt.purpose == Purpose.PRACTICE))
    )
    return set(db.session.scalars(query.distinct()))


def load_events(attempt_id: str) -> list[Event]:
    """The answer log of an attempt, as values."""
    return [Event(*row) for row in db.session.execute(_EVENTS, {"attempt_id": attempt_id})]


_EVENTS = (
    select(AnswerEvent.epoch, AnswerEvent.seq, AnswerEvent.position, AnswerEvent.locale, AnswerEvent.payload)
    .where(AnswerEvent.attempt_id == bindparam("attempt_id"))
    .order_by(AnswerEvent.epoch, AnswerEvent.seq)
)


def load_late_events(attempt_id: str) -> list[Event]:
    """What came too late for the answer log of an attempt, as values."""
    query = select(LateEvent).where(LateEvent.attempt_id == attempt_id)
    return [
        Event(event.epoch, event.seq, event.position, event.locale, event.payload)
        for event in db.session.scalars(query.order_by(LateEvent.epoch, LateEvent.seq))
    ]


def count_late_answers(attempt_id: str) -> int:
    """The questions of an attempt for which an answer came too late."""
    query = select(func.count(LateEvent.position.distinct())).where(LateEvent.attempt_id == attempt_id)
    return db.session.scalar(query) or 0


def load_current_runs(attempt_ids: Collection[str], *, with_items: bool = False) -> dict[str, GradingRun]:
    """The newest published grading run of each attempt."""
    query = select(GradingRun).join(Attempt, is_current_run()).where(Attempt.id.in_(list(attempt_ids)))
    if with_items:
        query = query.options(joinedload(GradingRun.items))
    return {run.attempt_id: run for run in db.session.scalars(query).unique()}


def is_current_run() -> ColumnElement[bool]:
    """Whether a grading run is the newest published one of its attempt, for joins with ``Attempt``.

    No grading of a void attempt counts.
    """
    newer = aliased(GradingRun)
    outdone = (newer.attempt_id == GradingRun.attempt_id) & (newer.run_no > GradingRun.run_no)
    is_outdone = select(newer.id).where(outdone, newer.published_at.is_not(None)).correlate(GradingRun).exists()
    counts = (Attempt.state != AttemptState.VOID) & GradingRun.published_at.is_not(None)
    return (GradingRun.attempt_id == Attempt.id) & counts & ~is_outdone


def join_marks(query: Select[*Columns]) -> Select[*Columns]:
    """A query from ``Attempt`` with the marks of each question that rests on a section, in the grading that counts."""
    asked = (AttemptQuestion.attempt_id == Attempt.id) & (AttemptQuestion.position == GradingItem.position)
    rests_on = SectionLink.question_version_id == AttemptQuestion.question_version_id
    return (
        query.select_from(Attempt)
        .join(GradingRun, is_current_run())
        .join(GradingItem, GradingItem.run_id == GradingRun.id)
        .join(AttemptQuestion, asked)
        .join(SectionLink, rests_on & (SectionLink.position == 0))
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A question on a paper: its code, and the full name of the section that it rests on first, if there is one."""

    code: str
    section: str | None


def load_standings(attempt_id: str) -> dict[int, Standing]:
    """What each question of a paper is, by position."""
    query = (
        select(AttemptQuestion.position, Question.code, Module.code.label("module"), Section.key)
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .outerjoin(SectionLink, (SectionLink.question_version_id == QuestionVersion.id) & (SectionLink.position == 0))
        .outerjoin(Section, Section.id == SectionLink.section_id)
        .outerjoin(Module, Module.id == Section.module_id)
        .where(AttemptQuestion.attempt_id == attempt_id)
    )
    return {
        position: Standing(code, f"{module}/{key}" if key else None)
        for position, code, module, key in db.session.execute(query)
    }


def load_versions_then_and_now(attempt_id: str, at: datetime) -> tuple[list[PolicyVersion], list[PolicyVersion]]:
    """The policy versions in force when an attempt opened, and those of the same modules in force at an instant."""
    rows = db.session.execute(_THEN_AND_SINCE, {"attempt_id": attempt_id})
    found = [(version, bool(is_pinned)) for version, is_pinned in rows]
    begun = {
        version.module_id: version for version, _is in found if version.effective_at and version.effective_at <= at
    }
    return [version for version, is_pinned in found if is_pinned], list(begun.values())


_PINNED = select(AttemptPolicy.policy_version_id).where(AttemptPolicy.attempt_id == bindparam("attempt_id"))
_THEN_AND_SINCE = (
    select(PolicyVersion, PolicyVersion.id.in_(_PINNED))
    .join(PolicyVersion.module)
    .where(PolicyVersion.module_id.in_(select(PolicyVersion.module_id).where(PolicyVersion.id.in_(_PINNED))))
    .where(PolicyVersion.state == VersionState.PUBLISHED)
    .options(contains_eager(PolicyVersion.module))
    .order_by(Module.code, PolicyVersion.effective_at, PolicyVersion.major, PolicyVersion.minor)
)


def list_finished(person_id: int, *, most: int | None = None) -> list[tuple[Attempt, GradingRun]]:
    """A person's graded attempts, the newest first, at most so many."""
    query = (
        select(Attempt)
        .where(Attempt.person_id == person_id, Attempt.purpose == Purpose.ASSESSED, Attempt.closed_at.is_not(None))
        .options(joinedload(Attempt.quiz_version))
        .order_by(Attempt.closed_at.desc(), Attempt.id)
        .limit(most)
    )
    attempts = list(db.session.scalars(query))
    runs = load_current_runs([attempt.id for attempt in attempts])
    return [(attempt, runs[attempt.id]) for attempt in attempts if attempt.id in runs]
