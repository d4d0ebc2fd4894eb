"""The pages: from a file to its decisions beside quiz results, who sees whom, and taking an import back."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.production import actions, queries
from lms.production.core.joining import Wanted
from lms.production.models import ProductionDecision, ProductionImport
from tests.analysis.page import words
from tests.conftest import SignIn, Unit, Visitor
from tests.production.making import (
    CHOICES,
    EVERYBODY,
    SECTIONS,
    begin,
    csv_of,
    import_rows,
    learners,
    rows_of,
)
from tests.quizzes import sitting

OF_A_SECTION = """
    SELECT gi.awarded_thousandths, gi.max_thousandths FROM attempts a
    JOIN grading_runs r ON r.attempt_id = a.id JOIN grading_items gi ON gi.run_id = r.id
    JOIN attempt_questions q ON q.attempt_id = a.id AND q.position = gi.position
    JOIN section_links l ON l.question_version_id = q.question_version_id AND l.position = 0
    JOIN sections s ON s.id = l.section_id
    WHERE a.person_id = :person AND a.attempt_no = 1 AND s.key = :key
"""


@pytest.fixture
def visit(sample: Flask, unit: Unit, sign_in_as: SignIn) -> dict[str, Visitor]:
    logins = {name: f"{name}@kijun.example" for name in ("qa", "editor", "trainer", "joiner")}
    logins["osaka"] = "trainer-c@northwind.example"
    with unit():
        codes = {name: sitting.person(login).code for name, login in logins.items()}
    return {name: sign_in_as(code) for name, code in codes.items()}


@pytest.fixture
def codes(sample: Flask, unit: Unit) -> dict[str, list[str]]:
    with unit():
        return {cohort: [person.code for person in learners(cohort)] for cohort in ("tokyo-a", "osaka-b")}


def upload(visitor: Visitor, content: bytes, name: str = "audit.csv", kind: str = "audit") -> TestResponse:
    return visitor.post(
        "/production/imports/new?lang=en",
        data={"file": (io.BytesIO(content), name), "kind": kind},
        follow_redirects=False,
    )


def decisions() -> int:
    return db.session.scalar(select(func.count()).select_from(ProductionDecision)) or 0


def xlsx_of(rows: Sequence[Sequence[str]]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()


def test_the_first_step_is_said_where_there_is_nothing(visit: dict[str, Visitor]) -> None:
    page = visit["qa"].get("/production?lang=en").text
    assert "Import an audit sample of your queue tool." in page
    assert "/production/imports/new" in page
    trainer = visit["trainer"].get("/production?lang=en").text
    assert "When a QA analyst has imported" in trainer
    assert "/production/imports/new" not in trainer
    assert "Begin with an audit sample" in visit["qa"].get("/production/imports?lang=en").text


def test_from_a_file_to_its_decisions(visit: dict[str, Visitor], codes: dict[str, list[str]], unit: Unit) -> None:
    code = codes["tokyo-a"][0]
    heads = ["担当者", "案件番号", "キュー", "判定日", "担当者の判定", "QA判定", "誤りの種類", "該当ポリシー"]
    rows = [[code, "事例1", "日本語", "2026年11月2日", "掲載を継続", "削除", "", "HAR 3.2"]]
    content = csv_of(rows, heads).decode().encode("cp932")
    answer = upload(visit["qa"], content, "監査.csv")
    assert answer.status_code == 302
    page = visit["qa"].get(f"{answer.location}?lang=en").text
    assert "Every row can be read." in page
    assert "Nothing is imported yet." in page
    assert "HAR/unwanted-contact" in page
    with unit():
        assert decisions() == 0
    done = visit["qa"].post(answer.location, data={**CHOICES, "go": "apply"}, follow_redirects=True)
    assert "1 decision imported." in done.text
    with unit():
        [kept] = db.session.scalars(select(ProductionDecision))
        assert (kept.case_ref, kept.queue, kept.error_kind) == ("事例1", "日本語", "false_negative")
        imported = db.session.get_one(ProductionImport, kept.import_id)
        assert (imported.file_name, imported.sheet, imported.decision_count) == ("監査.csv", None, 1)
        entry = db.session.scalars(
            select(journal.AuditEvent).where(journal.AuditEvent.action == "production.import")
        ).one()
        assert entry.detail["added"] == 1
        assert code not in str(entry.detail)


def test_a_workbook_is_read_like_a_csv(visit: dict[str, Visitor], codes: dict[str, list[str]]) -> None:
    heads = ["Agent", "Case", "Date", "Decision", "QA decision", "Section"]
    row = [codes["tokyo-a"][0], "C-1", "2026-11-02", "=Remove", "Remove", "HAR/insults"]
    answer = upload(visit["qa"], xlsx_of([heads, row]), "audit.xlsx")
    assert answer.status_code == 302
    assert "=Remove" in visit["qa"].get(answer.location).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04nothing", "The workbook cannot be read."),
        (b"\xff\xfe\x00", "The file is not text in a known encoding."),
        (b"Agent,Agent\nL1,L2\n", "The column “Agent” appears twice."),
        (b"Agent,Case\nL1\n", "Row 2: The line has 1 cells, not 2."),
    ],
)
def test_a_file_that_is_none_says_so_at_its_field(visit: dict[str, Visitor], content: bytes, said: str) -> None:
    answer = upload(visit["qa"], content)
    assert answer.status_code == 422
    assert said in answer.text
    assert visit["qa"].get("/production/imports?lang=en").text.count("audit.csv") == 0


def test_no_file_and_an_unknown_kind(visit: dict[str, Visitor]) -> None:
    nothing = visit["qa"].post("/production/imports/new?lang=en", data={"kind": "audit"})
    assert (nothing.status_code, "Choose a file." in nothing.text) == (422, True)
    assert upload(visit["qa"], b"a\n1\n", kind="odd").status_code == 422


def test_errors_keep_everything_out_until_they_are_left_out(
    visit: dict[str, Visitor], codes: dict[str, list[str]], unit: Unit
) -> None:
    good, bad = ([code, f"C-{code}", "Q", "2026-11-02", "a", "a", "", ""] for code in (codes["tokyo-a"][0], "L9999"))
    where = upload(visit["qa"], csv_of([good, bad])).location
    page = visit["qa"].get(f"{where}?lang=en").text
    assert "Nobody has the code or address “L9999”." in page
    assert "Row 3, column A" in page
    assert "Import 1 decision" not in page
    refused = visit["qa"].post(f"{where}?lang=en", data={**CHOICES, "go": "apply"})
    assert refused.status_code == 422
    assert "Some rows still have errors." in refused.text
    with unit():
        assert decisions() == 0
    visit["qa"].post(where, data={**CHOICES, "leaves_out_errors": "y", "go": "check"})
    assert "Import 1 decision" in visit["qa"].get(f"{where}?lang=en").text
    visit["qa"].post(where, data={**CHOICES, "leaves_out_errors": "y", "go": "apply"})
    with unit():
        assert decisions() == 1
        imported = db.session.scalars(select(ProductionImport)).one()
        assert (imported.decision_count, imported.left_out_count) == (1, 1)


def test_columns_are_chosen_and_stay_chosen(visit: dict[str, Visitor], codes: dict[str, list[str]]) -> None:
    heads = ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8"]
    row = [codes["tokyo-a"][0], "C-1", "Q", "02/11/2026", "a", "b", "FP", "HAR/insults"]
    where = upload(visit["qa"], csv_of([row], heads)).location
    page = visit["qa"].get(f"{where}?lang=en").text
    assert "Not every column is known." in page
    assert "Choose the column for “Case reference”." in page
    answer = visit["qa"].post(where, data={**CHOICES, "day_order": "day_first", "go": "check"})
    assert answer.status_code == 302
    again = visit["qa"].get(f"{where}?lang=en").text
    assert "Every row can be read." in again
    assert re.search(r'<option selected value="day_first">', again)
    assert "2 Nov 2026" in again
    odd = visit["qa"].post(f"{where}?lang=en", data={**CHOICES, "case": "77"})
    assert (odd.status_code, "Choose one of the options." in odd.text) == (422, True)


def test_a_draft_can_be_discarded_and_goes_by_itself_in_time(visit: dict[str, Visitor], unit: Unit) -> None:
    where = upload(visit["qa"], csv_of([["L1"] * 8])).location
    assert visit["qa"].post(where, data={"go": "discard"}).status_code == 302
    assert visit["qa"].get(where).status_code == 404
    upload(visit["qa"], csv_of([["L1"] * 8]))
    with unit(), clock.fixed(clock.now() + actions.DRAFT_LIFE * 0.9):
        actions.discard_stale_drafts()
        assert db.session.scalar(select(func.count()).select_from(ProductionImport)) == 1
    with unit(), clock.fixed(clock.now() + actions.DRAFT_LIFE * 1.1):
        actions.discard_stale_drafts()
        assert db.session.scalar(select(func.count()).select_from(ProductionImport)) == 0


def test_the_same_file_again_adds_nothing(visit: dict[str, Visitor], codes: dict[str, list[str]], unit: Unit) -> None:
    content = csv_of([[codes["tokyo-a"][0], "C-1", "Q", "2026-11-02", "a", "a", "", ""]])
    first = upload(visit["qa"], content).location
    visit["qa"].post(first, data={**CHOICES, "go": "apply"})
    second = upload(visit["qa"], content).location
    page = visit["qa"].get(f"{second}?lang=en").text
    assert "The same file was imported before." in page
    assert "There is nothing new in this file." in page
    assert visit["qa"].post(second, data={**CHOICES, "go": "apply"}).status_code == 422
    daily = upload(visit["qa"], content, kind="daily").location
    visit["qa"].post(daily, data={**CHOICES, "go": "apply"})
    with unit():
        assert decisions() == 2
        assert [one.decisions for one in queries.load_decided(EVERYBODY)] == []  # no section


def test_an_audit_counts_and_not_the_daily_output_of_the_same_case(
    visit: dict[str, Visitor], codes: dict[str, list[str]], unit: Unit
) -> None:
    row = [codes["tokyo-a"][0], "C-1", "Q", "2026-11-02", "a", "a", "", "HAR/insults"]
    for kind, error in (("daily", ""), ("audit", "wrong selection")):
        where = upload(visit["qa"], csv_of([[*row[:6], error, row[7]]]), kind=kind).location
        visit["qa"].post(where, data={**CHOICES, "go": "apply"})
    with unit():
        [found] = queries.load_decided(EVERYBODY)
        assert (found.decisions, found.tally.errors) == (1, 1)


def test_an_import_is_taken_back_as_a_whole(visit: dict[str, Visitor], unit: Unit) -> None:
    with unit():
        kept = import_rows(list(rows_of(learners("tokyo-a")[:3], name="A")), "kept.csv").id
        gone = import_rows(list(rows_of(learners("tokyo-a")[:4], name="B")), "gone.csv").id
    page = visit["qa"].post(f"/production/imports/{gone}/take-back?lang=en", follow_redirects=True).text
    assert "Its decisions are deleted and count nowhere." in page
    with unit():
        assert decisions() == 30
        assert set(db.session.scalars(select(ProductionDecision.import_id))) == {kept}
    assert visit["qa"].post(f"/production/imports/{gone}/take-back").status_code == 409
    with unit():
        import_rows(list(rows_of(learners("tokyo-a")[:4], name="B")), "again.csv")
        assert decisions() == 70


def test_an_applied_import_is_applied_once(visit: dict[str, Visitor], unit: Unit) -> None:
    with unit():
        made = begin(list(rows_of(learners("tokyo-a")[:2]))).id
    where = f"/production/imports/{made}"
    assert visit["qa"].post(where, data={**CHOICES, "go": "apply"}).status_code == 302
    assert visit["qa"].post(where, data={**CHOICES, "go": "apply"}).status_code == 409
    assert visit["qa"].post(where, data={"go": "discard"}).status_code == 409
    with unit():
        assert decisions() == 20


@pytest.fixture
def imported(sample: Flask, unit: Unit) -> None:
    """Tokyo errs twice in ten, Osaka once, in another queue; four of Osaka also decided in a queue of their own."""
    with unit():
        tokyo, osaka = learners("tokyo-a"), learners("osaka-b")
        rows = [*rows_of(tokyo, wrong=2), *rows_of(osaka, queue="OS-Live", month="2026-11")]
        rows += rows_of(osaka[:4], queue="OS-Small", wrong=10)
        rows += rows_of(tokyo, section=SECTIONS[1], each=25, wrong=0)
        import_rows(rows)


def cells(page: str, section: str) -> list[str]:
    [row] = [row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if f"#s-{section}" in row and "<td" in row]
    return [words(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]


def test_a_section_with_its_people_decisions_and_errors(visit: dict[str, Visitor], imported: None, unit: Unit) -> None:
    with unit():
        shares, quizzes = queries.load_shares(EVERYBODY)
        takers = {share.person for share in shares if share.section == SECTIONS[0]}
        tokyo = {person.id for person in learners("tokyo-a")} & takers
        osaka = {person.id for person in learners("osaka-b")} & takers
    assert quizzes[SECTIONS[0]] == "harassment-checkpoint"
    page = visit["qa"].get("/production?lang=en").text
    found = cells(page, "insults")
    assert found[1].split()[0] == str(len(tokyo | osaka))
    n = 10 * len(tokyo) + 10 * len(osaka)
    wrong = 2 * len(tokyo) + len(osaka)
    assert found[3] == str(n)
    assert found[4].startswith(f"{100 * wrong / n:.1f}%")
    assert found[10] == str(wrong)
    assert "/analysis/harassment-checkpoint" not in page or "Application gap" in page


def test_filters_stand_in_the_address(visit: dict[str, Visitor], imported: None) -> None:
    osaka = cells(visit["qa"].get("/production?lang=en&queue=OS-Live").text, "insults")
    assert osaka[4].startswith("10.0%")
    assert cells(visit["qa"].get("/production?lang=en&vendor=northwind").text, "insults")[3:] == osaka[3:]
    assert (
        cells(visit["qa"].get("/production?lang=en&site=osaka&from=2026-11&to=2026-11").text, "insults")[3:]
        == osaka[3:]
    )
    assert cells(visit["qa"].get("/production?lang=en&queue=OS-Small").text, "insults")[1:3] == ["<5", "–"]
    assert "No section to show" in visit["qa"].get("/production?lang=en&site=nowhere").text
    for odd in ("from=x", "to=2026-99", "queue=%EF%BF%BD", "site=%F0%9F%98%80"):
        assert visit["qa"].get(f"/production?{odd}").status_code == 200, odd


def test_the_rows_are_copied_as_text(visit: dict[str, Visitor], imported: None) -> None:
    copied = visit["qa"].get("/production?lang=en&as=tsv").text
    assert copied.startswith("Section\tVerdict\tn, people")


def test_a_trainer_sees_their_own_people_and_nobody_is_named(
    visit: dict[str, Visitor], imported: None, codes: dict[str, list[str]]
) -> None:
    osaka = visit["osaka"].get("/production?lang=en").text
    assert cells(osaka, "insults")[4].startswith("10.0%")
    assert "JA-Live" not in osaka
    everybody = visit["editor"].get("/production?lang=en").text
    for page in (osaka, everybody):
        assert not re.search(r"\bL\d{4}\b", page)
    assert visit["joiner"].get("/production").status_code == 403
    for path in ("/production/imports", "/production/imports/new", "/production/template/en.csv"):
        assert visit["osaka"].get(path).status_code == 403
        assert visit["editor"].get(path).status_code == 403


def test_knowledge_is_that_of_the_first_attempt(sample: Flask, imported: None, unit: Unit) -> None:
    """By the answers themselves: the marks of each person's first attempt on the section, against the cut."""
    with unit():
        found = {(share.person, share.section): share for share in queries.load_shares(EVERYBODY)[0]}
        person = learners("tokyo-a")[1]
        rows = db.session.execute(text(OF_A_SECTION), {"person": person.id, "key": "unwanted-contact"}).all()
        share = found[person.id, SECTIONS[1]]
        assert rows
        assert share.earned == sum(row[0] for row in rows) / 1000
        assert share.possible == sum(row[1] for row in rows) / 1000
        assert share.needed == pytest.approx(0.8 * share.possible)
        assert Wanted().is_all


@pytest.mark.parametrize(("language", "head"), [("en", "Decided by,Case reference"), ("ja", "担当者,事例番号")])
def test_the_template_is_read_by_the_import_itself(visit: dict[str, Visitor], language: str, head: str) -> None:
    answer = visit["qa"].get(f"/production/template/{language}.csv")
    assert answer.data.decode("utf-8-sig").startswith(head)
    where = upload(visit["qa"], answer.data).location
    page = visit["qa"].get(f"{where}?lang=en").text
    assert "Not every column is known." not in page
    assert "No section is called" not in page
    assert visit["qa"].get("/production/template/fr.csv").status_code == 404
