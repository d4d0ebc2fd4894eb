"""A person's own results over time: their own rows, no more, beside what the tables hold of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.analysis.core.mastery import own_mastery
from lms.foundation import clock
from lms.foundation.db import db
from lms.quizzes import actions as quizzes
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import Attempt
from lms.wellbeing import actions as wellbeing
from tests.analysis.classes import make_class
from tests.analysis.page import QUIZ, words
from tests.analysis.rows import load_results, sections_of_questions
from tests.conftest import QueryCount, SignIn, Unit, Visitor
from tests.quizzes import sitting

PATH = "/results/over-time"


@pytest.fixture
def taker(sample: Flask, unit: Unit) -> Person:
    """Somebody who has missed five questions of the checkpoint."""
    with unit():
        person = make_class("own", ["en"] * 6)[5]
        wellbeing.confirm(person, locale="en")
        code = person.code
    with sample.app_context():
        return db.session.scalars(select(Person).where(Person.code == code)).one()


def rows(visitor: Visitor, table: str) -> list[list[str]]:
    """The rows of a table as they are copied, without its head."""
    answer = visitor.get(PATH, query_string={"lang": "en", "as": "tsv", "rows": table})
    assert answer.mimetype == "text/plain"
    return [line.split("\t") for line in answer.text.splitlines()[1:]]


def test_sections_rest_on_ones_own_answers(sample: Flask, taker: Person, sign_in_as: SignIn) -> None:
    with sample.app_context():
        [sheet] = load_results(QUIZ).only(lambda sheet: sheet.person == taker.code).sheets
        sections = sections_of_questions()
    counted: dict[str, list[float]] = defaultdict(list)
    for item, share in sheet.shares.items():
        counted[sections[item]].append(float(share))
    expected = own_mastery({section: (sum(shares), len(shares)) for section, shares in counted.items()})
    told = [(int(row[1]), int(row[2].rstrip("%"))) for row in rows(sign_in_as(taker.code), "sections")]
    assert sorted(told) == sorted((one.answers, int(one.mean * 100 + 1e-9)) for one in expected.values())
    assert sum(n for n, _estimate in told) == 12
    assert [estimate for _n, estimate in told] == sorted(estimate for _n, estimate in told), "the least known first"


def test_attempts_tell_score_outcome_and_n(taker: Person, sign_in_as: SignIn) -> None:
    [row] = rows(sign_in_as(taker.code), "attempts")
    assert (row[2], row[3], row[4], row[-1]) == ("1", "12", "58%", "Not yet passed")


def test_of_a_question_that_came_again_the_latest_answer_counts(taker: Person, sign_in_as: SignIn, unit: Unit) -> None:
    def estimates() -> list[tuple[int, int]]:
        return [(int(row[1]), int(row[2].rstrip("%"))) for row in rows(sign_in_as(taker.code), "sections")]

    def again(quiz: str, *, right: bool) -> None:
        with unit():
            person = sitting.person(taker.login)
            given = sitting.give_another(person, ["HAR-021"], quiz)
            attempt = quizzes.open_attempt(person, given, locale="en")
            if right:
                answer = sitting.right_answer(attempt, 1)
                quizzes.answer_by_form(sitting.own_access(person), attempt.id, 1, answer, locale="en")
            quizzes.submit(sitting.own_access(person), attempt.id)

    ns = sorted(n for n, _estimate in estimates())
    with clock.fixed(clock.now() + timedelta(hours=1)):
        again("wrong", right=False)
        wrong = estimates()
    with clock.fixed(clock.now() + timedelta(hours=2)):
        again("right", right=True)
        assert sum(estimate for _n, estimate in estimates()) > sum(estimate for _n, estimate in wrong)
        assert sorted(n for n, _estimate in wrong) == sorted(n for n, _estimate in estimates()) == ns
    assert len(rows(sign_in_as(taker.code), "attempts")) == 3


def test_nobody_elses_answers_change_anything(taker: Person, sign_in_as: SignIn, unit: Unit) -> None:
    visitor = sign_in_as(taker.code)
    before = words(visitor.get(f"{PATH}?lang=en").text)
    with unit():
        make_class("more", ["ja"] * 6)
    assert words(visitor.get(f"{PATH}?lang=en").text) == before


def test_what_is_void_is_not_there(taker: Person, sign_in_as: SignIn, unit: Unit) -> None:
    with unit():
        db.session.execute(update(Attempt).where(Attempt.person_id == taker.id).values(state=AttemptState.VOID))
    assert "No results yet" in sign_in_as(taker.code).get(f"{PATH}?lang=en").text


def test_as_many_statements_for_many_attempts_as_for_one(
    taker: Person, sign_in_as: SignIn, unit: Unit, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    visitor = sign_in_as(taker.code)
    with queries_counted() as few:
        visitor.get(PATH)
    with unit():
        person = sitting.person(taker.login)
        for n in range(4):
            attempt = quizzes.open_attempt(person, sitting.give_another(person, ["HAR-021"], f"q{n}"), locale="en")
            quizzes.submit(sitting.own_access(person), attempt.id)
    with queries_counted() as many:
        visitor.get(PATH)
    assert len(many) == len(few) <= 15
