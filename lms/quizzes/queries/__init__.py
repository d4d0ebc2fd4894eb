from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.policies.models import PolicyVersion
from lms.questions import queries as questions
from lms.questions.models import Question, QuestionState
from lms.quizzes import access as reach
from lms.quizzes.core.answers import Event, of_record
from lms.quizzes.core.attempt import AttemptState, Purpose, is_overdue
from lms.quizzes.core.blueprint import Candidate, DrawRow, draw_rows
from lms.quizzes.core.grading import Gradable, marking
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import (
    AnswerEvent,
    Assignee,
    Assignment,
    Attempt,
    AttemptPolicy,
    AttemptQuestion,
    GradingRun,
    LateEvent,
    Quiz,
    QuizQuestion,
    QuizVersion,
)


@dataclass(frozen=True, slots=True)
class Given:
    """An assignment as the person to whom it is given sees it. ``passed`` is None before anything is graded."""

    assignment: Assignment
    version: QuizVersion
    rules: Rules
    questions: int
    attempts: tuple[Attempt, ...]
    passed: bool | None
    last_opened: int | None
    """The position at which an open attempt goes on: the question that was opened last."""

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.state == AttemptState.OPEN), None)

    @property
    def last_result(self) -> Attempt | None:
        """The newest attempt that is closed."""
        return next((attempt for attempt in reversed(self.attempts) if attempt.closed_at), None)

    def may_start(self, now: datetime) -> bool:
        """Whether a new attempt may be opened."""
        in_window = self.assignment.opens_at <= now < self.assignment.due_at
        return in_window and self.open_attempt is None and len(self.attempts) < self.rules.attempts


def list_given(person_id: int) -> list[Given]:
    """What is given to a person, the next due first."""
    assignments = list(
        db.session.scalars(
            select(Assignment)
            .join(Assignee, Assignee.assignment_id == Assignment.id)
            .where(Assignee.person_id == person_id, Assignment.purpose == Purpose.ASSESSED, _is_of_use(person_id))
            .options(joinedload(Assignment.quiz))
            .order_by(Assignment.due_at, Assignment.id)
        )
    )
    return _given(person_id, assignments)


def _is_of_use(person_id: int) -> ColumnElement[bool]:
    """What was ended before its time is shown to those alone who have sat it."""
    own = (Attempt.assignment_id == Assignment.id) & (Attempt.person_id == person_id)
    return Assignment.ended_at.is_(None) | exists().where(own)


def get_given(person_id: int, assignment_id: int) -> Given:
    """One assignment of a person; not found when it is not given to them."""
    query = (
        select(Assignment)
        .join(Assignee, Assignee.assignment_id == Assignment.id)
        .where(Assignee.person_id == person_id, Assignment.id == assignment_id)
        .options(joinedload(Assignment.quiz))
    )
    assignment = db.session.scalar(query)
    if assignment is None:
        raise NotFound
    return _given(person_id, [assignment])[0]


def _given(person_id: int, assignments: Sequence[Assignment]) -> list[Given]:
    ids = [assignment.id for assignment in assignments]
    attempts: dict[int, list[Attempt]] = {}
    query = select(Attempt).where(Attempt.person_id == person_id, Attempt.assignment_id.in_(ids))
    for attempt in db.session.scalars(query.order_by(Attempt.attempt_no)):
        attempts.setdefault(attempt.assignment_id, []).append(attempt)
    runs = load_current_runs([attempt.id for of_one in attempts.values() for attempt in of_one])
    versions = load_counted_versions([assignment.quiz_id for assignment in assignments])
    places = load_last_opened([a.id for own in attempts.values() for a in own if a.state == AttemptState.OPEN])
    given = []
    for assignment in assignments:
        own = tuple(attempts.get(assignment.id, ()))
        graded = [runs[attempt.id] for attempt in own if attempt.id in runs]
        version, count = versions[assignment.quiz_id]
        passed = any(run.passed for run in graded) if graded else None
        place = next((places[attempt.id] for attempt in own if attempt.id in places), None)
        given.append(Given(assignment, version, rules_from(version.rules), count, own, passed, place))
    return given


def is_still_taken(assignment: Assignment) -> bool:
    """Whether somebody has an attempt open; beyond the due time that is so when the window was moved or ended."""
    is_open = exists().where(Attempt.assignment_id == assignment.id, Attempt.state == AttemptState.OPEN)
    return bool(db.session.scalar(select(is_open)))


def is_in_attempt(person_id: int, at: datetime) -> bool:
    """Whether somebody has an attempt open whose time is not up."""
    own = exists().where(Attempt.person_id == person_id, Attempt.state == AttemptState.OPEN, Attempt.deadline_at > at)
    return bool(db.session.scalar(select(own)))


