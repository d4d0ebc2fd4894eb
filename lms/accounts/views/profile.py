"""A person's own settings: language, time zone, reading of the name."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import actions
from lms.accounts.forms import ProfileForm
from lms.accounts.phrases import ROLES
from lms.foundation.access import policy
from lms.foundation.locale import COOKIE

blueprint = Blueprint("profile", __name__, template_folder="../templates")


@blueprint.route("/settings", methods=["GET", "POST"])
@policy("profile.write")
def edit() -> ResponseReturnValue:
    form = ProfileForm(
        reading=current_user.reading,
        locale=current_user.locale,
        own_zone_name=current_user.own_zone_name or "",
        revision=current_user.revision,
    )
    form.offer_zones(current_user.site.zone_name)
    if form.is_sent_and_valid():
        actions.change_profile(
            current_user,
            locale=form.locale.data,
            own_zone_name=form.own_zone_name.data or None,
            reading=form.reading.data or "",
            revision=form.revision.data,
        )
        response = make_response(redirect(url_for("profile.edit")))
        response.delete_cookie(COOKIE)  # from here on the profile's language speaks
        flash(_("Your settings are saved."))
        return response
    page = render_template("accounts/profile.html", form=form, roles=ROLES)
    return (page, 422) if request.method == "POST" else page
