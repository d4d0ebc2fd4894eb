"""One line of migrations, which give exactly the tables of the models."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from lms.foundation.db import Base, db


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


def test_migrations_speak_no_dialect_alone() -> None:
    """What only one database understands stands behind a question which one it is."""
    for path in Path("migrations/versions").glob("*.py"):
        source = path.read_text()
        if "CREATE TRIGGER" in source or "LANGUAGE plpgsql" in source:
            assert "dialect.name" in source, path
