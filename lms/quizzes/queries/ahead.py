"""Reads what a person may still be asked: the attempts left, and of each quiz the questions that it draws from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from lms.foundation.db import db
from lms.policies.models import Module, Section
from lms.questions.models import Question, QuestionState, QuestionVersion, SectionLink
from lms.quizzes.core.ahead import Ahead
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.blueprint import Candidate
from lms.quizzes.core.rules import Feedback, Rules, rules_from
from lms.quizzes.models import (
    Assignee,
    Assignment,
    Attempt,
    AttemptQuestion,
    GradingRun,
    QuizQuestion,
    QuizVersion,
)
from lms.quizzes.queries.attempts import is_current_run
from lms.wellbeing.models import SeeingPreference

_Shown = aliased(QuestionVersion)


@dataclass(frozen=True, slots=True)
class Due:
    """A quiz as it is given to a person: the rules that a new attempt would have, how many are left, what is open."""

    quiz_id: int
    version_id: int
    rules: Rules
    papers: int
    is_open: bool
    is_over: bool


def load_due(person_id: int, at: datetime, *, quiz_id: int | None = None) -> list[Due]:
    """The quizzes given to somebody, or one of them; after a pass no attempt is left, and none after its time."""
    newest = select(func.max(QuizVersion.n)).where(QuizVersion.quiz_id == Assignment.quiz_id).correlate(Assignment)
    own = and_(Attempt.assignment_id == Assignment.id, Attempt.person_id == person_id)
    attempts = select(func.count()).select_from(Attempt).where(own).correlate(Assignment)
    passed = (
        select(func.count())
        .select_from(Attempt)
        .join(GradingRun, is_current_run())
        .where(own, GradingRun.passed)
        .correlate(Assignment)
    )
    # an end of their own counts as long as nobody has ended it for all
    due_at = case(
        (Assignment.ended_at.is_(None), func.coalesce(Assignee.own_due_at, Assignment.due_at)), else_=Assignment.due_at
    )
    query = (
        select(
            Assignment.quiz_id,
            due_at.label("due_at"),
            QuizVersion.id,
            QuizVersion.rules,
            attempts.scalar_subquery().label("taken"),
            attempts.where(Attempt.state == AttemptState.OPEN).scalar_subquery().label("open"),
            passed.scalar_subquery().label("passed"),
        )
        .join(Assignee, Assignee.assignment_id == Assignment.id)
        .join(QuizVersion, and_(QuizVersion.quiz_id == Assignment.quiz_id, QuizVersion.n == newest.scalar_subquery()))
        .where(Assignee.person_id == person_id, Assignment.purpose == Purpose.ASSESSED)
        .order_by(Assignment.id)
    )
    if quiz_id is not None:
        query = query.where(Assignment.quiz_id == quiz_id)
    found = []
    for row in db.session.execute(query):
        rules = rules_from(row.rules)
        is_over = row.due_at <= at
        papers = 0 if is_over or row.passed else max(0, rules.attempts - row.taken)
        found.append(Due(row.quiz_id, row.id, rules, papers, bool(row.open), is_over))
    return found


def load_ahead(person_id: int, due: Collection[Due], *, guards_keys: bool = False) -> list[Ahead]:
    """What these quizzes may still ask somebody, and what stands on papers that are open.

    With ``guards_keys`` those are among them whole whose rule shows no keys yet, or never.
    """
    papers: dict[int, int] = {}
    guarded: set[int] = set()
    for entry in due:
        papers[entry.quiz_id] = papers.get(entry.quiz_id, 0) + entry.papers
        feedback = entry.rules.feedback
        if feedback is Feedback.SECTIONS_ONLY or (feedback is Feedback.AFTER_CLOSE and not entry.is_over):
            guarded.add(entry.quiz_id)
    ahead = []
    for entry in {entry.quiz_id: entry for entry in due}.values():
        if guards_keys and entry.quiz_id in guarded:
            pool, _seen, _avoided = _load_pool(person_id, entry)
            ahead.append(Ahead(1, (), pool))
        elif papers[entry.quiz_id]:
            pool, seen, avoided = _load_pool(person_id, entry)
            ahead.append(Ahead(papers[entry.quiz_id], entry.rules.draw, pool, seen, avoided))
    if any(entry.is_open for entry in due):
        ahead.append(Ahead(1, (), _load_open(person_id)))
    return ahead


def _load_pool(person_id: int, entry: Due) -> tuple[dict[str, Candidate], frozenset[str], frozenset[str]]:
    """The questions in use of a quiz by code, those that the person has seen, and those of an avoided kind."""
    seen = (
        select(AttemptQuestion.attempt_id)
        .join(Attempt, Attempt.id == AttemptQuestion.attempt_id)
        .join(Assignment, Assignment.id == Attempt.assignment_id)
        .join(_Shown, _Shown.id == AttemptQuestion.question_version_id)
        .where(_Shown.question_id == Question.id, Attempt.person_id == person_id)
        .where(or_(Assignment.quiz_id == entry.quiz_id, Attempt.purpose == Purpose.PRACTICE))
        .correlate(Question)
        .exists()
    )
    newest = select(func.max(_Shown.n)).where(_Shown.question_id == Question.id).correlate(Question)
    avoided = select(SeeingPreference.avoided).where(SeeingPreference.person_id == person_id).scalar_subquery()
    query = (
        select(
            Question.code,
            Question.variant_of,
            QuestionVersion.body,
            Module.code.label("module"),
            Section.key,
            seen,
            avoided,
        )
        .join(QuizQuestion, QuizQuestion.question_id == Question.id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .outerjoin(SectionLink, and_(SectionLink.question_version_id == QuestionVersion.id, SectionLink.position == 0))
        .outerjoin(Section, Section.id == SectionLink.section_id)
        .outerjoin(Module, Module.id == Section.module_id)
        .where(QuizQuestion.quiz_version_id == entry.version_id, Question.state == QuestionState.IN_USE)
        .where(QuestionVersion.n == newest.scalar_subquery())
    )
    pool: dict[str, Candidate] = {}
    had, shunned = set(), set()
    for code, variant_of, body, module, key, is_seen, kinds in db.session.execute(query):
        tags = tuple(body.get("tags", ()))
        section = f"{module}/{key}" if key else ""
        pool[code] = Candidate(code, section, tags, body["type"], body["difficulty"], variant_of or "")
        if is_seen:
            had.add(code)
        if body.get("sensitive", {}).get("kind", "") in (kinds or ()):
            shunned.add(code)
    return pool, frozenset(had), frozenset(shunned)


def _load_open(person_id: int) -> dict[str, Candidate]:
    """What stands on the papers that somebody has open."""
    query = (
        select(Question.code)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(AttemptQuestion, AttemptQuestion.question_version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptQuestion.attempt_id)
        .where(Attempt.person_id == person_id, Attempt.state == AttemptState.OPEN)
        .where(Attempt.purpose != Purpose.PRACTICE)
    )
    return {code: Candidate(code, "") for code in db.session.scalars(query)}
