"""The trend of a quiz by month: its figures against the rows, and few people between two months."""

from __future__ import annotations

import math

import pytest
from flask import Flask

from lms.analysis.core.waves import Result, counted, waves
from tests.analysis.page import PATH
from tests.analysis.rows import load_results
from tests.conftest import SignIn, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def some(count: int, wave: str, *, cell: str = "en", first: bool = True, passed: bool = True) -> list[Result]:
    return [Result("A", cell, wave, first, 0.9 if passed else 0.5, passed)] * count


def test_the_months_have_the_figures_of_the_rows(qa: Visitor, sample: Flask) -> None:
    with sample.app_context():
        rows = load_results("harassment-checkpoint")
    answer = qa.get(f"{PATH}/trend", query_string={"lang": "en", "as": "tsv", "rows": "months"})
    _head, *months = [line.split("\t") for line in answer.text.splitlines()]
    assert sum(int(month[1]) for month in months) == len(rows.sheets)
    if len(months) == 1:
        assert f"{math.floor(rows.mean() * 100)}%" in months[0]


def test_a_month_has_its_pass_rate_and_mean() -> None:
    (september, october) = waves([*some(6, "2026-09"), *some(2, "2026-09", passed=False), *some(5, "2026-10")])
    assert (september.n, september.passed, october.n, october.passed) == (8, 0.75, 5, 1.0)
    assert september.mean == pytest.approx(0.8)
    assert september.of_passed is not None


def test_few_late_ones_would_be_told_by_all_less_the_first_month() -> None:
    assert counted([*some(20, "2026-09"), *some(4, "2026-10")]) == []
    assert [wave.n for wave in waves([*some(20, "2026-09"), *some(4, "2026-10")])] == [None, None]


def test_few_of_a_language_in_a_month_would_be_told_by_the_views_of_the_languages() -> None:
    mixed = [*some(9, "2026-09"), *some(1, "2026-10"), *some(9, "2026-10", cell="ja")]
    assert counted(mixed) == []


def test_later_attempts_are_counted_from_five_on() -> None:
    again = [*some(20, "2026-09"), *some(4, "2026-10", first=False), *some(5, "2026-11", first=False)]
    assert [wave.n for wave in waves(again)] == [20, None, 5]
