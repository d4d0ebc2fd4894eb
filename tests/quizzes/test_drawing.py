"""What a retake draws: nothing that was seen while something else is left, and never a question that is held."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from flask import Flask

from lms.questions import holding
from lms.questions import queries as questions
from lms.quizzes import actions, queries
from lms.quizzes.core.blueprint import DrawRow
from lms.quizzes.models import Attempt
from tests.conftest import Unit
from tests.quizzes import sitting


def codes(attempt: Attempt) -> list[str]:
    return [row.question_version.question.code for row in attempt.questions]


def take(unit: Unit) -> list[str]:
    """Open the next attempt at the checkpoint and hand it in; gives the codes of its questions."""
    with unit():
        person = sitting.person()
        attempt = actions.open_attempt(person, sitting.assignment_id(person), locale="en")
        actions.submit(sitting.own_access(person), attempt.id)
        return codes(attempt)


@pytest.fixture
def blueprint(sample: Flask, unit: Unit) -> None:
    """Six of the twelve questions of the checkpoint on each paper, in three attempts."""
    with unit():
        version = queries.load_current_versions([queries.get_quiz("harassment-checkpoint").id]).popitem()[1]
        version.rules = {**version.rules, "attempts": 3, "draw": [asdict(DrawRow(6))]}


def test_a_retake_shows_nothing_again_while_something_else_is_left(blueprint: None, unit: Unit) -> None:
    first, second, third = (take(unit) for _n in range(3))
    assert len(first) == len(second) == len(third) == 6
    assert not set(first) & set(second)
    assert set(third) <= set(first) | set(second), "then what was seen comes again, and no paper is short"


def test_of_variants_a_paper_has_one_and_the_retake_another(sample: Flask, unit: Unit) -> None:
    with unit():
        listed = queries.list_quiz_questions(queries.get_quiz("harassment-checkpoint").versions[-1])
        one, other = (entry.question for entry in listed[:2])
        other.variant_of = one.code
        pair = {one.code, other.code}
        given = queries.get_given(sitting.person().id, sitting.assignment_id(sitting.person()))
        assert given.questions == 11, "the start page counts what a paper has"
    first, second = take(unit), take(unit)
    assert len(first) == len(second) == 11
    assert len(pair & set(first)) == len(pair & set(second)) == 1
    assert pair & set(first) != pair & set(second)


def test_a_held_question_is_drawn_by_no_attempt_and_what_is_open_goes_on(blueprint: None, unit: Unit) -> None:
    with unit():
        person = sitting.person()
        attempt = actions.open_attempt(person, sitting.assignment_id(person), locale="en")
        analyst = sitting.person("qa@kijun.example")
        other = [
            entry.question.code
            for entry in queries.list_quiz_questions(attempt.quiz_version)
            if entry.question.code not in codes(attempt)
        ]
        for code in [*codes(attempt)[:2], *other[:2]]:
            holding.hold_by_hand(questions.get_question(code), "A rule is in doubt.", by=analyst)
        assert len(attempt.questions) == 6
        actions.submit(sitting.own_access(person), attempt.id)
        held = set(codes(attempt)[:2]) | set(other[:2])
    assert not held & set(take(unit))
