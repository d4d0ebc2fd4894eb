"""Shifting a plan by some working days from a day on, and undoing it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.cohorts import queries
from lms.cohorts.actions import changes, slips
from lms.cohorts.forms import ShiftForm, SlipForm
from lms.cohorts.models import Cohort
from lms.cohorts.queries.changes import get_slip, usual_room
from lms.cohorts.views.change import blueprint, cause_of
from lms.cohorts.views.preview import check_page, swaps_of_request
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.kit.problems import Conflict, Invalid

__all__ = ["blueprint"]


@blueprint.route("/cohorts/<code>/shift", methods=["GET", "POST"])
@policy("cohort.write")
def shift(code: str) -> ResponseReturnValue:
    """The first POST says on one screen what it means; the second, with the cause, does it."""
    cohort = queries.get_cohort(access(), code)
    today = clock.now().astimezone(ZoneInfo(cohort.site.zone_name)).date()
    form = ShiftForm(first=today, days=1, revision=cohort.revision)
    why = SlipForm()
    if not form.is_sent_and_valid():
        return _page(cohort, form)
    try:
        change = _change(cohort, form, why)
        outcome = changes.foresee(cohort, change)
        if "confirmed" not in request.form or not why.validate():
            page = check_page(cohort, change, outcome, why, _carried(form), url_for("cohorts.shift", code=code))
            return page, 422 if "confirmed" in request.form else 200
        changes.change_cohort(cohort, change, seen=request.form.get("seen", ""), by=current_user)
    except Invalid as problem:
        field = problem.field if problem.field in form else "days"
        form.take_back(Invalid(problem.code, field=field, **problem.facts))
        return _page(cohort, form)
    except Conflict as problem:
        form.days.errors = [*form.days.errors, sentence(problem)]
        form.revision.raw_data, form.revision.data = None, cohort.revision
        return _page(cohort, form, status=problem.status)
    flash(_("The plan has moved. Calendars follow within the hour."))
    return redirect(url_for("cohorts.show", code=code))


@blueprint.post("/cohorts/<code>/slips/<int:slip_id>/undo")
@policy("cohort.write")
def undo_shift(code: str, slip_id: int) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    try:
        slips.undo(get_slip(cohort, slip_id), by=current_user)
    except Conflict as problem:
        return render_template("cohorts/not_undone.html", cohort=cohort, problem=sentence(problem)), problem.status
    flash(_("The plan is back where it was. Calendars follow within the hour."))
    return redirect(url_for("cohorts.show", code=code))


def _change(cohort: Cohort, form: ShiftForm, why: SlipForm) -> changes.CohortChange:
    now, zone = clock.now(), ZoneInfo(cohort.site.zone_name)
    today = now.astimezone(zone).date()
    changes.check_movable(cohort, today)
    if form.first.data < today:
        raise Invalid("shift.past", field="first")
    if form.first.data > cohort.go_live_on:
        raise Invalid("shift.after_go_live", field="first")
    calendar = queries.load_calendar(cohort.site, cohort.go_live_on)
    return changes.CohortChange(
        name_text=cohort.name_text,
        go_live_on=calendar.shift(cohort.go_live_on, form.days.data),
        room_id=usual_room(cohort, now),
        revision=form.revision.data,
        first=form.first.data,
        swaps=swaps_of_request(),
        cause=cause_of(why),
        reason=(why.reason.data or "").strip(),
    )


def _carried(form: ShiftForm) -> list[tuple[str, object]]:
    return [("first", form.first.data.isoformat()), ("days", form.days.data), ("revision", form.revision.data)]


def _page(cohort: Cohort, form: ShiftForm, *, status: int = 422) -> ResponseReturnValue:
    page = render_template("cohorts/shift.html", cohort=cohort, form=form)
    return page, status if request.method == "POST" else 200
