"""Taking somebody out of a cohort, or into another one: asked first what it means, and then done."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts.models import Person
from lms.cohorts import phrases, queries
from lms.cohorts.actions import moves
from lms.cohorts.forms import LeaveForm
from lms.cohorts.models import Cohort
from lms.cohorts.queries.moves import count_given, count_taken, list_targets
from lms.cohorts.views.person import blueprint, member_of, name_of
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.forms import choices
from lms.foundation.locale import localized
from lms.kit.problems import Invalid

__all__ = ["blueprint"]


@blueprint.route("/cohorts/<code>/people/<person>/leave", methods=["GET", "POST"])
@policy("cohort.write")
def leave(code: str, person: str) -> ResponseReturnValue:
    """The first POST says what it means; the second, sent from there, does it."""
    cohort = queries.get_cohort(access(), code)
    found, now = member_of(cohort, person), clock.now()
    targets = {target.code: target for target in list_targets(access(), cohort, found, now)}
    form = LeaveForm()
    nowhere = ("", _("No other cohort"))
    form.to.choices = choices([nowhere, *((key, localized(target.name_text)) for key, target in targets.items())])
    if not form.is_sent_and_valid():
        return _page(cohort, found, form), 422 if request.method == "POST" else 200
    to = targets.get(form.to.data)
    if "confirmed" not in request.form:
        return _page(cohort, found, form, to=to, is_check=True)
    try:
        moves.leave(cohort, found, form.reason.data.strip(), to=to, by=current_user)
    except Invalid as problem:
        form.take_back(problem)
        return _page(cohort, found, form), 422
    if to is None:
        flash(_("%(who)s has left the cohort.", who=name_of(found)))
    else:
        flash(_("%(who)s is now in %(cohort)s.", who=name_of(found), cohort=localized(to.name_text)))
    return redirect(url_for("cohorts.show", code=code))


def _page(cohort: Cohort, person: Person, form: LeaveForm, *, to: Cohort | None = None, is_check: bool = False) -> str:
    now = clock.now()
    return render_template(
        "cohorts/leave.html",
        cohort=cohort,
        person=person,
        who=name_of(person),
        form=form,
        to=to,
        is_check=is_check,
        taken=count_taken(cohort, person, now) if is_check else 0,
        given=count_given(to, now) if to else 0,
        phrases=phrases,
    )
