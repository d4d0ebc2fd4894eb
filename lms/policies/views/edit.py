"""Versions of a module for those who write policy: import with its check, publish, download."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from lms.foundation import findings, transaction
from lms.foundation.access import policy
from lms.foundation.errors import sentence
from lms.kit.findings import Finding, Level
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.policies import actions, phrases, queries
from lms.policies.core.version import parse_number
from lms.policies.forms import ImportForm
from lms.policies.models import PolicyVersion

blueprint = Blueprint("policy_versions", __name__, template_folder="../templates")


@blueprint.get("/policies/import")
@policy("policy.write")
def import_page() -> str:
    return _import_page(ImportForm())


@blueprint.post("/policies/import")
@policy("policy.write")
@transaction.writes_late
def import_files() -> ResponseReturnValue:
    form = ImportForm()
    english = _content(request.files.get("english"))
    if not form.validate() or english is None:
        if english is None:
            form.english.errors = [sentence(Invalid("policy.no_file"))]
        return _import_page(form), 422
    checked = actions.check_files(english, _content(request.files.get("japanese")))
    transaction.begin_write()
    try:
        done = actions.import_checked(
            checked,
            skip_errors=form.skip_errors.data,
            code=form.code.data or None,
            publish=form.publish.data,
            by=current_user,
        )
    except (Invalid, Conflict) as problem:
        if problem.field is None or problem.field not in form:
            return _import_page(form, checked.findings, refusal=sentence(problem)), 422
        form.take_back(problem)
        return _import_page(form, checked.findings), 422
    version = done.version
    outcome = phrases.outcome(version.module.code, version.number, is_whole=done.is_whole)
    if any(finding.level is not Level.INFO for finding in done.findings):  # to be read in full, so no redirect
        return _import_page(form, done.findings, done=outcome, code=version.module.code)
    flash(outcome)
    return redirect(url_for("policy_versions.index", code=version.module.code))


@blueprint.get("/policies/<code>/versions")
@policy("policy.draft")
def index(code: str) -> str:
    module = queries.get_module(code)
    return render_template("policies/versions.html", module=module, versions=queries.list_versions(module))


@blueprint.post("/policies/<code>/versions/<number>/publish")
@policy("policy.publish")
def publish(code: str, number: str) -> ResponseReturnValue:
    version = _get_version(code, number)
    actions.publish_version(version, by=current_user)
    flash(_("%(code)s v%(number)s is published.", code=code, number=number))
    return redirect(url_for("policy_versions.index", code=code))


@blueprint.get("/policies/<code>/versions/<number>/<any(en, ja):language>.md")
@policy("policy.draft")
def download(code: str, number: str, language: str) -> Response:
    files = actions.export_policy(_get_version(code, number))
    if language not in files:
        raise NotFound
    response = make_response(files[language])
    response.headers["Content-Type"] = "text/markdown; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-{number}.{language}.md"'
    return response


def _import_page(
    form: ImportForm,
    found: Sequence[Finding] = (),
    *,
    refusal: str | None = None,
    done: str | None = None,
    code: str | None = None,
) -> str:
    spoken = [(finding, findings.sentence(finding, phrases.FINDINGS)) for finding in found]
    return render_template("policies/import.html", form=form, spoken=spoken, refusal=refusal, done=done, code=code)


def _get_version(code: str, number: str) -> PolicyVersion:
    parsed = parse_number(number)
    version = queries.find_version(queries.get_module(code), parsed) if parsed else None
    if version is None:
        raise NotFound
    return version


def _content(file: FileStorage | None) -> bytes | None:
    return file.read() if file is not None and file.filename else None
