from __future__ import annotations

import secrets

from lms.accounts.models import Person
from lms.foundation import clock, jobs, journal, notices, pdf, storage, transaction
from lms.foundation.db import db
from lms.kit.ids import public_id
from lms.quizzes import queries as quizzes
from lms.reports.builders import analysis
from lms.reports.models import ReportRun

KIND = "analysis"


def request_analysis(
    person: Person, *, quiz: str, cohort: str, locale: str, comment: str, taken_in: str = ""
) -> ReportRun:
    """Ask for the result analysis of a quiz (of the attempts in one language); a worker makes it."""
    quizzes.get_quiz(quiz)
    asked = {"quiz": quiz, "cohort": cohort, "taken_in": taken_in, "comment": comment}
    run = ReportRun(
        public_id=public_id(secrets.token_bytes(16)),
        person_id=person.id,
        kind=KIND,
        locale=locale,
        request={**asked, "by": person.code, "zone": person.zone_name},
        asked_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    run.job = jobs.enqueue("reports.build", run_id=run.id)
    name = f"{KIND} {quiz}"
    journal.record(
        "report.export",
        actor=person.code,
        object=name,
        chain_id=person.vendor_id,
        locale=locale,
        cohort=cohort,
        taken_in=taken_in,
    )
    return run


def build(run_id: int) -> None:
    """Make the file of a report. Rendering happens between two short transactions, so nobody waits for it."""
    with transaction.unit(write=False):
        run = db.session.get_one(ReportRun, run_id)
        request = _request(run)
        html = analysis.html(request)
    content = pdf.render(html)
    digest = storage.save(content)
    with transaction.unit():
        run = db.session.get_one(ReportRun, run_id)
        run.file_sha256, run.file_name = digest, analysis.file_name(request)
        quiz_text = quizzes.get_quiz(request.quiz).title_text
        notices.tell("report.ready", run.public_id, [run.person_id], quiz_text=quiz_text, public_id=run.public_id)


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
