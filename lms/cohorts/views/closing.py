"""Calling a cohort off: the page says what it means, and asks for the reason."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.cohorts import queries
from lms.cohorts.actions import closing
from lms.cohorts.forms import CallOffForm
from lms.cohorts.phrases import PROBLEMS
from lms.cohorts.views.change import blueprint
from lms.foundation.access import access, policy
from lms.kit.problems import Invalid

__all__ = ["blueprint"]


@blueprint.route("/cohorts/<code>/call-off", methods=["GET", "POST"])
@policy("cohort.write")
def call_off(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    if cohort.called_off_at is not None:
        return redirect(url_for("cohorts.show", code=code))
    form = CallOffForm()
    if form.is_sent_and_valid():
        try:
            closing.call_off(cohort, form.reason.data.strip(), by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Cohort called off. Calendars follow within the hour."))
            return redirect(url_for("cohorts.show", code=code))
    undone, members = closing.foresee(cohort), queries.list_members(cohort)
    page = render_template(
        "cohorts/call_off.html",
        **{"cohort": cohort, "form": form, "undone": undone, "people": len(members)},
        too_late=PROBLEMS["cohort.not_to_call_off"] if closing.is_live(cohort) else None,
    )
    return page, 422 if form.errors else 200
