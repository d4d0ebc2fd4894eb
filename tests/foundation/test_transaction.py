"""One transaction per request, whose mode is chosen first: parallel saves all arrive, a GET writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, delete, event, select, text
from sqlalchemy.exc import InternalError, OperationalError

import config
from lms.accounts.models import Person
from lms.foundation import db as foundation_db
from lms.foundation import transaction
from lms.foundation.db import db
from lms.quizzes import actions, queries
from lms.quizzes.models import AnswerEvent, Attempt
from tests.conftest import SignIn, Visitor, administer
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


@contextmanager
def gone(app: Flask, step: str) -> Iterator[None]:
    """The database goes away just before this step of a transaction, and answers nothing from then on."""
    with app.app_context():
        engine = db.engine
    is_gone: list[bool] = []

    def go_away(connection: Connection) -> None:
        is_gone.append(True)
        assert connection.connection.dbapi_connection is not None
        connection.connection.dbapi_connection.close()

    def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if is_gone:
            raise OperationalError(statement, {}, Exception("server closed the connection unexpectedly"))

    event.listen(engine, step, go_away)
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
        event.remove(engine, step, go_away)


@contextmanager
def full(app: Flask) -> Iterator[None]:
    """There is no room for what is to be committed."""
    with app.app_context():
        engine = db.engine

    def refuse(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    event.listen(engine, "commit", refuse)
    try:
        yield
    finally:
        event.remove(engine, "commit", refuse)


@pytest.fixture
def one(sample: Flask, sitters: list[tuple[Visitor, str, int]]) -> dict[str, Any]:
    """A change of an answer, as the first of them sends it."""
    with sample.app_context(), transaction.unit(write=False):
        payload = sitting.right_answer(db.session.get_one(Attempt, sitters[0][1]), 1)
    return {"epoch": 1, "events": [{"seq": 1, "position": 1, "locale": "en", "payload": payload}]}


@pytest.mark.parametrize("failing", [full, partial(gone, step="commit")])
def test_a_failed_commit_is_503_and_saves_nothing(
    sample: Flask,
    sitters: list[tuple[Visitor, str, int]],
    one: dict[str, Any],
    failing: Callable[[Flask], AbstractContextManager[None]],
) -> None:
    """Whether the database refuses this one thing or is gone: nothing of the answer may need it again."""
    visitor, attempt_id, _position = sitters[0]
    with failing(sample):
        answer = visitor.post(f"/attempts/{attempt_id}/events", json=one)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json["error"] == "database.unavailable"
    assert "acked" not in answer.json
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    with sample.app_context(), transaction.unit(write=False):
        assert queries.load_events(attempt_id) == []


def test_what_was_read_or_refused_is_answered_although_the_database_is_gone_by_then(
    sample: Flask, sitters: list[tuple[Visitor, str, int]], one: dict[str, Any]
) -> None:
    """Nothing was to be written, so it does not matter that the transaction cannot be ended in order."""
    visitor, attempt_id, position = sitters[0]
    with gone(sample, "rollback"), gone(sample, "commit"):
        assert visitor.get(f"/attempts/{attempt_id}/questions/{position}").status_code == 200
    with gone(sample, "rollback"):
        refused = visitor.post(f"/attempts/{attempt_id}/events", json={**one, "epoch": 7})
    assert refused.status_code == 422


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
def test_a_reading_transaction_takes_no_write(sample: Flask) -> None:
    with (
        sample.app_context(),
        pytest.raises(InternalError, match="read-only transaction"),
        transaction.unit(write=False),
    ):
        db.session.execute(delete(AnswerEvent))


def test_what_is_written_to_an_object_in_a_read_is_given_up(sample: Flask) -> None:
    with sample.app_context():
        with transaction.unit(write=False):
            person = sitting.person()
            code, person.name = person.code, "Somebody else"
        with transaction.unit(write=False):
            assert db.session.scalars(select(Person.name).where(Person.code == code)).one() != "Somebody else"


@pytest.mark.postgresql
def test_what_a_page_asks_often_stays_prepared(sample: Flask, sitters: list[tuple[Visitor, str, int]]) -> None:
    """One more ROLLBACK, and the driver forgets it all."""
    visitor, attempt_id, position = sitters[0]
    for _time in range(8):
        assert visitor.get(f"/attempts/{attempt_id}/questions/{position}").status_code == 200
    with sample.app_context(), transaction.unit(write=False):
        prepared = db.session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one()
    assert prepared >= 4, "at least who asks, the attempt, its questions and its answers"


@pytest.mark.postgresql
def test_a_rested_connection_that_is_gone_is_noticed(
    sample: Flask, settings: config.Testing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foundation_db, "RESTED_SECONDS", 0)
    with sample.app_context():
        with transaction.unit(write=False):
            gone = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        administer(settings.database_url, f"SELECT pg_terminate_backend({gone}, 5000)")
        with transaction.unit(write=False):
            assert db.session.execute(text("SELECT pg_backend_pid()")).scalar_one() != gone
