"""Reports: asking for one, watching it being made, downloading it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.analysis import queries as analysis
from lms.foundation import storage
from lms.foundation.access import me, policy
from lms.foundation.forms import choices
from lms.foundation.locale import current, localized
from lms.kit.ordering import Order
from lms.kit.problems import Conflict
from lms.quizzes import queries as quizzes
from lms.reports import actions, phrases, queries
from lms.reports.forms import AnalysisReportForm
from lms.reports.models import ReportRun

blueprint = Blueprint("reports", __name__, template_folder="../templates")


@blueprint.get("/reports")
@policy("report.write")
def index() -> str:
    order = Order.of(request.args.get("sort", ""), queries.SORTS)
    runs, part = queries.list_runs(me().id, request.args.get("page", 1, type=int), order)
    days = current_app.config["KIJUN"].report_days
    return render_template(
        "reports/index.html", listed=_titled(runs), part=part, order=order, phrases=phrases, days=days
    )


@blueprint.route("/reports/new", methods=["GET", "POST"])
@policy("report.write")
def new() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "") for name in ("quiz", "cohort", "taken_in")}
    form = AnalysisReportForm(**asked, language=current())
    quiz = quizzes.get_quiz(form.quiz.data)
    names = analysis.load_cohort_names(quiz)
    form.cohort.choices = choices([("", _("All")), *((code, localized(name)) for code, name in names.items())])
    if form.is_sent_and_valid():
        run = actions.request_analysis(
            current_user,
            quiz=quiz.code,
            cohort=form.cohort.data,
            locale=form.language.data,
            comment=form.comment.data or "",
            taken_in=form.taken_in.data,
        )
        return redirect(url_for("reports.show", public_id=run.public_id))
    page = render_template("reports/new.html", form=form, quiz=quiz)
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/reports/<public_id>")
@policy("report.write")
def show(public_id: str) -> str:
    run = queries.get_run(me().id, public_id)
    why = phrases.FAILURES.get(queries.failure(run), phrases.BROKEN)
    [(_run, title)] = _titled([run])
    return render_template("reports/show.html", run=run, title=title, why=why, phrases=phrases)


@blueprint.post("/reports/<public_id>/cancel")
@policy("report.write")
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop the making of a report."""
    run = queries.get_run(me().id, public_id)
    actions.cancel(run, by=current_user)
    flash(_("The report is cancelled. Its options are kept."))
    return redirect(url_for("reports.show", public_id=public_id))


@blueprint.post("/reports/<public_id>/again")
@policy("report.write")
def again(public_id: str) -> ResponseReturnValue:
    """Make a report anew with the same options."""
    run = actions.ask_again(queries.get_run(me().id, public_id), by=current_user)
    return redirect(url_for("reports.show", public_id=run.public_id))


@blueprint.get("/reports/<public_id>/file")
@policy("report.write")
def download(public_id: str) -> Response:
    run = queries.get_run(me().id, public_id)
    if run.file_sha256 is None:
        raise Conflict("report.expired" if run.finished_at else "report.not_ready")
    response = make_response(storage.load(run.file_sha256))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{run.file_name}"'
    return response


def _titled(runs: Sequence[ReportRun]) -> list[tuple[ReportRun, str]]:
    names = queries.load_names(runs)
    return [(run, phrases.title(run.request, names.quizzes, names.cohorts)) for run in runs]
