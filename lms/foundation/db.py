"""The declarative base, the session, and how each database is opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import wraps
from math import inf
from time import monotonic
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, Engine, Executable, MetaData, Table, bindparam, event, func, insert, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, object_mapper
from sqlalchemy.sql.expression import ClauseElement

from lms.kit.problems import NotFound

P = ParamSpec("P")
S = TypeVar("S", bound=Executable)
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every model; its naming convention gives each constraint a name that migrations can rely on."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)

RESTED_SECONDS = 1


def plain(statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a statement as they come: nothing is flushed before it and no row becomes an object.

    For what is asked with every request, where that would cost as much as the statement.
    """
    return db.session.connection().execute(statement, values)


def built_once(build: Callable[P, S]) -> Callable[P, S]:
    """Keep a statement that is asked for often.

    SQLAlchemy notes in a statement, and in what it is made of, what it finds out when it compiles it first. Two threads
    at that in one statement spoil its SQL, and what was spoiled is kept. So it is compiled before anybody else has it.
    """
    lock, kept = threading.Lock(), dict[Hashable, S]()

    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> S:
        asked = (args, *kwargs.items())
        with lock:
            if asked not in kept:
                made = build(*args, **kwargs)
                cast(ClauseElement, made).compile(dialect=db.engine.dialect)
                kept[asked] = made
        return kept[asked]

    return built


def hold(row: Base) -> None:
    """Let nobody else change a row until the commit, and read it as it stands by then; not found if it is gone.

    The lock is a query of its own: on PostgreSQL, one that joins what the row points at finds nothing when whoever was
    waited for has made it point elsewhere.
    """
    mapper = object_mapper(row)
    query = select(*mapper.primary_key).where(tuple_(*mapper.primary_key) == mapper.primary_key_from_instance(row))
    if db.session.execute(query.with_for_update()).first() is None:
        raise NotFound
    db.session.refresh(row)


def append_rows(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of the same columns by one statement, where no object of them is needed."""
    if not rows:
        return
    names = tuple(rows[0])
    if db.engine.dialect.name == "postgresql":
        plain(_appending_lists(model, names), {name: [row[name] for row in rows] for name in names})
    else:
        plain(insert(model), list(rows))


@built_once
def _appending_lists(model: type[Base], names: tuple[str, ...]) -> Executable:
    """A list for each column: the statement is the same for any number of rows, so it is prepared once."""
    table = cast(Table, model.__table__)
    lists = (bindparam(name, type_=ARRAY(table.c[name].type, dimensions=1)) for name in names)
    return insert(table).from_select(names, select(*map(func.unnest, lists)))


def engine_options(url: str) -> dict[str, Any]:
    """Pool and connection options for a database URL.

    SQLite waits up to 5 s for a lock. PostgreSQL ends statements and lock waits that would hold up everybody. What was
    used last is used first, since it has most statements prepared.
    """
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 5, "check_same_thread": False}}
    limits = (
        "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC"
    )
    return {
        "pool_use_lifo": True,
        "pool_size": 8,
        "max_overflow": 2,
        # a server that is gone without a word is noticed after 6 s, not after the system's quarter of an hour
        "connect_args": {"options": limits, "connect_timeout": 5, "tcp_user_timeout": 6000},
    }


def is_durable(engine: Engine) -> bool:
    """Whether a commit that has returned survives a power cut, as far as the database says."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            return (mode, connection.exec_driver_sql("PRAGMA synchronous").scalar()) == ("wal", 2)
        commits = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
        return commits != "off" and connection.exec_driver_sql("SHOW fsync").scalar() == "on"


def bind(app: Flask) -> None:
    """Bind the session to ``app`` and prepare its engine."""
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Make SQLite durable and let the unit of work choose how its transaction begins; look after rested connections."""
    if engine.dialect.name != "sqlite":
        _ask_the_rested(engine)
        return

    @event.listens_for(engine, "connect")
    def open_durably(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN would come too late and always be DEFERRED: we say BEGIN ourselves, below.
        connection.isolation_level = None
        cursor = connection.cursor()
        # busy_timeout first: in the other order a second process dies at boot with "database is locked".
        for pragma in (
            "busy_timeout=5000",
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose an acknowledged commit in a power cut
            "foreign_keys=ON",
            "cache_size=-20000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def _ask_the_rested(engine: Engine) -> None:
    """Ask a pooled connection whether it is still there before it is used, so that a restarted server is noticed.

    Not one that was in use a moment ago: that would be one more question with every request, and no server starts anew
    so fast.
    """

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        if monotonic() - record.info.get("rests_since", inf) < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error
