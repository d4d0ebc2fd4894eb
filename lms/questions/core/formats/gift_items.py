"""The outer shape of a GIFT file: its items with their places, before any meaning is read from them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TAGS = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])*)\]")
_TITLE = re.compile(r"::.+?(?<!\\)::")
_ESCAPES = {"n": "\n"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item: a category line, or a question as it is written, comments taken out.

    ``line`` is where it starts. ``opens`` and ``closes`` are the places of its braces in ``text`` (None without
    braces); ``unclosed`` is the line of a brace that is never closed. ``more`` are the later lines that open a brace.
    """

    text: str
    line: int
    opens: int | None = None
    closes: int | None = None
    unclosed: int | None = None
    more: tuple[int, ...] = ()
    name: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def is_category(self) -> bool:
        return self.text.startswith("$CATEGORY:")


@dataclass(slots=True)
class _Draft:
    """An item that is being read line by line; each line with its number in the file."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    depth: int = 0
    brace_line: int = 0
    openings: list[int] = field(default_factory=list)
    """The lines that open a brace."""
    blank_at: int | None = None
    """The place of the last blank line inside the open braces."""

    def ends_before(self, line: str) -> bool:
        """Whether the line is the first of another item: a category, or a title that is no text between braces."""
        if not self.lines:
            return False
        if line.startswith("$CATEGORY:"):
            return True
        if not self.depth:
            return line.startswith("::")
        return _TITLE.match(line) is not None and (self.blank_at is not None or find(line, "{") >= 0)

    def opens_again(self, line: str) -> bool:
        """Whether the line opens a brace although one is open since before a blank line: that one is never closed."""
        return self.blank_at is not None and find(line, "{") >= 0

    def add(self, line: str, number: int) -> None:
        if self.depth and not line.strip():
            self.blank_at = len(self.lines)
        self.lines.append((number, line))
        for place, character in enumerate(line):
            if character in "{}" and not is_escaped(line, place):
                if character == "{":
                    self.openings.append(number)
                    if self.depth == 0:
                        self.depth, self.brace_line = 1, number
                elif character == "}":
                    self.depth, self.blank_at = 0, None

    def cut_at_blank(self) -> list[tuple[int, str]]:
        """Give up the lines behind the last blank line: they belong to the next item."""
        place = self.blank_at or 0
        rest, self.lines = self.lines[place + 1 :], self.lines[:place]
        return rest


def items(text: str) -> list[Item]:
    """The items of a file, in order. A blank line ends an item, except between its braces."""
    found: list[Item] = []
    draft, comments = _Draft(), ""
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        stripped = line.strip()
        if stripped.startswith("//"):
            comments += stripped
            continue
        starts_anew = draft.ends_before(stripped)
        if draft.opens_again(line) and not starts_anew:
            rest = draft.cut_at_blank()
            comments, draft = _close(draft, comments, found), _Draft()
            for place, earlier in rest:
                draft.add(earlier, place)
        elif starts_anew or (not stripped and draft.depth == 0):
            comments = _close(draft, comments, found)
            draft = _Draft()
        if stripped.startswith("$CATEGORY:"):
            found.append(Item(stripped, number))
        elif stripped or draft.depth:
            draft.add(line, number)
    _close(draft, comments, found)
    return found


def is_escaped(text: str, place: int) -> bool:
    """Whether the character at ``place`` stands behind an odd number of backslashes.

    >>> is_escaped(r"a \\= b", 3), is_escaped("a = b", 2)
    (True, False)
    """
    start = place
    while start and text[start - 1] == "\\":
        start -= 1
    return (place - start) % 2 == 1


def find(text: str, characters: str, start: int = 0) -> int:
    """The first place of one of the characters that is not escaped, or -1."""
    for place in range(start, len(text)):
        if text[place] in characters and not is_escaped(text, place):
            return place
    return -1


def unescaped(text: str) -> str:
    """The text without its escapes.

    >>> unescaped(r"a \\= b \\{c\\}")
    'a = b {c}'
    """
    return re.sub(r"\\([~=#{}:n\\])", lambda match: _ESCAPES.get(match[1], match[1]), text).strip()


def _close(draft: _Draft, comments: str, found: list[Item]) -> str:
    """Finish an item; comments above an item belong to it, so they are kept until there is one."""
    if not draft.lines:
        return comments
    text = "\n".join(line for _number, line in draft.lines)
    marks = {
        kind: [unescaped(value) for of_kind, value in _TAGS.findall(comments) if of_kind == kind]
        for kind in ("id", "tag")
    }
    opens = find(text, "{")
    closes = find(text, "}", opens) if opens >= 0 else -1
    found.append(
        Item(
            text=text,
            line=draft.lines[0][0],
            opens=opens if opens >= 0 else None,
            closes=closes if closes >= 0 else None,
            unclosed=draft.brace_line if draft.depth else None,
            more=tuple(dict.fromkeys(line for line in draft.openings if line != draft.openings[0])),
            name=marks["id"][0] if marks["id"] else None,
            tags=tuple(marks["tag"]),
        )
    )
    return ""
