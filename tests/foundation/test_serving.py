"""Starting an installation: the copy before a migration, what is said when it cannot."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from lms.foundation.serving import copy_before_migration, head_revision, is_behind
from lms.serve import CannotServe, reason
from tests.foundation.terminal import ROOT, environment

UNBOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
"""Root may write anywhere; without these two it is like everybody else."""


class TestCopyBeforeMigration:
    def test_what_is_in_the_log_is_in_the_copy(self, tmp_path: Path) -> None:
        path = tmp_path / "kijun.sqlite"
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE kept (n INTEGER)")
            connection.execute("INSERT INTO kept VALUES (7)")
            connection.commit()
            assert (tmp_path / "kijun.sqlite-wal").stat().st_size > 0
            copy = copy_before_migration(path, keep=3)
        connection.close()
        with sqlite3.connect(copy) as found:
            assert found.execute("SELECT n FROM kept").fetchall() == [(7,)]
        found.close()

    def test_the_last_three_copies_stay_and_numbers_go_on(self, tmp_path: Path) -> None:
        path = tmp_path / "kijun.sqlite"
        sqlite3.connect(path).close()
        made = [copy_before_migration(path, keep=3).name for _ in range(11)]
        assert made[-1] == "kijun.sqlite.before.11"
        assert {found.name for found in tmp_path.glob("*.before.*")} == set(made[-3:])

    def test_what_somebody_laid_beside_the_copies_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "kijun.sqlite"
        sqlite3.connect(path).close()
        packed = tmp_path / "kijun.sqlite.before.1.gz"
        packed.write_bytes(b"")
        for _ in range(4):
            copy_before_migration(path, keep=3)
        assert packed.exists()
        assert len(list(tmp_path.glob("*.before.*"))) == 4

    def test_the_copy_is_as_private_as_the_database(self, tmp_path: Path) -> None:
        path = tmp_path / "kijun.sqlite"
        sqlite3.connect(path).close()
        path.chmod(0o600)
        assert copy_before_migration(path, keep=3).stat().st_mode & 0o777 == 0o600


def test_a_database_is_behind_until_it_has_seen_the_newest_revision(app: Flask) -> None:
    with app.app_context():
        head = head_revision(app)
        assert head is not None
        assert not is_behind(head)
        assert is_behind("a newer one")


def refusal_of_sqlite(url: str, *statements: str) -> OperationalError:
    """What SQLAlchemy raises when these statements are run."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    except OperationalError as error:
        return error
    finally:
        engine.dispose()
    raise AssertionError("nothing was refused")


def full_disk() -> OSError:
    with pytest.raises(OSError, match="No space left") as raised, open("/dev/full", "wb", buffering=0) as file:
        file.write(b"x")
    return raised.value


def full_database(folder: Path) -> OperationalError:
    url = f"sqlite:///{folder / 'full.sqlite'}"
    fill = "INSERT INTO filled VALUES (zeroblob(90000))"
    return refusal_of_sqlite(url, "CREATE TABLE filled (b)", "PRAGMA max_page_count = 3", fill)


def read_only_database(folder: Path) -> OperationalError:
    sqlite3.connect(folder / "read.sqlite").close()
    return refusal_of_sqlite(f"sqlite:///file:{folder / 'read.sqlite'}?mode=ro&uri=true", "CREATE TABLE t (n)")


def database_nowhere(folder: Path) -> OperationalError:
    return refusal_of_sqlite(f"sqlite:///{folder / 'nowhere' / 'kijun.sqlite'}", "SELECT 1")


