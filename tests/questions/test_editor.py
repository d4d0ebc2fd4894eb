"""Writing a question: a draft in both languages, a second person who puts it into use, and what a conflict keeps."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.policies import queries as policies
from lms.policies.actions.retiring import retire_module
from lms.questions import access as questions_access
from lms.questions import actions, queries
from lms.questions.core import formats
from lms.questions.core.fields import fields_of
from lms.questions.core.question import Question as QuestionValue
from lms.questions.core.question import Sensitive
from lms.questions.drafts import working_copy
from lms.questions.models import Question
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.questions.conftest import ONE, TYPED, Door, stored

NEW = "/questions/T/new-question"
EDIT = "/questions/T/T-001/edit"
RELEASE = "/questions/T/T-001/release"


@pytest.fixture
def author(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.qa)


@pytest.fixture
def colleague(cast: Cast, sign_in_as: SignIn, unit: Unit) -> Visitor:
    """A policy editor who can sign in, and so is the second person."""
    with unit():
        person(cast.editor).password_hash = "x"
    return sign_in_as(cast.editor)


def person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()


def start(visitor: Visitor, **changes: str) -> None:
    typed = {"code": "T-001", "type": "single", "section": "HAR/context"} | changes
    answer = visitor.post(NEW, data=typed)
    assert (answer.status_code, answer.location) == (302, f"/questions/T/{typed['code']}/edit"), answer.text


def seen(visitor: Visitor, address: str = EDIT) -> str:
    """What the form of the editor carries."""
    found = re.search(r'name="seen" value="([^"]+)"', visitor.get(address).text)
    assert found is not None
    return found[1]


def typed(visitor: Visitor, **changes: str) -> dict[str, str]:
    return {"seen": seen(visitor), **TYPED, **{name.replace("__", "."): value for name, value in changes.items()}}


def draft_of(app: Flask, code: str = "T-001") -> QuestionValue:
    with app.app_context():
        return working_copy(queries.get_question(code))[0]


def state_of(app: Flask, code: str = "T-001") -> str:
    with app.app_context():
        return queries.get_question(code).state


def entries(app: Flask, action: str) -> list[tuple[str, str, Mapping[str, object]]]:
    with app.app_context():
        rows = db.session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id))
        return [(row.actor, row.object, row.detail) for row in rows]


def test_a_new_question_begins_as_a_draft_with_the_next_code_and_the_section_that_one_came_from(
    author: Visitor, app: Flask
) -> None:
    page = author.get(f"{NEW}?section=HAR/insults").text
    assert 'value="T-001"' in page
    assert re.search(r'<option selected value="HAR/insults">', page)
    start(author)
    assert state_of(app) == "draft"
    assert draft_of(app).sections == ("HAR/context",)
    assert author.get("/questions/T/T-001").status_code == 200
    assert 'value="T-002"' in author.get(NEW).text


@pytest.mark.parametrize("code", ["", "t 1", "-1", "問1"])
def test_a_code_that_no_question_can_have_is_refused_at_its_field(author: Visitor, app: Flask, code: str) -> None:
    answer = author.post(NEW, data={"code": code, "type": "single", "section": ""})
    assert (answer.status_code, 'id="code-error"' in answer.text, stored(app)) == (422, True, {})


def test_a_code_that_is_taken_is_refused_at_its_field(author: Visitor) -> None:
    start(author)
    answer = author.post(f"{NEW}?lang=en", data={"code": "ｔ-001", "type": "single", "section": ""})
    assert (answer.status_code, "This code is taken." in answer.text) == (422, True)


def test_what_is_typed_is_kept_with_rationales_misconceptions_and_shares(author: Visitor, app: Flask) -> None:
    start(author)
    assert author.post(EDIT, data=typed(author)).location == EDIT
    question = draft_of(app)
    fields = fields_of(question)
    assert {name: value for name, value in TYPED.items() if not name.startswith("key")} == {
        name: fields[name] for name in TYPED if not name.startswith("key")
    }
    assert [option.fraction for option in question.options] == [0.25, 1]
    page = author.get(EDIT).text
    assert html.escape("Which is an <b>insult</b>?") in page
    assert "事実は人を評価しません。" in page


def test_a_label_of_sensitive_content_is_set_in_the_editor_and_shown_on_the_page(author: Visitor, app: Flask) -> None:
    start(author)
    label = {"sensitive.kind": "threat", "sensitive.degree": "medium", "sensitive.form": "text"}
    author.post(EDIT, data={**typed(author), **label})
    assert draft_of(app).sensitive == Sensitive("threat", "medium", "text")
    page = author.get(f"{EDIT}?lang=en").text
    assert '<option value="threat" selected>a threat</option>' in page
    assert '<option value="medium" selected>medium</option>' in page
    assert "a threat, medium, text only" in author.get("/questions/T/T-001?lang=en").text
    author.post(EDIT, data={**typed(author), **label, "sensitive.kind": ""})
    assert draft_of(app).sensitive is None


def test_an_unfinished_draft_is_saved_but_not_put_into_use(author: Visitor, app: Flask) -> None:
    start(author)
    unfinished = typed(author, prompt__ja="")
    answer = author.post(f"{RELEASE}?lang=en", data=unfinished)
    assert answer.status_code == 422
    assert "The draft has errors." in answer.text
    assert "A text is missing in Japanese." in answer.text
    assert 'aria-disabled="true"' in answer.text
    assert state_of(app) == "draft"
    assert draft_of(app).prompt == {"en": "Which is an <b>insult</b>?"}


def test_alone_one_puts_a_question_into_use_and_the_journal_says_so(author: Visitor, app: Flask, cast: Cast) -> None:
    start(author)
    answer = author.post(RELEASE, data=typed(author))
    assert answer.location == "/questions/T/T-001"
    assert stored(app) == {"T-001": ("in_use", 1)}
    assert entries(app, "question.release") == [(cast.qa, "T-001 v1", {"without_second_person": True})]
    page = author.get("/questions/T/T-001").text
    assert "Which is an &lt;b&gt;insult&lt;/b&gt;?" in page
    assert "侮辱は<em>どれ</em>ですか。" in page


def test_what_one_wrote_somebody_else_puts_into_use(
    author: Visitor, colleague: Visitor, app: Flask, cast: Cast
) -> None:
    start(author)
    answer = author.post(RELEASE, data=typed(author))
    assert cast.editor in author.get(f"{answer.location}?lang=en").text
    assert state_of(app) == "draft"
    assert entries(app, "question.send") == [(cast.qa, "T-001", {})]
    assert author.post(RELEASE, data=typed(author)).status_code == 302
    assert state_of(app) == "draft"
    assert "You can put it into use." in colleague.get(f"{EDIT}?lang=en").text
    assert colleague.post(RELEASE, data=typed(colleague)).status_code == 302
    assert stored(app) == {"T-001": ("in_use", 1)}
    assert entries(app, "question.release") == [(cast.editor, "T-001 v1", {"prepared_by": cast.qa})]


def test_whoever_changes_a_draft_has_prepared_it(
    author: Visitor, colleague: Visitor, app: Flask, unit: Unit, cast: Cast
) -> None:
    start(author)
    author.post(EDIT, data=typed(author))
    with unit():
        person(cast.qa).password_hash = "x"
    colleague.post(RELEASE, data=typed(colleague, tags="other"))
    assert state_of(app) == "draft"
    assert author.post(RELEASE, data=typed(author, tags="other")).status_code == 302
    assert state_of(app) == "in_use"


def test_a_question_in_use_stays_as_it_is_while_its_next_version_is_written(
    author: Visitor, app: Flask, door: Door
) -> None:
    door.send(ONE.format(n=1).replace("id: T-1", "id: T-001"))
    author.post(EDIT, data=typed(author, ids__options="o1 o2"))
    assert stored(app) == {"T-001": ("in_use", 1)}
    assert "Which is an insult? (1)" in author.get("/questions/T/T-001").text
    author.post(RELEASE, data=typed(author))
    assert stored(app) == {"T-001": ("in_use", 2)}
    earlier = author.get("/questions/T/T-001?version=1&lang=en").text
    assert "Which is an insult? (1)" in earlier
    assert "This is an earlier version." in earlier


def test_saving_over_somebody_elses_change_shows_both_texts_and_loses_neither(
    author: Visitor, colleague: Visitor, app: Flask
) -> None:
    start(author)
    mine, theirs = typed(author, prompt__en="Mine?"), typed(colleague, prompt__en="Theirs?")
    colleague.post(
        EDIT, data=theirs | {"ids.options": "o1 o2 o3", "options.o3.text.en": "Only theirs", "key.options": "o1"}
    )
    answer = author.post(f"{EDIT}?lang=en", data=mine)
    assert answer.status_code == 409
    for text in ("Mine?", "Theirs?", "Only theirs"):
        assert text in answer.text
    assert "Saved by somebody else: </span>Key" in answer.text
    assert draft_of(app).prompt["en"] == "Theirs?"
    again = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert again is not None
    assert author.post(EDIT, data=mine | {"seen": again[1]}).status_code == 302
    assert draft_of(app).prompt["en"] == "Mine?"


def test_in_a_conflict_the_expected_difficulty_of_the_other_is_said(author: Visitor, colleague: Visitor) -> None:
    start(author)
    mine, theirs = typed(author), typed(colleague, difficulty="easy")
    colleague.post(EDIT, data=theirs)
    page = author.post(f"{EDIT}?lang=en", data=mine)
    assert "Saved by somebody else: </span>Easy" in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("prompt.en", "Which?\x07"), ("options.o1.percent", "much"), ("options.o1.rationale.ja", "あ" * 10_001)],
)
def test_bad_input_is_said_at_its_field_and_nothing_is_saved(
    author: Visitor, app: Flask, field: str, value: str
) -> None:
    start(author)
    before = draft_of(app)
    answer = author.post(EDIT, data=typed(author) | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "中傷は人の価値を否定します。" in answer.text
    assert draft_of(app) == before


def test_buttons_without_script_add_move_and_remove_options_and_keep_what_is_typed(author: Visitor, app: Flask) -> None:
    start(author)
    author.post(EDIT, data=typed(author, change="add.options"))
    assert [option.id for option in draft_of(app).options] == ["o1", "o2", "o3"]
    author.post(EDIT, data=typed(author, ids__options="o1 o2 o3", change="up.options.o2"))
    assert [option.id for option in draft_of(app).options] == ["o2", "o1", "o3"]
    author.post(EDIT, data=typed(author, ids__options="o2 o1 o3", change="remove.options.o3"))
    assert [option.text.get("en") for option in draft_of(app).options] == ["A slur", "A fact"]


def test_checks_of_what_is_typed_come_without_saving(author: Visitor, app: Flask) -> None:
    start(author)
    before = draft_of(app)
    answer = author.post("/questions/T/T-001/check?lang=en", data=typed(author, options__o1__text__ja=""))
    assert "A text is missing in Japanese." in answer.text
    assert "data-errors" in answer.text
    assert 'data-why="Available once the 1 error under Checks is fixed."' in answer.text
    assert "<html" not in answer.text
    assert draft_of(app) == before


def test_a_question_is_retired_and_brought_back(author: Visitor, app: Flask, cast: Cast) -> None:
    start(author)
    author.post(RELEASE, data=typed(author))
    author.post("/questions/T/T-001/retire")
    assert state_of(app) == "retired"
    page = author.post(f"{EDIT}?lang=en", data=typed(author, prompt__en="Typed in vain?"))
    assert page.status_code == 403
    for text in ("T-001 is retired.", "Typed in vain?"):
        assert text in page.text
    author.post("/questions/T/T-001/restore")
    assert state_of(app) == "in_use"
    assert entries(app, "question.retire") == [(cast.qa, "T-001", {"before": "in_use", "after": "retired"})]
    assert entries(app, "question.restore") == [(cast.qa, "T-001", {"before": "retired", "after": "draft"})]
    assert entries(app, "question.release")[-1] == (cast.qa, "T-001 v1", {"without_second_person": True})


def test_bringing_back_waits_for_a_second_person_where_there_is_one(
    author: Visitor, colleague: Visitor, app: Flask, cast: Cast
) -> None:
    start(author)
    author.post(RELEASE, data=typed(author))
    colleague.post("/questions/T/T-001/release", data=typed(colleague))
    author.post("/questions/T/T-001/retire")
    said = author.post("/questions/T/T-001/restore", follow_redirects=True).text
    assert f"It can be put into use by: {cast.editor}." in said
    assert state_of(app) == "draft"
    assert "Put 1 question of" in colleague.get("/?lang=en").text
    assert "1問の使用を開始する" in colleague.get("/?lang=ja").text
    assert "Put 1 question of" not in author.get("/?lang=en").text, "nobody is their own second person"
    colleague.post("/questions/T/release")
    assert state_of(app) == "in_use"
    assert entries(app, "question.release")[-1] == (cast.editor, "T-001 v1", {"prepared_by": cast.qa})
    assert "Put 1 question of" not in colleague.get("/?lang=en").text


def test_the_id_of_an_option_of_an_earlier_version_is_not_given_to_another(author: Visitor, app: Flask) -> None:
    start(author)
    author.post(EDIT, data=typed(author, change="add.options"))
    three = typed(author, ids__options="o1 o2 o3", options__o3__text__en="A rumour", options__o3__text__ja="うわさ")
    assert author.post(RELEASE, data=three).status_code == 302
    author.post(EDIT, data=typed(author, ids__options="o1 o2"))
    author.post(EDIT, data=typed(author, change="add.options"))
    assert [option.id for option in draft_of(app).options] == ["o1", "o2", "o4"]


def test_the_form_of_a_draft_that_ended_does_not_fit_the_next_one(author: Visitor, app: Flask, cast: Cast) -> None:
    start(author)
    author.post(RELEASE, data=typed(author))
    author.post(EDIT, data=typed(author, tags="new"))
    late = typed(author, prompt__en="Late?")
    author.post(EDIT, data=typed(author, tags="insult, basics"))
    author.post(RELEASE, data=typed(author))
    author.post(EDIT, data=typed(author, tags="newer"))
    assert author.post(EDIT, data=late).status_code == 409


def test_english_with_typographic_quotation_marks_is_not_taken_for_japanese(author: Visitor, unit: Unit) -> None:
    with unit():
        reading = formats.read("What is “spam”? {=A ~B}".encode(), file_name="t.gift")
        actions.import_questions(queries.get_bank("T"), reading.questions, by=None)
        row = db.session.scalars(select(Question)).one()
        assert working_copy(row)[0].prompt == {"en": "What is “spam”?"}


def test_a_copy_is_a_draft_of_its_own(author: Visitor, app: Flask) -> None:
    start(author)
    author.post(RELEASE, data=typed(author))
    assert author.post("/questions/T/T-001/copy").location == "/questions/T/T-002/edit"
    assert draft_of(app, "T-002").prompt == draft_of(app).prompt
    assert state_of(app, "T-002") == "draft"


def test_dropping_a_draft_leaves_the_version_and_is_in_the_journal(author: Visitor, app: Flask, cast: Cast) -> None:
    start(author)
    author.post(RELEASE, data=typed(author))
    author.post(EDIT, data=typed(author, prompt__en="Another?"))
    assert author.post("/questions/T/T-001/discard", data={"seen": "0.0"}).status_code == 409
    author.post("/questions/T/T-001/discard", data={"seen": seen(author)})
    assert draft_of(app).prompt["en"] == "Which is an <b>insult</b>?"
    assert entries(app, "question.discard") == [(cast.qa, "T-001", {})]


def test_nobody_edits_a_question_whose_quiz_is_still_before_them(
    author: Visitor, monkeypatch: pytest.MonkeyPatch, cast: Cast, sign_in_as: SignIn
) -> None:
    start(author)
    monkeypatch.setattr(questions_access, "_withheld_criteria", [lambda _access: Question.code == "T-001"])
    answer = sign_in_as(cast.editor).get(EDIT)
    assert answer.status_code == 403
    assert "A slur" not in answer.text


def test_a_case_is_written_with_its_parts_weights_and_offered_sections(author: Visitor, app: Flask) -> None:
    start(author, type="case")
    case = {
        "case.en": "Somebody writes.",
        "case.ja": "だれかが書きました。",
        "weight.verdict": "70",
        "weight.section": "３０",
        "ids.verdict": "o1 o2",
        "key.verdict": "o1",
        "verdict.o1.text.en": "Remove",
        "verdict.o2.text.en": "Keep",
        "ids.section": "s1 s2",
        "key.section": "s1",
        "section.s1.section": "HAR/context",
        "section.s2.section": "HAR/insults",
        "change": "part.action",
    }
    author.post(EDIT, data=typed(author) | case)
    question = draft_of(app)
    assert [(part.name, part.weight) for part in question.parts] == [("verdict", 70), ("section", 30), ("action", 0)]
    assert [option.section for option in question.parts[1].options] == ["HAR/context", "HAR/insults"]
    assert author.get(EDIT).status_code == 200


def test_sections_of_a_retired_policy_can_be_cited_and_say_so(author: Visitor, unit: Unit, cast: Cast) -> None:
    start(author)
    with unit():
        module = policies.get_module("HAR")
        retire_module(module, is_back=False, revision=module.revision, by=person(cast.editor))
    page = author.get(f"{EDIT}?lang=en").text
    assert re.search(r'<option value="HAR/context" ?selected>HAR 2 Context \(policy retired\)</option>', page)
