"""The briefing that comes before everything else, and one's own choices of what to see. Also what other pages ask."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import actions as accounts
from lms.foundation import clock, errors, transaction
from lms.foundation.access import asker, me, policy
from lms.foundation.addresses import asked_address, local_address
from lms.foundation.locale import COOKIE, current
from lms.kit.problems import Refused
from lms.kit.text import reading_key
from lms.wellbeing import actions, phrases, queries
from lms.wellbeing.core.briefing import OPEN_BEFORE, OPEN_MEANWHILE, VERSION, KindSeen, is_due, kinds_seen
from lms.wellbeing.core.seeing import Seeing
from lms.wellbeing.forms import BriefingForm

blueprint = Blueprint("wellbeing", __name__, template_folder="../templates")


@blueprint.before_app_request
def ask_for_briefing() -> None:
    """Let whoever is to read the briefing first open no other page. What is sent is taken: an answer is never lost.

    Where the time of an attempt is running, the briefing waits until it is over.
    """
    action = getattr(current_app.view_functions.get(request.endpoint or ""), "policy", "")
    if not action or action in OPEN_BEFORE or request.method not in transaction.SAFE_METHODS:
        return
    reader = asker()
    if reader is not None and is_due(reader.roles, reader.briefed_version):
        if action in OPEN_MEANWHILE and queries.is_time_running(reader.id, clock.now()):
            return
        raise Refused("wellbeing.first")


@errors.answers("wellbeing.first")
def lead_to_briefing() -> ResponseReturnValue:
    return redirect(url_for("wellbeing.briefing", next=asked_address()))


@blueprint.get("/wellbeing")
@policy("wellbeing.read")
def briefing() -> str:
    seeing = queries.load_seeing(me().id)
    return _page(
        BriefingForm(
            closed_from=seeing.closed_from,
            avoided=sorted(seeing.avoided),
            locale=current(),
            next=request.args.get("next", ""),
        )
    )


@blueprint.post("/wellbeing")
@policy("wellbeing.write")
def keep() -> ResponseReturnValue:
    """Keep the choices, and note with the first time that the briefing is read."""
    form = BriefingForm()
    if not form.is_sent_and_valid():
        return _page(form), 422
    actions.prefer(current_user, form.seeing)
    is_new = actions.confirm(current_user, locale=current())
    if form.locale.data != current_user.locale:
        accounts.change_language(current_user, form.locale.data)
    if is_new:
        response = make_response(redirect(local_address(form.next.data) or url_for("home.today")))
    else:
        flash(_("Your choices are saved."))
        response = make_response(redirect(url_for("wellbeing.briefing")))
    response.delete_cookie(COOKIE)  # from here on the profile's language speaks
    return response


@dataclass(frozen=True, slots=True)
class Veil:
    """Whether sensitive content stands open for whoever reads, and whether it is of a kind that they avoid."""

    is_open: bool
    is_avoided: bool


@blueprint.app_template_global("veiled")
def veiled(kind: str, degree: str) -> Veil:
    """The veil of a piece of content, for whoever is signed in."""
    if "seeing" not in g:
        g.seeing = queries.load_seeing(me().id)
    seeing: Seeing = g.seeing
    return Veil(seeing.opens(kind, degree), kind in seeing.avoided)


def _page(form: BriefingForm) -> str:
    seen = kinds_seen(queries.load_labels(clock.now()))
    return render_template(
        "wellbeing/briefing.html",
        form=form,
        is_first=is_due(me().roles, me().briefed_version),
        confirmation=queries.find_confirmation(me().id, VERSION),
        seen=sorted(seen, key=_name),
        helpers=queries.list_helpers(me().site_id),
        phrases=phrases,
    )


def _name(seen: KindSeen) -> tuple[bool, str]:
    """By the name that the reader sees; what has none of its own comes last."""
    return seen.kind not in phrases.KINDS, reading_key(str(phrases.KINDS.get(seen.kind, "")))
