from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import update

from lms.accounts.models import Person
from lms.foundation import clock, jobs, journal, notices, pdf, scratch, storage, transaction
from lms.foundation.db import db
from lms.kit.ids import public_id
from lms.kit.problems import Conflict, Invalid, Refused
from lms.kit.text import is_blank
from lms.reports import catalogue, rendering
from lms.reports.access import as_json, may_make, may_read, reach_from, reach_of, reader_of
from lms.reports.actions import delivering
from lms.reports.core import kept
from lms.reports.core.scope import Format, People, Request
from lms.reports.models import ReportRun, Sending

ROWS_A_PAGE = 40
SPARED = timedelta(days=1)
"""What nobody names or holds may be about to be: a file whose row is being written, a folder just made."""


def request_report(
    person: Person,
    kind: str,
    about: Mapping[str, str],
    *,
    language: str,
    comment: str = "",
    people: People = People.NONE,
    reason: str = "",
    parts: frozenset[str] | None = None,
    sending: Sending | None = None,
) -> ReportRun:
    """Ask for a report; a worker makes it. What it is about must lie within the person's reach.

    Names of others want a reason, for the audit trail. One of a turn of a schedule is mailed when it is made.
    """
    now = clock.now()
    is_own = catalogue.REPORTS[kind].is_own and about.get("person", "") in {"", person.code}
    if people is People.NAMES and not is_own and is_blank(reason):
        raise Invalid("report.no_reason", field="reason")
    asked = Request(kind, about, language, now, person.code, person.zone_name, comment, people, parts)
    reader = reader_of(person, catalogue.REPORTS[kind].action)
    run = ReportRun(
        public_id=public_id(secrets.token_bytes(16)),
        person_id=person.id,
        kind=kind,
        locale=language,
        request={
            **about,
            "comment": comment,
            "people": people.value,
            "reason": reason,
            "parts": None if parts is None else sorted(parts),
            "title": catalogue.titles(asked, reader),
            "by": person.code,
            "zone": person.zone_name,
        },
        asked_at=now,
        sending_id=sending.id if sending else None,
    )
    db.session.add(run)
    db.session.flush()
    run.job = jobs.enqueue("reports.build", run_id=run.id)
    journal.record(
        "report.export",
        actor="system" if sending else person.code,
        object=" ".join([kind, *(value for value in about.values() if value)]),
        chain_id=person.vendor_id,
        locale=language,
        people_shown=people.value,
        reason=reason,
        **{name: value for name, value in about.items() if value},
    )
    return run


def ask_again(run: ReportRun, *, by: Person) -> ReportRun:
    """Ask for a report with the options of another one; what it says is that of today."""
    asked = request_of(run)
    return request_report(
        by,
        run.kind,
        asked.about,
        language=asked.language,
        comment=asked.comment,
        people=asked.people,
        reason=run.request.get("reason", ""),
        parts=asked.parts,
    )


def request_for(sending: Sending, language: str) -> ReportRun:
    """Ask for the report of a turn in one language, with the options of its schedule."""
    schedule = sending.schedule
    asked = {"by": schedule.owner.code, "zone": schedule.owner.zone_name, **schedule.request}
    options = asked_for(schedule.kind, asked, language, clock.now())
    return request_report(
        schedule.owner,
        schedule.kind,
        catalogue.REPORTS[schedule.kind].of_turn(options, sending.due_at),
        language=language,
        comment=options.comment,
        people=options.people,
        reason=schedule.request.get("reason", ""),
        parts=options.parts,
        sending=sending,
    )


def cancel(run: ReportRun, *, by: Person) -> None:
    """Stop the making of a report. Raises ``Conflict`` when it has been made, or has failed, in the meantime."""
    if run.job is None:
        raise Conflict("job.moved_on")
    jobs.cancel(run.job)
    journal.record("report.cancel", actor=by.code, object=f"{run.kind} {run.public_id}", chain_id=by.vendor_id)


