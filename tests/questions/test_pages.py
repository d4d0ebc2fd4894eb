"""The pages of question banks: what is shown, what a form refuses at its place, and who may see keys."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, func, select

from lms.accounts.models import Person
from lms.demo.content import BANKS
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.questions import access as questions_access
from lms.questions import actions
from lms.questions.core import formats
from lms.questions.models import Bank, Question
from tests.cast import Cast
from tests.conftest import QueryCount, SignIn, Unit, Visitor
from tests.questions.conftest import write_question


@pytest.fixture
def author(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.qa)


@pytest.fixture
def analyst(sample: Flask, sign_in_as: SignIn) -> Visitor:
    """The QA analyst of the sample organisation."""
    return sign_in_as(code_of(sample, "qa@kijun.example"))


def code_of(app: Flask, login: str) -> str:
    with app.app_context():
        return str(db.session.scalar(select(Person.code).where(Person.login == login)))


def count(app: Flask, model: type[Bank] | type[Question]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def error_at(page: str, field: str) -> str:
    """The message at a field."""
    found = re.search(rf'<p class="err" id="{field}-error">(.*?)</p>', page, re.DOTALL)
    return found[1] if found else ""


def texts(page: str, language: str) -> str:
    """What a question's page shows in one of its two languages."""
    return "\n".join(re.findall(rf'<p lang="{language}">(.*?)</p>', page, re.DOTALL))


def test_a_question_stands_in_both_languages_with_key_rationales_and_misconceptions(analyst: Visitor) -> None:
    page = analyst.get("/questions/HAR/HAR-002?lang=en").text
    english, japanese = texts(page, "en"), texts(page, "ja")
    assert "Which of these posts is an insult aimed at a person?" in english
    assert "個人に向けた侮辱にあたる投稿は、次のうちどれですか。" in japanese
    assert "An insult says what a person is worth." in english
    assert "企業と製品は個人ではありません。" in japanese
    assert "Any criticism of a named person is an insult" in english
    key = re.findall(r'<li class="optrow is-key".*?</li>', page, re.DOTALL)
    assert len(key) == 1
    assert "too stupid to lead a team" in key[0]


def test_a_label_stands_once_for_both_languages_and_the_heading_has_the_name(analyst: Visitor) -> None:
    page = analyst.get("/questions/HAR/HAR-002?lang=en").text
    assert page.count(">Overall rationale<") == 1
    assert page.count(">Misconception<") == len(re.findall('<li class="optrow"', page))
    assert re.search(r"<h1>HAR-002 <span[^>]*>Insult or criticism</span></h1>", page)
    assert "<title>HAR-002 · Insult or criticism · Kijun</title>" in page


def test_a_case_question_shows_its_parts_and_the_sections_by_number_and_title(analyst: Visitor) -> None:
    page = analyst.get("/questions/HAR/HAR-024?lang=en").text
    assert len(re.findall(r'<h2 id="group-', page)) == 4
    assert "Repeated unwanted contact" in texts(page, "en")
    assert "望まない連絡" in texts(page, "ja")
    assert "HAR/" not in re.sub(r"/(policies|questions)/HAR", "", page)
    assert 'href="/policies/HAR#s-unwanted-contact"' in page


def test_the_sections_that_a_question_rests_on_are_links_into_the_policy(analyst: Visitor) -> None:
    page = analyst.get("/questions/HAR/HAR-002?lang=ja").text
    cited = page.partition('id="rests"')[2]
    assert 'href="/policies/HAR#s-insults"' in cited
    assert "侮辱" in cited


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(
    "path", ["/questions/NONE", "/questions/HAR/NONE", "/questions/NONE/HAR-002", "/questions/NONE/import"]
)
def test_an_unknown_bank_or_question_is_not_found(analyst: Visitor, path: str) -> None:
    assert analyst.get(path).status_code == 404


