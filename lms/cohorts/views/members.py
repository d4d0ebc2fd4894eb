"""Who is in a cohort and who trains it: adding people, trainers, quizzes for everybody, signing off."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.accounts import queries as people
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions, phrases, queries
from lms.cohorts.forms import AssignQuizForm, EnrolForm
from lms.cohorts.models import Cohort
from lms.cohorts.views.board import blueprint, cohort_page, learners_of, leave_for, quiz_choices
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.foundation.forms import choices
from lms.kit.problems import Invalid, NotFound, Problem
from lms.policies import queries as policies
from lms.quizzes import queries as quizzes

__all__ = ["blueprint"]


@blueprint.route("/cohorts/<code>/trainers", methods=["GET", "POST"])
@policy("cohort.write")
def trainers(code: str) -> ResponseReturnValue:
    """Who trains the cohort; lets somebody train it, or takes them from it."""
    cohort = queries.get_cohort(access(), code)
    training = queries.list_trainers(cohort)
    ids = {trainer.id for trainer in training}
    further = [trainer for trainer in _trainers_for(cohort) if trainer.id not in ids]
    if request.method != "POST":
        named = people.load_named(trainer.id for trainer in [*training, *further])
        return render_template("cohorts/trainers.html", cohort=cohort, trainers=training, further=further, named=named)
    is_to_go = request.form.get("change") == "remove"
    wanted = request.form.get("person")
    person = next((trainer for trainer in (training if is_to_go else further) if trainer.code == wanted), None)
    if person is None:
        raise NotFound
    change = actions.remove_trainer if is_to_go else actions.add_trainer
    change(cohort, person, by=current_user)
    return leave_for(cohort)


@blueprint.post("/cohorts/<code>/people")
@policy("cohort.write")
def enrol(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    form = EnrolForm()
    learners = learners_of(cohort)
    form.people.choices = choices((person.code, person.code) for person in learners)
    if form.is_sent_and_valid():
        chosen = [person for person in learners if person.code in form.people.data]
        try:
            actions.enrol(cohort, chosen, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(ngettext("%(num)d person added", "%(num)d people added", len(chosen)))
            return redirect(url_for("cohorts.show", code=code))
    return cohort_page(cohort, adding=form), 422


@blueprint.route("/cohorts/<code>/quizzes", methods=["GET", "POST"])
@policy("assignment.write")
def assign_quiz(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    form = AssignQuizForm()
    form.quiz.choices = quiz_choices()
    zone = ZoneInfo(cohort.site.zone_name)
    if form.is_sent_and_valid():
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
    page = render_template("cohorts/give_to.html", cohort=cohort, giving=form, zone=zone, at=clock.now())
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/cohorts/<code>/people/<person>")
@policy("cohort.read")
def member(code: str, person: str) -> str:
    """A person of the cohort: the gates, and what the trainer decides about them."""
    cohort = queries.get_cohort(access(), code)
    return _member_page(cohort, _member(cohort, person))


@blueprint.post("/cohorts/<code>/sign-offs")
@policy("cohort.write")
def sign_off(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    person = _member(cohort, request.form.get("person", ""))
    try:
        actions.sign_off(cohort, person, by=current_user)
    except Invalid as problem:
        return _member_page(cohort, person, problem), 422
    flash(_("%(who)s is signed off.", who=_who(person)))
    return redirect(url_for("cohorts.show", code=code))


def _member(cohort: Cohort, person_code: str) -> Person:
    person = next((member for member in queries.list_members(cohort) if member.code == person_code), None)
    if person is None:
        raise NotFound
    return person


def _member_page(cohort: Cohort, person: Person, problem: Problem | None = None) -> str:
    now = clock.now()
    progress = queries.load_progress([cohort], now)[cohort.id]
    in_force = policies.load_in_force(now).values()
    read = policies.load_acknowledged_pairs([person.id], [version.id for version in in_force])
    gates = queries.load_gates(cohort, [person], progress.day, in_force, read, now)[person.id]
    return render_template(
        "cohorts/member.html",
        cohort=cohort,
        person=person,
        is_named=person.id in people.load_named([person.id]),
        gates=gates,
        problem=sentence(problem) if problem else None,
        phrases=phrases,
    )


def _who(person: Person) -> str:
    """What a person is called to whoever asks."""
    return person.name if person.id in people.load_named([person.id]) else person.code


def _trainers_for(cohort: Cohort) -> list[Person]:
    """Who may train the cohort."""
    return people.list_active_of_sites(Role.TRAINER, [cohort.site_id])
