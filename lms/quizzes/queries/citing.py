"""Which quizzes rest on a policy."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from lms.foundation.db import db
from lms.quizzes.models import Quiz, QuizQuestion, QuizVersion


def list_quizzes_with(question_ids: Collection[int]) -> list[Quiz]:
    """The quizzes in use whose newest version lists one of these questions, by code."""
    newest = select(func.max(QuizVersion.n)).where(QuizVersion.quiz_id == Quiz.id).correlate(Quiz).scalar_subquery()
    listing = select(QuizQuestion.quiz_version_id).where(QuizQuestion.question_id.in_(list(question_ids)))
    query = select(Quiz).join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
    query = query.where(QuizVersion.n == newest, QuizVersion.id.in_(listing), Quiz.retired_at.is_(None))
    return list(db.session.scalars(query.order_by(Quiz.code)))
