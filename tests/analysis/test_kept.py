"""What was read of gradings is kept, and whatever counts now is in the figures at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.db import db
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.core.grading import Outcome, RunCause
from lms.quizzes.models import AttemptQuestion, GradingItem, GradingRun
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
    told = ["answer_events" in one or "grading_items" in one for one in count.statements]
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


def regrade_as_right(code: str, *, published: bool = True) -> None:
    """A further grading of every attempt, in which this question is right for everybody."""
    for run in list(db.session.scalars(select(GradingRun))):
        places = {
            position
            for position, question in db.session.execute(
                select(AttemptQuestion.position, Question.code)
                .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
                .join(Question, Question.id == QuestionVersion.question_id)
                .where(AttemptQuestion.attempt_id == run.attempt_id)
            )
            if question == code
        }
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
            )
        )
