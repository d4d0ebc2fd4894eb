"""Staff look at quizzes in previews, and see no key of a quiz that they still have to take."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from lms.accounts.core.roles import Role
from lms.accounts.models import Person, RoleGrant
from lms.analysis import queries as analysis
from lms.foundation import clock
from lms.quizzes import actions, queries
from lms.quizzes.core.attempt import Purpose
from lms.wellbeing import actions as wellbeing
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

EDITOR = "editor@kijun.example"
KEY_PAGE = "/questions/HAR/HAR-002?lang=en"
KEY_MARK = "Misconception"


def give_the_checkpoint(person: Person, *, days: int = 3) -> int:
    now = clock.now()
    return actions.assign(
        queries.get_quiz("harassment-checkpoint"),
        [person.id],
        opens_at=now,
        due_at=now + timedelta(days=days),
        zone_name="Asia/Tokyo",
        by=None,
    ).id


@pytest.fixture
def editor(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        return sign_in_as(sitting.person(EDITOR).code)


def test_an_editor_sees_the_key_before_and_after_but_not_while_the_quiz_is_to_be_taken(
    editor: Visitor, unit: Unit
) -> None:
    assert KEY_MARK in editor.get(KEY_PAGE).text
    with unit():
        given = give_the_checkpoint(sitting.person(EDITOR))
    assert KEY_MARK not in editor.get(KEY_PAGE).text
    with unit():
        attempt_id = actions.open_attempt(sitting.person(EDITOR), given, locale="en").id
    assert KEY_MARK not in editor.get(KEY_PAGE).text
    with unit():
        actions.submit(sitting.own_access(sitting.person(EDITOR)), attempt_id)
    assert KEY_MARK in editor.get(KEY_PAGE).text


def test_a_quiz_that_is_over_withholds_nothing(editor: Visitor, unit: Unit) -> None:
    with unit():
        give_the_checkpoint(sitting.person(EDITOR), days=1)
    with unit():
        given = queries.list_given(sitting.person(EDITOR).id)[-1]
        given.assignment.opens_at, given.assignment.due_at = (clock.now() - timedelta(days=n) for n in (2, 1))
    assert KEY_MARK in editor.get(KEY_PAGE).text


def test_what_is_being_taken_withholds_its_keys_though_the_quiz_was_ended_meanwhile(
    editor: Visitor, unit: Unit
) -> None:
    with unit():
        person = sitting.person(EDITOR)
        given = give_the_checkpoint(person)
        attempt_id = actions.open_attempt(person, given, locale="en").id
    with unit():
        ended = queries.get_given(sitting.person(EDITOR).id, given).assignment
        actions.end(ended, revision=ended.revision, by=sitting.person("qa@kijun.example"))
    assert KEY_MARK not in editor.get(KEY_PAGE).text
    with unit():
        actions.submit(sitting.own_access(sitting.person(EDITOR)), attempt_id)
    assert KEY_MARK in editor.get(KEY_PAGE).text


def test_whoever_learns_too_sees_no_key_before_the_last_attempt_or_a_pass(editor: Visitor, unit: Unit) -> None:
    """The result keeps the answers back as long; the page of the question is no way around it."""
    with unit():
        person = sitting.person(EDITOR)
        person.grants.append(RoleGrant(role=Role.LEARNER, granted_at=clock.now()))
        wellbeing.confirm(person, locale="en")
        given = give_the_checkpoint(person)
    for is_shown in (False, True):
        with unit():
            person = sitting.person(EDITOR)
            attempt_id = actions.open_attempt(person, given, locale="en").id
            assert actions.submit(sitting.own_access(person), attempt_id).attempt.purpose == Purpose.ASSESSED
        assert (KEY_MARK in editor.get(KEY_PAGE).text) is is_shown
    with unit():
        again = give_the_checkpoint(sitting.person(EDITOR), days=4)
        attempt = actions.open_attempt(sitting.person(EDITOR), again, locale="en")
        for row in attempt.questions:
            answer = sitting.right_answer(attempt, row.position)
            actions.answer_by_form(sitting.own_access(attempt.person), attempt.id, row.position, answer, locale="en")
        attempt_id = attempt.id
    assert KEY_MARK not in editor.get(KEY_PAGE).text
    with unit():
        actions.submit(sitting.own_access(sitting.person(EDITOR)), attempt_id)
    assert KEY_MARK in editor.get(KEY_PAGE).text


def test_a_quiz_of_somebody_else_withholds_nothing(editor: Visitor, unit: Unit) -> None:
    with unit():
        give_the_checkpoint(sitting.person("localizer@kijun.example"))
    assert KEY_MARK in editor.get(KEY_PAGE).text


def test_what_staff_take_is_a_preview_and_in_no_statistic(sample: Flask, unit: Unit) -> None:
    def attempts() -> str:
        found = analysis.load_analysis(queries.get_quiz("harassment-checkpoint"), analysis.Filters())
        assert found is not None
        return found.summary.attempts_shown

    with unit():
        before, trainer = attempts(), sitting.person("trainer@kijun.example")
        attempt = actions.open_attempt(trainer, give_the_checkpoint(trainer), locale="en")
        actions.submit(sitting.own_access(trainer), attempt.id)
        assert attempt.purpose == Purpose.PREVIEW
        assert attempts() == before
        assert queries.list_finished(trainer.id) == []
