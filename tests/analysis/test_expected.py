"""Sections beside what the person's other answers lead to expect: for that person alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.analysis.core.expectation import GAP_ANSWERS, Expectation
from lms.analysis.core.verdicts import Kind, Verdict
from lms.analysis.queries import Analysis, Filters, expected, load_analysis
from lms.foundation import clock
from lms.foundation.db import db
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Attempt
from lms.quizzes.queries import get_quiz
from lms.wellbeing import actions as wellbeing
from tests.analysis.classes import give, make_class, take
from tests.analysis.page import QUIZ
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

pytestmark = pytest.mark.sqlite  # figures are the same on both databases; how they are read has tests on each

PAGE = "/attempts/{}/expected"
GAP, USUAL, REVIEWED = "Gap: fewer than expected", "As expected", "Section under review"
BELOW = "Fewer, maybe by chance"


@pytest.fixture
def joiner(sample: Flask, sign_in_as: SignIn, unit: Unit) -> Visitor:
    """The joiner, who has read the briefing and has the checkpoint still to take."""
    with unit():
        wellbeing.confirm(sitting.person(), locale="en")
        code = sitting.person().code
    return sign_in_as(code)


@pytest.fixture
def section(sample: Flask) -> list[str]:
    """The questions of the section of which the checkpoint has most."""
    with sample.app_context():
        found = load_analysis(get_quiz(QUIZ), Filters())
        assert found is not None
        of: dict[str, list[str]] = {}
        for fact in found.facts.values():
            of.setdefault(fact.section or "", []).append(fact.code)
        return max(of.values(), key=len)


def taken(unit: Unit, wrong: list[str]) -> str:
    """The joiner takes the checkpoint with these questions wrong; the attempt."""
    with unit():
        take(sitting.person(), "en", wrong=wrong)
        person_id = sitting.person().id
        return db.session.scalars(select(Attempt.id).where(Attempt.person_id == person_id)).one()


def rows(visitor: Visitor, attempt_id: str) -> list[list[str]]:
    """Section, right answers, what was expected and how it is read, as they are copied."""
    answer = visitor.get(PAGE.format(attempt_id), query_string={"lang": "en", "as": "tsv", "rows": "expected"})
    assert answer.status_code == 200
    return [line.split("\t") for line in answer.text.splitlines()[1:]]


def test_a_section_missed_by_somebody_who_knows_the_rest_is_a_gap(
    joiner: Visitor, section: list[str], unit: Unit
) -> None:
    assert len(section) >= GAP_ANSWERS
    attempt_id = taken(unit, section)
    [first, *others] = rows(joiner, attempt_id)
    assert (first[1], first[-1]) == (f"0 of {len(section)}", GAP)
    assert {row[-1] for row in others} <= {USUAL}
    assert "Beside your other answers" in joiner.get(f"/attempts/{attempt_id}/result?lang=en").text


def analysed() -> Analysis:
    """What the page compares with."""
    found = load_analysis(get_quiz(QUIZ), Filters())
    assert found is not None
    return found


def test_a_section_that_is_unclear_to_everybody_is_nobodys_gap(
    joiner: Visitor, section: list[str], unit: Unit, sample: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt_id = taken(unit, section)
    with sample.app_context():
        found = analysed()
        name = found.facts[section[0]].section or ""
        cohort = next(person.cohort for person in found.responses.people if found.attempts[person.code] == attempt_id)
    for verdict in (
        Verdict(Kind.SECTION_UNCLEAR, name, 60),
        Verdict(Kind.CLASS_TAUGHT_BADLY, (name, cohort or ""), 10),
    ):
        judged = replace(found, verdicts=[verdict])
        monkeypatch.setattr(expected, "load_analysis", lambda *_asked, judged=judged: judged)
        told = {row[1]: row[-1] for row in rows(joiner, attempt_id)}
        assert told[f"0 of {len(section)}"] == REVIEWED
        assert GAP not in told.values()


def test_a_question_in_doubt_is_left_out(joiner: Visitor, section: list[str], unit: Unit, sample: Flask) -> None:
    attempt_id = taken(unit, section)
    with sample.app_context():
        found = load_analysis(get_quiz(QUIZ), Filters())
        assert found is not None
        doubtful = {one.place for one in found.verdicts if one.is_sharp} & found.facts.keys()
    counted = sum(int(row[1].split(" of ")[1]) for row in rows(joiner, attempt_id))
    of: dict[str, int] = {}
    for code, fact in found.facts.items():
        if code not in doubtful:
            of[fact.section or ""] = of.get(fact.section or "", 0) + 1
    assert counted == sum(n for n in of.values() if n >= GAP_ANSWERS)


def test_nobody_elses_is_there(sign_in_as: SignIn, section: list[str], unit: Unit, sample: Flask) -> None:
    attempt_id = taken(unit, section)
    with sample.app_context():
        trainer = sitting.person("trainer@kijun.example").code
    assert sign_in_as(trainer).get(PAGE.format(attempt_id)).status_code == 404


def test_an_attempt_on_which_no_figure_rests_is_compared_with_nothing(
    joiner: Visitor, section: list[str], unit: Unit
) -> None:
    attempt_id = taken(unit, section)
    with unit():
        db.session.get_one(Attempt, attempt_id).purpose = Purpose.PRACTICE
    assert "Nothing to compare" in joiner.get(PAGE.format(attempt_id) + "?lang=en").text


def test_of_a_group_too_small_to_be_told_of_nothing_is_said(sign_in_as: SignIn, section: list[str], unit: Unit) -> None:
    with unit():
        one, *_others = make_class("few", ["en"] * 3)
        wellbeing.confirm(one, locale="en")
        code = one.code
        attempt_id = db.session.scalars(select(Attempt.id).where(Attempt.person_id == one.id)).one()
    assert "Nothing to compare" in sign_in_as(code).get(PAGE.format(attempt_id) + "?lang=en").text


def test_fewer_than_nearly_always_is_said_to_be_so_even_where_it_is_no_gap(
    joiner: Visitor, section: list[str], unit: Unit, sample: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt_id = taken(unit, section)
    with sample.app_context():
        names = list(analysed().sections)[:3]
    usual = Expectation(names[0], 5, 2.0, 4.0, 2, 5, 0.4)
    below = Expectation(names[1], 5, 1.0, 4.0, 2, 5, 0.02)
    gap = Expectation(names[2], 5, 0.0, 4.0, 2, 5, 0.001, is_gap=True)
    monkeypatch.setattr(expected, "own_expectations", lambda *_asked: (usual, below, gap))
    assert [(row[1], row[-1]) for row in rows(joiner, attempt_id)] == [
        ("0 of 5", GAP),
        ("1 of 5", BELOW),
        ("2 of 5", USUAL),
    ]


def test_a_later_month_is_compared_with_nothing_since_no_verdict_rests_on_it(
    joiner: Visitor, section: list[str], unit: Unit, sign_in_as: SignIn
) -> None:
    first = taken(unit, section)
    with clock.fixed(clock.now() + timedelta(days=40)):
        with unit():
            person = sitting.person()
            take(person, "en", wrong=section, given=give([person]))
            of_person = select(Attempt.id).where(Attempt.person_id == person.id, Attempt.id != first)
            later, code = db.session.scalars(of_person).one(), person.code
        visitor = sign_in_as(code)
        assert "Nothing to compare" in visitor.get(PAGE.format(later) + "?lang=en").text
        assert rows(visitor, first)[0][-1] == GAP
