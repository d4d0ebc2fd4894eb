"""``flask policies check``: what it prints, its exit codes and its JSON, for good files and for bad ones."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run, Write

ENGLISH = """---
code: HAR
locale: en
title: Harassment
version: "4.2"
effective: 2026-11-12T10:00 Asia/Tokyo
---
People should be able to speak, disagree and be heard without being singled out.

## What is not allowed {#not-allowed}

### Insults aimed at a person {#insults}
Remove insults that are aimed at a named or pictured person and that add nothing to the discussion.

::: sensitive kind=insult degree=mild form=text
"You are useless, and everyone on your team knows it." Decision: remove.
:::

### Repeated unwanted contact {#unwanted-contact}
Do not allow repeated contact after a person has clearly asked for it to stop.

## Context that matters {#context}
Read the whole exchange before you decide.
"""
JAPANESE = """---
code: HAR
locale: ja
title: ハラスメント
source_version: "4.2"
---
だれもが、名指しで攻撃されることなく、発言し、反対し、耳を傾けてもらえるべきです。

## 禁止すること {#not-allowed}

### 個人に向けた侮辱 {#insults}
Remove insults that are aimed at a named or pictured person and that add nothing to the discussion.

::: sensitive kind=insult degree=mild form=text
"You are useless, and everyone on your team knows it." Decision: remove.
:::

### 望まない連絡の繰り返し {#unwanted-contact}
中止を明確に求められた後の、繰り返しの連絡は認めません。

