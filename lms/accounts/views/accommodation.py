"""More time in quizzes for a person: granted, changed and ended by administrators who have confirmed their password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.accounts import accommodating, queries
from lms.accounts.forms import AccommodationForm
from lms.accounts.models import Accommodation, Person
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.kit.problems import Conflict, Invalid
from lms.sites.core.year import today_at

blueprint = Blueprint("accommodations", __name__, template_folder="../templates")


@blueprint.route("/people/<code>/more-time", methods=["GET", "POST"])
@policy("accommodation.write")
def edit(code: str) -> ResponseReturnValue:
    """What is granted, with a form that grants more time or changes it."""
    person = queries.get_person(access(), code)
    if request.method != "POST":
        return _page(person, _form(person))
    form = AccommodationForm()
    if not form.is_sent_and_valid():
        return _page(person, form), 422
    try:
        note = (form.note.data or "").strip()
        accommodating.grant(person, form.more_time, note, seen=form.standing.data or 0, by=current_user)
    except Invalid as problem:
        form.take_back(problem)
        return _page(person, form), 422
    except Conflict as problem:
        return _behind(person, form, problem)
    flash(_("More time granted. It holds from the next quiz that is started."))
    return redirect(url_for("accommodations.edit", code=code))


@blueprint.post("/people/<code>/more-time/end")
@policy("accommodation.write")
def end(code: str) -> ResponseReturnValue:
    person = queries.get_person(access(), code)
    try:
        accommodating.end(person, seen=request.form.get("standing", 0, type=int), by=current_user)
    except Conflict as problem:
        return _page(person, _form(person), behind=sentence(problem), is_typed=False), problem.status
    flash(_("More time ended. Attempts that are open keep theirs."))
    return redirect(url_for("accommodations.edit", code=code))


def _form(person: Person) -> AccommodationForm:
    """As it stands, or for something new from today on."""
    standing = queries.find_accommodation(person.id)
    if standing is None:
        first_on = today_at(person.zone_name, clock.now())
        return AccommodationForm(MultiDict() if request.method == "POST" else None, how="percent", first_on=first_on)
    return AccommodationForm(
        MultiDict() if request.method == "POST" else None,
        how="minutes" if standing.more_minutes else "percent",
        amount=standing.more_minutes or standing.more_percent,
        first_on=standing.first_on,
        last_on=standing.last_on,
        note=standing.note,
        standing=standing.id,
    )


def _behind(person: Person, form: AccommodationForm, problem: Conflict) -> ResponseReturnValue:
    standing = queries.find_accommodation(person.id)
    form.go_on_from(standing.id if standing else 0)
    return _page(person, form, behind=sentence(problem)), problem.status


def _page(person: Person, form: AccommodationForm, *, behind: str = "", is_typed: bool = True) -> str:
    listed = queries.list_accommodations(person.id)
    standing: Accommodation | None = next((one for one in listed if one.ended_at is None), None)
    return render_template(
        "accounts/accommodation.html",
        person=person,
        form=form,
        behind=behind,
        is_typed=is_typed,
        standing=standing,
        past=[one for one in listed if one.ended_at is not None],
        today=today_at(person.zone_name, clock.now()),
    )
