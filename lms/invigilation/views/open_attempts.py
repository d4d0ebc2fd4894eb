"""The attempts that are open now: what is being taken, who is at it, and more time for one, some or all of them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.accounts import queries as people
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.db import db
from lms.foundation.errors import sentence
from lms.foundation.locale import sentences
from lms.invigilation import actions, queries
from lms.invigilation.core.extending import may_extend
from lms.invigilation.forms import TimeForm
from lms.kit.problems import Conflict, Invalid
from lms.quizzes.core.attempt import BREAK, minutes_left
from lms.quizzes.models import Assignment

blueprint = Blueprint("open_attempts", __name__, template_folder="../templates")


@blueprint.get("/open-attempts")
@policy("attempt.watch")
def index() -> str:
    """The assignments that people within reach are taking now."""
    sittings, part = queries.list_sittings(access(), request.args.get("page", 1, type=int))
    return render_template(
        "invigilation/index.html", sittings=sittings, part=part, at=clock.attempt_now(db.session), left=minutes_left
    )


@blueprint.get("/open-attempts/<int:assignment_id>")
@policy("attempt.watch")
def show(assignment_id: int) -> str:
    """Who is taking an assignment now."""
    assignment = queries.get_assignment(access(), assignment_id)
    return _page(assignment, TimeForm(seen=queries.load_newest_of(assignment.id)))


@blueprint.post("/open-attempts/<int:assignment_id>")
@policy("attempt.extend")
def give_time(assignment_id: int) -> ResponseReturnValue:
    """Give more time to those who are ticked, or with ``all`` to everybody who is taking it."""
    assignment = queries.get_assignment(access(), assignment_id)
    form = TimeForm()
    is_for_all = request.form.get("whom") == "all"
    is_valid = form.is_sent_and_valid()
    if not is_for_all and not form.attempts.data:
        form.take_back(Invalid("extension.nobody", field="attempts"))
    if not is_valid or form.errors:
        return _page(assignment, form), 422
    try:
        done = actions.give_time(
            access(),
            assignment.id,
            None if is_for_all else form.attempts.data,
            minutes=form.minutes.data,
            reason=form.reason.data.strip(),
            seen=form.seen.data or 0,
            by=current_user,
        )
    except Invalid as problem:
        form.take_back(problem)
        return _page(assignment, form), 422
    except Conflict as problem:
        form.go_on_from(queries.load_newest_of(assignment.id))
        return _page(assignment, form, behind=sentence(problem)), problem.status
    flash(_told(done))
    return redirect(url_for("open_attempts.show", assignment_id=assignment.id))


def _told(done: actions.Extended) -> str:
    count = len(done.attempts)
    said = [ngettext("%(num)d person has more time now.", "%(num)d people have more time now.", count)]
    if done.too_late:
        codes = ", ".join(sorted(attempt.person.code for attempt in done.too_late))
        said.append(_("Too late for %(people)s, who had finished or run out of time.", people=codes))
    return sentences(said)


def _page(assignment: Assignment, form: TimeForm, *, behind: str = "") -> str:
    found, part = queries.list_open(access(), assignment.id, request.args.get("page", 1, type=int))
    return render_template(
        "invigilation/open.html",
        assignment=assignment,
        form=form,
        behind=behind,
        found=found,
        part=part,
        ticked=form.attempts.data or [],
        named=people.load_named(one.attempt.person_id for one in found),
        at=clock.attempt_now(db.session),
        zone=ZoneInfo(assignment.zone_name),
        given=queries.list_given(access(), assignment.id),
        left=minutes_left,
        may_extend=may_extend,
        break_length=BREAK,
    )
