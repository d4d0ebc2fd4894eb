"""What an attempt asks of the database while it is being taken.

Only how it stands, its flags and its answers change meanwhile. What it asks, what it is taken by and who may take it
never do, so a process reads those once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from lms.foundation import clock
from lms.foundation.access import Access, Scope
from lms.foundation.db import built_once, db
from lms.kit.kept import Kept
from lms.kit.problems import NotFound
from lms.policies.models import Module, PolicyVersion, Section
from lms.questions.models import Question, QuestionVersion, SectionLink
from lms.quizzes import access as reach
from lms.quizzes.core.answers import Event, of_record
from lms.quizzes.core.attempt import Break
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import AnswerEvent, Attempt, AttemptPolicy, AttemptQuestion, QuizVersion

MOST_PAPERS, MOST_BODIES = 2000, 5000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a paper puts it: its body, without any key, and the order of its options."""

    position: int
    version_id: int
    code: str
    section: str | None
    """The full name of the section that it rests on first, if there is one."""
    body: Mapping[str, Any]
    option_order: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Paper:
    """The questions of an attempt in order, and their bodies by position."""

    questions: tuple[Asked, ...]
    bodies: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Pinned:
    """A policy version that was in force when an attempt opened."""

    version_id: int
    published_at: datetime
    code: str
    number: str
    title_text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """By what an attempt is taken: the title and the rules of its quiz version, and the policies it rests on."""

    title_text: Mapping[str, str]
    rules: Rules
    policies: tuple[Pinned, ...]


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt as its pages show it to whoever takes it, at an instant of the clock that decides."""

    id: str
    state: str
    deadline_at: datetime
    rest: Break
    now: datetime
    terms: Terms
    questions: tuple[Asked, ...]
    flagged: frozenset[int]


@dataclass(frozen=True, slots=True)
class Answers:
    """The payloads of the answers of record by position, without the blank ones, and when the newest was saved."""

    payloads: Mapping[int, Mapping[str, Any]]
    last_saved_at: datetime | None


def load_sitting(access: Access, attempt_id: str) -> Sitting:
    """An attempt as far as this access reaches; not found otherwise."""
    query = _standing(access.scopes, clock.is_databases(db.session))
    row = db.session.execute(query, {"attempt_id": attempt_id, **access.values}).first()
    if row is None:
        raise NotFound
    state, deadline_at, started_at, ended_at, *database_now = row
    return Sitting(
        id=attempt_id,
        state=state,
        deadline_at=deadline_at,
        rest=Break(started_at, ended_at),
        now=clock.in_utc(database_now[0]) if database_now else clock.now(),
        terms=_load_terms(attempt_id),
        questions=paper_of(attempt_id).questions,
        flagged=frozenset(db.session.scalars(_FLAGGED, {"attempt_id": attempt_id})),
    )


@built_once
def _standing(scopes: frozenset[Scope], is_databases_clock: bool) -> Select[Any]:
    query: Select[Any] = select(
        *(Attempt.state, Attempt.deadline_at, Attempt.break_started_at, Attempt.break_ended_at),
        *((func.clock_timestamp(),) if is_databases_clock else ()),
    )
    return query.where(Attempt.id == bindparam("attempt_id"), reach.attempts(Access.to_come(scopes)))


_FLAGGED = select(AttemptQuestion.position).where(
    AttemptQuestion.attempt_id == bindparam("attempt_id"), AttemptQuestion.is_flagged
)


def load_paper(access: Access, attempt_id: str) -> Paper:
    """What an attempt asks, as far as this access reaches; not found otherwise."""
    asked_for = access.person_id, access.scopes, attempt_id
    if _reached.find(asked_for) is None:
        found = db.session.scalar(_reaching(access.scopes), {"attempt_id": attempt_id, **access.values})
        if found is None:
            raise NotFound
        _reached.keep(asked_for, found)
    return paper_of(attempt_id)


@built_once
def _reaching(scopes: frozenset[Scope]) -> Select[Any]:
    query: Select[Any] = select(Attempt.id)
    return query.where(Attempt.id == bindparam("attempt_id"), reach.attempts(Access.to_come(scopes)))


def paper_of(attempt_id: str) -> Paper:
    """What an attempt asks that an access has been found to reach."""
    known = _papers.find(attempt_id)
    if known is not None:
        return known
    rows = db.session.execute(_PLACED, {"attempt_id": attempt_id}).all()
    bodies = _load_bodies({row.sha256: row.id for row in rows})
    questions = tuple(
        Asked(
            row.position,
            row.id,
            row.code,
            f"{row.module}/{row.key}" if row.key else None,
            bodies[row.sha256],
            row.option_order,
        )
        for row in rows
    )
    return _papers.keep(attempt_id, Paper(questions, {question.position: question.body for question in questions}))


_PLACED = (
    select(
        *(AttemptQuestion.position, AttemptQuestion.option_order, QuestionVersion.id, QuestionVersion.sha256),
        *(Question.code, Module.code.label("module"), Section.key),
    )
    .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
    .join(Question, Question.id == QuestionVersion.question_id)
    .outerjoin(SectionLink, (SectionLink.question_version_id == QuestionVersion.id) & (SectionLink.position == 0))
    .outerjoin(Section, Section.id == SectionLink.section_id)
    .outerjoin(Module, Module.id == Section.module_id)
    .where(AttemptQuestion.attempt_id == bindparam("attempt_id"))
    .order_by(AttemptQuestion.position)
)


def _load_bodies(versions: Mapping[str, int]) -> Mapping[str, Mapping[str, Any]]:
    """The bodies of question versions by hash, each read once however many papers it stands on."""
    found = {sha256: body for sha256 in versions if (body := _bodies.find(sha256)) is not None}
    unknown = [version_id for sha256, version_id in versions.items() if sha256 not in found]
    if unknown:
        query = select(QuestionVersion.sha256, QuestionVersion.body).where(QuestionVersion.id.in_(unknown))
        found |= {row.sha256: _bodies.keep(row.sha256, row.body) for row in db.session.execute(query)}
    return found


def _load_terms(attempt_id: str) -> Terms:
    """By what an attempt is taken that this access has been found to reach."""
    known = _terms.find(attempt_id)
    if known is not None:
        return known
    rows = db.session.execute(_TERMS, {"attempt_id": attempt_id}).all()
    pinned = [
        Pinned(row.id, row.published_at, row.code, f"{row.major}.{row.minor}", row.policy_title_text)
        for row in rows
        if row.id
    ]
    return _terms.keep(attempt_id, Terms(rows[0].title_text, rules_from(rows[0].rules), tuple(pinned)))


_TERMS = (
    select(
        *(QuizVersion.title_text, QuizVersion.rules, PolicyVersion.id, PolicyVersion.published_at, Module.code),
        *(PolicyVersion.major, PolicyVersion.minor, PolicyVersion.title_text.label("policy_title_text")),
    )
    .select_from(Attempt)
    .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
    .outerjoin(AttemptPolicy, AttemptPolicy.attempt_id == Attempt.id)
    .outerjoin(PolicyVersion, PolicyVersion.id == AttemptPolicy.policy_version_id)
    .outerjoin(Module, Module.id == PolicyVersion.module_id)
    .where(Attempt.id == bindparam("attempt_id"))
    .order_by(Module.code)
)

_reached: Kept[tuple[int | None, frozenset[Scope], str], str] = Kept(MOST_PAPERS)
_papers: Kept[str, Paper] = Kept(MOST_PAPERS)
_bodies: Kept[str, Mapping[str, Any]] = Kept(MOST_BODIES)
_terms: Kept[str, Terms] = Kept(MOST_PAPERS)


def load_answers(attempt_id: str) -> Answers:
    """What is answered in an attempt that this access has been found to reach."""
    rows = db.session.execute(_LOG, {"attempt_id": attempt_id}).all()
    events = of_record(Event(*row[:5]) for row in rows)
    payloads = {position: event.payload for position, event in events.items() if event.payload}
    return Answers(payloads, max((row.server_at for row in rows), default=None))


_LOG = (
    select(
        *(AnswerEvent.epoch, AnswerEvent.seq, AnswerEvent.position, AnswerEvent.locale, AnswerEvent.payload),
        AnswerEvent.server_at,
    )
    .where(AnswerEvent.attempt_id == bindparam("attempt_id"))
    .order_by(AnswerEvent.epoch, AnswerEvent.seq)
)
