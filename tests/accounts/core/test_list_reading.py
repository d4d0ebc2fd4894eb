"""Lists of people as spreadsheets write them: whatever the encoding and the delimiter, the same rows come out."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.core.list_reading import (
    DELIMITERS,
    MOST_ROWS,
    Cell,
    ListRow,
    as_text,
    decoded,
    edited,
    packed,
    read,
    read_text,
    unpacked,
)
from lms.kit.problems import Invalid

HEADS = {
    Cell.NAME: "氏名",
    Cell.READING: "フリガナ",
    Cell.LOGIN: "メールアドレス",
    Cell.LOCALE: "言語",
    Cell.ROLES: "役割",
    Cell.SITE: "拠点",
}
LETTERS = "abZ09 ,;\t\"'\n@.-漢字髙﨑①㈱ｶナひー＠　"
"""Letters that CP932 has, and all that delimits."""
cells = st.text(st.sampled_from(LETTERS), max_size=12)
tables = st.lists(
    st.lists(cells, min_size=6, max_size=6).filter(lambda row: any(map(str.strip, row))), min_size=1, max_size=8
)


def written(rows: list[list[str]], delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=DELIMITERS[delimiter])
    writer.writerow(HEADS.values())
    writer.writerows(rows)
    return text.getvalue()


def cells_of(rows: tuple[ListRow, ...]) -> list[list[str]]:
    return [[row.cells[cell] for cell in Cell] for row in rows]


@given(tables, st.sampled_from(sorted(DELIMITERS)), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp932"]))
def test_what_a_spreadsheet_writes_is_read_as_it_was(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    reading = read(written(rows, delimiter).encode(encoding))
    assert cells_of(reading.rows) == rows
    assert reading.delimiter == delimiter
    assert reading.encoding == {"utf-8-sig": "utf-8"}.get(encoding, encoding)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_refused_with_a_reason(content: bytes) -> None:
    try:
        reading = read(content)
    except Invalid as problem:
        assert problem.code.startswith("list.")  # noqa: PT017 - both ends are right
    else:
        assert reading.rows


@given(st.text(max_size=60))
def test_any_text_below_the_heads_is_read_or_refused(text: str) -> None:
    try:
        reading = read_text(f"Name,E-mail\n{text}")
    except Invalid as problem:
        assert problem.code in {"list.no_rows", "list.open_quote"}  # noqa: PT017 - both ends are right
    else:
        assert reading.columns == (Cell.NAME, Cell.LOGIN)


@given(tables)
def test_the_page_and_the_text_give_the_rows_back(rows: list[list[str]]) -> None:
    reading = read_text(written(rows, "comma"))
    assert unpacked(packed(reading.rows)) == reading.rows
    assert cells_of(read_text(as_text(reading.rows, HEADS)).rows) == rows


@given(st.text(max_size=80) | st.recursive(st.none() | st.integers() | st.text(max_size=3), st.lists).map(repr))
def test_rows_of_nobody_are_refused(text: str) -> None:
    try:
        assert unpacked(text) == ()
    except Invalid as problem:
        assert problem.code == "list.unreadable"  # noqa: PT017 - both ends are right


@pytest.mark.parametrize("text", ["[" * 100_000, '[[1,["a"],[],false]]', '[[true,["a","b","c","d","e","f"],[],0]]'])
def test_rows_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as found:
        unpacked(text)
    assert found.value.code == "list.unreadable"


def test_letters_of_japanese_vendors_survive() -> None:
    assert decoded("①㈱髙﨑～－".encode("cp932")) == ("①㈱髙﨑～－", "cp932")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "list.empty"),
        (" \n\t\n", "list.empty"),
        ('""', "list.empty"),
        ("Sam,sam@site.example\n", "list.no_heads"),
        ("Name,Role\nSam,learner", "list.no_column"),
        ("Name,E-mail,mail\nSam,a,b", "list.column_twice"),
        ("Name,E-mail\n\n", "list.no_rows"),
        ('Name,E-mail\nSam,a\n"Rob,b\n', "list.open_quote"),
        ("Name,E-mail\n" + "Sam,a\n" * (MOST_ROWS + 1), "list.too_many_rows"),
        ("Name,E-mail\n" + f"{'長' * 700},a\n" * 200, "list.too_long"),
    ],
)
def test_what_is_no_list_is_refused_in_words(text: str, code: str) -> None:
    with pytest.raises(Invalid) as found:
        read_text(text)
    assert found.value.code == code
    if code == "list.open_quote":
        assert found.value.facts == {"row": 3}


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"PK\x03\x04rest", "list.workbook"), (b"Name\x00,E-mail", "list.not_text"), (b"\xff\xfeN", "list.not_text")],
)
def test_a_file_of_another_kind_is_named(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as found:
        read(content)
    assert found.value.code == code


def test_rows_count_as_in_the_spreadsheet_and_columns_may_stand_anywhere() -> None:
    reading = read_text('\n備考,E-mail（必須）,Ｎａｍｅ\n\nx,a@b.example,"Sam\nRivers",more\ny,c@d.example\n')
    assert [(row.number, row.cells[Cell.NAME], row.cells[Cell.LOGIN]) for row in reading.rows] == [
        (4, "Sam\nRivers", "a@b.example"),
        (5, "", "c@d.example"),
    ]
    assert (reading.rows[0].beyond, reading.unused) == (("more",), ("備考",))


def test_a_row_that_is_mended_has_no_rest() -> None:
    rows = read_text("Name,E-mail\nRivers, Sam,a@b.example").rows
    assert rows[0].beyond == ("a@b.example",)
    (mended,) = edited(rows, {(2, Cell.LOGIN): "a@b.example"}, {2: True})
    assert (mended.beyond, mended.cells[Cell.LOGIN], mended.is_left_out) == ((), "a@b.example", True)
