"""One line of migrations, which give exactly the tables of the models, and go back as well."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text

from lms.foundation import transaction
from lms.foundation.db import Base, db
from tests.conftest import migrate


@pytest.fixture
def script(app: Flask) -> ScriptDirectory:
    return ScriptDirectory(app.extensions["migrate"].directory)


def test_there_is_one_head(script: ScriptDirectory) -> None:
    assert len(script.get_heads()) == 1


def test_the_migrated_tables_are_those_of_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, Base.metadata) == []


def test_every_constraint_has_a_name() -> None:
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint!r}"


def test_down_and_up_again_leaves_the_same_tables(sample: Flask, script: ScriptDirectory) -> None:
    """On a database with data: the last migration can be taken back and made again, and no row is lost."""
    newest = script.get_revision("head")
    with sample.app_context():
        with transaction.unit(write=False):
            people = db.session.scalar(text("SELECT count(*) FROM people"))
        migrate(sample, db.engine, str(newest.down_revision), down=True)
        migrate(sample, db.engine)
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
            assert connection.scalar(text("SELECT count(*) FROM people")) == people > 0


def test_down_to_nothing_removes_every_table(app: Flask) -> None:
    with app.app_context():
        migrate(app, db.engine, "base", down=True)
        with db.engine.connect() as connection:
            assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def test_migrations_speak_no_dialect_alone() -> None:
    """What only one database understands stands behind a question which one it is."""
    for path in Path("migrations/versions").glob("*.py"):
        source = path.read_text()
        if "CREATE TRIGGER" in source or "LANGUAGE plpgsql" in source:
            assert "dialect.name" in source, path