FULL = ("The disk is full.", "ディスクに空きがありません。")
NOT_ALLOWED = (
    "No permission to write to the database file.",
    "データベースファイルに書き込む権限がありません。",
)
FAILURES: Mapping[str, tuple[Callable[[Path], Exception], tuple[str, str]]] = {
    "full disk": (lambda _folder: full_disk(), FULL),
    "full database": (full_database, FULL),
    "read-only database": (read_only_database, NOT_ALLOWED),
    "database in no folder": (database_nowhere, NOT_ALLOWED),
    "No permission": (
        lambda _folder: PermissionError(errno.EACCES, "Permission denied", "/srv/kijun"),
        ("No permission to write to /srv/kijun.", "/srv/kijun に書き込む権限がありません。"),
    ),
    "read-only file system": (
        lambda _folder: OSError(errno.EROFS, "Read-only file system", "/srv/kijun"),
        ("No permission to write to /srv/kijun.", "/srv/kijun に書き込む権限がありません。"),
    ),
    "its own sentence": (lambda _folder: CannotServe("The clock is wrong."), ("The clock is wrong.",) * 2),
    "anything else": (
        lambda _folder: ValueError("KIJUN_PROXIES=two"),
        ("Kijun cannot start: KIJUN_PROXIES=two", "Kijunを起動できません：KIJUN_PROXIES=two"),
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("language", ["en_GB.UTF-8", "ja_JP.UTF-8"])
def test_each_failure_has_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str, language: str
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    fail, (english, japanese) = FAILURES[failure]
    assert reason(fail(tmp_path)) == (japanese if language.startswith("ja") else english)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as the first start leaves it, without the sample: in it ``kijun.db``, migrated."""
    folder = tmp_path_factory.mktemp("installation")
    prepare(folder)
    return folder


def prepare(folder: Path) -> None:
    """Do what each start does before it serves."""
    code = "import config; from lms import serve; serve.prepare(config.from_environment())"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=serving_from(folder), stdout=subprocess.PIPE)


def step_back(folder: Path, revision: str) -> None:
    """Give an installation the tables of an earlier version."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "downgrade", revision]
    subprocess.run(command, check=True, cwd=ROOT, env=serving_from(folder), capture_output=True)


def read_from(path: Path, query: str) -> list[Any]:
    """What a query finds in a SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        return [value for row in connection.execute(query) for value in row]


REVISION = "SELECT version_num FROM alembic_version"
FACT = "SELECT value FROM installation_facts WHERE name = 'kept'"


def serving_from(folder: Path, **more: str) -> dict[str, str]:
    return environment(**{"KIJUN_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'kijun.db'}", **more})


@pytest.fixture
def installation(prepared: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may spoil."""
    return Path(shutil.copytree(prepared, tmp_path / "installation"))


def start(folder: Path, *, bound: list[str] | None = None, **more: str) -> tuple[int, str]:
    """Start Kijun where it must refuse; its status, and what it says on standard error."""
    command = [*(bound or []), sys.executable, "-m", "lms.serve"]
    done = subprocess.run(
        command, cwd=ROOT, env=serving_from(folder, **more), capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr.strip()


class TestStart:
    def test_the_first_start_makes_no_copy_and_a_migration_makes_one(self, installation: Path) -> None:
        assert list(installation.glob("*.before.*")) == []
        with sqlite3.connect(installation / "kijun.db") as connection:
            assert connection.execute("SELECT count(*) FROM people").fetchone() == (0,), (
                "no sample in a database of one's own"
            )
            connection.execute("UPDATE alembic_version SET version_num = 'unknown'")
        connection.close()
        status, _said = start(installation)
        assert status == 1
        assert [copy.name for copy in installation.glob("*.before.*")] == ["kijun.db.before.1"]

    def test_a_newer_version_migrates_what_is_there_and_keeps_three_copies(self, installation: Path) -> None:
        """As after ``git pull``: the file of before lies beside it, and nothing is lost."""
        database, copy = installation / "kijun.db", installation / "kijun.db.before.4"
        head = read_from(database, REVISION)
        step_back(installation, "0006")
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("INSERT INTO installation_facts (name, value) VALUES ('kept', 'yes')")
        for number in (1, 2, 3):
            (installation / f"kijun.db.before.{number}").write_bytes(b"an earlier one")
        for _start in ("the one that migrates", "the next, which has nothing to migrate"):
            prepare(installation)
            kept = sorted(path.name for path in installation.glob("*.before.*"))
            assert kept == ["kijun.db.before.2", "kijun.db.before.3", "kijun.db.before.4"]
        assert (read_from(database, REVISION), read_from(copy, REVISION)) == (head, ["0006"])
        assert (read_from(database, FACT), read_from(copy, FACT)) == (["yes"], ["yes"])

    def test_a_migration_that_fails_leaves_everything_as_it_was(self, installation: Path) -> None:
        database = installation / "kijun.db"
        step_back(installation, "0006")
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("CREATE TABLE notices (n INTEGER)")  # in the way of a migration three further on
        columns = "SELECT name FROM pragma_table_info('banks')"
        before = read_from(database, columns)
        status, said = start(installation)
        assert (status, len(said.splitlines())) == (1, 1)
        assert said.startswith("Kijun cannot start: ")
        assert (read_from(database, REVISION), read_from(database, columns)) == (["0006"], before)
        assert (installation / "kijun.db.before.1").exists()

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            (
                "en_GB.UTF-8",
                "The clock of this machine is behind the newest entry in the database. Set it right first.",
            ),
            (
                "ja_JP.UTF-8",
                "このマシンの時計が、データベースの最新の記録より前を示しています。先に時計を合わせてください。",
            ),
        ],
    )
    def test_a_clock_behind_the_journal_keeps_it_from_starting(
        self, installation: Path, language: str, sentence: str
    ) -> None:
        with sqlite3.connect(installation / "kijun.db") as connection:
            connection.execute(
                "INSERT INTO audit_events (chain_id, n, at, actor, action, object, detail, prev_sha256, sha256) "
                "VALUES (0, 1, '2999-01-01 00:00:00.000000', 'system', 'sample.load', 'x', '{}', ?, ?)",
                ("0" * 64, "1" * 64),
            )
        connection.close()
        assert start(installation, LC_ALL=language, PYTHONIOENCODING="utf-8") == (1, sentence)

    def test_a_data_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o555)
        try:
            assert start(tmp_path / "new", bound=UNBOUND) == (
                1,
                f"No permission to write to {tmp_path / 'new'}.",
            )
        finally:
            tmp_path.chmod(0o755)

    def test_a_database_file_that_cannot_be_written_is_said(self, installation: Path) -> None:
        database = installation / "kijun.db"
        database.unlink()
        database.touch(0o444)
        assert start(installation, bound=UNBOUND) == (1, NOT_ALLOWED[0])

    def test_no_room_for_the_copy_before_a_migration_is_said(self, installation: Path) -> None:
        """A limit on the size of files stands for a disk that takes no more."""
        with sqlite3.connect(installation / "kijun.db") as connection:
            connection.execute("DELETE FROM alembic_version")
        connection.close()
        status, said = start(installation, bound=["prlimit", "--fsize=200000"])
        assert (status, len(said.splitlines())) == (1, 1)

    def test_a_file_that_is_no_database_is_said(self, installation: Path) -> None:
        (installation / "kijun.db").write_text("a letter, no database\n" * 100)
        status, said = start(installation)
        assert (status, len(said.splitlines())) == (1, 1)
        assert "not a database" in said

    def test_a_data_folder_that_is_a_file_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        status, said = start(tmp_path / "file")
        assert (status, len(said.splitlines())) == (1, 1)
        assert str(tmp_path / "file") in said

    def test_a_setting_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        assert start(tmp_path, KIJUN_PROXIES="two") == (1, "Kijun cannot start: KIJUN_PROXIES=two")

    def test_a_database_server_that_does_not_answer_is_said(self, tmp_path: Path) -> None:
        status, said = start(tmp_path, DATABASE_URL="postgresql://kijun@127.0.0.1:1/kijun")
        assert status == 1
        assert said.startswith("Kijun cannot start: ")
        assert "refused" in said


@pytest.mark.parametrize(
    "setting",
    [
        {"DATABASE_URL": "nonsense"},
        {"DATABASE_URL": "mysql://kijun:secret@localhost/kijun"},
        {"DATABASE_URL": "postgresql://localhost:port/kijun"},
        {"KIJUN_PROXIES": "one"},
    ],
    ids=lambda setting: "=".join(*setting.items()),
)
@pytest.mark.parametrize("command", ["lms.serve", "flask --app wsgi jobs work"])
def test_a_setting_that_cannot_be_read_is_one_sentence(tmp_path: Path, setting: dict[str, str], command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(KIJUN_DATA=str(tmp_path), PORT="1", **setting),
        timeout=60,
        check=False,
    )
    (name,) = setting
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Kijun cannot start: {name}")
    assert (done.stderr.count("\n"), "secret" in done.stderr) == (1, False)
