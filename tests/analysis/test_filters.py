"""Filters as somebody may write them into the address: what is not there is said, and passes for nothing else."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.analysis.classes import make_class
from tests.analysis.page import PATH, AnalysisPage, words
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

pytestmark = pytest.mark.sqlite  # figures are the same on both databases; how they are read has tests on each

NOT_IN_LIST = "Not in the list: "
NOBODY = "Nobody has finished this quiz with these filters."
LONG = "9" * 3000  # the server takes no longer address


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("window=2026-13", "Window"),
        ("window=2031-01", "Window"),
        (f"window={LONG}", "Window"),
        ("attempts=foo", "Attempts looked at"),
        ("language=xx", "Language"),
        ("cohort=nowhere", "Cohort"),
        ("cohort=' OR 1=1 --", "Cohort"),
        ("cohort=%ff", "Cohort"),
        ("cohort=<script>alert(1)</script>", "Cohort"),
        ("site=nowhere", "Site"),
        ("vendor=' OR 1=1 --", "Vendor"),
        ("by=shoe-size", "Heatmap by"),
        ("cohort=nowhere&cohort=tokyo-a", "Cohort"),
        ("cohort=tokyo-a&window=nine&by=nobody", "Window and Heatmap by"),
    ],
)
def test_what_is_not_in_the_list_is_named_and_has_no_figures(qa: Visitor, asked: str, named: str) -> None:
    page = qa.get(f"{PATH}?lang=en&{asked}")
    assert page.status_code == 200
    assert f"{NOT_IN_LIST}{named} " in words(page.text)
    assert "Remove filters" in page.text
    assert 'class="figs' not in page.text
    assert "<script>alert" not in page.text
    assert qa.get(f"{PATH}/items.csv?{asked}").status_code == 404


def test_of_a_filter_given_twice_the_first_holds_and_is_shown(qa: Visitor) -> None:
    page = qa.get(f"{PATH}?lang=en&language=ja&language=en")
    assert 'value="ja" selected' in page.text
    once = qa.get(f"{PATH}?lang=en&language=ja")
    assert figures(page.text) == figures(once.text)


def figures(html: str) -> str:
    return html.split('<dl class="figs')[1].split("</dl>")[0]


def test_filters_that_leave_nobody_say_so_and_stay_chosen(qa: Visitor) -> None:
    page = qa.get(f"{PATH}?lang=en&cohort=tokyo-a&site=osaka")
    assert page.status_code == 200
    assert NOBODY in page.text
    assert NOT_IN_LIST not in page.text
    assert page.text.count(" selected>") >= 2


def test_filters_that_leave_fewer_than_five_tell_nothing_of_them(qa: Visitor, unit: Unit) -> None:
    with unit():
        make_class("few", ["en"] * 4)
    for more in ({}, {"language": "en"}, {"site": "tokyo"}, {"site": "tokyo", "by": "trainer"}):
        page = AnalysisPage(qa, cohort="few", **more)
        assert page.figures["Attempts"].split()[0] in {"<5", "–"}
        assert "%" not in page.figures["Pass rate"].replace("cut score 80%", "")
        assert page.figures["Mean score"] == "–"
