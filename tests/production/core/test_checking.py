"""A queue tool's file: how it is read, which column is taken for which, and what stands against a row."""

from __future__ import annotations

import codecs
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from lms.analysis.core.sheets import Notes
from lms.foundation.spreadsheets import as_xlsx, read_workbook
from lms.kit.findings import Finding, Level
from lms.kit.tables import Cell, Column, Kind, Table
from lms.production.core.checking import Checked, Decision, Known, Member, check, names_of_sections
from lms.production.core.choices import Choices
from lms.production.core.columns import Part, guessed
from lms.production.core.days import Ambiguous, DayOrder, day_of, order_of
from lms.production.core.kinds import ErrorKind, ImportKind
from lms.production.core.reading import MOST_ROWS, read

TOKYO, AUSTIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Chicago")
SECTIONS = names_of_sections(
    [
        (1, "HAR", "unwanted-contact", "3.2", ("Harassment", "Unwanted contact", "ハラスメント", "望まれない接触")),
        (2, "SPM", "links", "3.2", ("Spam", "Links", "スパム", "リンク")),
        (3, "SPM", "bulk", "8", ("Spam", "Working in bulk", "スパム", "一括対応")),
    ]
)
PEOPLE = {"l0042": Member(7, TOKYO), "mo@site.example": Member(7, TOKYO), "l0043": Member(8, AUSTIN)}
NOW = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)  # the morning of the 16th in Tokyo
HEAD = "agent,case,queue,date,decision,right decision,error,section"


def known(kept: dict[tuple[str, int, date], Decision] | None = None) -> Known:
    return Known(PEOPLE, SECTIONS, kept or {}, NOW)


def checked(text: str, kind: ImportKind = ImportKind.AUDIT, **more: object) -> Checked:
    notes = Notes("file")
    sheet = read(text.encode(), notes, read_workbook)
    assert sheet is not None, notes.findings
    choices = Choices(guessed(sheet.header), **more)  # type: ignore[arg-type]
    return check(sheet, choices, kind, known())


def told(found: Checked) -> list[tuple[str, int | None, int | None]]:
    return [(finding.code, finding.line, finding.column) for finding in found.findings]


def row(text: str, **more: object) -> Checked:
    return checked(f"{HEAD}\n{text}\n", **more)  # type: ignore[arg-type]


def test_a_number_of_a_section_may_have_lost_its_zero() -> None:
    listed = ((1, "HAR", "first", "3.1", ()), (2, "HAR", "tenth", "3.10", ()), (3, "HAR", "last", "3.11", ()))
    sections = names_of_sections(listed)
    content = as_xlsx([table_of(("3.10", 3.10), ("3.1", 3.1), ("3.11", 3.11), ("HAR 3.1", "HAR 3.1"))], made_at=NOW)
    sheet = read(content, Notes("file"), read_workbook)
    assert sheet is not None
    found = check(sheet, Choices(guessed(sheet.header)), ImportKind.AUDIT, Known(PEOPLE, sections, {}, NOW))
    assert told(found) == [("zero-lost", 2, 5), ("zero-lost", 3, 5)]
    assert [(one.case_ref, one.section_id) for one in found.decisions] == [("3.11", 3), ("HAR 3.1", 1)]


def table_of(*listed: tuple[str, Cell]) -> Table:
    """Decisions right by themselves: the reference of each, and its section."""
    heads = ("agent", "case", "date", "decision", "section", "right decision")
    rows = tuple(("L0042", case, "2026-11-10", "a", section, "a") for case, section in listed)
    return Table("Audit", tuple(Column(head, Kind.TEXT) for head in heads), rows)


def test_a_day_has_begun_where_the_person_decides() -> None:
    today = "2026-11-16,Remove,Remove,,\n"
    found = checked(f"{HEAD}\nL0042,C-1,q,{today}L0043,C-2,q,{today}")
    assert [one.person_id for one in found.decisions] == [7]
    assert told(found) == [("future-day", 3, 4)]


