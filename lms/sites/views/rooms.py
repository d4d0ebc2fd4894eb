"""The rooms of a site: adding one, changing it, taking it out of use."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.foundation.access import access, me, policy
from lms.kit.problems import Invalid
from lms.sites import actions, queries
from lms.sites.forms import RoomChangeForm, RoomForm
from lms.sites.models import Room

blueprint = Blueprint("rooms", __name__, template_folder="../templates")


@blueprint.route("/sites/<code>/rooms/new", methods=["GET", "POST"])
@policy("site.write")
def new(code: str) -> ResponseReturnValue:
    site = queries.get_site(access(), code)
    form = RoomForm()
    if form.is_sent_and_valid(name=lambda name: actions.check_room_name(site, name)):
        try:
            actions.add_room(site, form.name.data, int(form.capacity.data), actor=me().code)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Room added."))
            return redirect(url_for("sites.show", code=code))
    page = render_template("sites/room_form.html", form=form, site=site, room=None)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/sites/<code>/rooms/<int:room_id>", methods=["GET", "POST"])
@policy("site.write")
def edit(code: str, room_id: int) -> ResponseReturnValue:
    site = queries.get_site(access(), code)
    room = queries.get_room(site, room_id)
    form = RoomChangeForm(**_facts(room), revision=room.revision)

    def change() -> None:
        actions.change_room(
            room,
            name=form.name.data,
            capacity=int(form.capacity.data),
            actor=me().code,
            revision=form.revision.data,
        )

    is_valid = form.is_sent_and_valid(name=lambda name: actions.check_room_name(site, name, of=room))
    if is_valid and form.is_saved(change, room, _facts):
        flash(_("Room changed."))
        return redirect(url_for("sites.show", code=code))
    return render_template("sites/room_form.html", form=form, site=site, room=room), form.status


@blueprint.post("/sites/<code>/rooms/<int:room_id>/retire")
@policy("site.write")
def retire(code: str, room_id: int) -> ResponseReturnValue:
    """Take a room out of use or into use again; nothing is lost by either, so nothing is asked first."""
    room = queries.get_room(queries.get_site(access(), code), room_id)
    change = actions.reopen_room if request.form.get("change") == "reopen" else actions.retire_room
    change(room, actor=me().code, revision=request.form.get("revision", 0, type=int))
    flash(_("Room taken out of use.") if room.retired_at else _("Room back in use."))
    return redirect(url_for("sites.show", code=code))


def _facts(room: Room) -> dict[str, str]:
    return {"name": room.name, "capacity": str(room.capacity)}
