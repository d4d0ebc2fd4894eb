"""A cohort's sessions: adding one, changing or moving it, cancelling it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import queries as people
from lms.cohorts import phrases, queries
from lms.cohorts.actions import sessions
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.roll_call import is_called
from lms.cohorts.forms import SessionForm
from lms.cohorts.models import Cohort, SessionState, TrainingSession
from lms.cohorts.queries.sessions import get_session
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.foundation.forms import choices
from lms.foundation.locale import speaking
from lms.kit.problems import Conflict, Invalid, Problem
from lms.sites import queries as sites

blueprint = Blueprint("timetable", __name__, template_folder="../templates")


@blueprint.route("/cohorts/<code>/sessions/new", methods=["GET", "POST"])
@policy("cohort.write")
def new(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    form = _form(cohort, **_make_up(cohort))
    if form.is_sent_and_valid():
        try:
            sessions.add_session(cohort, _plan(form), by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Session added. Calendars follow within the hour."))
            return _to_its_week(cohort, form)
    return _page(cohort, form, None), 422 if request.method == "POST" else 200


@blueprint.route("/cohorts/<code>/sessions/<session>", methods=["GET", "POST"])
@policy("cohort.write")
def edit(code: str, session: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    found = get_session(cohort, session)
    form = _form(cohort, **_entered(cohort, found))
    if request.method != "POST":
        return _page(cohort, form, found, suggested=_suggested(form)), 200
    if not form.is_sent_and_valid():
        return _page(cohort, form, found), 422
    try:
        sessions.change_session(found, _plan(form), sequence=form.sequence.data or 0, by=current_user)
    except Conflict as problem:
        form.go_on_from(found.sequence)
        return _page(cohort, form, found, problem), problem.status
    except Invalid as problem:
        form.take_back(problem)
        return _page(cohort, form, found), 422
    flash(_("Session saved. Calendars follow within the hour."))
    return _to_its_week(cohort, form)


@blueprint.post("/cohorts/<code>/sessions/<session>/cancel")
@policy("cohort.write")
def cancel(code: str, session: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    found = get_session(cohort, session)
    try:
        sessions.cancel_session(found, sequence=request.form.get("sequence", -1, type=int), by=current_user)
    except Conflict as problem:
        form = _form(cohort, **_entered(cohort, found))
        return _page(cohort, form, found, problem), problem.status
    flash(_("Session cancelled. Calendars follow within the hour."))
    return redirect(url_for("cohorts.show", code=code))


def _form(cohort: Cohort, **entered: Any) -> SessionForm:
    """The form with its choices; a quiz stays one, and is given on the cohort's page rather than made here."""
    form = SessionForm(**entered)
    trainers = queries.list_trainers(cohort)
    named = people.load_named(person.id for person in trainers)
    rooms = sites.list_rooms(cohort.site, only_open=True)
    nobody = ("", _("None"))
    is_quiz = entered.get("kind") == StepKind.QUIZ
    form.kind.choices = choices((k, word) for k, word in phrases.KINDS.items() if (k is StepKind.QUIZ) is is_quiz)
    form.room.choices = choices([nobody, *((str(room.id), room.name) for room in rooms)])
    form.trainer.choices = choices(
        [nobody, *((str(p.id), f"{p.code} {p.name}" if p.id in named else p.code) for p in trainers)]
    )
    return form


def _suggested(form: SessionForm) -> bool:
    """Fill in the room or the trainer that the address suggests, if it can be chosen; whether something was."""
    found = False
    for name in ("room", "trainer"):
        field, wanted = form[name], request.args.get(name, "")
        if wanted and wanted != field.data and wanted in {choice.value for choice in field.choices}:
            field.data, found = wanted, True
    return found


def _plan(form: SessionForm) -> sessions.SessionPlan:
    return sessions.SessionPlan(
        kind=StepKind(form.kind.data),
        title_text={"en": form.title_en.data, "ja": form.title_ja.data},
        detail_text={key: text for key, text in (("en", form.detail_en.data), ("ja", form.detail_ja.data)) if text},
        on=form.on.data,
        starts=form.starts.data,
        minutes=form.minutes.data,
        room_id=int(form.room.data) if form.room.data else None,
        trainer_id=int(form.trainer.data) if form.trainer.data else None,
    )


def _entered(cohort: Cohort, session: TrainingSession) -> dict[str, Any]:
    """A session as it stands in the fields of the form."""
    here = session.starts_at.astimezone(ZoneInfo(cohort.site.zone_name))
    return {
        "kind": session.kind,
        "title_en": session.title_text.get("en", ""),
        "title_ja": session.title_text.get("ja", ""),
        "detail_en": session.detail_text.get("en", ""),
        "detail_ja": session.detail_text.get("ja", ""),
        "on": here.date(),
        "starts": here.time().replace(tzinfo=None),
        "minutes": int((session.ends_at - session.starts_at).total_seconds()) // 60,
        "room": str(session.room_id or ""),
        "trainer": str(session.trainer_id or ""),
        "sequence": session.sequence,
    }


def _make_up(cohort: Cohort) -> dict[str, Any]:
    """What a make-up class for the session that the address names takes over: all but its time."""
    missed = request.args.get("make_up")
    if not missed:
        return {}
    found = _entered(cohort, get_session(cohort, missed))
    for language in ("en", "ja"):
        with speaking(language):
            found[f"title_{language}"] = str(_("Make-up: %(title)s", title=found[f"title_{language}"]))
    return {name: value for name, value in found.items() if name not in {"on", "starts", "sequence"}}


def _page(
    cohort: Cohort,
    form: SessionForm,
    session: TrainingSession | None,
    problem: Problem | None = None,
    *,
    suggested: bool = False,
) -> str:
    now, zone = clock.now(), ZoneInfo(cohort.site.zone_name)
    here = (session.starts_at if session else now).astimezone(zone)
    return render_template(
        "cohorts/session.html",
        cohort=cohort,
        form=form,
        session=session,
        saved=_entered(cohort, session) if session and problem else None,
        is_cancelled=session is not None and session.state == SessionState.CANCELLED,
        is_called=session is not None and is_called(session.kind, here.date(), now.astimezone(zone).date()),
        is_over=session is not None and session.ends_at <= now,
        problem=sentence(problem) if problem else None,
        suggested=suggested,
        at=now,
        zone=zone,
    )


def _to_its_week(cohort: Cohort, form: SessionForm) -> ResponseReturnValue:
    week = form.on.data.isoformat()
    return redirect(url_for("cohorts.show", code=cohort.code, week=week, _anchor="week"))
