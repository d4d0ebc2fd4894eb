"""A roll that is closed and opened again, and the code that changes each minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts.actions.attendance import room_code
from lms.cohorts.models import Attendance, ClosedRoll, TrainingSession
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter, code_of
from tests.cohorts.pages import section, words
from tests.cohorts.rolls import AS_JSON, NOON, Held, marks, opened
from tests.conftest import Visitor
from tests.quizzes import sitting

EMMA = "emma.lindqvist@kijun.example"


def code_at(sample: Flask, held: Held, minutes: int) -> str:
    with sample.app_context():
        return room_code(db.session.get_one(TrainingSession, held.id), NOON + timedelta(minutes=minutes))


def journalled(sample: Flask, action: str) -> list[AuditEvent]:
    with sample.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)))


def close(visitor: Visitor, path: str) -> None:
    page = FormPage(visitor.get(f"{path}/close").text)
    assert visitor.post(f"{path}/close", data={"unmarked": page.entered.get("unmarked", [])}).location == path


def test_who_is_not_marked_is_absent_after_a_confirmation_that_names_how_many(
    trainer: Visitor,
    sample: Flask,
    path: str,
    held: Held,
) -> None:
    emma = code_of(sample, EMMA)
    answer = trainer.post(path, data=opened(trainer, path, **{f"status.{emma}": "late", "close": "yes"}))
    assert answer.location == f"{path}/close", "what was chosen is saved, and the confirmation comes"
    page = trainer.get(f"{path}/close?lang=en").text
    unmarked = FormPage(page).entered["unmarked"]
    assert emma not in unmarked
    assert f"{len(unmarked)} people are not marked and will count as absent" in words(page)
    assert len(marks(sample, held)) == 1, "nothing has happened yet"
    close(trainer, path)
    found = marks(sample, held)
    assert found.pop(emma)[0] == "late"
    assert found == dict.fromkeys(unmarked, ("absent", "", 1))
    [event] = journalled(sample, "attendance.close")
    assert event.detail["marks"] == {code: [None, "absent"] for code in unmarked}
    shown = trainer.get(f"{path}?lang=en").text
    assert "Closed by" in shown
    assert 'aria-labelledby="room-code"' not in shown
    assert "Closed roll" in words(trainer.get("/cohorts/tokyo-a/roll-calls?lang=en").text)


def test_somebody_who_came_in_meanwhile_is_not_absent_unseen(
    trainer: Visitor,
    sample: Flask,
    path: str,
    held: Held,
) -> None:
    seen = FormPage(trainer.get(f"{path}/close").text).entered["unmarked"]
    answer = trainer.post(f"{path}/close?lang=en", data={"unmarked": seen[1:]})
    assert answer.status_code == 409
    assert "More people are not marked than a moment ago." in answer.text
    assert marks(sample, held) == {}


def test_a_closed_roll_takes_no_marks_and_no_code(
    trainer: Visitor,
    enter: Enter,
    sample: Flask,
    path: str,
    held: Held,
) -> None:
    emma = code_of(sample, EMMA)
    late = opened(trainer, path, **{f"status.{emma}": "late", f"note.{emma}": "train"})
    close(trainer, path)
    answer = trainer.post(f"{path}?lang=en", data=late)
    page = FormPage(answer.text)
    assert (answer.status_code, page.value(f"status.{emma}"), page.value(f"note.{emma}")) == (409, "late", "train")
    assert "The roll was closed in the meantime." in answer.text
    assert "Once the roll is reopened, save again." in answer.text, "saving again now would be refused, too"
    joiner = enter(sitting.JOINER)
    answer = joiner.post("/attendance?lang=en", data={"code": held.room_code})
    assert (answer.status_code, "The code is no longer accepted." in answer.text) == (422, True)
    assert {mark[0] for mark in marks(sample, held).values()} == {"absent"}
    close_again = trainer.post(f"{path}/close", data={})
    assert (close_again.location, len(journalled(sample, "attendance.close"))) == (path, 1)


def test_the_trainer_of_the_session_opens_it_again_for_a_reason_that_the_trail_keeps(
    enter: Enter,
    sample: Flask,
    path: str,
    held: Held,
) -> None:
    with sample.app_context(), transaction.unit():
        session = db.session.get_one(TrainingSession, held.id)
        session.trainer_id = sitting.person("trainer@kijun.example").id
    trainer, other = enter("trainer"), enter("trainer-b")
    close(other, path)
    assert "Only the trainer of this session" in section(other.get(f"{path}?lang=en").text, "reopen")
    assert other.post(f"{path}/reopen", data={"reason": "I was wrong"}).status_code == 403
    empty = trainer.post(f"{path}/reopen?lang=en", data={"reason": " "})
    assert (empty.status_code, FormPage(empty.text).error("reason")) == (422, "Enter the reason.")
    assert trainer.post(f"{path}/reopen", data={"reason": "L0001 was on the call"}).location == path
    [event] = journalled(sample, "attendance.reopen")
    assert event.detail == {"reason": "L0001 was on the call"}
    emma = code_of(sample, EMMA)
    assert marks(sample, held)[emma][0] == "absent", "the first mark stays until it is corrected"
    trainer.post(path, data=opened(trainer, path, **{f"status.{emma}": "present"}))
    assert marks(sample, held)[emma] == ("present", "", 2)


def test_a_roll_is_not_closed_before_its_session_begins(trainer: Visitor, sample: Flask, path: str) -> None:
    with clock.fixed(NOON - timedelta(minutes=5)):
        assert 'name="close"' not in trainer.get(path).text
        assert trainer.post(f"{path}/close", data={}).location == path
    with sample.app_context():
        query = select(ClosedRoll).join(ClosedRoll.session).where(TrainingSession.starts_at > NOON - timedelta(hours=1))
        assert db.session.scalars(query).all() == []


@pytest.mark.parametrize(("minutes", "is_taken"), [(0, True), (1, True), (2, False), (-1, False)])
def test_the_code_is_taken_in_its_minute_and_the_one_after(
    enter: Enter,
    sample: Flask,
    path: str,
    held: Held,
    minutes: int,
    is_taken: bool,
) -> None:
    code = code_at(sample, held, 0)
    assert code not in {code_at(sample, held, near) for near in (-2, -1, 1, 2)}, "it changes each minute"
    with clock.fixed(NOON + timedelta(minutes=minutes)):
        answer = enter(sitting.JOINER).post("/attendance", data={"code": code})
    assert answer.status_code == (302 if is_taken else 422)
    with sample.app_context():
        assert (db.session.scalar(select(Attendance).where(Attendance.session_id == held.id)) is not None) is is_taken


def test_the_page_of_the_code_has_that_of_this_minute_alone(
    trainer: Visitor, sample: Flask, held: Held, path: str
) -> None:
    with clock.fixed(NOON + timedelta(seconds=40)):
        trainer_sees = trainer.get(f"{path}/code?lang=en").text
        answer = trainer.get(f"{path}/code?lang=en", headers=AS_JSON).json
    assert answer == {"digits": held.room_code, "left": 20, "by_code": "0 people"}
    assert f'aria-label="{" ".join(held.room_code)}"' in trainer_sees
    assert all(code_at(sample, held, near) not in trainer_sees for near in (-1, 1, 2))
    with clock.fixed(NOON + timedelta(hours=2)):
        assert trainer.get(f"{path}/code", headers=AS_JSON).json["digits"] is None  # type: ignore[index]
        assert "No code is accepted now" in trainer.get(f"{path}/code?lang=en").text
