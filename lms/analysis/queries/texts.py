"""What queries find, as one text for each: written by the database, hashed or taken apart here.

That costs no object for a row or a value, and a text tells by itself whether anything has changed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, select, union_all

from lms.foundation.db import db

NOTHING = "\x1d"
"""What stands for NULL."""

_COLUMN, _ROW = "\x1f", "\x1e"
"""JSON and codes hold none of these characters."""


def load_texts(*queries: Select[*tuple[Any, ...]]) -> list[str]:
    """What each of these queries finds, as one text; one statement, whatever they find."""
    joined = union_all(*(_joined(place, query) for place, query in enumerate(queries)))
    return [str(text) for _place, text in sorted(tuple(row) for row in db.session.execute(joined))]


def _joined(place: int, query: Select[*tuple[Any, ...]]) -> Select[int, str]:
    row: ColumnElement[str] = literal("")
    for column in query.subquery().columns:
        row = row.concat(literal(_COLUMN)).concat(func.coalesce(cast(column, Text), NOTHING))
    return select(literal(place), func.coalesce(func.aggregate_strings(row, _ROW), ""))


def rows_of(text: str) -> list[list[str]]:
    """The rows of such a text, column by column.

    >>> rows_of("\\x1fL1\\x1fen\\x1e\\x1fL2\\x1f\\x1d")
    [['L1', 'en'], ['L2', '\\x1d']]
    """
    return [row.split(_COLUMN)[1:] for row in text.split(_ROW) if row]


def instant_of(text: str) -> datetime:
    """An instant, in UTC, which one database writes with its zone and the other without.

    >>> instant_of("2026-11-12 01:30:00.25+00") == instant_of("2026-11-12 01:30:00.250000")
    True
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is UTC:
        return found
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
