"""Designing a quiz through pages: a new version, a copy, a blueprint, retiring; two people at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.quizzes import actions, queries
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Quiz, QuizVersion
from tests.accounts.form_page import FormPage
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

PATH = "/quiz-design/harassment-checkpoint"
LIMITS = {"minutes": "20", "cut_percent": "75", "attempts": "1", "multiple": "partial", "feedback": "now"}
TITLES = {"title_en": "Short one", "title_ja": "短いテスト"}


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn, unit: Unit) -> Visitor:
    with unit():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def newest(code: str = "harassment-checkpoint") -> QuizVersion:
    quiz = queries.get_quiz(code)
    return queries.load_current_versions([quiz.id])[quiz.id]


def codes(version: QuizVersion) -> list[str]:
    return [entry.question.code for entry in queries.list_quiz_questions(version)]


def fixed(*listed: str, revision: int = 1) -> dict[str, Any]:
    places = {f"place-{code}": str(place) for place, code in enumerate(listed, start=1)}
    return {**LIMITS, **TITLES, "mode": "fixed", "questions": list(listed), "revision": str(revision), **places}


def drawn(*rows: tuple[str, str]) -> dict[str, Any]:
    form: dict[str, Any] = {**LIMITS, **TITLES, "mode": "draw", "code": "drawn"}
    for n, (section, count) in enumerate(rows):
        form |= {f"rows-{n}-section": section, f"rows-{n}-tag": "", f"rows-{n}-count": count}
    return form


def test_a_change_is_a_new_version_and_what_is_open_keeps_the_old_one(
    qa: Visitor, first: str, sample: Flask, look: sitting.Look
) -> None:
    page = FormPage(qa.get(f"{PATH}/edit").text)
    assert page.value("title_en") == "Harassment checkpoint"
    assert len(page.entered["questions"]) == 12
    sent = fixed("HAR-014", "HAR-002", revision=int(page.value("revision")))
    assert qa.post(f"{PATH}/edit", data=sent).location == PATH
    with sample.app_context():
        version = newest()
        assert (version.n, codes(version), rules_from(version.rules).cut_percent) == (2, ["HAR-014", "HAR-002"], 75)
        assert len(codes(version.quiz.versions[0])) == 12, "the old version is as it was"
        entry = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "quiz.publish")).all()[-1]
        assert entry.object == "harassment-checkpoint v2"
    assert look(lambda attempt: (attempt.quiz_version.n, len(attempt.questions))) == (1, 12)
    again = {**sent, "revision": "2"}
    assert "Nothing was changed." in qa.post(f"{PATH}/edit?lang=en", data=again, follow_redirects=True).text
    with sample.app_context():
        assert newest().n == 2


def test_of_two_new_versions_neither_is_lost(qa: Visitor, sample: Flask) -> None:
    qa.post(f"{PATH}/edit", data=fixed("HAR-014"))
    answer = qa.post(f"{PATH}/edit?lang=en", data={**fixed("HAR-002"), "title_en": "Mine"})
    page = FormPage(answer.text)
    assert answer.status_code == 409
    assert (page.value("title_en"), page.entered["questions"]) == ("Mine", ["HAR-002"])
    assert "Somebody else changed this quiz in the meantime." in answer.text
    assert '<dd lang="en">Short one</dd>' in answer.text
    assert qa.post(f"{PATH}/edit", data=fixed("HAR-002", revision=int(page.value("revision")))).status_code == 302
    with sample.app_context():
        assert (newest().n, codes(newest())) == (3, ["HAR-002"])


def test_a_new_quiz_begins_with_the_usual_rules(qa: Visitor) -> None:
    page = FormPage(qa.get("/quiz-design/new").text)
    assert [page.value(name) for name in ("minutes", "cut_percent", "attempts")] == ["30", "80", "2"]
    assert page.entered["shuffle"]


def test_a_copy_begins_with_what_the_other_holds(qa: Visitor, sample: Flask) -> None:
    page = FormPage(qa.get("/quiz-design/new?from=harassment-checkpoint").text)
    assert page.value("code") == ""
    assert len(page.entered["questions"]) == 12
    form = {**fixed(*page.entered["questions"]), "code": "copied", "revision": ""}
    assert qa.post("/quiz-design/new?from=harassment-checkpoint", data=form).location == "/quiz-design/copied"
    with sample.app_context():
        assert codes(newest("copied")) == page.entered["questions"]


def test_a_retired_quiz_is_given_to_nobody_and_can_come_back(qa: Visitor, sample: Flask) -> None:
    stale = qa.post(f"{PATH}/retire?lang=en", data={"change": "retire", "revision": "9"})
    assert stale.status_code == 409
    qa.post(f"{PATH}/retire", data={"change": "retire", "revision": "1"})
    assert "This quiz was retired on 16 Nov 2026." in qa.get(f"{PATH}?lang=en").text
    assert "harassment-checkpoint" not in qa.get("/assignments/new").text
    window = {"opens_at": "2026-11-18T09:00", "due_at": "2026-11-20T17:00"}
    form = {**window, "quiz": "harassment-checkpoint", "audience": "site:tokyo", "given": "1"}
    assert qa.post("/assignments/new", data=form).status_code == 422
    qa.post(f"{PATH}/retire", data={"change": "restore", "revision": "2"})
    assert "was retired on" not in qa.get(f"{PATH}?lang=en").text
    with sample.app_context():
        assert db.session.scalars(select(Quiz.retired_at)).all() == [None]
        assert len(db.session.scalars(select(AuditEvent).where(AuditEvent.action == "quiz.retire")).all()) == 2


def test_a_blueprint_draws_for_each_paper_what_its_rows_ask(qa: Visitor, sample: Flask, unit: Unit) -> None:
    page = qa.get("/quiz-design/new?lang=en").text
    stock = {name: int(n) for name, n in re.findall(r'value="(HAR/[\w-]+)">[^<]*\((\d+) ready\)', page)}
    section = max(stock, key=lambda name: stock[name])
    assert stock[section] >= 2
    form = drawn((section, "1"), ("", "3"))
    assert qa.post("/quiz-design/new", data=form).location == "/quiz-design/drawn"
    shown = qa.get("/quiz-design/drawn?lang=en").text
    assert "Each paper draws from these." in shown
    with unit():
        quiz, joiner, admin = queries.get_quiz("drawn"), sitting.person(), sitting.person("qa@kijun.example")
        version = newest("drawn")
        given = {"opens_at": version.published_at, "due_at": version.published_at.replace(year=2027)}
        assignment = actions.assign(quiz, [joiner.id, admin.id], **given, zone_name="Asia/Tokyo", by=None)
        for person in (joiner, admin):
            paper = actions.open_attempt(person, assignment.id, locale="en").questions
            assert len({row.question_version_id for row in paper}) == 4
            mains = [row.question_version.links[0].section.full_name for row in paper]
            assert section in mains
        assert queries.load_counted_versions([quiz.id])[quiz.id][1] == 4
    edit = FormPage(qa.get("/quiz-design/drawn/edit").text)
    assert (edit.value("mode"), edit.value("rows-0-section"), edit.value("rows-1-count")) == ("draw", section, "3")


def test_too_few_questions_are_said_at_their_row_before_anything_is_saved(qa: Visitor, sample: Flask) -> None:
    answer = qa.post("/quiz-design/new?lang=en", data=drawn(("", "3"), ("HAR/insults-none", "2")))
    assert answer.status_code == 422
    assert "Not enough questions: 2 short." in answer.text
    assert 'id="rows-1-count-error"' in answer.text
    assert FormPage(answer.text).value("rows-0-count") == "3"
    none = qa.post("/quiz-design/new?lang=en", data=drawn())
    assert "Enter a number in at least one row of the blueprint." in none.text
    with sample.app_context():
        assert queries.find_quiz("drawn") is None


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_has_both_languages(qa: Visitor, language: str) -> None:
    for path in ("/quiz-design", "/quiz-design/new", f"{PATH}/edit", PATH):
        assert qa.get(f"{path}?lang={language}").status_code == 200
