"""The file of a queue tool as a header and rows with their lines, from CSV or XLSX; and so kept while it is a draft."""

from __future__ import annotations

import json
from typing import Protocol

from lms.analysis.core.sheets import Notes, Row, Sheet, read_sheet, sheet_of
from lms.kit.workbooks import NotAWorkbook, SheetRow

MOST_ROWS = 20_000
MOST_LETTERS = 8_000_000
"""Of all cells together: more is no list of decisions."""
_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


class RowsOf(Protocol):
    """Reads the rows of a workbook; raises ``NotAWorkbook`` when it cannot."""

    def __call__(self, content: bytes, *, most_rows: int) -> list[SheetRow]: ...


def read(content: bytes, notes: Notes, rows_of: RowsOf) -> Sheet | None:
    """The rows of a file; None when it cannot be made out, which ``notes`` then say. ``rows_of`` reads workbooks."""
    if content.startswith(_OLD_WORKBOOK):
        notes.error("old-workbook")
        return None
    sheet = _of_workbook(content, notes, rows_of) if content.startswith(_WORKBOOK) else read_sheet(content, notes)
    if sheet is None:
        return None
    if not sheet.rows:
        notes.error("no-rows")
    elif len(sheet.rows) > MOST_ROWS or sum(len(cell) for row in sheet.rows for cell in row.cells) > MOST_LETTERS:
        notes.error("too-many-rows", most=MOST_ROWS)
    else:
        return sheet
    return None


def _of_workbook(content: bytes, notes: Notes, rows_of: RowsOf) -> Sheet | None:
    try:
        rows = rows_of(content, most_rows=MOST_ROWS + 1)
    except NotAWorkbook as problem:
        notes.error(problem.code)
        return None
    width = len(rows[0].cells) if rows else 0
    padded = [Row(row.number, tuple(map(str.strip, row.cells)) + ("",) * (width - len(row.cells))) for row in rows]
    return sheet_of(padded, notes)


def packed(sheet: Sheet) -> str:
    """The sheet as one text."""
    rows = [[row.line, *row.cells] for row in sheet.rows]
    return json.dumps([sheet.line, sheet.header, rows], ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str) -> Sheet:
    """The sheet that was packed.

    >>> sheet = Sheet(1, ("a", "b"), (Row(2, ("1", "2")),))
    >>> unpacked(packed(sheet)) == sheet
    True
    """
    line, header, rows = json.loads(text)
    return Sheet(line, tuple(header), tuple(Row(row[0], tuple(row[1:])) for row in rows))