def test_the_bank_lists_its_questions_with_name_and_section(analyst: Visitor) -> None:
    page = analyst.get("/questions/HAR?lang=ja").text
    assert page.count("/questions/HAR/HAR-") == len(list((BANKS / "HAR" / "questions").iterdir()))
    assert "侮辱か批判か" in page
    assert 'href="/policies/HAR#s-insults"' in page
    assert "12" in analyst.get("/questions").text


def test_a_text_whose_language_nobody_said_is_shown_all_the_same(author: Visitor, unit: Unit) -> None:
    with unit():
        reading = formats.read(b"// [id:G-1]\nWhich one of these? { =right ~wrong }\n", file_name="t.gift")
        bank = db.session.scalars(select(Bank)).one()
        actions.import_questions(bank, reading.questions, by=None)
    page = author.get("/questions/T/G-1").text
    assert "Which one of these?" in page
    assert "wrong" in page


def test_a_bank_is_created_once_and_needs_both_titles(author: Visitor, app: Flask) -> None:
    form = {"code": "NEW", "title_en": "New", "title_ja": "新規"}
    assert author.post("/questions/new", data=form).location == "/questions/NEW"
    again = author.post("/questions/new?lang=en", data=form)
    assert (again.status_code, "This code is taken." in error_at(again.text, "code")) == (422, True)
    half_done = author.post("/questions/new", data=form | {"code": "OTHER", "title_ja": ""})
    assert half_done.status_code == 422
    assert error_at(half_done.text, "title_ja")
    assert 'value="OTHER"' in half_done.text
    assert count(app, Bank) == 2


@pytest.mark.parametrize("title", ["N" * 256, "New\x07"])
def test_a_title_that_cannot_be_stored_is_refused_at_its_field(author: Visitor, app: Flask, title: str) -> None:
    page = author.post("/questions/new", data={"code": "NEW", "title_en": title, "title_ja": "新規"})
    assert (page.status_code, bool(error_at(page.text, "title_en"))) == (422, True)
    assert count(app, Bank) == 1


@pytest.mark.parametrize("code", ["a b", "a/b", "X" * 41, "新規"])
def test_a_bank_code_that_no_address_can_carry_is_refused(author: Visitor, app: Flask, code: str) -> None:
    page = author.post("/questions/new", data={"code": code, "title_en": "New", "title_ja": "新規"})
    assert (page.status_code, bool(error_at(page.text, "code"))) == (422, True)
    assert count(app, Bank) == 1


@pytest.mark.parametrize("code", ["new", "ＮＥＷ", " New "])
def test_a_bank_code_in_another_width_or_case_is_the_same_code(author: Visitor, app: Flask, code: str) -> None:
    answer = author.post("/questions/new", data={"code": code, "title_en": "New", "title_ja": "新規"})
    assert answer.location == "/questions/NEW"
    again = author.post("/questions/new", data={"code": "NEW", "title_en": "New", "title_ja": "新規"})
    assert (again.status_code, count(app, Bank)) == (422, 2)


