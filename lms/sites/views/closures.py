"""The days on which a site is closed besides the public holidays."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.foundation.access import access, me, policy
from lms.kit.problems import Invalid
from lms.sites import actions, queries
from lms.sites.forms import ClosureChangeForm, ClosureForm, names_of
from lms.sites.models import Closure

blueprint = Blueprint("closures", __name__, template_folder="../templates")


@blueprint.route("/sites/<code>/closed-days/new", methods=["GET", "POST"])
@policy("site.write")
def new(code: str) -> ResponseReturnValue:
    site = queries.get_site(access(), code)
    form = ClosureForm()
    if form.is_sent_and_valid(closed_on=lambda day: actions.check_closure_day(site, day)):
        try:
            actions.add_closure(site, form.closed_on.data, form.names, actor=me().code)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Closed day added."))
            return redirect(url_for("sites.show", code=code))
    page = render_template("sites/closure_form.html", form=form, site=site, closure=None)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/sites/<code>/closed-days/<int:closure_id>", methods=["GET", "POST"])
@policy("site.write")
def edit(code: str, closure_id: int) -> ResponseReturnValue:
    site = queries.get_site(access(), code)
    closure = queries.get_closure(site, closure_id)
    form = ClosureChangeForm(**_facts(closure), revision=closure.revision)

    def change() -> None:
        actions.change_closure(
            closure,
            day=form.closed_on.data,
            name_text=form.names,
            actor=me().code,
            revision=form.revision.data,
        )

    is_valid = form.is_sent_and_valid(closed_on=lambda day: actions.check_closure_day(site, day, of=closure))
    if is_valid and form.is_saved(change, closure, _facts):
        flash(_("Closed day changed."))
        return redirect(url_for("sites.show", code=code))
    return render_template("sites/closure_form.html", form=form, site=site, closure=closure), form.status


@blueprint.post("/sites/<code>/closed-days/<int:closure_id>/remove")
@policy("site.write")
def remove(code: str, closure_id: int) -> ResponseReturnValue:
    closure = queries.get_closure(queries.get_site(access(), code), closure_id)
    actions.remove_closure(closure, actor=me().code, revision=request.form.get("revision", 0, type=int))
    flash(_("The site is open on this day again."))
    return redirect(url_for("sites.show", code=code))


def _facts(closure: Closure) -> dict[str, Any]:
    return {"closed_on": closure.closed_on, **names_of(closure.name_text)}
