"""What one person has done: attempts, policies acknowledged, cohorts. Everybody may have their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.cohorts.models import Enrolment
from lms.foundation.db import db
from lms.kit.problems import Invalid, NotFound
from lms.kit.tables import Column, Kind, Piece, Table
from lms.policies import queries as policies
from lms.policies.models import Acknowledgement, PolicyVersion
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Attempt, GradingRun, Quiz
from lms.quizzes.queries import list_finished
from lms.reports.access import Reader
from lms.reports.builders import framing
from lms.reports.core.document import Document, Grid, Part
from lms.reports.core.scope import People, Request
from lms.reports.words import told

PARTS = {
    "attempts": _l("Quizzes"),
    "acknowledgements": _l("Policies acknowledged"),
    "cohorts": _l("Cohorts"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """All that the report is made of."""

    person: Person
    label: str
    attempts: Sequence[tuple[Attempt, GradingRun]]
    quizzes: Mapping[int, Quiz]
    acknowledged: Sequence[tuple[Acknowledgement, PolicyVersion]]
    enrolments: Sequence[Enrolment]


def load(request: Request, reader: Reader) -> Found:
    """The person, if within reach; nobody is out of their own."""
    person = _person(request, reader)
    attempts = list_finished(person.id)
    quiz_ids = {attempt.quiz_version.quiz_id for attempt, _run in attempts}
    found = db.session.scalars(select(Quiz).where(Quiz.id.in_(quiz_ids)))
    by_version = policies.load_acknowledged(person.id)
    versions = db.session.scalars(
        select(PolicyVersion).where(PolicyVersion.id.in_(by_version)).options(joinedload(PolicyVersion.module))
    )
    read = sorted(
        ((by_version[version.id], version) for version in versions),
        key=lambda pair: (pair[0].acknowledged_at, pair[1].module.code),
    )
    enrolled = select(Enrolment).where(Enrolment.person_id == person.id).options(joinedload(Enrolment.cohort))
    return Found(
        person,
        reader.labels(request.people, [person])[person.id],
        attempts,
        {quiz.id: quiz for quiz in found},
        read,
        sorted(db.session.scalars(enrolled), key=lambda one: (one.enrolled_at, one.cohort.code)),
    )


def _person(request: Request, reader: Reader) -> Person:
    code, own = request.about.get("person", ""), reader.access.person_id
    mine = db.session.get(Person, own) if own is not None else None
    if mine is not None and code in {"", mine.code}:
        return mine
    try:
        return accounts.get_person(reader.access, code)
    except NotFound:
        raise Invalid("report.no_person", field="person") from None


def title(request: Request, reader: Reader) -> str:
    """The person by code: titles are kept."""
    return _person(request, reader).code


def file_words(request: Request) -> tuple[str, ...]:
    """What the file is named after."""
    return "transcript", request.about.get("person") or request.made_by


def describe(request: Request, found: Found) -> Document:
    """The document in the language that is being spoken."""
    facts = (
        (_("Person"), (found.label,)),
        (_("Site"), (told(found.person.site.name_text),)),
    )
    parts = [_attempts(request, found), _acknowledgements(request, found), _cohorts(request, found)]
    shown = request if request.people is People.NAMES else replace(request, people=People.CODES)  # there is always one
    return framing.framed(shown, _("Transcript"), found.label, facts, parts)


def _part(code: str, heading: str, columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]) -> Part:
    grid = Grid(code, Table(heading, tuple(columns), tuple(rows)))
    return Part(code, heading, (grid,) if rows else ())


def _attempts(request: Request, found: Found) -> Part:
    columns = (
        *(Column(_("Quiz")), Column(_("Attempt"), Kind.COUNT), Column(_("Finished"), Kind.MOMENT)),
        *(Column(_("Language")), Column(_("Score"), Kind.SHARE), Column(_("Cut score"), Kind.SHARE)),
        Column(_("Outcome")),
    )
    rows = [
        (
            told(found.quizzes[attempt.quiz_version.quiz_id].title_text),
            attempt.attempt_no,
            framing.local(request, attempt.closed_at),
            attempt.locale.upper(),
            shown_percent(run.score_thousandths, run.max_thousandths) / 100,
            rules_from(attempt.quiz_version.rules).cut_percent / 100,
            Piece(_("Passed"), "is-pass") if run.passed else Piece(_("Not yet passed"), "is-risk"),
        )
        for attempt, run in found.attempts
    ]
    return _part("attempts", _("Quizzes"), columns, rows)


def _acknowledgements(request: Request, found: Found) -> Part:
    columns = (
        *(Column(_("Policy")), Column(_("Version")), Column(_("Acknowledged"), Kind.MOMENT), Column(_("Language"))),
    )
    rows = [
        (told(version.title_text), version.number, framing.local(request, read.acknowledged_at), read.locale.upper())
        for read, version in found.acknowledged
    ]
    return _part("acknowledgements", _("Policies acknowledged"), columns, rows)


def _cohorts(request: Request, found: Found) -> Part:
    columns = (Column(_("Cohort")), Column(_("First day"), Kind.DAY), Column(_("Last day"), Kind.DAY))
    rows = [
        (
            told(one.cohort.name_text),
            one.enrolled_at.astimezone(request.zone).date(),
            one.left_at.astimezone(request.zone).date() if one.left_at else None,
        )
        for one in found.enrolments
    ]
    return _part("cohorts", _("Cohorts"), columns, rows)
