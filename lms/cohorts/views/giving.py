"""Giving a quiz: the list of what is given, a new assignment with its people shown first, its window, its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.accounts import queries as people
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions, phrases, queries
from lms.cohorts.actions import giving as assignments
from lms.cohorts.forms import ExcuseForm, GiveForm, WindowForm
from lms.cohorts.queries import audiences
from lms.foundation import clock
from lms.foundation.access import access, me, policy
from lms.foundation.errors import sentence
from lms.foundation.forms import choices
from lms.foundation.locale import LOCALES, localized
from lms.kit.ordering import Order
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.kit.text import reading_key
from lms.quizzes import actions as quiz_actions
from lms.quizzes import queries as quizzes
from lms.quizzes.core.audience import Audience, AudienceKind
from lms.quizzes.core.excuse import Excuse
from lms.quizzes.core.reminders import checked
from lms.quizzes.models import Assignment
from lms.sites import queries as sites

SHOWN = 20
"""How many people a preview names."""

blueprint = Blueprint("assignments", __name__, template_folder="../templates")


@blueprint.get("/assignments")
@policy("assignment.write")
def index() -> str:
    """What is given: of a quiz, in a window, in the order that the address asks for."""
    wanted = {name: request.args.get(name, "") for name in ("quiz", "window")}
    order = Order.of(request.args.get("sort", ""), audiences.SORTS)
    now, asked = clock.now(), request.args.get("page", 1, type=int)
    listed, part = audiences.list_assignments(access(), now, order=order, asked=asked, **wanted)
    offered = sorted(quizzes.list_quizzes(), key=lambda quiz: reading_key(localized(quiz.title_text)))
    return render_template(
        "cohorts/assignments.html",
        listed=listed,
        part=part,
        order=order,
        wanted=wanted,
        quizzes=offered,
        windows=phrases.WINDOWS,
        at=now,
    )


@blueprint.route("/assignments/new", methods=["GET", "POST"])
@policy("assignment.write")
def new() -> ResponseReturnValue:
    """The first POST shows who would get the quiz; the second, sent from there, gives it."""
    offered = {_value(audience): audience for audience in map(_named, audiences.list_audiences(access()))}
    quiz, cohort = request.args.get("quiz", ""), request.args.get("cohort", "")
    form = GiveForm(quiz=quiz, audience=f"cohort:{cohort}" if cohort else None)
    form.quiz.choices = choices((quiz.code, localized(quiz.title_text)) for quiz in audiences.list_givable())
    form.offer((value, audience) for value, audience in offered.items())
    if not form.is_sent_and_valid():
        return _form_page(form), 422 if request.method == "POST" else 200
    audience = replace(offered.get(form.audience.data, Audience(AudienceKind.PEOPLE)), locale=form.locale.data)
    try:
        checked(form.reminders)
        chosen = _people_of(audience, form)
        zone = _zone_of(audience)
        if "given" not in request.form:
            return _preview_page(form, audience, chosen, zone)
        assignment = _give(audience, chosen, form, zone)
    except Invalid as problem:
        form.take_back(problem)
        return _form_page(form), 422
    flash(ngettext("Quiz assigned to %(num)d person.", "Quiz assigned to %(num)d people.", len(chosen)))
    return redirect(url_for("assignments.show", assignment_id=assignment.id))


@blueprint.route("/assignments/<int:assignment_id>", methods=["GET", "POST"])
@policy("assignment.write")
def show(assignment_id: int) -> ResponseReturnValue:
    """An assignment with its people; moves its window. What was typed stays beside what somebody else has saved."""
    assignment = audiences.get_assignment(access(), assignment_id)
    zone = ZoneInfo(assignment.zone_name)
    saved = {"opens_at": _wall(assignment.opens_at, zone), "due_at": _wall(assignment.due_at, zone)}
    form = WindowForm(**saved, revision=assignment.revision)
    if not form.is_sent_and_valid():
        return _assignment_page(assignment, form), 422 if request.method == "POST" else 200
    try:
        assignments.change_window(
            assignment,
            opens_at=form.opens_at.data.replace(tzinfo=zone),
            due_at=form.due_at.data.replace(tzinfo=zone),
            revision=form.revision.data,
            by=current_user,
        )
    except Invalid as problem:
        form.take_back(problem)
        return _assignment_page(assignment, form), 422
    except Conflict as problem:
        form.go_on_from(assignment.revision)
        return _assignment_page(assignment, form, behind=sentence(problem)), problem.status
    flash(_("Assignment changed."))
    return redirect(url_for("assignments.show", assignment_id=assignment.id))


@blueprint.post("/assignments/<int:assignment_id>/end")
@policy("assignment.write")
def end(assignment_id: int) -> ResponseReturnValue:
    assignment = audiences.get_assignment(access(), assignment_id)
    try:
        assignments.end(assignment, revision=request.form.get("revision", 0, type=int), by=current_user)
    except Conflict as problem:
        return _assignment_page(assignment, _window_form(assignment), behind=sentence(problem)), problem.status
    flash(_("Assignment ended. Results are kept."))
    return redirect(url_for("assignments.show", assignment_id=assignment.id))


@blueprint.get("/assignments/preview")
@policy("assignment.write")
def preview() -> str:
    """How many people the fields of a form hold now, and who: what the form shows beside itself."""
    offered = {_value(audience): audience for audience in map(_named, audiences.list_audiences(access()))}
    form = GiveForm(request.args)
    form.offer((value, audience) for value, audience in offered.items())
    audience = offered.get(form.audience.data or "", Audience(AudienceKind.PEOPLE))
    chosen = _chosen(audience, form)
    named = people.load_named(person.id for person in chosen[:SHOWN])
    return render_template("cohorts/_chosen.html", chosen=chosen, shown=chosen[:SHOWN], named=named)


@blueprint.post("/assignments/<int:assignment_id>/excuse")
@policy("assignment.write")
def excuse(assignment_id: int) -> ResponseReturnValue:
    """Excuse people with a reason, until a day or for good; with ``take_back`` one is no longer excused."""
    assignment = audiences.get_assignment(access(), assignment_id)
    holders = {person.code: person for person in audiences.list_holders(assignment)}
    address = url_for("assignments.show", assignment_id=assignment_id)
    if "take_back" in request.form:
        person = holders.get(request.form["take_back"])
        if person is None:
            raise NotFound
        quiz_actions.take_back_excuse(assignment, person.id, by=current_user)
        flash(_("No longer excused."))
        return redirect(address)
    form = ExcuseForm()
    if form.is_sent_and_valid():
        try:
            unknown = sorted(set(form.codes) - set(holders))
            if unknown:
                raise Invalid("assignment.unknown_people", field="people", codes=unknown)
            chosen = [holders[code] for code in form.codes]
            count = assignments.excuse(
                assignment, chosen, reason=form.reason.data, until=form.until.data, by=current_user
            )
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(ngettext("%(num)d person excused.", "%(num)d people excused.", count))
            return redirect(address)
    return _assignment_page(assignment, _window_form(assignment), excusing=form), 422


def _window_form(assignment: Assignment) -> WindowForm:
    zone = ZoneInfo(assignment.zone_name)
    saved = {"opens_at": _wall(assignment.opens_at, zone), "due_at": _wall(assignment.due_at, zone)}
    return WindowForm(MultiDict(), **saved, revision=assignment.revision)


def _give(audience: Audience, chosen: list[Person], form: GiveForm, zone: ZoneInfo) -> Assignment:
    quiz = quizzes.get_quiz(form.quiz.data)
    opens_at, due_at = form.opens_at.data.replace(tzinfo=zone), form.due_at.data.replace(tzinfo=zone)
    if audience.kind is AudienceKind.COHORT and not audience.locale:
        cohort = queries.get_cohort(access(), audience.code)
        return actions.assign_quiz(
            cohort, quiz, opens_at=opens_at, due_at=due_at, by=current_user, reminders=form.reminders
        )
    return assignments.give(
        quiz,
        audience,
        chosen,
        opens_at=opens_at,
        due_at=due_at,
        zone_name=zone.key,
        by=current_user,
        reminders=form.reminders,
    )


def _people_of(audience: Audience, form: GiveForm) -> list[Person]:
    """Whom the chosen audience holds now; raises ``Invalid`` at the field when it is nobody."""
    if audience.kind is not AudienceKind.PEOPLE:
        found = audiences.list_of_audience(access(), audience)
        if not found:
            raise Invalid("assignment.nobody", field="audience")
        return found
    wanted = form.codes
    found = audiences.list_by_codes(access(), wanted)
    if audience.locale:
        found = [person for person in found if person.locale == audience.locale]
    unknown = sorted(set(wanted) - {person.code for person in found})
    if unknown or not found:
        raise Invalid("assignment.unknown_people", field="people", codes=unknown)
    return found


def _chosen(audience: Audience, form: GiveForm) -> list[Person]:
    """Whom the fields hold now, whatever is still wrong with them."""
    audience = replace(audience, locale=form.locale.data if form.locale.data in LOCALES else "")
    if audience.kind is AudienceKind.PEOPLE:
        found = audiences.list_by_codes(access(), form.codes)
        return [person for person in found if audience.locale in {"", person.locale}]
    return audiences.list_of_audience(access(), audience)


def _zone_of(audience: Audience) -> ZoneInfo:
    """The zone in which times of this audience are typed: the site's, where it has one."""
    if audience.kind is AudienceKind.COHORT:
        return ZoneInfo(queries.get_cohort(access(), audience.code).site.zone_name)
    site = sites.find_site(audience.code) if audience.kind is AudienceKind.SITE else None
    return ZoneInfo(site.zone_name if site else me().zone_name)


