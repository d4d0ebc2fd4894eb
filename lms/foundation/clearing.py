"""Emptying the database, the append-only logs too: only for a sample that is loaded again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import bindparam, delete, text

from lms.foundation.db import Base, db

GUARDED = ("answer_events", "audit_events")
"""The logs whose triggers refuse any change."""
_GUARDS = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :tables").bindparams(
    bindparam("tables", expanding=True)
)


def empty_tables(*, keep: Collection[str]) -> None:
    """Delete every row but those of the tables to keep, within the running transaction.

    Until it commits, others read what was there before. On PostgreSQL whoever wants to write waits; SQLite has it so.
    """
    tables = [table for table in reversed(Base.metadata.sorted_tables) if table.name not in keep]
    if db.engine.dialect.name == "postgresql":
        names = ", ".join(table.name for table in reversed(tables))
        db.session.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    else:
        db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
    with _without_guards():
        for table in tables:
            db.session.execute(delete(table))
    db.session.expunge_all()


@contextmanager
def _without_guards() -> Iterator[None]:
    """Take away the triggers that refuse any change of the logs, and put them back; all in the same transaction."""
    if db.engine.dialect.name == "postgresql":
        for table in GUARDED:
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        for table in GUARDED:
            db.session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    guards = db.session.execute(_GUARDS.bindparams(tables=GUARDED)).all()
    for name, _sql in guards:
        db.session.execute(text(f'DROP TRIGGER "{name}"'))
    yield
    for _name, sql in guards:
        db.session.connection().exec_driver_sql(sql)
