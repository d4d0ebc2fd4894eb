"""Fewer than five people are never shown, and nothing that is shown gives them away."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask

from lms.cohorts import queries as cohorts
from tests.analysis.classes import make_class, take
from tests.analysis.page import PATH, AnalysisPage, numbers
from tests.analysis.rows import load_results
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def test_a_class_of_four_is_in_no_cell_and_in_no_total(qa: Visitor, unit: Unit) -> None:
    before = AnalysisPage(qa)
    with unit():
        make_class("four", ["ja"] * 4)
    after = AnalysisPage(qa)
    assert after.heat_head == ["Policy section", "Class four <5", "Osaka B n=28", "Tokyo A n=32", "All cohorts n=60"]
    assert {cells[0] for cells in after.heat.values()} == {"–"}
    assert {number: cells[1:] for number, cells in after.heat.items()} == before.heat
    assert after.figures == before.figures
    assert after.questions == before.questions
    assert after.missed == before.missed
    assert "Class four has fewer than 5 people and is not included in any figure." in after.words
    assert "Class four is not in the total." in after.words


def test_cohorts_are_listed_so_that_a_comma_of_a_name_parts_none(qa: Visitor, unit: Unit) -> None:
    with unit():
        for code in ("one", "two"):
            make_class(code, ["ja"] * 6 + ["en"] * 2)
    assert "Class one; Class two are not included in figures by language" in AnalysisPage(qa).words
    assert "クラスone、クラスtwoは" in qa.get(PATH + "?lang=ja").text


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        (["ja"] * 4, "Fewer than 5 people have no cohort, and they are not included in any figure."),
        (
            [*["ja"] * 6, "en"],
            "People without a cohort are not included in figures by language, since fewer than 5 of them took the "
            "quiz in English or in Japanese.",
        ),
    ],
)
def test_people_without_a_cohort_are_not_called_a_cohort(
    qa: Visitor, unit: Unit, languages: list[str], said: str
) -> None:
    with unit():
        make_class("none", languages, enrolled=False)
    page = AnalysisPage(qa)
    assert said in page.words
    assert "No cohort has" not in page.words
    assert "No cohort is" not in page.words
    if len(languages) < 5:
        assert "People without a cohort are not in the total." in page.words


def test_a_class_with_an_ampersand_is_named_as_it_is_written(qa: Visitor, unit: Unit) -> None:
    with unit():
        make_class("four", ["ja"] * 4)
        cohort = cohorts.find_cohort("four")
        assert cohort is not None
        cohort.name_text = {"en": "Q&A desk", "ja": "Q&A担当"}
    page = AnalysisPage(qa)
    assert "Q&A desk has fewer than 5 people" in page.words
    assert "Q&A desk is not in the total." in page.words


def test_a_class_of_five_is_shown(qa: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        make_class("five", ["ja"] * 5)
    page = AnalysisPage(qa)
    assert page.heat_head[1:] == ["Class five n=5", "Osaka B n=28", "Tokyo A n=32", "All cohorts n=65"]
    assert "–" not in {cells[0] for cells in page.heat.values()}
    with sample.app_context():
        own = load_results("harassment-checkpoint")
    assert page.figures["Attempts"] == "65"
    assert abs(numbers(page.figures["Reliability, alpha"])[0] - own.alpha()) <= 0.005


def test_two_small_classes_that_are_eight_together_are_in_the_total(qa: Visitor, unit: Unit) -> None:
    """The total less the large cohorts tells of eight people, and of no four of them."""
    with unit():
        make_class("first", ["ja"] * 4)
        make_class("second", ["ja"] * 4)
    page = AnalysisPage(qa)
    assert page.heat_head[1:] == [
        "Class first <5",
        "Osaka B n=28",
        "Class second <5",
        "Tokyo A n=32",
        "All cohorts n=68",
    ]
    assert all(cells[0] == cells[2] == "–" for cells in page.heat.values())
    assert page.figures["Attempts"] == "68"


def test_a_filter_on_a_small_class_shows_no_figure_of_theirs(qa: Visitor, unit: Unit) -> None:
    with unit():
        make_class("four", ["ja"] * 4)
    page = AnalysisPage(qa, cohort="four")
    shown = {name: value for name, value in page.figures.items() if name != "Questions to review"}
    assert shown["Attempts"] in {"<5", "0"}
    assert shown["Pass rate"] == "– cut score 80%"
    assert (shown["Mean score"], shown["Reliability, alpha"]) == ("–", "–")
    assert shown["EN and JA gap"].startswith("–")
    for row in page.questions.values():
        assert (row.n, row.facility, row.discrimination, row.d27, row.chosen) == ("<5", "–", "–", "–", [])
        assert (row.english, row.japanese) == ("–", "–")
    assert {cell for cells in page.heat.values() for cell in cells} <= {"–"}
    assert page.missed == []


def test_a_filter_on_a_small_class_shows_no_choices_in_the_detail(qa: Visitor, unit: Unit) -> None:
    with unit():
        make_class("four", ["ja"] * 4)
    html = AnalysisPage(qa, cohort="four", question="HAR-012").html
    detail = html.split('id="detail"', 1)[1].split("</section>", 1)[0]
    assert "%" not in detail
    assert "Figures of fewer than 5 people are not shown." in detail


def test_one_language_alone_is_not_shown_when_the_other_is_small(qa: Visitor, unit: Unit) -> None:
    """Seven took it, one of them in English: the six alone would tell of the one."""
    with unit():
        make_class("mixed", [*["ja"] * 6, "en"])
    page = AnalysisPage(qa, cohort="mixed", language="ja")
    assert page.figures["Attempts"] == "7"
    assert "Both languages are shown together." in page.words
    assert all((row.english, row.japanese) == ("–", "–") for row in page.questions.values())
    alone = AnalysisPage(qa, cohort="mixed", language="en")
    assert alone.figures["Attempts"] in {"<5", "0"}
    assert {row.facility for row in alone.questions.values()} == {"–"}


def test_the_csv_withholds_what_the_page_withholds(qa: Visitor, unit: Unit) -> None:
    with unit():
        make_class("four", ["ja"] * 4)
    answer = qa.get(f"{PATH}/items.csv?cohort=four&lang=en")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]
    assert rows
    assert all(row[3:] == ["<5", *[""] * 9, "Fewer than 5 people"] for row in rows)


def people_of(visitor: Visitor, **filters: str) -> int:
    """How many people the table rests on; 0 where it is withheld."""
    answer = visitor.get(f"{PATH}/items.csv", query_string={"lang": "en", **filters})
    n = next(iter(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))))["n"]
    return 0 if n == "<5" else int(n)


def test_somebody_without_a_cohort_is_not_what_remains_when_the_cohorts_are_subtracted(qa: Visitor, unit: Unit) -> None:
    """The shares of all, times their number, less the same of each cohort would be this person's answers."""
    with unit():
        take(sitting.person("moderator@kijun.example"), "ja", wrong=(1, 2, 3))
    remaining = people_of(qa) - people_of(qa, cohort="tokyo-a") - people_of(qa, cohort="osaka-b")
    assert remaining == 0 or remaining >= 5
    assert AnalysisPage(qa).figures["Attempts"] == str(people_of(qa))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_column_of_one_language_does_not_give_away_the_few_of_the_other(
    qa: Visitor, unit: Unit, language: str
) -> None:
    """Six in one language and one in the other: the class of seven less the column of six is the one."""
    other = {"en": "ja", "ja": "en"}[language]
    with unit():
        make_class("mixed", [*[language] * 6, other])
    both = AnalysisPage(qa, cohort="mixed").heat
    assert "–" not in {cells[0] for cells in both.values()}, "the class as a whole is shown"
    page = AnalysisPage(qa, language=language)
    column = page.heat_head[1:].index("Class mixed <5") if "Class mixed <5" in page.heat_head else None
    assert column is not None, page.heat_head
    assert {cells[column] for cells in page.heat.values()} == {"–"}
