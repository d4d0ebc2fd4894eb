from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import update

from lms.accounts.models import Person
from lms.foundation import clock, jobs, journal, notices, pdf, storage, transaction
from lms.foundation.db import db
from lms.kit.ids import public_id
from lms.kit.problems import Conflict
from lms.quizzes import queries as quizzes
from lms.reports.builders import analysis
from lms.reports.models import ReportRun

KIND = "analysis"
ROWS_A_PAGE = 40
SPARED = timedelta(days=1)
"""A file that no row names may be one whose row is about to be written."""


def request_analysis(
    person: Person, *, quiz: str, cohort: str, locale: str, comment: str, taken_in: str = ""
) -> ReportRun:
    """Ask for the result analysis of a quiz (of the attempts in one language); a worker makes it."""
    quizzes.get_quiz(quiz)
    return _request_run(
        person, KIND, locale, {"quiz": quiz, "cohort": cohort, "taken_in": taken_in, "comment": comment}
    )


def ask_again(run: ReportRun, *, by: Person) -> ReportRun:
    """Ask for a report with the options of another one; what it says is that of today."""
    kept = {name: value for name, value in run.request.items() if name not in {"by", "zone"}}
    return _request_run(by, run.kind, run.locale, kept)


def _request_run(person: Person, kind: str, locale: str, asked: Mapping[str, Any]) -> ReportRun:
    run = ReportRun(
        public_id=public_id(secrets.token_bytes(16)),
        person_id=person.id,
        kind=kind,
        locale=locale,
        request={**asked, "by": person.code, "zone": person.zone_name},
        asked_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    run.job = jobs.enqueue("reports.build", run_id=run.id)
    journal.record(
        "report.export",
        actor=person.code,
        object=f"{kind} {asked['quiz']}",
        chain_id=person.vendor_id,
        locale=locale,
        cohort=asked["cohort"],
        taken_in=asked.get("taken_in", ""),
    )
    return run


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
        request = _request(run)
        html = analysis.html(request)
    content = pdf.render(html, watch=_laying_out(html))
    jobs.progress("saving")
    storage.save(content)
    with transaction.unit():
        run = db.session.get_one(ReportRun, run_id)
        _keep(run, content, analysis.file_name(request))
        quiz_text = quizzes.get_quiz(request.quiz).title_text
        notices.tell("report.ready", run.public_id, [run.person_id], quiz_text=quiz_text, public_id=run.public_id)


def _laying_out(html: str) -> pdf.Watch:
    """Says how many pages are laid out. Of how many is a guess by the rows of the tables, as nobody knows before."""
    likely = 1 + html.count("<tr") // ROWS_A_PAGE

    def watch(pages: int) -> None:
        jobs.progress("pages", pages, max(likely, pages + 1))

    return watch


def _keep(run: ReportRun, content: bytes, name: str) -> None:
    """Let a run have its file. It is saved in this transaction, too, lest it has been swept away meanwhile."""
    now = clock.now()
    run.file_sha256, run.file_name, run.file_size = storage.save(content), name, len(content)
    run.finished_at = now
    run.expires_at = now + timedelta(days=current_app.config["KIJUN"].report_days)


def expire() -> None:
    """Let go of the reports that have been kept long enough, and delete the files that nobody names any more."""
    now = clock.now()
    old = ReportRun.expires_at < now, ReportRun.file_sha256.is_not(None)
    gone: Any = db.session.execute(update(ReportRun).where(*old).values(file_sha256=None))
    storage.sweep(now - SPARED)
    if gone.rowcount:
        journal.record("report.expire", actor="system", object="reports", reports=gone.rowcount)


def _request(run: ReportRun) -> analysis.Request:
    asked = run.request
    return analysis.Request(
        quiz=asked["quiz"],
        cohort=asked["cohort"],
        locale=run.locale,
        made_at=run.asked_at,
        made_by=asked["by"],
        zone_name=asked["zone"],
        comment=asked["comment"],
        taken_in=asked.get("taken_in", ""),  # reports asked for earlier kept to no language
    )
