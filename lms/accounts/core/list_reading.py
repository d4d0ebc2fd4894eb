"""A list of people as it comes out of a spreadsheet: bytes or pasted text in, rows with known columns out.

The first row names the columns, in English or Japanese and in any order. Cells stay as they were typed; what they mean
is the question of ``list_checking``.
"""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from lms.kit.problems import Invalid
from lms.kit.text import letter, reading_key

MOST_ROWS = 1000
MOST_BYTES = 400_000
"""How long the rows may be together: as much as a form can send along."""
DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";"}
PASTED = "pasted"
"""The encoding of what was not read from bytes."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\uf8f0-\uf8f3\ufffe\uffff]")
"""What decoding makes of bytes that are no text."""
_MOST_CELLS = 100


class Cell(StrEnum):
    """A column of the list."""

    NAME = "name"
    READING = "reading"
    LOGIN = "login"
    LOCALE = "locale"
    ROLES = "roles"
    SITE = "site"


_HEADS: Mapping[Cell, str] = {
    Cell.NAME: "name fullname displayname 名前 氏名 姓名 お名前",
    Cell.READING: "reading furigana kana phonetic ふりがな よみ よみがな 読み 読み仮名 かな 氏名かな 氏名ふりがな "
    "名前ふりがな",
    Cell.LOGIN: "email mail emailaddress mailaddress login メール メールアドレス eメール 電子メール",
    Cell.LOCALE: "language lang locale 言語 表示言語",
    Cell.ROLES: "role roles 役割 ロール 権限",
    Cell.SITE: "site sitecode location 拠点 拠点コード 所属 所属拠点 サイト",
}
NEEDED = (Cell.NAME, Cell.LOGIN)


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row as it was typed. ``number`` counts as the spreadsheet does: the row with the heads is 1."""

    number: int
    cells: Mapping[Cell, str]
    beyond: tuple[str, ...] = ()
    """What stands behind the last column."""
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A list that could be read: its rows, how it was written, and the heads of columns that nobody asked for."""

    rows: tuple[ListRow, ...]
    columns: tuple[Cell, ...]
    encoding: str
    delimiter: str
    unused: tuple[str, ...]


def read(content: bytes) -> Reading:
    """The list in a file. Raises ``Invalid`` for whatever is no list of people; never anything else."""
    text, encoding = decoded(content)
    return read_text(text, encoding=encoding)


def read_text(text: str, *, encoding: str = PASTED) -> Reading:
    """The list in a text; raises ``Invalid`` as ``read`` does.

    >>> read_text("氏名\\tメールアドレス\\n髙橋 さくら\\tsakura@site.example").rows[0].cells[Cell.NAME]
    '髙橋 さくら'
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Invalid("list.empty")
    delimiter = _delimiter(text)
    records = [record for record in records_of(text, DELIMITERS[delimiter]) if _is_filled(record[1])]
    if not records:
        raise Invalid("list.empty")
    (_, heads), *filled = records
    places, unused = _columns(heads)
    if len(filled) > MOST_ROWS:
        raise Invalid("list.too_many_rows", count=len(filled), most=MOST_ROWS)
    if not filled:
        raise Invalid("list.no_rows")
    rows = tuple(_row(number, cells, places, len(heads)) for number, cells in filled)
    if len(packed(rows).encode("utf-8", "replace")) > MOST_BYTES:
        raise Invalid("list.too_long")
    return Reading(rows, tuple(sorted(places, key=list(Cell).index)), encoding, delimiter, unused)


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding; raises ``Invalid`` when it is none that we know.

    >>> decoded("①㈱髙﨑".encode("cp932"))
    ('①㈱髙﨑', 'cp932')
    """
    if content.startswith(_WORKBOOKS):
        raise Invalid("list.workbook")
    for encoding, name in _candidates(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text, name
    raise Invalid("list.not_text")


def _candidates(content: bytes) -> list[tuple[str, str]]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [("utf-16", "utf-16")]
    return [("utf-8-sig", "utf-8"), ("cp932", "cp932")]


def records_of(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a text with their numbers. A cell in quotes may hold delimiters, line ends and doubled quotes.

    Raises ``Invalid`` with the row where a quote is opened and never closed.

    >>> list(records_of('a,"b, ""c"" d"', ","))
    [(1, ['a', 'b, "c" d'])]
    """
    ends = re.compile(f"[{delimiter}\n]")
    place, number, cells = 0, 1, list[str]()
    while True:
        cell = ""
        if text.startswith('"', place):
            cell, place = _quoted(text, place + 1, number)
        found = ends.search(text, place)
        cells.append(cell + text[place : found.start() if found else len(text)])
        if found is None or found.group() == "\n":
            yield number, cells
            number, cells = number + 1, []
        if found is None:
            return
        place = found.end()


def _is_filled(cells: list[str]) -> bool:
    return any(map(str.strip, cells))


