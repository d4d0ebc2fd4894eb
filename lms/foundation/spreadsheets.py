"""The only door to spreadsheets: tables in, bytes out, and back. The same tables give the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from lms.kit.tables import Cell, Figure, Kind, Plain, Table, disarmed, plain
from lms.kit.workbooks import NotAWorkbook, SheetRow

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP_TYPE = "application/zip"
_NUMBER_FORMATS = {
    Kind.TEXT: "@",
    Kind.COUNT: "0",
    Kind.SHARE: "0.0%",
    Kind.RATIO: "0.0%",
    Kind.FIGURE: "0.00",
    Kind.POINTS: "+0.0;-0.0;0.0",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
_WIDTHS = {Kind.TEXT: 28, Kind.COUNT: 8, Kind.SHARE: 12, Kind.RATIO: 12, Kind.DAY: 12, Kind.MOMENT: 17}
_WIDTH = 14
_LONGEST_SHEET_NAME = 31

MOST_MEMBERS = 2000
MOST_UNPACKED = 100_000_000
"""Bytes of all parts of a workbook from outside, as it says itself; the reader takes no more of a part than that."""

_EXACT = 2**53  # up to here every whole number has a float of its own

_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_STYLE = "Table Style Light 15"


def as_csv(table: Table) -> bytes:
    """The table as CSV with a byte order mark, so that spreadsheets read Japanese; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([disarmed(name) for name in table.names])
    writer.writerows([[disarmed(_written(cell)) for cell in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> Plain:
    found = plain(cell)
    if isinstance(found, datetime):
        return found.isoformat(" ", "minutes")
    return found.isoformat() if isinstance(found, date) else found


def as_zip(files: Mapping[str, bytes], *, made_at: datetime) -> bytes:
    """Files by name in one archive; ``made_at`` is what it says of their making, in UTC."""
    content = io.BytesIO()
    moment = made_at.astimezone(UTC)
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file)
    return content.getvalue()


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
    names: list[str] = []
    for table in tables:
        names.append(_sheet_name(str(table.title), names))
        _fill(workbook.add_worksheet(names[-1]), table, bold, formats)
    workbook.close()
    return content.getvalue()


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """A title as a sheet may be called, and as no sheet before it is."""
    cleaned = title.translate(_NOT_IN_SHEET_NAMES).strip("' ") or "1"
    name, number = cleaned[:_LONGEST_SHEET_NAME], 2
    while name.casefold() in {one.casefold() for one in taken}:
        ending = f" {number}"
        name, number = cleaned[: _LONGEST_SHEET_NAME - len(ending)] + ending, number + 1
    return name


def _fill(sheet: Worksheet, table: Table, bold: Format, formats: Mapping[Kind, Format]) -> None:
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, _WIDTH), formats[column.kind])
    if table.rows:  # a table of Excel has at least one row
        heads = [{"header": name, "header_format": bold} for name in table.names]
        settings = {"columns": heads, "style": _STYLE, "autofilter": True}
        sheet.add_table(0, 0, len(table.rows), len(table.columns) - 1, settings)
    else:
        for place, name in enumerate(table.names):
            sheet.write_string(0, place, name, bold)
    for number, row in enumerate(table.rows, start=1):
        for place, cell in enumerate(row):
            kind = cell.kind if isinstance(cell, Figure) else table.columns[place].kind
            _write(sheet, number, place, plain(cell), formats[kind])


def _write(sheet: Worksheet, row: int, place: int, cell: Plain, form: Format) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, form)
    elif cell is not None:
        sheet.write_number(row, place, cell, form)


def read_workbook(content: bytes, *, most_rows: int) -> list[SheetRow]:
    """The rows with any content of the first sheet that is shown, at most ``most_rows`` and one more.

    Dates come as ``2026-11-16`` or ``2026-11-16 09:30:00``, whole numbers without a point, truth as TRUE and FALSE, and
    formulas as what they gave last. Raises ``NotAWorkbook`` for all that is none, and for one that is too large.
    """
    _refuse_large(content)
    try:
        with load_workbook(io.BytesIO(content)) as workbook:
            sheet = workbook.get_sheet_by_name(_shown(workbook))
            first, left = sheet.start or (0, 0)  # reading begins where the first cell with content may stand
            cells = ((n, ("",) * left + tuple(map(_text, row))) for n, row in enumerate(sheet.iter_rows(), first + 1))
            return list(islice((SheetRow(n, _trimmed(row)) for n, row in cells if any(row)), most_rows + 1))
    except (CalamineError, OverflowError, ValueError) as error:
        raise NotAWorkbook from error


def _refuse_large(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise NotAWorkbook from error
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise NotAWorkbook("workbook-too-large")


def _shown(workbook: CalamineWorkbook) -> str:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if not sheets:
        raise NotAWorkbook
    return next((sheet for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible), sheets[0]).name


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return str(cell)


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    used = max(place for place, cell in enumerate(cells, start=1) if cell)
    return cells[:used]
