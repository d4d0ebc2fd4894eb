"""A cohort that was called off and is taken back: all is as it was, but for what is taken or elsewhere by now."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.cohorts import queries
from lms.cohorts.models import TrainingSession
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.notifications.models import Notice
from lms.quizzes.models import Assignee, Assignment
from tests.cohorts.conftest import Enter, code_of
from tests.cohorts.pages import words
from tests.cohorts.test_call_off import SHOWN, call_off, cohort
from tests.cohorts.test_settle import second_cohort
from tests.conftest import Unit, Visitor
from tests.notifications.test_inbox import Counted
from tests.quizzes import sitting

PAGE = "/cohorts/tokyo-a/take-back"


def state(sample: Flask) -> dict[str, Any]:
    """What calling off ends: sessions, people, quizzes with their dates, and who has them."""
    with sample.app_context():
        given = [s.assignment_id for s in queries.list_sessions(cohort()) if s.assignment_id is not None]
        assignments = db.session.scalars(select(Assignment).where(Assignment.id.in_(given))).all()
        holders = select(Assignee.assignment_id, Assignee.person_id).where(Assignee.assignment_id.in_(given))
        return {
            "sessions": {s.public_id: (s.state, s.starts_at, s.room_id) for s in queries.list_sessions(cohort())},
            "people": [person.code for person in queries.list_members(cohort())],
            "quizzes": {a.id: (a.opens_at, a.due_at, a.ended_at) for a in assignments},
            "holders": {tuple(row) for row in db.session.execute(holders) if row[0] in _open(assignments)},
        }


def _open(assignments: Any) -> set[int]:
    return {found.id for found in assignments if found.due_at > clock.now()}


def test_taken_back_all_is_as_it_was(trainer: Visitor, sample: Flask) -> None:
    window = {"opens_at": "2026-11-18T09:00", "due_at": "2026-11-19T17:00"}
    trainer.post("/cohorts/tokyo-a/quizzes", data={"quiz": "harassment-checkpoint", **window})
    before = state(sample)
    call_off(trainer)
    assert state(sample)["sessions"] != before["sessions"]
    assert f'href="{PAGE}"' in trainer.get(SHOWN).text
    said = words(trainer.get(f"{PAGE}?lang=en").text)
    assert "sessions will stand again." in said
    assert f"{len(before['people'])} learners will be in the cohort again" in said
    assert trainer.post(PAGE).location == "/cohorts/tokyo-a"
    assert state(sample) == before
    assert "This cohort was called off" not in trainer.get(SHOWN).text
    assert trainer.post(PAGE).location == "/cohorts/tokyo-a", "asking twice changes nothing"
    with sample.app_context():
        [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "cohort.take_back"))
        assert code_of(sample, sitting.JOINER) in event.detail["people"]


def test_each_is_told_once(trainer: Visitor, sample: Flask) -> None:
    call_off(trainer)
    with sample.app_context():
        newest = max(db.session.scalars(select(Notice.id)))
    trainer.post(PAGE)
    with sample.app_context():
        joiner = sitting.person()
        [told] = db.session.scalars(select(Notice).where(Notice.id > newest, Notice.person_id == joiner.id))
        assert told.kind == "cohort.taken_back"
        off = select(Notice).where(Notice.kind == "cohort.called_off", Notice.person_id == joiner.id)
        assert db.session.scalars(off).one().read_at is not None, "that it is off is over"
        by = sitting.person("trainer@kijun.example").id
        assert db.session.scalars(select(Notice).where(Notice.id > newest, Notice.person_id == by)).all() == []


def test_what_is_taken_since_stays_cancelled_and_is_named(
    enter: Enter, sample: Flask, unit: Unit, queries_counted: Counted
) -> None:
    admin = enter("admin")
    call_off(admin)
    with unit():
        second_cohort("tokyo", "4B", ["trainer-b@kijun.example"])
        taken = {s.starts_at for s in db.session.scalars(select(TrainingSession)) if s.cohort.code == "second"}
    with queries_counted() as count:
        page = words(admin.get(f"{PAGE}?lang=en").text)
    assert len(count.statements) <= 15
    assert "stay cancelled, because their rooms or trainers have been taken since:" in page
    assert "4B is taken by Second" in page
    admin.post(PAGE)
    with sample.app_context():
        found = {s.public_id: s for s in queries.list_sessions(cohort()) if s.starts_at > clock.now()}
        off = [s for s in found.values() if s.state == "cancelled"]
        assert off
        assert all(s.room is not None and s.room.name == "4B" for s in off)
        assert any(s.starts_at in taken for s in off)
        assert any(s.state == "planned" for s in found.values())


def test_who_is_in_another_cohort_stays_there(trainer: Visitor, sample: Flask, unit: Unit) -> None:
    call_off(trainer)
    with unit():
        second_cohort("tokyo", None, ["trainer@kijun.example"])
    code = code_of(sample, sitting.JOINER)
    assert trainer.post("/cohorts/second/people", data={"people": code}).status_code == 302
    assert "because they are in another cohort" in words(trainer.get(f"{PAGE}?lang=en").text)
    trainer.post(PAGE)
    with sample.app_context():
        assert code not in [person.code for person in queries.list_members(cohort())]


def test_after_its_go_live_day_it_is_not_taken_back(trainer: Visitor, unit: Unit) -> None:
    call_off(trainer)
    with unit():
        cohort().go_live_on = date(2026, 11, 13)
    answer = trainer.post(f"{PAGE}?lang=en")
    assert answer.status_code == 409
    assert "The go-live day of this cohort is over" in answer.text
    assert "/cohorts/new?like=tokyo-a" in answer.text


def test_whom_a_cohort_is_not_given_to_takes_nothing_back(enter: Enter) -> None:
    assert enter("qa").get(PAGE).status_code == 403
    assert enter("trainer-c@northwind.example").get(PAGE).status_code == 404
