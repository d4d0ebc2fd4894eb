"""What carries an action out: both wordings for the localizer, the agenda of a refresher, practice for one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.followup import phrases, queries
from lms.followup.actions import carrying_out
from lms.followup.core import agenda as rules
from lms.followup.core.kinds import ActionKind
from lms.followup.core.states import PENDING
from lms.followup.forms import SessionForm
from lms.followup.models import CorrectiveAction
from lms.followup.queries.agenda import load_agenda
from lms.foundation import clock
from lms.foundation.access import access, may, me, policy
from lms.foundation.errors import sentence
from lms.foundation.locale import LOCALES, SOURCE_LOCALE, current
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.kit.shuffles import shuffled_by
from lms.policies import queries as policies
from lms.policies.core.markup import Block, blocks
from lms.policies.queries import SectionText
from lms.questions import queries as questions
from lms.questions.phrases import PARTS

blueprint = Blueprint("carrying_out", __name__, template_folder="../templates")


@blueprint.get("/actions/<int:action_id>/wording")
@policy("followup.read")
def wording(action_id: int) -> str:
    """Both wordings of the question, and the section in both languages; texts only, whatever the key."""
    action = queries.get_action(access(), action_id)
    if action.question is None:
        raise NotFound
    current_version = questions.load_current([action.question])[action.question.id].version
    body = _mixed(action.question.code, current_version.body)
    sections = policies.load_sections_in_force(clock.now())
    # The section of a case is one of its answers, so it stands beside questions alone.
    cited = [sections[name] for name in body["sections"][:1] if name in sections and body["type"] != "case"]
    return render_template(
        "followup/wording.html",
        action=action,
        version=current_version,
        body=body,
        cited=[(section, {locale: _blocks(section, locale) for locale in LOCALES}) for section in cited],
        sections=sections,
        parts=PARTS,
        phrases=phrases,
    )


@blueprint.get("/actions/<int:action_id>/agenda")
@policy("followup.read")
def agenda(action_id: int) -> str:
    return _agenda_page(_refresher(action_id), SessionForm(MultiDict()))


@blueprint.post("/actions/<int:action_id>/agenda")
@policy("cohort.write")
def put_on_timetable(action_id: int) -> ResponseReturnValue:
    """Put the refresher on the timetable of its cohort, for those who write its timetable."""
    action, form = queries.get_refresher(access(), action_id), SessionForm()
    if action.cohort is None:
        raise NotFound
    if form.is_sent_and_valid():
        try:
            carrying_out.put_on_timetable(
                action,
                action.cohort,
                on=form.on.data,
                starts=form.starts.data,
                minutes=form.minutes.data,
                by=current_user,
            )
        except Invalid as problem:
            if problem.field not in form:
                form.starts.errors = [sentence(problem)]
            else:
                form.take_back(problem)
        else:
            flash(_("The refresher is on the timetable."))
            week = form.on.data.isoformat()
            return redirect(url_for("cohorts.show", code=action.cohort.code, week=week, _anchor="week"))
    return _agenda_page(action, form), 422


@blueprint.get("/practice/<int:action_id>")
@policy("attempt.write")
def offered(action_id: int) -> str:
    """The practice that somebody is offered; for the person alone."""
    action = queries.get_offered_practice(action_id, me().id)
    source = carrying_out.find_source(action, current_user)
    section = action.section.full_name if action.section else ""
    return render_template(
        "followup/practice.html",
        action=action,
        source=source,
        section=policies.load_sections_in_force(clock.now()).get(section),
    )


@blueprint.post("/practice/<int:action_id>")
@policy("attempt.write")
def practise(action_id: int) -> ResponseReturnValue:
    action = queries.get_offered_practice(action_id, me().id)
    try:
        made = carrying_out.start_practice(action, current_user, locale=current())
    except Conflict as problem:
        flash(sentence(problem), "info")
        return redirect(url_for("carrying_out.offered", action_id=action.id))
    return redirect(url_for("quizzes.question", attempt_id=made.id, position=1))


def _refresher(action_id: int) -> CorrectiveAction:
    action = queries.get_action(access(), action_id)
    if action.kind != ActionKind.REFRESHER or action.cohort is None:
        raise NotFound
    return action


def _agenda_page(action: CorrectiveAction, form: SessionForm) -> str:
    if action.cohort is None:
        raise NotFound
    found = load_agenda(action, action.cohort)
    now = clock.now()
    return render_template(
        "followup/agenda.html",
        action=action,
        agenda=found,
        bodies={code: _mixed(code, body) for code, body in found.bodies.items()},
        texts=[(section, _own(section), _blocks(section, _own(section))) for section in found.sections],
        minutes=rules,
        each=rules.minutes_each(len(found.steps)),
        form=form,
        may_plan=may("cohort.write") and action.state in PENDING,
        zone=ZoneInfo(action.cohort.site.zone_name),
        at=now,
        parts=PARTS,
        phrases=phrases,
    )


def _mixed(code: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A question's texts with its options in an order of their own: the order of writing often tells the key."""
    groups = {name: shuffled_by(f"{code} {name}", listed, _id) for name, listed in body["groups"].items()}
    return {**body, "groups": groups}


def _id(option: Mapping[str, Any]) -> str:
    return str(option["id"])


def _own(section: SectionText) -> str:
    """The reader's language where the section has it, else that of the source."""
    return current() if current() in section.bodies else SOURCE_LOCALE


def _blocks(section: SectionText, locale: str) -> Sequence[Block]:
    return blocks(section.bodies.get(locale, ""))
