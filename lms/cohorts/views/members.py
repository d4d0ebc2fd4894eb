"""Who is in a cohort and who trains it: adding people, trainers, quizzes for everybody."""

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
from lms.cohorts import actions, queries
from lms.cohorts.forms import AssignQuizForm, EnrolForm
from lms.cohorts.models import Cohort
from lms.cohorts.views.board import cohort_page, learners_of, leave_for, quiz_choices
from lms.cohorts.views.closing import blueprint
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.forms import choices
from lms.kit.problems import Invalid, NotFound
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
            flash(_("Quiz assigned to the cohort."))
            return redirect(url_for("cohorts.show", code=code))
    page = render_template("cohorts/give_to.html", cohort=cohort, giving=form, zone=zone, at=clock.now())
    return (page, 422) if request.method == "POST" else page


def _trainers_for(cohort: Cohort) -> list[Person]:
    """Who may train the cohort."""
    return people.list_active_of_sites(Role.TRAINER, [cohort.site_id])
