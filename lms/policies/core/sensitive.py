"""Blocks of sensitive material: ``::: sensitive kind=insult degree=mild form=text`` … ``:::``.

A line whose first letters are three or more colons is a mark, whatever spaces, list or quote marks stand before them.
A mark has one form only, at the very beginning of its line; any other is an error of the file, and where it is shown
all the same, what follows is covered. What a fenced code block quotes is no mark.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import Enum

from markdown_it.token import Token

from lms.kit.findings import Finding, Level
from lms.wellbeing.core.labels import KINDS as KINDS
from lms.wellbeing.core.labels import Degree as Degree
from lms.wellbeing.core.labels import Form as Form
from lms.wellbeing.core.labels import Label as Label

_OPEN = re.compile(r":::\s*sensitive(?:\s+(.*))?\Z")
_CLOSE = re.compile(r":::\s*\Z")
_COLONS = re.compile("[:：]{2}")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
_AT_START = re.compile(r"(?:[^\w:：]|\d{1,9}[.)])*(?:[:：]{3}|[:：]{2}\s*sensitive)", re.IGNORECASE)
_ANYWHERE = re.compile(r"[:：]{3}[\W_]{0,20}sensitive", re.IGNORECASE)
_FENCE_END = re.compile(r"[\s>]*(`{3,}|~{3,})\s*\Z")
_ATTRIBUTE = re.compile(r"([a-z]+)=(\S+)")
_KIND = re.compile(r"[a-z0-9-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of lines (half open, from 0); ``label`` is set where it is sensitive."""

    first: int
    end: int
    label: Label | None


class Mark(Enum):
    """What a line says about sensitive material; ``FAULTY`` is meant to and says it in no known form."""

    OPENS = 1
    CLOSES = 2
    FAULTY = 3


def mark_of(line: str) -> Mark | None:
    """The mark that a line is; None for ordinary text.

    >>> mark_of("::: sensitive kind=insult degree=mild form=text"), mark_of("- ::: sensitive"), mark_of("At 10:00")
    (<Mark.OPENS: 1>, <Mark.FAULTY: 3>, None)
    """
    if _OPEN.match(line):
        return Mark.OPENS
    if _CLOSE.match(line):
        return Mark.CLOSES
    if not _COLONS.search(line):
        return None
    bare = _CODE_SPAN.sub("", line)
    return Mark.FAULTY if _AT_START.match(bare) or _ANYWHERE.search(bare) else None


def stretches(lines: Sequence[str], tokens: Sequence[Token]) -> Iterator[Stretch]:
    """Cut lines into plain and sensitive runs, in doubt into sensitive ones.

    A faulty mark covers what follows as well, and a block inside another one needs an end of its own.
    """
    fenced = fenced_lines(lines, tokens)
    start, depth, label = 0, 0, _UNKNOWN
    for number, line in enumerate(lines):
        mark = None if number in fenced else mark_of(line)
        if mark is Mark.CLOSES and depth:
            depth -= 1
            if depth == 0:
                yield Stretch(start, number, label)
                start = number + 1
        elif mark in {Mark.OPENS, Mark.FAULTY}:
            if depth == 0:
                if number > start:
                    yield Stretch(start, number, None)
                start = number + 1 if mark is Mark.OPENS else number
                label = label_from(line) or _UNKNOWN
            depth += 1
    if depth or start < len(lines):
        yield Stretch(start, len(lines), label if depth else None)


def label_from(line: str) -> Label | None:
    """The label that the mark on a line gives; None when an attribute is missing or unknown."""
    match = _OPEN.match(line)
    found = dict(_ATTRIBUTE.findall(match[1] or "")) if match else {}
    if not _KIND.match(found.get("kind", "")):
        return None
    try:
        return Label(found["kind"], Degree(found["degree"]), Form(found["form"]))
    except (KeyError, ValueError):
        return None


_UNKNOWN = Label("unknown", Degree.STRONG, Form.TEXT)
"""A block with a faulty label stays covered: in doubt the stronger word."""


def sensitive_findings(
    lines: Sequence[str], tokens: Sequence[Token], headings: Collection[int], elsewhere: Set[int], body_line: int
) -> list[Finding]:
    """Faults of the sensitive blocks of a file, each at its line.

    ``headings`` are the lines where a section starts: a block stands in one section. ``elsewhere`` are lines that are
    no text of a section, so that no mark may stand there.
    """
    fenced = fenced_lines(lines, tokens)
    found: list[Finding] = []
    opened: int | None = None
    inside: list[int] = []

    def fault(code: str, number: int) -> None:
        found.append(Finding(Level.ERROR, code, body_line + number + 1, 1))

    for number, line in enumerate(lines):
        if number in headings and opened is not None:
            inside.append(number)
        mark = None if number in fenced else mark_of(line)
        if mark is Mark.FAULTY or (mark is not None and number in elsewhere):
            fault("bad-sensitive-mark", number)
        elif mark is Mark.OPENS:
            if label_from(line) is None:
                fault("bad-sensitive-label", number)
            if opened is not None:  # in the same section a block inside a block, else one whose end was forgotten
                fault("sensitive-not-closed", opened)
            opened, inside = number, []
        elif mark is Mark.CLOSES:
            if opened is None:
                fault("sensitive-not-opened", number)
            elif inside:
                fault("sensitive-not-closed", opened)
                for heading in inside:
                    fault("heading-in-sensitive", heading)
            opened, inside = None, []
    if opened is not None:
        fault("sensitive-not-closed", opened)
    return sorted(found, key=lambda finding: finding.line or 0)


def fenced_lines(lines: Sequence[str], tokens: Sequence[Token]) -> set[int]:
    """The lines of fenced code blocks. One that is never closed is a slip of the hand and hides no mark."""
    found: set[int] = set()
    for fence in _fences(tokens):
        if _is_closed(fence, lines):
            found.update(range(*fence.map))  # type: ignore[misc]
    return found


def open_fences(lines: Sequence[str], tokens: Sequence[Token]) -> list[int]:
    """The lines where a fenced code block begins that is never closed: all below it is code, headings too."""
    return [fence.map[0] for fence in _fences(tokens) if not _is_closed(fence, lines)]  # type: ignore[index]


def _fences(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.type == "fence" and token.map]


def _is_closed(fence: Token, lines: Sequence[str]) -> bool:
    first, end = fence.map or (0, 0)
    closing = _FENCE_END.match(lines[min(end, len(lines)) - 1])
    return closing is not None and end - first > 1 and closing[1].startswith(fence.markup)