def _named(audience: Audience) -> Audience:
    """A role as an audience gets its name in every language; the others have theirs."""
    if audience.kind is not AudienceKind.ROLE:
        return audience
    names = {}
    for language in LOCALES:
        with force_locale(language):
            names[language] = str(phrases.TAKERS[Role(audience.code)])
    return Audience(audience.kind, audience.code, names)


def _value(audience: Audience) -> str:
    return f"{audience.kind.value}:{audience.code}"


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """An instant as it is typed at the site."""
    return moment.astimezone(zone).replace(tzinfo=None)


def _form_page(form: GiveForm) -> str:
    return render_template("cohorts/give.html", form=form)


def _preview_page(form: GiveForm, audience: Audience, chosen: list[Person], zone: ZoneInfo) -> ResponseReturnValue:
    opens_at, due_at = form.opens_at.data.replace(tzinfo=zone), form.due_at.data.replace(tzinfo=zone)
    if due_at <= opens_at:
        raise Invalid("assignment.window", field="due_at")
    if due_at <= clock.now():
        raise Invalid("assignment.over", field="due_at")
    return render_template(
        "cohorts/give_check.html",
        audience=audience,
        chosen=chosen,
        named=people.load_named(person.id for person in chosen),
        quiz=quizzes.get_quiz(form.quiz.data),
        window=(opens_at, due_at),
        zone=zone,
        sent=[(name, value) for name, value in request.form.items() if name not in {"csrf_token", "given"}],
    )


def _assignment_page(
    assignment: Assignment, form: WindowForm, *, behind: str = "", excusing: ExcuseForm | None = None
) -> str:
    holders = audiences.list_holders(assignment)
    now, zone = clock.now(), ZoneInfo(assignment.zone_name)
    kept = audiences.load_excused(assignment)
    return render_template(
        "cohorts/assignment.html",
        assignment=assignment,
        form=form,
        behind=behind,
        holders=holders,
        named=people.load_named(person.id for person in holders),
        takers=audiences.load_takers(assignment),
        zone=zone,
        at=now,
        excusing=excusing or ExcuseForm(MultiDict()),
        kept=kept,
        excused={
            person_id
            for person_id, assignee in kept.items()
            if Excuse(assignee.excused_at, assignee.excused_until).holds(now, zone)
        },
    )
