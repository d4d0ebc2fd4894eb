"""What handing in asks of the database.

Where the time ends for many at once, many ask at once; so its statements are built once and read what is needed alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Executable, Select, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import aliased, joinedload, lazyload, load_only
from sqlalchemy.orm.attributes import set_committed_value

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.access import Access, Scope
from lms.foundation.db import built_once, db
from lms.kit.problems import NotFound
from lms.questions.models import QuestionKey, QuestionVersion
from lms.quizzes import access as reach
from lms.quizzes.core.answers import Event, of_record
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.grading import Gradable, marking
from lms.quizzes.core.rules import Rules
from lms.quizzes.models import Attempt, AttemptQuestion, GradingRun


def lock_to_submit(access: Access, attempt_id: str) -> tuple[Attempt, datetime]:
    """An attempt, its quiz version and its person's code, locked as by ``lock_attempt``, and the deciding time."""
    query = _locking(access.scopes, clock.is_databases(db.session))
    row = db.session.execute(query, {"attempt_id": attempt_id, **access.values}).first()
    if row is None:
        raise NotFound
    attempt, *database_now = row
    return attempt, clock.in_utc(database_now[0]) if database_now else clock.now()


@built_once
def _locking(scopes: frozenset[Scope], is_databases_clock: bool) -> Executable:
    locking = (
        select(Attempt)
        .where(Attempt.id == bindparam("attempt_id"), reach.attempts(Access.to_come(scopes)))
        .with_for_update(of=Attempt)
    )
    locked = aliased(Attempt, locking.subquery())  # the rest is read outside, so after whoever had the lock let go
    query: Select[Any] = select(locked, func.clock_timestamp()) if is_databases_clock else select(locked)
    code = joinedload(locked.person, innerjoin=True).options(load_only(Person.code), lazyload(Person.site))
    return query.options(joinedload(locked.quiz_version), code).execution_options(populate_existing=True)


def close_row(attempt: Attempt, **values: Any) -> bool:
    """Write how an attempt was closed, unless it is not open any more; says whether it was.

    What the row holds by now is what was written, so it is not read again.
    """
    result = db.session.execute(_closing(), {"attempt_id": attempt.id, **values})
    if result.rowcount != 1:  # type: ignore[attr-defined]
        return False
    for name, value in values.items():
        set_committed_value(attempt, name, value)
    return True


@built_once
def _closing() -> Executable:
    row = cast(Table, Attempt.__table__)
    query = update(row).where(row.c.id == bindparam("attempt_id"), row.c.state == AttemptState.OPEN)
    names = ("state", "close_cause", "closed_at", "receipt_sha256")
    return query.values({name: bindparam(name) for name in names})


def load_gradables(attempt: Attempt, events: Iterable[Event], rules: Rules) -> list[Gradable]:
    """The paper of an attempt for grading: its pinned keys beside its answers of record."""
    answers = of_record(events)
    paper = []
    for row in db.session.execute(_gradables(), {"attempt_id": attempt.id}):
        event = answers.get(row.position)
        paper.append(
            Gradable(
                position=row.position,
                question_version_id=row.question_version_id,
                key_n=row.key_n,
                max_thousandths=row.max_thousandths,
                mark=marking(row.type, row.key, rules),
                answer=event.payload if event is not None and event.payload else None,
                shown=row.shown_at is not None,
            )
        )
    return paper


@built_once
def _gradables() -> Executable:
    own = AttemptQuestion
    pinned = (QuestionKey.question_version_id == own.question_version_id) & (QuestionKey.n == own.key_n)
    return (
        select(
            *(own.position, own.question_version_id, own.key_n, own.max_thousandths, own.shown_at),
            *(QuestionVersion.type, QuestionKey.key),
        )
        .join(QuestionVersion, QuestionVersion.id == own.question_version_id)
        .join(QuestionKey, pinned)
        .where(own.attempt_id == bindparam("attempt_id"))
        .order_by(own.position)
    )


def append_run(**values: Any) -> int:
    """Write a grading run; its id."""
    return int(db.session.execute(_running(), values).scalar_one())


@built_once
def _running() -> Executable:
    row = cast(Table, GradingRun.__table__)
    return insert(row).returning(row.c.id)
