"""The list of people, adding one, one person's page with roles, link and deactivation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import actions, changes, granting, queries
from lms.accounts.core.roles import Role, may_grant, may_hold, may_manage
from lms.accounts.forms import PersonChangeForm, PersonForm
from lms.accounts.models import Person
from lms.accounts.phrases import ROLES, STATES
from lms.foundation.access import access, may, me, policy, takes_second_person
from lms.foundation.forms import choices
from lms.foundation.locale import localized
from lms.kit.problems import Conflict, Invalid
from lms.sites import queries as site_queries
from lms.sites.core.vendor import VendorKind

LINK_MESSAGE = "info"
"""The category of the message that carries a new link to the person's page."""

blueprint = Blueprint("people", __name__, template_folder="../templates")


@blueprint.get("/people")
@policy("person.list")
def index() -> str:
    wanted = queries.Wanted(
        words=request.args.get("q", "").strip(),
        **{name: request.args.get(name, "") for name in ("role", "vendor", "site", "state", "sort")},
        page=request.args.get("page", 1, type=int),
    )
    listed = queries.list_people(access(), wanted)
    sites = queries.list_sites_of_people(access())
    return render_template(
        "accounts/people.html",
        listed=listed,
        named=queries.load_named(person.id for person in listed.people),
        wanted=wanted,
        sites=sites,
        vendors=sorted({site.vendor for site in sites}, key=lambda vendor: vendor.code),
        roles=ROLES,
        states=STATES,
        proposals=queries.load_proposals(person.id for person in listed.people),
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@policy("person.admit")
def new() -> ResponseReturnValue:
    sites = site_queries.list_sites(access())
    form = PersonForm()
    form.site.choices = choices((site.id, localized(site.name_text)) for site in sites)
    form.roles.choices = choices((role, name) for role, name in ROLES.items() if may_grant(_own_roles(), role))
    site = next((site for site in sites if site.id == form.site.data), None)

    def may_all_be_held(roles: list[str]) -> None:
        if site is not None:
            actions.check_roles_at(site, roles, field="roles")

    if form.is_sent_and_valid(login=actions.check_login, roles=may_all_be_held) and site is not None:
        command = actions.NewPerson(
            login=form.login.data,
            name=form.name.data,
            reading=form.reading.data or "",
            site=site,
            locale=form.locale.data,
            roles=form.chosen_roles,
        )
        try:
            person = actions.create_person(command, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("%(code)s is created. Make a link now, and hand it over.", code=person.code))
            return redirect(url_for("people.show", code=person.code))
    page = render_template("accounts/person_new.html", form=form, sites=sites)
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/people/<code>")
@policy("person.write")
def show(code: str) -> str:
    person = queries.get_person(access(), code)
    return render_template(
        "accounts/person.html",
        person=person,
        link_message=LINK_MESSAGE,
        roles=ROLES,
        grantable=[role for role in ROLES if may_grant(_own_roles(), role)],
        holdable=[role for role in ROLES if may_hold(role, VendorKind(person.vendor.kind))],
        proposals=queries.load_proposals([person.id]).get(person.id, []),
        others=_other_administrators(person),
        more_time=queries.find_accommodation(person.id) if may("accommodation.write") else None,
        may_manage=may_manage(_own_roles(), frozenset(map(Role, person.roles))),
    )


@blueprint.route("/people/<code>/edit", methods=["GET", "POST"])
@policy("person.admit")
def edit(code: str) -> ResponseReturnValue:
    person = queries.get_person(access(), code)
    sites = site_queries.list_sites(access())
    sites += [] if person.site in sites else [person.site]
    form = PersonChangeForm(**_facts(person), revision=person.revision)
    form.site.choices = choices((site.id, localized(site.name_text)) for site in sites)
    site = next((site for site in sites if site.id == form.site.data), person.site)

    def change() -> None:
        facts = changes.PersonChange(
            form.login.data, form.name.data, form.reading.data or "", site, form.locale.data, form.revision.data
        )
        changes.change_person(person, facts, by=current_user)

    is_valid = form.is_sent_and_valid(
        login=lambda login: actions.check_login(login, of=person),
        site=lambda _id: actions.check_roles_at(site, person.roles, field="site"),
    )
    if is_valid and form.is_saved(change, person, _facts):
        flash(_("%(code)s is changed.", code=code))
        return redirect(url_for("people.show", code=code))
    may_change = may_manage(_own_roles(), frozenset(map(Role, person.roles)))
    return render_template("accounts/person_edit.html", form=form, person=person, may_change=may_change), form.status


@blueprint.post("/people/<code>/link")
@policy("person.admit")
def make_link(code: str) -> ResponseReturnValue:
    """Make a link and show it once, on the person's page: in a message, so that a reload does not make another."""
    person = queries.get_person(access(), code)
    token = actions.make_link(person, by=current_user)
    flash(url_for("accounts.link", token=token, _external=True), LINK_MESSAGE)
    return redirect(url_for("people.show", code=code))


@blueprint.post("/people/<code>/roles")
@policy("role.grant")
def change_role(code: str) -> ResponseReturnValue:
    person = queries.get_person(access(), code)
    try:
        role = Role(request.form.get("role", ""))
    except ValueError as error:
        raise Invalid("person.unknown_role") from error
    if request.form.get("change") == "revoke":
        actions.revoke_role(person, role, by=current_user)
    else:
        actions.grant_role(person, role, by=current_user)
        if queries.find_proposal(person, role) is not None:
            flash(_("The role takes effect once another administrator confirms it."))
    return redirect(url_for("people.show", code=code))


@blueprint.post("/people/<code>/awaited-role")
@policy("role.grant")
def decide_role(code: str) -> ResponseReturnValue:
    person = queries.get_person(access(), code)
    role = request.form.get("role", "")
    proposal = queries.find_proposal(person, Role(role)) if role in set(Role) else None
    if proposal is None:
        raise Conflict("role.not_waiting")
    is_confirmed = request.form.get("decision") == "confirm"
    granting.decide_role(proposal, is_confirmed=is_confirmed, by=current_user)
    flash(_("Role given.") if is_confirmed else _("Role declined."))
    return redirect(url_for("people.show", code=code))


@blueprint.route("/people/<code>/deactivate", methods=["GET", "POST"])
@policy("person.admit")
def deactivate(code: str) -> ResponseReturnValue:
    """Say what deactivating means before it is done."""
    person = queries.get_person(access(), code)
    if request.method != "POST":
        return _standing_page("accounts/deactivate.html", person)
    actions.deactivate(person, by=current_user, revision=request.form.get("revision", 0, type=int))
    flash(_("%(code)s can no longer sign in.", code=code))
    return redirect(url_for("people.show", code=code))


@blueprint.route("/people/<code>/reactivate", methods=["GET", "POST"])
@policy("person.admit")
def reactivate(code: str) -> ResponseReturnValue:
    """Say what reactivating means before it is done."""
    person = queries.get_person(access(), code)
    if request.method != "POST":
        return _standing_page("accounts/reactivate.html", person)
    actions.reactivate(person, by=current_user, revision=request.form.get("revision", 0, type=int))
    flash(_("%(code)s can sign in again.", code=code))
    return redirect(url_for("people.show", code=code))


def _facts(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "reading": person.reading,
        "login": person.login,
        "site": person.site_id,
        "locale": person.locale,
    }


def _other_administrators(person: Person) -> list[str]:
    """The codes of those who can confirm a role that whoever asks wants to give to this person."""
    if not takes_second_person("role.grant", me().roles):
        return []
    able = queries.load_able("role.grant")
    return [code for key, code in able.items() if key not in {person.id, me().id}]


def _standing_page(template: str, person: Person) -> str:
    """The page that asks before somebody's access ends or begins again."""
    may_change = person.id != me().id and may_manage(_own_roles(), frozenset(map(Role, person.roles)))
    is_last = Role.ADMIN in person.roles and not queries.count_other_administrators(person)
    return render_template(template, person=person, roles=ROLES, may_change=may_change, is_last=is_last)


def _own_roles() -> frozenset[Role]:
    return frozenset(Role(role) for role in me().roles)
