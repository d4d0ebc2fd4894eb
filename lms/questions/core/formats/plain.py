"""Outside text as the plain text that we keep: bytes decoded, control characters and formatting taken out."""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass, field

import nh3

from lms.kit.findings import Finding, Level

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that stand in no text; PostgreSQL refuses NUL, and a lone surrogate cannot be written at all."""
_BLOCK_ENDS = re.compile(r"</(?:p|div|li|h\d|tr|blockquote|pre)\s*>|<br\b[^>]*>", re.IGNORECASE)
_MEDIA = re.compile(r"<(?:img|audio|video|source|object|embed|iframe)\b[^>]*>", re.IGNORECASE)
_MOODLE_MEDIA = re.compile(r"<[^>]*@@PLUGINFILE@@[^>]*>")
_MARKDOWN_MEDIA = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_MANY_BREAKS = re.compile(r"[ \t]*\n\s*\n*")


def has_controls(text: str) -> bool:
    """Whether a character stands in the text that no text may hold; tabs and line ends may.

    >>> has_controls("a\\x00b"), has_controls("a\\tb\\n")
    (True, False)
    """
    return _CONTROLS.search(text) is not None


def decoded(content: bytes) -> tuple[str, str, list[Finding]]:
    """Text in UTF-8, UTF-16 (with a mark) or CP932, the name of the encoding, and what was found.

    Line ends become ``\\n``. A NUL is an error: the file is no text, or UTF-16 without its mark. Other control
    characters are taken out, and that is said.
    """
    read = _read(content)
    if read is None:
        return "", "unknown", [Finding(Level.ERROR, "file.encoding-unknown")]
    text, name = read
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = _CONTROLS.search(text)
    if first is None:
        return text, name, []
    nul = text.find("\0")
    line, column = _place(text, first.start() if nul < 0 else nul)
    if nul >= 0:
        return "", name, [Finding(Level.ERROR, "file.nul", line, column)]
    cleaned, count = _CONTROLS.subn("", text)
    return cleaned, name, [Finding(Level.CHANGED, "file.control-characters", line, column, {"count": count})]


@dataclass(slots=True)
class Formatted:
    """The texts of one item, made plain, and what was lost. ``format``: html, markdown, moodle or plain."""

    format: str = "moodle"
    has_lost_formatting: bool = field(default=False, init=False)
    has_lost_media: bool = field(default=False, init=False)

    def plain(self, text: str, format_name: str | None = None) -> str:
        """The text without its formatting. Text in no format that says so keeps its ``<`` and ``>``."""
        format_name = format_name or self.format
        if format_name == "markdown":
            return self._without_media(_MARKDOWN_MEDIA, text, r"\1").strip()
        if format_name != "html":
            return self._without_media(_MOODLE_MEDIA, text).strip()
        text = self._without_media(_MEDIA, text)
        if "<" in text:
            self.has_lost_formatting = True
            text = nh3.clean(_BLOCK_ENDS.sub("\n", text), tags=set())
        return _MANY_BREAKS.sub("\n", html.unescape(text)).strip()

    def _without_media(self, media: re.Pattern[str], text: str, instead: str = "") -> str:
        left, count = media.subn(instead, text)
        self.has_lost_media = self.has_lost_media or bool(count)
        return left


def _read(content: bytes) -> tuple[str, str] | None:
    """The text and the name of the first encoding in which the bytes are text at all."""
    for encoding, name in _candidates(content):
        try:
            return content.decode(encoding), name
        except UnicodeDecodeError:
            continue
    return None


def _candidates(content: bytes) -> list[tuple[str, str]]:
    """Encodings to try, with the name by which each is told."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [("utf-16", "utf-16")]
    if content.startswith(codecs.BOM_UTF8):
        return [("utf-8-sig", "utf-8")]
    return [("utf-8", "utf-8"), ("cp932", "cp932")]


def _place(text: str, position: int) -> tuple[int, int]:
    """Line and column of a position, both from 1."""
    line_start = text.rfind("\n", 0, position) + 1
    return text.count("\n", 0, position) + 1, position - line_start + 1
