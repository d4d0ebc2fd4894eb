"""Reports: asking for one, watching it being made, reading it, downloading it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import spreadsheets, storage
from lms.foundation.access import access, access_for, confirm_for, may, me, policy
from lms.foundation.locale import current, localized
from lms.kit.ordering import Order
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.reports import actions, asking, phrases, queries, rendering
from lms.reports.access import Reader
from lms.reports.catalogue import REPORTS, file_name_of
from lms.reports.core import kept
from lms.reports.core.document import Document
from lms.reports.core.schedule import rule_from
from lms.reports.core.scope import Format, People
from lms.reports.models import ReportRun
from lms.reports.queries import schedules

blueprint = Blueprint("reports", __name__, template_folder="../templates")


@blueprint.get("/reports")
@policy("report.read")
def index() -> str:
    order = Order.of(request.args.get("sort", ""), queries.SORTS)
    runs, part = queries.list_runs(me().id, request.args.get("page", 1, type=int), order)
    planned = schedules.list_schedules(me().id)
    return render_template(
        "reports/index.html",
        listed=_titled(runs),
        part=part,
        order=order,
        phrases=phrases,
        days=current_app.config["KIJUN"].report_days,
        scheduled=[(one, phrases.rule_words(rule_from(one.rule))) for one in planned],
    )


@blueprint.get("/reports/new")
@policy("report.read")
def choose() -> str:
    """The kinds of reports that somebody may ask for."""
    kinds = [(code, kind) for code, kind in REPORTS.items() if may(kind.action)]
    return render_template("reports/choose.html", kinds=kinds, phrases=phrases)


def _new(code: str) -> ResponseReturnValue:
    """The form of one kind: what the report is about, and what goes into it."""
    kind = REPORTS[code]
    form = asking.form_for(code, Reader(access(), access_for("person.names"), has_lists=may("result.list")))
    if form is None:
        return redirect(url_for("analysis.index"))  # the one kind that starts from a page of its own
    if form.is_sent_and_valid():
        chosen = frozenset(form.parts.data)
        try:
            run = actions.request_report(
                current_user,
                code,
                asking.about_of(form),
                language=form.language.data,
                comment=form.comment.data or "",
                people=People(form.people.data) if form.people else People.NONE,
                reason=(form.reason.data or "") if form.reason else "",
                parts=None if chosen == frozenset(kind.parts) else chosen,
            )
        except Invalid as problem:
            form.take_back(problem)
        else:
            return redirect(url_for("reports.show", public_id=run.public_id))
    page = render_template("reports/new.html", form=form, kind=kind, code=code)
    return (page, 422) if request.method == "POST" else page


def _add_form(code: str) -> None:
    @policy(REPORTS[code].action)
    def ask() -> ResponseReturnValue:
        return _new(code)

    blueprint.add_url_rule(f"/reports/new/{code}", f"new_{code}", ask, methods=["GET", "POST"])


for _code in REPORTS:
    _add_form(_code)


@blueprint.get("/reports/<public_id>")
@policy("report.read")
def show(public_id: str) -> str:
    run = queries.get_run(me().id, public_id)
    why = phrases.FAILURES.get(queries.failure(run), phrases.BROKEN)
    [(_run, title)] = _titled([run])
    return render_template("reports/show.html", run=run, title=title, why=why, again=_again(run), phrases=phrases)


@blueprint.post("/reports/<public_id>/cancel")
@policy("report.read")
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop the making of a report."""
    run = queries.get_run(me().id, public_id)
    actions.cancel(run, by=current_user)
    flash(_("The report is cancelled. Its options are kept."))
    return redirect(url_for("reports.show", public_id=public_id))


@blueprint.post("/reports/<public_id>/again")
@policy("report.read")
def again(public_id: str) -> ResponseReturnValue:
    """Make a report anew with the same options."""
    pattern = queries.get_run(me().id, public_id)
    confirm_for(REPORTS[pattern.kind].action)
    run = actions.ask_again(pattern, by=current_user)
    return redirect(url_for("reports.show", public_id=run.public_id))


@blueprint.get("/reports/<public_id>/view")
@policy("report.read")
def view(public_id: str) -> str:
    """The report on screen, of the same values as its files."""
    run = _readable(public_id)
    document = _document(run)
    [(_run, title)] = _titled([run])
    return render_template(
        "reports/view.html", run=run, title=title, phrases=phrases, article=rendering.screen(document)
    )


@blueprint.get("/reports/<public_id>/file")
@policy("report.read")
def download(public_id: str) -> Response:
    """The PDF, or with ``?format=`` the workbook or the tables as CSV."""
    run = _readable(public_id)
    try:
        form = Format(request.args.get("format", Format.PDF))
    except ValueError:
        raise NotFound from None
    if run.file_sha256 is None:
        raise Conflict("report.expired" if run.finished_at else "report.not_ready")
    if form is Format.PDF:
        return _file(storage.load(run.file_sha256), "application/pdf", str(run.file_name))
    asked, document = actions.request_of(run), _document(run)
    if form is Format.XLSX:
        return _file(rendering.as_xlsx(document), spreadsheets.XLSX_TYPE, file_name_of(asked, form))
    content, ending = rendering.as_csv(document)
    kind = spreadsheets.ZIP_TYPE if ending == "zip" else spreadsheets.CSV_TYPE
    return _file(content, kind, file_name_of(asked, ending))


def _readable(public_id: str) -> ReportRun:
    """A report that may be read: roles may have gone since, and the password is asked for where people appear."""
    run = queries.get_run(me().id, public_id)
    actions.check_reader(run, current_user)
    if actions.request_of(run).people is not People.NONE:
        confirm_for(REPORTS[run.kind].action)
    return run


def _file(content: bytes, kind: str, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _document(run: ReportRun) -> Document:
    if run.document_sha256 is None:
        raise Conflict("report.expired" if run.finished_at else "report.not_ready")
    return kept.read(storage.load(run.document_sha256))


def _again(run: ReportRun) -> str:
    """The form with the choices of a report."""
    about: dict[str, Any] = {name: value for name, value in actions.request_of(run).about.items() if value}
    if "campaign" in about:
        about["run"] = f"{about.pop('campaign')}/{about.pop('period')}"
    return url_for(f"reports.new_{run.kind}", **about)


def _titled(runs: Sequence[ReportRun]) -> list[tuple[ReportRun, Any]]:
    """Reports with what they are about. Those asked for earlier say it by code."""
    return [
        (run, localized(run.request["title"], current()) if "title" in run.request else run.request["quiz"])
        for run in runs
    ]
