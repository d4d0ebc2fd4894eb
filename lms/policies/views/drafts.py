"""Writing policies: new ones, drafts as copies, and their sections with one language beside the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import findings
from lms.foundation.access import may, policy
from lms.foundation.forms import Form, Required, choices
from lms.foundation.locale import LOCALES, SOURCE_LOCALE
from lms.kit.findings import Level
from lms.kit.problems import Conflict, Invalid
from lms.policies import actions, drafting, phrases, queries
from lms.policies.core.draft import Text, cleaned, text_findings
from lms.policies.core.glossary import KEY, from_lines, terms_of, written
from lms.policies.core.markup import blocks
from lms.policies.core.outline import INTRO
from lms.policies.core.staleness import Freshness
from lms.policies.drafting import Overtaken
from lms.policies.forms import HeadForm, NewPolicyForm, NewSectionForm, SectionForm
from lms.policies.models import PolicyVersion, VersionState

blueprint = Blueprint("policy_drafts", __name__, template_folder="../templates")


@blueprint.route("/policies/new", methods=["GET", "POST"])
@policy("policy.write")
def new() -> ResponseReturnValue:
    form = NewPolicyForm(code=request.args.get("code"))
    if form.is_sent_and_valid():
        titles = {"en": form.title_en.data.strip(), "ja": (form.title_ja.data or "").strip()}
        said = {locale: title for locale, title in titles.items() if title}
        try:
            version = drafting.create_policy(form.code.data, said, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
            return render_template("policies/new.html", form=form), 422
        flash(_("%(code)s is created. Add its first section.", code=form.code.data))
        return redirect(url_for(".add_section", code=form.code.data, number=version.number))
    return render_template("policies/new.html", form=form), 422 if form.errors else 200


@blueprint.post("/policies/<code>/versions/<number>/copy")
@policy("policy.write")
def copy(code: str, number: str) -> ResponseReturnValue:
    draft = drafting.copy_version(_get_version(code, number), by=current_user)
    flash(_("v%(number)s is a draft with the text of v%(source)s.", number=draft.number, source=number))
    return redirect(url_for("policy_versions.show", code=code, number=draft.number))


@blueprint.post("/policies/<code>/versions/<number>/discard")
@policy("policy.write")
def discard(code: str, number: str) -> ResponseReturnValue:
    drafting.discard_draft(_get_version(code, number), by=current_user)
    flash(_("Draft v%(number)s deleted.", number=number))
    return redirect(url_for("policy_versions.index", code=code))


@blueprint.route("/policies/<code>/versions/<number>/add-section", methods=["GET", "POST"])
@policy("policy.write")
def add_section(code: str, number: str) -> ResponseReturnValue:
    version = get_draft(code, number)
    headed = [section for section in queries.load_sections([version.id])[version.id] if section.key != INTRO]
    form = NewSectionForm(after=headed[-1].key if headed else "")
    places = [(section.key, _("After %(title)s", title=section.title)) for section in headed]
    form.after.choices = choices([("", _("At the beginning")), *places])
    if form.is_sent_and_valid():
        title = cleaned(form.title.data, "").title
        key = drafting.add_section(version, title, level=int(form.level.data), after=form.after.data, by=current_user)
        return redirect(url_for(".section", code=code, number=number, key=key))
    return render_template("policies/add_section.html", form=form, version=version), 422 if form.errors else 200


@blueprint.route("/policies/<code>/versions/<number>/head", methods=["GET", "POST"])
@policy("policy.write")
def head(code: str, number: str) -> ResponseReturnValue:
    """Titles, instant of effect and glossary of a draft."""
    version = get_draft(code, number)
    form = HeadForm(**_head_of(version), revision=version.revision)
    status = 422 if request.method == "POST" else 200
    differences = None
    checks = {f"glossary_{locale}": _only_terms for locale in LOCALES}
    if form.is_sent_and_valid(**checks):
        titles = {locale: cleaned(form[f"title_{locale}"].data or "", "").title for locale in LOCALES}
        glossaries = {locale: from_lines(form[f"glossary_{locale}"].data or "")[0] for locale in LOCALES}
        effective = (form.effective.data or "").strip() or None
        try:
            drafting.change_head(version, titles, effective, glossaries, revision=form.revision.data, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        except Conflict as problem:
            form.go_on_from(version.revision)
            differences, status = form.differences(_head_of(version)), problem.status
        else:
            flash(_("Draft saved."))
            return redirect(url_for("policy_versions.show", code=code, number=number))
    return render_template("policies/head.html", form=form, version=version, differences=differences), status


def _head_of(version: PolicyVersion) -> dict[str, str]:
    """What the form of the head shows of a draft, by the field's name."""
    said = {locale: terms_of(version.front_matter.get(locale, {}).get(KEY)) for locale in LOCALES}
    return {
        **{f"title_{locale}": version.title_text.get(locale, "") for locale in LOCALES},
        "effective": actions.effective_as_said(version) or "",
        **{f"glossary_{locale}": written(terms) for locale, terms in said.items()},
    }


def _only_terms(lines: str) -> None:
    faulty = from_lines(lines)[1]
    if faulty:
        raise Invalid("policy.bad_terms", lines=", ".join(map(str, faulty)))