def test_a_row_becomes_a_decision() -> None:
    found = row("L0042,C-1,JA-Live,2026-11-10,Remove,Leave up,FP,HAR/unwanted-contact")
    assert found.findings == ()
    assert found.decisions == (
        Decision(7, "C-1", "JA-Live", date(2026, 11, 10), "Remove", "Leave up", ErrorKind.FALSE_POSITIVE, 1),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_japanese_files_in_any_encoding(encoding: str, separator: str) -> None:
    heads = ["担当者コード", "案件番号", "キュー名", "判定日", "担当者の判定", "QA判定", "誤りの種類", "根拠の節"]
    cells = [
        "ｌ００４２",
        "事例①",
        "日本語",
        "2026年11月10日（火）",
        "掲載を継続",
        "削除",
        "見逃し",
        "ハラスメント 3.2",
    ]
    text = f"{separator.join(heads)}\r\n{separator.join(cells)}\r\n"
    content = codecs.BOM_UTF16_LE + text.encode("utf-16-le") if encoding == "utf-16" else text.encode(encoding)
    sheet = read(content, Notes("file"), read_workbook)
    assert sheet is not None
    found = check(sheet, Choices.guessed(sheet.header), ImportKind.AUDIT, known())
    assert [(one.person_id, one.error_kind, one.section_id) for one in found.decisions] == [
        (7, ErrorKind.FALSE_NEGATIVE, 1)
    ]


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        (",C,q,2026-11-10,a,a,,", "no-person", 1),
        ("L9,C,q,2026-11-10,a,a,,", "unknown-person", 1),
        ("L0042,,q,2026-11-10,a,a,,", "no-case", 2),
        ("L0042,C,q,,a,a,,", "no-day", 4),
        ("L0042,C,q,soon,a,a,,", "bad-day", 4),
        ("L0042,C,q,2026-11-31,a,a,,", "bad-day", 4),
        ("L0042,1.23457E+18,q,2026-11-10,a,a,,", "rounded-case", 2),
        ("L0042,C,q,2026-11-17,a,a,,", "future-day", 4),
        ("L0042,C,q,03/04/2026,a,a,,", "ambiguous-day", 4),
        ("L0042,C,q,2026-11-10,,a,,", "no-decision", 5),
        ("L0042,C,q,2026-11-10,a,,,", "not-judged", 6),
        ("L0042,C,q,2026-11-10,a,a,FP,", "right-with-error", 7),
        ("L0042,C,q,2026-11-10,a,b,none,", "wrong-without-error", 7),
        ("L0042,C,q,2026-11-10,a,b,odd,", "unknown-kind", 7),
        ("L0042,C,q,2026-11-10,a,a,,HAR/nothing", "unknown-section", 8),
        ("L0042,C,q,2026-11-10,a,a,,3.2", "section-of-several", 8),
        (f"L0042,{'C' * 121},q,2026-11-10,a,a,,", "too-long", 2),
        ("L0042,C\u202e,q,2026-11-10,a,a,,", "not-printable", 2),
    ],
)
def test_what_stands_against_a_row_has_its_place(text: str, code: str, column: int) -> None:
    found = row(text)
    assert told(found) == [(code, 2, column)]
    assert found.wrong == {2}
    assert found.decisions == ()


def test_a_row_is_told_everything_at_once() -> None:
    assert [code for code, _line, _column in told(row("L9,,q,soon,,,odd,no"))] == [
        *("unknown-person", "bad-day", "no-case", "no-decision", "unknown-kind", "unknown-section")
    ]


def test_the_right_decision_may_still_be_a_wrong_selection() -> None:
    assert row("L0042,C,q,2026-11-10,Remove,remove,選択誤り,8").decisions[0].error_kind is ErrorKind.WRONG_SELECTION
    assert row("L0042,C,q,2026-11-10,Remove,remove,technical,8").findings == ()


def test_an_error_without_a_kind_follows_from_the_two_decisions() -> None:
    found = row("L0042,C,q,2026-11-10,Leave up,Remove,,8")
    assert (found.decisions[0].error_kind, found.worked_out) == (ErrorKind.FALSE_NEGATIVE, 1)


def test_daily_output_need_not_say_what_was_right() -> None:
    found = row("L0042,C,q,2026-11-10,Remove,,,", kind=ImportKind.DAILY)
    assert (found.unjudged, found.without_section, found.findings) == (1, 1, ())
    judged = row("L0042,C,q,2026-11-10,Remove,,none,", kind=ImportKind.DAILY)
    assert (judged.unjudged, judged.decisions[0].right_decision) == (0, "Remove")


def test_a_case_stands_once_for_a_person_and_day() -> None:
    line = "L0042,C,q,2026-11-10,a,a,,"
    found = checked(f"{HEAD}\n{line}\nmo@site.example,C,q,2026/11/10,a,a,,\nL0043,C,q,2026-11-10,a,a,,\n")
    assert [(one.code, one.line, one.facts["first"]) for one in found.findings] == [("duplicate-row", 3, 2)]
    assert len(found.decisions) == 2


def test_what_is_kept_already_is_dropped_and_what_is_kept_otherwise_is_an_error() -> None:
    notes = Notes("file")
    sheet = read(f"{HEAD}\nL0042,C,q,2026-11-10,a,a,,\nL0042,D,q,2026-11-10,a,b,,\n".encode(), notes, read_workbook)
    assert sheet is not None
    day = date(2026, 11, 10)
    kept = {(case, 7, day): Decision(7, case, "q", day, "a", "a", None, None) for case in ("C", "D")}
    found = check(sheet, Choices.guessed(sheet.header), ImportKind.AUDIT, known(kept))
    assert (found.dropped, told(found), found.decisions) == ({2}, [("kept-otherwise", 3, 2)], ())


