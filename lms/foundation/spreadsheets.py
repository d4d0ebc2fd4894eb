"""The only door to spreadsheets: tables in, bytes out. The same tables give the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter

from lms.kit.tables import Kind, Table, disarmed

CSV_TYPE = "text/csv; charset=utf-8"
_NUMBER_FORMATS = {Kind.TEXT: "@", Kind.COUNT: "0", Kind.SHARE: "0.0%", Kind.FIGURE: "0.00"}
_WIDTHS = {Kind.TEXT: 28, Kind.COUNT: 8, Kind.SHARE: 12, Kind.FIGURE: 14}
_LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def as_csv(table: Table) -> bytes:
    """The table as CSV with a byte order mark, so that spreadsheets read Japanese; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.head for column in table.columns])
    writer.writerows([[disarmed(cell) for cell in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(tables: Sequence[Table], *, made_at: datetime) -> bytes:
    """A workbook with one sheet for each table: heads frozen, filters on, numbers as numbers.

    ``made_at`` is what the workbook says of its making.
    """
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(content, options)
    workbook.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    formats = {
        kind: workbook.add_format({"num_format": form, "valign": "top"}) for kind, form in _NUMBER_FORMATS.items()
    }
    for table in tables:
        sheet = workbook.add_worksheet(table.title.translate(_NOT_IN_SHEET_NAMES)[:_LONGEST_SHEET_NAME])
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, _WIDTHS[column.kind], formats[column.kind])
            sheet.write_string(0, place, column.head, bold)
        for number, row in enumerate(table.rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write_number(number, place, cell)
    workbook.close()
    return content.getvalue()
