"""A piece of safe HTML as its text: where its sentences stand, and how a stretch of text is put into elements.

It reads only what the allowlist has cleaned: balanced tags, escaped text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)[^>"]*(?:"[^"]*"[^>"]*)*>')
_BREAKS = {"p", "li", "ul", "ol", "td", "th", "tr", "table", "h5", "h6", "blockquote", "pre", "br", "hr"}
_UNSPOKEN = {"rt", "rp"}
_SENTENCE = re.compile(r"\S.*?(?:[。！？]+[」』）]*|[.!?][”’\")]*(?=\s|\Z)|(?=\s*\Z))")


@dataclass(frozen=True, slots=True)
class Run:
    """A text between two tags, and where it stands in the text of the whole. ``inside`` are the elements around it."""

    first: int
    text: str
    inside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fragment:
    """Tags and texts in order; ``text`` is what is read, with a line end where a block ends and without readings."""

    pieces: tuple[str | Run, ...]
    text: str

    def sentences(self) -> list[tuple[int, int]]:
        """Where each sentence begins and ends; none reaches over the end of a block."""
        found, start = [], 0
        for line in self.text.split("\n"):
            found += [(start + match.start(), start + match.end()) for match in _SENTENCE.finditer(line)]
            start += len(line) + 1
        return found

    def wrapped(self, spans: Iterable[tuple[int, int]], element: Callable[[int, str], str]) -> str:
        """The HTML with each stretch of text in an element; ``element`` gets the stretch's place and its escaped text.

        A stretch that runs through other elements becomes several.
        """
        wanted = sorted(spans)
        return "".join(piece if isinstance(piece, str) else _wrap(piece, wanted, element) for piece in self.pieces)


def read(cleaned: str) -> Fragment:
    """The fragment that cleaned HTML is."""
    pieces: list[str | Run] = []
    spoken: list[str] = []
    inside: list[str] = []
    length = place = 0
    for tag in [*_TAG.finditer(cleaned), None]:
        text = html.unescape(cleaned[place : tag.start() if tag else len(cleaned)])
        if text and _UNSPOKEN & set(inside):
            pieces.append(html.escape(text, quote=False))
        elif text:
            pieces.append(Run(length, text, frozenset(inside)))
            spoken.append(text)
            length += len(text)
        if tag is None:
            break
        pieces.append(tag[0])
        place = tag.end()
        if tag[2] in _BREAKS:
            spoken.append("\n")
            length += 1
        if tag[1]:
            inside.pop()
        elif tag[2] not in {"br", "hr"}:
            inside.append(tag[2])
    return Fragment(tuple(pieces), "".join(spoken))


def _wrap(run: Run, spans: list[tuple[int, int]], element: Callable[[int, str], str]) -> str:
    parts, place, end = [], run.first, run.first + len(run.text)
    for number, (first, last) in enumerate(spans):
        first, last = max(first, place), min(last, end)
        if first < last:
            parts.append(html.escape(run.text[place - run.first : first - run.first], quote=False))
            parts.append(element(number, html.escape(run.text[first - run.first : last - run.first], quote=False)))
            place = last
    parts.append(html.escape(run.text[place - run.first :], quote=False))
    return "".join(parts)
