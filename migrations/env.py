"""Alembic's entry: migrates the database of the current Flask app, or of a connection that is handed in (tests)."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from lms.foundation.columns import UtcInstant
from lms.foundation.db import db

config = context.config


def render_item(kind: str, item: object, _autogen_context: object) -> str | bool:
    """Migrations import nothing of the app: an instant is written as the type it has in the database."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcInstant) else False


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # a large table takes longer than a page may; whoever holds a lock is still not waited for
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,  # SQLite cannot alter a table in place
        transactional_ddl=True,  # all of an upgrade or nothing of it; SQLite can, though Alembic does not expect it to
        compare_type=True,
        compare_server_default=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_in = config.attributes.get("connection")
if handed_in is not None:
    migrate(handed_in)
else:
    with current_app.app_context(), db.engine.connect() as connection:
        migrate(connection)
        connection.commit()
