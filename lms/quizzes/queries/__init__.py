from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.foundation.access import Asker
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.questions import queries as questions
from lms.questions.models import Question, QuestionState
from lms.quizzes.core.attempt import AttemptState, Purpose, Window
from lms.quizzes.core.blueprint import Candidate, DrawRow, draw_rows
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import (
    Assignee,
    Assignment,
    Attempt,
    AttemptQuestion,
    Quiz,
    QuizQuestion,
    QuizVersion,
)
from lms.quizzes.queries.attempts import (
    Standing,
    count_late_answers,
    find_attempt_to_close,
    get_attempt,
    get_map,
    get_without_paper,
    is_current_run,
    join_marks,
    list_finished,
    list_overdue,
    load_current_runs,
    load_events,
    load_late_events,
    load_seen,
    load_seen_in,
    load_standings,
    load_state,
    load_versions_then_and_now,
    lock_assignee,
    lock_attempt,
)
from lms.quizzes.queries.handing_in import append_run, close_row, load_gradables, lock_to_submit
from lms.quizzes.queries.saving import append_events, count_events, load_stored, lock_for_answers
from lms.quizzes.queries.taking import Asked, Sitting, load_answers, load_paper, load_sitting, paper_of
from lms.sites.core.year import today_at

__all__ = [
    "Asked",
    "Given",
    "Sitting",
    "Standing",
    "append_events",
    "append_run",
    "candidate_of",
    "close_row",
    "count_events",
    "count_late_answers",
    "find_attempt_to_close",
    "find_quiz",
    "get_attempt",
    "get_given",
    "get_map",
    "get_quiz",
    "get_without_paper",
    "is_current_run",
    "is_still_taken",
    "join_marks",
    "list_assignments",
    "list_drawable_questions",
    "list_finished",
    "list_given",
    "list_overdue",
    "list_quiz_questions",
    "list_quizzes",
    "load_answers",
    "load_closes_at",
    "load_counted_versions",
    "load_current_runs",
    "load_current_versions",
    "load_events",
    "load_gradables",
    "load_last_opened",
    "load_late_events",
    "load_more_minutes",
    "load_paper",
    "load_seen",
    "load_seen_in",
    "load_sitting",
    "load_standings",
    "load_state",
    "load_stored",
    "load_versions_then_and_now",
    "lock_assignee",
    "lock_attempt",
    "lock_for_answers",
    "lock_to_submit",
    "paper_of",
]


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
    assignee: Assignee
    """Holds the end of their own, where there is one."""

    @property
    def window(self) -> Window:
        """When they may take it."""
        given, own = self.assignment, self.assignee.own_due_at
        return Window(given.opens_at, own if own is not None and given.ended_at is None else given.due_at)

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.state == AttemptState.OPEN), None)

    @property
    def taken(self) -> int:
        """How many of the attempts allowed are used; a void one is given back."""
        return sum(attempt.state != AttemptState.VOID for attempt in self.attempts)

    @property
    def last_result(self) -> Attempt | None:
        """The newest attempt that is closed."""
        return next((attempt for attempt in reversed(self.attempts) if attempt.closed_at), None)

    def may_start(self, now: datetime) -> bool:
        """Whether a new attempt may be opened."""
        in_window = self.window.opens_at <= now < self.window.due_at
        return in_window and self.open_attempt is None and self.taken < self.rules.attempts


def list_given(person_id: int) -> list[Given]:
    """What is given to a person, the next due first."""
    query = _held(person_id).where(Assignment.purpose == Purpose.ASSESSED, _is_of_use(person_id))
    return _given(person_id, list(db.session.scalars(query)))


def _held(person_id: int) -> Select[Assignee]:
    """What a person has, with the assignment and the quiz of each."""
    query = select(Assignee).join(Assignee.assignment).where(Assignee.person_id == person_id)
    return query.options(contains_eager(Assignee.assignment).joinedload(Assignment.quiz))


def _is_of_use(person_id: int) -> ColumnElement[bool]:
    """What was ended before its time is shown to those alone who have sat it."""
    own = (Attempt.assignment_id == Assignment.id) & (Attempt.person_id == person_id)
    return Assignment.ended_at.is_(None) | exists().where(own)


