"""``flask policies import`` and ``export``: into the database and out of it, and never half."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.foundation import clock
from lms.foundation.db import db
from lms.policies.models import Module, PolicyVersion, SectionRevision
from tests.cli.conftest import Run, Write
from tests.cli.test_policies import ENGLISH, JAPANESE

MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def folder(write: Write) -> Path:
    write("HAR/ja.md", JAPANESE)
    return write("HAR/en.md", ENGLISH).parent


def versions(app: Flask) -> list[tuple[str, str, str]]:
    """Code, number and state of every version there is."""
    with app.app_context():
        found = db.session.scalars(select(PolicyVersion).join(PolicyVersion.module).order_by(PolicyVersion.id))
        return [(version.module.code, version.number, version.state) for version in found]


def effective_of(app: Flask) -> datetime | None:
    with app.app_context():
        return db.session.scalars(select(PolicyVersion)).one().effective_at


def titles_of(app: Flask, code: str) -> dict[str, str]:
    with app.app_context():
        return dict(db.session.scalars(select(Module).where(Module.code == code)).one().title_text)


def test_a_folder_becomes_a_draft_with_the_version_and_instant_of_its_files(run: Run, folder: Path, app: Flask) -> None:
    answer = run("policies", "import", folder)
    assert answer.code == 0
    assert "HAR v4.2" in answer.out
    assert versions(app) == [("HAR", "4.2", "draft")]
    assert effective_of(app) == datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
    assert titles_of(app, "HAR") == {"en": "Harassment", "ja": "ハラスメント"}
    with app.app_context():
        assert db.session.scalar(select(func.count(SectionRevision.id))) == 5 + 5


def test_publish_publishes_and_effective_wins_over_the_file(run: Run, folder: Path, app: Flask) -> None:
    answer = run("policies", "import", folder, "--publish", "--effective", "2026-12-01T09:00 Asia/Tokyo")
    assert answer.code == 0
    assert versions(app) == [("HAR", "4.2", "published")]
    assert effective_of(app) == MIDNIGHT


def test_two_files_named_by_language_are_a_pair(run: Run, write: Write, app: Flask) -> None:
    japanese, english = write("harassment.ja.md", JAPANESE), write("harassment.en.md", ENGLISH)
    assert run("policies", "import", japanese, english).code == 0
    assert titles_of(app, "HAR") == {"en": "Harassment", "ja": "ハラスメント"}


def test_several_pairs_of_files_each_get_their_own_translation(run: Run, write: Write, app: Flask) -> None:
    paths = [
        write("har.en.md", ENGLISH),
        write("har.ja.md", JAPANESE),
        write("spm.en.md", "---\ncode: SPM\ntitle: Spam\n---\n## Purpose\nText.\n"),
        write("spm.ja.md", "---\ncode: SPM\ntitle: スパム\n---\n## 目的\n本文です。\n"),
    ]
    assert run("policies", "import", *paths).code == 0
    assert titles_of(app, "HAR")["ja"] == "ハラスメント"
    assert titles_of(app, "SPM")["ja"] == "スパム"


def test_files_are_a_pair_only_when_their_names_differ_in_the_language_alone(
    run: Run, write: Write, app: Flask
) -> None:
    paths = [
        write(f"legal.{locale}.{rest}md", f"---\ntitle: {title}\n---\n## A\nText.\n")
        for locale, rest, title in (
            ("en", "OLD.", "Then"),
            ("en", "", "Now"),
            ("ja", "OLD.", "以前"),
            ("ja", "", "現在"),
        )
    ]
    assert run("policies", "import", *paths).code == 0
    assert titles_of(app, "LEGAL") == {"en": "Now", "ja": "現在"}
    assert titles_of(app, "LEGAL-OLD") == {"en": "Then", "ja": "以前"}
    stray = write("elsewhere/legal.ja.OLDER.md", "## A\nText.\n")
    answer = run("policies", "import", paths[1], stray)
    assert (answer.code, str(stray) in answer.err) == (1, True)


def test_two_files_that_begin_alike_are_a_pair_when_nothing_fits_better(run: Run, write: Write, app: Flask) -> None:
    english = write("terms.en.AT_TRANSLATION.md", "---\ntitle: Terms\n---\n## A\nText.\n")
    japanese = write("terms.ja.md", "---\ntitle: 規約\n---\n## A {#a}\n本文。\n")
    assert run("policies", "import", japanese, english, "--code", "TERMS").code == 0
    assert titles_of(app, "TERMS") == {"en": "Terms", "ja": "規約"}
    other = write("rules.ja.md", "## A\n本文。\n")
    assert run("policies", "import", english, other).code == 1


def test_a_file_in_one_language_takes_its_code_from_the_option_or_its_name(run: Run, write: Write, app: Flask) -> None:
    file = write("spam.en.md", "## Purpose\nText.\n")
    assert run("policies", "import", file, "--code", "SPM").code == 0
    assert run("policies", "import", file).code == 0
    assert versions(app) == [("SPM", "1.0", "draft"), ("SPAM", "1.0", "draft")]


def test_a_file_without_a_number_becomes_the_next_minor_version(run: Run, write: Write, app: Flask) -> None:
    for text in ("Text.", "Another text."):
        file = write("spam.en.md", f"## Purpose\n{text}\n")
        assert run("policies", "import", file, "--publish").code == 0
    assert versions(app) == [("SPAM", "1.0", "published"), ("SPAM", "1.1", "published")]


def test_a_published_version_is_never_written_over(run: Run, folder: Path, write: Write, app: Flask) -> None:
    assert run("policies", "import", folder, "--publish").code == 0
    write("HAR/en.md", ENGLISH.replace("Read the whole exchange", "Read nothing"))
    answer = run("policies", "import", folder)
    assert (answer.code, answer.out) == (1, "")
    assert "4.2" in answer.err
    assert versions(app) == [("HAR", "4.2", "published")]
    with app.app_context():
        assert not db.session.scalars(select(SectionRevision).where(SectionRevision.body.contains("nothing."))).all()


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (ENGLISH.replace("{#unwanted-contact}", "{#insults}"), "19:1 error"),
        (b"", "error"),
        ("## 目的\n本文です。\n".encode("cp932"), "UTF-8"),
    ],
)
def test_one_file_with_an_error_keeps_all_of_them_out(
    run: Run, folder: Path, write: Write, app: Flask, content: str | bytes, where: str
) -> None:
    bad = write("bad.en.md", content)
    answer = run("policies", "import", folder, bad)
    assert (answer.code, answer.out) == (1, "")
    assert str(bad) in answer.err
    assert where in answer.err
    assert versions(app) == []


def test_a_conflict_in_the_second_policy_takes_the_first_one_back(
    run: Run, folder: Path, write: Write, app: Flask
) -> None:
    assert run("policies", "import", folder, "--publish").code == 0
    new = write("aaa.en.md", "## Purpose\nText.\n")
    write("HAR/en.md", ENGLISH.replace("Read the whole exchange", "Read nothing"))
    assert run("policies", "import", new, folder).code == 1
    assert versions(app) == [("HAR", "4.2", "published")]


@pytest.mark.parametrize("name", ["notes.txt", "ja.md", "policy.md"])
def test_a_path_that_is_no_english_file_is_refused_and_never_passed_over(
    run: Run, folder: Path, write: Write, app: Flask, name: str
) -> None:
    stray = write(f"elsewhere/{name}", "## Purpose\nText.\n")
    alone = run("policies", "import", stray)
    assert (alone.code, bool(alone.err)) == (1, True)
    beside = run("policies", "import", folder, stray)
    assert (beside.code, bool(beside.err)) == (1, True)
    assert versions(app) == []


def test_a_folder_without_english_is_refused(run: Run, write: Write, app: Flask) -> None:
    answer = run("policies", "import", write("HAR/ja.md", JAPANESE).parent)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err
    assert versions(app) == []


@pytest.mark.parametrize("option", [["--effective", "tomorrow"], ["--effective", "2026-11-12T10:00"], ["--force"]])
def test_wrong_usage_is_exit_code_2_and_imports_nothing(run: Run, folder: Path, app: Flask, option: list[str]) -> None:
    answer = run("policies", "import", folder, *option)
    assert (answer.code, answer.out) == (2, "")
    assert versions(app) == []


@pytest.mark.parametrize("code", ["A" * 200, "a/b", "..", "har", "ハラスメント", "HAR 2", "IMPORT?"])
def test_a_code_that_no_address_could_carry_is_refused(run: Run, write: Write, app: Flask, code: str) -> None:
    file = write("x.en.md", f"---\ncode: {code}\n---\n## Purpose\nText.\n")
    answer = run("policies", "import", file)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err
    assert versions(app) == []


MARK = "::: sensitive kind=insult degree=mild form=text"
FAULTY = ENGLISH.replace(MARK, f" {MARK}")
"""The section ``insults`` has two errors: a mark that is none, and an end without a beginning."""


def keys_of(app: Flask, locale: str) -> list[str]:
    with app.app_context():
        revisions = db.session.scalars(select(SectionRevision).where(SectionRevision.locale == locale))
        return [revision.section.key for revision in revisions]


def test_skip_errors_takes_the_sections_without_errors_and_lists_the_others(
    run: Run, folder: Path, write: Write, app: Flask
) -> None:
    write("HAR/en.md", FAULTY)
    refused = run("policies", "import", folder)
    assert (refused.code, refused.out, versions(app)) == (1, "", [])
    answer = run("policies", "import", folder, "--skip-errors", "--publish")
    assert answer.code == 0
    assert "15:1 error: " in answer.err
    assert "12:1 dropped: Section “insults” was left out" in answer.err
    assert versions(app) == [("HAR", "4.2", "draft")], "incomplete, so nobody reads it before somebody has looked"
    assert keys_of(app, "en") == ["_intro", "not-allowed", "unwanted-contact", "context"]
    assert keys_of(app, "ja") == ["_intro", "not-allowed", "unwanted-contact", "only-here"]


def test_a_section_goes_with_those_below_it(run: Run, write: Write, app: Flask) -> None:
    write("HAR/en.md", ENGLISH.replace("{#not-allowed}\n", "{#not-allowed}\n:::\n"))
    answer = run("policies", "import", write("HAR/ja.md", JAPANESE).parent, "--skip-errors")
    assert answer.code == 0
    assert keys_of(app, "en") == ["_intro", "context"]
    assert answer.err.count(" dropped: ") == 3


def test_an_error_in_the_japanese_leaves_out_the_japanese_of_its_section(run: Run, write: Write, app: Flask) -> None:
    write("HAR/ja.md", JAPANESE.replace(MARK, MARK.title()))
    answer = run("policies", "import", write("HAR/en.md", ENGLISH).parent, "--skip-errors")
    assert answer.code == 0
    assert "insults" in keys_of(app, "en")
    assert keys_of(app, "ja") == ["_intro", "not-allowed", "unwanted-contact", "only-here"]


@pytest.mark.parametrize("japanese", ["目的".encode("cp932"), JAPANESE.replace("locale: ja", "locale: en"), ""])
def test_a_japanese_file_with_errors_outside_its_sections_is_left_out_whole(
    run: Run, write: Write, app: Flask, japanese: str | bytes
) -> None:
    write("HAR/ja.md", japanese)
    answer = run("policies", "import", write("HAR/en.md", ENGLISH).parent, "--skip-errors")
    assert answer.code == 0
    assert "The Japanese file was left out." in answer.err
    assert (len(keys_of(app, "en")), keys_of(app, "ja")) == (5, [])


def test_of_several_policies_the_good_ones_are_taken(run: Run, folder: Path, write: Write, app: Flask) -> None:
    bad = write("bad.en.md", ENGLISH.replace('"4.2"', "four"))
    published = write("old.en.md", "---\ncode: OLD\nversion: '1.0'\n---\n## A\ntext\n")
    assert run("policies", "import", published, "--publish").code == 0
    write("old.en.md", "---\ncode: OLD\nversion: '1.0'\n---\n## A\nanother text\n")
    answer = run("policies", "import", bad, published, folder, "--skip-errors", "--publish", "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert document["applied"] is True
    assert document["policies"] == [
        {"path": str(bad), "code": None, "version": None, "state": None, "left_out": []},
        {"path": str(published), "code": None, "version": None, "state": None, "left_out": []},
        {"path": str(folder / "en.md"), "code": "HAR", "version": "4.2", "state": "published", "left_out": []},
    ]
    errors = [(entry["path"], entry["code"]) for entry in document["findings"] if entry["level"] == "error"]
    assert errors == [(str(bad), "bad-version"), (str(published), "policy.already_published")]
    assert versions(app) == [("OLD", "1.0", "published"), ("HAR", "4.2", "published")]


@pytest.mark.parametrize("content", ["", ENGLISH.replace("locale: en", "locale: ja"), f"## A\n {MARK}\nx\n"])
def test_where_nothing_is_left_nothing_is_done(run: Run, write: Write, app: Flask, content: str) -> None:
    answer = run("policies", "import", write("x.en.md", content), "--skip-errors")
    assert (answer.code, answer.out) == (1, "")
    assert " error: " in answer.err
    assert versions(app) == []
    with app.app_context():
        assert db.session.scalar(select(Module.id)) is None


def test_json_says_what_was_done_and_left_out_with_the_file_of_each_finding(
    run: Run, folder: Path, write: Write, app: Flask
) -> None:
    write("HAR/en.md", FAULTY)
    refused = run("policies", "import", folder, "--json")
    assert (refused.code, refused.err) == (1, "")
    nothing = {"path": str(folder / "en.md"), "code": None, "version": None, "state": None, "left_out": []}
    assert (refused.document["applied"], refused.document["policies"]) == (False, [nothing])
    assert versions(app) == []
    write("HAR/ja.md", JAPANESE.replace("{#only-here}", "{#not-allowed}"))
    document = run("policies", "import", folder, "--skip-errors", "--json", lang="ja_JP.UTF-8").document
    [policy] = document["policies"]
    assert (policy["version"], policy["state"]) == ("4.2", "draft")
    assert {(entry["locale"], entry["key"]) for entry in policy["left_out"]} == {
        ("en", "insults"),
        ("ja", "not-allowed-1"),
    }
    found = [(entry["path"], entry["level"], entry["code"], entry["line"]) for entry in document["findings"]]
    assert (str(folder / "en.md"), "error", "bad-sensitive-mark", 15) in found
    assert (str(folder / "ja.md"), "error", "repeated-key", 21) in found
    assert set(document["findings"][0]) == {"level", "line", "column", "code", "message", "path"}


def test_a_translation_of_an_older_text_is_imported_as_stale_and_the_command_says_so(
    run: Run, folder: Path, write: Write
) -> None:
    assert run("policies", "import", folder, "--publish").code == 0
    write("HAR/en.md", ENGLISH.replace('"4.2"', '"4.3"').replace("Read the whole", "Read all of the"))
    write("HAR/ja.md", JAPANESE.replace("{#only-here}", "{#context}"))
    answer = run("policies", "import", folder)
    assert answer.code == 0
    assert "ja:5:1 warning: " in answer.err
    assert "not current: context" in answer.err


def test_check_import_and_pages_agree_on_what_is_stale(run: Run, folder: Path, write: Write, tmp_path: Path) -> None:
    write("HAR/ja.md", JAPANESE.replace("{#only-here}", "{#context}"))
    assert run("policies", "import", folder, "--publish").code == 0
    assert run("policies", "export", "HAR", "--output", tmp_path / "out").code == 0
    english = tmp_path / "out" / "en.md"
    files = ("policies", "check", english, tmp_path / "out" / "ja.md")
    assert "stale" not in run(*files).out + run(*files).err
    write("out/en.md", english.read_text(encoding="utf-8").replace("Read the whole", "Read all of the"))
    answer = run(*files)
    assert answer.code == 0
    assert re.search(r"^\S+ +context +stale ", answer.out, re.MULTILINE)
    assert "Made from a different English text, so not current: context." in answer.err
    document = run(*files, "--json").document
    assert [one["code"] for one in document["findings"] if one["level"] == "warning"][-1] == "stale-sections"
    states = {section["key"]: section["status"]["ja"] for section in document["sections"]}
    assert states["context"] == "current", "the status in JSON says that a pair was found"


def test_import_speaks_japanese_in_a_japanese_environment(run: Run, folder: Path, write: Write) -> None:
    assert run("policies", "import", folder, lang="ja_JP.UTF-8").speaks_japanese
    refused = run("policies", "import", folder, "--publish", lang="ja_JP.UTF-8")
    assert refused.code == 0
    write("HAR/en.md", ENGLISH.replace("Read the whole exchange", "Read nothing"))
    refused = run("policies", "import", folder, lang="ja_JP.UTF-8")
    assert (refused.code, refused.speaks_japanese) == (1, True)


def test_what_is_exported_imports_again_and_exports_the_same_bytes(
    run: Run, folder: Path, write: Write, app: Flask, tmp_path: Path
) -> None:
    assert run("policies", "import", folder, "--publish").code == 0
    first, second = tmp_path / "first", tmp_path / "second"
    answer = run("policies", "export", "HAR", "--output", first)
    assert (answer.code, answer.out.splitlines()) == (0, [str(first / "en.md"), str(first / "ja.md")])
    text = (first / "en.md").read_text(encoding="utf-8")
    write("first/en.md", text.replace("'4.2'", "'4.3'"))
    assert run("policies", "import", first, "--publish").code == 0
    assert run("policies", "export", "HAR", "--output", second).code == 0
    assert (second / "en.md").read_bytes() == (first / "en.md").read_bytes()
    assert [number for _code, number, _state in versions(app)] == ["4.2", "4.3"]


def test_export_writes_the_version_in_force_and_not_the_one_that_is_to_come(
    run: Run, folder: Path, write: Write, tmp_path: Path
) -> None:
    assert run("policies", "import", folder, "--publish").code == 0
    write("HAR/en.md", ENGLISH.replace('"4.2"', '"4.3"').replace("Read the whole", "Read half of the"))
    assert run("policies", "import", folder, "--publish", "--effective", "2026-12-01T09:00 Asia/Tokyo").code == 0
    assert run("policies", "export", "HAR", "--output", tmp_path / "now").code == 0
    assert "Read the whole exchange" in (tmp_path / "now" / "en.md").read_text(encoding="utf-8")
    with clock.fixed(MIDNIGHT):
        assert run("policies", "export", "HAR", "--output", tmp_path / "then").code == 0
    assert "Read half of the exchange" in (tmp_path / "then" / "en.md").read_text(encoding="utf-8")


def test_export_of_what_is_only_a_draft_writes_the_newest_draft(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("policies", "import", folder).code == 0
    assert run("policies", "export", "HAR", "--output", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "ja.md").exists()


def test_export_of_an_unknown_policy_is_one_sentence(run: Run, app: Flask, tmp_path: Path) -> None:
    answer = run("policies", "export", "NONE", "--output", tmp_path / "out")
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1
    assert "page" not in answer.err, "a command has no page"
    assert not (tmp_path / "out").exists()


def test_export_where_it_may_not_write_is_one_sentence(run: Run, folder: Path, write: Write) -> None:
    assert run("policies", "import", folder, "--publish").code == 0
    occupied = write("occupied", "a file, not a folder")
    answer = run("policies", "export", "HAR", "--output", occupied / "out")
    assert answer.code in (1, 2)
    assert answer.err
