"""The page of both languages: every question, what differs most first; few people; keys that wait."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.analysis.page import PATH
from tests.analysis.rows import load_results
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def rows_of(visitor: Visitor) -> list[list[str]]:
    answer = visitor.get(f"{PATH}/languages", query_string={"lang": "en", "as": "tsv", "rows": "languages"})
    assert answer.mimetype == "text/plain"
    return [line.split("\t") for line in answer.text.splitlines()]


def test_every_question_stands_with_the_facility_of_each_language(qa: Visitor, sample: Flask) -> None:
    with sample.app_context():
        results = load_results("harassment-checkpoint")
    head, *rows = rows_of(qa)
    assert head[:3] == ["Question", "EN", "JA"]
    assert sorted(row[0].split()[0] for row in rows) == results.items
    for row in rows:
        item = row[0].split()[0]
        shares = [float(results.in_language(language).facility(item)) for language in ("en", "ja")]
        assert row[1:3] == [f"{share:.2f}" for share in shares]


def test_what_differs_most_comes_first(qa: Visitor) -> None:
    _head, first, *_rest = rows_of(qa)
    assert first[0].startswith("HAR-014")


def test_choices_wait_with_the_key(qa: Visitor, sample: Flask, sign_in_as: SignIn, unit: Unit) -> None:
    assert any("%" in row[-1] for row in rows_of(qa)[1:])
    with sample.app_context():
        editor = sign_in_as(sitting.person("editor@kijun.example").code)
        items = load_results("harassment-checkpoint").items
    with unit():
        sitting.give_another(sitting.person("editor@kijun.example"), items)
    assert not any("%" in cell for row in rows_of(editor)[1:] for cell in row[1:])
    assert "/policies/HAR" not in editor.get(f"{PATH}/languages").text