def test_without_a_file_the_import_says_so_at_its_field_and_keeps_the_language(author: Visitor, app: Flask) -> None:
    page = author.post("/questions/T/import?lang=en", data={"locale": "ja"}, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "Choose a file." in error_at(page.text, "file")
    assert re.search(r'<option selected value="ja">', page.text)
    assert count(app, Question) == 0


def test_a_language_that_is_none_of_ours_is_refused_at_its_own_field(author: Visitor, app: Flask) -> None:
    form = {"locale": "fr", "file": (io.BytesIO(b"// [id:G-1]\nTwo? { =right ~wrong }\n"), "t.gift")}
    page = author.post("/questions/T/import?lang=en", data=form, content_type="multipart/form-data")
    assert page.status_code == 422
    assert error_at(page.text, "locale")
    assert not error_at(page.text, "file")
    assert count(app, Question) == 0


def test_an_import_with_errors_lists_them_with_their_lines(author: Visitor, app: Flask) -> None:
    form = {"locale": "ja", "file": (io.BytesIO(b"id: A-1\ntype: guess\n"), "t.yaml")}
    page = author.post("/questions/T/import?lang=en", data=form, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "“guess” is not known here" in page.text
    assert "Line 2" in page.text
    assert "Nothing was changed." in page.text
    assert re.search(r'<option selected value="ja">', page.text)


@pytest.mark.parametrize("role", ["learner", "trainer", "localizer", "vendor_manager", "admin", "stranger"])
def test_nobody_else_sees_questions_keys_or_their_forms(
    author: Visitor, cast: Cast, sign_in_as: SignIn, app: Flask, role: str
) -> None:
    write_question(author, "T-1")
    visitor = sign_in_as(getattr(cast, role))
    for path in ("/questions", "/questions/T", "/questions/T/T-1", "/questions/T/import", "/questions/T/new-question"):
        answer = visitor.get(path)
        assert answer.status_code in (403, 404), path
        assert "slur" not in answer.text
    form = {"locale": "en", "file": (io.BytesIO(b"// [id:G-1]\nTwo? { =right ~wrong }\n"), "t.gift")}
    refused = visitor.post("/questions/T/import", data=form, content_type="multipart/form-data")
    assert refused.status_code in (403, 404)
    assert visitor.post(
        "/questions/T/new-question", data={"code": "T-2", "type": "single", "section": ""}
    ).status_code in (403, 404)
    assert count(app, Question) == 1


def test_an_editor_sees_and_writes_questions_like_an_analyst(cast: Cast, sign_in_as: SignIn) -> None:
    editor = sign_in_as(cast.editor)
    write_question(editor, "T-1")
    assert "A slur says what a person is worth." in editor.get("/questions/T/T-1").text


@pytest.fixture
def t1_is_to_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if everybody still had to take a quiz with T-1."""

    def criterion(_access: Access) -> ColumnElement[bool]:
        return Question.code == "T-1"

    monkeypatch.setattr(questions_access, "_withheld_criteria", [criterion])


@pytest.mark.usefixtures("t1_is_to_be_taken")
def test_an_editor_sees_no_key_of_a_question_that_they_still_have_to_take(
    author: Visitor, cast: Cast, sign_in_as: SignIn
) -> None:
    for code in ("T-1", "T-2"):
        write_question(author, code)
    editor = sign_in_as(cast.editor)
    page = editor.get("/questions/T/T-1?lang=en").text
    assert "Which is an &lt;b&gt;insult&lt;/b&gt;?" in page
    assert "A fact" in page
    assert "quiz that you still have to take" in page
    for hint in ("A slur says", "</svg> Key<", "is-key", "Misconception", "Rationale<", "#s-context"):
        assert hint not in page, hint
    other = editor.get("/questions/T/T-2?lang=en").text
    assert "A slur says what a person is worth." in other
    assert "</svg> Key<" in other
    assert editor.get("/questions/T").text.count("#s-context") == 1
    uses = editor.get("/policies/HAR/versions/1.0/translation").text
    assert ["/questions/T/T-1" in uses, "/questions/T/T-2" in uses] == [False, True]


@pytest.mark.usefixtures("t1_is_to_be_taken")
def test_an_analyst_who_answers_for_keys_sees_all_of_them(author: Visitor) -> None:
    write_question(author, "T-1")
    page = author.get("/questions/T/T-1?lang=en").text
    assert "A slur says what a person is worth." in page
    assert "quiz that you still have to take" not in page


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(client: Visitor, cast: Cast) -> None:
    answer = client.get("/questions/T")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/questions/T")


def test_a_bank_page_does_not_ask_more_for_more_questions(
    author: Visitor, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    def statements(path: str) -> int:
        author.get(path)
        with queries_counted() as count:
            assert author.get(path).status_code == 200
        return len(count)

    write_question(author, "T-1")
    few = [statements("/questions"), statements("/questions/T")]
    for n in range(2, 30):
        write_question(author, f"T-{n}")
    many = [statements("/questions"), statements("/questions/T")]
    assert few == many
    assert max([*many, statements("/questions/T/T-1")]) <= 15
