"""Reads what people said of questions: for those who answer without their names, for themselves their own."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.models import Attempt, QuestionReport


def count_of(attempt_id: str) -> int:
    """How much was said of the questions of an attempt."""
    query = select(func.count()).select_from(QuestionReport).where(QuestionReport.attempt_id == attempt_id)
    return db.session.scalar(query) or 0


def list_of(attempt_id: str) -> list[QuestionReport]:
    """What was said of the questions of an attempt, the newest first."""
    query = select(QuestionReport).where(QuestionReport.attempt_id == attempt_id)
    return list(db.session.scalars(query.order_by(QuestionReport.id.desc())))


def count_waiting() -> int:
    """How many wait for an answer."""
    query = select(func.count()).select_from(QuestionReport).where(QuestionReport.answered_at.is_(None))
    return db.session.scalar(query) or 0


def list_reports(*, are_answered: bool, offset: int, most: int) -> list[QuestionReport]:
    """Those that wait, the one owed first before the others; or those that are answered, the newest first."""
    query = select(QuestionReport).options(
        joinedload(QuestionReport.question_version).joinedload(QuestionVersion.question).joinedload(Question.bank)
    )
    if are_answered:
        query = query.where(QuestionReport.answered_at.is_not(None))
        query = query.order_by(QuestionReport.answered_at.desc(), QuestionReport.id.desc())
    else:
        query = query.where(QuestionReport.answered_at.is_(None))
        query = query.order_by(QuestionReport.owed_at, QuestionReport.id)
    return list(db.session.scalars(query.offset(offset).limit(most)))


def count_reports(*, are_answered: bool) -> int:
    """How many are answered, or wait."""
    waits = QuestionReport.answered_at.is_(None)
    query = select(func.count()).select_from(QuestionReport).where(~waits if are_answered else waits)
    return db.session.scalar(query) or 0


def get_report(report_id: int) -> QuestionReport:
    """One of them, with its question, for whoever answers."""
    query = select(QuestionReport).where(QuestionReport.id == report_id)
    found = db.session.scalar(
        query.options(
            joinedload(QuestionReport.question_version).joinedload(QuestionVersion.question).joinedload(Question.bank),
            joinedload(QuestionReport.answerer),
        )
    )
    if found is None:
        raise NotFound
    return found


def get_own_report(person_id: int, report_id: int) -> QuestionReport:
    """What a person said; not found when it is somebody else's."""
    query = select(QuestionReport).where(QuestionReport.id == report_id, QuestionReport.person_id == person_id)
    found = db.session.scalar(
        query.options(
            joinedload(QuestionReport.question_version).joinedload(QuestionVersion.question),
            joinedload(QuestionReport.attempt).joinedload(Attempt.quiz_version),
            joinedload(QuestionReport.attempt).joinedload(Attempt.assignment),
        )
    )
    if found is None:
        raise NotFound
    return found
