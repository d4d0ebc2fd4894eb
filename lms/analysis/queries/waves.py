"""The attempts of a quiz by the month of their assignment, and when its questions were revised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.analysis.core.populations import Population
from lms.analysis.core.waves import Result, Wave, waves
from lms.analysis.queries.groupings import told_of_windows
from lms.analysis.queries.results import Results
from lms.analysis.queries.rows import of_quiz
from lms.foundation.db import db
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.models import Attempt, GradingRun, Quiz, QuizQuestion, QuizVersion
from lms.quizzes.queries import is_current_run


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its figures and the questions that got a new version in it; ``mostly`` is the larger population."""

    figures: Wave
    revised: Sequence[str]
    mostly: Population


def load_months(quiz: Quiz, found: Results) -> list[Month]:
    """The months in which a quiz was assigned and taken, the newest first."""
    revised, again = _load_revised(quiz), Counter(each.window for each in found.of[Population.AGAIN])
    first = Counter(each.window for each in found.first)
    told = waves(_load_scores(quiz, found), found.windows)
    return [Month(wave, revised.get(wave.name, ()), _mostly(first[wave.name], again[wave.name])) for wave in told]


def _mostly(first: int, again: int) -> Population:
    return Population.FIRST if first >= again else Population.AGAIN


def _load_scores(quiz: Quiz, found: Results) -> list[Result]:
    score = (GradingRun.id, GradingRun.score_thousandths, GradingRun.max_thousandths, GradingRun.passed)
    query = of_quiz(select(*score).select_from(Attempt).join(GradingRun, is_current_run()), quiz.id)
    scores = {run_id: (earned / most, passed) for run_id, earned, most, passed in db.session.execute(query) if most}
    return [Result(each.window, *scores[each.run_id]) for each in told_of_windows(found.of) if each.run_id in scores]


def _load_revised(quiz: Quiz) -> Mapping[str, list[str]]:
    """By month, the questions of the quiz that got another version."""
    of_this = (
        select(QuizQuestion.question_id)
        .join(QuizVersion, QuizVersion.id == QuizQuestion.quiz_version_id)
        .where(QuizVersion.quiz_id == quiz.id)
    )
    query = (
        select(Question.code, QuestionVersion.created_at)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.question_id.in_(of_this), QuestionVersion.n > 1)
        .order_by(Question.code)
    )
    found: dict[str, list[str]] = {}
    for code, at in db.session.execute(query):
        found.setdefault(at.strftime("%Y-%m"), []).append(code)
    return found