def _quoted(text: str, place: int, number: int) -> tuple[str, int]:
    """What stands in quotes from a place on, and the place behind it."""
    parts = []
    while True:
        end = text.find('"', place)
        if end < 0:
            raise Invalid("list.open_quote", row=number)
        parts.append(text[place:end])
        if not text.startswith('"', end + 1):
            return "".join(parts), end + 1
        parts.append('"')
        place = end + 2


def _delimiter(text: str) -> str:
    """The delimiter with which the first row names most columns; where none does, the one that it has most of."""

    def merit(name: str) -> tuple[int, int]:
        try:
            first = next((cells for _, cells in records_of(text, DELIMITERS[name]) if _is_filled(cells)), [])
        except Invalid:
            return -1, 0
        return sum(_column(head) is not None for head in first), len(first)

    return max(DELIMITERS, key=merit)


def _columns(heads: list[str]) -> tuple[dict[Cell, int], tuple[str, ...]]:
    """Which column stands where, and the heads that name none."""
    places: dict[Cell, int] = {}
    unused = []
    for place, head in enumerate(heads):
        cell = _column(head)
        if cell is None:
            unused.append(head.strip() or letter(place))
        elif cell in places:
            raise Invalid("list.column_twice", column=cell)
        else:
            places[cell] = place
    if not places:
        raise Invalid("list.no_heads")
    missing = tuple(cell for cell in NEEDED if cell not in places)
    if missing:
        raise Invalid("list.no_column", columns=missing)
    return places, tuple(unused[:_MOST_CELLS])


def _column(head: str) -> Cell | None:
    """The column that a head names; what stands in brackets behind it does not matter.

    >>> _column(" Ｅ－ｍａｉｌ * "), _column("フリガナ（必須）"), _column("備考")
    (<Cell.LOGIN: 'login'>, <Cell.READING: 'reading'>, None)
    """
    return _COLUMNS.get(_plain_head(head)) or _COLUMNS.get(_plain_head(re.sub(r"[(（\[【].*", "", head)))


def _plain_head(head: str) -> str:
    return "".join(letter for letter in reading_key(head[:200]) if letter.isalnum() or letter == "ー")


_COLUMNS = {_plain_head(head): cell for cell, heads in _HEADS.items() for head in heads.split()}


def _row(number: int, cells: list[str], places: Mapping[Cell, int], width: int) -> ListRow:
    found = {cell: cells[place] if place < len(cells) else "" for cell, place in places.items()}
    beyond = tuple(cell for cell in cells[width:] if cell.strip())
    return ListRow(number, {cell: found.get(cell, "") for cell in Cell}, beyond[:_MOST_CELLS])


def packed(rows: Iterable[ListRow]) -> str:
    """The rows as one text, which a page sends along."""
    listed = [[row.number, [row.cells[cell] for cell in Cell], list(row.beyond), row.is_left_out] for row in rows]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str) -> tuple[ListRow, ...]:
    """The rows of such a text. Raises ``Invalid`` when it is none of ours."""
    try:
        rows = [_unpacked_row(*row) for row in json.loads(text)]
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid("list.unreadable") from error
    if len({row.number for row in rows}) != len(rows) or len(rows) > MOST_ROWS:
        raise Invalid("list.unreadable")
    return tuple(rows)


def _unpacked_row(number: int, cells: list[str], beyond: list[str], is_left_out: bool) -> ListRow:
    typed = [*cells, *beyond]
    if type(number) is not int or not 0 < number < 10**7 or not all(isinstance(cell, str) for cell in typed):
        raise ValueError("no row")
    if b"\0" in "".join(typed).encode():  # halves of a character are refused by the encoding itself
        raise ValueError("no text")
    return ListRow(number, dict(zip(Cell, cells, strict=True)), tuple(beyond), bool(is_left_out))


def edited(
    rows: Iterable[ListRow], cells: Mapping[tuple[int, Cell], str], left_out: Mapping[int, bool]
) -> tuple[ListRow, ...]:
    """The rows with some cells typed anew, and some left out or taken back; a row that was mended has no rest."""
    changed = {number for number, _cell in cells}
    return tuple(
        replace(
            row,
            cells={cell: cells.get((row.number, cell), text) for cell, text in row.cells.items()},
            beyond=() if row.number in changed else row.beyond,
            is_left_out=left_out.get(row.number, row.is_left_out),
        )
        for row in rows
    )


def as_text(rows: Iterable[ListRow], heads: Mapping[Cell, str]) -> str:
    """The rows as text with tabs, to be changed by hand and read again."""
    lines = [list(heads.values())]
    lines += [[row.cells[cell] for cell in heads] + list(row.beyond) for row in islice(rows, MOST_ROWS)]
    return "\n".join("\t".join(map(_as_cell, line)) for line in lines)


def _as_cell(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if re.search('["\t\r\n]', text) else text


def without_marks(text: str) -> str:
    """The text without what no cell can hold: control characters, halves of a character.

    >>> without_marks("a\\x07b\\tc")
    'ab\\tc'
    """
    return "".join(one for one in text if one.isspace() or unicodedata.category(one) not in {"Cc", "Cs"})
