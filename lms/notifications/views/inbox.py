"""A person's own inbox, and the count of what is unread in the head of every page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.foundation import notices
from lms.foundation.access import me, policy
from lms.foundation.addresses import page_before
from lms.notifications import actions, queries

blueprint = Blueprint("notices", __name__, template_folder="../templates")


@blueprint.record_once
def give_count(state: BlueprintSetupState) -> None:
    """Let the frame of every page ask what stands in its head."""
    state.app.jinja_env.globals["page_head"] = lambda: queries.load_head(me().id)


@blueprint.get("/notices")
@policy("notice.read")
def index() -> str:
    unread_only = request.args.get("show") == "unread"
    found, part = queries.list_notices(me().id, request.args.get("page", 1, type=int), unread_only=unread_only)
    zone = ZoneInfo(me().zone_name)
    unread = queries.load_head(me().id).unread
    entries = [
        (
            notice,
            notices.sentence(notice.kind, notice.facts, zone),
            notices.path(notice.kind, notice.facts),
            notices.parts(notice.facts, zone),
        )
        for notice in found
    ]
    return render_template(
        "notifications/inbox.html", entries=entries, part=part, unread_only=unread_only, unread=unread
    )


@blueprint.post("/notices/<int:notice_id>/open")
@policy("notice.read")
def open_page(notice_id: int) -> ResponseReturnValue:
    notice = queries.get_notice(me().id, notice_id)
    actions.read(notice)
    return redirect(notices.path(notice.kind, notice.facts), 303)


@blueprint.post("/notices/<int:notice_id>/read")
@policy("notice.read")
def read(notice_id: int) -> ResponseReturnValue:
    actions.read(queries.get_notice(me().id, notice_id))
    return redirect(page_before() or url_for("notices.index"), 303)


@blueprint.post("/notices/read")
@policy("notice.read")
def read_all() -> ResponseReturnValue:
    actions.read_all(current_user)
    return redirect(url_for("notices.index"), 303)
