"""Retiring a policy and taking it back: what it means is said before."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import policy
from lms.foundation.errors import sentence
from lms.kit.problems import Conflict
from lms.policies import queries
from lms.policies.actions.retiring import retire_module
from lms.policies.models import Module
from lms.policies.queries.uses import load_module_uses

blueprint = Blueprint("policy_retirement", __name__, template_folder="../templates")


@blueprint.route("/policies/<code>/retire", methods=["GET", "POST"])
@policy("policy.write")
def confirm(code: str) -> ResponseReturnValue:
    """Say what it means before a policy is retired, or taken back."""
    module = queries.get_module(code)
    if request.method != "POST":
        return _page(module)
    is_back = request.form.get("change") == "restore"
    revision = request.form.get("revision", type=int)
    try:
        retire_module(module, is_back=is_back, revision=revision, by=current_user)
    except Conflict as problem:
        return _page(module, behind=sentence(problem)), problem.status
    flash(_("%(code)s is brought back.", code=code) if is_back else _("%(code)s is retired.", code=code))
    return redirect(url_for("policy_versions.index", code=code))


def _page(module: Module, *, behind: str | None = None) -> str:
    version = queries.load_in_force(clock.now(), [module.id]).get(module.id)
    return render_template(
        "policies/retire.html", module=module, version=version, uses=load_module_uses(module.id), behind=behind
    )
