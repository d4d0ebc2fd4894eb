"""Fitted curves of questions: asked for on the page, made by a job, and told to be old when answers have come since."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.analysis.core.irt import fit_2pl
from lms.analysis.queries import Filters, load_analysis
from lms.analysis.queries.curves import load_curves
from lms.foundation.db import db
from lms.foundation.jobs import Job, JobState, Worker
from lms.quizzes import queries as quizzes
from tests.analysis.classes import take
from tests.analysis.page import PATH, QUIZ
from tests.analysis.test_kept import regrade_as_right
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

ITEM = "HAR-017"
OLD = "Answers have come or were graded anew since the curves were fitted."


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def page(visitor: Visitor) -> str:
    answer = visitor.get(f"{PATH}/curves", query_string={"lang": "en"})
    assert answer.status_code == 200
    return str(answer.text)


def state(visitor: Visitor) -> str:
    """The part of the page that says whether the curves are there, and has the button."""
    return page(visitor).split('data-live="fit"', 1)[1].split("</section>", 1)[0]


def ask(visitor: Visitor) -> None:
    assert visitor.post(f"{PATH}/curves").status_code == 303


def fitting(app: Flask) -> list[JobState]:
    with app.app_context():
        return list(db.session.scalars(select(Job.state).where(Job.kind == "analysis.fit_curves")))


def test_a_job_fits_what_was_asked_for_once(qa: Visitor, sample: Flask) -> None:
    assert "Fit the curves</button>" in state(qa)
    ask(qa)
    ask(qa)
    assert fitting(sample) == [JobState.WAITING]
    waiting = state(qa)
    assert "The curves are being fitted." in waiting
    assert "<button" not in waiting
    with sample.app_context():
        assert Worker().work_off() >= 1
    assert "The curves are those of all answers." in state(qa)
    assert "<button" not in state(qa)


def test_the_curve_is_that_of_the_answers(qa: Visitor, sample: Flask) -> None:
    ask(qa)
    with sample.app_context():
        Worker().work_off()
        found = load_analysis(quizzes.get_quiz(QUIZ), Filters())
        assert found is not None
        [curve] = [one for one in fit_2pl(found.responses).curves if one.item == ITEM]
    assert curve.a is not None
    assert curve.b is not None
    line = page(qa).split(f"{PATH}/questions/{ITEM}", 1)[1].split("</tr>", 1)[0]
    cells = re.findall(r'<td class="r">(.*?)</td>', line)
    assert cells == ["60", f"{curve.a:.2f}", f"{curve.a_error:.2f}", f"{curve.b:.2f}".replace("-", "−")]
    heights = [float(y) for y in re.findall(r'class="run" [^>]*y2="([\d.]+)"', line)]
    assert len(heights) == 24
    assert heights == sorted(heights, reverse=True), "it rises from left to right"
    assert 1 <= heights[-1] < 26 < heights[0] <= 51


def test_the_flattest_comes_first_and_the_table_can_be_copied(qa: Visitor, sample: Flask) -> None:
    ask(qa)
    with sample.app_context():
        Worker().work_off()
    head, *lines = qa.get(
        f"{PATH}/curves", query_string={"lang": "en", "as": "tsv", "rows": "curves"}
    ).text.splitlines()
    slope = head.split("\t").index("Slope a")
    slopes = [float(line.split("\t")[slope].replace("−", "-")) for line in lines]
    assert len(slopes) == 12
    assert slopes == sorted(slopes)


@pytest.mark.parametrize(
    "change",
    [lambda: take(sitting.person(), "en", wrong=[1, 2]), lambda: regrade_as_right(ITEM)],
    ids=["answers have come", "answers were graded anew"],
)
def test_a_curve_of_earlier_answers_says_so(qa: Visitor, sample: Flask, unit: Unit, change: Callable[[], None]) -> None:
    ask(qa)
    with sample.app_context():
        Worker().work_off()
    assert OLD not in state(qa)
    with unit():
        change()
    assert OLD in state(qa)
    assert 'class="run"' in page(qa), "the curves stay to be seen"
    ask(qa)
    with sample.app_context():
        Worker().work_off()
    assert OLD not in state(qa)


def test_what_could_not_be_fitted_can_be_asked_for_again(qa: Visitor, sample: Flask, unit: Unit) -> None:
    ask(qa)
    with unit():
        db.session.execute(update(Job).where(Job.kind == "analysis.fit_curves").values(state=JobState.FAILED))
    failed = state(qa)
    assert "The curves could not be fitted." in failed
    assert "Try again</button>" in failed
    ask(qa)
    assert fitting(sample) == [JobState.FAILED, JobState.WAITING]


def test_under_thirty_people_there_is_no_curve_to_ask_for(sample: Flask) -> None:
    with sample.app_context():
        found = load_analysis(quizzes.get_quiz(QUIZ), Filters("osaka-b"))
        assert found is not None
        assert len(found.responses.people) < 30
        assert load_curves(found) is None
