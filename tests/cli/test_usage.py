"""Wrong usage and help: exit code 2, and what Click itself says in the language of the environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Write
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
GROUPS = ["analysis", "calendar", "demo", "jobs", "people", "policies", "production", "questions", "reports"]


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
    assert "\nオプション:" in japanese.out


@pytest.mark.parametrize("words", [("--locale", "ja", "--help"), ("--help", "--locale=ja")])
def test_the_option_decides_the_language_of_the_help(run: Run, words: tuple[str, ...]) -> None:
    japanese = run("policies", "check", *words).out
    assert japanese.startswith("使い方：")
    assert "ポリシーを単独で、または日本語版と合わせてチェックする" in japanese
    assert "メッセージの言語" in japanese
    assert "この説明を表示する" in japanese
    english = run("policies", "check", "--help", "--locale", "en", lang="ja_JP.UTF-8").out
    assert not re.search("[ぁ-んァ-ヶ]", english)


def test_a_help_in_one_language_leaves_none_of_it_in_the_other(run: Run) -> None:
    def told(lang: str) -> str:
        return run("reports", "render", "--help", lang=lang).out

    for lang in ("ja_JP.UTF-8", "en_GB.UTF-8", "ja_JP.UTF-8"):
        found = told(lang)
        assert ("[必須]" in found, "ファイル" in found) == (lang.startswith("ja"),) * 2
        assert ("[required]" in found, " FILE " in found) == (lang.startswith("en"),) * 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("policies", "chek"), "'check' ではありませんか。"),
        (("policies", "check", "--jsn"), "'--json' ではありませんか。"),
        (("policies", "check", "/nowhere/en.md"), "ファイル '/nowhere/en.md'"),
        (("calendar", "workdays", "JP", "2026-11-16", "9000"), "-5000<=x<=5000"),
        (("calendar", "workdays", "JP", "2026-11-16", "many"), "整数"),
        (("calendar", "workdays", "JP", "16.11.2026", "1"), "形式"),
    ],
)
def test_what_click_guesses_and_measures_is_in_japanese_too(run: Run, words: tuple[str, ...], told: str) -> None:
    said = run(*words, lang="ja_JP.UTF-8").err.partition("エラー：")[2]
    assert told in said
    assert not re.search(r"Did you mean|range|format|integer|file|match", said.replace("/nowhere/en.md", ""))


def test_the_states_and_levels_of_a_check_are_words_of_the_reader(run: Run, write: Write) -> None:
    text = '---\ncode: SPM\ntitle: Spam\nversion: "1"\ncolour: red\n---\n# One {#one}\n\nText.\n'
    english, japanese = write("en.md", text), write("ja.md", text.replace("# One {#one}\n\nText.\n", ""))
    answer = run("policies", "check", english, japanese, lang="ja_JP.UTF-8")
    assert "未翻訳" in answer.out
    assert not re.search(r"missing|current|warning|error", answer.out + answer.err)


@pytest.mark.parametrize("words", [["policies", "export", "HAR", "--output", "out"], ["jobs", "work"]])
def test_a_database_without_tables_is_one_sentence(words: list[str], tmp_path: Path) -> None:
    environment = {**os.environ, "FLASK_APP": "wsgi", "KIJUN_DATA": str(tmp_path), "LC_ALL": "en_GB.UTF-8"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "flask", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The database has no tables yet. Set it up first: flask db upgrade\n"
