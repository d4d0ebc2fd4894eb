"""What the tests of production have in common: audit samples of the learners of the small organisation."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.analysis.core.sheets import Notes
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from lms.foundation.spreadsheets import read_workbook
from lms.production import actions
from lms.production.core.kinds import ImportKind
from lms.production.core.reading import read
from lms.production.models import ProductionImport
from tests.quizzes import sitting

HEADS = ("Agent", "Ticket ID", "Queue", "Date", "Agent decision", "QA decision", "Error type", "Section")
SECTIONS = ("HAR/insults", "HAR/unwanted-contact", "HAR/group-targeting")
EVERYBODY = Access(None, None, None, frozenset(), frozenset({Scope.ALL}))
DRAFT, APPLIED = "draft.csv", "applied.csv"


def csv_of(rows: Sequence[Sequence[str]], heads: Sequence[str] = HEADS) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([heads, *rows])
    return text.getvalue().encode()


def learners(cohort: str) -> list[Person]:
    """The people of a cohort by code."""
    query = select(Person).join(Enrolment, Enrolment.person_id == Person.id).join(Cohort)
    return list(db.session.scalars(query.where(Cohort.code == cohort).order_by(Person.code)))


def rows_of(
    people: Sequence[Person],
    *,
    section: str = SECTIONS[0],
    each: int = 10,
    wrong: int = 1,
    queue: str = "JA-Live",
    month: str = "2026-10",
    name: str = "C",
) -> Iterator[list[str]]:
    """As many decisions of each person, the first of them wrong."""
    for person in people:
        for number in range(each):
            decision = "Leave up" if number < wrong else "Remove"
            error = "FN" if number < wrong else ""
            case = f"{name}-{person.code}-{queue[:2]}{queue[-1]}{SECTIONS.index(section)}-{number}"
            yield [person.code, case, queue, f"{month}-{number % 27 + 1:02}", decision, "Remove", error, section]


def begin(rows: Sequence[Sequence[str]], name: str = DRAFT) -> ProductionImport:
    content = csv_of(rows)
    sheet = read(content, Notes(name), read_workbook)
    assert sheet is not None
    by = sitting.person("qa@kijun.example")
    return actions.begin(sheet, content, file_name=name, kind=ImportKind.AUDIT, by=by)


def import_rows(rows: Sequence[Sequence[str]], name: str = APPLIED) -> ProductionImport:
    """Rows that count."""
    imported = begin(rows, name)
    actions.apply(imported, EVERYBODY, by=sitting.person("qa@kijun.example"))
    return imported


def make_imports() -> tuple[int, int]:
    """A draft and an import that counts, made when they are asked for first; their ids."""
    ids = {row.file_name: row.id for row in db.session.scalars(select(ProductionImport))}
    if DRAFT not in ids:
        people = learners("tokyo-a")
        ids[APPLIED] = import_rows([row for name in SECTIONS for row in rows_of(people, section=name)]).id
        ids[DRAFT] = begin(list(rows_of(people[:5], name="D"))).id
    return ids[DRAFT], ids[APPLIED]


CHOICES: Mapping[str, str] = {
    **{"person": "0", "case": "1", "queue": "2", "decided_on": "3", "decision": "4", "right_decision": "5"},
    **{"error_kind": "6", "section": "7", "day_order": "from_file", "go": "check"},
}


def forms_of_production() -> dict[str, dict[str, Any]]:
    """What somebody sends who fills in the forms as they should be."""
    upload = {"file": (io.BytesIO(csv_of([["L1"] * 8])), "audit.csv"), "kind": "audit"}
    return {"production_imports.new": upload, "production_imports.go_on": {**CHOICES}}


def arguments_of_production(imports: tuple[int, int]) -> dict[str, dict[str, Any]]:
    """The arguments of the routes, by endpoint: of the draft, and of the import that counts."""
    draft, applied = ({"import_id": import_id} for import_id in imports)
    return {
        **dict.fromkeys(["production_imports.show", "production_imports.go_on"], draft),
        "production_imports.take_back": applied,
        "production.template": {"language": "ja"},
    }
