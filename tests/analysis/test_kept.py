"""What was read of gradings is kept, and whatever counts now is in the figures at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, Update, func, select, update

from lms.accounts.models import Person
from lms.analysis.queries import Filters, load_analysis
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies.models import PolicyVersion, SectionRevision
from lms.questions.models import Question, QuestionKey, QuestionVersion
from lms.quizzes import actions as quizzes
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.grading import Outcome, RunCause
from lms.quizzes.core.marked import BETWEEN, Line
from lms.quizzes.models import Attempt, AttemptQuestion, GradingItem, GradingRun, Quiz, QuizVersion
from lms.quizzes.queries import get_quiz
from lms.sites.models import Site, Vendor
from tests.analysis.classes import make_class
from tests.analysis.page import QUIZ, AnalysisPage, numbers
from tests.analysis.rows import load_results
from tests.analysis.test_page import near
from tests.conftest import QueryCount, SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def test_a_second_look_reads_no_answers_again(
    qa: Visitor, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    with queries_counted() as count:
        first = AnalysisPage(qa)
        once = len(count)
        again = AnalysisPage(qa)
    assert again.words == first.words
    told = ["marked_paper" in one for one in count.statements]
    assert (any(told[:once]), any(told[once:])) == (True, False)


def test_a_regrade_is_in_the_figures_at_once(qa: Visitor, sample: Flask, unit: Unit) -> None:
    before = AnalysisPage(qa).questions["HAR-021"]
    with unit():
        regrade_as_right("HAR-021")
    shown = AnalysisPage(qa)
    with sample.app_context():
        own = load_results(QUIZ)
    assert shown.questions["HAR-021"].facility == "1.00" != before.facility
    assert near(shown.figures["Reliability, alpha"], own.alpha(), 2)
    assert numbers(shown.figures["Mean score"])[0] == int(own.mean() * 100)


def test_a_grading_that_is_not_published_changes_nothing(qa: Visitor, unit: Unit) -> None:
    before = AnalysisPage(qa).figures
    with unit():
        regrade_as_right("HAR-021", published=False)
    assert AnalysisPage(qa).figures == before


def now_known() -> object:
    """The figures as they are kept: the same thing for as long as nothing is made anew."""
    found = load_analysis(get_quiz(QUIZ), Filters())
    assert found is not None
    return found.responses


def test_what_nothing_has_changed_is_not_made_again(sample: Flask) -> None:
    with sample.app_context():
        assert now_known() is now_known()


def mend(statement: Update) -> None:
    assert db.session.execute(statement).rowcount  # type: ignore[attr-defined]


def cut_at(percent: int) -> None:
    for version in db.session.scalars(select(QuizVersion)):
        version.rules = {**version.rules, "cut_percent": percent}


LONG_AGO = timedelta(days=900)
OTHER = {"en": "Other", "ja": "別"}
CHANGES: dict[str, Callable[[], object]] = {
    "a grading that counts": lambda: regrade_as_right("HAR-021"),
    "an attempt": lambda: make_class("more", ["ja"]),
    "an attempt is void": lambda: mend(
        update(Attempt).where(Attempt.person_id == _taker()).values(state=AttemptState.VOID)
    ),
    "somebody was elsewhere": lambda: mend(
        update(Enrolment).where(Enrolment.person_id == _taker()).values(left_at=clock.now() - LONG_AGO)
    ),
    "the code of a cohort": lambda: mend(update(Cohort).values(code=Cohort.code + "-x")),
    "the name of a cohort": lambda: mend(update(Cohort).values(name_text=OTHER)),
    "the name of a place": lambda: mend(update(Site).values(name_text=OTHER)),
    "the name of a vendor": lambda: mend(update(Vendor).values(name_text=OTHER)),
    "the code of a person": lambda: mend(update(Person).where(Person.id == _taker()).values(code="P-other")),
    "the cut score": lambda: cut_at(55),
    "when a policy takes effect": lambda: mend(update(PolicyVersion).values(effective_at=clock.now() - LONG_AGO)),
    "the text of a policy": lambda: mend(update(SectionRevision).values(sha256="0" * 64)),
    "when keys were made": lambda: mend(update(QuestionKey).values(created_at=clock.now() - LONG_AGO)),
    "the code of a question": lambda: mend(update(Question).values(code=Question.code + "-x")),
    "a score in another quiz": lambda: mend(
        update(GradingRun)
        .where(GradingRun.attempt_id == select(func.min(Attempt.id)).where(_is_elsewhere()).scalar_subquery())
        .values(score_thousandths=1000)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_figures_rest_on_makes_them_anew(change: str, sample: Flask, unit: Unit) -> None:
    with unit():
        take_another()
    with sample.app_context():
        before = now_known()
    with unit():
        CHANGES[change]()
    with sample.app_context():
        assert now_known() is not before


def _taker() -> int:
    """Somebody who has taken the quiz."""
    return load_takers()[0].id


def load_takers() -> list[Person]:
    query = select(Person).join(Attempt, Attempt.person_id == Person.id).where(Attempt.closed_at.is_not(None))
    return list(db.session.scalars(query.distinct().order_by(Person.id)))


def take_another() -> None:
    """Two of those who have taken the quiz take another one, and nobody is right."""
    for n, person in enumerate(load_takers()[:2]):
        given = sitting.give_another(person, ["HAR-021"], f"another-{n}")
        attempt = quizzes.open_attempt(person, given, locale="en")
        quizzes.submit(sitting.own_access(person), attempt.id)
    version = db.session.scalar(select(QuizVersion.id).join(Quiz).where(Quiz.code == "another-0"))
    db.session.execute(update(Attempt).where(_is_elsewhere()).values(quiz_version_id=version))


def _is_elsewhere() -> ColumnElement[bool]:
    others = select(QuizVersion.id).join(Quiz).where(Quiz.code.startswith("another"))
    return Attempt.quiz_version_id.in_(others)


def regrade_as_right(code: str, *, published: bool = True) -> None:
    """A further grading of every attempt, in which this question is right for everybody."""
    of_question = select(QuestionVersion.id).join(Question, Question.id == QuestionVersion.question_id)
    versions = set(db.session.scalars(of_question.where(Question.code == code)))
    for run in list(db.session.scalars(select(GradingRun))):
        asked = select(AttemptQuestion.position).where(AttemptQuestion.attempt_id == run.attempt_id)
        places = set(db.session.scalars(asked.where(AttemptQuestion.question_version_id.in_(versions))))
        items = [
            GradingItem(
                position=item.position,
                key_n=item.key_n,
                awarded_thousandths=item.max_thousandths if item.position in places else item.awarded_thousandths,
                max_thousandths=item.max_thousandths,
                outcome=Outcome.RIGHT if item.position in places else item.outcome,
            )
            for item in run.items
        ]
        lines = [Line.read(line) for line in run.marked_paper.split(BETWEEN)]
        marked = [
            replace(line, awarded_thousandths=line.max_thousandths, outcome=Outcome.RIGHT)
            if line.question_version_id in versions
            else line
            for line in lines
        ]
        score = sum(item.awarded_thousandths for item in items)
        db.session.add(
            GradingRun(
                attempt_id=run.attempt_id,
                run_no=run.run_no + 1,
                engine_version=run.engine_version,
                cause=RunCause.REGRADE,
                score_thousandths=score,
                max_thousandths=run.max_thousandths,
                passed=score * 100 >= 80 * run.max_thousandths,
                created_at=clock.now(),
                published_at=clock.now() if published else None,
                items=items,
                marked_paper=BETWEEN.join(map(str, marked)),
            )
        )
