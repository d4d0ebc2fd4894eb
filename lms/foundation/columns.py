"""Reusable column types: what a column means is said once, here, and stands as one word in the models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, CheckConstraint, Date, DateTime, Dialect, Index, Integer, String, Text, text
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

LocalizedText = Mapping[str, str]


class UtcInstant(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC on both databases. A naive datetime is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Key = Annotated[int, mapped_column(Integer, primary_key=True)]
Instant = Annotated[datetime, mapped_column(UtcInstant)]
LocalDay = Annotated[date, mapped_column(Date)]
Code = Annotated[str, mapped_column(String(80))]
Word = Annotated[str, mapped_column(String(20))]
Line = Annotated[str, mapped_column(String(255))]
Prose = Annotated[str, mapped_column(Text)]
Localized = Annotated[LocalizedText, mapped_column(JSON)]
Document = Annotated[dict[str, Any], mapped_column(JSON)]
Sha256 = Annotated[str, mapped_column(String(64))]
Revision = Annotated[int, mapped_column(Integer, default=1)]


def one_of(column: str, states: type[StrEnum], name: str | None = None) -> CheckConstraint:
    """The named check that a text column holds one of the enum's values: the same enum that the core uses."""
    listed = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


def unique_where(condition: str, name: str, *columns: str) -> Index:
    """The unique index over those rows alone for which a condition holds."""
    return Index(name, *columns, unique=True, sqlite_where=text(condition), postgresql_where=text(condition))