def load_last_opened(attempt_ids: Collection[str]) -> dict[str, int]:
    """The position of the question that was opened last in each attempt; the first is open from the start."""
    if not attempt_ids:
        return {}
    query = (
        select(AttemptQuestion.attempt_id, AttemptQuestion.position)
        .where(AttemptQuestion.attempt_id.in_(list(attempt_ids)), AttemptQuestion.shown_at.is_not(None))
        .order_by(AttemptQuestion.shown_at, AttemptQuestion.position)
    )
    places: dict[str, int] = {}
    for attempt_id, position in db.session.execute(query):
        places[attempt_id] = position
    return places


def load_current_versions(quiz_ids: Collection[int]) -> dict[int, QuizVersion]:
    """The newest published version of each quiz."""
    return {quiz_id: version for quiz_id, (version, _count) in load_counted_versions(quiz_ids).items()}


def load_counted_versions(quiz_ids: Collection[int]) -> dict[int, tuple[QuizVersion, int]]:
    """The newest published version of each quiz, with how many of its questions an attempt would get now."""
    newest = (
        select(QuizVersion.quiz_id, func.max(QuizVersion.n).label("n"))
        .where(QuizVersion.quiz_id.in_(list(quiz_ids)))
        .group_by(QuizVersion.quiz_id)
        .subquery()
    )
    count = (
        select(func.count())
        .select_from(QuizQuestion)
        .join(QuizQuestion.question)
        .where(QuizQuestion.quiz_version_id == QuizVersion.id, Question.state == QuestionState.IN_USE)
        .correlate(QuizVersion)
        .scalar_subquery()
    )
    query = select(QuizVersion, count).join(
        newest, (newest.c.quiz_id == QuizVersion.quiz_id) & (newest.c.n == QuizVersion.n)
    )
    found = [(version, usable, rules_from(version.rules).draw) for version, usable in db.session.execute(query)]
    stock = _load_stock([version.id for version, _usable, rows in found if any(row.is_narrow for row in rows)])
    return {
        version.quiz_id: (version, _on_paper(rows, usable, stock.get(version.id))) for version, usable, rows in found
    }


def _on_paper(rows: Sequence[DrawRow], usable: int, stock: Sequence[Candidate] | None) -> int:
    """How many of the usable questions of a version stand on one paper; ``stock`` are they, where rows choose."""
    if stock is not None:
        return sum(map(len, draw_rows(rows, stock)))
    return min(usable, sum(row.count for row in rows)) if rows else usable


def _load_stock(version_ids: Collection[int]) -> dict[int, list[Candidate]]:
    """The questions in use of each of these versions, as a blueprint sees them."""
    if not version_ids:
        return {}
    query = (
        select(QuizQuestion)
        .join(QuizQuestion.question)
        .where(QuizQuestion.quiz_version_id.in_(list(version_ids)), Question.state == QuestionState.IN_USE)
        .options(contains_eager(QuizQuestion.question))
    )
    listed = list(db.session.scalars(query))
    current = questions.load_current(list({row.question_id: row.question for row in listed}.values()))
    stock: dict[int, list[Candidate]] = {version_id: [] for version_id in version_ids}
    for row in listed:
        stock[row.quiz_version_id].append(candidate_of(current[row.question_id]))
    return stock


def candidate_of(found: questions.Current) -> Candidate:
    """A question in use as a blueprint sees it."""
    return Candidate(found.question.code, found.main_section, tuple(found.version.body.get("tags", ())))


def get_attempt(access: Access, attempt_id: str) -> Attempt:
    """An attempt with its paper, as far as this access reaches; not found otherwise."""
    query = (
        select(Attempt)
        .where(Attempt.id == attempt_id, reach.attempts(access))
        .options(
            joinedload(Attempt.quiz_version),
            joinedload(Attempt.assignment),
            selectinload(Attempt.questions).joinedload(AttemptQuestion.question_version),
        )
    )
    attempt = db.session.scalar(query)
    if attempt is None:
        raise NotFound
    return attempt


def lock_attempt(access: Access, attempt_id: str) -> Attempt:
    """An attempt, locked against every other writer until the end of the transaction."""
    query = select(Attempt).where(Attempt.id == attempt_id, reach.attempts(access)).with_for_update(of=Attempt)
    attempt = db.session.scalar(query.execution_options(populate_existing=True))
    if attempt is None:
        raise NotFound
    return attempt


def find_attempt_to_close(attempt_id: str) -> Attempt | None:
    """An open attempt, locked; none when it is closed by now or somebody else has the lock."""
    query = select(Attempt).where(Attempt.id == attempt_id, Attempt.state == AttemptState.OPEN)
    query = query.with_for_update(skip_locked=True, of=Attempt)
    return db.session.scalar(query.execution_options(populate_existing=True))


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


def load_events(attempt_id: str) -> list[Event]:
    """The answer log of an attempt, as values."""
    query = select(AnswerEvent).where(AnswerEvent.attempt_id == attempt_id)
    return [
        Event(event.epoch, event.seq, event.position, event.locale, event.payload)
        for event in db.session.scalars(query.order_by(AnswerEvent.epoch, AnswerEvent.seq))
    ]


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


