"""Open attempts: who sees them, what is not seen of them, and more time while there is still something to give."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import RoleGrant
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.foundation.sessions import STEP_UP_MINUTES
from lms.invigilation.models import AttemptExtension
from lms.kit.problems import Invalid
from lms.quizzes import actions as quizzes
from lms.quizzes import queries
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import Assignment, Attempt
from tests.at_once import from_one_start
from tests.conftest import SignIn, Unit, Visitor
from tests.invigilation import looking_after
from tests.invigilation.looking_after import words
from tests.quizzes import invariants, sitting
from tests.quizzes.sitting import Look

MORE = {"whom": "all", "minutes": "10", "reason": "Fire alarm", "seen": "0"}


def address(look: Look) -> str:
    return f"/open-attempts/{look(lambda attempt: attempt.assignment_id)}"


def test_the_trainer_sees_who_is_at_it_and_nothing_of_what_they_answer(
    trainer: Visitor, joiner: Visitor, first: str, look: Look, sign_in_as: SignIn, unit: Unit
) -> None:
    joiner.post(first, data={**look.wrong(1), "go": "next"})
    wrong = trainer.get(f"{address(look)}?lang=en").text
    joiner.post(first, data={**look.right(1), "go": "next"})
    page = trainer.get(f"{address(look)}?lang=en").text
    assert page.count("<tr>") == 2
    assert "1 of 12 answered" in words(page)
    assert "about 30 min" in words(page)
    assert strip(page) == strip(wrong), "the same bytes, whatever was answered"
    assert "Harassment" in trainer.get("/open-attempts?lang=en").text
    assert address(look) in trainer.get(f"/assignments/{address(look).rsplit('/', 1)[1]}").text
    joiner.post(first.replace("questions/1", "submit"))
    assert ['id="give"' in shown for shown in (page, trainer.get(address(look)).text)] == [True, False]
    with unit():
        other = sitting.person("trainer-c@northwind.example").code
    assert sign_in_as(other).get(address(look)).status_code == 404
    assert "Nobody is taking a quiz just now" in sign_in_as(other).get("/open-attempts?lang=en").text


def strip(page: str) -> str:
    """A page without the marks against forgery, which are new each time."""
    return re.sub(r'value="[A-Za-z0-9_.=\-]{60,}"', "", page)


def test_more_time_moves_the_end_beyond_the_window_and_the_learner_is_told_by_the_server(
    trainer: Visitor, joiner: Visitor, first: str, look: Look, unit: Unit
) -> None:
    before = look(lambda attempt: attempt.deadline_at)
    with unit():
        attempt = db.session.get_one(Attempt, look.attempt_id)
        db.session.get_one(Assignment, attempt.assignment_id).due_at = before
    answer = trainer.post(f"{address(look)}?lang=en", data=MORE)
    assert answer.status_code == 302
    page = words(trainer.get(f"{address(look)}?lang=en").text)
    assert "1 person has more time now." in page
    assert "Fire alarm" in page
    state = joiner.get(first.replace("questions/1", "state")).json
    assert state["deadline"] == (before + timedelta(minutes=10)).isoformat()
    assert "About 40 min left" in joiner.get(f"{first}?lang=en").text
    given = look(lambda attempt: attempt.assignment_id)
    assert "(extended from 30)" in joiner.get(f"/quizzes/{given}?lang=en").text
    with clock.fixed(before + timedelta(minutes=10)):
        joiner.post(first, data={**look.right(1), "go": "next"})
        with unit():
            assert quizzes.sweep() == 0
    assert look.late == []
    assert len(look.log) == 1
    with unit():
        entry = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "attempt.extend")).one()
        assert (entry.object, entry.detail["minutes"]) == (look.attempt_id, 10)
        assert "Fire" not in str(entry.detail)
        assert db.session.get_one(Attempt, look.attempt_id).more_minutes == 10


@pytest.mark.parametrize("whom", ["all", "chosen"])
@pytest.mark.parametrize(("late", "is_given"), [(-1, True), (0, True), (1, True), (60, True), (61, False)])
def test_time_is_given_while_answers_count_and_never_after(
    sign_in_as: SignIn, look: Look, unit: Unit, whom: str, late: int, is_given: bool
) -> None:
    """At the deadline and around it, to the second; time can still be given in the grace."""
    deadline = look(lambda attempt: attempt.deadline_at)
    with clock.fixed(deadline + timedelta(seconds=late)):
        sent = {**MORE, "whom": whom, "attempts": look.attempt_id, "minutes": "1"}
        with unit():
            code = sitting.person(looking_after.TRAINER).code
        answer = sign_in_as(code).post(f"{address(look)}?lang=en", data=sent)
        with unit():
            assert quizzes.sweep() == (0 if is_given else 1)
    assert answer.status_code == (302 if is_given else 422)
    moved = deadline + timedelta(minutes=1 if is_given else 0)
    assert look(lambda attempt: attempt.deadline_at) == moved
    assert look.state == (AttemptState.OPEN if is_given else AttemptState.EXPIRED)
    if not is_given:
        assert "had finished or run out of time" in answer.text
        assert 'value="Fire alarm"' in answer.text, "what was typed is kept"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"minutes": ""}, "Enter a number of minutes from 1 to 480."),
        ({"minutes": "-5"}, "Enter a number of minutes from 1 to 480."),
        ({"minutes": "481"}, "Enter a number of minutes from 1 to 480."),
        ({"reason": " "}, "Enter the reason."),
        ({"reason": "\u200b\u3000"}, "Enter the reason."),
        ({"whom": "chosen"}, "Tick at least one person who is taking the quiz."),
        ({"whom": "chosen", "attempts": "unknown"}, "Tick at least one person who is taking the quiz."),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_place(
    trainer: Visitor, look: Look, change: dict[str, str], message: str
) -> None:
    answer = trainer.post(f"{address(look)}?lang=en", data={**MORE, **change})
    assert answer.status_code == 422
    assert message in answer.text
    assert look(lambda attempt: attempt.more_minutes) == 0


def test_a_page_on_which_everybody_has_finished_says_so(
    trainer: Visitor, joiner: Visitor, first: str, look: Look
) -> None:
    joiner.post(first.replace("questions/1", "submit"))
    answer = trainer.post(f"{address(look)}?lang=en", data=MORE)
    assert answer.status_code == 409
    assert "Nobody is taking this quiz any more." in answer.text
    assert "send again" not in answer.text


def test_nobody_gives_time_to_themselves(joiner: Visitor, look: Look, sign_in_as: SignIn, unit: Unit) -> None:
    with unit():
        person = sitting.person()
        db.session.add(RoleGrant(person_id=person.id, role="admin", granted_at=clock.now(), granted_by=None))
        code = person.code
    visitor = sign_in_as(code)
    assert f'value="{look.attempt_id}"' not in visitor.get(address(look)).text
    for change, status in (({}, 409), ({"whom": "chosen", "attempts": look.attempt_id}, 422)):
        assert visitor.post(address(look), data={**MORE, **change}).status_code == status
    assert look(lambda attempt: attempt.more_minutes) == 0


def test_a_button_pressed_twice_moves_the_end_once(trainer: Visitor, look: Look, unit: Unit) -> None:
    assert trainer.post(address(look), data=MORE).status_code == 302
    again = trainer.post(f"{address(look)}?lang=en", data=MORE)
    assert again.status_code == 409
    assert "More time was given in the meantime." in again.text
    assert look(lambda attempt: attempt.more_minutes) == 10
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', again.text)
    assert seen is not None
    assert trainer.post(address(look), data={**MORE, "minutes": "470", "seen": seen[1]}).status_code == 302
    with unit(), pytest.raises(Invalid, match=r"extension\.most"):
        looking_after.extend(look.attempt_id, 1)


def test_the_password_is_asked_for_and_what_was_typed_is_sent_after_it(trainer: Visitor, look: Look) -> None:
    with clock.fixed(clock.now() + timedelta(minutes=STEP_UP_MINUTES, seconds=1)):
        assert trainer.get(address(look)).status_code == 200
        answer = trainer.post(f"{address(look)}?lang=en", data=MORE)
    assert answer.status_code == 403
    assert 'name="step_up_password"' in answer.text
    assert 'value="Fire alarm"' in answer.text
    assert look(lambda attempt: attempt.more_minutes) == 0


def test_the_sweeper_looks_again_at_what_it_has_locked(look: Look, unit: Unit) -> None:
    """Somebody gave more time between its list and its lock."""
    deadline = look(lambda attempt: attempt.deadline_at)
    now = deadline + timedelta(seconds=61)
    with unit():
        assert queries.list_overdue(now) == [look.attempt_id]
        db.session.get_one(Attempt, look.attempt_id).deadline_at += timedelta(minutes=1)
    with unit():
        assert queries.find_attempt_to_close(look.attempt_id, now) is None


@pytest.mark.postgresql
def test_at_the_last_moment_either_the_trainer_or_the_sweeper_is_first(sample: Flask, look: Look, unit: Unit) -> None:
    """Several give the same time while the sweeper goes round: it is given once, and nothing is closed early."""
    for second in (60, 61):
        deadline = look(lambda attempt: attempt.deadline_at)
        with clock.fixed(deadline + timedelta(seconds=second)):
            seen = look(lambda _attempt: max(db.session.scalars(select(AttemptExtension.id)), default=0))

            def give(known: int = seen) -> str:
                try:
                    return str(len(looking_after.extend(look.attempt_id, 1, seen=known).attempts))
                except Exception as problem:
                    return getattr(problem, "code", type(problem).__name__)

            done = from_one_start(sample, [give, give, give, lambda: str(quizzes.sweep())])
            if second == 60:
                assert sorted(done[:3]) == ["1", "extension.given", "extension.given"]
                assert done[3] == "0"
                assert look.state == AttemptState.OPEN
            else:
                assert set(done[:3]) == {"extension.too_late"}
        with unit():
            invariants.check_journal()
