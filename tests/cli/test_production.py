"""``flask production check`` and ``import``: findings with their places, and never half an import."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.foundation.db import db
from lms.production.models import ProductionDecision
from tests.cli.conftest import Run, Write
from tests.production.making import csv_of
from tests.quizzes import sitting

BY = ("--by", "qa@kijun.example")


@pytest.fixture
def file(sample: Flask, write: Write) -> Path:
    """A row that can be taken, and one of a person whom nobody knows."""
    with sample.app_context():
        code = sitting.person("emma.lindqvist@kijun.example").code
    rows = [[who, f"C-{who}", "Q", "2026-11-02", "Remove", "Leave up", "", "HAR 3.2"] for who in (code, "L9999")]
    return write("audit.csv", csv_of(rows).decode())


def kept(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ProductionDecision)) or 0


def test_check_says_which_column_is_which_and_what_is_wrong(run: Run, file: Path, sample: Flask) -> None:
    answer = run("production", "check", file, "--json")
    assert answer.code == 1
    assert answer.document["columns"]["person"] == "Agent"
    assert answer.document["columns"]["right_decision"] == "QA decision"
    assert (answer.document["rows"], answer.document["decisions"]) == (2, 1)
    [finding] = answer.document["findings"]
    assert (finding["code"], finding["line"], finding["column"]) == ("unknown-person", 3, 1)
    plain = run("production", "check", file, lang="ja_JP.UTF-8")
    assert "「L9999」" in plain.err
    assert kept(sample) == 0


def test_import_is_all_or_nothing_unless_errors_are_skipped(run: Run, file: Path, sample: Flask) -> None:
    refused = run("production", "import", file, *BY)
    assert (refused.code, kept(sample)) == (1, 0)
    assert "Nothing is imported." in refused.err
    done = run("production", "import", file, *BY, "--skip-errors")
    assert (done.code, kept(sample)) == (1, 1)
    assert "1 decision imported." in done.out
    again = run("production", "import", file, *BY, "--skip-errors")
    assert kept(sample) == 1
    assert "Nothing is imported." in again.err


def test_what_is_no_list_and_who_is_nobody(run: Run, sample: Flask, write: Write, file: Path) -> None:
    odd = run("production", "check", write("odd.csv", "a,a\n1,2\n"))
    assert odd.code == 1
    assert "The column “a” appears twice." in odd.err
    missing = run("production", "import", write("few.csv", "Agent\nL1\n"), *BY, "--skip-errors")
    assert missing.code == 1
    assert "Choose the column for “Case reference”." in missing.err
    nobody = run("production", "import", file, "--by", "nobody@kijun.example")
    assert (nobody.code, "Nobody has the address" in nobody.err) == (1, True)
