"""Reads what a person may still be asked: the attempts left, of each quiz the questions that it draws from, and whose
keys wait until a quiz is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import built_once, db
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
from lms.quizzes.queries.attempts import is_current_run, load_seen
from lms.wellbeing.models import SeeingPreference

_Shown = aliased(QuestionVersion)
_Anybody = aliased(Assignee)
_Newest = aliased(QuizVersion)


@dataclass(frozen=True, slots=True)
class Due:
    """A quiz as it is given to a person: the rules that a new attempt would have, and how many are left."""

    quiz_id: int
    version_id: int
    rules: Rules
    papers: int
    is_over: bool
    """Whether nobody takes it any more, not even those who have an end of their own."""
    fresh_since: datetime | None
    """Since when what was seen on any paper is drawn like what was seen in this quiz; None where that is not asked."""

    @property
    def guards_keys(self) -> bool:
        """Whether its rule shows no keys yet, or never."""
        feedback = self.rules.feedback
        return feedback is Feedback.SECTIONS_ONLY or (feedback is Feedback.AFTER_CLOSE and not self.is_over)


def load_due(person_id: int, at: datetime, *, quiz_id: int | None = None) -> list[Due]:
    """The quizzes given to somebody, or one of them; after a pass no attempt is left, and none after its time."""
    rows = db.session.execute(_due(quiz_id is not None), {"person_id": person_id, "quiz_id": quiz_id})
    found = []
    for given, own_due_at, latest_due_at, version_id, stored, taken, has_passed, still_open in rows:
        # an end of their own counts as long as nobody has ended it for all
        due_at, last_due_at = given.due_at, given.due_at
        if given.ended_at is None:
            due_at, last_due_at = own_due_at or due_at, max(latest_due_at or due_at, due_at)
        rules = rules_from(stored)
        papers = 0 if due_at <= at or has_passed else max(0, rules.attempts - taken)
        since = min(at - timedelta(days=given.fresh_days), given.opens_at) if given.fresh_days else None
        found.append(Due(given.quiz_id, version_id, rules, papers, last_due_at <= at and not still_open, since))
    return found


@built_once
def _due(is_of_one_quiz: bool) -> Select[Any]:
    newest = select(func.max(QuizVersion.n)).where(QuizVersion.quiz_id == Assignment.quiz_id).correlate(Assignment)
    of_anybody = select(func.count()).select_from(Attempt).where(Attempt.assignment_id == Assignment.id)
    of_anybody = of_anybody.correlate(Assignment)
    own = of_anybody.where(Attempt.person_id == bindparam("person_id"), Attempt.state != AttemptState.VOID)
    passed = own.join(GradingRun, is_current_run()).where(GradingRun.passed)
    latest = select(func.max(_Anybody.own_due_at)).where(_Anybody.assignment_id == Assignment.id).correlate(Assignment)
    query: Select[Any] = (
        select(
            Assignment,
            Assignee.own_due_at,
            latest.scalar_subquery().label("latest_due_at"),
            QuizVersion.id,
            QuizVersion.rules,
            own.scalar_subquery().label("taken"),
            passed.scalar_subquery().label("passed"),
            of_anybody.where(Attempt.state == AttemptState.OPEN).scalar_subquery().label("open"),
        )
        .join(Assignee, Assignee.assignment_id == Assignment.id)
        .join(QuizVersion, and_(QuizVersion.quiz_id == Assignment.quiz_id, QuizVersion.n == newest.scalar_subquery()))
        .where(Assignee.person_id == bindparam("person_id"), Assignment.purpose == Purpose.ASSESSED)
        .order_by(Assignment.id)
    )
    return query.where(Assignment.quiz_id == bindparam("quiz_id")) if is_of_one_quiz else query


def load_ahead(person_id: int, due: Collection[Due], *, guarded: Collection[int] = ()) -> list[Ahead]:
    """What these quizzes may still ask somebody, and what stands on any paper that they have open.

    The ``guarded`` quizzes, by id, are among them whole: nothing that they hold is to be told yet.
    """
    papers = Counter({entry.quiz_id: 0 for entry in due})
    for entry in due:
        papers[entry.quiz_id] += entry.papers
    asking = {entry.quiz_id: entry for entry in due if entry.quiz_id in guarded or papers[entry.quiz_id]}
    pools = _load_pools(person_id, asking.values())
    fresh = [(entry.fresh_since, entry.quiz_id) for entry in due if entry.papers and entry.fresh_since is not None]
    lately = load_seen(person_id, min(fresh)[0]) if fresh else set()
    ahead = [Ahead(1, (), _load_open(person_id))]
    for quiz_id, entry in asking.items():
        pool = pools[quiz_id]
        if quiz_id in guarded:
            ahead.append(Ahead(1, (), pool.stock))
            continue
        avoided = pool.avoided | lately if quiz_id in {of_quiz for _since, of_quiz in fresh} else pool.avoided
        ahead.append(Ahead(papers[quiz_id], entry.rules.draw, pool.stock, frozenset(pool.seen), frozenset(avoided)))
    return ahead


@dataclass(frozen=True, slots=True)
class _Pool:
    """What a quiz draws from, by code; of that what the person has seen, and what is drawn last or not just now."""

    stock: dict[str, Candidate] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    avoided: set[str] = field(default_factory=set)


def _load_pools(person_id: int, asking: Collection[Due]) -> dict[int, _Pool]:
    """The pool of each of these quizzes, in one statement; a question that is held may be confirmed and come then."""
    pools = {entry.quiz_id: _Pool() for entry in asking}
    if not pools:
        return {}
    seen = (
        select(AttemptQuestion.attempt_id)
        .join(Attempt, Attempt.id == AttemptQuestion.attempt_id)
        .join(Assignment, Assignment.id == Attempt.assignment_id)
        .join(_Shown, _Shown.id == AttemptQuestion.question_version_id)
        .where(_Shown.question_id == Question.id, Attempt.person_id == person_id)
        .where(or_(Assignment.quiz_id == QuizVersion.quiz_id, Attempt.purpose == Purpose.PRACTICE))
        .correlate(Question, QuizVersion)
        .exists()
    )
    newest = select(func.max(_Shown.n)).where(_Shown.question_id == Question.id).correlate(Question)
    avoided = select(SeeingPreference.avoided).where(SeeingPreference.person_id == person_id).scalar_subquery()
    query = (
        select(
            QuizVersion.quiz_id,
            Question.code,
            Question.state,
            Question.variant_of,
            QuestionVersion.body,
            Module.code.label("module"),
            Section.key,
            seen,
            avoided,
        )
        .join(QuizQuestion, QuizQuestion.quiz_version_id == QuizVersion.id)
        .join(Question, Question.id == QuizQuestion.question_id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .outerjoin(SectionLink, and_(SectionLink.question_version_id == QuestionVersion.id, SectionLink.position == 0))
        .outerjoin(Section, Section.id == SectionLink.section_id)
        .outerjoin(Module, Module.id == Section.module_id)
        .where(QuizVersion.id.in_([entry.version_id for entry in asking]))
        .where(Question.state.in_((QuestionState.IN_USE, QuestionState.HELD)))
        .where(QuestionVersion.n == newest.scalar_subquery())
    )
    for quiz_id, code, state, variant_of, body, module, key, is_seen, kinds in db.session.execute(query):
        pool = pools[quiz_id]
        tags = tuple(body.get("tags", ()))
        section = f"{module}/{key}" if key else ""
        pool.stock[code] = Candidate(code, section, tags, body["type"], body["difficulty"], variant_of or "")
        if is_seen:
            pool.seen.add(code)
        if state == QuestionState.HELD or body.get("sensitive", {}).get("kind", "") in (kinds or ()):
            pool.avoided.add(code)
    return pools


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


def still_to_take(access: Access) -> ColumnElement[bool]:
    """The questions of quizzes that this person has still to take, or is taking now: what is open outlives a window
    that was moved or ended meanwhile. What counts is to be taken until it is passed or no attempt is left.
    """
    own = (Attempt.assignment_id == Assignment.id) & (Attempt.person_id == access.person_id)
    is_open = exists().where(own, Attempt.state == AttemptState.OPEN)
    was_looked_at = exists().where(own, Attempt.state != AttemptState.OPEN, Attempt.purpose != Purpose.ASSESSED)
    is_passed = exists().where(own, is_current_run(), GradingRun.passed)
    counts = Attempt.state != AttemptState.VOID
    taken = select(func.count()).select_from(Attempt).where(own, counts).correlate(Assignment).scalar_subquery()
    newest = select(_Newest.rules["attempts"].as_integer()).where(_Newest.quiz_id == Assignment.quiz_id)
    allowed = newest.order_by(_Newest.n.desc()).limit(1).correlate(Assignment).scalar_subquery()
    now = clock.now()
    is_due = (Assignment.due_at > now) | ((Assignee.own_due_at > now) & Assignment.ended_at.is_(None))
    query = (
        select(QuizQuestion.question_id)
        .join(QuizVersion, QuizVersion.id == QuizQuestion.quiz_version_id)
        .join(Assignment, Assignment.quiz_id == QuizVersion.quiz_id)
        .join(Assignee, Assignee.assignment_id == Assignment.id)
        .where(Assignee.person_id == access.person_id, Assignment.purpose != Purpose.PRACTICE)
        .where(or_(is_open, and_(is_due, ~was_looked_at, ~is_passed, taken < allowed)))
    )
    return Question.id.in_(query)
