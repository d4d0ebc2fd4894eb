"""Reads the corrections of questions: one of them, those of a question, of a quiz, of an attempt."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.core.regrading import RegradeState, Standing
from lms.quizzes.models import Attempt, AttemptQuestion, GradingRun, Quiz, QuizVersion, Regrade
from lms.quizzes.queries.regrading import CLOSED


def get_regrade(regrade_id: int) -> Regrade:
    """A regrade with what it is about and who proposed and decided it."""
    query = (
        select(Regrade)
        .where(Regrade.id == regrade_id)
        .options(
            joinedload(Regrade.quiz),
            joinedload(Regrade.question_version).joinedload(QuestionVersion.question).joinedload(Question.bank),
            joinedload(Regrade.proposer),
            joinedload(Regrade.decider),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def find_waiting(quiz_id: int, version_id: int) -> Regrade | None:
    """The regrade of a question in a quiz that is proposed or being carried out."""
    open_ones = (RegradeState.PROPOSED, RegradeState.APPLYING)
    query = select(Regrade).where(Regrade.quiz_id == quiz_id, Regrade.question_version_id == version_id)
    return db.session.scalar(query.where(Regrade.state.in_(open_ones)).order_by(Regrade.id).limit(1))


def find_applying(quiz_id: int) -> Regrade | None:
    """The regrade of a quiz that is being carried out."""
    query = select(Regrade).where(Regrade.quiz_id == quiz_id, Regrade.state == RegradeState.APPLYING)
    return db.session.scalar(query)


def list_regrades(question_id: int) -> list[Regrade]:
    """The regrades of a question in all its versions, the newest first."""
    query = (
        select(Regrade)
        .join(QuestionVersion, QuestionVersion.id == Regrade.question_version_id)
        .where(QuestionVersion.question_id == question_id)
        .options(joinedload(Regrade.quiz), joinedload(Regrade.question_version))
    )
    return list(db.session.scalars(query.order_by(Regrade.id.desc())))


def get_answered(quiz_code: str, question_code: str, n: int) -> tuple[Quiz, QuestionVersion]:
    """A quiz, and a version of a question in it that people have finished: that number, or the newest (0)."""
    query = (
        select(Quiz, QuestionVersion)
        .select_from(Attempt)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Quiz.code == quiz_code, Question.code == question_code)
        .where(Attempt.purpose == Purpose.ASSESSED, Attempt.state.in_(CLOSED))
        .options(contains_eager(QuestionVersion.question).joinedload(Question.bank))
        .order_by(QuestionVersion.n.desc())
        .limit(1)
    )
    found = db.session.execute(query.where(QuestionVersion.n == n) if n else query).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


@dataclass(frozen=True, slots=True)
class Answered:
    """A version of a question in a quiz that people have finished, and how many attempts."""

    quiz: Quiz
    version: QuestionVersion
    attempts: int


def list_answered(question_id: int) -> list[Answered]:
    """Where a question has been answered: each of its versions in each quiz, the newest version first."""
    query = (
        select(QuestionVersion.id, QuizVersion.quiz_id, func.count())
        .select_from(Attempt)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .where(
            QuestionVersion.question_id == question_id, Attempt.purpose == Purpose.ASSESSED, Attempt.state.in_(CLOSED)
        )
        .group_by(QuestionVersion.id, QuizVersion.quiz_id)
    )
    counts = {(version_id, quiz_id): count for version_id, quiz_id, count in db.session.execute(query)}
    in_any = {version_id for version_id, _quiz_id in counts}
    versions = {
        row.id: row for row in db.session.scalars(select(QuestionVersion).where(QuestionVersion.id.in_(in_any)))
    }
    of_any = {quiz_id for _version_id, quiz_id in counts}
    quizzes = {row.id: row for row in db.session.scalars(select(Quiz).where(Quiz.id.in_(of_any)))}
    found = [Answered(quizzes[quiz_id], versions[version_id], n) for (version_id, quiz_id), n in counts.items()]
    return sorted(found, key=lambda one: (-one.version.n, one.quiz.code))


@dataclass(frozen=True, slots=True)
class Note:
    """A correction as the result of one attempt tells it: what was done when and why, and how the score moved."""

    regrade: Regrade
    position: int
    before: Standing
    after: Standing

    @property
    def is_score_changed(self) -> bool:
        return (self.before.score, self.before.maximum) != (self.after.score, self.after.maximum)


def load_notes(attempt_id: str) -> list[Note]:
    """The corrections that an attempt has been graded by, the newest first."""
    before = aliased(GradingRun)
    query = (
        select(Regrade, GradingRun, before, AttemptQuestion.position)
        .join(GradingRun, GradingRun.regrade_id == Regrade.id)
        .join(before, and_(before.attempt_id == GradingRun.attempt_id, before.run_no == GradingRun.run_no - 1))
        .join(
            AttemptQuestion,
            and_(
                AttemptQuestion.attempt_id == GradingRun.attempt_id,
                AttemptQuestion.question_version_id == Regrade.question_version_id,
            ),
        )
        .where(GradingRun.attempt_id == attempt_id, GradingRun.published_at.is_not(None))
        .order_by(GradingRun.run_no.desc())
    )
    return [
        Note(
            regrade,
            position,
            Standing(earlier.score_thousandths, earlier.max_thousandths, earlier.passed),
            Standing(run.score_thousandths, run.max_thousandths, run.passed),
        )
        for regrade, run, earlier, position in db.session.execute(query)
    ]
