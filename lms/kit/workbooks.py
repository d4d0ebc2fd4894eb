"""Reads the rows of a spreadsheet workbook (XLSX, ISO/IEC 29500) with the standard library alone.

A workbook comes from outside, so nothing of it is trusted: no document type is read, no link is followed, nothing is
written, formulas give the value that was last worked out, and what is unpacked is limited.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.parsers import expat

MAGIC = b"PK\x03\x04"
MOST_MEMBERS = 2000
MOST_UNPACKED = 100_000_000
"""Bytes, of all parts that are read together."""
MOST_COLUMNS = 200
_CHUNK = 1 << 16
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_NOT_SHOWN = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|_.")
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""The built-in number formats that show a date or a time, those of East Asian editions too."""
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - a date in a cell has no zone

Attributes = dict[str, str]


class NotAWorkbook(ValueError):
    """The bytes are no workbook that can be read; ``code`` says why."""

    def __init__(self, code: str = "not-a-workbook") -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its number in the sheet and its cells as text, none at the end of them empty."""

    number: int
    cells: tuple[str, ...]


def is_workbook(content: bytes) -> bool:
    """Whether bytes look like a workbook: they are a ZIP archive."""
    return content.startswith(MAGIC)


def read_workbook(content: bytes, *, most_rows: int) -> list[SheetRow]:
    """The rows with any content of the first sheet that is shown, at most ``most_rows`` and one more.

    Dates come as ``2026-11-16`` or ``2026-11-16 09:30:00``, whole numbers without a point, truth as TRUE and FALSE.
    Raises ``NotAWorkbook`` for all that is none, and for one that is too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Workbook(archive).rows(most_rows)
    except NotAWorkbook:
        raise
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError) as error:
        raise NotAWorkbook from error
    except (KeyError, ValueError, IndexError, OverflowError, NotImplementedError, RuntimeError) as error:
        raise NotAWorkbook from error


class _Full(Exception):
    """As many rows were read as were asked for."""


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        if len(archive.infolist()) > MOST_MEMBERS:
            raise NotAWorkbook("workbook-too-large")
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        self._left = MOST_UNPACKED

    def rows(self, most: int) -> list[SheetRow]:
        book = self._target_of("", "officeDocument") or "xl/workbook.xml"
        sheets: list[Attributes] = []
        is_1904 = False

        def start(tag: str, found: Attributes) -> None:
            nonlocal is_1904
            if tag == "workbookPr":
                is_1904 = found.get("date1904", "") in {"1", "true"}
            elif tag == "sheet":
                sheets.append(found)

        self._parse(book, start)
        if not sheets:
            raise NotAWorkbook
        shown = next((sheet for sheet in sheets if sheet.get("state", "visible") == "visible"), sheets[0])
        links = dict(self._links(book))
        link = next(value for name, value in shown.items() if name.rpartition(":")[2] == "id" and ":" in name)
        kinds = {kind.rpartition("/")[2]: target for kind, target in links.values()}
        strings = self._strings(kinds["sharedStrings"]) if "sharedStrings" in kinds else []
        dates = self._date_styles(kinds["styles"]) if "styles" in kinds else frozenset()
        reader = _SheetReader(strings, dates, _EPOCHS[is_1904], most)
        with suppress(_Full):
            self._parse(links[link][1], reader.start, reader.end, reader.text)
        return reader.rows

    def _target_of(self, part: str, kind: str) -> str | None:
        return next((target for found, target in dict(self._links(part)).values() if found.endswith(f"/{kind}")), None)

    def _links(self, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """What a part points at, by the id of the link: the kind and the part."""
        folder, name = posixpath.split(part)
        links = posixpath.join(folder, "_rels", f"{name}.rels")
        if links.lower() not in self._names:
            return
        found: list[Attributes] = []
        self._parse(links, lambda tag, attributes: found.append(attributes) if tag == "Relationship" else None)
        for link in found:
            if link.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, link["Target"])).lstrip("/")
                yield link["Id"], (link["Type"], target)

    def _strings(self, part: str) -> list[str]:
        """The shared strings, without the readings (furigana) that stand beside them."""
        found: list[str] = []
        reader = _TextReader("si", found.append)
        self._parse(part, reader.start, reader.end, reader.text)
        return found

    def _date_styles(self, part: str) -> frozenset[int]:
        """The styles of cells that show a date."""
        formats: set[int] = set(_DATE_FORMATS)
        styles: list[int] = []
        is_cell = False

        def start(tag: str, found: Attributes) -> None:
            nonlocal is_cell
            if tag == "numFmt" and re.search("[ymdhsYMDHS]", _NOT_SHOWN.sub("", found.get("formatCode", ""))):
                formats.add(int(found["numFmtId"]))
            elif tag == "cellXfs":
                is_cell = True
            elif tag == "xf" and is_cell:
                styles.append(int(found.get("numFmtId", 0)))

        def end(tag: str) -> None:
            nonlocal is_cell
            is_cell = is_cell and tag != "cellXfs"

        self._parse(part, start, end)
        return frozenset(place for place, style in enumerate(styles) if style in formats)

    def _parse(
        self,
        part: str,
        start: Callable[[str, Attributes], object],
        end: Callable[[str], object] | None = None,
        text: Callable[[str], object] | None = None,
    ) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = lambda tag, found: start(tag.rpartition(":")[2], found)
        parser.EndElementHandler = (lambda tag: end(tag.rpartition(":")[2])) if end else None
        parser.CharacterDataHandler = text
        with self._archive.open(self._names[part.lower()]) as stream:
            while chunk := stream.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise NotAWorkbook("workbook-too-large")
                parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _refuse(*_declared: object) -> None:
    raise NotAWorkbook


