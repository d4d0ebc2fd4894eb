"""Readings above characters: ``{未成年者|みせいねんしゃ}``, in a table also with a full-width bar.

The base holds at least one Chinese character, the reading is kana. What looks alike and is not stays as it is written,
and the check says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BASE = rf"[^{{}}|｜\n]{{0,40}}[{_HAN}][^{{}}|｜\n]{{0,40}}"
_READING = r"[\u3041-\u3096\u30a1-\u30fa\u309d\u309e\u30fc-\u30fe・ 　]{1,80}"
RUBY = re.compile(rf"\{{({_BASE})(?:\\?\||｜)({_READING})\}}")
_MEANT = re.compile(r"\{[^{}|｜\n]*(?:\||｜)[^{}\n]*\}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f|｜]")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")


def without_ruby(text: str) -> str:
    """The text with the base characters alone, for where no reading can stand.

    >>> without_ruby("{未成年者|みせいねんしゃ}の安全")
    '未成年者の安全'
    """
    return RUBY.sub(r"\1", text)


def faulty_ruby(line: str) -> Iterator[int]:
    """The columns (from 1) at which a line has braces and a bar around Japanese text that make no reading."""
    bare = _CODE_SPAN.sub(lambda code: " " * len(code[0]), line)
    for match in _MEANT.finditer(bare):
        if _NOT_ASCII.search(match[0]) and not RUBY.fullmatch(match[0]):
            yield match.start() + 1


def teach_ruby(parser: MarkdownIt) -> None:
    """Let a Markdown parser know readings."""
    parser.inline.ruler.before("emphasis", "ruby", _ruby)


def _ruby(state: StateInline, silent: bool) -> bool:
    match = RUBY.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("ruby_open", "ruby", 1)
        state.push("text", "", 0).content = match[1]
        for tag, text in (("rp", "（"), ("rt", match[2].strip()), ("rp", "）")):
            state.push(f"{tag}_open", tag, 1)
            state.push("text", "", 0).content = text
            state.push(f"{tag}_close", tag, -1)
        state.push("ruby_close", "ruby", -1)
    state.pos = match.end()
    return True
