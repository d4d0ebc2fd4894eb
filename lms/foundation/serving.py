"""Watching child processes, and the care taken before a migration.

No web framework here but Flask-Migrate's view of the schema.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from lms.foundation.db import db
from lms.foundation.locale import terminal_text

MOST_DEATHS = 3
DEATHS_WITHIN_SECONDS = 60
STOP_SECONDS = 35
"""A little more than gunicorn's graceful timeout."""


@dataclass
class Child:
    """A process to keep alive, by its name in the language of the environment."""

    name: str
    command: Sequence[str]
    running: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))


class Supervisor:
    """Starts children, restarts one that dies, stops all of them together."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = False

    def start(self) -> None:
        """Start every child, and listen for the signals that end them."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for child in self.children:
            self._start(child)

    def wait_until_listening(self, host: str, port: int) -> None:
        """Wait until somebody can connect, while the children live; what they print on their way stands before."""
        while not self.stopping and all(child.running and child.running.poll() is None for child in self.children):
            try:
                socket.create_connection((host, port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return

    def watch(self, *, look_every: float = 0.3) -> int:
        """Watch until told to stop (status 0) or until a child has died three times in a minute (status 1)."""
        status = 0
        while not self.stopping and status == 0:
            time.sleep(look_every)
            status = max((self._look_after(child) for child in self.children), default=0)
        self._end_all()
        return status

    def _start(self, child: Child) -> None:
        # a session of its own: Ctrl-C reaches the supervisor, which ends its children in order
        child.running = subprocess.Popen(child.command, start_new_session=True)

    def _look_after(self, child: Child) -> int:
        if self.stopping or child.running is None or child.running.poll() is None:
            return 0
        now = time.monotonic()
        child.deaths.append(now)
        if len(child.deaths) == MOST_DEATHS and now - child.deaths[0] < DEATHS_WITHIN_SECONDS:
            said = terminal_text("%(child)s ended %(times)s times within a minute, so Kijun stops.")
            print(said % {"child": child.name, "times": MOST_DEATHS}, file=sys.stderr)
            return 1
        self._start(child)
        return 0

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end_all(self) -> None:
        alive = [child.running for child in self.children if child.running and child.running.poll() is None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def head_revision(app: Flask) -> str | None:
    """The newest revision that the code knows."""
    return ScriptDirectory(app.extensions["migrate"].directory).get_current_head()


def is_behind(head: str | None) -> bool:
    """Whether the database has not seen that revision yet."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != head


def copy_before_migration(path: Path, keep: int) -> Path:
    """Copy a SQLite file with its log folded in; the last ``keep`` copies stay."""
    target = path.with_name(f"{path.name}.before.{1 + max(copies_of(path), default=0)}")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.Error:
        target.unlink(missing_ok=True)  # half a copy would only pass for one
        raise
    shutil.copymode(path, target)
    copies = copies_of(path)
    for number in sorted(copies)[:-keep]:
        copies[number].unlink()
    return target


def copies_of(path: Path) -> dict[int, Path]:
    """Our copies of a file by their numbers; what somebody laid beside them is not ours."""
    beside = path.parent.glob(f"{path.name}.before.*")
    return {int(copy.suffix[1:]): copy for copy in beside if copy.suffix[1:].isdecimal()}
