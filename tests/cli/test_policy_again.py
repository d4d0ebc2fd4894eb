"""``flask policies import`` of what is there already, and of what is older than that."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.cli.conftest import Run, Write
from tests.cli.test_policies import ENGLISH, JAPANESE
from tests.cli.test_policy_files import versions


@pytest.fixture
def folder(write: Write) -> Path:
    write("HAR/ja.md", JAPANESE)
    return write("HAR/en.md", ENGLISH).parent


def test_the_same_files_again_are_said_to_be_unchanged_and_make_no_version(run: Run, write: Write, app: Flask) -> None:
    file = write("spam.en.md", "## Purpose\nText.\n")
    assert run("policies", "import", file, "--publish").code == 0
    again = run("policies", "import", file, "--publish")
    assert (again.code, again.out) == (0, "Unchanged: SPAM v1.0 already has this text.\n")
    document = run("policies", "import", file, "--publish", "--json").document
    assert [finding["code"] for finding in document["findings"]] == ["unchanged"]
    assert versions(app) == [("SPAM", "1.0", "published")]


def test_the_same_files_of_a_published_number_are_unchanged_too(run: Run, folder: Path, app: Flask) -> None:
    assert run("policies", "import", folder, "--publish").code == 0
    assert run("policies", "import", folder).out == "Unchanged: HAR v4.2 already has this text.\n"
    assert versions(app) == [("HAR", "4.2", "published")]


def test_another_effective_instant_is_a_change(run: Run, folder: Path) -> None:
    assert run("policies", "import", folder, "--publish").code == 0
    assert run("policies", "import", folder, "--effective", "2027-12-01T09:00 Asia/Tokyo").code == 1


def test_an_older_version_is_published_as_asked_with_a_warning(run: Run, write: Write, app: Flask) -> None:
    for number in ("2.0", "1.5"):
        file = write("spam.en.md", f"---\nversion: '{number}'\n---\n## Purpose\nText of {number}.\n")
        answer = run("policies", "import", file, "--publish")
        assert answer.code == 0
    assert "Version 1.5 is published although version 2.0, which is newer, is in force." in answer.err
    assert versions(app) == [("SPAM", "2.0", "published"), ("SPAM", "1.5", "published")]
