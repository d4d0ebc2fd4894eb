"""A report as one value. Screen, PDF, workbook and CSV are made of it and of nothing else, so their numbers are equal.

A document is built in one language; ``in_both`` lays the same document in two languages over each other. Texts then say
both, and numbers must be the same in either, or it is no document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from lms.kit.tables import Column, Spoken, Table, Text


class Look(StrEnum):
    """How a table is shown where people read it; in files of data every table looks alike."""

    TABLE = "table"
    KEY_FIGURES = "key-figures"
    """Rows are: label, figure, n, low and high end of its 95 % interval, what else is said."""
    BARS = "bars"
    """Rows are: label, share, n, low, high; the share is drawn as well."""
    BANDS = "bands"
    """Rows are: lowest and highest percent of a band, share. ``cut`` is drawn as a line."""
    HEAT = "heat"
    """Rows are: number, section, shares. Each share is shaded, and marked under ``cut``; the last is of all."""
    TREND = "trend"
    """Rows are: label, n, share, low, high, the oldest first; the share is drawn as a line."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a table that people read in pieces is called as a whole, and what tells its pieces apart: head and cell."""

    title: Text
    head: Text
    cell: Text


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the report. ``name`` is its name among files of data; ``is_printed`` is false where only they have it.

    Tables of one name are pieces of one table there, each led by the cell of its ``group``.
    """

    name: str
    table: Table
    look: Look = Look.TABLE
    notes: tuple[Text, ...] = ()
    cut: int | None = None
    group: Group | None = None
    is_printed: bool = True


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a part; other places of the document lead to its ``anchor``."""

    text: Text
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``is_note`` makes it small."""

    text: Text
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Numbered sentences: what stands out, and what to make of it."""

    points: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Words with their meaning."""

    terms: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Text of a policy section, word for word: what it is called, and for each language its HTML, which a core of the
    policies has cleaned.
    """

    title: Text
    texts: tuple[tuple[str, tuple[Any, ...]], ...]


Block = Grid | Heading | Paragraph | Points | Terms | Quote


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading of the report. ``code`` is the name by which it is chosen or left out."""

    code: str
    title: Text
    blocks: tuple[Block, ...]
    is_kept_together: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A report. ``facts`` of its first page are (label, lines); ``comment`` is what whoever asked for it has written.

    ``watermark`` stands behind every page of a document with names.
    """

    kind: Text
    title: Text
    languages: tuple[str, ...]
    facts: tuple[tuple[Text, tuple[Text, ...]], ...]
    parts: tuple[Part, ...]
    made_at: datetime
    comment: str = ""
    watermark: Text = ""

    @property
    def grids(self) -> Iterator[Grid]:
        """Every table, in the order of the document."""
        for part in self.parts:
            yield from (block for block in part.blocks if isinstance(block, Grid))

    @property
    def files(self) -> dict[str, Table]:
        """What files of data have, by name: every table, and those that are read in pieces as one."""
        found: dict[str, Table] = {}
        for grid in self.grids:
            table = grid.table
            if grid.group is not None:
                rows = tuple((grid.group.cell, *row) for row in table.rows)
                table = Table(grid.group.title, (Column(grid.group.head), *table.columns), rows)
            before = found.get(grid.name)
            found[grid.name] = replace(before, rows=before.rows + table.rows) if before is not None else table
        return found

    def only(self, codes: frozenset[str]) -> Document:
        """The document with these parts."""
        return replace(self, parts=tuple(part for part in self.parts if part.code in codes))


class Unequal(ValueError):
    """Two documents that should say the same in two languages do not."""


def in_both(first: Document, second: Document) -> Document:
    """The same document in two languages as one; raises ``Unequal`` when they differ in more than their words."""
    languages = first.languages[0], second.languages[0]
    both: Document = _both(first, replace(second, languages=first.languages), languages)
    return replace(both, languages=languages)


def _both(first: Any, second: Any, languages: tuple[str, str]) -> Any:
    if first == second:
        return first
    if isinstance(first, str | Spoken) and isinstance(second, str | Spoken):
        return _spoken(first, second, languages)
    if isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second):
        return tuple(_both(one, other, languages) for one, other in zip(first, second, strict=True))
    if type(first) is type(second) and is_dataclass(first) and not isinstance(first, type):
        names = [one.name for one in fields(first)]
        changed = {name: _both(getattr(first, name), getattr(second, name), languages) for name in names}
        return replace(first, **changed)
    raise Unequal(f"{first!r} and {second!r}")


def _spoken(first: Text, second: Text, languages: tuple[str, str]) -> Spoken:
    texts: dict[tuple[str, str], None] = {}
    for text, language in zip((first, second), languages, strict=True):
        texts |= dict.fromkeys(text.texts if isinstance(text, Spoken) else [(language, text)])
    marked = any(isinstance(text, Spoken) and text.is_marked for text in (first, second))
    return Spoken(tuple(texts), is_marked=marked)
