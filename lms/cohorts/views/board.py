"""Cohorts: the list, one cohort with its week and readiness, creating one, adding people, signing off."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import queries as people
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions, phrases, queries
from lms.cohorts.core.readiness import Standing, standing
from lms.cohorts.forms import AssignQuizForm, CohortForm
from lms.cohorts.models import Cohort
from lms.foundation import clock
from lms.foundation.access import access, access_for, policy
from lms.foundation.forms import choices
from lms.foundation.locale import localized
from lms.kit.problems import Invalid, NotFound
from lms.policies import queries as policies
from lms.quizzes import queries as quizzes
from lms.sites import queries as sites

blueprint = Blueprint("cohorts", __name__, template_folder="../templates")


@blueprint.get("/cohorts")
@policy("cohort.read")
def index() -> str:
    cohorts = queries.list_cohorts(access())
    progress = queries.load_progress([cohort for cohort, _count in cohorts], clock.now())
    return render_template("cohorts/index.html", cohorts=cohorts, progress=progress)


@blueprint.get("/cohorts/<code>")
@policy("cohort.read")
def show(code: str) -> str:
    return _cohort_page(queries.get_cohort(access(), code), AssignQuizForm())


@blueprint.route("/cohorts/new", methods=["GET", "POST"])
@policy("cohort.write")
def new() -> ResponseReturnValue:
    form = CohortForm()
    listed = sites.list_sites(access_for("site.read"))
    templates = queries.list_templates()
    form.site.choices = choices((site.id, localized(site.name_text)) for site in listed)
    form.template.choices = choices((template.code, localized(template.title_text)) for template in templates)
    if form.is_sent_and_valid():
        command = actions.NewCohort(
            code=form.code.data,
            name_text={"en": form.name_en.data, "ja": form.name_ja.data},
            site=next(site for site in listed if site.id == form.site.data),
            template=queries.get_template(form.template.data),
            go_live_on=form.go_live_on.data,
            trainers=[current_user._get_current_object()],
        )
        try:
            cohort = actions.create_cohort(command, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("The cohort is created and its plan stands on the calendar."))
            return redirect(url_for("cohorts.show", code=cohort.code))
    page = render_template("cohorts/new.html", form=form, templates=templates, sites=listed)
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/cohorts/<code>/people")
@policy("cohort.write")
def enrol(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    wanted = set(request.form.getlist("people"))
    candidates = [person for person in _learners_of(cohort) if person.code in wanted]
    actions.enrol(cohort, candidates)
    flash(_("Added: %(count)s", count=len(candidates)))
    return redirect(url_for("cohorts.show", code=code))


@blueprint.get("/cohorts/<code>/quizzes")
@policy("assignment.write")
def quizzes_of(code: str) -> ResponseReturnValue:
    """The address that answers a form with errors, asked for by a link such as that of the other language."""
    return redirect(url_for("cohorts.show", code=code, lang=request.args.get("lang")))


@blueprint.post("/cohorts/<code>/quizzes")
@policy("assignment.write")
def assign_quiz(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    form = AssignQuizForm()
    form.quiz.choices = choices((quiz.code, localized(quiz.title_text)) for quiz in quizzes.list_quizzes())
    zone = ZoneInfo(cohort.site.zone_name)
    if form.validate():
        try:
            actions.assign_quiz(
                cohort,
                quizzes.get_quiz(form.quiz.data),
                opens_at=form.opens_at.data.replace(tzinfo=zone),
                due_at=form.due_at.data.replace(tzinfo=zone),
                by=current_user,
            )
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("The quiz is given to the cohort."))
            return redirect(url_for("cohorts.show", code=code))
    return _cohort_page(cohort, form), 422


@blueprint.post("/cohorts/<code>/sign-offs")
@policy("cohort.write")
def sign_off(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    wanted = request.form.get("person", "")
    person = next((member for member in queries.list_members(cohort) if member.code == wanted), None)
    if person is None:
        raise NotFound
    actions.sign_off(cohort, person, by=current_user)
    return redirect(url_for("cohorts.show", code=code))


def _cohort_page(cohort: Cohort, form: AssignQuizForm) -> str:
    now = clock.now()
    zone = ZoneInfo(cohort.site.zone_name)
    today = now.astimezone(zone).date()
    members = queries.list_members(cohort)
    progress = queries.load_progress([cohort], now)[cohort.id]
    gates = queries.load_gates(cohort, members, progress.day, policies.load_in_force(now).values())
    standings = {person.id: standing(gates[person.id]) for person in members}
    order = [Standing.AT_RISK, Standing.ON_TRACK, Standing.READY]
    monday = today - timedelta(days=today.weekday())
    week = queries.list_week(cohort, monday)
    form.quiz.choices = choices((quiz.code, localized(quiz.title_text)) for quiz in quizzes.list_quizzes())
    enrolled = {member.id for member in members}
    candidates = [person for person in _learners_of(cohort) if person.id not in enrolled]
    named = people.load_named([*enrolled, *(person.id for person in candidates)])
    return render_template(
        "cohorts/cohort.html",
        cohort=cohort,
        progress=progress,
        members=sorted(members, key=lambda person: (order.index(standings[person.id]), *_place(person, named))),
        named=named,
        gates=gates,
        standings=standings,
        week=week,
        today=today,
        zone=zone,
        at=now,
        form=form,
        candidates=candidates,
        phrases=phrases,
    )


def _learners_of(cohort: Cohort) -> list[Person]:
    """Whom the cohort may take in."""
    return people.list_active_of_sites(Role.LEARNER, [cohort.site_id])


def _place(person: Person, named: Collection[int]) -> tuple[bool, str, str]:
    """By reading where the name is seen; the others by code, since their order would tell names."""
    return person.id not in named, person.reading if person.id in named else "", person.code
