"""What becomes of a roll: closing it, opening it again, and the code of the room on a page of its own."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.accounts import queries as people
from lms.cohorts import phrases, queries
from lms.cohorts.actions import attendance
from lms.cohorts.core.roll_call import count_by_status, may_be_closed
from lms.cohorts.forms import ReopenForm
from lms.cohorts.models import TrainingSession
from lms.cohorts.queries.attendance import list_roll
from lms.cohorts.queries.away import load_away
from lms.cohorts.queries.sessions import get_session
from lms.cohorts.views.roll_call import blueprint, roll_page, shown_code
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.kit.problems import Conflict

__all__ = ["blueprint"]

PATH = "/cohorts/<code>/sessions/<session>/roll-call"


@blueprint.route(f"{PATH}/close", methods=["GET", "POST"])
@policy("attendance.write")
def close(code: str, session: str) -> ResponseReturnValue:
    """Says who would count as absent before it is so."""
    found = get_session(queries.get_cohort(access(), code), session)
    is_open = attendance.find_closed(found) is None and attendance.why_closed(found) is None
    if not is_open or not may_be_closed(found.kind, found.starts_at, clock.now()):
        return redirect(url_for("roll_call.show", code=code, session=session))
    if request.method != "POST":
        return _close_page(found)
    try:
        attendance.close(found, request.form.getlist("unmarked"), by=current_user)
    except Conflict as problem:
        return _close_page(found, problem), problem.status
    flash(_("Roll closed."))
    return redirect(url_for("roll_call.show", code=code, session=session))


@blueprint.post(f"{PATH}/reopen")
@policy("attendance.write")
def reopen(code: str, session: str) -> ResponseReturnValue:
    found = get_session(queries.get_cohort(access(), code), session)
    form = ReopenForm()
    if not form.is_sent_and_valid():
        return roll_page(found, reopening=form), 422
    attendance.reopen(found, form.reason.data.strip(), by=current_user)
    flash(_("Roll reopened."))
    return redirect(url_for("roll_call.show", code=code, session=session))


@blueprint.get(f"{PATH}/code")
@policy("attendance.write")
def code(code: str, session: str) -> ResponseReturnValue:
    """The code of this minute, large, to be shown to the room; a script asks for the next one here."""
    found = get_session(queries.get_cohort(access(), code), session)
    shown = shown_code(found)
    if request.accept_mimetypes.best == "application/json":
        by_code = sum(row.is_by_code for row in list_roll(found))
        return jsonify(
            digits=shown.digits if shown else None,
            left=shown.left if shown else None,
            by_code=ngettext("%(num)d person", "%(num)d people", by_code),
        )
    zone = ZoneInfo(found.cohort.site.zone_name)
    return render_template("cohorts/room_code.html", cohort=found.cohort, session=found, shown=shown, zone=zone)


def _close_page(session: TrainingSession, problem: Conflict | None = None) -> str:
    rows = list_roll(session)
    unmarked = [row.person for row in rows if row.mark is None]
    away = load_away(session, [row.person.id for row in rows])
    return render_template(
        "cohorts/roll_close.html",
        cohort=session.cohort,
        session=session,
        unmarked=unmarked,
        absent=[person for person in unmarked if person.id not in away],
        excused=[person for person in unmarked if person.id in away],
        named=people.load_named(row.person.id for row in rows),
        counts=count_by_status(row.entry.status for row in rows),
        may_reopen=attendance.may_reopen(session, current_user),
        problem=sentence(problem) if problem else None,
        phrases=phrases,
    )
