"""The navigation marks the place in which the page lies, and one place only."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.conftest import SignIn
from tests.quizzes import sitting


@pytest.mark.parametrize(
    ("login", "path", "place"),
    [
        ("joiner", "/", "Today"),
        ("joiner", "/policies/HAR", "Policies"),
        ("editor", "/policies/HAR/versions", "Policies"),
        ("joiner", "/quizzes", "Quizzes"),
        ("joiner", "/results", "Results"),
        ("qa", "/questions/HAR/HAR-002", "Questions"),
        ("qa", "/quiz-design/harassment-checkpoint", "Quizzes"),
        ("qa", "/analysis/harassment-checkpoint", "Results"),
        ("qa", "/reports", "Reports"),
        ("trainer", "/cohorts/tokyo-a", "Cohorts"),
        ("trainer", "/plans/labeller-15", "Cohorts"),
        ("admin", "/people/new", "People"),
        ("admin", "/sites/new", "Sites"),
    ],
)
def test_the_place_of_a_page_is_marked(sample: Flask, sign_in_as: SignIn, login: str, path: str, place: str) -> None:
    with sample.app_context():
        code = sitting.person(f"{login}@kijun.example").code
    page = sign_in_as(code).get(f"{path}?lang=en").text
    nav = page.partition('<nav class="nav"')[2].partition("</nav>")[0]
    marked = re.findall(r'<a [^>]*aria-current="page"[^>]*>(.*?)</a>', nav, re.DOTALL)
    assert [re.sub(r"<[^>]+>|\s", "", one) for one in marked] == [place]


def test_the_result_of_an_attempt_lies_among_the_results(sample: Flask, sign_in_as: SignIn) -> None:
    with sample.app_context():
        moderator = sitting.person("emma.lindqvist@kijun.example")
        code = moderator.code
    visitor = sign_in_as(code)
    address = re.search(r'href="(/attempts/[^"]+/result)"', visitor.get("/results").text)
    assert address is not None
    nav = visitor.get(f"{address[1]}?lang=en").text.partition('<nav class="nav"')[2].partition("</nav>")[0]
    assert re.search(r'href="/results"[^>]*aria-current="page"', nav)
