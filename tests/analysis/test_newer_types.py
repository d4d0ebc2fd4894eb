"""The analysis of the newer question types: a share for each, and distractors only where there are options."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.analysis import queries as analysis
from lms.analysis.queries import Filters
from lms.foundation.db import db
from lms.quizzes import actions, queries
from lms.quizzes.models import Assignment
from tests.analysis.classes import make_class
from tests.conftest import SignIn, Unit
from tests.questions.core.test_types import RIGHT, WRONG
from tests.quizzes import newer, sitting


@pytest.fixture
def taken(sample: Flask, unit: Unit) -> None:
    """Eight people have taken the quiz of the newer types, half of them with every answer right."""
    del sample
    with unit():
        assignment = db.session.get_one(Assignment, newer.give())
        people = make_class("newer", ["en"] * 8)
        actions.add_assignees(assignment, [person.id for person in people])
        db.session.flush()
        for place, person in enumerate(people):
            attempt = actions.open_attempt(person, assignment.id, locale="en")
            access = sitting.own_access(person)
            for row in attempt.questions:
                payload = (WRONG, RIGHT)[place % 2][row.question_version.body["type"]]
                actions.answer_by_form(access, attempt.id, row.position, payload, locale="en")
            actions.submit(access, attempt.id)


def test_every_type_has_its_share_and_only_options_are_counted(
    sample: Flask, taken: None, sign_in_as: SignIn, unit: Unit
) -> None:
    del sample, taken
    with unit():
        found = analysis.load_analysis(queries.get_quiz(newer.QUIZ), Filters())
        assert found is not None
        qa = sitting.person("qa@kijun.example").code
        assert {entry.item: entry.figures.facility for entry in found.health} == {
            f"TYP-00{n}": 0.5 for n in range(1, 7)
        }
        assert list(found.options) == ["TYP-001"]
    for language in ("en", "ja"):
        page = sign_in_as(qa).get(f"/analysis/{newer.QUIZ}?lang={language}&question=TYP-006")
        assert page.status_code == 200
        assert "____" in page.text
        assert "[[" not in page.text
