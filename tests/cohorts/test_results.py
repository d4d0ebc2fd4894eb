"""The results of one's people: who sees whose, filters and orders in the address, pages."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation.db import db
from lms.quizzes.models import Attempt, GradingRun
from tests.cohorts.conftest import Enter
from tests.cohorts.pages import words
from tests.conftest import Unit, Visitor
from tests.quizzes import sitting

PATH = "/results/people"


def rows(visitor: Visitor, **asked: str | int) -> list[list[str]]:
    """The cells of the table: person, quiz, attempt, score, (bar), outcome, time."""
    page = visitor.get(f"{PATH}?{urlencode({'lang': 'en', **asked})}").text
    table = re.search(r"<table class=\"tbl outcomes\" data-rows>.*?<tbody>(.*?)</tbody>", page, re.DOTALL)
    if table is None:
        return []
    found = re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in found]


def codes(found: list[list[str]]) -> list[str]:
    return [row[0].rpartition(" ")[2] for row in found]


def graded(sample: Flask, *criteria: object) -> set[str]:
    """The codes of those who have a graded attempt, counted here by itself."""
    with sample.app_context():
        query = select(Person.code).join(Attempt, Attempt.person_id == Person.id).join(GradingRun)
        return set(db.session.scalars(query.where(Attempt.purpose == "assessed", *criteria)))  # type: ignore[arg-type]


def test_a_trainer_sees_the_results_of_their_cohorts_by_name(enter: Enter, sample: Flask) -> None:
    found = rows(enter("trainer-b@kijun.example"))
    held = select(Enrolment.person_id).join(Enrolment.cohort).where(Cohort.code == "tokyo-a")
    assert set(codes(found)) == graded(sample, Person.id.in_(held))
    assert "Emma Lindqvist" in " ".join(row[0] for row in found)
    assert re.search(r"\d results? · Times in JST", words(enter("trainer-b@kijun.example").get(f"{PATH}?lang=en").text))


def test_a_vendor_manager_sees_the_results_of_the_vendor_alone(enter: Enter, sample: Flask) -> None:
    manager = enter("vendor")
    with sample.app_context():
        vendor_id = sitting.person("vendor@kijun.example").vendor_id
    own = graded(sample, Person.vendor_id == vendor_id)
    seen: set[str] = set()
    for page in range(1, 9):
        seen |= set(codes(rows(manager, page=page)))
    assert seen == own
    page = manager.get(f"{PATH}?lang=en").text
    assert "Tokyo" not in re.search(r"<form class=\"filters\".*?</form>", page, re.DOTALL)[0]  # type: ignore[index]
    assert rows(manager, cohort="tokyo-a") == []
    assert rows(manager, q="Emma") == []


def test_qa_sees_codes_and_finds_nobody_by_name(enter: Enter) -> None:
    qa = enter("qa")
    found = rows(qa)
    assert found
    assert all(re.fullmatch(r"[A-Z]\d{4}", row[0]) for row in found)
    assert rows(qa, q="Emma") == []


@pytest.mark.parametrize("who", ["joiner", "editor", "localizer"])
def test_nobody_else_sees_them(enter: Enter, who: str) -> None:
    visitor = enter(who)
    assert visitor.get(PATH).status_code == 403
    assert f'href="{PATH}"' not in visitor.get("/").text


@pytest.mark.parametrize("who", ["trainer", "vendor"])
def test_it_has_a_place_in_the_navigation(enter: Enter, who: str) -> None:
    assert f'href="{PATH}"' in enter(who).get("/").text


def test_filters_and_orders_stand_in_the_address(trainer: Visitor) -> None:
    everything = rows(trainer)
    times = trainer.get(f"{PATH}?lang=en").text
    assert 'aria-sort="descending"' in times, "the newest first"
    passed, not_yet = rows(trainer, outcome="passed"), rows(trainer, outcome="not_yet")
    assert {row[5] for row in passed} == {"Passed"}
    assert {row[5] for row in not_yet} == {"Not yet passed"}
    scores = [int(row[3].rstrip("%")) for row in rows(trainer, sort="score")]
    assert scores == sorted(scores)
    assert rows(trainer, sort="nonsense", outcome="nonsense", page=-3) == everything
    assert rows(trainer, quiz="no-such") == []
    assert codes(rows(trainer, q="lindqvist")) == codes(rows(trainer, q="ＬＩＮＤＱＶＩＳＴ")) != []


def test_japanese_names_stand_by_their_reading(trainer: Visitor, sample: Flask) -> None:
    shown = codes(rows(trainer, sort="name", cohort="tokyo-a"))
    with sample.app_context():
        keys = {person.code: (person.reading_key, person.code) for person in db.session.scalars(select(Person))}
    assert [keys[code] for code in shown] == sorted(keys[code] for code in shown)


def test_practice_is_nobodys_business(trainer: Visitor, sample: Flask, unit: Unit) -> None:
    before = rows(trainer, q="lindqvist")
    with unit():
        emma = sitting.person("emma.lindqvist@kijun.example")
        for attempt in db.session.scalars(select(Attempt).where(Attempt.person_id == emma.id)):
            attempt.purpose = "practice"
    assert before
    assert rows(trainer, q="lindqvist") == []


def test_a_page_beyond_the_end_is_the_last_one(trainer: Visitor) -> None:
    page = trainer.get(f"{PATH}?lang=en").text
    count = re.search(r"(\d+) results?", words(page))
    assert count
    last = -(-int(count[1]) // 50)
    assert rows(trainer, page=99) == rows(trainer, page=last)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"q": "nobody"}, "No result matches “nobody”"), ({"quiz": "none"}, "No result matches this filter")],
)
def test_an_empty_list_says_why(trainer: Visitor, asked: dict[str, str], said: str) -> None:
    assert said in trainer.get(f"{PATH}?{urlencode({'lang': 'en', **asked})}").text
