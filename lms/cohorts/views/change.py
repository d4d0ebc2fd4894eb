"""Changing a cohort: what moves with its go-live day is shown first, and then done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.cohorts import queries
from lms.cohorts.actions import changes, closing
from lms.cohorts.core.slips import SlipCause
from lms.cohorts.forms import CohortChangeForm, SlipForm
from lms.cohorts.models import Cohort
from lms.cohorts.queries.changes import usual_room
from lms.cohorts.views.moves import blueprint
from lms.cohorts.views.preview import check_page, swaps_of_request
from lms.foundation import clock
from lms.foundation.access import access, policy
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
    why = SlipForm()
    change = _change(form, why)
    moves_day = change.go_live_on != cohort.go_live_on
    is_open = moves_day and not why.validate()
    if ("confirmed" not in request.form or is_open) and change.revision == cohort.revision:
        try:
            outcome = changes.foresee(cohort, change)
        except Invalid as problem:
            form.take_back(problem)
            return _page(cohort, form), form.status
        if outcome.changed or moves_day:
            return _check(cohort, form, why, change, outcome)

    def save() -> None:
        changes.change_cohort(cohort, change, seen=request.form.get("seen", ""), by=current_user)

    if form.is_saved(save, cohort, lambda saved: _entered(saved, usual_room(saved, clock.now()))):
        flash(_("Cohort changed. Calendars follow within the hour."))
        return redirect(url_for("cohorts.show", code=code))
    return _page(cohort, form), form.status


def cause_of(why: SlipForm) -> SlipCause | None:
    """The cause that was chosen, if any."""
    return SlipCause(why.cause.data) if why.cause.data in set(SlipCause) else None


def _change(form: CohortChangeForm, why: SlipForm) -> changes.CohortChange:
    return changes.CohortChange(
        name_text={"en": form.name_en.data, "ja": form.name_ja.data},
        go_live_on=form.go_live_on.data,
        room_id=int(form.room.data) if form.room.data else None,
        revision=form.revision.data,
        swaps=swaps_of_request(),
        cause=cause_of(why),
        reason=(why.reason.data or "").strip(),
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


def _check(
    cohort: Cohort,
    form: CohortChangeForm,
    why: SlipForm,
    change: changes.CohortChange,
    outcome: changes.Outcome,
) -> ResponseReturnValue:
    """What will move, and what cannot; the reason why is asked for there."""
    if "confirmed" not in request.form:
        why = SlipForm()  # nobody has been asked yet, so nothing is wrong
    carried = [
        ("name_en", form.name_en.data),
        ("name_ja", form.name_ja.data),
        ("go_live_on", form.go_live_on.data.isoformat()),
        ("room", form.room.data),
        ("revision", form.revision.data),
    ]
    page = check_page(cohort, change, outcome, why, carried, url_for("cohorts.edit", code=cohort.code))
    return page, 422 if "confirmed" in request.form else 200
