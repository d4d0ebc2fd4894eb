"""What a saved answer asks of the database.

Nothing is asked for as often, so its statements are built once, and only their values differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Executable, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.foundation import clock
from lms.foundation.access import Access, Scope
from lms.foundation.db import built_once, db, plain
from lms.kit.problems import NotFound
from lms.quizzes import access as reach
from lms.quizzes.core.answers import Stamp
from lms.quizzes.core.attempt import Break
from lms.quizzes.models import AnswerEvent, Attempt


@dataclass(frozen=True, slots=True)
class Locked:
    """What decides over an answer that comes now, and when that is."""

    now: datetime
    state: str
    writer_epoch: int
    deadline_at: datetime
    grace: timedelta
    rest: Break
    receipt_sha256: str | None


def lock_for_answers(access: Access, attempt_id: str) -> Locked:
    """How an attempt stands that is locked as by ``lock_attempt``, and the time by the clock that decides."""
    query = _locking(access.scopes, clock.is_databases(db.session))
    row = plain(query, {"attempt_id": attempt_id, **access.values}).first()
    if row is None:
        raise NotFound
    state, epoch, deadline_at, grace_seconds, started_at, ended_at, receipt, *database_now = row
    now = clock.in_utc(database_now[0]) if database_now else clock.now()
    rest = Break(started_at, ended_at)
    return Locked(now, state, epoch, deadline_at, timedelta(seconds=grace_seconds), rest, receipt)


@built_once
def _locking(scopes: frozenset[Scope], is_databases_clock: bool) -> Executable:
    query = (
        select(
            *(Attempt.state, Attempt.writer_epoch, Attempt.deadline_at, Attempt.grace_seconds),
            *(Attempt.break_started_at, Attempt.break_ended_at, Attempt.receipt_sha256),
        )
        .where(Attempt.id == bindparam("attempt_id"), reach.attempts(Access.to_come(scopes)))
        .with_for_update(of=Attempt)
    )
    if not is_databases_clock:
        return query
    locked = query.subquery()  # the time is read outside, so after whoever had the lock has let go
    return select(*locked.c, func.clock_timestamp())


def append_events(rows: Sequence[Mapping[str, Any]]) -> int:
    """Append to the answer log what it does not have yet, by stamp; says how many were appended."""
    values: Any = list(rows) if len(rows) > 1 else rows[0]
    return plain(_appending(db.engine.dialect.name), values).rowcount


@built_once
def _appending(dialect: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    appending = insert(cast(Table, AnswerEvent.__table__)).on_conflict_do_nothing()
    return appending.execution_options(preserve_rowcount=True)


def load_stored(attempt_id: str, stamps: Collection[Stamp]) -> dict[Stamp, str]:
    """The payload hash under each of these stamps that the answer log has."""
    query = select(AnswerEvent.epoch, AnswerEvent.seq, AnswerEvent.payload_sha256).where(
        AnswerEvent.attempt_id == attempt_id,
        AnswerEvent.epoch.in_({epoch for epoch, _seq in stamps}),
        AnswerEvent.seq.in_({seq for _epoch, seq in stamps}),
    )
    return {(row.epoch, row.seq): row.payload_sha256 for row in db.session.execute(query)}


def count_events(attempt_id: str) -> int:
    """How many events the answer log of an attempt holds."""
    return db.session.scalar(select(func.count()).where(AnswerEvent.attempt_id == attempt_id)) or 0
