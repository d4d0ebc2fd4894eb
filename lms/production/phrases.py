"""The words of imports and their findings, and the cautious sentences that go with verdicts."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.foundation import findings
from lms.kit.findings import Finding
from lms.kit.text import letter
from lms.production.core.columns import Part
from lms.production.core.days import DayOrder
from lms.production.core.kinds import ErrorKind, ImportKind, ImportState
from lms.production.core.verdicts import Verdict

KINDS = {ImportKind.AUDIT: _l("Audit sample"), ImportKind.DAILY: _l("Daily output")}

STATES = {
    ImportState.DRAFT: _l("Not applied yet"),
    ImportState.APPLIED: _l("Counted"),
    ImportState.TAKEN_BACK: _l("Undone"),
}
MARKS = {ImportState.DRAFT: "is-info", ImportState.APPLIED: "is-pass", ImportState.TAKEN_BACK: "is-none"}

ERRORS = {
    ErrorKind.FALSE_POSITIVE: _l("False positive"),
    ErrorKind.FALSE_NEGATIVE: _l("False negative"),
    ErrorKind.WRONG_SELECTION: _l("Wrong selection"),
    ErrorKind.TECHNICAL: _l("Technical"),
}
SHORT = {
    ErrorKind.FALSE_POSITIVE: _l("FP"),
    ErrorKind.FALSE_NEGATIVE: _l("FN"),
    ErrorKind.WRONG_SELECTION: _l("Selection"),
    ErrorKind.TECHNICAL: _l("Technical"),
}

PARTS = {
    Part.PERSON: _l("Decided by"),
    Part.CASE: _l("Case reference"),
    Part.QUEUE: _l("Queue"),
    Part.DECIDED_ON: _l("Date of the decision"),
    Part.DECISION: _l("Decision"),
    Part.RIGHT_DECISION: _l("Right decision"),
    Part.ERROR_KIND: _l("Kind of error"),
    Part.SECTION: _l("Policy section"),
}

EXAMPLE = (
    "L0042",
    _l("CASE-0001"),
    _l("JA-Live"),
    "2026-11-16",
    _l("Remove"),
    _l("Leave up"),
    _l("False positive"),
    "HAR/unwanted-contact",
)
"""A row of the template, in the order of the parts."""

ORDERS = {
    DayOrder.FROM_FILE: _l("As the file shows it"),
    DayOrder.DAY_FIRST: _l("Day first: 16/11/2026"),
    DayOrder.MONTH_FIRST: _l("Month first: 11/16/2026"),
}

VERDICTS = {
    Verdict.KNOWLEDGE: _l("Knowledge gap"),
    Verdict.APPLICATION: _l("Application gap"),
    Verdict.NEITHER: _l("Neither"),
    Verdict.FEW_DATA: _l("Not enough data"),
}
VERDICT_MARKS = {
    Verdict.KNOWLEDGE: "is-fail",
    Verdict.APPLICATION: "is-risk",
    Verdict.NEITHER: "is-pass",
    Verdict.FEW_DATA: "is-none",
}
MEANINGS = {
    Verdict.KNOWLEDGE: _l("People who do not know the section err on it more than on others, unlike those who do."),
    Verdict.APPLICATION: _l("People who know the section err on it more than on others all the same."),
    Verdict.NEITHER: _l("Nobody errs clearly more on it than on others."),
    Verdict.FEW_DATA: _l("A verdict needs 10 people and 100 checked decisions."),
}
NEXT_STEPS = {
    Verdict.KNOWLEDGE: _l("Teach the section again, and look at its text and its questions first."),
    Verdict.APPLICATION: _l("Practise on real cases: calibrate, and see whether the quiz asks what the queue asks."),
    Verdict.NEITHER: _l("Nothing to do."),
    Verdict.FEW_DATA: _l("Import more audit samples, or choose a longer time."),
}

UNEXPLAINED = _l("People err on it more than on other sections, and the data do not tell why.")
ASKED_TOO_HARD = _l("Most do not reach the cut and decide rightly all the same: look at the questions.")

FINDINGS = {
    "not-text": _l("The file is not text in a known encoding."),
    "empty-file": _l("The file is empty."),
    "broken-record": _l("The line cannot be read as CSV."),
    "ragged-row": _l("The line has %(found)s cells, not %(expected)s."),
    "duplicate-column": _l("The column “%(name)s” appears twice."),
    "unnamed-column": _l("A column has no name."),
    "encoding-guessed": _l("The encoding was read as %(encoding)s."),
    "old-workbook": _l("This is a workbook of the old kind (XLS). Save it as XLSX or CSV."),
    "not-a-workbook": _l("The workbook cannot be read. Save it again as XLSX or CSV."),
    "workbook-too-large": _l("The workbook is too large. Split it, or save the sheet as CSV."),
    "no-rows": _l("There is no row below the names of the columns."),
    "too-many-rows": _l("One file can have at most %(most)s rows. Split it."),
    "column-missing": _l("Choose the column for “%(part)s”."),
    "column-twice": _l("The column “%(name)s” is chosen twice, also for “%(part)s”."),
    "judging-missing": _l(
        "An audit sample needs the right decision or the kind of error. Choose a column for one of them."
    ),
    "no-person": _l("The row names no person."),
    "unknown-person": _l("Nobody has the code or address “%(value)s”."),
    "no-case": _l("The row has no case reference."),
    "no-day": _l("The row has no date."),
    "bad-day": _l("“%(value)s” is not a date."),
    "ambiguous-day": _l("“%(value)s” can be two dates. Choose how dates are written."),
    "future-day": _l("“%(value)s” is still to come."),
    "no-decision": _l("The row has no decision."),
    "rounded-case": _l(
        "“%(value)s” is a long number that a spreadsheet has rounded. Make the column text there, and fill it in anew."
    ),
    "too-long": _l("“%(value)s” is longer than %(most)s characters."),
    "not-printable": _l("“%(value)s” holds characters that cannot be seen."),
    "not-judged": _l("The row does not say what was right."),
    "unknown-kind": _l("“%(value)s” is no known kind of error."),
    "right-with-error": _l("The decision “%(value)s” is the right one, yet an error is given (%(kind)s)."),
    "wrong-without-error": _l("The decision “%(value)s” is not the right one (“%(right)s”), yet no error is given."),
    "unknown-section": _l("No section is called “%(value)s”."),
    "zero-lost": _l(
        "“%(value)s” may be section %(other)s, whose last zero spreadsheets drop. "
        "Write the code of the policy before it."
    ),
    "section-of-several": _l("Several sections are called “%(value)s”. Write the code of the policy before it."),
    "duplicate-row": _l("The case “%(case)s” is in row %(first)s already, for the same person and day."),
    "kept-otherwise": _l("The case “%(case)s” was imported before with something else in it."),
}

PROBLEMS = {
    "production.nobody": _l("Nobody has the address “%(login)s”."),
    "production.no_file": _l("Choose a file."),
    "production.not_applied": _l("Some rows still have errors. Mend them, or leave them out."),
    "production.not_a_draft": _l("Somebody has applied or discarded this import in the meantime."),
    "production.not_standing": _l("This import is not counted any more."),
}


def worded(finding: Finding) -> Finding:
    """A finding whose facts are words of the reader's language."""
    facts = {name: _spoken(fact) for name, fact in finding.facts.items()}
    return Finding(finding.level, finding.code, finding.line, finding.column, facts)


def told(finding: Finding) -> str:
    """The sentence of a finding in the reader's language."""
    return findings.sentence(worded(finding), FINDINGS)


def placed(finding: Finding) -> str:
    """The same with its row, where it has one."""
    if finding.line is None:
        return told(finding)
    return str(_("Row %(row)s: %(sentence)s", row=finding.line, sentence=told(finding)))


def column_of(finding: Finding) -> str:
    """The letter of a finding's column, as spreadsheets show it."""
    return letter(finding.column - 1) if finding.column else ""


def _spoken(fact: Any) -> Any:
    if isinstance(fact, Part):
        return str(PARTS[fact])
    return str(ERRORS[fact]) if isinstance(fact, ErrorKind) else fact
