"""Reports that come again: planning one, its page, changing, pausing, sending now, ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import Access, Scope, confirm_for, me, policy
from lms.foundation.errors import sentence
from lms.foundation.locale import localized
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.reports import phrases
from lms.reports.actions import scheduling
from lms.reports.actions.delivering import MOST_BYTES
from lms.reports.actions.scheduling import Plan
from lms.reports.catalogue import REPORTS
from lms.reports.core.schedule import rule_from
from lms.reports.core.scope import People
from lms.reports.models import ReportRun, ReportSchedule
from lms.reports.queries import schedules
from lms.reports.schedule_forms import ScheduleForm, field_of, form_for, values_of
from lms.sites import queries as sites

blueprint = Blueprint("report_schedules", __name__, template_folder="../templates")
EVERYWHERE = Access(None, None, None, frozenset(), frozenset({Scope.ALL}))
"""A schedule may follow the working days of any site in use; their names are no secret."""


@blueprint.route("/reports/schedules/new", methods=["GET", "POST"])
@policy("report.read")
def new() -> ResponseReturnValue:
    """A report that was made once is to come again."""
    patterns = [run for run in schedules.list_patterns(me().id) if "title" in run.request]  # older ones have none
    if not patterns:
        return render_template("reports/schedules/none.html")
    asked = request.values.get("report", "")
    pattern = next((run for run in patterns if run.public_id == asked), patterns[0])
    usual = {} if request.method == "POST" else _usual()
    form = _form(pattern.kind, pattern.request, patterns, report=pattern.public_id, **usual)
    if request.method == "POST":
        confirm_for(REPORTS[pattern.kind].action)
    if form.is_sent_and_valid():
        try:
            made = scheduling.create(pattern, _plan(form), by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Planned. It is sent by itself."))
            return redirect(url_for("report_schedules.show", public_id=made.public_id))
    return _form_page(form, pattern.kind, pattern.request, title=_("New scheduled report")), form.status


@blueprint.get("/reports/schedules/preview")
@policy("report.read")
def preview() -> str:
    """When the fields of a form let a report come next: what the form shows beside itself."""
    form = ScheduleForm(request.args)
    _offer(form, [])
    return render_template("reports/schedules/_next.html", **_next(form))


@blueprint.get("/reports/schedules/<public_id>")
@policy("report.read")
def show(public_id: str) -> str:
    """When it comes next, whom it reaches, and its last turns."""
    return _schedule_page(schedules.get_schedule(me().id, public_id))


@blueprint.route("/reports/schedules/<public_id>/edit", methods=["GET", "POST"])
@policy("report.read")
def edit(public_id: str) -> ResponseReturnValue:
    """Change when it comes and whom it reaches."""
    schedule = schedules.get_schedule(me().id, public_id)
    if schedule.ended_at is not None:
        raise Conflict("schedule.ended")
    form = _form(schedule.kind, schedule.request, [], revision=schedule.revision, **_values(schedule))
    del form.report
    if request.method == "POST":
        confirm_for(REPORTS[schedule.kind].action)
    if form.is_sent_and_valid():

        def change() -> None:
            scheduling.change(schedule, _plan(form), revision=form.revision.data, by=current_user)

        if form.is_saved(change, schedule, _values):
            flash(_("Saved."))
            return redirect(url_for("report_schedules.show", public_id=public_id))
    title = localized(schedule.request["title"])
    return _form_page(form, schedule.kind, schedule.request, title=title, schedule=schedule), form.status


@blueprint.post("/reports/schedules/<public_id>/pause")
@policy("report.read")
def pause(public_id: str) -> ResponseReturnValue:
    """Let it rest, or go on."""
    is_back = request.form.get("change") == "resume"
    told = _("It goes on with its next turn.") if is_back else _("Paused. Nothing is sent until you resume it.")
    revision = request.form.get("revision", 0, type=int)
    return _changed(
        public_id, told, lambda one: scheduling.pause(one, is_back=is_back, revision=revision, by=current_user)
    )


@blueprint.post("/reports/schedules/<public_id>/end")
@policy("report.read")
def end(public_id: str) -> ResponseReturnValue:
    """Let it come no more."""
    revision = request.form.get("revision", 0, type=int)
    told = _("Ended. Reports that were made are kept for their time.")
    return _changed(public_id, told, lambda one: scheduling.end(one, revision=revision, by=current_user))


@blueprint.post("/reports/schedules/<public_id>/send")
@policy("report.read")
def send(public_id: str) -> ResponseReturnValue:
    """Make and send it now, beside its turns."""
    confirm_for(REPORTS[schedules.get_schedule(me().id, public_id).kind].action)
    return _changed(public_id, _("It is being made and sent."), lambda one: scheduling.send_now(one, by=current_user))


def _changed(public_id: str, told: str, change: Callable[[ReportSchedule], object]) -> ResponseReturnValue:
    schedule = schedules.get_schedule(me().id, public_id)
    try:
        change(schedule)
    except Conflict as problem:
        return _schedule_page(schedule, behind=sentence(problem)), problem.status
    flash(told)
    return redirect(url_for("report_schedules.show", public_id=public_id))


def _usual() -> dict[str, Any]:
    """A new one goes to whoever plans it, by the time and the working days of their site."""
    return {
        "zone_name": current_user.zone_name,
        "site": current_user.site.code,
        f"to_{current_user.code}": current_user.locale,
    }


def _values(schedule: ReportSchedule) -> dict[str, Any]:
    recipients = {one.person.code: one.locale for one in schedule.recipients}
    return {"site": schedule.site.code, **values_of(rule_from(schedule.rule), recipients)}


def _form(kind: str, asked: Mapping[str, Any], patterns: list[ReportRun], **values: Any) -> ScheduleForm:
    drawn_on = REPORTS[kind].draws_on(People(asked.get("people", People.NONE)))
    people = schedules.list_candidates(current_user, drawn_on)
    known = {field_of(person) for person in people}
    kept = {name: value for name, value in values.items() if not name.startswith("to_") or name in known}
    form = form_for(people, **kept)
    _offer(form, patterns)
    return form


def _offer(form: ScheduleForm, patterns: list[ReportRun]) -> None:
    form.offer(
        [(site.code, localized(site.name_text)) for site in sites.list_sites(EVERYWHERE)],
        [(run.public_id, _named(run)) for run in patterns],
    )


def _named(run: ReportRun) -> str:
    words = phrases.KINDS[run.kind], localized(run.request["title"]), phrases.LANGUAGES[run.locale]
    return str(_(" · ")).join(str(word) for word in words)


def _plan(form: ScheduleForm) -> Plan:
    site = sites.find_site(form.site.data)
    if site is None:
        raise NotFound
    return Plan(form.rule, site, form.recipients)


def _next(form: ScheduleForm) -> dict[str, Any]:
    """The next turns by the fields of a form; none where they do not say when."""
    site, rule = sites.find_site(form.site.data or ""), form.likely_rule
    if site is None or rule is None:
        return {"coming": [], "zone": None}
    return {"coming": schedules.load_next(rule, site, clock.now()), "zone": rule.zone}


def _form_page(form: ScheduleForm, kind: str, asked: Any, *, title: str, schedule: ReportSchedule | None = None) -> str:
    return render_template(
        "reports/schedules/edit.html",
        form=form,
        title=title,
        schedule=schedule,
        fields=[form[field_of(person)] for person in form.people],
        turning=phrases.TURNING.get(kind),
        **_privacy(asked),
        **_next(form),
    )


def _privacy(asked: Any) -> dict[str, Any]:
    return {"shows_nobody": asked.get("people", People.NONE) == People.NONE, "most_megabytes": MOST_BYTES // 1_000_000}


def _schedule_page(schedule: ReportSchedule, *, behind: str = "") -> str:
    rule = rule_from(schedule.rule)
    is_live = schedule.next_at is not None
    return render_template(
        "reports/schedules/show.html",
        schedule=schedule,
        title=localized(schedule.request["title"]),
        words=phrases.rule_words(rule),
        zone=rule.zone,
        coming=schedules.load_next_of(schedule, clock.now()) if is_live else [],
        turns=schedules.list_turns(schedule.id),
        behind=behind,
        turning=phrases.TURNING.get(schedule.kind),
        phrases=phrases,
        **_privacy(schedule.request),
    )
