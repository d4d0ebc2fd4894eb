"""Leave: who is away when, as far as somebody reaches, so that no quiz counts against them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.campaigns import actions
from lms.campaigns.forms import LeaveForm
from lms.campaigns.queries.leave import get_leave, list_by_codes, list_leaves
from lms.foundation import clock
from lms.foundation.access import access, me, policy
from lms.kit.problems import Invalid
from lms.sites.core.year import today_at

blueprint = Blueprint("leave", __name__, template_folder="../templates")


@blueprint.route("/leave", methods=["GET", "POST"])
@policy("excuse.write")
def index() -> ResponseReturnValue:
    """Who is away now or will be; notes more of it for pasted codes."""
    form = LeaveForm()
    if form.is_sent_and_valid():
        try:
            noted = actions.note_leave(_found(form), form.first_on.data, form.last_on.data, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(ngettext("Leave noted for %(num)d person.", "Leave noted for %(num)d people.", noted))
            return redirect(url_for("leave.index"))
    today = today_at(me().zone_name, clock.now())
    listed, part = list_leaves(access(), today, request.args.get("page", 1, type=int))
    named = people.load_named(leave.person_id for leave in listed)
    page = render_template("campaigns/leave.html", form=form, listed=listed, part=part, named=named)
    return page, 422 if request.method == "POST" else 200


def _found(form: LeaveForm) -> list[Person]:
    found = list_by_codes(access(), form.codes)
    unknown = sorted(set(form.codes) - {person.code for person in found})
    if unknown:
        raise Invalid("leave.unknown", field="people", codes=", ".join(unknown))
    return found


@blueprint.post("/leave/<int:leave_id>/withdraw")
@policy("excuse.write")
def withdraw(leave_id: int) -> ResponseReturnValue:
    actions.withdraw_leave(get_leave(access(), leave_id), by=current_user)
    flash(_("Leave taken back."))
    return redirect(url_for("leave.index"))
