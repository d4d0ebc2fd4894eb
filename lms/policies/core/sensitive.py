"""Blocks of sensitive material: ``::: sensitive kind=insult degree=mild form=text`` … ``:::``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markdown_it.token import Token

from lms.kit.findings import Finding, Level

_OPEN = re.compile(r":::\s*sensitive\b(.*)\Z")
_CLOSE = re.compile(r":::\s*\Z")
_ATTRIBUTE = re.compile(r"([a-z]+)=(\S+)")
_KIND = re.compile(r"[a-z0-9-]{1,40}\Z")


class Degree(StrEnum):
    """How strong the material is."""

    MILD = "mild"
    MEDIUM = "medium"
    STRONG = "strong"


class Form(StrEnum):
    """In which form it comes."""

    TEXT = "text"
    IMAGE = "image"
    SOUND = "sound"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Label:
    """What a block says about its content before anybody sees it."""

    kind: str
    degree: Degree
    form: Form


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of lines (half open, from 0); ``label`` is set where it is sensitive."""

    first: int
    end: int
    label: Label | None
    is_closed: bool = True


def stretches(lines: Sequence[str], tokens: Sequence[Token]) -> Iterator[Stretch]:
    """Cut lines into plain and sensitive runs; what stands in code is never a mark."""
    code = _code_lines(tokens)
    start, opened, label = 0, -1, None
    for number, line in enumerate(lines):
        if number in code:
            continue
        if opened < 0 and (match := _OPEN.match(line)):
            if number > start:
                yield Stretch(start, number, None)
            opened, label = number, label_from(match[1])
        elif opened >= 0 and _CLOSE.match(line):
            yield Stretch(opened + 1, number, label or _UNKNOWN)
            start, opened = number + 1, -1
    if opened >= 0:
        yield Stretch(opened + 1, len(lines), label or _UNKNOWN, is_closed=False)
    elif start < len(lines):
        yield Stretch(start, len(lines), None)


def label_from(attributes: str) -> Label | None:
    """The label of a block's attributes; None when one is missing or unknown."""
    found = dict(_ATTRIBUTE.findall(attributes))
    if not _KIND.match(found.get("kind", "")):
        return None
    try:
        return Label(found["kind"], Degree(found["degree"]), Form(found["form"]))
    except (KeyError, ValueError):
        return None


_UNKNOWN = Label("unknown", Degree.STRONG, Form.TEXT)
"""A block with a faulty label stays covered: in doubt the stronger word."""


def sensitive_findings(lines: Sequence[str], tokens: Sequence[Token], body_line: int) -> list[Finding]:
    """Faults of the sensitive blocks of a file: an unknown label, a block that is never closed."""
    found = []
    for stretch in stretches(lines, tokens):
        line = body_line + stretch.first
        if stretch.label is _UNKNOWN:
            found.append(Finding(Level.ERROR, "bad-sensitive-label", line, 1))
        if not stretch.is_closed:
            found.append(Finding(Level.ERROR, "sensitive-not-closed", line, 1))
    return found


def _code_lines(tokens: Sequence[Token]) -> set[int]:
    blocks = (token.map for token in tokens if token.type in {"fence", "code_block", "html_block"} and token.map)
    return {number for first, end in blocks for number in range(first, end)}
