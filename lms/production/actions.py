"""Imports decisions: a file becomes a draft, its columns are chosen, it is applied, and it can be taken back."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import delete, insert

from lms.accounts.models import Person
from lms.analysis.core.sheets import Sheet
from lms.foundation import clock, journal
from lms.foundation.access import Access
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid
from lms.production.core.choices import Choices
from lms.production.core.kinds import ImportKind, ImportState
from lms.production.core.reading import packed
from lms.production.models import ProductionDecision, ProductionImport
from lms.production.queries import imports as queries

DRAFT_LIFE = timedelta(days=7)
"""So long a file that nobody applies is kept."""
LONGEST_NAME = 255


def begin(sheet: Sheet, content: bytes, *, file_name: str, kind: ImportKind, by: Person) -> ProductionImport:
    """Keep a file as a draft, its columns guessed."""
    imported = ProductionImport(
        kind=kind,
        file_name="".join(filter(str.isprintable, file_name))[-LONGEST_NAME:],
        sha256=hashlib.sha256(content).hexdigest(),
        sheet=packed(sheet),
        choices=Choices.guessed(sheet.header).document(),
        row_count=len(sheet.rows),
        made_at=clock.now(),
        made_by=by.id,
    )
    db.session.add(imported)
    db.session.flush()
    return imported


def choose(imported: ProductionImport, choices: Choices) -> None:
    """Set what is chosen for a draft."""
    _hold_draft(imported)
    imported.choices = choices.document()
    imported.revision += 1
    db.session.flush()


def apply(imported: ProductionImport, access: Access, *, by: Person) -> None:
    """Write the decisions of a draft: all of them, or without the rows that have errors if that is chosen."""
    _hold_draft(imported)
    _sheet, checked = queries.load_checked(imported, access)
    leaves_out = Choices.stored(imported.choices).leaves_out_errors
    if not checked.is_readable or (checked.wrong and not leaves_out) or not checked.decisions:
        raise Invalid("production.not_applied")
    db.session.execute(
        insert(ProductionDecision),
        [
            {
                "import_id": imported.id,
                "kind": imported.kind,
                "person_id": one.person_id,
                "case_ref": one.case_ref,
                "queue": one.queue,
                "decided_on": one.decided_on,
                "decision": one.decision,
                "right_decision": one.right_decision,
                "error_kind": one.error_kind,
                "section_id": one.section_id,
            }
            for one in checked.decisions
        ],
    )
    imported.state, imported.sheet = ImportState.APPLIED, None
    imported.decision_count = len(checked.decisions)
    imported.left_out_count = imported.row_count - len(checked.decisions)
    imported.applied_at, imported.applied_by = clock.now(), by.id
    imported.revision += 1
    db.session.flush()
    journal.record(
        "production.import",
        actor=by.code,
        object=_name(imported),
        added=imported.decision_count,
        left_out=imported.left_out_count,
    )


def discard(imported: ProductionImport) -> None:
    """Delete a draft with its file: nothing of it was ever counted."""
    _hold_draft(imported)
    db.session.delete(imported)
    db.session.flush()


def take_back(imported: ProductionImport, *, by: Person) -> None:
    """Delete the decisions of an import; what stays says that it was there."""
    hold(imported)
    if imported.state != ImportState.APPLIED:
        raise Conflict("production.not_standing")
    db.session.execute(delete(ProductionDecision).where(ProductionDecision.import_id == imported.id))
    imported.state = ImportState.TAKEN_BACK
    imported.taken_back_at, imported.taken_back_by = clock.now(), by.id
    imported.revision += 1
    db.session.flush()
    journal.record("production.take_back", actor=by.code, object=_name(imported), removed=imported.decision_count)


def discard_stale_drafts() -> None:
    """Delete the drafts that nobody has applied in a week: their files hold more than is kept of decisions."""
    for imported in queries.list_stale_drafts(clock.now() - DRAFT_LIFE):
        db.session.delete(imported)


def _hold_draft(imported: ProductionImport) -> None:
    hold(imported)
    if imported.state != ImportState.DRAFT:
        raise Conflict("production.not_a_draft")


def _name(imported: ProductionImport) -> str:
    return f"import {imported.id}"
