"""An attempt that must not count: one proposes, another decides, nothing is deleted, and the learner has it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.analysis.queries import rows
from lms.campaigns.core.progress import State
from lms.campaigns.queries import board
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.foundation.sessions import STEP_UP_MINUTES
from lms.invigilation.models import Ruling
from lms.quizzes import queries
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import Attempt
from lms.quizzes.queries.ahead import load_due
from tests.conftest import Unit, Visitor
from tests.invigilation.conftest import As
from tests.invigilation.looking_after import TRAINER, VOID_FORM, words
from tests.quizzes import invariants, regrades, sitting
from tests.quizzes.sitting import Look, at


@pytest.fixture
def address(joiner: Visitor, first: str, look: Look) -> str:
    """The page of an attempt that has passed."""
    for position in range(1, 13):
        joiner.post(at(first, position), data={**look.right(position), "go": "next"})
    joiner.post(first.replace("questions/1", "submit"))
    return f"/reviews/{look.attempt_id}"


def proposed(trainer: Visitor, address: str, unit: Unit) -> str:
    """The address at which an administrator decides what the trainer has proposed."""
    assert trainer.post(f"{address}/void?lang=en", data=VOID_FORM).status_code == 302
    with unit():
        ruling = db.session.scalars(select(Ruling).where(Ruling.state == "proposed")).one()
        return f"{address}/void/{ruling.id}"


def test_a_void_attempt_counts_nowhere_and_nothing_of_it_is_deleted(
    trainer: Visitor, visitor_of: As, joiner: Visitor, first: str, look: Look, address: str, unit: Unit
) -> None:
    admin = visitor_of("admin@kijun.example")
    with unit():
        attempt = db.session.get_one(Attempt, look.attempt_id)
        quiz, given = queries.get_quiz("harassment-checkpoint"), attempt.assignment_id
        hashes, receipt, log = regrades.hashes(), attempt.receipt_sha256, queries.load_events(attempt.id)
        counted = sum(map(len, rows.load_sittings(quiz)[0].values()))
    assert look.attempt_id in trainer.get("/results/people").text
    decision = proposed(trainer, address, unit)
    assert "1 proposal about an attempt to decide" in admin.get("/?lang=en").text
    assert admin.post(f"{decision}?lang=en", data={"decision": "apply"}).status_code == 302
    assert look.state == AttemptState.VOID
    with unit():
        attempt, quiz = db.session.get_one(Attempt, look.attempt_id), queries.get_quiz("harassment-checkpoint")
        assert (regrades.hashes(), attempt.receipt_sha256, queries.load_events(attempt.id)) == (hashes, receipt, log)
        assert queries.load_current_runs([attempt.id]) == {}
        assert sum(map(len, rows.load_sittings(quiz)[0].values())) == counted - 1
        due = load_due(attempt.person_id, clock.now(), quiz_id=quiz.id)
        mine = queries.get_given(attempt.person_id, given)
        assert (mine.passed, mine.taken) == (None, 0)
        assert mine.may_start(clock.now())
        assert any(one.papers == mine.rules.attempts for one in due)
        (member,) = [one for one in board.list_members([given], clock.now()) if one.person.id == attempt.person_id]
        assert member.state not in {State.PASSED, State.NOT_PASSED}
        entry = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "attempt.void")).one()
        assert entry.detail["prepared_by"] == sitting.person(TRAINER).code
        invariants.check_person(clock.now(), attempt.person_id)
        invariants.check_journal()
    assert look.attempt_id not in trainer.get("/results/people").text
    told = words(joiner.get("/notices?lang=ja").text)
    assert "受験が無効になりました" in told
    page = words(joiner.get(f"{first.replace('questions/1', 'result')}?lang=en").text)
    assert "This attempt does not count" in page
    assert "You can take the quiz again until" in page
    assert "100%" not in page
    assert "Void" in words(joiner.get("/results?lang=en").text)
    again = joiner.post(f"/quizzes/{given}/attempts")
    assert again.status_code == 302
    assert look.attempt_id not in again.location


def test_nobody_decides_what_they_have_proposed_themselves(
    visitor_of: As, look: Look, address: str, unit: Unit
) -> None:
    """Not even an administrator who is alone; another one takes it back or decides."""
    admin = visitor_of("admin@kijun.example")
    decision = proposed(admin, address, unit)
    own = admin.post(f"{decision}?lang=en", data={"decision": "apply"})
    assert own.status_code == 403
    assert look.state == AttemptState.SUBMITTED
    assert admin.post(decision.replace("/void/", "/late/"), data={"decision": "apply"}).status_code == 404
    assert admin.post(decision.replace("/void/", "/withdrawal/")).status_code == 302
    assert visitor_of("qa@kijun.example").post(f"{address}/void", data=VOID_FORM).status_code == 403


def test_the_password_is_asked_for_before_an_attempt_is_void(
    trainer: Visitor, visitor_of: As, look: Look, address: str, unit: Unit
) -> None:
    decision = proposed(trainer, address, unit)
    admin = visitor_of("admin@kijun.example")
    with clock.fixed(clock.now() + timedelta(minutes=STEP_UP_MINUTES, seconds=1)):
        answer = admin.post(decision, data={"decision": "apply"})
        assert answer.status_code == 403
        assert 'name="step_up_password"' in answer.text
    assert look.state == AttemptState.SUBMITTED
    assert admin.post(decision, data={"decision": "decline"}).status_code == 302
    assert look.state == AttemptState.SUBMITTED


def test_an_open_attempt_is_closed_with_its_receipt_before_it_is_void(
    trainer: Visitor, visitor_of: As, joiner: Visitor, first: str, look: Look, unit: Unit
) -> None:
    joiner.post(first, data={**look.right(1), "go": "next"})
    decision = proposed(trainer, f"/reviews/{look.attempt_id}", unit)
    page = trainer.get(f"/reviews/{look.attempt_id}?lang=en").text
    assert "%" not in words(page).split("Propose")[0], "no score of an open attempt"
    assert visitor_of("admin@kijun.example").post(decision, data={"decision": "apply"}).status_code == 302
    assert look.state == AttemptState.VOID
    assert joiner.get(first.replace("questions/1", "state")).json["state"] == "void"
    with unit():
        attempt = db.session.get_one(Attempt, look.attempt_id)
        assert attempt.receipt_sha256
        invariants.check_person(clock.now(), attempt.person_id)
