"""The results of one's people: for trainers those of their cohorts, for vendor managers those of the vendor. As a list,
and as files with names for those who may take them away; a learner takes away their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from lms.accounts import queries as people
from lms.cohorts import queries
from lms.cohorts.queries.results import OUTCOMES, SORTS, Wanted, list_for_export, list_quizzes, list_results
from lms.foundation import clock, journal, pdf, transaction
from lms.foundation.access import access, access_for, me, policy
from lms.foundation.locale import current, localized, moment_in_zone, zone
from lms.foundation.spreadsheets import CSV_TYPE, as_csv
from lms.kit.ordering import Order
from lms.kit.problems import NotFound
from lms.kit.tables import Column, Kind, Table
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Attempt, GradingRun, Quiz


class Format(StrEnum):
    """What a file of results is."""

    CSV = "csv"
    PDF = "pdf"


MOST = {Format.CSV: 10_000, Format.PDF: 300}
"""How many results a file holds: a PDF is made while somebody waits for it."""

blueprint = Blueprint("learner_results", __name__, template_folder="../templates")


@blueprint.get("/results/people")
@policy("result.list")
def index() -> str:
    """The list; the address holds its filters, its order and its page."""
    wanted = _wanted(request.args)
    found, part = list_results(access(), wanted)
    return render_template(
        "cohorts/results.html",
        found=[_shown(*row) for row in found],
        part=part,
        at=clock.now(),
        wanted=wanted,
        most=MOST,
        order=Order.of(wanted.sort, SORTS),
        named=people.load_named({attempt.person_id for attempt, _run, _quiz in found}),
        cohorts=[cohort for cohort, _count in reversed(queries.list_cohorts(access_for("cohort.read")))],
        quizzes=list_quizzes(access()),
    )


@blueprint.post("/results/people/file")
@policy("result.export")
@transaction.writes_late
def export() -> Response:
    """The results that the filters leave, with names, as a file; what is taken away is written down, without names."""
    try:
        form = Format(request.form.get("format", ""))
    except ValueError:
        raise NotFound from None
    wanted, now = _wanted(request.form), clock.now()
    found, count = list_for_export(access(), wanted, MOST[form])
    codes = [attempt.person.code for attempt, _run, _quiz in found]
    if form is Format.CSV:
        content = _csv(found)
    else:
        html = _html(found, count, wanted, now)
        transaction.end_read()
        content = pdf.render(html)
    transaction.begin_write()
    _note_export(form, wanted, codes)
    response = make_response(content)
    response.headers["Content-Type"] = CSV_TYPE if form is Format.CSV else "application/pdf"
    name = f"results-{now.astimezone(zone()):%Y-%m-%d}-{current()}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _wanted(sent: MultiDict[str, str]) -> Wanted:
    return Wanted(
        words=sent.get("q", "").strip(),
        **{name: sent.get(name, "") for name in ("cohort", "quiz", "outcome", "sort")},
        page=sent.get("page", 1, type=int),
    )


def _shown(attempt: Attempt, run: GradingRun, quiz: Quiz) -> tuple[Attempt, GradingRun, Quiz, int, int]:
    """A result with the percent that is shown and the cut score."""
    percent = shown_percent(run.score_thousandths, run.max_thousandths)
    return attempt, run, quiz, percent, rules_from(attempt.quiz_version.rules).cut_percent


def _csv(found: Sequence[tuple[Attempt, GradingRun, Quiz]]) -> bytes:
    named = people.load_named({attempt.person_id for attempt, _run, _quiz in found})
    passed, not_yet = _("Passed"), _("Not yet passed")
    rows = tuple(
        (
            attempt.person.code,
            attempt.person.name if attempt.person_id in named else None,
            attempt.person.reading if attempt.person_id in named else None,
            localized(quiz.title_text),
            attempt.attempt_no,
            percent,
            cut,
            passed if run.passed else not_yet,
            moment_in_zone(attempt.closed_at) if attempt.closed_at else None,
        )
        for attempt, run, quiz, percent, cut in (_shown(*row) for row in found)
    )
    columns = (
        *(Column(_("Code")), Column(_("Name")), Column(_("Reading")), Column(_("Quiz"))),
        *(Column(_("Attempt"), Kind.COUNT), Column(_("Score in percent"), Kind.COUNT)),
        *(Column(_("Cut score in percent"), Kind.COUNT), Column(_("Outcome")), Column(_("Finished"))),
    )
    return as_csv(Table(_("Results"), columns, rows))


def _html(found: Sequence[tuple[Attempt, GradingRun, Quiz]], count: int, wanted: Wanted, made_at: datetime) -> str:
    """The same as a document, for PDF."""
    cohorts = [cohort for cohort, _count in queries.list_cohorts(access_for("cohort.read"))] if wanted.cohort else []
    return render_template(
        "cohorts/print/results.html",
        found=[_shown(*row) for row in found],
        count=count,
        named=people.load_named({attempt.person_id for attempt, _run, _quiz in found}),
        cohort=next((cohort for cohort in cohorts if cohort.code == wanted.cohort), None),
        quiz=next((quiz for _attempt, _run, quiz in found if quiz.code == wanted.quiz), None),
        wanted=wanted,
        made_at=made_at,
        made_by=me().code,
        locale=current(),
    )


def _note_export(form: Format, wanted: Wanted, codes: Sequence[str]) -> None:
    """Say in the trail who took away what. The words may have been a name: it says by code who was found.

    So may whatever was sent as a cohort or quiz of which nothing was found.
    """
    asked: dict[str, Any] = {"cohort": wanted.cohort, "quiz": wanted.quiz} if codes else {}
    asked["outcome"] = wanted.outcome if wanted.outcome in OUTCOMES else ""
    asked["people"] = sorted(set(codes)) if wanted.words else []
    journal.record(
        "result.export",
        actor=me().code,
        object="results",
        chain_id=me().vendor_id,
        format=form.value,
        entries=len(codes),
        **{name: value for name, value in asked.items() if value},
    )
