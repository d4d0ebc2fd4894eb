"""What a database holds, row by row, whichever tables it has by its migrations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, MetaData, select

Rows = dict[str, list[dict[str, Any]]]
"""The rows of each table, each with its values by column."""


def stored(connection: Connection) -> Rows:
    """Everything that is stored, in an order of its own."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {
        table.name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=repr)
        for table in metadata.sorted_tables
        if table.name != "alembic_version"
    }


def narrowed(rows: Iterable[dict[str, Any]], columns: Collection[str]) -> list[dict[str, Any]]:
    """The same rows with these columns alone."""
    return sorted(({name: row[name] for name in columns} for row in rows), key=repr)
