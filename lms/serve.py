"""Prepares the data and runs the two children of an installation: gunicorn and the worker. Used by ``script/server``.

A child that dies is started again; three deaths in a minute end everything with status 1. SIGTERM and Ctrl-C stop both cleanly.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

from flask import Flask

import config
from lms.app import create_app
from lms.foundation.serving import Child, Supervisor, copy_before_migration, head_revision, is_behind

LAST_COPIES = 3


def main() -> int:
    """Prepare and serve; returns the exit status."""
    settings = config.from_environment()
    os.environ["FLASK_APP"] = "wsgi"
    try:
        prepare(settings)
    except (sqlite3.OperationalError, OSError) as error:
        print(f"Kijun: {error}", file=sys.stderr)
        return 1
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    workers = "1" if settings.database_url.startswith("sqlite") else os.environ.get("WEB_CONCURRENCY", "2")
    web = [
        *(sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread", "--threads", "8"),
        *("--workers", workers, "--bind", f"{host}:{port}", "--keep-alive", "30", "--graceful-timeout", "30"),
        *("--log-level", "warning", "wsgi:app"),
    ]
    flask = [sys.executable, "-m", "flask"]
    children = [Child("web", web), Child("worker", [*flask, "jobs", "work"])]
    supervisor = Supervisor(children)
    supervisor.start()
    print(f"\nKijun  http://{host}:{port}/", flush=True)
    supervisor.run_once([*flask, "demo", "sign-ins"])
    return supervisor.watch()


def prepare(settings: config.Base) -> None:
    """Migrate the database (a copy of the file is kept first), compress static files, load the sample where it belongs."""
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
    _command(app, "static", "build")
    if settings.sample_allowed or (settings.embedded_database and fresh):
        _command(app, "demo", "load")


def _command(app: Flask, *words: str) -> None:
    """Run one of our own commands in this process, where the app is loaded already."""
    result = app.test_cli_runner().invoke(args=words)
    print(result.output, end="", flush=True)
    if result.exit_code != 0:
        raise OSError(f"flask {' '.join(words)} failed") from result.exception


if __name__ == "__main__":
    sys.exit(main())
