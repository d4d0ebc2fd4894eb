"""Tables as CSV and as workbooks: numbers are numbers, Japanese is intact, and nothing is a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, datetime

import pytest

from lms.foundation.spreadsheets import as_csv, as_xlsx
from lms.kit.tables import Column, Kind, Table, disarmed

NOON = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
TABLE = Table(
    "節別: 正答率 [全クラス] / by policy section",
    (Column("節"), Column("n", Kind.COUNT), Column("正答率", Kind.SHARE)),
    (("髙﨑𠮷 ①", 28, 0.8125), ("=1+1", "<5", None)),
)
EMPTY = Table("節別", (Column("節"),), ())


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def test_csv_has_the_mark_and_no_formula() -> None:
    content = as_csv(TABLE)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["節", "n", "正答率"], ["髙﨑𠮷 ①", "28", "0.8125"], ["'=1+1", "<5", ""]]


def test_a_workbook_keeps_numbers_as_numbers_and_text_as_text() -> None:
    found = parts(as_xlsx([TABLE, EMPTY], made_at=NOON))
    sheet, words = found["xl/worksheets/sheet1.xml"], found["xl/sharedStrings.xml"]
    assert "<v>0.8125</v>" in sheet
    assert "<f>" not in sheet
    assert "髙﨑𠮷 ①" in words
    assert "=1+1" in words
    assert '<pane xSplit="1" ySplit="1"' in sheet
    assert '<autoFilter ref="A1:C3"/>' in found["xl/tables/table1.xml"]
    assert re.findall(r'<tableColumn id="\d" name="([^"]+)"', found["xl/tables/table1.xml"]) == ["節", "n", "正答率"]
    names = re.findall(r'<sheet name="([^"]+)"', found["xl/workbook.xml"])
    assert names == ["節別  正答率  全クラス    by policy sect", "節別"]
    assert all(len(name) <= 31 for name in names)


def test_the_same_tables_give_the_same_bytes() -> None:
    assert as_xlsx([TABLE], made_at=NOON) == as_xlsx([TABLE], made_at=NOON)
    assert "2026-11-16T03:00:00Z" in parts(as_xlsx([TABLE], made_at=NOON))["docProps/core.xml"]


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "＋1", "－1", "＠x", "\u3000=1", "\r=1"]
)
def test_what_begins_like_a_formula_is_led_by_an_apostrophe(text: str) -> None:
    assert disarmed(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["a=1", "'=1", "～", "ー", 1, -1.5, None, ""])
def test_what_is_no_formula_stays(cell: str | int | float | None) -> None:
    assert disarmed(cell) == cell