def test_columns_that_are_needed_and_missing_or_chosen_twice() -> None:
    found = checked("agent,decision,right decision\nL0042,a,a\n")
    assert [(one.code, one.facts["part"]) for one in found.findings] == [
        *(("column-missing", Part.CASE), ("column-missing", Part.DECIDED_ON))
    ]
    assert not found.is_readable
    notes = Notes("file")
    sheet = read(f"{HEAD}\nL0042,C,q,2026-11-10,a,a,,\n".encode(), notes, read_workbook)
    assert sheet is not None
    columns = {**guessed(sheet.header), Part.DECISION: 5}
    twice = check(sheet, Choices(columns), ImportKind.AUDIT, known())
    assert {(one.code, one.line) for one in twice.findings} == {("column-twice", None)}
    audit = checked("agent,case,date,decision\nL0042,C,2026-11-10,a\n")
    assert [one.code for one in audit.findings] == ["judging-missing"]


def test_the_day_is_that_of_the_site() -> None:
    late = "2026-11-10T03:00:00Z"
    assert row(f"L0042,C,q,{late},a,a,,").decisions[0].decided_on == date(2026, 11, 10)
    assert row(f"L0043,C,q,{late},a,a,,").decisions[0].decided_on == date(2026, 11, 9)


def test_the_order_of_day_and_month_is_that_of_the_file_or_chosen() -> None:
    lines = f"{HEAD}\nL0042,C,q,03/04/2026,a,a,,\nL0042,D,q,16/04/2026,a,a,,\n"
    assert [one.decided_on.month for one in checked(lines).decisions] == [4, 4]
    chosen = row("L0042,C,q,03/04/2026,a,a,,", day_order=DayOrder.MONTH_FIRST)
    assert chosen.decisions[0].decided_on == date(2026, 3, 4)
    assert order_of(["13/04/2026", "04/13/2026"]) is DayOrder.FROM_FILE
    assert day_of("04/13/2026", DayOrder.DAY_FIRST, TOKYO) is None
    assert day_of("05/05/2026", DayOrder.FROM_FILE, TOKYO) == date(2026, 5, 5)
    assert day_of("05/06/2026", DayOrder.FROM_FILE, TOKYO) == Ambiguous()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026/1/6", date(2026, 1, 6)),
        ("20260106", date(2026, 1, 6)),
        ("2026年1月6日", date(2026, 1, 6)),
        ("令和8年1月6日", date(2026, 1, 6)),
        ("R8.1.6", date(2026, 1, 6)),
        ("6 January 2026", date(2026, 1, 6)),
        ("Jan 6, 2026 11:30 PM UTC", date(2026, 1, 7)),
        ("2026-01-06 23:30", date(2026, 1, 6)),
        ("2026-01-06 23:30:10.5+00:00", date(2026, 1, 7)),
        ("0206-01-06", None),
        ("1999-12-31", None),
        ("46000", None),
        ("2026-13-01", None),
        ("2026-01-06T99:99:99Z", None),
    ],
)
def test_days_as_tools_write_them(text: str, day: date | None) -> None:
    assert day_of(text, DayOrder.FROM_FILE, TOKYO) == day


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"\xff\xfe\x00", "not-text"),
        (b"a,b\n", "no-rows"),
        (b"a,a\n1,2\n", "duplicate-column"),
        (b'a,b\n"1,2\n', "broken-record"),
        (b"PK\x03\x04 no workbook", "not-a-workbook"),
        (b"\xd0\xcf\x11\xe0 an old one", "old-workbook"),
        (b"a\n" + b"1\n" * (MOST_ROWS + 1), "too-many-rows"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, code: str) -> None:
    notes = Notes("file")
    sheet = read(content, notes, read_workbook)
    errors: list[Finding] = [finding for finding in notes.findings if finding.level is Level.ERROR]
    assert code in [finding.code for finding in errors]
    assert sheet is None or code == "broken-record"


@pytest.mark.parametrize(
    "heads",
    [
        "Agent e-mail,Ticket ID,Workflow,Completed at,Agent decision,QA decision,Error type,Policy section",
        "Moderator,Case number,Queue,Decision date,Verdict,Gold,Defect type,Clause",
        "担当者,ケースID,キュー,日付,判定,正解判定,エラー区分,該当ポリシー",
        "ラベラー（コード）,管理番号,業務,作業日,一次判定,二次判定,指摘区分,節",
        "User ID (staff),Job ID,Project,Date (UTC),Outcome,Auditor's decision,Error category,Section key",
    ],
)
def test_heads_of_queue_tools_are_recognised(heads: str) -> None:
    assert guessed(heads.split(",")) == {part: place for place, part in enumerate(_IN_ORDER)}


_IN_ORDER = (
    *(Part.PERSON, Part.CASE, Part.QUEUE, Part.DECIDED_ON),
    *(Part.DECISION, Part.RIGHT_DECISION, Part.ERROR_KIND, Part.SECTION),
)
