"""Training plans: the list, one plan by day, creating one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.cohorts import actions, phrases, queries
from lms.cohorts.forms import TemplateForm
from lms.foundation.access import policy
from lms.kit.problems import Invalid

blueprint = Blueprint("plans", __name__, template_folder="../templates")

DEFAULT_GATES = (
    {"kind": "quiz_average", "cut": 80},
    {"kind": "policies_acknowledged"},
    {"kind": "sign_off"},
)
"""What a plan made here asks of a learner: only what can be met through pages."""


@blueprint.get("/plans")
@policy("plan.write")
def index() -> str:
    return render_template("cohorts/plans.html", templates=queries.list_templates())


@blueprint.get("/plans/<code>")
@policy("plan.write")
def show(code: str) -> str:
    return render_template("cohorts/plan.html", template=queries.get_template(code), phrases=phrases)


@blueprint.route("/plans/new", methods=["GET", "POST"])
@policy("plan.write")
def new() -> ResponseReturnValue:
    form = TemplateForm()
    if form.is_sent_and_valid():
        steps = [
            actions.NewStep(day, starts, minutes, kind, titles, {}) for day, starts, minutes, kind, titles in form.lines
        ]
        titles = {"en": form.title_en.data, "ja": form.title_ja.data}
        command = actions.NewTemplate(form.code.data, titles, form.day_count.data, DEFAULT_GATES, steps)
        try:
            template = actions.create_template(command)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("The training plan is created."))
            return redirect(url_for("plans.show", code=template.code))
    page = render_template("cohorts/plan_new.html", form=form)
    return (page, 422) if request.method == "POST" else page
