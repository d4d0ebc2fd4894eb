"""What somebody chose acts where sensitive content is shown and where a paper is drawn, and for them alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.questions.queries import Current
from lms.quizzes import actions as quizzes
from lms.quizzes import queries
from lms.quizzes.actions import opening
from lms.quizzes.core.blueprint import DrawRow
from lms.quizzes.core.rules import Rules
from lms.wellbeing import actions
from lms.wellbeing.core.labels import Degree
from lms.wellbeing.core.seeing import Seeing
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def joiner(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person().code
    return sign_in_as(code)


def veils(page: str) -> list[tuple[bool, str]]:
    """Each veil of a page: whether it stands open, and what it says."""
    found = re.findall(r'<details class="veil"([^>]*)><summary>(.*?)</summary>', page, re.DOTALL)
    return [("open" in how, " ".join(re.sub("<[^>]+>", " ", said).split())) for how, said in found]


def choose(unit: Unit, seeing: Seeing) -> None:
    with unit():
        actions.prefer(sitting.person(), seeing)


@pytest.mark.parametrize("path", ["/policies/HAR?lang=en", "/policies/HAR?lang=ja", "/policies/HAR/side"])
def test_mild_examples_of_a_policy_stand_open_for_whoever_chose_so(
    joiner: Visitor, unit: Unit, sign_in_as: SignIn, path: str
) -> None:
    assert not any(is_open for is_open, _said in veils(joiner.get(path).text)), "closed without a choice"
    choose(unit, Seeing(Degree.MEDIUM))
    shown = veils(joiner.get(path).text)
    assert shown
    assert all(is_open for is_open, _said in shown)
    with unit():
        somebody = sitting.person("emma.lindqvist@kijun.example").code
    assert not any(is_open for is_open, _said in veils(sign_in_as(somebody).get(path).text))


def test_what_is_avoided_stays_closed_and_says_why(joiner: Visitor, unit: Unit) -> None:
    choose(unit, Seeing(Degree.STRONG, frozenset({"insult"})))
    shown = veils(joiner.get("/policies/HAR?lang=en").text)
    of_insults = [(is_open, said) for is_open, said in shown if "insulting words" in said]
    assert of_insults
    assert all(not is_open and "You chose to see less of this." in said for is_open, said in of_insults)
    assert any(is_open for is_open, _said in shown), "other kinds stand open"


def test_the_case_of_a_question_follows_the_choice(joiner: Visitor, unit: Unit) -> None:
    with unit():
        person = sitting.person()
        attempt = quizzes.open_attempt(person, sitting.assignment_id(person), locale="en")
        covered = [
            f"/attempts/{attempt.id}/questions/{row.position}?lang=en"
            for row in attempt.questions
            if "sensitive" in row.question_version.body
        ]
    assert covered
    is_open, said = veils(joiner.get(covered[0]).text)[0]
    assert not is_open
    assert "The wording is mild. It stays closed until you open it." in said
    choose(unit, Seeing(Degree.MEDIUM))
    is_open, said = veils(joiner.get(covered[0]).text)[0]
    assert (is_open, "It is open because you chose this." in said) == (True, True)


def kinds_of(drawn: list[Current]) -> list[str]:
    return [found.version.body.get("sensitive", {}).get("kind", "") for found in drawn]


def test_a_blueprint_draws_other_cases_first_and_the_avoided_ones_where_nothing_else_is_left(sample: Flask) -> None:
    with sample.app_context():
        pool = queries.list_drawable_questions(queries.get_quiz("harassment-checkpoint").versions[-1])
        avoided = {kind for kind in kinds_of(pool) if kind}
        free = sum(not kind for kind in kinds_of(pool))
        assert avoided
        for seed in map(str, range(20)):
            few = quizzes.drawn_by(pool, rules(free), seed, avoided)
            assert kinds_of(few) == [""] * free
            assert quizzes.drawn_by(pool, rules(free), seed) == quizzes.drawn_by(pool, rules(free), seed, ())
            everything = quizzes.drawn_by(pool, rules(len(pool)), seed, avoided)
            assert len(everything) == len(pool), "no paper is short of questions for it"


def test_an_attempt_is_drawn_by_the_choice_of_whoever_opens_it(
    joiner: Visitor, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    drawn_by = quizzes.drawn_by
    monkeypatch.setattr(opening, "drawn_by", lambda *sent: given.append(sent[3]) or drawn_by(*sent))
    choose(unit, Seeing(Degree.MILD, frozenset({"threat"})))
    with unit():
        person = sitting.person()
        quizzes.open_attempt(person, sitting.assignment_id(person), locale="en")
        other = db.session.scalars(select(Person).where(Person.login == "moderator@kijun.example")).one()
        quizzes.open_attempt(other, sitting.assignment_id(other), locale="en")
    assert given == [frozenset({"threat"}), frozenset()]


def rules(count: int) -> Rules:
    return Rules(minutes=30, cut_percent=80, attempts=1, open_book=True, draw=(DrawRow(count),))
