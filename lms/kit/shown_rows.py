"""The rows of a page's list as text: read from the page itself, so that whoever copies them has what they see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from lms.kit.tables import disarmed
from lms.kit.text import fold_spaces

ROWS = "data-rows"
"""Marks the table, or the list, that can be copied; the first of a page counts, or the one with the name asked for."""
HEAD = "data-head"
"""In a list: names the column of which an element is the cell."""
BETWEEN = " / "
"""Stands in a cell where the page begins a new line."""
_VOID = {"br", "col", "hr", "img", "input", "wbr"}
_NEW_LINE = {"br", "dd", "div", "dt", "li", "p"}
_NEVER = {"button", "form", "svg"}
_NOT_COPIED = {"btn", "no-copy", "only-s", "vh"}
"""What only leads on, what repeats a column for narrow screens, what is said to screen readers alone."""
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*%?")


def rows_of(html: str, name: str = "") -> list[list[str]] | None:
    """The heads and the rows of the list that a page marks; None where it marks none. Empty columns are left out.

    ``name`` asks for one of several lists by the value of its mark.

    >>> rows_of('<table data-rows><tr><th>Code</th></tr><tr><td>A <b>1</b><p>new</p></td></tr></table>')
    [['Code'], ['A 1 / new']]
    >>> rows_of('<ul data-rows><li><p data-head="What">Read</p></li><li><p data-head="When">Now</p></li></ul>')
    [['What', 'When'], ['Read', ''], ['', 'Now']]
    >>> rows_of("<table></table>")
    >>> rows_of("<table data-rows></table><table data-rows=b><tr><td>B</td></tr></table>", "b")
    [['B']]
    """
    reader = _Reader(name)
    reader.feed(html)
    reader.close()
    if reader.root is None:
        return None
    rows = _of_table(reader.root) if reader.root.tag == "table" else _of_list(reader.root)
    width = max(map(len, rows), default=0)
    full = [row + [""] * (width - len(row)) for row in rows]
    filled = [place for place in range(width) if any(row[place] for row in full)]
    return [[row[place] for place in filled] for row in full]


def as_tsv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as tab-separated lines; no cell is a formula, and a number stays one.

    >>> as_tsv([["=1+1", "-2.5"], ["a\\tb", ""]])
    "'=1+1\\t-2.5\\na b\\t\\n"
    """
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def _cell(text: str) -> str:
    folded = fold_spaces(text)
    return folded if _NUMBER.fullmatch(folded) else str(disarmed(folded))


@dataclass(slots=True)
class _Element:
    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[_Element | str] = field(default_factory=list)

    @property
    def is_copied(self) -> bool:
        return self.tag not in _NEVER and not _NOT_COPIED & set((self.attributes.get("class") or "").split())

    def all(self) -> Iterator[_Element]:
        """The elements below, in the order of the page."""
        for child in self.children:
            if isinstance(child, _Element):
                yield child
                yield from child.all()

    def text(self) -> str:
        """Its text, with a line for each block."""
        edge = "\n" if self.tag in _NEW_LINE else ""
        return edge + "".join(_text(child) for child in self.children) + edge


def _text(child: _Element | str) -> str:
    if isinstance(child, str):
        return child.replace("\n", " ")
    return child.text() if child.is_copied else ""


def _joined(text: str) -> str:
    return BETWEEN.join(line for line in map(fold_spaces, text.split("\n")) if line)


def _of_table(table: _Element) -> list[list[str]]:
    rows = [[cell for cell in row.all() if cell.tag in {"td", "th"}] for row in table.all() if row.tag == "tr"]
    return [[_joined(cell.text()) for cell in row] for row in rows]


def _of_list(listed: _Element) -> list[list[str]]:
    rows = []
    for item in listed.children:
        if isinstance(item, _Element):
            cells: dict[str, str] = {}
            for part in item.all():
                if head := part.attributes.get(HEAD):
                    cells[head] = f"{cells.get(head, '')}\n{part.text()}"
            rows.append(cells)
    heads = list(dict.fromkeys(head for row in rows for head in row))
    return [heads, *([_joined(row.get(head, "")) for head in heads] for row in rows)]


class _Reader(HTMLParser):
    """Takes in the element that is marked, with all that stands in it. Our pages close what they open."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.root: _Element | None = None
        self._open: list[_Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, dict(attrs))
        if self._open:
            self._open[-1].children.append(element)
        elif self.root is None and self._is_asked_for(element):
            self.root = element
        else:
            return
        if tag not in _VOID:
            self._open.append(element)

    def _is_asked_for(self, element: _Element) -> bool:
        return ROWS in element.attributes and self._name in ("", element.attributes[ROWS])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open:
            self._open[-1].children.append(_Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].children.append(data)
