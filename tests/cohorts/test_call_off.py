"""A cohort that is called off through its page: what ends, who is told and free, and that it is once for all."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.cohorts import actions, queries
from lms.cohorts.models import Cohort, Enrolment
from lms.cohorts.queries.enrolments import load_in_training
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.notifications.models import Notice
from lms.quizzes.models import Assignment, Attempt
from tests.cohorts.conftest import Enter, code_of
from tests.cohorts.pages import words
from tests.cohorts.test_sessions import NEW
from tests.conftest import Visitor
from tests.quizzes import sitting

PAGE, SHOWN = "/cohorts/tokyo-a/call-off", "/cohorts/tokyo-a?lang=en"
REASON = "The client has moved the queue"


def call_off(visitor: Visitor) -> Any:
    return visitor.post(PAGE, data={"reason": f" {REASON} "})


def cohort() -> Cohort:
    found = queries.find_cohort("tokyo-a")
    assert found is not None
    return found


def test_what_it_means_is_said_first(trainer: Visitor, sample: Flask) -> None:
    said = words(trainer.get(f"{PAGE}?lang=en").text)
    with sample.app_context():
        people = len(queries.list_members(cohort()))
        assert cohort().called_off_at is None
    assert "sessions to come will be cancelled." in said
    assert f"{people} learners will leave the cohort" in said
    assert f'href="{PAGE}"' in trainer.get("/cohorts/tokyo-a/edit").text


def test_a_reason_is_asked_for(trainer: Visitor, sample: Flask) -> None:
    answer = trainer.post(f"{PAGE}?lang=en", data={"reason": " "})
    assert answer.status_code == 422
    assert "Enter the reason." in answer.text
    with sample.app_context():
        assert cohort().called_off_at is None


def test_what_is_to_come_is_off_and_what_is_over_stays(trainer: Visitor, sample: Flask) -> None:
    with sample.app_context():
        before = {s.public_id: (s.state, s.sequence) for s in queries.list_sessions(cohort())}
        begun = set(db.session.scalars(select(Attempt.assignment_id)))
    assert call_off(trainer).location == "/cohorts/tokyo-a"
    with sample.app_context():
        for s in queries.list_sessions(cohort()):
            state, sequence = before[s.public_id]
            if s.starts_at > clock.now() and s.assignment_id not in begun:
                assert (s.state, s.sequence) == ("cancelled", sequence + 1)
            else:
                assert (s.state, s.sequence) == (state, sequence)
        given = {s.assignment_id for s in queries.list_sessions(cohort())} - begun - {None}
        query = select(Assignment).where(Assignment.id.in_(given), Assignment.due_at > clock.now())
        assert db.session.scalars(query).all() == []


def test_its_people_are_told_and_free_for_another_cohort(trainer: Visitor, sample: Flask) -> None:
    with sample.app_context():
        members = {person.id for person in queries.list_members(cohort())}
    call_off(trainer)
    with sample.app_context(), transaction.unit():
        told = set(db.session.scalars(select(Notice.person_id).where(Notice.kind == "cohort.called_off")))
        assert members <= told
        assert sitting.person("trainer@kijun.example").id not in told
        assert load_in_training(members, clock.now()) == {}
        enrolments = db.session.scalars(select(Enrolment).where(Enrolment.cohort_id == cohort().id))
        assert {enrolment.left_reason for enrolment in enrolments if enrolment.person_id in members} == {REASON}
        name, plan = {"en": "Z", "ja": "Z"}, queries.get_template("labeller-15")
        by = sitting.person("trainer@kijun.example")
        new = actions.NewCohort("tokyo-z", name, cohort().site, plan, date(2026, 12, 14), [by])
        actions.enrol(actions.create_cohort(new, by=None), [sitting.person()], by=by)


def test_it_says_so_and_is_found_among_the_past(trainer: Visitor) -> None:
    call_off(trainer)
    page = trainer.get(SHOWN).text
    assert "This cohort was called off on" in page
    assert REASON in page
    assert "/cohorts/tokyo-a/sessions/new" not in page
    link = 'href="/cohorts/tokyo-a"'
    assert link not in trainer.get("/cohorts?lang=en").text
    past = trainer.get("/cohorts?state=past&lang=en").text
    assert link in past
    assert "Called off" in past


def test_the_trail_keeps_what_was_before_and_after_and_twice_changes_nothing(trainer: Visitor, sample: Flask) -> None:
    call_off(trainer)
    assert call_off(trainer).location == "/cohorts/tokyo-a"
    with sample.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "cohort.call_off")).one()
        assert event.detail["before"]["called_off_at"] is None
        assert event.detail["before"]["sessions"] > 0
        assert event.detail["after"]["sessions"] == 0
        assert code_of(sample, sitting.JOINER) in event.detail["people"]


def test_nothing_more_is_put_into_it(trainer: Visitor, sample: Flask) -> None:
    call_off(trainer)
    refused = trainer.post("/cohorts/tokyo-a/people?lang=en", data={"people": code_of(sample, sitting.JOINER)})
    assert refused.status_code == 422
    assert "This cohort was called off on" in refused.text
    assert trainer.post("/cohorts/tokyo-a/sessions/new", data=NEW).status_code == 422
    form = {"name_en": "A", "name_ja": "A", "go_live_on": "2026-12-07", "room": "", "revision": "2"}
    moved = trainer.post("/cohorts/tokyo-a/edit?lang=en", data=form)
    assert (moved.status_code, "This cohort is called off." in moved.text) == (422, True)
    assert 'value="cohort:tokyo-a"' not in trainer.get("/assignments/new").text
    assert "/cohorts/tokyo-a" not in trainer.get("/").text
    with sample.app_context():
        assert queries.list_members(cohort()) == []


def test_a_cohort_that_is_live_is_not_called_off(trainer: Visitor, sample: Flask) -> None:
    with sample.app_context(), transaction.unit():
        cohort().go_live_on = date(2026, 11, 13)
    assert PAGE not in trainer.get("/cohorts/tokyo-a/edit").text
    answer = trainer.post(f"{PAGE}?lang=en", data={"reason": REASON})
    assert answer.status_code == 422
    for page in (answer.text, trainer.get(f"{PAGE}?lang=en").text):
        assert "This cohort has gone live, so it cannot be called off." in page
        assert 'name="reason"' not in page


def test_whom_a_cohort_is_not_given_to_calls_nothing_off(enter: Enter) -> None:
    assert enter("qa").get(PAGE).status_code == 403
    assert enter("trainer-c@northwind.example").get(PAGE).status_code == 404
