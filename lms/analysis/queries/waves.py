"""The attempts of a quiz by the month of their assignment, and when its questions were revised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.analysis.core.enrolments import cohort_at
from lms.analysis.core.parts import SPLITTING, Way
from lms.analysis.core.waves import Result, Wave, waves
from lms.analysis.queries.groupings import divide
from lms.analysis.queries.rows import NO_COHORT, load_sittings, load_spells, of_quiz
from lms.foundation.db import db
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.models import Assignment, Attempt, GradingRun, Quiz, QuizQuestion, QuizVersion
from lms.quizzes.queries import is_current_run
from lms.sites.models import Site, Vendor


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its figures and the questions that got a new version in it."""

    day: date
    figures: Wave
    revised: Sequence[str]


def load_months(quiz: Quiz) -> list[Month]:
    """The months in which a quiz was assigned, the newest first."""
    revised = _load_revised(quiz)
    told = waves(_load_results(quiz))
    return [Month(date.fromisoformat(f"{wave.name}-01"), wave, revised.get(wave.name, ())) for wave in reversed(told)]


def _load_results(quiz: Quiz) -> list[Result]:
    sittings, _names = load_sittings(quiz)
    spells, _of_spells = load_spells(quiz)
    ways = divide(sittings).ways
    query = (
        of_quiz(
            select(
                Attempt.person_id,
                Attempt.assignment_id,
                Attempt.opened_at,
                Attempt.locale,
                Site.code.label("site"),
                Vendor.code.label("vendor"),
                Assignment.opens_at,
                Assignment.zone_name,
                GradingRun.score_thousandths,
                GradingRun.max_thousandths,
                GradingRun.passed,
            ),
            quiz.id,
        )
        .join(Assignment, Assignment.id == Attempt.assignment_id)
        .join(Site, Site.id == Attempt.site_id)
        .join(Vendor, Vendor.id == Attempt.vendor_id)
        .outerjoin(GradingRun, is_current_run())
        .order_by(Attempt.opened_at, Attempt.id)
    )
    found, people, taken = [], set(), set()
    for row in db.session.execute(query):
        is_first, is_again = row.person_id not in people, (row.person_id, row.assignment_id) in taken
        people.add(row.person_id)
        taken.add((row.person_id, row.assignment_id))
        if is_again or not row.max_thousandths:
            continue
        cohort = cohort_at(spells.get(row.person_id, ()), row.opened_at) or NO_COHORT
        parts = {Way.LANGUAGE: row.locale, Way.SITE: row.site, Way.VENDOR: row.vendor}
        cell = tuple(parts[way] for way in SPLITTING if way in ways.get(cohort, ()))
        wave = row.opens_at.astimezone(ZoneInfo(row.zone_name)).strftime("%Y-%m")
        share = row.score_thousandths / row.max_thousandths
        found.append(Result(cohort, cell, wave, is_first, share, row.passed))
    return found


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
