"""One transaction per request, whose mode is chosen first: parallel saves all arrive, a GET writes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from lms.accounts.models import Person
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.quizzes import actions, queries
from lms.quizzes.models import Attempt
from tests.conftest import SignIn, Visitor
from tests.quizzes import sitting

WRITERS, SAVES = 6, 15


@pytest.fixture
def sitters(sample: Flask, sign_in_as: SignIn) -> list[tuple[Visitor, str, int]]:
    """People with an open attempt each: visitor, attempt, position and the payload of their first question."""
    with sample.app_context(), transaction.unit():
        joiner = sitting.person()
        given = sitting.assignment_id(joiner)
        assignment = queries.get_given(joiner.id, given).assignment
        able = (Person.login.like("%@kijun.example"), Person.deactivated_at.is_(None))
        people = list(db.session.scalars(select(Person).where(*able).order_by(Person.id).limit(WRITERS)))
        actions.add_assignees(assignment, [person.id for person in people])
        opened = [(p.code, actions.open_attempt(p, given, locale="en").id) for p in people]
    return [(sign_in_as(code), attempt_id, 1) for code, attempt_id in opened]


def test_parallel_saves_all_arrive(sample: Flask, sitters: list[tuple[Visitor, str, int]]) -> None:
    with sample.app_context(), transaction.unit(write=False):
        payloads = {
            attempt_id: sitting.right_answer(db.session.get_one(Attempt, attempt_id), 1)
            for _v, attempt_id, _p in sitters
        }

    def save_many(sitter: tuple[Visitor, str, int]) -> list[int]:
        visitor, attempt_id, position = sitter
        statuses = []
        for seq in range(1, SAVES + 1):
            one = {"seq": seq, "position": position, "locale": "en", "payload": payloads[attempt_id]}
            answer = visitor.post(f"/attempts/{attempt_id}/events", json={"epoch": 1, "events": [one]})
            statuses.append(answer.status_code)
        return statuses

    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = [status for found in pool.map(save_many, sitters) for status in found]
    assert statuses == [200] * WRITERS * SAVES
    with sample.app_context(), transaction.unit(write=False):
        assert sum(len(queries.load_events(attempt_id)) for _v, attempt_id, _p in sitters) == WRITERS * SAVES


def test_a_failed_commit_is_503_and_saves_nothing(sample: Flask, sitters: list[tuple[Visitor, str, int]]) -> None:
    visitor, attempt_id, _position = sitters[0]
    with sample.app_context(), transaction.unit(write=False):
        payload = sitting.right_answer(db.session.get_one(Attempt, attempt_id), 1)
    one = {"seq": 1, "position": 1, "locale": "en", "payload": payload}

    def full(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    with sample.app_context():
        engine = db.engine
    event.listen(engine, "commit", full)
    try:
        answer = visitor.post(f"/attempts/{attempt_id}/events", json={"epoch": 1, "events": [one]})
    finally:
        event.remove(engine, "commit", full)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "acked" not in answer.json
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    with sample.app_context(), transaction.unit(write=False):
        assert queries.load_events(attempt_id) == []


def test_a_get_request_changes_nothing(sample: Flask, sitters: list[tuple[Visitor, str, int]]) -> None:
    visitor, attempt_id, position = sitters[0]
    writes: list[str] = []
    with sample.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            writes.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        for path in ("/", "/policies", f"/attempts/{attempt_id}/questions/{position}", "/quizzes", "/results"):
            assert visitor.get(path).status_code in {200, 302}
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert writes == []


@pytest.mark.postgresql
def test_the_deadline_follows_the_databases_clock(
    sample: Flask, sitters: list[tuple[Visitor, str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host whose clock is three hours ahead still takes an answer in time."""

    class ThreeHoursAhead(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(tz) + timedelta(hours=3)  # type: ignore[arg-type]

    _visitor, attempt_id, _position = sitters[0]
    monkeypatch.setattr(clock, "_standing", [])
    with sample.app_context(), transaction.unit():
        attempt = db.session.get_one(Attempt, attempt_id)
        attempt.deadline_at = clock.now() + timedelta(minutes=10)
        monkeypatch.setattr(clock, "datetime", ThreeHoursAhead)
        one = queries.Event(1, 1, 1, "en", sitting.right_answer(attempt, 1))
        assert not actions.save_events(sitting.own_access(attempt.person), attempt_id, [one]).quarantined
        attempt.deadline_at -= timedelta(minutes=20)
        two = queries.Event(1, 2, 1, "en", sitting.right_answer(attempt, 1))
        assert actions.save_events(sitting.own_access(attempt.person), attempt_id, [two]).quarantined
