"""Training plans: the list, one plan by day, making one, from scratch or as a copy, changing it, retiring it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.cohorts import phrases, queries
from lms.cohorts.actions import plans
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.readiness import GateKind
from lms.cohorts.core.steps import StepLine, write_steps
from lms.cohorts.forms import TemplateForm
from lms.cohorts.models import PlanStep, PlanTemplate
from lms.foundation.access import policy
from lms.foundation.errors import sentence
from lms.foundation.locale import localized
from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.pages import Page
from lms.kit.problems import Conflict, Invalid
from lms.kit.text import is_found, reading_key

blueprint = Blueprint("plans", __name__, template_folder="../templates")

FRESH: dict[str, Any] = {"quiz_cut": 80, "acknowledged": True, "signed_off": True}
"""What a plan made here asks of a learner unless its maker chooses otherwise: only what can be met through pages."""


SORTED_BY: Keys[PlanTemplate] = {
    "name": lambda template: reading_key(localized(template.title_text)),
    "code": lambda template: template.code,
    "days": lambda template: template.day_count,
}


@blueprint.get("/plans")
@policy("plan.write")
def index() -> str:
    """The plans that new cohorts can follow; ``?state=retired`` shows the others."""
    is_retired = request.args.get("state") == "retired"
    words = request.args.get("q", "").strip()
    templates = queries.list_templates(retired=is_retired)
    order = Order.of(request.args.get("sort", ""), SORTED_BY)
    found = [template for template in templates if is_found(words, [template.code, *template.title_text.values()])]
    part = Page.of(len(found), request.args.get("page", 1, type=int))
    return render_template(
        "cohorts/plans.html",
        templates=sorted_rows(found, order, SORTED_BY)[part.offset : part.last],
        part=part,
        order=order,
        words=words,
        is_retired=is_retired,
    )


@blueprint.get("/plans/<code>")
@policy("plan.write")
def show(code: str) -> str:
    return _plan_page(queries.get_template(code))


@blueprint.route("/plans/new", methods=["GET", "POST"])
@policy("plan.write")
def new() -> ResponseReturnValue:
    origin = queries.get_template(request.args["copy"]) if request.args.get("copy") else None
    form = TemplateForm(**(_entered(origin) if origin else FRESH))
    if form.is_sent_and_valid():
        try:
            steps = plans.steps_from(form.lines, origin.steps if origin else ())
            gates = form.gates(origin.gates["gates"] if origin else ())
            command = plans.NewTemplate(form.code.data, form.title_text, form.day_count.data, gates, steps)
            template = plans.create_template(command, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Training plan created."))
            return redirect(url_for("plans.show", code=template.code))
    page = render_template("cohorts/plan_new.html", form=form, phrases=phrases, origin=origin)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/plans/<code>/edit", methods=["GET", "POST"])
@policy("plan.write")
def edit(code: str) -> ResponseReturnValue:
    template = queries.get_template(code)
    form = TemplateForm(**_entered(template), code=template.code, revision=template.revision)
    form.code.raw_data, form.code.data = [template.code], template.code
    if not form.is_sent_and_valid():
        return _edit_page(form, template), 422 if request.method == "POST" else 200
    try:
        steps = plans.steps_from(form.lines, template.steps)
        gates = form.gates(template.gates["gates"])
        revision = form.revision.data or 0
        change = plans.TemplateChange(form.title_text, form.day_count.data, gates, steps, revision)
        plans.change_template(template, change, by=current_user)
    except Conflict as problem:
        form.go_on_from(template.revision)
        return _edit_page(form, template, saved=_entered(template)), problem.status
    except Invalid as problem:
        form.take_back(problem)
        return _edit_page(form, template), 422
    flash(_("Training plan saved. Cohorts already on the calendar keep their sessions."))
    return redirect(url_for("plans.show", code=code))


@blueprint.post("/plans/<code>/retire")
@policy("plan.write")
def retire(code: str) -> ResponseReturnValue:
    template, is_back = queries.get_template(code), request.form.get("change") == "restore"
    revision = request.form.get("revision", 0, type=int)
    try:
        plans.retire_template(template, is_back=is_back, revision=revision, by=current_user)
    except Conflict as problem:
        return _plan_page(template, sentence(problem)), problem.status
    flash(_("Plan brought back.") if is_back else _("Plan retired."))
    return redirect(url_for("plans.show", code=code))


def _plan_page(template: PlanTemplate, problem: str = "") -> str:
    return render_template("cohorts/plan.html", template=template, problem=problem, phrases=phrases)


def _edit_page(form: TemplateForm, template: PlanTemplate, saved: dict[str, Any] | None = None) -> str:
    return render_template("cohorts/plan_edit.html", form=form, template=template, saved=saved, phrases=phrases)


def _entered(template: PlanTemplate) -> dict[str, Any]:
    """A plan as it stands in the fields of the form."""
    gates = {gate["kind"]: gate for gate in template.gates["gates"]}
    quiz, sign_off = gates.get(GateKind.QUIZ_AVERAGE), gates.get(GateKind.SIGN_OFF)
    return {
        "title_en": template.title_text.get("en", ""),
        "title_ja": template.title_text.get("ja", ""),
        "day_count": template.day_count,
        "steps": write_steps(_lines(template)),
        "briefed": GateKind.BRIEFING in gates,
        "quiz_cut": quiz.get("cut") if quiz else None,
        "acknowledged": GateKind.POLICIES_ACKNOWLEDGED in gates,
        "signed_off": sign_off is not None,
        "sign_off_day": sign_off.get("opens_on_day") if sign_off else None,
    }


def _lines(template: PlanTemplate) -> list[StepLine]:
    return [
        StepLine(n, step.day, step.starts, step.minutes, StepKind(step.kind), dict(step.title_text), _about(step))
        for n, step in enumerate(template.steps, start=1)
    ]


def _about(step: PlanStep) -> str:
    """The quiz, section or module of a step as its line names it."""
    if step.quiz:
        return step.quiz.code
    if step.section and step.module:
        return f"{step.module.code}/{step.section.key}"
    return step.module.code if step.module else ""
