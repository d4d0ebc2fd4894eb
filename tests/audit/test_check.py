"""Whether the trail is whole: checked in the background, told on the page, and a cut shows as well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from lms.audit import actions, queries
from lms.foundation import journal, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Job, Worker
from tests.conftest import Visitor
from tests.foundation.test_journal import without_guard


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def trail(admin: Visitor) -> None:
    with transaction.unit():
        for n in range(3):
            journal.record("quiz.publish", actor="system", object=f"q{n}")


def tamper(statement: str) -> None:
    """Change the trail as somebody with the file in hand could; the guards are back afterwards."""
    with transaction.unit():
        without_guard(statement)


@pytest.mark.usefixtures("trail")
def test_the_button_lets_the_worker_check_and_the_page_says_what_it_found(admin: Visitor) -> None:
    assert "Not checked yet" in admin.get("/journal").text
    assert admin.post("/journal/check").status_code == 302
    assert admin.post("/journal/check").status_code == 302
    with transaction.unit(write=False):
        assert len(list(db.session.scalars(select(Job).where(Job.kind == "journal.check")))) == 1
    assert Worker().work_off() == 1
    page = admin.get("/journal").text
    assert "Intact up to entry 3, checked" in page
    assert "Not checked yet" not in page


@pytest.mark.usefixtures("trail")
def test_a_changed_entry_is_told_with_its_number(admin: Visitor) -> None:
    actions.check_chains()
    tamper("UPDATE audit_events SET actor = 'A9999' WHERE chain_id = 0 AND n = 2")
    assert actions.check_chains()[0].broken_at == 2
    assert "is broken at entry 2" in admin.get("/journal").text
    assert "Broken" in admin.get("/system").text


@pytest.mark.usefixtures("trail")
def test_a_tail_that_was_cut_off_shows_since_it_was_seen_before(admin: Visitor) -> None:
    actions.check_chains()
    tamper("DELETE FROM audit_events WHERE chain_id = 0 AND n = 3")
    assert actions.check_chains()[0].broken_at == 3
    with transaction.unit():
        journal.record("quiz.publish", actor="system", object="grown again")
    assert actions.check_chains()[0].broken_at == 3
    assert "is broken at entry 3" in admin.get("/journal").text


@pytest.mark.usefixtures("trail")
def test_what_was_found_is_kept_by_chain() -> None:
    actions.check_chains()
    with transaction.unit(write=False):
        verdicts = queries.load_verdicts()
        assert set(verdicts) == set(queries.list_chains())
        assert verdicts[0].n == 3
        assert verdicts[0].broken_at is None
