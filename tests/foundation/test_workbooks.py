"""Workbooks from outside: what they hold is read as text, and what is none is refused at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter

from lms.foundation.spreadsheets import read_workbook
from lms.kit.workbooks import NotAWorkbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ENTITY = (
    f'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet {MAIN}><sheetData><row r="1">'
    '<c r="A1" t="str"><v>&a;</v></c></row></sheetData></worksheet>'
)


def workbook(fill: Callable[[Any], None], **options: Any) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, **options})
    fill(book)
    book.close()
    return content.getvalue()


def by_hand(rows: str, strings: str = "", workbook_pr: str = "", **more: str) -> bytes:
    """A workbook with one sheet, written part by part."""
    parts = {
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{TYPE}/officeDocument" Target="/xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook {MAIN} {LINKED}>{workbook_pr}<sheets><sheet name="A" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{TYPE}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{TYPE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        **more,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_workbook(content, most_rows=100)]


def test_text_numbers_dates_and_truth_come_as_text() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        days = book.add_format({"num_format": '0 "days"'})
        sheet.write_row(0, 0, ["髙橋 𠮷", 12345, 0.5])
        sheet.write_datetime(1, 0, datetime(2026, 11, 16), day)  # noqa: DTZ001 - a cell has no zone
        sheet.write_datetime(1, 1, datetime(2026, 11, 16, 9, 30), day)  # noqa: DTZ001 - the same
        sheet.write_number(1, 2, 5, days)
        sheet.write_boolean(4, 1, True)
        sheet.write_formula(4, 2, "=1+1", None, 2)

    assert cells(workbook(fill)) == [
        ("髙橋 𠮷", "12345", "0.5"),
        ("2026-11-16", "2026-11-16 09:30:00", "5"),
        ("", "TRUE", "2"),
    ]
    assert [row.number for row in read_workbook(workbook(fill), most_rows=100)] == [1, 2, 5]


def test_days_may_be_counted_from_1904() -> None:
    def fill(book: Any) -> None:
        day = book.add_format({"num_format": 14})
        book.add_worksheet().write_datetime(0, 0, datetime(2026, 11, 16), day)  # noqa: DTZ001 - a cell has no zone

    assert cells(workbook(fill, date_1904=True)) == [("2026-11-16",)]


def test_the_first_sheet_that_is_shown_is_read() -> None:
    def fill(book: Any) -> None:
        hidden, shown = book.add_worksheet("notes"), book.add_worksheet("rows")
        hidden.write(0, 0, "hidden")
        shown.write(0, 0, "shown")
        shown.activate()
        hidden.hide()
        shown.set_first_sheet()

    assert cells(workbook(fill)) == [("shown",)]


def test_readings_beside_japanese_are_no_text() -> None:
    strings = '<si><r><t>事例</t></r><r><t>番号</t></r><rPh sb="0" eb="2"><t>ジレイ</t></rPh></si>'
    assert cells(by_hand('<row r="1"><c r="B1" t="s"><v>0</v></c></row>', strings)) == [("", "事例番号")]
    inline = '<row r="1"><c t="inlineStr"><is><t>節</t><rPh sb="0" eb="1"><t>セツ</t></rPh></is></c></row>'
    assert cells(by_hand(inline)) == [("節",)]


def test_no_more_rows_are_read_than_asked_for() -> None:
    rows = "".join(f'<row r="{n}"><c><v>{n}</v></c></row>' for n in range(1, 200))
    assert len(read_workbook(by_hand(rows), most_rows=10)) == 11


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\0" * 400,
        by_hand('<row><c t="s"><v>7</v></c></row>'),
        by_hand('<row r="x"><c><v>1</v></c></row>'),
        by_hand("", **{"xl/workbook.xml": "<workbook/>"}),
        by_hand("", **{"xl/_rels/workbook.xml.rels": "<Relationships/>"}),
        by_hand("", **{"xl/workbook.xml": '<!DOCTYPE w [<!ENTITY a "b">]><workbook>&a;</workbook>'}),
        by_hand("", **{"xl/worksheets/sheet1.xml": ENTITY}),
        by_hand('<row><c s="0"><v>1e300</v></c></row>', **{"xl/sharedStrings.xml": "\0"}),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(NotAWorkbook) as refused:
        read_workbook(content, most_rows=100)
    assert refused.value.code == "not-a-workbook"


def test_what_unpacks_to_too_much_is_refused() -> None:
    packed = by_hand("", **{"xl/sharedStrings.xml": f"<sst><si><t>{'a' * 101_000_000}</t></si></sst>"})
    assert len(packed) < 200_000
    with pytest.raises(NotAWorkbook) as refused:
        read_workbook(packed, most_rows=100)
    assert refused.value.code == "workbook-too-large"


def test_a_crowd_of_members_is_refused() -> None:
    content = by_hand("", **{f"x/{number}": "" for number in range(2001)})
    with pytest.raises(NotAWorkbook):
        read_workbook(content, most_rows=100)
