"""A person's own settings: language, time zone, reading of the name; their password, and where they are signed in."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.accounts import actions, queries
from lms.accounts.forms import ChangePasswordForm, ProfileForm
from lms.accounts.phrases import ROLES, device
from lms.foundation import clock, transaction
from lms.foundation.access import policy
from lms.foundation.locale import COOKIE
from lms.foundation.sessions import stored_id, visit
from lms.kit.problems import Conflict, Invalid, TooMany

blueprint = Blueprint("profile", __name__, template_folder="../templates")


@blueprint.route("/settings", methods=["GET", "POST"])
@policy("profile.write")
def edit() -> ResponseReturnValue:
    form = ProfileForm(
        reading=current_user.reading,
        locale=current_user.locale,
        own_zone_name=current_user.own_zone_name or "",
        wants_digest=current_user.wants_digest,
        revision=current_user.revision,
    )
    form.offer_zones(current_user.site.zone_name)
    if not form.is_sent_and_valid():
        return _settings_page(form), 422 if request.method == "POST" else 200
    try:
        actions.change_profile(
            current_user,
            locale=form.locale.data,
            own_zone_name=form.own_zone_name.data or None,
            reading=form.reading.data or "",
            wants_digest=form.wants_digest.data,
            revision=form.revision.data,
        )
    except Conflict as problem:
        form.go_on_from(current_user.revision)
        return _settings_page(form, is_behind=True), problem.status
    response = make_response(redirect(url_for("profile.edit")))
    response.delete_cookie(COOKIE)  # from here on the profile's language speaks
    flash(_("Your settings are saved."))
    return response


@blueprint.route("/settings/password", methods=["GET", "POST"])
@policy("profile.write")
@transaction.writes_late
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if not form.is_sent_and_valid():
        return _password_page(form), 422 if request.method == "POST" else 200
    command = actions.SignIn(current_user.login, form.old_password.data, request.remote_addr or "")
    try:
        is_right = actions.check_password(command) is not None
        password_hash = actions.hash_password(form.password.data, login=command.login) if is_right else ""
    except TooMany as problem:
        form.take_back(Invalid(problem.code, field="old_password", **problem.facts))
        return _password_page(form), problem.status
    except Invalid as problem:
        form.take_back(problem)
        return _password_page(form), 422
    transaction.begin_write()
    if not is_right:
        form.take_back(
            Invalid("password.wrong", field="old_password", left=actions.note_unconfirmed(current_user, command))
        )
        transaction.keep()
        return _password_page(form), 422
    actions.change_own_password(current_user, password_hash)
    flash(_("Your password is changed. You have been signed out everywhere else."))
    return redirect(url_for("profile.edit"))


@blueprint.post("/settings/sessions")
@policy("profile.write")
def end_sessions() -> ResponseReturnValue:
    """End one of the other sessions, by its key, or all of them; one that has ended meanwhile has ended as well."""
    count = actions.end_others(current_user, key=request.form.get("session"))
    if count:
        flash(ngettext("%(num)d session ended.", "%(num)d sessions ended.", count))
    else:
        flash(_("There was no other session to end."), "info")
    return redirect(url_for("profile.edit", _anchor="sessions"))


def _settings_page(form: ProfileForm, *, is_behind: bool = False) -> str:
    return render_template(
        "accounts/profile.html",
        form=form,
        roles=ROLES,
        is_behind=is_behind,
        more_time=queries.find_accommodation(current_user.id),
        sessions=queries.list_sessions(current_user.id, clock.now()),
        session_now=stored_id(visit().sid),
        device=device,
    )


def _password_page(form: ChangePasswordForm) -> str:
    return render_template("accounts/password.html", form=form)
