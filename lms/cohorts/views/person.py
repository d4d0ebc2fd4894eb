"""A person of a cohort: the gates, and what is decided about them: sign-off, waivers and their withdrawal."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.cohorts import actions, phrases, queries
from lms.cohorts.actions import gates as decisions
from lms.cohorts.core.readiness import Gate, GateKind
from lms.cohorts.forms import WaiverForm
from lms.cohorts.models import Cohort
from lms.cohorts.queries.waivers import list_waivers
from lms.cohorts.views.gantt import blueprint
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.foundation.forms import choices
from lms.kit.problems import Conflict, Invalid, NotFound, Problem
from lms.policies import queries as policies

__all__ = ["blueprint"]


@blueprint.get("/cohorts/<code>/people/<person>")
@policy("cohort.read")
def member(code: str, person: str) -> str:
    """A person of the cohort: the gates, and what the trainer decides about them."""
    cohort = queries.get_cohort(access(), code)
    return _page(cohort, member_of(cohort, person))


@blueprint.post("/cohorts/<code>/sign-offs")
@policy("cohort.write")
def sign_off(code: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    person = member_of(cohort, request.form.get("person", ""))
    try:
        actions.sign_off(cohort, person, by=current_user)
    except Invalid as problem:
        return _page(cohort, person, problem), 422
    flash(_("%(who)s is signed off.", who=name_of(person)))
    return redirect(url_for("cohorts.show", code=code))


@blueprint.post("/cohorts/<code>/people/<person>/waivers")
@policy("cohort.write")
def waive(code: str, person: str) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    found = member_of(cohort, person)
    form = _waiver_form(_gates(cohort, found), WaiverForm())
    if form.is_sent_and_valid():
        try:
            decisions.waive(cohort, found, GateKind(form.gate.data), form.reason.data.strip(), by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Condition waived for %(who)s.", who=name_of(found)))
            return redirect(url_for("cohorts.member", code=code, person=person, _anchor="waivers"))
    return _page(cohort, found, waiving=form), 422


@blueprint.post("/cohorts/<code>/people/<person>/waivers/<int:waiver_id>/withdraw")
@policy("cohort.write")
def withdraw_waiver(code: str, person: str, waiver_id: int) -> ResponseReturnValue:
    cohort = queries.get_cohort(access(), code)
    found = member_of(cohort, person)
    try:
        decisions.withdraw(cohort, found, waiver_id, by=current_user)
    except Conflict as problem:
        return _page(cohort, found, problem), problem.status
    flash(_("Waiver withdrawn: the condition counts again."))
    return redirect(url_for("cohorts.member", code=code, person=person, _anchor="waivers"))


def member_of(cohort: Cohort, person_code: str) -> Person:
    """The person of this code in the cohort; not found otherwise."""
    person = next((member for member in queries.list_members(cohort) if member.code == person_code), None)
    if person is None:
        raise NotFound
    return person


def _gates(cohort: Cohort, person: Person) -> list[Gate]:
    now = clock.now()
    progress = queries.load_progress([cohort], now)[cohort.id]
    in_force = policies.load_in_force(now).values()
    read = policies.load_acknowledged_pairs([person.id], [version.id for version in in_force])
    return queries.load_gates(cohort, [person], progress.day, in_force, read, now)[person.id]


def _waiver_form(gates: list[Gate], form: WaiverForm) -> WaiverForm:
    """The form with the conditions that are not met yet."""
    form.gate.choices = choices((gate.kind.value, phrases.GATES[gate.kind]) for gate in gates if not gate.is_done)
    return form


def _page(cohort: Cohort, person: Person, problem: Problem | None = None, *, waiving: WaiverForm | None = None) -> str:
    gates = _gates(cohort, person)
    waivers = list_waivers(cohort, person)
    return render_template(
        "cohorts/member.html",
        cohort=cohort,
        person=person,
        is_named=person.id in people.load_named([person.id]),
        gates=gates,
        waivers=waivers,
        standing={waiver.gate: waiver for waiver in waivers if waiver.withdrawn_at is None},
        waiving=waiving or _waiver_form(gates, WaiverForm(formdata=MultiDict())),
        problem=sentence(problem) if problem else None,
        phrases=phrases,
    )


def name_of(person: Person) -> str:
    """What a person is called to whoever asks."""
    return person.name if person.id in people.load_named([person.id]) else person.code
