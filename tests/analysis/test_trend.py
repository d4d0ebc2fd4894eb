"""The trend of a quiz and of its policy sections by month: the figures against the rows, few people left out."""

from __future__ import annotations

import math
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from flask import Flask

from lms.analysis.core.responses import Cell, Item, Person, Responses
from lms.analysis.core.sections import section_months
from lms.analysis.core.waves import Result, waves
from lms.foundation import clock
from tests.analysis.classes import make_class
from tests.analysis.page import PATH, words
from tests.analysis.rows import load_results, sections_of_questions
from tests.conftest import SignIn, Unit, Visitor
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


def sections_of(qa: Visitor) -> tuple[list[str], dict[str, list[str]]]:
    """The months, and by section its cells in them, the newest change and its interval."""
    answer = qa.get(f"{PATH}/trend", query_string={"lang": "en", "as": "tsv", "rows": "sections"})
    head, *lines = [line.split("\t") for line in answer.text.splitlines()]
    return head[1:-2], {line[0].split()[1]: line[1:] for line in lines}


def test_the_sections_of_a_month_have_the_figures_of_the_rows(qa: Visitor, sample: Flask) -> None:
    with sample.app_context():
        rows, sections = load_results("harassment-checkpoint"), sections_of_questions()
    months, found = sections_of(qa)
    expected = {
        floor(rows.share_right([item for item in rows.items if sections[item] == section]))
        for section in sections.values()
        if any(sections[item] == section for item in rows.items)
    }
    assert len(months) == 1
    assert {cells[0].split("▼")[0].split()[0] for cells in found.values()} == expected
    assert all(cells[0].endswith(f"n={len(rows.sheets)}") for cells in found.values())
    assert all(cells[1:] == ["–", "–"] for cells in found.values()), "of one month there is no change"


def floor(share: Fraction) -> str:
    return str(math.floor(share * 100))


def test_a_section_changes_from_month_to_month(qa: Visitor, unit: Unit) -> None:
    _months, before = sections_of(qa)
    with clock.fixed(clock.now() + timedelta(days=40)), unit():
        make_class("later", ["ja"] * 6)
    months, found = sections_of(qa)
    assert len(months) == 2
    for section, (first, then, change, interval) in found.items():
        assert first == before[section][0]
        assert then.endswith("n=6")
        assert change[0] in "+−"
        assert " to " in interval


def test_few_of_a_month_are_in_no_section(qa: Visitor, unit: Unit) -> None:
    with clock.fixed(clock.now() + timedelta(days=40)), unit():
        make_class("later", ["ja"] * 4)
    assert {cells[1] for cells in sections_of(qa)[1].values()} == {"–"}
    listed = words(qa.get(f"{PATH}/trend?lang=ja").text)
    assert "ポリシーの節の月別推移" in listed


def test_a_section_is_told_in_the_months_that_have_a_figure_and_changes_between_the_two_newest() -> None:
    def month(people: int, share: float) -> Responses:
        shape = (people, 1)
        listed = tuple(Person(f"L{n}") for n in range(people))
        states = np.full(shape, Cell.ANSWERED, dtype=np.int8)
        return Responses(listed, (Item("Q1"),), np.full(shape, share), states)

    by_month = {"2026-11": month(3, 0.1), "2026-10": month(6, 0.25), "2026-09": month(8, 0.75)}
    [one] = section_months(by_month, {"Q1": ["HAR/insults"]}, ["HAR/insults", "HAR/threats"])
    assert [(figures.n_shown, figures.facility) for figures in one.months] == [("8", 0.75), ("6", 0.25), ("<5", None)]
    assert one.change is not None
    assert (one.change.since, one.change.until, one.change.gap) == ("2026-09", "2026-10", -0.5)
