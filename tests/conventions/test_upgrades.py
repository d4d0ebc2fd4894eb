"""An upgrade keeps what people did: back to the first tables and forward again, with data in all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import event, inspect, select, text
from sqlalchemy.exc import DBAPIError

from lms.accounts.models import Accommodation
from lms.cohorts.actions import gates
from lms.cohorts.models import Cohort, GateDecision
from lms.foundation import clock, transaction
from lms.foundation.db import Base, db
from lms.questions import drafts
from lms.questions import queries as questions
from tests.conftest import SignIn, migrate
from tests.conventions.examples import World
from tests.conventions.test_access import world  # noqa: F401 - something of every kind
from tests.quizzes import invariants, sitting
from tests.stored import narrowed, stored

FIRST = "0001"
MADE_ANEW = {
    "people": {"reading_key", "search_key"},
    "section_revisions": {"search_key"},
    "question_versions": {"search_key"},
    "training_sessions": {"search_key"},
}
"""What an upgrade works out from the rows: it is the same as what the application had kept."""
LATER = (
    *(
        "briefing_confirmations",
        "closed_rolls",
        "mails",
        "notices",
        "publication_requests",
        "question_drafts",
        "role_proposals",
    ),
)
"""Tables that came later: the first ones have no place for what they hold."""


@dataclass(frozen=True)
class Unplaced:
    """Rows that the first tables have no place for either."""

    waiver: int
    question: int


@pytest.fixture
def unplaced(sample: Flask, world: World) -> Unplaced:  # noqa: F811
    """A waiver that was withdrawn, and a question that is a draft only."""
    with sample.app_context(), transaction.unit():
        waiver = db.session.get_one(GateDecision, world.waivers["osaka-b"])
        cohort = db.session.get_one(Cohort, waiver.cohort_id)
        gates.withdraw(cohort, waiver.person, waiver.id, by=sitting.person("trainer@kijun.example"))
        copied = questions.get_question("HAR-014")
        question = drafts.copy_question(copied, by=sitting.person("editor@kijun.example"))
        return Unplaced(waiver.id, question.id)


def test_all_migrations_back_and_forward_keep_the_rows(sample: Flask, unplaced: Unplaced, sign_in_as: SignIn) -> None:
    with sample.app_context():
        with db.engine.connect() as connection:
            before = stored(connection)
        migrate(sample, db.engine, FIRST, down=True)
        with db.engine.connect() as connection:
            tables = inspect(connection)
            kept = {name: {column["name"] for column in tables.get_columns(name)} for name in tables.get_table_names()}
        migrate(sample, db.engine)
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
            after = stored(connection)
    assert all(before[table] for table in LATER)
    before["gate_decisions"] = [row for row in before["gate_decisions"] if row["id"] != unplaced.waiver]
    before["questions"] = [row for row in before["questions"] if row["id"] != unplaced.question]
    for table in before.keys() & kept.keys():
        compared = kept[table] | MADE_ANEW.get(table, set())
        assert narrowed(after[table], compared) == narrowed(before[table], compared), table
    assert [table for table in after if table not in kept and after[table]] == [], "what came later begins empty"
    with sample.app_context(), transaction.unit(write=False):
        invariants.check(clock.now())
        invariants.check_journal()
        code = sitting.person("editor@kijun.example").code
    editor = sign_in_as(code)
    for page in ("/", "/questions/HAR", "/policies/HAR", "/notices"):
        assert editor.get(page).status_code == 200, page


def test_the_logs_can_only_be_appended_to_afterwards(sample: Flask) -> None:
    with sample.app_context():
        migrate(sample, db.engine, FIRST, down=True)
        migrate(sample, db.engine)
        for change in ("UPDATE audit_events SET actor = 'x'", "DELETE FROM answer_events"):
            with db.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
                connection.execute(text(change))


def test_down_to_nothing_with_data_and_up_again(sample: Flask) -> None:
    with sample.app_context():
        migrate(sample, db.engine, "base", down=True)
        with db.engine.connect() as connection:
            assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        migrate(sample, db.engine)
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
            assert not any(stored(connection).values())


@pytest.mark.postgresql
def test_a_migration_may_take_longer_than_a_page(app: Flask) -> None:
    found = []

    def note(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().startswith(("ALTER", "DROP")):
            found.append(cursor.connection.execute("SHOW statement_timeout").fetchone()[0])

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            migrate(app, db.engine, "-1", down=True)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        with db.engine.connect() as connection:
            assert connection.scalar(text("SHOW statement_timeout")) == "5s", "a page still may not"
    assert set(found) == {"0"}


def test_time_that_was_granted_before_it_had_days_holds_on(sample: Flask) -> None:
    """And back: what is a share and stands has its place in the older table, minutes and what has ended have none."""
    with sample.app_context():
        migrate(sample, db.engine, "0024", down=True)
        with db.engine.begin() as connection:
            told = {"person": sitting.person().id, "at": clock.now().replace(tzinfo=None)}
            connection.execute(text("INSERT INTO accommodations VALUES (:person, 50, :at, NULL)"), told)
        db.session.remove()
        migrate(sample, db.engine)
        with transaction.unit():
            granted = db.session.scalars(select(Accommodation)).one()
            assert (granted.more_percent, granted.first_on, granted.last_on) == (50, clock.now().date(), None)
            assert granted.ended_at is None
        db.session.remove()
        migrate(sample, db.engine, "0024", down=True)
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT more_percent FROM accommodations")).scalars().all() == [50]
        migrate(sample, db.engine)
