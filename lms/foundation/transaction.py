"""One transaction per request, job or command; the only module that commits.

Its mode is chosen before anything reads: on SQLite a transaction that begins DEFERRED, reads and then writes fails at
once when another has written in between, and no waiting helps. So whatever may write begins IMMEDIATE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from lms.foundation.db import db
from lms.kit.problems import Unavailable

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])


def writes_late(view: View) -> View:
    """Mark a view that works slowly before it writes (a password hash, an upload).

    Its transaction begins DEFERRED; the view calls ``begin_write`` after the slow part, so nobody waits for it.
    """
    view.writes_late = True  # type: ignore[attr-defined]
    return view


def without_database(view: View) -> View:
    """Mark a view that never touches the database (a static file, ``/livez``)."""
    view.without_database = True  # type: ignore[attr-defined]
    return view


def bind(app: Flask) -> None:
    """Open the transaction of each request before anything else runs."""

    @app.before_request
    def open_transaction() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None or getattr(view, "without_database", False):
            return
        if request.method in SAFE_METHODS or getattr(view, "writes_late", False):
            _begin("DEFERRED")
        else:
            _begin("IMMEDIATE")


def end_read() -> None:
    """End the short read that came first, so that no connection is held while something slow is done.

    It keeps nothing. On PostgreSQL, which takes no write in a reading transaction, it ends with COMMIT all the same: at
    each ROLLBACK psycopg forgets the statements that it has prepared.
    """
    session = db.session()
    is_changed = session.new or session.dirty or session.deleted
    is_committed = db.engine.dialect.name == "postgresql" and not is_changed
    _let_go(session.commit if is_committed else session.rollback)


def begin_write() -> None:
    """End the short read that came first and begin the writing transaction."""
    end_read()
    _begin("IMMEDIATE")


def keep() -> None:
    """Let this request commit although it is answered with a refusal: a wrong password must be counted."""
    g.kept = True


def conclude(app: Flask, response: Response) -> Response:
    """End the request's transaction, after rendering and before the response leaves.

    A GET never writes. A failed request (``g.failed``) and one that is refused (status 400 and above) roll back, so
    that a form that comes back has applied nothing. Everything else commits.
    A commit that fails becomes 503 through the same error map.
    """
    is_refused = response.status_code >= 400 and not g.get("kept")
    if g.get("failed") or is_refused:
        abandon()
        return response
    if request.method in SAFE_METHODS:
        end_read()
        return response
    try:
        db.session.commit()
    except DBAPIError as error:
        abandon()
        app.logger.exception("commit failed")
        unavailable = Unavailable("database.unavailable")
        unavailable.__cause__ = error
        return app.process_response(app.make_response(app.handle_user_exception(unavailable)))
    return response


def abandon() -> None:
    """End the transaction and keep nothing of it."""
    _let_go(db.session.rollback)


def _let_go(end: Callable[[], None]) -> None:
    """End a transaction that keeps nothing; a database that is gone has done that by itself."""
    try:
        end()
    except DBAPIError:
        db.session().invalidate()


@contextmanager
def unit(*, write: bool = True) -> Iterator[None]:
    """The transaction of a job or a command: commits at the end, rolls back when anything is raised."""
    _begin("IMMEDIATE" if write else "DEFERRED")
    try:
        if db.engine.dialect.name == "postgresql":
            # nobody waits before a page for a job or a command, so its statements and its arithmetic may take longer
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                db.session.execute(text(f"SET LOCAL {limit} = '60s'"))
        yield
        if write:
            db.session.commit()
        else:
            end_read()
    finally:
        db.session.rollback()


@contextmanager
def aside() -> Iterator[Connection]:
    """A short writing transaction on a connection of its own, beside the one in hand, which must not be writing."""
    with db.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
        yield connection


def is_writable() -> bool:
    """Whether the database takes writes just now: takes the write lock and gives it back (``/readyz``)."""
    db.session.rollback()
    try:
        _begin("IMMEDIATE")
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SELECT txid_current()"))
    except DBAPIError:
        current_app.logger.exception("database is not writable")
        return False
    finally:
        db.session.rollback()
    return True


def _begin(mode: str) -> None:
    options = {"sqlite_begin": mode, "postgresql_readonly": mode == "DEFERRED"}
    db.session.connection(execution_options=options)
