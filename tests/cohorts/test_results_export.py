"""Results taken away as files with names: by whom, of whom, and what the trail says of it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from tests.cohorts.conftest import Enter, code_of
from tests.cohorts.test_results import graded
from tests.conftest import MONDAY_AFTERNOON, Unit, Visitor
from tests.quizzes import sitting

PATH = "/results/people/file?lang=en"


def table(visitor: Visitor, **asked: str) -> list[list[str]]:
    answer = visitor.post(PATH, data={"format": "csv", **asked})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.get_data().startswith(b"\xef\xbb\xbf"), "spreadsheets read Japanese by this mark"
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))[1:]


def codes(rows: list[list[str]]) -> set[str]:
    return {row[0] for row in rows}


def journalled(sample: Flask) -> list[dict[str, Any]]:
    with sample.app_context():
        query = select(AuditEvent).where(AuditEvent.action == "result.export").order_by(AuditEvent.id)
        return [event.detail for event in db.session.scalars(query)]


def test_each_takes_away_the_people_of_their_own_reach_and_no_others(enter: Enter, sample: Flask) -> None:
    held = select(Enrolment.person_id).join(Enrolment.cohort).where(Cohort.code == "tokyo-a")
    with sample.app_context():
        vendor_id = sitting.person("vendor@kijun.example").vendor_id
    reach = {
        "emma.lindqvist@kijun.example": {code_of(sample, "emma.lindqvist@kijun.example")},
        "trainer-b@kijun.example": graded(sample, Person.id.in_(held)),
        "vendor": graded(sample, Person.vendor_id == vendor_id),
        "admin": graded(sample),
    }
    assert len({frozenset(people) for people in reach.values()}) == 4
    for who, people in reach.items():
        rows = table(enter(who))
        assert codes(rows) == people, who
        assert all(row[1] for row in rows), "each with their name"
        assert table(enter(who), cohort="austin-a" if who == "vendor" else "no-such") == [], (
            "a filter reaches no further"
        )


@pytest.mark.parametrize("who", ["qa", "editor", "localizer"])
def test_nobody_else_takes_names_away(enter: Enter, who: str) -> None:
    visitor = enter(who)
    assert visitor.post(PATH, data={"format": "csv"}).status_code == 403
    assert "/results/people/file" not in visitor.get("/results/people").text


def test_names_are_right_in_japanese_and_no_cell_is_a_formula(trainer: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        emma = sitting.person("emma.lindqvist@kijun.example")
        emma.name, emma.reading = "髙﨑 𠮷子", "=cmd|'/c calc'!A1"
    [row] = table(trainer, q=code_of(sample, "emma.lindqvist@kijun.example"))
    assert (row[1], row[2]) == ("髙﨑 𠮷子", "'=cmd|'/c calc'!A1")
    answer = trainer.post("/results/people/file?lang=ja", data={"format": "pdf", "q": row[0]})
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.get_data())).pages)
    assert all(text in pages for text in ("髙﨑 𠮷子", row[0], "1 / 1")), pages


def test_the_trail_says_who_took_away_what_and_names_nobody(trainer: Visitor, sample: Flask) -> None:
    found = table(trainer, q="lindqvist", quiz="harassment-checkpoint")
    [entry] = journalled(sample)
    assert entry == {
        "format": "csv",
        "entries": len(found),
        "quiz": "harassment-checkpoint",
        "people": [code_of(sample, "emma.lindqvist@kijun.example")],
    }
    assert trainer.post(PATH, data={"format": "exe"}).status_code == 404
    assert len(journalled(sample)) == 1


def test_what_was_sent_as_a_code_and_is_none_is_not_in_the_trail(trainer: Visitor, sample: Flask) -> None:
    assert table(trainer, cohort="Emma Lindqvist", quiz="Emma", outcome="Lindqvist") == []
    table(trainer, outcome="Lindqvist")
    assert [entry.keys() for entry in journalled(sample)] == [{"format", "entries"}] * 2


@pytest.mark.parametrize(("who", "is_asked"), [("trainer", False), ("vendor", True), ("admin", True)])
def test_the_password_is_asked_for_again_where_the_access_table_says_so(
    enter: Enter, sample: Flask, who: str, is_asked: bool
) -> None:
    visitor = enter(who)
    with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=16)):
        answer = visitor.post(PATH, data={"format": "csv"})
    assert ("step_up_password" in answer.text) is is_asked
    assert len(journalled(sample)) == (not is_asked)
