"""Reads a report back from each of its forms and compares every number, with formats of its own."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import pypdfium2  # type: ignore[import-untyped]
from flask import Flask, render_template_string
from pypdf import PdfReader

from lms.foundation.locale import speaking
from lms.kit.tables import Figure, Kind
from lms.reports import rendering
from lms.reports.core.document import Document, Grid, Look

SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
Read = str | float | None
DRAWING = "\0"
TABLES = {Look.TABLE, Look.HEAT, Look.BARS, Look.TREND}


def sheets_of(content: bytes) -> list[list[list[Read]]]:
    """The cells of each sheet, row by row: numbers as numbers, text as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        shared = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))  # noqa: S314 - our own file
        words = ["".join(one.itertext()) for one in shared]
        names = sorted(
            (name for name in file.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
            key=lambda name: int(re.findall(r"\d+", name)[0]),
        )
        return [_rows(ElementTree.fromstring(file.read(name)), words) for name in names]  # noqa: S314 - our own file


def _rows(sheet: ElementTree.Element, words: list[str]) -> list[list[Read]]:
    found = []
    for row in sheet.iter(f"{SPREADSHEET}row"):
        cells: list[Read] = []
        for cell in row.iter(f"{SPREADSHEET}c"):
            letters = re.match(r"[A-Z]+", cell.attrib["r"])
            assert letters is not None
            place = 0
            for letter in letters[0]:
                place = place * 26 + ord(letter) - 64
            cells += [None] * (place - 1 - len(cells))
            value = cell.find(f"{SPREADSHEET}v")
            text = None if value is None else value.text
            cells.append(None if text is None else words[int(text)] if cell.get("t") == "s" else float(text))
        found.append(cells)
    return found


def csv_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "the mark by which spreadsheets read Japanese"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@dataclass
class Tables(HTMLParser):
    """The tables of a page as rows of texts."""

    found: list[list[list[str]]] = field(default_factory=list)
    depth: int = 0
    hidden: int = 0
    is_unseen: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"svg", "caption"}:
            self.hidden += 1
            if tag == "svg" and self.depth:
                self.found[-1][-1][-1] += DRAWING
        elif tag == "span" and ("class", "vh") in attrs:
            self.is_unseen = True
            self.found[-1][-1][-1] += DRAWING
        elif tag == "table":
            self.found.append([])
        elif tag == "tr" and self.found:
            self.found[-1].append([])
        elif tag in {"td", "th"} and self.found and self.found[-1]:
            self.found[-1][-1].append("")
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"svg", "caption"}:
            self.hidden -= 1
        elif tag == "span":
            self.is_unseen = False
        elif tag in {"td", "th"}:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth and not self.hidden and not self.is_unseen:
            self.found[-1][-1][-1] += data


