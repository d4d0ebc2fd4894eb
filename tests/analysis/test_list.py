"""The list of results: found by words, sorted and in pages, all by the address."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from lms.foundation.db import db
from lms.quizzes.models import Quiz
from tests.analysis.page import QUIZ, words
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def codes(visitor: Visitor, query: str = "") -> list[str]:
    page = visitor.get(f"/analysis?lang=en{query}").text
    return re.findall(r'<th scope="row"><a href="/analysis/([^"]+)"', page)


@pytest.fixture
def many(qa: Visitor, unit: Unit) -> Visitor:
    with unit():
        for n in range(60):
            db.session.add(Quiz(code=f"extra-{n:02}", title_text={"en": f"Zebra {99 - n}", "ja": f"追加テスト{n}"}))
    return qa


def test_results_say_how_many_finished_and_when(qa: Visitor) -> None:
    page = words(qa.get("/analysis?lang=en").text)
    assert "Harassment checkpoint harassment-checkpoint 60 13 Nov 2026" in page


def test_who_finished_is_a_learner_in_japanese(qa: Visitor) -> None:
    assert ">受講者</th>" in qa.get("/analysis?lang=ja").text


def test_results_stand_in_pages_of_fifty(many: Visitor) -> None:
    first, second = codes(many), codes(many, "&page=2")
    assert (len(first), len(second)) == (50, 11)
    assert first[0] == QUIZ
    assert len({*first, *second}) == 61


def test_results_are_sorted_by_the_address(many: Visitor) -> None:
    assert codes(many, "&sort=code")[:2] == ["extra-00", "extra-01"]
    assert codes(many)[1] == "extra-59", "by name: Zebra 40"


@pytest.mark.parametrize("asked", ["checkpoint", "HARASSMENT", "確認テスト", "ｃｈｅｃｋｐｏｉｎｔ"])
def test_results_are_found_by_words_of_either_language(many: Visitor, asked: str) -> None:
    assert codes(many, f"&q={asked}") == [QUIZ]


def test_words_that_match_nothing_say_so(many: Visitor) -> None:
    page = many.get("/analysis?lang=en&q=nothing").text
    assert "No quiz matches" in page
    assert 'value="nothing"' in page
