"""Versions of a module for those who write policy: import with its check, publish, download."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from lms.accounts.queries import load_able
from lms.foundation import clock, findings, transaction
from lms.foundation.access import is_stepped_up, may, me, policy
from lms.foundation.errors import sentence
from lms.foundation.locale import SOURCE_LOCALE
from lms.kit.findings import Finding, Level
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.policies import actions, intake, phrases, queries
from lms.policies.core.translation import Translation, translation_of
from lms.policies.forms import ImportForm
from lms.policies.models import Module, PolicyVersion, VersionState
from lms.policies.queries import SectionText

TO_LOOK_AT = frozenset(Translation) - {Translation.CURRENT}

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
        done = intake.import_checked(
            checked,
            skip_errors=form.skip_errors.data,
            code=form.code.data or None,
            publish=form.publish.data and is_stepped_up(),
            holds_back_older=True,
            by=current_user,
        )
    except (Invalid, Conflict) as problem:
        if problem.field is None or problem.field not in form:
            return _import_page(form, checked.findings, refusal=sentence(problem)), 422
        form.take_back(problem)
        return _import_page(form, checked.findings), 422
    version = done.version
    outcome = phrases.outcome(
        version.module.code, version.number, is_whole=done.is_whole, is_unchanged=done.is_unchanged
    )
    if form.publish.data:
        _say_what_it_waits_for(version)
    sections = _sections(version)
    if any(finding.level is not Level.INFO for finding in done.findings):  # to be read in full, so no redirect
        return _import_page(form, done.findings, done=outcome, version=version, sections=sections)
    flash(outcome)
    if any(state in TO_LOOK_AT for _section, state in sections):
        return redirect(url_for("policy_versions.show", code=version.module.code, number=version.number))
    return redirect(url_for("policy_versions.index", code=version.module.code))


@blueprint.get("/policies/<code>/versions")
@policy("policy.draft")
def index(code: str) -> str:
    return _versions_page(queries.get_module(code))


@blueprint.get("/policies/<code>/versions/<number>")
@policy("policy.draft")
def show(code: str, number: str) -> str:
    """The sections of a version, and how the two languages match."""
    version = _get_version(code, number)
    return render_template(
        "policies/version.html",
        version=version,
        module=version.module,
        sections=_sections(version),
        standings=queries.load_standings(queries.list_versions(version.module), clock.now()),
        phrases=phrases,
    )


@blueprint.post("/policies/<code>/versions/<number>/publish")
@policy("policy.publish")
def publish(code: str, number: str) -> ResponseReturnValue:
    version = _get_version(code, number)
    newer = queries.find_newer_in_force(version, clock.now()) if version.state == VersionState.DRAFT else None
    if newer is not None and request.form.get("newer") != newer.number:
        return _versions_page(version.module, older=version, newer=newer), 409
    actions.publish_version(version, by=current_user)
    flash(_("%(code)s v%(number)s is published.", code=code, number=number))
    return redirect(url_for("policy_versions.index", code=code))


@blueprint.post("/policies/<code>/versions/<number>/ask")
@policy("policy.write")
def ask(code: str, number: str) -> ResponseReturnValue:
    """Ask for the publication of a draft, or take that back."""
    version = _get_version(code, number)
    if request.form.get("change") == "take back":
        actions.take_request_back(version, by=current_user)
    else:
        actions.ask_for_publication(version, by=current_user)
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
    version: PolicyVersion | None = None,
    sections: Sequence[tuple[SectionText, Translation | None]] = (),
) -> str:
    return render_template(
        "policies/import.html",
        form=form,
        spoken=[(finding, findings.sentence(finding, phrases.FINDINGS)) for finding in found],
        refusal=refusal,
        done=done,
        version=version,
        to_look_at=[(section, state) for section, state in sections if state in TO_LOOK_AT],
        phrases=phrases,
    )


def _versions_page(module: Module, *, older: PolicyVersion | None = None, newer: PolicyVersion | None = None) -> str:
    """The list of versions; with a question when an older draft is about to be published over a newer version."""
    versions, now = queries.list_versions(module), clock.now()
    return render_template(
        "policies/versions.html",
        module=module,
        versions=versions,
        standings=queries.load_standings(versions, now),
        older=older,
        newer=newer,
        now=now,
        phrases=phrases,
        requests=queries.load_requests(version.id for version in versions),
        others=_others() if may("policy.publish") else [],
    )


def _others() -> list[str]:
    """The codes of those who could publish what whoever asks has asked for."""
    return [code for key, code in load_able("policy.publish").items() if key != me().id]


def _say_what_it_waits_for(version: PolicyVersion) -> None:
    """After an import that was to be published at once: why it is a draft still."""
    if version.state == VersionState.PUBLISHED:
        return
    if queries.find_request(version) is not None:
        flash(_("Somebody else has to publish it: %(people)s.", people=", ".join(_others())), "info")
    elif not is_stepped_up():
        flash(_("It is still a draft: publishing it asks for your password."), "info")


def _sections(version: PolicyVersion) -> list[tuple[SectionText, Translation | None]]:
    """The sections of a version, each with how its Japanese stands; None throughout where there is no Japanese."""
    sections = queries.load_sections([version.id])[version.id]
    has_japanese = any("ja" in section.bodies for section in sections)

    def state(section: SectionText) -> Translation | None:
        source, japanese = section.bodies.get(SOURCE_LOCALE), section.bodies.get("ja")
        return translation_of(source, japanese, section.freshness.get("ja")) if has_japanese else None

    return [(section, state(section)) for section in sections]


def _get_version(code: str, number: str) -> PolicyVersion:
    return queries.get_version(queries.get_module(code), number)


def _content(file: FileStorage | None) -> bytes | None:
    return file.read() if file is not None and file.filename else None
