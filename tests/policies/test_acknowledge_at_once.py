"""Acknowledgements of one version by one person at once: one row, and nobody is told of an error."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.policies import actions
from lms.policies.models import Acknowledgement
from tests.cast import Cast, make_cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor

WINDOWS = 6


@pytest.fixture
def windows(unit: Unit, sign_in_as: SignIn) -> list[Visitor]:
    """Several windows of one learner, with a policy in force to read."""
    with unit():
        cast: Cast = make_cast()
        actions.import_policy(actions.check_files(b"---\ncode: SPM\n---\n## A\ntext\n", None), publish=True)
    return [sign_in_as(cast.learner) for _ in range(WINDOWS)]


def confirm(window: Visitor) -> tuple[int, str | None]:
    answer = window.post("/policies/SPM/acknowledge", data={"version": "1.0"})
    return answer.status_code, answer.location


def stored(app: Flask) -> tuple[list[datetime], int]:
    """When each acknowledgement was made, and how many the journal knows."""
    with app.app_context():
        made = db.session.scalars(select(Acknowledgement.acknowledged_at)).all()
        entries = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "policy.acknowledge")).all()
        return list(made), len(entries)


def all_at_once(windows: list[Visitor]) -> list[tuple[int, str | None]]:
    with ThreadPoolExecutor(WINDOWS) as pool:
        return list(pool.map(confirm, windows))


def test_all_are_answered_alike_and_one_is_stored(windows: list[Visitor], app: Flask) -> None:
    assert all_at_once(windows) == [(302, "/policies/SPM")] * WINDOWS
    with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=5)):
        assert confirm(windows[0]) == (302, "/policies/SPM")
    assert stored(app) == ([MONDAY_AFTERNOON], 1)


@pytest.mark.postgresql
def test_even_when_none_has_seen_another_before_it_writes(windows: list[Visitor], app: Flask) -> None:
    """SQLite lets one writer in at a time, so this can happen on PostgreSQL alone."""
    together = threading.Barrier(WINDOWS, timeout=20)

    def wait(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO acknowledgements"):
            together.wait()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", wait)
    try:
        assert all_at_once(windows) == [(302, "/policies/SPM")] * WINDOWS
    finally:
        event.remove(engine, "before_cursor_execute", wait)
    assert stored(app) == ([MONDAY_AFTERNOON], 1)
