"""Power cuts for SQLite: what the application has written, as a disk holds it that loses what was never synced.

The application's own statements are noted while its actions run, and then run again on a file system that remembers
which bytes were synced. At any moment it can say what a disk may hold after the current has gone: everything synced,
some of what was written since, in any order, the last of it torn.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
from flask import Flask
from sqlalchemy import create_engine, event

from lms.foundation.db import db, prepare

SECTOR = 512
OFTEN_PAGES = 100
"""After so many pages the log is folded into the file: more often than usual, so that cuts hit that too."""
MARK = """SELECT (SELECT count(*) FROM answer_events), (SELECT count(*) FROM audit_events),
    (SELECT count(*) FROM grading_runs), (SELECT count(*) FROM attempts),
    (SELECT count(*) FROM attempts WHERE state <> 'open'), (SELECT sum(writer_epoch) FROM attempts)"""
"""What tells one commit from the next: answers, audit trail, grading runs, attempts, closed ones, writers."""
Mark = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What the application sent to its database, in order; commit and rollback are statements too."""

    sql: str
    parameters: Any = ()
    is_many: bool = False


@contextmanager
def noted(app: Flask) -> Iterator[list[Statement]]:
    """Note every statement of the application."""
    statements: list[Statement] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, is_many: bool) -> None:
        # several rows that are to tell their keys go out as one statement with the values of all
        are_several = is_many and isinstance(parameters, list)
        statements.append(Statement(sql, parameters, are_several))

    def note_commit(_connection: Any) -> None:
        statements.append(Statement("COMMIT"))

    def note_rollback(_connection: Any) -> None:
        statements.append(Statement("ROLLBACK"))

    listeners = {"before_cursor_execute": note, "commit": note_commit, "rollback": note_rollback}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield statements
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


@dataclass
class Platter:
    """The bytes of one file: those that are safe, and what was written since."""

    safe: bytearray
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes of a write; None for a file that was cut off there."""

    def sync(self) -> None:
        for offset, written in self.pending:
            put(self.safe, offset, written)
        self.pending.clear()

    def after_the_cut(self, chance: random.Random) -> bytes:
        """What may be there when the current comes back."""
        left = bytearray(self.safe)
        for offset, written in self.pending:
            if chance.random() < 0.5:
                put(left, offset, written)
        if self.pending and self.pending[-1][1] is not None:
            offset, torn = self.pending[-1][0], self.pending[-1][1] or b""
            put(left, offset, torn[: SECTOR * chance.randrange(1 + len(torn) // SECTOR)])
        return bytes(left)


def put(target: bytearray, offset: int, written: bytes | None) -> None:
    if written is None:
        del target[offset:]
        return
    if len(target) < offset:
        target.extend(bytes(offset - len(target)))
    target[offset : offset + len(written)] = written


class Watched(apsw.VFSFile):
    """A file whose writes and syncs are told to its disk."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self.disk = disk
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        if path not in disk.platters:
            disk.platters[path] = Platter(bytearray(path.read_bytes()))
        self.platter = disk.platters[path]

    def xWrite(self, written: Any, offset: int) -> None:
        super().xWrite(written, offset)
        self.platter.pending.append((offset, bytes(written)))
        self.disk.note_step()

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self.platter.pending.append((size, None))
        self.disk.note_step()

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self.platter.sync()
        self.disk.note_step()


@dataclass(frozen=True, slots=True)
class Cut:
    """What was left on the disk at one moment, and how many commits had returned by then."""

    commits: int
    files: dict[str, bytes]


class Disk(apsw.VFS):
    """SQLite's file system, which loses its current at chosen steps and goes on as if nothing had been."""

    def __init__(self, name: str, steps_of_cuts: frozenset[int], chance: random.Random) -> None:
        super().__init__(name, "unix")
        self.name = name
        self.platters: dict[Path, Platter] = {}
        self.steps_of_cuts, self.chance = steps_of_cuts, chance
        self.steps = self.commits = 0
        self.cuts: list[Cut] = []

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        if name is None or not flags[0] & (apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_WAL):
            return apsw.VFSFile("unix", name, flags)
        return Watched(self, name, flags)

    def note_step(self) -> None:
        self.steps += 1
        if self.steps in self.steps_of_cuts:
            files = {path.name: platter.after_the_cut(self.chance) for path, platter in self.platters.items()}
            self.cuts.append(Cut(self.commits, files))


