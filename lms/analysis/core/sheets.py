"""One CSV file as a header and rows with their line numbers, whatever its encoding, separator and line ends.

What is wrong is noted with line and column (both from 1; a column is a field, as a spreadsheet counts it).
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lms.kit.findings import Finding, Level, has_errors

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_SHOWN = 40  # so many letters of a value are repeated in a finding


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line it starts on, and as many stripped cells as the header has."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header of different names, none of them empty but over columns without content; and the rows that fit it.

    ``line`` is where the header stands.
    """

    line: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def place(self, name: str) -> int | None:
        """The place of a column, from 0."""
        return self.header.index(name) if name in self.header else None


class Notes:
    """Collects the findings about one file; its name stands in the facts of each."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def add(self, level: Level, code: str, line: int | None = None, column: int | None = None, **facts: Any) -> None:
        """Note something; long texts among the facts are cut."""
        short = {name: fact[:_SHOWN] if isinstance(fact, str) else fact for name, fact in facts.items()}
        self.findings.append(Finding(level, code, line, column, {"file": self.file, **short}))

    def in_order(self) -> list[Finding]:
        """The findings from the top of the file to its end; those about all of it come first."""
        return sorted(self.findings, key=lambda finding: (finding.line or 0, finding.column or 0))

    def error(self, code: str, line: int | None = None, column: int | None = None, **facts: Any) -> None:
        """Note an error."""
        self.add(Level.ERROR, code, line, column, **facts)


def decoded(raw: bytes) -> tuple[str, str] | None:
    """The text and its encoding: UTF-16 when marked so, else UTF-8 with or without mark, else CP932; None if no text.

    >>> decoded("氏名".encode("cp932"))
    ('氏名', 'cp932')
    """
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp932"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else (text, encoding)
    return None


def number(text: str) -> float:
    """A number as people write it, in full-width digits too; NaN when it is none.

    >>> number("０．５"), number("1e2"), number("one")
    (0.5, 100.0, nan)
    """
    narrow = unicodedata.normalize("NFKC", text)
    return float(narrow) if _NUMBER.fullmatch(narrow) else math.nan


def read_sheet(raw: bytes, notes: Notes) -> Sheet | None:
    """Read a file; None when its text or its header cannot be made out, which ``notes`` then say."""
    found = decoded(raw)
    if found is None:
        notes.error("not-text")
        return None
    text, encoding = found
    if encoding == "cp932":
        notes.add(Level.INFO, "encoding-guessed", encoding=encoding)
    return sheet_of(list(_records(text, notes)), notes)


def sheet_of(records: Sequence[Row], notes: Notes) -> Sheet | None:
    """Records with a header first as a sheet; None when there is no header to go by."""
    if not records:
        if not has_errors(notes.findings):
            notes.error("empty-file")
        return None
    header = records[0].cells
    rows = tuple(row for row in (_fitted(record, len(header), notes) for record in records[1:]) if row is not None)
    if not _check_header(records[0], rows, notes):
        return None
    return Sheet(records[0].line, header, rows)


def _records(text: str, notes: Notes) -> Iterator[Row]:
    """The records with any content."""
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            cells = tuple(cell.strip() for cell in record)
            if any(cells):
                yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error:
        # What follows an unclosed quotation mark is anybody's guess, so nothing after it is read.
        notes.error("broken-record", line)


def _fitted(row: Row, width: int, notes: Notes) -> Row | None:
    surplus = any(row.cells[width:])
    if len(row.cells) < width or surplus:
        notes.error("ragged-row", row.line, expected=width, found=len(row.cells))
        return None
    return Row(row.line, row.cells[:width])


def _check_header(header: Row, rows: tuple[Row, ...], notes: Notes) -> bool:
    sound = True
    seen: dict[str, int] = {}
    for place, name in enumerate(header.cells):
        if name in seen:
            notes.error("duplicate-column", header.line, place + 1, name=name, first=seen[name])
            sound = False
        elif name:
            seen[name] = place + 1
        elif any(row.cells[place] for row in rows):
            notes.error("unnamed-column", header.line, place + 1)
            sound = False
    return sound
