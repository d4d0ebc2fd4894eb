"""First attempts, those of later months and retakes: each on its own, by window, and nobody between two views."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Select, select, update

from lms.accounts.models import Person
from lms.analysis.core.populations import Population
from lms.analysis.queries.rows import load_sittings
from lms.foundation import clock
from lms.foundation.db import db
from lms.quizzes.models import Attempt
from lms.quizzes.queries import get_quiz
from lms.reports import catalogue
from lms.reports.access import everybody
from lms.reports.core.scope import Request
from tests.analysis.classes import give, make_class, take
from tests.analysis.page import PATH, QUIZ, AnalysisPage
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

pytestmark = pytest.mark.sqlite  # figures are the same on both databases; how they are read has tests on each

LATER = timedelta(days=40)


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def month() -> str:
    return clock.now().strftime("%Y-%m")


@pytest.fixture
def now() -> str:
    """The month in which the sample has taken the quiz."""
    return month()


@pytest.fixture
def then() -> str:
    """A later one."""
    with clock.fixed(clock.now() + LATER):
        return month()


def make(unit: Unit, code: str, size: int) -> list[str]:
    """A class that takes the quiz in Japanese; where to find its people."""
    with unit():
        return [person.login for person in make_class(code, ["ja"] * size)]


def make_later(unit: Unit, code: str, size: int) -> list[str]:
    with clock.fixed(clock.now() + LATER):
        return make(unit, code, size)


def take_later(unit: Unit, logins: Sequence[str], wrong: Sequence[int] = ()) -> None:
    """The quiz is given to them once more, and they take it."""
    with clock.fixed(clock.now() + LATER), unit():
        people = [sitting.person(login) for login in logins]
        given = give(people)
        for person in people:
            take(person, "ja", wrong, given=given)


def take_once_more(unit: Unit, logins: Sequence[str]) -> None:
    """A second attempt of the same assignment an hour later, without a miss."""
    with clock.fixed(clock.now() + timedelta(hours=1)), unit():
        for person in [sitting.person(login) for login in logins]:
            take(person, "ja", given=db.session.scalars(_given(person)).one())


def give_later_instead(unit: Unit, logins: Sequence[str]) -> None:
    """As if these had had their assignment in the later month."""
    with clock.fixed(clock.now() + LATER), unit():
        people = [sitting.person(login) for login in logins]
        of_these = Attempt.person_id.in_([person.id for person in people])
        db.session.execute(update(Attempt).where(of_these).values(assignment_id=give(people)))


def _given(person: Person) -> Select[int]:
    return select(Attempt.assignment_id).where(Attempt.person_id == person.id)


def test_each_window_has_its_own_people_and_together_they_are_all(qa: Visitor, unit: Unit, now: str, then: str) -> None:
    before = AnalysisPage(qa)
    make_later(unit, "later", 6)
    first, second, every = AnalysisPage(qa, window=now), AnalysisPage(qa, window=then), AnalysisPage(qa)
    assert [page.figures["Attempts"].split()[0] for page in (first, second, every)] == ["60", "6", "66"]
    assert second.heat_head[1] == "Class later n=6"
    assert {number: cells[-1] for number, cells in first.heat.items()} == {
        number: cells[-1] for number, cells in before.heat.items()
    }
    assert first.questions["HAR-021"].facility == before.questions["HAR-021"].facility


def test_the_page_and_its_files_say_which_attempts_they_show(qa: Visitor, unit: Unit, then: str) -> None:
    make_later(unit, "later", 6)
    page = AnalysisPage(qa, window=then)
    assert "First attempts on assignments that opened in" in page.words
    assert page.heat_head[-1].startswith("All cohorts n=6 First attempts, ")
    tsv = qa.get(PATH, query_string={"lang": "en", "window": then, "as": "tsv", "rows": "items"}).text
    assert "n First attempts, " in tsv.splitlines()[0]
    csv = qa.get(f"{PATH}/items.csv", query_string={"lang": "en", "window": then}).data.decode("utf-8-sig")
    assert all("First attempts, " in line for line in csv.splitlines()[1:])
    assert "初回受験（" in qa.get(PATH, query_string={"lang": "ja", "window": then}).text


def test_few_of_a_class_in_one_window_leave_it_out_of_both(qa: Visitor, unit: Unit, now: str, then: str) -> None:
    give_later_instead(unit, make(unit, "divided", 12)[:3])
    make_later(unit, "large", 6)
    every = AnalysisPage(qa).figures["Attempts"].split()[0]
    for window, shown in ((now, "60"), (then, "6")):
        page = AnalysisPage(qa, window=window)
        assert page.figures["Attempts"].split()[0] == shown
        assert "Class divided is left out: with these filters" in page.words
        assert "Class divided <5" in page.heat_head
    assert every == "78"


def test_who_has_it_again_in_a_later_month_is_on_a_page_of_their_own(
    qa: Visitor, unit: Unit, now: str, then: str
) -> None:
    people = make(unit, "again", 12)
    before = AnalysisPage(qa)
    take_later(unit, people, wrong=(1, 2))
    every = AnalysisPage(qa)
    assert (every.figures["Mean score"], every.heat) == (before.figures["Mean score"], before.heat)
    assert every.questions == before.questions
    empty = AnalysisPage(qa, window=then)
    assert "No results yet" in empty.words
    assert "Others had had the quiz before." in empty.words
    page = AnalysisPage(qa, attempts="again")
    assert page.figures["Attempts"].startswith("12 Attempts of later months, ")
    assert page.figures["Pass rate"].startswith("100%")
    assert page.figures["Mean score"].startswith("83%")
    assert "Verdicts rest on first attempts alone." in page.words
    assert "No results yet" in AnalysisPage(qa, attempts="again", window=now).words


def test_retakes_are_shown_where_five_or_nobody_did_without(qa: Visitor, unit: Unit) -> None:
    few, many = make(unit, "few", 12), make(unit, "many", 12)
    take_once_more(unit, [*few[:10], *many[:7]])
    page = AnalysisPage(qa, attempts="retakes")
    assert page.figures["Attempts"].startswith("7 Retakes")
    assert page.figures["Mean score"].startswith("100%")
    assert "Class few <5" in page.heat_head
    assert "Class many n=7" in page.heat_head
    assert "Everybody’s first retake" in page.words


def test_no_attempt_is_in_two_populations_and_nobody_twice_in_a_window(sample: Flask, unit: Unit) -> None:
    people = make(unit, "much", 12)
    take_once_more(unit, people[:6])
    take_later(unit, people)
    with sample.app_context():
        found, _names = load_sittings(get_quiz(QUIZ))
    ids = [each.attempt_id for sittings in found.values() for each in sittings]
    assert len(ids) == len(set(ids))
    for sittings in found.values():
        assert len({(each.person, each.window) for each in sittings}) == len(sittings)
    assert len(found[Population.AGAIN]) == 12
    assert len(found[Population.RETAKES]) == 6


def test_a_report_keeps_to_what_is_asked_for_and_says_so(sample: Flask, unit: Unit) -> None:
    people = make(unit, "again", 12)
    take_later(unit, people, wrong=(1, 2))
    about = {"quiz": QUIZ, "cohort": "", "taken_in": "", "attempts": "again"}
    asked = Request("analysis", about, "en", clock.now(), "Q0001", "Asia/Tokyo")
    with sample.app_context():
        made = catalogue.build(asked, everybody())
        title = catalogue.titles(asked, everybody())["en"]
    facts = dict(made.facts)
    assert facts["Number of people"] == ("n=12",)
    assert facts["Attempts looked at"] == ("Attempts of later months, Dec 2026",)
    assert title.endswith("all cohorts, Attempts of later months")
    assert catalogue.file_name_of(asked, "csv") == f"{QUIZ}-again-{clock.now():%Y-%m-%d}-en.csv"
