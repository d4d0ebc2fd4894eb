"""The only door to the time. Cores get ``now`` as an argument; everything else asks here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

_standing: list[datetime] = []
"""The instants at which time stands still, innermost last; shared by the whole process, server threads too."""
_DATABASE_CLOCK = text("SELECT clock_timestamp()")


def now() -> datetime:
    """The host's clock, in UTC."""
    return _standing[-1] if _standing else datetime.now(UTC)


def attempt_now(session: Session | scoped_session[Any]) -> datetime:
    """The clock that decides over attempts: the database's, where there is one.

    On PostgreSQL several hosts write, so the database's ``clock_timestamp()`` rules; SQLite lives on this one host.
    """
    if is_databases(session):
        return in_utc(session.execute(_DATABASE_CLOCK).scalar_one())
    return now()


def is_databases(session: Session | scoped_session[Any]) -> bool:
    """Whether the clock that decides over attempts is the database's; it can then be read together with a row."""
    return not _standing and session.get_bind().dialect.name == "postgresql"


def in_utc(instant: datetime) -> datetime:
    """An instant that the database has told, in UTC."""
    return instant.astimezone(UTC)


@contextmanager
def fixed(instant: datetime) -> Iterator[None]:
    """Let the time stand still at ``instant`` for this process (tests, and loading the sample)."""
    _standing.append(instant)
    try:
        yield
    finally:
        _standing.pop()
