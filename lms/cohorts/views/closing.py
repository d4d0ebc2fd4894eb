"""Calling a cohort off and taking it back: the page says what it means; calling off asks for the reason."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.accounts import queries as people
from lms.cohorts import queries
from lms.cohorts.actions import closing, reopening
from lms.cohorts.forms import CallOffForm
from lms.cohorts.phrases import PROBLEMS
from lms.cohorts.views.shift import blueprint
from lms.foundation.access import access, access_for, policy
from lms.foundation.errors import sentence
from lms.kit.problems import Conflict, Invalid

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


@blueprint.route("/cohorts/<code>/take-back", methods=["GET", "POST"])
@policy("cohort.write")
def take_back(code: str) -> ResponseReturnValue:
    """What stands again and what does not is said first."""
    cohort = queries.get_cohort(access(), code)
    try:
        if request.method == "POST":
            done = reopening.take_back(cohort, by=current_user)
            left = len(done.clashes) if done else 0
            flash(_("The cohort takes place again. Calendars follow within the hour."))
            if left:
                flash(ngettext("%(num)d session stays cancelled.", "%(num)d sessions stay cancelled.", left))
            return redirect(url_for("cohorts.show", code=code))
        back = reopening.foresee_back(cohort)
    except Conflict as problem:
        page = render_template("cohorts/take_back.html", cohort=cohort, back=None, problem=sentence(problem))
        return page, problem.status if request.method == "POST" else 200
    reached = {found.id for found, _count in queries.list_cohorts(access_for("cohort.read"))} if back.clashes else set()
    trainers = {other.trainer_id for _own, other in back.clashes if other.trainer_id is not None}
    return render_template(
        "cohorts/take_back.html",
        cohort=cohort,
        back=back,
        problem=None,
        reached=reached,
        named=people.load_named({person.id for person in back.elsewhere} | trainers),
        zone=ZoneInfo(cohort.site.zone_name),
    )
