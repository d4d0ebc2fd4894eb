"""The newer types through the pages: begun, written in both languages, wrong fields said, put into use, compared."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from lms.questions import actions, queries
from lms.questions.core.formats import native
from lms.questions.core.question import QuestionType
from lms.questions.drafts import working_copy
from tests.accounts.form_page import FormPage
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.questions.conftest import value_of
from tests.questions.core.test_types import FILE, QUESTIONS, form_of

KINDS = sorted(QUESTIONS)


@pytest.fixture
def qa(app: Flask, cast: Cast, sign_in_as: SignIn) -> Visitor:
    """Somebody who writes questions and is alone with them."""
    return sign_in_as(cast.qa)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_each_type_begins_in_the_editor_and_its_pages_have_both_languages(qa: Visitor, kind: QuestionType) -> None:
    begun = qa.post("/questions/T/new-question", data={"code": "T-1", "type": kind.value, "section": "HAR/context"})
    assert begun.location == "/questions/T/T-1/edit"
    for language in ("en", "ja"):
        assert qa.get(f"/questions/T/T-1/edit?lang={language}").status_code == 200
        shown = qa.get(f"/questions/T/T-1?lang={language}")
        assert 'id="preview"' in shown.text


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_typed_becomes_the_question_and_every_button_of_its_lists_works(
    app: Flask, qa: Visitor, kind: QuestionType
) -> None:
    qa.post("/questions/T/new-question", data={"code": "T-1", "type": kind.value, "section": ""})
    question = QUESTIONS[kind]
    for gap in question.gaps[1:]:
        page = qa.get("/questions/T/T-1/edit").text
        qa.post("/questions/T/T-1/edit", data={"seen": seen(page), "change": f"gap.{gap.type.value}"})
    page = qa.get("/questions/T/T-1/edit").text
    for button in re.findall(r'name="change" value="(add\.[^"]+)"', page):
        page = qa.get("/questions/T/T-1/edit").text
        answer = qa.post("/questions/T/T-1/edit", data={"seen": seen(page), "change": button})
        assert answer.status_code == 302
    if kind is QuestionType.CLOZE:
        return  # its gaps have names of their own, which no form gives
    page = qa.get("/questions/T/T-1/edit").text
    form = {**form_of(question), "seen": seen(page)}
    assert qa.post("/questions/T/T-1/release", data=form).location == "/questions/T/T-1"
    stored = value_of(app, "T-1")
    assert form_of(stored) == form_of(question)


def test_a_wrong_number_is_said_at_its_field_and_what_was_typed_stays(qa: Visitor) -> None:
    qa.post("/questions/T/new-question", data={"code": "T-1", "type": "numeric", "section": ""})
    page = qa.get("/questions/T/T-1/edit").text
    form = {**form_of(QUESTIONS[QuestionType.NUMERIC]), "seen": seen(page), "answers.1.value": "about 30"}
    answer = qa.post("/questions/T/T-1/edit?lang=ja", data=form)
    assert answer.status_code == 422
    assert 'id="answers.1.value-error"' in answer.text
    assert "30や2.5のように数字で入力してください。" in answer.text
    assert 'value="about 30"' in answer.text


def test_a_wrong_answer_can_be_removed_and_another_removed_beside_it_waits(app: Flask, qa: Visitor) -> None:
    qa.post("/questions/T/new-question", data={"code": "T-1", "type": "numeric", "section": ""})
    wrong = form_of(QUESTIONS[QuestionType.NUMERIC]) | {"answers.1.value": "about 30"}
    for change, status in (("remove.answers.2", 422), ("remove.answers.1", 302)):
        sent = {**wrong, "seen": seen(qa.get("/questions/T/T-1/edit").text), "change": change}
        answer = qa.post("/questions/T/T-1/edit", data=sent)
        assert answer.status_code == status
        if status == 422:  # everything is still there, each under its own number
            assert FormPage(answer.text).value("answers.1.value") == "about 30"
            assert FormPage(answer.text).value("answers.2.low") == "28"
    with app.app_context():
        draft, _row = working_copy(queries.get_question("T-1"))
    assert [(answer.low, answer.high) for answer in draft.answers] == [("28", "31")]


def test_an_unfinished_draft_says_what_it_lacks_and_is_not_put_into_use(qa: Visitor) -> None:
    qa.post("/questions/T/new-question", data={"code": "T-1", "type": "short_text", "section": "HAR/context"})
    page = qa.get("/questions/T/T-1/edit?lang=en").text
    assert "There is no accepted answer in Japanese that earns the whole point." in page
    assert qa.post("/questions/T/T-1/release", data={"seen": seen(page)}).status_code == 422


def test_two_versions_of_each_type_are_compared_with_their_answers(qa: Visitor, unit: Unit) -> None:
    with unit():
        bank = queries.get_bank("T")
        for placed in native.read(FILE).questions:
            actions.save_question(bank, placed.question, by=None)
        for placed in native.read(FILE.replace(b"'30'", b"'40'").replace(b"match: bvgr", b"match: cnpf")).questions:
            actions.save_question(bank, placed.question, by=None)
        again = FILE.replace(b"'30'", b"'40'").replace(b"match: bvgr", b"match: cnpf")
        for placed in native.read(again.replace(b"The name of the step", b"The word for it")).questions:
            actions.save_question(bank, placed.question, by=None)
    words = qa.get("/questions/T/TYP-005/compare?lang=en").text
    assert "The two say the same." not in words
    assert "a review / 再確認 (25%): The word for it is appeal." in words
    numbers = qa.get("/questions/T/TYP-004/compare?lang=en").text
    assert "<del>30" in numbers
    assert "<ins>40" in numbers
    assert "l2 → cnpf" in qa.get("/questions/T/TYP-002/compare?lang=en").text