## 日本だけの節 {#only-here}
英語版にはない節です。
"""


def faulty(**replaced: str) -> str:
    """The English file with some of its text replaced."""
    text = ENGLISH
    for old, new in replaced.items():
        assert PLACES[old] in text
        text = text.replace(PLACES[old], new)
    return text


PLACES = {
    "version": 'version: "4.2"',
    "key": "{#unwanted-contact}",
    "label": "degree=mild",
    "close": "\n:::\n\n### Rep",
    "effective": "2026-11-12T10:00 Asia/Tokyo",
}


def test_one_language_lists_the_five_sections_with_computed_numbers(run: Run, write: Write) -> None:
    answer = run("policies", "check", write("en.md", ENGLISH), "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.document["findings"] == []
    rows = answer.document["sections"]
    assert [(row["key"], row["level"], row["number"]) for row in rows] == [
        ("_intro", 1, None),
        ("not-allowed", 1, "1"),
        ("insults", 2, "1.1"),
        ("unwanted-contact", 2, "1.2"),
        ("context", 1, "2"),
    ]
    assert rows[0]["title"] == {"en": None, "ja": None}
    assert rows[2]["title"] == {"en": "Insults aimed at a person", "ja": None}
    assert all(row["status"] == {} for row in rows)


def test_two_languages_say_for_each_section_how_the_japanese_stands(run: Run, write: Write) -> None:
    answer = run("policies", "check", write("en.md", ENGLISH), write("ja.md", JAPANESE), "--json")
    assert answer.code == 0
    assert {row["key"]: row["status"]["ja"] for row in answer.document["sections"]} == {
        "_intro": "current",
        "not-allowed": "current",
        "insults": "identical",
        "unwanted-contact": "current",
        "context": "missing",
        "only-here": "extra",
    }
    extra = answer.document["sections"][-1]
    assert extra["title"] == {"en": None, "ja": "日本だけの節"}


def test_without_json_each_section_is_a_line_with_number_key_state_and_title(run: Run, write: Write) -> None:
    answer = run("policies", "check", write("en.md", ENGLISH), write("ja.md", JAPANESE))
    assert answer.code == 0
    lines = [line.split(maxsplit=3) for line in answer.out.splitlines()]
    assert ["1.2", "unwanted-contact", "current", "Repeated unwanted contact"] in lines
    assert ["2", "context", "missing", "Context that matters"] in lines


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        ({"version": 'version: "4.x"'}, "bad-version", 5),
        ({"effective": "2026-13-12T10:00 Asia/Tokyo"}, "bad-effective", 6),
        ({"effective": "2026-11-12T10:00"}, "bad-effective", 6),
        ({"key": "{#insults}"}, "repeated-key", 19),
        ({"label": "degree=harmless"}, "bad-sensitive-label", 15),
        ({"close": "\n\n### Rep"}, "sensitive-not-closed", 15),
    ],
)
def test_an_error_has_its_line_and_code_and_the_exit_code_1(
    run: Run, write: Write, change: dict[str, str], code: str, line: int
) -> None:
    file = write("en.md", faulty(**change))
    answer = run("policies", "check", file, "--json")
    assert answer.code == 1
    [finding] = answer.document["findings"]
    assert set(finding) == {"level", "line", "column", "code", "message"}
    assert (finding["level"], finding["code"], finding["line"]) == ("error", code, line)
    plain = run("policies", "check", file)
    assert (plain.code, plain.err) == (1, f"{line}:1 error: {finding['message']}\n")


def test_all_errors_are_listed_at_once(run: Run, write: Write) -> None:
    answer = run("policies", "check", write("en.md", faulty(version="version: new", key="{#insults}")), "--json")
    assert [finding["code"] for finding in answer.document["findings"]] == ["bad-version", "repeated-key"]


def test_an_unknown_key_of_the_front_matter_is_information_and_no_error(run: Run, write: Write) -> None:
    answer = run("policies", "check", write("en.md", faulty(version='version: "4.2"\nowner: Trust team')), "--json")
    assert answer.code == 0
    [finding] = answer.document["findings"]
    assert (finding["level"], finding["code"], finding["line"]) == ("info", "unknown-key", 6)
    assert "owner" in finding["message"]


def test_findings_follow_the_environment_and_locale_wins_over_it(run: Run, write: Write) -> None:
    file = write("en.md", faulty(key="{#insults}"))
    english = run("policies", "check", file)
    japanese = run("policies", "check", file, lang="ja_JP.UTF-8")
    assert not english.speaks_japanese
    assert japanese.speaks_japanese
    assert "insults" in japanese.err
    assert run("policies", "check", file, "--locale", "en", lang="ja_JP.UTF-8") == english


def test_json_keys_and_codes_stay_english_in_japanese(run: Run, write: Write) -> None:
    file = write("en.md", faulty(key="{#insults}"))
    english = run("policies", "check", file, "--json").document
    japanese = run("policies", "check", file, "--json", lang="ja").document
    assert japanese["findings"][0].pop("message") != english["findings"][0].pop("message")
    assert japanese == english


@pytest.mark.parametrize(
    "disguise",
    [
        b"\xef\xbb\xbf" + ENGLISH.encode(),
        ENGLISH.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + ENGLISH.replace("\n", "\r").encode(),
    ],
    ids=["bom", "crlf", "bom and cr"],
)
def test_a_byte_order_mark_and_other_line_ends_change_nothing(run: Run, write: Write, disguise: bytes) -> None:
    plain = run("policies", "check", write("plain.md", ENGLISH), "--json")
    assert run("policies", "check", write("disguised.md", disguise), "--json") == plain


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no-sections"),
        (b"\n \n", "no-sections"),
        ("## 目的\n本文です。\n".encode("cp932"), "not-utf-8"),
        ("## Purpose\nText.\n".encode("utf-16"), "not-utf-8"),
        (b"---\ntitle: [\n---\n## A\ntext\n", "front-matter-syntax"),
        (b"+++\ntitle = \n+++\n## A\ntext\n", "front-matter-syntax"),
        (b"---\ntitle: {a: b}\n---\n## A\ntext\n", "front-matter-value"),
        (b"---\n- a\n- b\n---\n## A\ntext\n", "front-matter-syntax"),
        (b"---\ntitle: A", "no-sections"),
        (b"---\na: " + b"[" * 3000 + b"\n---\n## A\ntext\n", "front-matter-syntax"),
        (b"---\na: &x [*x]\n---\n## A\ntext\n", "front-matter-syntax"),
        (b"---\nreviewed: 2026-02-30\n---\n## A\ntext\n", "front-matter-syntax"),
        (b"---\neffective: 0001-01-01T00:00 Asia/Tokyo\n---\n## A\ntext\n", "bad-effective"),
        (b"---\neffective: 2026-11-12T10:00 ../../etc/passwd\n---\n## A\ntext\n", "bad-effective"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(run: Run, write: Write, content: bytes, code: str) -> None:
    answer = run("policies", "check", write("en.md", content), "--json")
    assert answer.code == 1
    assert code in [finding["code"] for finding in answer.document["findings"] if finding["level"] == "error"]


def test_an_unreadable_japanese_file_is_an_error_too(run: Run, write: Write) -> None:
    answer = run("policies", "check", write("en.md", ENGLISH), write("ja.md", JAPANESE.encode("cp932")))
    assert answer.code == 1
    assert "UTF-8" in answer.err


@pytest.mark.parametrize("arguments", [["nowhere.md"], [], ["nowhere.md", "--no-such-option"]])
def test_wrong_usage_is_exit_code_2(run: Run, arguments: list[str]) -> None:
    answer = run("policies", "check", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err


def test_a_folder_in_place_of_a_file_is_wrong_usage(run: Run, write: Write) -> None:
    assert run("policies", "check", write("HAR/en.md", ENGLISH).parent).code == 2
