"""The page of one question against the rows; who may see its key; what is not there."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from lms.analysis.queries import Filters, load_analysis
from lms.analysis.queries.clinic import load_card
from lms.foundation.db import db
from lms.quizzes import queries as quiz_queries
from lms.quizzes.actions import reporting
from lms.quizzes.core.reporting import ReportKind
from lms.quizzes.models import Attempt
from tests.analysis.classes import make_class
from tests.analysis.page import PATH, QUIZ, words
from tests.analysis.rows import Results, load_results
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

ITEM = "HAR-014"


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def page(visitor: Visitor, item: str = ITEM) -> str:
    answer = visitor.get(f"{PATH}/questions/{item}", query_string={"lang": "en"})
    assert answer.status_code == 200
    return str(answer.text)


def results(app: Flask) -> Results:
    with app.app_context():
        return load_results(QUIZ)


def test_the_figures_are_those_of_the_rows(qa: Visitor, sample: Flask) -> None:
    seen, rows = words(page(qa)), results(sample)
    assert f"Answers {len(rows.sheets)}" in seen
    assert f"Facility {float(rows.facility(ITEM)):.2f}" in seen
    for language in ("en", "ja"):
        part = rows.in_language(language)
        assert f"facility {float(part.facility(ITEM)):.2f}, n={len(part.sheets)}" in seen


def test_choices_by_language_are_those_of_the_rows(qa: Visitor, sample: Flask) -> None:
    rows = results(sample)
    with sample.app_context():
        found = load_analysis(quiz_queries.get_quiz(QUIZ), Filters())
        assert found is not None
        card = load_card(found, ITEM)
    for choice in card.choices:
        for side in choice.sides:
            part = rows.in_language(side.language)
            assert side.share == pytest.approx(part.choosers(ITEM)[choice.option] / len(part.sheets))


def test_the_copied_choices_are_text(qa: Visitor) -> None:
    answer = qa.get(f"{PATH}/questions/{ITEM}", query_string={"lang": "en", "as": "tsv", "rows": "choices"})
    head, *lines = answer.text.splitlines()
    assert answer.mimetype == "text/plain"
    assert head.split("\t")[0] == "Answer and misconception"
    assert len(lines) == 4


def test_every_question_has_its_page(qa: Visitor, sample: Flask) -> None:
    for item in results(sample).items:
        assert item in page(qa, item)


def test_a_question_of_another_quiz_is_not_there(qa: Visitor) -> None:
    assert qa.get(f"{PATH}/questions/NO-1").status_code == 404


def test_a_key_is_hidden_from_who_has_still_to_take_the_quiz(
    qa: Visitor, sample: Flask, sign_in_as: SignIn, unit: Unit
) -> None:
    assert 'class="key"' in page(qa)
    with sample.app_context():
        editor = sign_in_as(sitting.person("editor@kijun.example").code)
    with unit():
        sitting.give_another(sitting.person("editor@kijun.example"), results(sample).items)
    html = page(editor)
    assert "The key is not shown yet." in html
    for telling in ('class="key"', "chip-line", "Who chose what", "From learners", "/policies/HAR"):
        assert telling not in html
    assert 'class="key"' in page(qa), "what is kept tells each reader their own"


def test_few_people_have_no_figures(qa: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        make_class("four", ["ja"] * 4)
    before = re.sub(r"\s+", " ", words(page(qa)))
    assert "Class four has fewer than 5 people" in before
    assert f"Answers {len(results(sample).sheets) - 4}" in before


def test_comments_of_learners_stand_without_names(qa: Visitor, unit: Unit) -> None:
    with unit():
        (person, *_rest) = make_class("five", ["en"] * 5)
        attempt = db.session.scalars(select(Attempt).where(Attempt.person_id == person.id)).one()
        position = next(row.position for row in attempt.questions if row.question_version.question.code == ITEM)
        reporting.report(attempt, position, ReportKind.FAULT, "Option C fits as well.", locale="en", by=person)
        name, code = person.name, person.code
    html = page(qa)
    assert "Option C fits as well." in html
    assert name not in html
    assert code not in html