def load_last_saved_at(attempt_id: str) -> datetime | None:
    """When the newest answer of an attempt was saved."""
    return db.session.scalar(select(func.max(AnswerEvent.server_at)).where(AnswerEvent.attempt_id == attempt_id))


def load_gradables(attempt: Attempt, events: Iterable[Event], rules: Rules) -> list[Gradable]:
    """The paper of an attempt for grading: its pinned keys beside its answers of record."""
    keys = questions.load_keys({(row.question_version_id, row.key_n) for row in attempt.questions})
    answers = of_record(events)
    paper = []
    for row in attempt.questions:
        key = keys[(row.question_version_id, row.key_n)]
        event = answers.get(row.position)
        paper.append(
            Gradable(
                position=row.position,
                key_n=row.key_n,
                max_thousandths=row.max_thousandths,
                mark=marking(row.question_version.body, key, rules),
                answer=event.payload if event is not None and event.payload else None,
                shown=row.shown_at is not None,
            )
        )
    return paper


def load_current_runs(attempt_ids: Collection[str], *, with_items: bool = False) -> dict[str, GradingRun]:
    """The newest published grading run of each attempt."""
    query = select(GradingRun).join(Attempt, is_current_run()).where(Attempt.id.in_(list(attempt_ids)))
    if with_items:
        query = query.options(selectinload(GradingRun.items))
    return {run.attempt_id: run for run in db.session.scalars(query)}


def is_current_run() -> ColumnElement[bool]:
    """Whether a grading run is the newest published one of its attempt, for joins with ``Attempt``."""
    newest = (
        select(func.max(GradingRun.run_no))
        .where(GradingRun.attempt_id == Attempt.id, GradingRun.published_at.is_not(None))
        .correlate(Attempt)
        .scalar_subquery()
    )
    return (GradingRun.attempt_id == Attempt.id) & (GradingRun.run_no == newest)


def load_policy_versions(attempt_id: str) -> list[PolicyVersion]:
    """The policy versions that were in force when the attempt opened, with their modules."""
    query = (
        select(AttemptPolicy)
        .join(AttemptPolicy.policy_version)
        .where(AttemptPolicy.attempt_id == attempt_id)
        .options(contains_eager(AttemptPolicy.policy_version).joinedload(PolicyVersion.module))
    )
    return [pinned.policy_version for pinned in db.session.scalars(query)]


def list_finished(person_id: int, *, most: int | None = None) -> list[tuple[Attempt, GradingRun]]:
    """A person's graded attempts, the newest first, at most so many."""
    query = (
        select(Attempt)
        .where(Attempt.person_id == person_id, Attempt.purpose == Purpose.ASSESSED, Attempt.closed_at.is_not(None))
        .options(joinedload(Attempt.quiz_version))
        .order_by(Attempt.closed_at.desc())
        .limit(most)
    )
    attempts = list(db.session.scalars(query))
    runs = load_current_runs([attempt.id for attempt in attempts])
    return [(attempt, runs[attempt.id]) for attempt in attempts if attempt.id in runs]


def list_quizzes() -> list[Quiz]:
    """All quizzes by code."""
    return list(db.session.scalars(select(Quiz).order_by(Quiz.code)))


def get_quiz(code: str) -> Quiz:
    """The quiz of a code."""
    quiz = db.session.scalar(select(Quiz).where(Quiz.code == code))
    if quiz is None:
        raise NotFound
    return quiz


def find_quiz(code: str) -> Quiz | None:
    """The quiz of a code, if there is one."""
    return db.session.scalar(select(Quiz).where(Quiz.code == code))


def list_quiz_questions(version: QuizVersion) -> list[QuizQuestion]:
    """The fixed list of a version, in order, with its questions."""
    query = (
        select(QuizQuestion)
        .where(QuizQuestion.quiz_version_id == version.id)
        .options(joinedload(QuizQuestion.question).joinedload(Question.bank))
    )
    return list(db.session.scalars(query.order_by(QuizQuestion.position)))


def list_drawable_questions(version: QuizVersion) -> list[questions.Current]:
    """What an attempt would get now, in order: the listed questions in use, with their newest version and key."""
    listed = [row.question for row in list_quiz_questions(version) if row.question.state == QuestionState.IN_USE]
    current = questions.load_current(listed)
    return [current[question.id] for question in listed if question.id in current]


def list_assignments(quiz: Quiz) -> list[tuple[Assignment, int]]:
    """The assignments of a quiz, the newest first, with how many people each has."""
    counts = select(Assignee.assignment_id, func.count().label("count")).group_by(Assignee.assignment_id).subquery()
    query = (
        select(Assignment, func.coalesce(counts.c.count, 0))
        .outerjoin(counts, counts.c.assignment_id == Assignment.id)
        .where(Assignment.quiz_id == quiz.id)
        .order_by(Assignment.opens_at.desc())
    )
    return [(assignment, count) for assignment, count in db.session.execute(query)]
