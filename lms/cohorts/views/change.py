"""Changing a cohort: what moves with its go-live day is shown first, and then done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.cohorts import queries
from lms.cohorts.actions import changes, closing
from lms.cohorts.core.clashes import to_settle
from lms.cohorts.forms import CohortChangeForm
from lms.cohorts.models import Cohort
from lms.cohorts.queries.ahead import load_ahead, planned
from lms.cohorts.queries.changes import usual_room
from lms.cohorts.views.moves import blueprint
from lms.cohorts.views.settle import clashes_of
from lms.foundation import clock
from lms.foundation.access import access, access_for, policy
from lms.foundation.forms import choices
from lms.kit.problems import Invalid

__all__ = ["blueprint"]


@blueprint.route("/cohorts/<code>/edit", methods=["GET", "POST"])
@policy("cohort.write")
def edit(code: str) -> ResponseReturnValue:
    """Names are saved at once; of a new day or room the first POST says what it means, the second does it."""
    cohort = queries.get_cohort(access(), code)
    usual = usual_room(cohort, clock.now())
    form = CohortChangeForm(**_entered(cohort, usual), revision=cohort.revision)
    rooms = [room for room in cohort.site.rooms if room.retired_at is None or room.id == usual]
    by_name = sorted(rooms, key=lambda room: room.name)
    form.room.choices = choices([("", _("None")), *((str(room.id), room.name) for room in by_name)])
    if not form.is_sent_and_valid():
        return _page(cohort, form), form.status
    change = _change(form)
    if "confirmed" not in request.form and change.revision == cohort.revision:
        try:
            outcome = changes.foresee(cohort, change)
        except Invalid as problem:
            form.take_back(problem)
            return _page(cohort, form), form.status
        if outcome.changed or change.go_live_on != cohort.go_live_on:
            return _check(cohort, form, outcome)

    def save() -> None:
        changes.change_cohort(cohort, change, seen=request.form.get("seen", ""), by=current_user)

    if form.is_saved(save, cohort, lambda saved: _entered(saved, usual_room(saved, clock.now()))):
        flash(_("Cohort changed. Calendars follow within the hour."))
        return redirect(url_for("cohorts.show", code=code))
    return _page(cohort, form), form.status


def _change(form: CohortChangeForm) -> changes.CohortChange:
    return changes.CohortChange(
        name_text={"en": form.name_en.data, "ja": form.name_ja.data},
        go_live_on=form.go_live_on.data,
        room_id=int(form.room.data) if form.room.data else None,
        revision=form.revision.data,
    )


def _entered(cohort: Cohort, usual: int | None) -> Mapping[str, Any]:
    """A cohort as it stands in the fields of the form."""
    return {
        "name_en": cohort.name_text.get("en", ""),
        "name_ja": cohort.name_text.get("ja", ""),
        "go_live_on": cohort.go_live_on,
        "room": str(usual or ""),
    }


def _page(cohort: Cohort, form: CohortChangeForm) -> str:
    return render_template("cohorts/edit.html", cohort=cohort, form=form, is_live=closing.is_live(cohort))


def _check(cohort: Cohort, form: CohortChangeForm, outcome: changes.Outcome) -> str:
    """What will move, counted and day by day, and what cannot."""
    return render_template(
        "cohorts/edit_check.html",
        cohort=cohort,
        form=form,
        outcome=outcome,
        told=len(changes.concerned(cohort, outcome, current_user)),
        clashes=_clashes(cohort, outcome),
        zone=ZoneInfo(cohort.site.zone_name),
    )


def _clashes(cohort: Cohort, outcome: changes.Outcome) -> int:
    """How much there will be to settle among the sessions that change: trainers and rooms booked twice, closed days."""
    if not outcome.changed:
        return 0
    now, zone = clock.now(), ZoneInfo(cohort.site.zone_name)
    spans = {s.id: outcome.moves.get(s.id) or s for s in outcome.changed}
    days = [moment.starts_at.astimezone(zone).date() for moment in [*outcome.changed, *spans.values()]]
    first, last = min(days), max(days)
    calendar = queries.load_calendar(cohort.site, first, last)
    found = planned(
        load_ahead(access_for("cohort.read"), first, last, cohort.id), {cohort.site_id: calendar}, first, last
    )
    room = next((room for room in cohort.site.rooms if room.id == outcome.room_id), None)
    for key, span in spans.items():
        if key in found:
            on = span.starts_at.astimezone(zone).date()
            booking = replace(
                found[key].booking,
                on=on,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                is_closed=on in calendar.holidays,
            )
            if key in outcome.rooms:
                booking = replace(booking, room=outcome.room_id, seats=room.capacity if room else None)
            found[key] = replace(found[key], booking=booking)
    clashes = clashes_of(found.values(), now, cohort.id)
    return len(to_settle(clash for clash in clashes if any(booking.key in spans for booking in clash.bookings)))