def build(run_id: int) -> None:
    """Make the file of a report. Rendering happens between two short transactions, so nobody waits for it.

    What is made already is left: the worker that made it died before it could say so.
    """
    with transaction.unit(write=False):
        run = db.session.get_one(ReportRun, run_id)
        if run.finished_at is not None:
            return
        jobs.progress("reading")
        request, title = request_of(run), run.request["title"]
        kind = catalogue.REPORTS[request.kind]
        reader = reader_of(run.person, kind.action)
        reach = reach_of(run.person, kind.draws_on(request.people))
        document = catalogue.build(request, reader)
        html = rendering.html(document)
    content = rendering.as_pdf(document, html, watch=_laying_out(html))
    jobs.progress("saving")
    storage.save(content)
    with transaction.unit():
        run = db.session.get_one(ReportRun, run_id)
        _keep(run, content, kept.written(document), catalogue.file_name_of(request, Format.PDF))
        run.request = {**run.request, "reach": as_json(reach)}
        if run.sending_id is not None:
            delivering.deliver(run)
        else:
            notices.tell("report.ready", run.public_id, [run.person_id], quiz_text=title, public_id=run.public_id)


def _laying_out(html: str) -> pdf.Watch:
    """Says how many pages are laid out. Of how many is a guess by the rows of the tables, as nobody knows before."""
    likely = 1 + html.count("<tr") // ROWS_A_PAGE

    def watch(pages: int) -> None:
        jobs.progress("pages", pages, max(likely, pages + 1))

    return watch


def _keep(run: ReportRun, content: bytes, values: bytes, name: str) -> None:
    """Let a run have its file. It is saved in this transaction, too, lest it has been swept away meanwhile."""
    now = clock.now()
    run.file_sha256, run.file_name, run.file_size = storage.save(content), name, len(content)
    run.document_sha256 = storage.save(values)
    run.finished_at = now
    run.expires_at = now + timedelta(days=current_app.config["KIJUN"].report_days)


def check_reader(run: ReportRun, person: Person) -> None:
    """Raises ``Refused`` when somebody may not read any more what was made for them, or was sent to them."""
    kind, stored = catalogue.REPORTS[run.kind], run.request.get("reach")
    reach = reach_from(stored) if stored else reach_of(run.person, kind.draws_on(request_of(run).people))
    if not may_make(person, kind.action) or not may_read(person, reach):
        raise Refused("report.not_yours")


def expire() -> None:
    """Let go of the reports that have been kept long enough, and delete what nobody names or works on any more."""
    now = clock.now()
    old = ReportRun.expires_at < now, ReportRun.file_sha256.is_not(None)
    gone: Any = db.session.execute(update(ReportRun).where(*old).values(file_sha256=None, document_sha256=None))
    storage.sweep(now - SPARED)
    scratch.sweep(now - SPARED)
    if gone.rowcount:
        journal.record("report.expire", actor="system", object="reports", reports=gone.rowcount)


ABOUT = (
    *("quiz", "cohort", "taken_in", "site", "vendor", "window", "attempts", "person"),
    *("module", "version", "campaign", "period", "month"),
)
"""What a report can be about, by the name under which a request has it."""


def request_of(run: ReportRun) -> Request:
    """What was asked for."""
    return asked_for(run.kind, run.request, run.locale, run.asked_at)


def asked_for(kind: str, asked: Mapping[str, Any], language: str, at: datetime) -> Request:
    """A request from its stored form. Reports that were asked for earlier had fewer choices."""
    parts = asked.get("parts")
    return Request(
        kind=kind,
        about={name: asked[name] for name in ABOUT if name in asked},
        language=language,
        made_at=at,
        made_by=asked["by"],
        zone_name=asked["zone"],
        comment=asked.get("comment", ""),
        people=People(asked.get("people", People.NONE)),
        parts=None if parts is None else frozenset(parts),
    )
