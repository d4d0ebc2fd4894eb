"""Regrades at once, and a regrade while people hand in: SQLite lets one writer in at a time, so on PostgreSQL alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.foundation import transaction
from lms.foundation.db import db
from lms.kit.problems import Conflict
from lms.quizzes import actions, queries
from lms.quizzes.actions import regrading
from lms.quizzes.core.answers import Event
from lms.quizzes.models import Assignment, AttemptQuestion, GradingItem, GradingRun, Regrade
from tests.at_once import all_at_once, insisting
from tests.conftest import MONDAY_AFTERNOON, Sizes, Unit
from tests.quizzes import invariants, regrades, sitting

pytestmark = pytest.mark.postgresql

AT_ONCE = 6
BEGUN = "SET LOCAL statement_timeout"
"""The first statement of a unit: everybody waits there for the others."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As many rounds as are asked for, each with a database of its own."""
    metafunc.parametrize("round_no", range(Sizes(metafunc.config.getoption("--long")).of(1, 200)), indirect=True)


@pytest.fixture(autouse=True)
def round_no(request: pytest.FixtureRequest) -> int:
    """Which of the rounds it is."""
    return int(request.param)


def runs_twice() -> int:
    """Attempts that a regrade has graded more than once."""
    counted = select(func.count()).where(GradingRun.regrade_id.is_not(None))
    return len(db.session.scalars(counted.group_by(GradingRun.attempt_id).having(func.count() > 1)).all())


def test_of_two_who_apply_it_at_once_one_does(sample: Flask, unit: Unit) -> None:
    with unit():
        regrade_id = regrades.proposed().id

    def apply() -> bool:
        with sample.app_context(), suppress(Conflict), transaction.unit():
            regrade = db.session.get_one(Regrade, regrade_id)
            regrading.apply(regrade, by=sitting.person("editor@kijun.example"))
            db.session.flush()
            return True
        return False

    assert sorted(all_at_once(sample, [apply] * 4, after=BEGUN)) == [False, False, False, True]


def test_two_workers_at_once_grade_everybody_once(sample: Flask, unit: Unit) -> None:
    with unit():
        expected = {
            change.paper.attempt_id: change.after.score
            for change in regrades.trial(regrades.Method.ACCEPT, regrades.SECOND, lowers=False).changes
        }
        regrade_id = regrades.applied()

    def work() -> None:
        with sample.app_context():
            regrading.carry_out(regrade_id, batch=9)

    all_at_once(sample, [insisting(work)] * 3, after=BEGUN)
    with unit():
        found = queries.load_current_runs(list(expected))
        assert {attempt_id: run.score_thousandths for attempt_id, run in found.items()} == expected
        assert runs_twice() == 0
        invariants.check(MONDAY_AFTERNOON)


def test_whoever_hands_in_while_it_runs_is_graded_by_it(sample: Flask, unit: Unit) -> None:
    with unit():
        _quiz, version = regrades.about()
        assignment_id = sitting.assignment_id(sitting.person())
        people = list(
            db.session.scalars(select(Person).where(Person.code.like("L%")).order_by(Person.code).limit(AT_ONCE))
        )
        actions.add_assignees(db.session.get_one(Assignment, assignment_id), [person.id for person in people])
        opened = {person.id: actions.open_attempt(person, assignment_id, locale="en").id for person in people}
        for key, attempt_id in opened.items():
            place = select(AttemptQuestion.position).where(
                AttemptQuestion.attempt_id == attempt_id, AttemptQuestion.question_version_id == version.id
            )
            position = db.session.scalars(place).one()
            access = sitting.own_access(db.session.get_one(Person, key))
            actions.save_events(access, attempt_id, [Event(1, 1, position, "en", {"option": "o2"})])
        regrade_id = regrades.applied()

    def hand_in(key: int) -> Callable[[], None]:
        def submit() -> None:
            with sample.app_context(), transaction.unit():
                actions.submit(sitting.own_access(db.session.get_one(Person, key)), opened[key])

        return insisting(submit)

    def work() -> None:
        with sample.app_context():
            regrading.carry_out(regrade_id, batch=3)

    all_at_once(sample, [insisting(work), *(hand_in(key) for key in opened)], after=BEGUN)
    with unit():
        marks = (
            select(GradingItem.awarded_thousandths, GradingItem.key_n)
            .join(GradingRun, GradingRun.id == GradingItem.run_id)
            .join(
                AttemptQuestion,
                (AttemptQuestion.attempt_id == GradingRun.attempt_id)
                & (AttemptQuestion.position == GradingItem.position),
            )
            .where(
                GradingRun.attempt_id.in_(opened.values()),
                GradingRun.regrade_id == regrade_id,
                AttemptQuestion.question_version_id == regrades.about()[1].id,
            )
        )
        assert [tuple(row) for row in db.session.execute(marks)] == [(1000, 2)] * len(opened)
        assert runs_twice() == 0
        invariants.check(MONDAY_AFTERNOON)
