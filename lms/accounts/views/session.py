"""Signing in and out, and one-time links."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.accounts import actions, queries
from lms.accounts.core.sample_accounts import login_of, may_be_listed
from lms.accounts.forms import PasswordForm, SignInForm
from lms.accounts.models import Person
from lms.accounts.phrases import SAMPLE_ACCOUNTS
from lms.foundation import carried, clock, errors, transaction
from lms.foundation.access import asker, policy
from lms.foundation.addresses import asked_address, local_address, page_before
from lms.foundation.errors import sentence
from lms.foundation.locale import for_profile, speaking
from lms.foundation.security import limiter
from lms.foundation.sessions import visit
from lms.foundation.settings import sample_day, sample_reloaded_at
from lms.kit.problems import Invalid, NotFound, TooMany

FRESH_FOR = timedelta(hours=1)

blueprint = Blueprint("accounts", __name__, template_folder="../templates")


def _link_in_hand() -> str:
    """What the limit of tries counts by: the link, since a whole class may open theirs behind one address."""
    return queries.token_hash((request.view_args or {})["token"])


@blueprint.get("/sign-in")
@policy("session.create")
def sign_in() -> ResponseReturnValue:
    if asker() is not None:
        return redirect(url_for("home.today"))
    return _sign_in_page(SignInForm(request.args), None)


@blueprint.post("/sign-in")
@policy("session.create")
@transaction.writes_late
def check_sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if "reload" in request.form:  # the page in the other language, with what it carries
        return _sign_in_page(SignInForm(MultiDict({"next": form.next.data, "carried": form.carried.data})), None)
    if not form.validate():
        return _sign_in_page(form, None), 422
    command = actions.SignIn(form.login.data, form.password.data, request.remote_addr or "")
    try:
        person_id = actions.check_password(command)
    except TooMany as problem:
        return _sign_in_page(form, sentence(problem)), problem.status
    transaction.begin_write()
    if person_id is None:
        left = actions.note_failure(command)
        transaction.keep()
        form.login.errors = [_("Check the spelling, and the password for full-width letters.")]
        return _sign_in_page(form, None, tries_left=left), 422
    return _go_on(form, actions.open_session(person_id, user_agent=request.user_agent.string))


@blueprint.post("/sign-in/sample")
@policy("session.create")
def open_sample_account() -> ResponseReturnValue:
    person = queries.find_by_login(login_of(request.form.get("account", ""))) if lists_samples() else None
    if person is None:
        raise NotFound
    return _go_on(SignInForm(), actions.open_session(person.id, user_agent=request.user_agent.string))


@errors.answers("access.sign_in")
def ask_to_sign_in() -> ResponseReturnValue:
    """Lead a visitor to the sign-in page and back; the form of a session that has ended is carried along."""
    if request.method in transaction.SAFE_METHODS:
        return redirect(url_for("accounts.sign_in", next=asked_address()))
    form_in_hand = carried.of_request()
    back = form_in_hand.address if form_in_hand else page_before()
    kept = form_in_hand.sealed() if form_in_hand else ""
    form = SignInForm(MultiDict({"next": back or "", "carried": kept}))
    return _sign_in_page(form, None, was_signed_out=True), 401


@errors.answers("access.form_expired")
def offer_form_again() -> ResponseReturnValue | None:
    """After a new sign-in in another window a page's forms cannot be sent any more: the form comes back as it was."""
    person_id = getattr(g.get("access"), "person_id", None)
    form_in_hand = carried.of_request()
    if person_id is None or form_in_hand is None or not form_in_hand.is_of(person_id):
        return None
    return render_template("accounts/come_back.html", carried=form_in_hand, is_new_session=False), 400


@blueprint.post("/sign-out")
@policy("session.end")
def sign_out() -> ResponseReturnValue:
    actions.sign_out(current_user)
    flash(_("You are signed out."))
    return redirect(url_for("accounts.sign_in"))


@blueprint.get("/link/<token>")
@policy("link.redeem")
@limiter.limit("30/minute", key_func=_link_in_hand)
def link(token: str) -> ResponseReturnValue:
    return _link_page(token, PasswordForm())


@blueprint.post("/link/<token>")
@policy("link.redeem")
@limiter.limit("30/minute", key_func=_link_in_hand)
@transaction.writes_late
def redeem_link(token: str) -> ResponseReturnValue:
    form = PasswordForm()
    one_time_link = queries.find_link(token, clock.now())
    if one_time_link is None:
        raise Invalid("link.spent")
    if not form.validate():
        return _link_page(token, form), 422
    try:
        password_hash = actions.hash_password(form.password.data, login=one_time_link.person.login)
    except Invalid as problem:
        form.take_back(problem)
        return _link_page(token, form), 422
    transaction.begin_write()
    person = actions.redeem_link(token, password_hash)
    actions.open_session(person.id, user_agent=request.user_agent.string)
    with speaking(for_profile(person.locale)):
        flash(_("Your password is set."))
    return redirect(url_for("home.today"))


def _link_page(token: str, form: PasswordForm) -> str:
    one_time_link = queries.find_link(token, clock.now())
    if one_time_link is None:
        raise Invalid("link.spent")
    return render_template("accounts/link.html", form=form, person=one_time_link.person, token=token)


def _go_on(form: SignInForm, person: Person) -> ResponseReturnValue:
    """Where a sign-in leads: to the page that was asked for, or to the form that could not be sent."""
    form_in_hand = carried.unsealed(form.carried.data)
    with speaking(for_profile(person.locale)):
        if form_in_hand is None:
            return redirect(local_address(form.next.data) or url_for("home.today"))
        if not form_in_hand.is_of(person.id):
            flash(_("The form that was open here belongs to somebody else, so it was not carried over."), "info")
            return redirect(url_for("home.today"))
        if not form_in_hand.fields:
            return redirect(form_in_hand.address)
        return render_template("accounts/come_back.html", carried=form_in_hand, is_new_session=True)


def _sign_in_page(
    form: SignInForm, refusal: str | None, tries_left: int | None = None, *, was_signed_out: bool = False
) -> str:
    people = queries.list_sample_accounts() if lists_samples() else []
    samples = [(person, name, *SAMPLE_ACCOUNTS[name]) for person in people for name in [person.login.partition("@")[0]]]
    return render_template(
        "accounts/sign_in.html",
        form=form,
        refusal=refusal,
        tries_left=tries_left,
        samples=samples,
        carried=carried.unsealed(form.carried.data),
        was_signed_out=was_signed_out,
        is_sample_fresh=_is_sample_fresh(),
    )


def _is_sample_fresh() -> bool:
    """Whether this visitor may have lost a session because the sample was loaded again shortly before."""
    if visit().sent_sid is None:
        return False
    reloaded_at = sample_reloaded_at()
    return reloaded_at is not None and clock.now() - reloaded_at < FRESH_FOR


def lists_samples() -> bool:
    return may_be_listed(is_sample=sample_day() is not None, on_loopback=current_app.config["KIJUN"].loopback)
