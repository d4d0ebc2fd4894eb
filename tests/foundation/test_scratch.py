"""Folders for a while: they go with their process, and what a killed one has left is swept away."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from lms.foundation import clock, transaction
from lms.foundation.scratch import Scratch, sweep
from lms.reports import actions as reports
from tests.conftest import ROOT

LEFT = """
from lms.foundation.scratch import Scratch
import os, signal
folder = Scratch("pdf")
print(folder.name, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_by_the_dead(where: Path) -> Path:
    """The folder of a process that was killed."""
    environment = os.environ | {"TMPDIR": str(where)}
    killed = subprocess.run([sys.executable, "-c", LEFT], cwd=ROOT, env=environment, capture_output=True, text=True)
    return Path(killed.stdout.strip())


def age(folder: Path, by: timedelta = timedelta(hours=2)) -> None:
    long_ago = (clock.now() - by).timestamp()
    os.utime(folder, (long_ago, long_ago))


def swept() -> int:
    return sweep(clock.now() - timedelta(hours=1))


def test_what_a_killed_process_left_is_swept_when_it_is_old(own_folder: Path) -> None:
    old, young = left_by_the_dead(own_folder), left_by_the_dead(own_folder)
    age(old)
    (own_folder / "of-others").mkdir()
    age(own_folder / "of-others")
    assert swept() == 1
    assert set(own_folder.iterdir()) == {young, own_folder / "of-others"}


def test_a_folder_at_work_is_left_however_old() -> None:
    with Scratch("pdf") as name:
        age(Path(name))
        assert swept() == 0
        assert Path(name).is_dir()
    assert not Path(name).exists()


def test_a_link_of_such_a_name_is_not_followed(own_folder: Path) -> None:
    kept = own_folder / "kept"
    kept.mkdir()
    (kept / "held").touch()
    age(kept)
    (own_folder / "kijun-link").symlink_to(kept)
    assert swept() == 0
    assert kept.is_dir()


def test_the_hourly_job_of_reports_sweeps(sample: Flask, own_folder: Path) -> None:
    left = left_by_the_dead(own_folder)
    age(left, timedelta(days=2))
    with sample.app_context(), transaction.unit():
        reports.expire()
    assert not left.exists()
