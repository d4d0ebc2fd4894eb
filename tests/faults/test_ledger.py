"""The short form of the campaign: three blows to a real installation, and nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def campaign(*words: str) -> str:
    """Run it in a process of its own, whose clock runs; returns what it prints."""
    command = [sys.executable, "-m", "tests.faults.campaign", *words]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.sqlite
def test_kills_lose_nothing_that_was_acknowledged() -> None:
    told = campaign("--database", "sqlite", "--short")
    assert "lost 0, changed 0" in told
    assert "web worker killed: 2 times" in told
    assert "web server killed: 1 times" in told


@pytest.mark.sqlite
def test_a_server_that_acknowledges_before_the_commit_is_found_out() -> None:
    assert "loses answers, as it must" in campaign("--database", "sqlite", "--hasty")


@pytest.mark.database
@pytest.mark.postgresql
def test_kills_and_a_crash_of_postgresql_lose_nothing_that_was_acknowledged() -> None:
    told = campaign("--database", "postgresql", "--short")
    assert "lost 0, changed 0" in told
    for blow in ("web worker killed", "PostgreSQL stopped immediate and started", "web server killed"):
        assert f"{blow}: 1 times" in told
