"""The audit trail: whole as written, and every tampering shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from lms.foundation import clock, journal, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit import chains


@pytest.fixture(autouse=True)
def entries(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction.unit():
        for number in range(4):
            journal.record("quiz.publish", actor="Q0001", object=f"quiz v{number}", chain_id=7, n=number)
        journal.record("quiz.publish", actor="Q0001", object="elsewhere", chain_id=8)
        journal.link(db.session())
        yield


def first_break(chain_id: int) -> int | None:
    query = select(AuditEvent).where(AuditEvent.chain_id == chain_id).order_by(AuditEvent.n)
    found = list(db.session.scalars(query.execution_options(populate_existing=True)))
    return chains.first_break(chains.Link(e.n, e.prev_sha256, journal.content_of(e), e.sha256) for e in found)


def without_guard(statement: str) -> None:
    """Run what the trigger would refuse, as somebody with the file in hand could."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
    else:
        names = list(
            db.session.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_events'"))
        )
        assert names
        for name in names:
            db.session.execute(text(f'DROP TRIGGER "{name}"'))
    db.session.execute(text(statement))


def test_each_chain_counts_for_itself_and_is_whole() -> None:
    assert first_break(7) is None
    assert first_break(8) is None


@pytest.mark.parametrize(
    ("statement", "breaks_at"),
    [
        ("UPDATE audit_events SET actor = 'X0001' WHERE chain_id = 7 AND n = 3", 3),
        ("UPDATE audit_events SET object = 'other' WHERE chain_id = 7 AND n = 1", 1),
        ("DELETE FROM audit_events WHERE chain_id = 7 AND n = 2", 2),
        ("UPDATE audit_events SET n = 9 WHERE chain_id = 7 AND n = 4", 4),
    ],
)
def test_tampering_shows_at_its_place(statement: str, breaks_at: int) -> None:
    without_guard(statement)
    assert first_break(7) == breaks_at
    assert first_break(8) is None


def test_what_a_savepoint_has_gathered_goes_with_it() -> None:
    def note(word: str) -> None:
        journal.record("quiz.publish", actor="Q0001", object=word, chain_id=9)

    note("before")
    with suppress(LookupError), db.session.begin_nested():
        note("undone")
        with db.session.begin_nested():
            note("undone with it")
        raise LookupError
    with db.session.begin_nested():
        note("kept")
    note("after")
    journal.link(db.session())
    query = select(AuditEvent.object).where(AuditEvent.chain_id == 9).order_by(AuditEvent.n)
    assert list(db.session.scalars(query)) == ["before", "kept", "after"]
    assert first_break(9) is None


def test_what_is_rolled_back_leaves_no_entry_to_whoever_comes_next() -> None:
    journal.record("quiz.publish", actor="Q0001", object="undone", chain_id=9)
    db.session.rollback()
    journal.record("quiz.publish", actor="Q0001", object="kept", chain_id=9)
    db.session.commit()
    assert list(db.session.scalars(select(AuditEvent.object).where(AuditEvent.chain_id == 9))) == ["kept"]


@pytest.mark.database
def test_a_chain_is_locked_when_nothing_else_is_left_to_do() -> None:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        said.append(sql)

    db.session.commit()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        journal.record("quiz.publish", actor="Q0001", object="quiz", chain_id=8)
        journal.record("quiz.publish", actor="Q0001", object="quiz", chain_id=7)
        db.session.execute(text("SELECT 'the rest'"))
        db.session.commit()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    rest = said.index("SELECT 'the rest'")
    assert not any("audit_events" in sql or "pg_advisory" in sql for sql in said[:rest])
    assert sum("INSERT INTO audit_events" in sql for sql in said[rest:]) == 2


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown journal action"):
        journal.record("nothing.known", actor="Q0001", object="x")


def test_entries_name_codes_and_never_addresses() -> None:
    for entry in db.session.scalars(select(AuditEvent)):
        assert "@" not in f"{entry.actor} {entry.object} {entry.detail}"


def test_a_clock_before_the_newest_entry_is_noticed() -> None:
    assert not journal.is_ahead_of_clock()
    with clock.fixed(clock.now() - journal.CLOCK_TOLERANCE):
        assert not journal.is_ahead_of_clock()
    with clock.fixed(clock.now() - 2 * journal.CLOCK_TOLERANCE):
        assert journal.is_ahead_of_clock()
