"""The heads of a policy's two files agree with their place and with each other, or the fault stands at its line."""

from __future__ import annotations

import json

import pytest

from lms.policies.actions import check_files

HASH = "a" * 64


def found(english: str, japanese: str | None) -> list[tuple[str, str, int | None, str | None]]:
    def file(head: str) -> bytes:
        return f"---\n{head}\n---\n## A {{#a}}\ntext\n".encode()

    checked = check_files(file(english), file(japanese) if japanese is not None else None)
    return [(f.level.value, f.code, f.line, f.facts.get("file")) for f in checked.findings if f.code != "unknown-key"]


@pytest.mark.parametrize(
    ("english", "japanese", "expected"),
    [
        ("locale: ja", None, [("error", "other-locale", 2, None)]),
        ("code: X\nlocale: de", None, [("error", "other-locale", 3, None)]),
        ("locale: ja", "locale: en", [("error", "other-locale", 2, None), ("error", "other-locale", 2, "ja")]),
        ("code: HAR", "title: x\ncode: SPM", [("error", "other-than-source", 3, "ja")]),
        ('version: "1.1"', 'version: "1.0"', [("error", "other-than-source", 2, "ja")]),
        ("version: 4.10", "version: 4.1", [("error", "other-than-source", 2, "ja")]),
        ('version: "1.1"', 'locale: ja\nsource_version: "1.0"', [("warning", "other-source-version", 3, "ja")]),
        ("title: x", "section_sources: {a: 0123}", [("warning", "bad-source-hash", 2, "ja")]),
    ],
)
def test_a_contradiction_stands_at_its_place(
    english: str, japanese: str | None, expected: list[tuple[str, str, int | None, str | None]]
) -> None:
    assert found(english, japanese) == expected


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("title: x", "title: x"),
        ("locale: en-GB", "locale: JA_jp"),
        ("locale:\ncode: null\nversion:\neffective:", "locale: ~"),
        ('code: HAR\nversion: "1.1"', 'code: HAR\nversion: "1.1"\nsource_version: "1.1"'),
        ('version: "1.1"', f'source_version: "1.0"\nsection_sources: {{a: {HASH}}}'),
        ("title: x", 'source_version: "1.0"'),
    ],
)
def test_what_agrees_or_says_nothing_is_no_finding(english: str, japanese: str) -> None:
    assert found(english, japanese) == []


def test_toml_says_where_as_well() -> None:
    file = b'+++\ntitle = "x"\nlocale = "ja"\n+++\n## A\ntext\n'
    assert [(f.code, f.line) for f in check_files(file, None).findings] == [("other-locale", 3)]


@pytest.mark.parametrize(
    "value", ['"a\\0b"', '"\\ud800"', ".nan", ".inf", "!!binary aGk=", "!!set {a, b}", "{? [x] : 1}", "2026-02-03"]
)
def test_no_value_of_a_head_is_one_that_a_database_refuses(value: str) -> None:
    matter = check_files(f"---\ntitle: {value}\nother: {value}\n---\n## A\ntext\n".encode(), None).source.matter
    stored = json.dumps([matter.title, dict(matter.others)], allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in stored
    assert stored.encode()
