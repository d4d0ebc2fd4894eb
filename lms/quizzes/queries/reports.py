"""Reads what people said of questions: for those who answer without their names, for themselves their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.questions.access import withheld
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


def list_reports(access: Access, *, are_answered: bool, offset: int, most: int) -> list[QuestionReport]:
    """Those that wait, the one owed first before the others; or those that are answered, the newest first."""
    query = _readable(select(QuestionReport), access, are_answered=are_answered).options(
        contains_eager(QuestionReport.question_version)
        .contains_eager(QuestionVersion.question)
        .joinedload(Question.bank)
    )
    if are_answered:
        query = query.order_by(QuestionReport.answered_at.desc(), QuestionReport.id.desc())
    else:
        query = query.order_by(QuestionReport.owed_at, QuestionReport.id)
    return list(db.session.scalars(query.offset(offset).limit(most)))


def count_reports(access: Access, *, are_answered: bool) -> int:
    """How many are answered, or wait."""
    query = _readable(select(func.count()).select_from(QuestionReport), access, are_answered=are_answered)
    return db.session.scalar(query) or 0


def _readable(query: Select[Any], access: Access, *, are_answered: bool) -> Select[Any]:
    """What is said of a question may hint at its key, and is not for whoever has still to take it."""
    waits = QuestionReport.answered_at.is_(None)
    query = query.join(QuestionReport.question_version).join(QuestionVersion.question)
    return query.where(~waits if are_answered else waits, ~withheld(access))


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