class Own(apsw.Connection):
    """A connection that takes what the application sets on those of Python's driver."""

    def create_function(self, name: str, count: int, function: Any, *, deterministic: bool = False) -> None:
        self.create_scalar_function(name, function, count, deterministic=deterministic)


def connect(path: Path, disk: Disk, synchronous: str) -> Own:
    """Open a database as the application does, on that disk; then as carefully as is asked."""
    engine = create_engine("sqlite://")
    prepare(engine)
    engine.connect().close()  # what is done at the first connection alone is for Python's driver
    connection = Own(str(path), vfs=disk.name)
    engine.pool.dispatch.connect(connection, None)  # type: ignore[attr-defined]
    engine.dispose()
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA wal_autocheckpoint={OFTEN_PAGES}")
    if synchronous != "FULL":
        cursor.execute(f"PRAGMA synchronous={synchronous}")
    return connection


def run(statements: list[Statement], path: Path, disk: Disk, synchronous: str) -> list[Mark]:
    """Run the statements; returns how the database stood at first and after each commit."""
    connection = connect(path, disk, synchronous)
    cursor = connection.cursor()
    marks = [next(cursor.execute(MARK))]
    for statement in statements:
        if statement.is_many:
            cursor.executemany(statement.sql, statement.parameters).fetchall()
        else:
            cursor.execute(statement.sql, statement.parameters).fetchall()
        if statement.sql == "COMMIT":
            disk.commits += 1
            marks.append(next(cursor.execute(MARK)))
    connection.close()
    return marks


@dataclass
class Loss:
    """What power cuts have taken."""

    cuts: int = 0
    commits: int = 0
    answers: int = 0
    most_answers: int = 0
    broken: list[str] = field(default_factory=list)
    """Files that SQLite finds damaged, or that stand between two commits."""


def lose_power(
    statements: list[Statement], before: Path, folder: Path, *, synchronous: str, cuts: int, seed: int
) -> Loss:
    """Cut the power at random steps of the same work, and compare what is left with what was committed."""
    chance = random.Random(seed)  # noqa: S311 - chance, not a secret
    rehearsal = _on_new_disk("rehearsal", statements, before, folder, synchronous, frozenset(), chance)[0]
    steps = frozenset(chance.sample(range(1, rehearsal.steps + 1), min(cuts, rehearsal.steps)))
    disk, marks = _on_new_disk("cut", statements, before, folder, synchronous, steps, chance)
    loss = Loss(cuts=len(disk.cuts))
    for cut in disk.cuts:
        found = _read(cut, folder / "after")
        if found not in marks:
            loss.broken.append(f"after {cut.commits} commits: {found}")
            continue
        reached = max(number for number, mark in enumerate(marks) if mark == found)
        if reached < cut.commits:
            lost = marks[cut.commits][0] - int(found[0])
            loss.commits += cut.commits - reached
            loss.answers += lost
            loss.most_answers = max(loss.most_answers, lost)
    return loss


def _on_new_disk(
    name: str, statements: list[Statement], before: Path, folder: Path, synchronous: str, steps: frozenset[int],
    chance: random.Random,
) -> tuple[Disk, list[Mark]]:  # fmt: skip
    own = folder / name
    own.mkdir(exist_ok=True)
    path = own / "kijun.sqlite"
    path.write_bytes(before.read_bytes())
    disk = Disk(f"{name}-{synchronous}", steps, chance)
    try:
        return disk, run(statements, path, disk, synchronous)
    finally:
        disk.unregister()


def _read(cut: Cut, folder: Path) -> Mark | str:
    """How the database stands after the cut, by another program than the one that wrote it."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, left in cut.files.items():
        (folder / name).write_bytes(left)
    with closing(sqlite3.connect(folder / "kijun.sqlite")) as database:
        health = database.execute("PRAGMA integrity_check").fetchone()[0]
        return tuple(database.execute(MARK).fetchone()) if health == "ok" else str(health)
