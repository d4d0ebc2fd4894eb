"""The trend of a quiz by month: its figures against the rows, and few people between two months."""

from __future__ import annotations

import math

import pytest
from flask import Flask

from lms.analysis.core.waves import Result, waves
from tests.analysis.page import PATH
from tests.analysis.rows import load_results
from tests.conftest import SignIn, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def test_the_months_have_the_figures_of_the_rows(qa: Visitor, sample: Flask) -> None:
    with sample.app_context():
        rows = load_results("harassment-checkpoint")
    answer = qa.get(f"{PATH}/trend", query_string={"lang": "en", "as": "tsv", "rows": "months"})
    _head, *months = [line.split("\t") for line in answer.text.splitlines()]
    assert sum(int(month[1]) for month in months) == len(rows.sheets)
    if len(months) == 1:
        assert f"{math.floor(rows.mean() * 100)}%" in months[0]


def test_a_month_has_its_pass_rate_and_mean() -> None:
    results = [*[Result("2026-09", 0.9, True)] * 6, *[Result("2026-09", 0.5, False)] * 2]
    september, october = waves([*results, *[Result("2026-10", 0.9, True)] * 5], ["2026-09", "2026-10"])
    assert (september.n, september.passed, october.n, october.passed) == (8, 0.75, 5, 1.0)
    assert september.mean == pytest.approx(0.8)
    assert september.of_passed is not None


def test_a_month_of_which_nobody_may_be_counted_stands_without_figures() -> None:
    [one] = waves([], ["2026-09"])
    assert (one.n, one.passed, one.mean) == (None, None, None)
