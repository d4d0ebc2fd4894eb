"""Prepares the data and runs the two children of an installation: gunicorn and the worker. Used by ``script/server``.

A child that dies is started again; three deaths in a minute end everything with status 1. SIGTERM and Ctrl-C stop
both cleanly.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import DBAPIError

import config
from lms.app import create_app
from lms.demo import loader
from lms.foundation import journal, transaction
from lms.foundation.db import db, is_durable
from lms.foundation.locale import terminal_text
from lms.foundation.serving import Child, Supervisor, copy_before_migration, head_revision, is_behind

LAST_COPIES = 3


class CannotServe(Exception):
    """What keeps the installation from serving, as one sentence."""


def main() -> int:
    """Prepare and serve; returns the exit status."""
    try:
        settings = config.from_environment()
        app = prepare(settings)
    except (CannotServe, DBAPIError, sqlite3.Error, OSError, ValueError) as error:
        print(reason(error), file=sys.stderr)
        return 1
    os.environ["FLASK_APP"] = "wsgi"
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    workers, threads = web_concurrency(settings)
    web = [
        *(sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread"),
        *("--workers", workers, "--threads", threads, "--bind", f"{host}:{port}", "--keep-alive", "30"),
        *("--graceful-timeout", "30", "--log-level", "warning", "wsgi:app"),
    ]
    flask = [sys.executable, "-m", "flask"]
    children = [
        Child(terminal_text("The web server"), web),
        Child(terminal_text("The job worker"), [*flask, "jobs", "work"]),
    ]
    supervisor = Supervisor(children)
    supervisor.start()
    supervisor.wait_until_listening(host, int(port))
    print(f"\nKijun  http://{host}:{port}/", flush=True)
    command(app, "demo", "sign-ins")
    return supervisor.watch()


def web_concurrency(settings: config.Base) -> tuple[str, str]:
    """How many web processes, and how many threads each.

    A process keeps the connections that it has taken. When a class begins at one moment, several small processes share
    it evenly; of two large ones, one is done early and its processor waits for the other.
    """
    if settings.database_url.startswith("sqlite"):
        return "1", "8"
    return os.environ.get("WEB_CONCURRENCY", "4"), "4"


def prepare(settings: config.Base) -> Flask:
    """Migrate the database (the file is copied first), compress static files, load the sample where it belongs.

    Returns the app. Raises ``CannotServe`` when the clock stands before what the database holds already, or when the
    database may lose what it has acknowledged.
    """
    app = create_app(settings)
    path = (
        Path(settings.database_url.removeprefix("sqlite:///")) if settings.database_url.startswith("sqlite") else None
    )
    fresh = path is not None and not path.exists()
    with app.app_context():
        if is_behind(head_revision(app)):
            if path is not None and not fresh:
                copy_before_migration(path, LAST_COPIES)
            from flask_migrate import upgrade  # noqa: PLC0415 - Alembic configures logging when it is imported

            upgrade()
        if not is_durable(db.engine):
            raise CannotServe(
                terminal_text(
                    "The database may lose what it has acknowledged: it needs WAL and synchronous=FULL (SQLite), or "
                    "fsync and synchronous_commit (PostgreSQL).",
                )
            )
        with transaction.unit(write=False):
            if journal.is_ahead_of_clock():
                raise CannotServe(
                    terminal_text(
                        "The clock of this machine is behind the newest entry in the database. Set it right first.",
                    )
                )
            wants_sample = (settings.sample_allowed or settings.embedded_database) and loader.is_empty()
    command(app, "static", "build")
    if wants_sample:
        command(app, "demo", "load")
    return app


def command(app: Flask, *words: str) -> None:
    """Run one of our own commands in this process, where the app is loaded already."""
    result = app.test_cli_runner().invoke(args=words)
    print(result.output, end="", flush=True)
    if isinstance(result.exception, DBAPIError | OSError):
        raise result.exception
    if result.exit_code != 0:
        failed = "flask " + " ".join(words)
        raise CannotServe(terminal_text("%(command)s failed.") % {"command": failed}) from result.exception


def reason(error: Exception) -> str:
    """One sentence for the person who started the server.

    >>> reason(OSError(errno.ENOSPC, "No space left on device", "/srv/kijun"))
    'The disk is full.'
    >>> reason(PermissionError(errno.EACCES, "Permission denied", "/srv/kijun"))
    'No permission to write to /srv/kijun.'
    """
    number = error.errno if isinstance(error, OSError) else None
    words = str(error.orig) if isinstance(error, DBAPIError) else ""
    if number == errno.ENOSPC or "disk is full" in words:
        return terminal_text("The disk is full.")
    if isinstance(error, OSError) and number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return terminal_text("No permission to write to %(path)s.") % {"path": error.filename}
    if "readonly" in words or "unable to open" in words:
        return terminal_text("No permission to write to the database file.")
    if isinstance(error, CannotServe):
        return str(error)
    return terminal_text("Kijun cannot start: %(problem)s") % {"problem": words or error}


if __name__ == "__main__":
    sys.exit(main())