def shown(value: Read | date, kind: Kind) -> str:
    """How a number of this kind is read, written anew."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    assert isinstance(value, float)
    if kind is Kind.SHARE:
        return f"{math.floor(value * 100 + 1e-9)}%"
    if kind in {Kind.RATIO, Kind.FIGURE}:
        return f"{round(value + 0.0, 2):.2f}".replace("-", "−")
    if kind is Kind.POINTS:
        return f"{'+' if value >= 0 else '−'}{abs(value):.1f}"
    if kind in {Kind.DAY, Kind.MOMENT}:
        moment = EPOCH + timedelta(days=value)
        return (moment + timedelta(seconds=30)).strftime("%Y-%m-%d" if kind is Kind.DAY else "%Y-%m-%d %H:%M")
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def dense(text: str) -> str:
    return re.sub(r"\s+", "", text)


def number_of(text: str) -> Read:
    try:
        return float(text)
    except ValueError:
        return text or None


def assert_equal_everywhere(app: Flask, document: Document, source: str, pdf: bytes) -> int:
    """That workbook, CSV, attachments, screen, print and PDF say the same; how many numbers were compared."""
    sheets = sheets_of(rendering.as_xlsx(document))
    files = rendering.csv_files(document)
    inside = PdfReader(io.BytesIO(pdf)).attachments
    assert {name: [content] for name, content in files.items()} == dict(inside)
    assert len(sheets) == len(files) == len(document.files)
    compared = 0
    for (name, table), sheet in zip(document.files.items(), sheets, strict=True):
        rows = csv_of(files[f"{name}.csv"])
        assert rows[0] == sheet[0] == table.names
        for read, written in zip(rows[1:], sheet[1:], strict=True):
            written += [None] * (len(read) - len(written))
            for column, one, other in zip(table.columns, read, written, strict=True):
                if isinstance(other, float) and column.kind not in {Kind.DAY, Kind.MOMENT}:
                    read_number = number_of(one)
                    assert isinstance(read_number, float), (name, one)
                    assert math.isclose(read_number, other, rel_tol=1e-12), (name, one, other)
                    compared += 1
                elif isinstance(other, str):
                    assert one.removeprefix("'") == other.removeprefix("'")
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return compared + _read_by_people(document, sheets, (_screen(app, document), source), dense("".join(pages)))


def _read_by_people(
    document: Document, sheets: list[list[list[Read]]], sources: tuple[str, str], extracted: str
) -> int:
    tables = [_tables(source) for source in sources]
    assert tables[0] == tables[1], "screen and print"
    left = iter(tables[0])
    seen = dict.fromkeys(document.files, 1)
    compared = 0
    for grid in document.grids:
        first = seen[grid.name]
        seen[grid.name] += len(grid.table.rows)
        if not grid.is_printed:
            continue
        sheet = sheets[list(document.files).index(grid.name)][first : seen[grid.name]]
        lead = 0 if grid.group is None else 1
        rows = [(row + [None] * len(grid.table.columns))[lead : lead + len(grid.table.columns)] for row in sheet]
        if grid.look in TABLES:
            compared += _compare(grid, rows, next(left), extracted)
        else:
            compared += _compare_drawn(grid, rows, [dense(source) for source in sources] + [extracted])
    assert next(left, None) is None, "a table that no other form has"
    return compared


def _tables(source: str) -> list[list[list[str]]]:
    reader = Tables()
    reader.feed(source.split("</header>", 1)[-1])
    figures = len(re.findall(r'<table class="kf"', source))
    return reader.found[figures:]


def _compare(grid: Grid, rows: list[list[Read]], table: list[list[str]], extracted: str) -> int:
    """The numbers of a table as people read it against those of the workbook, cell by cell; and each row in the PDF."""
    compared = 0
    body = table if grid.look is Look.BARS else table[1:]
    assert len(body) == len(rows), grid.name
    for values, row, read in zip(grid.table.rows, rows, body, strict=True):
        for piece in dense("".join(read)).split(DRAWING):
            assert piece in extracted, (grid.name, piece)
        cells = [
            dense(shown(cell, original.kind if isinstance(original, Figure) else column.kind))
            for column, cell, original in zip(grid.table.columns, row, values, strict=True)
            if column.is_printed and isinstance(cell, float)
        ]
        if grid.look is Look.BARS:
            cells = cells[:1] + [f"n={cell}" for cell in cells[1:2]]
            assert all(cell in dense("".join(read)) for cell in cells), (grid.name, cells, read)
        else:
            texts = [dense(text).replace(DRAWING, "").replace("▼", "") for text in read]
            wanted = [cell.removesuffix("%") if grid.look is Look.HEAT else cell for cell in cells]
            assert [text for text in texts if text in wanted or text in cells] or not wanted
            for cell in wanted:
                assert cell in texts, (grid.name, cell, texts)
                texts.remove(cell)
        compared += len(cells)
    return compared


def _compare_drawn(grid: Grid, rows: list[list[Read]], places: list[str]) -> int:
    compared = 0
    for values, row in zip(grid.table.rows, rows, strict=True):
        figure = values[1] if grid.look is Look.KEY_FIGURES else None
        kind = figure.kind if isinstance(figure, Figure) else Kind.FIGURE if figure is not None else Kind.SHARE
        cell = row[1] if grid.look is Look.KEY_FIGURES else row[2]
        if isinstance(cell, float) and cell:
            assert all(shown(cell, kind) in place for place in places), (grid.name, cell)
            compared += 1
    return compared


def _screen(app: Flask, document: Document) -> str:
    with app.test_request_context(), speaking(document.languages[0]):
        return render_template_string(
            '{% import "reports/_blocks.html" as blocks with context %}'
            "{% for part in document.parts %}{{ blocks.part(part) }}{% endfor %}",
            **rendering.tools(document, is_print=False),
        )