def get_given(person_id: int, assignment_id: int) -> Given:
    """One assignment of a person; not found when it is not given to them."""
    wanted = (Assignment.id == assignment_id, Assignment.purpose != Purpose.PRACTICE)
    assignee = db.session.scalar(_held(person_id).where(*wanted))  # a practice set is taken once, where it is made
    if assignee is None:
        raise NotFound
    return _given(person_id, [assignee])[0]


def _given(person_id: int, held: Sequence[Assignee]) -> list[Given]:
    assignments = [assignee.assignment for assignee in held]
    ids = [assignment.id for assignment in assignments]
    attempts: dict[int, list[Attempt]] = {}
    query = select(Attempt).where(Attempt.person_id == person_id, Attempt.assignment_id.in_(ids))
    for attempt in db.session.scalars(query.order_by(Attempt.attempt_no)):
        attempts.setdefault(attempt.assignment_id, []).append(attempt)
    runs = load_current_runs([attempt.id for of_one in attempts.values() for attempt in of_one]) if attempts else {}
    versions = load_counted_versions([assignment.quiz_id for assignment in assignments])
    places = load_last_opened([a.id for own in attempts.values() for a in own if a.state == AttemptState.OPEN])
    given = []
    for assignee, assignment in zip(held, assignments, strict=True):
        own = tuple(attempts.get(assignment.id, ()))
        graded = [runs[attempt.id] for attempt in own if attempt.id in runs]
        version, count = versions[assignment.quiz_id]
        passed = any(run.passed for run in graded) if graded else None
        place = next((places[attempt.id] for attempt in own if attempt.id in places), None)
        given.append(Given(assignment, version, rules_from(version.rules), count, own, passed, place, assignee))
    return sorted(given, key=lambda entry: (entry.window.due_at, entry.assignment.id))


def load_more_minutes(person: Person | Asker, rules: Rules, now: datetime) -> int:
    """What an accommodation that holds on this day adds to a person's time limit; 0 for most."""
    granted = people.find_accommodation(person.id)
    if granted is None or not granted.more_time.holds(today_at(person.zone_name, now)):
        return 0
    return granted.more_time.minutes_for(rules.minutes)


def is_still_taken(assignment: Assignment) -> bool:
    """Whether somebody has an attempt open; beyond the due time that is so when the window was moved or ended."""
    is_open = exists().where(Attempt.assignment_id == assignment.id, Attempt.state == AttemptState.OPEN)
    return bool(db.session.scalar(select(is_open)))


def load_closes_at(assignment: Assignment) -> datetime:
    """When nobody begins it any more: those who were away may have an end of their own."""
    own = select(func.max(Assignee.own_due_at)).where(Assignee.assignment_id == assignment.id)
    latest = db.session.scalar(own) if assignment.ended_at is None else None
    return max(assignment.due_at, latest) if latest is not None else assignment.due_at


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
        select(func.count(func.coalesce(Question.variant_of, Question.code).distinct()))
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
    body = found.version.body
    return Candidate(
        code=found.question.code,
        section=found.main_section,
        tags=tuple(body.get("tags", ())),
        type=body.get("type", ""),
        difficulty=body.get("difficulty", ""),
        group=found.question.variant_of or "",
    )


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
    query = select(Question).join(QuizQuestion, QuizQuestion.question_id == Question.id)
    query = query.where(QuizQuestion.quiz_version_id == version.id, Question.state == QuestionState.IN_USE)
    listed = db.session.scalars(query.order_by(QuizQuestion.position)).all()
    current = questions.load_current(listed)
    return [current[question.id] for question in listed if question.id in current]


def list_assignments(quiz: Quiz) -> list[tuple[Assignment, int]]:
    """The assignments of a quiz, the newest first, with how many people each has."""
    counts = select(Assignee.assignment_id, func.count().label("count")).group_by(Assignee.assignment_id).subquery()
    query = (
        select(Assignment, func.coalesce(counts.c.count, 0))
        .outerjoin(counts, counts.c.assignment_id == Assignment.id)
        .where(Assignment.quiz_id == quiz.id, Assignment.purpose != Purpose.PRACTICE)
        .order_by(Assignment.opens_at.desc(), Assignment.id.desc())
    )
    return [(assignment, count) for assignment, count in db.session.execute(query)]
