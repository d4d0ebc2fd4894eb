"""Confirming one's password before something consequential: the page, and the way back to what was asked for.

A page is opened again. A form is sent again: the browser repeats what it has just sent to this page (307), which holds
the form's own fields beside the password. So is a form that was to be opened anew with what had been typed.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.accounts import actions
from lms.accounts.forms import ConfirmForm
from lms.accounts.views.session import lists_samples
from lms.foundation import carried, transaction
from lms.foundation.access import policy
from lms.foundation.addresses import asked_address, local_address, page_before
from lms.foundation.errors import answers
from lms.foundation.security import FORM_TYPES
from lms.foundation.sessions import STEP_UP_MINUTES
from lms.foundation.transaction import SAFE_METHODS
from lms.kit.problems import Invalid, TooMany

blueprint = Blueprint("confirmation", __name__, template_folder="../templates")

OWN_PREFIX = "step_up_"


@answers("access.step_up")
def ask() -> ResponseReturnValue:
    """The page in place of the one that was asked for."""
    is_form = request.method not in SAFE_METHODS or carried.is_reopened()
    before = page_before() or ""
    form = ConfirmForm(
        MultiDict(),  # not what was posted: that is of another form
        step_up_to=asked_address(),
        step_up_back="" if before.partition("?")[0] == request.path else before,
        step_up_sends="1" if is_form else "",
    )
    return _page(form, typed=_typed(), has_files=any(request.files.values())), 403


@blueprint.post("/confirm")
@policy("session.confirm")
@carried.passes_on
@transaction.writes_late
def confirm() -> ResponseReturnValue:
    form = ConfirmForm()
    if not form.validate():
        return _page(form, typed=_typed()), 422
    command = actions.SignIn(current_user.login, form.step_up_password.data, request.remote_addr or "")
    try:
        is_right = actions.check_password(command) is not None
    except TooMany as problem:
        form.take_back(Invalid(problem.code, field="step_up_password", **problem.facts))
        return _page(form, typed=_typed()), problem.status
    transaction.begin_write()
    if not is_right:
        left = actions.note_unconfirmed(current_user, command)
        form.take_back(Invalid("password.wrong", field="step_up_password", left=left))
        transaction.keep()
        return _page(form, typed=_typed()), 422
    actions.confirm_session(current_user)
    target = local_address(form.step_up_to.data) or url_for("home.today")
    return redirect(target, 307 if form.step_up_sends.data else 303)


def _page(form: ConfirmForm, *, typed: Iterable[tuple[str, str]], has_files: bool = False) -> str:
    return render_template(
        "accounts/confirm.html",
        form=form,
        typed=list(typed),
        reopens=request.form.get(carried.REOPEN, ""),
        has_files=has_files,
        back=local_address(form.step_up_back.data) or url_for("home.today"),
        minutes=STEP_UP_MINUTES,
        is_sample=lists_samples(),
    )


def _typed() -> Iterable[tuple[str, str]]:
    """What was typed into the form that waits; nothing of our own page."""
    is_sent = request.method not in SAFE_METHODS or carried.is_reopened()
    if not is_sent or request.mimetype not in FORM_TYPES:
        return
    for name, value in carried.typed(request.form.items(multi=True)):
        if not name.startswith(OWN_PREFIX):
            yield name, value