class _TextReader:
    """Collects the text of elements; what lies in ``rPh`` is a reading and is left out."""

    def __init__(self, element: str, take: Callable[[str], object]) -> None:
        self._element, self._take = element, take
        self._parts: list[str] = []
        self._is_text = self._is_reading = False

    def start(self, tag: str, _found: Attributes) -> None:
        if tag == self._element:
            self._parts = []
        self._is_reading = self._is_reading or tag == "rPh"
        self._is_text = tag == "t" and not self._is_reading

    def end(self, tag: str) -> None:
        self._is_text = False
        if tag == "rPh":
            self._is_reading = False
        elif tag == self._element:
            self._take("".join(self._parts))

    def text(self, text: str) -> None:
        if self._is_text:
            self._parts.append(text)


@dataclass
class _SheetReader:
    strings: list[str]
    dates: frozenset[int]
    epoch: datetime
    most: int
    rows: list[SheetRow] = field(default_factory=list)
    _number: int = 0
    _cells: dict[int, str] = field(default_factory=dict)
    _place: int = -1
    _cell: Attributes = field(default_factory=dict)
    _parts: list[str] = field(default_factory=list)
    _is_value: bool = False
    _is_reading: bool = False

    def start(self, tag: str, found: Attributes) -> None:
        if tag == "row":
            self._number = int(found.get("r", self._number + 1))
            self._cells, self._place = {}, -1
        elif tag == "c":
            placed = _CELL.fullmatch(found.get("r", ""))
            self._place = _column(placed[1]) if placed else self._place + 1
            self._cell, self._parts = found, []
        elif tag == "rPh":
            self._is_reading = True
        self._is_value = tag in {"v", "t"} and not self._is_reading

    def text(self, text: str) -> None:
        if self._is_value:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        self._is_value = False
        if tag == "rPh":
            self._is_reading = False
        elif tag == "c" and self._parts and self._place < MOST_COLUMNS:
            self._cells[self._place] = self._told("".join(self._parts))
        elif tag == "row" and any(cell.strip() for cell in self._cells.values()):
            width = max(place for place, cell in self._cells.items() if cell.strip()) + 1
            self.rows.append(SheetRow(self._number, tuple(self._cells.get(place, "") for place in range(width))))
            if len(self.rows) > self.most:
                raise _Full

    def _told(self, text: str) -> str:
        kind = self._cell.get("t", "n")
        if kind == "s":
            return self.strings[int(text)]
        if kind == "b":
            return "TRUE" if text.strip() == "1" else "FALSE"
        if kind != "n":
            return text
        number = float(text)
        if int(self._cell.get("s", 0)) in self.dates and number >= 1:
            moment = self.epoch + timedelta(seconds=round(number * 86_400))
            return moment.strftime("%Y-%m-%d" if number.is_integer() else "%Y-%m-%d %H:%M:%S")
        return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else text


def _column(letters: str) -> int:
    """The place of a column from 0 by its letters.

    >>> _column("A"), _column("AB")
    (0, 27)
    """
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
