"""Wrong usage and help: exit code 2, and what Click itself says in the language of the environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import ROOT

WRONG = [
    ("policies", "check"),
    ("policies", "check", "/nowhere/en.md"),
    ("policies", "explain"),
    ("policies", "check", "--colour"),
    ("reports", "render", "analysis", "--quiz", "x", "--locale", "fr", "--output", "x.pdf"),
    ("calendar", "workdays", "JP", "2026-11-16", "many"),
    ("calendar", "workdays", "JP", "2026-11-16", "1", "2"),
    ("questions", "import", "--bank"),
]
GROUPS = ["analysis", "calendar", "demo", "jobs", "people", "policies", "questions", "reports"]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_is_2_and_speaks_the_language_of_the_environment(run: Run, words: tuple[str, ...]) -> None:
    english, japanese = run(*words), run(*words, lang="ja_JP.UTF-8")
    assert (english.code, english.out) == (japanese.code, japanese.out) == (2, "")
    assert "Error: " in english.err
    assert not english.speaks_japanese
    said = japanese.err.partition("エラー：")[2]
    assert re.search("[ぁ-ん]", said), japanese.err


@pytest.mark.parametrize("group", GROUPS)
def test_help_is_headed_in_the_language_of_the_environment(run: Run, group: str) -> None:
    english, japanese = run(group, "--help"), run(group, "--help", lang="ja_JP.UTF-8")
    assert english.out.startswith("Usage:")
    assert "Show this message and exit." in english.out
    assert japanese.out.startswith("使い方：")
    assert "コマンド:" in japanese.out


def test_a_database_without_tables_is_one_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "FLASK_APP": "wsgi", "KIJUN_DATA": str(tmp_path), "LC_ALL": "en_GB.UTF-8"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "flask", "policies", "export", "HAR", "--output", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The database has no tables yet. Set it up first: flask db upgrade\n"