@blueprint.post("/policies/<code>/versions/<number>/move/<path:key>")
@policy("policy.write")
def move(code: str, number: str, key: str) -> ResponseReturnValue:
    """Move a section up or down; the page that follows has the focus on the same button, for the next step."""
    step = "up" if request.form.get("step") == "up" else "down"
    before, now = drafting.move_section(get_draft(code, number), key, -1 if step == "up" else 1, by=current_user)
    if before == now:
        flash(
            _("The section cannot move further up.") if step == "up" else _("The section cannot move further down."),
            "info",
        )
    else:
        flash(_("Section %(before)s is %(now)s now.", before=before, now=now))
    return redirect(url_for("policy_versions.show", code=code, number=number, moved=key, step=step))


@blueprint.route("/policies/<code>/versions/<number>/sections/<path:key>", methods=["GET", "POST"])
@policy("policy.translate")
def section(code: str, number: str, key: str) -> ResponseReturnValue:
    """Write a section; who may not write policy writes its translation."""
    version = get_draft(code, number)
    stored = drafting.load_texts(version, key)
    form = SectionForm(**_entered(stored))
    if request.method != "POST":
        return _section_page(version, key, form, stored)
    seen = {locale: form[f"seen_{locale}"].data or "" for locale in LOCALES}
    typed = {
        locale: cleaned(form[f"title_{locale}"].data or "", form[f"body_{locale}"].data or "")
        for locale in LOCALES
        if locale != SOURCE_LOCALE or may("policy.write")
    }
    is_removal = request.form.get("go") == "remove" and may("policy.write")
    if not is_removal and not (form.validate() and is_sound(form, key, typed, stored)):
        return _section_page(version, key, form, stored), 422
    if request.form.get("go") == "preview":
        return _section_page(version, key, form, stored, shown={**stored, **typed})
    try:
        if is_removal:
            drafting.remove_section(version, key, seen, by=current_user)
        else:
            drafting.save_section(version, key, typed, seen, is_current=form.is_current.data, by=current_user)
    except Overtaken as overtaken:
        for locale, text in overtaken.stored.items():  # the next save is of somebody who has seen both
            form[f"seen_{locale}"].raw_data, form[f"seen_{locale}"].data = None, text.seen
        return _section_page(version, key, form, stored, meanwhile=overtaken.stored), 409
    if is_removal:
        flash(_("Section removed from the draft."))
        return redirect(url_for("policy_versions.show", code=code, number=number))
    flash(_("Draft saved."))
    return redirect(url_for(".section", code=code, number=number, key=key))


def _entered(stored: Mapping[str, Text]) -> dict[str, str]:
    texts = {locale: stored.get(locale, Text()) for locale in LOCALES}
    return {
        f"{name}_{locale}": getattr(text, name) for locale, text in texts.items() for name in ("title", "body", "seen")
    }


def is_sound(form: Form, key: str, typed: Mapping[str, Text], stored: Mapping[str, Text]) -> bool:
    """Whether each text could stand in a file by itself; what is wrong is said at its field."""
    is_sound = True
    for locale, text in typed.items():
        if text.is_empty and (locale != SOURCE_LOCALE or locale not in stored):
            continue
        if not text.title and key != INTRO:
            form[f"title_{locale}"].errors = [str(Required().message)]
            is_sound = False
            continue
        errors = [
            f"{_('Line %(line)s', line=found.line)}{_(': ')}{findings.sentence(found, phrases.FINDINGS)}"
            for found in text_findings(key, text)
            if found.level is Level.ERROR
        ]
        if errors:
            form[f"body_{locale}"].errors = errors
            is_sound = False
    if all(text.is_empty for text in {**stored, **typed}.values()):  # a section of which nothing would be left
        form.body_ja.errors = [str(Required().message)]
        is_sound = False
    return is_sound


def _section_page(
    version: PolicyVersion,
    key: str,
    form: SectionForm,
    stored: Mapping[str, Text],
    *,
    shown: Mapping[str, Text] | None = None,
    meanwhile: Mapping[str, Text] | None = None,
) -> str:
    sections = queries.load_sections([version.id])[version.id]
    place = next(at for at, section in enumerate(sections) if section.key == key)
    values: dict[str, Any] = {
        "version": version,
        "module": version.module,
        "section": sections[place],
        "sections": sections,
        "following": sections[place + 1] if place + 1 < len(sections) else None,
        "is_stale": sections[place].freshness.get("ja") is Freshness.STALE,
        "is_intro": key == INTRO,
        "preview": {locale: blocks(text.body) for locale, text in shown.items()} if shown is not None else None,
        "titles": {locale: text.title for locale, text in (shown or {}).items()},
        "source": blocks(stored[SOURCE_LOCALE].body) if SOURCE_LOCALE in stored else (),
    }
    return render_template("policies/section.html", form=form, meanwhile=meanwhile, phrases=phrases, **values)


def _get_version(code: str, number: str) -> PolicyVersion:
    return queries.get_version(queries.get_module(code), number)


def get_draft(code: str, number: str) -> PolicyVersion:
    """The draft of an address; a conflict when it is published."""
    version = _get_version(code, number)
    if version.state != VersionState.DRAFT:
        raise Conflict("policy.already_published", number=version.number)
    return version
