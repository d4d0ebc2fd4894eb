"""Readings above characters: what makes one, what stays as it is written, and what the check says of it."""

from __future__ import annotations

import pytest

from lms.policies.core.document import parse
from lms.policies.core.markup import blocks
from lms.policies.core.ruby import without_ruby

READING = "<ruby>未成年者<rp>（</rp><rt>みせいねんしゃ</rt><rp>）</rp></ruby>"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{未成年者|みせいねんしゃ}の安全", f"<p>{READING}の安全</p>"),
        ("{未成年者｜みせいねんしゃ}", f"<p>{READING}</p>"),
        ("**{未成年者|みせいねんしゃ}**", f"<p><strong>{READING}</strong></p>"),
        ("{a|b} {on|off}", "<p>{a|b} {on|off}</p>"),
        ("{ひらがな|よみ}", "<p>{ひらがな|よみ}</p>"),
        ("{未成年者|<b>}", "<p>{未成年者|&lt;b&gt;}</p>"),
        ("{未成年者|minor}", "<p>{未成年者|minor}</p>"),
        ("`{未|み}`", "<p><code>{未|み}</code></p>"),
        (r"\{未|み}", "<p>{未|み}</p>"),
    ],
)
def test_what_a_reading_becomes(written: str, shown: str) -> None:
    assert [block.html for block in blocks(written)] == [shown]


def test_a_table_takes_a_reading_with_either_bar() -> None:
    for bar in ("｜", r"\|"):
        (block,) = blocks(f"| 語 |\n|---|\n| {{未成年者{bar}みせいねんしゃ}} |")
        assert f"<td>{READING}</td>" in block.html


def test_a_heading_and_its_key_hold_the_base_characters() -> None:
    policy, findings = parse("## {未成年者|みせいねんしゃ}の安全\n本文です。\n".encode())
    assert [(section.key, section.title) for section in policy.sections] == [("未成年者の安全", "未成年者の安全")]
    assert findings == []


@pytest.mark.parametrize(
    ("line", "column"),
    [("本文{未成年者|}です。", 3), ("{みせい|みせい}", 1), ("{未成年者|minor}", 1), ("{未|み|み}", 1)],
)
def test_what_was_meant_for_a_reading_and_is_none_is_found_at_its_place(line: str, column: int) -> None:
    _policy, findings = parse(f"---\ncode: A\n---\n## 節\n{line}\n".encode())
    assert [(found.level, found.code, found.line, found.column) for found in findings] == [
        ("warning", "bad-ruby", 5, column)
    ]


@pytest.mark.parametrize(
    "line", ["{a|b}", "`{未|}`", "```\n{未|}\n```", "{未成年者|みせいねんしゃ}", "{#key}", "{未成年者}"]
)
def test_what_is_no_try_at_a_reading_is_not_found(line: str) -> None:
    assert parse(f"## 節\n{line}\n".encode())[1] == []


def test_a_long_line_of_braces_is_read_in_no_time() -> None:
    assert without_ruby("{未|" * 20_000).startswith("{未|")
    assert parse(("## 節\n" + "{未|" * 20_000).encode())[0].sections
