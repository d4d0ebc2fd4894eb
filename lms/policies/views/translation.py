"""Translating a policy: which sections need it, and each with its source, what changed there, terms and checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import queries as accounts
from lms.accounts.core.roles import Role
from lms.foundation import clock, findings, locale, transaction
from lms.foundation.access import may, me, policy
from lms.foundation.forms import choices
from lms.foundation.locale import SOURCE_LOCALE
from lms.kit.findings import Finding, Level
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.policies import drafting, phrases, queries
from lms.policies.actions import assigning
from lms.policies.core.draft import Text, cleaned
from lms.policies.core.markup import Block, Sensitive, blocks
from lms.policies.core.outline import INTRO
from lms.policies.core.passages import passages
from lms.policies.core.source_changes import with_changes
from lms.policies.core.translation_checks import Note, TermUse, notes, paired_terms, terms_in_use
from lms.policies.drafting import Overtaken
from lms.policies.forms import AssignmentForm, TranslationForm
from lms.policies.models import PolicyVersion, VersionState
from lms.policies.queries import bench
from lms.policies.queries.bench import Unit
from lms.policies.queries.uses import list_asked, load_section_uses
from lms.policies.views.drafts import get_draft, is_sound
from lms.policies.views.read import load_terms
from lms.wellbeing.core.labels import Label

TARGET = "ja"
"""The language that is written here; there is one besides the source."""

blueprint = Blueprint("translation", __name__, template_folder="../templates")


@dataclass(frozen=True, slots=True)
class Hints:
    """What stands under the text of the section that is written: its terms and its checks."""

    terms: Sequence[TermUse]
    notes: Sequence[tuple[Note, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A unit as the page shows it."""

    unit: Unit
    source: Sequence[Block]
    target: Sequence[Block]


@blueprint.get("/policies/translation")
@policy("policy.translate")
def index() -> str:
    """The editor's library: every policy with its strip, those first that need somebody.

    With ``assigned=me`` the drafts alone that whoever asks is to translate.
    """
    own = [assigned.version for assigned in bench.list_assigned_to(me().id)]
    is_own = request.args.get("assigned") == "me"
    versions = own if is_own else bench.load_newest_versions()
    units = bench.load_units(versions, TARGET)
    rows = [(version, units[version.id]) for version in versions]
    if not is_own:  # those that are one's own come in the order in which they are due
        rows.sort(key=lambda row: not any(unit.needs_work for unit in row[1]))
    return render_template(
        "policies/translations.html",
        rows=rows,
        own_count=len(own),
        asked=list_asked(),
        is_own=is_own,
        assignments=bench.load_assignments([version.id for version in versions], TARGET),
        today=_today(),
        phrases=phrases,
    )


@blueprint.get("/policies/<code>/versions/<number>/translation")
@blueprint.get("/policies/<code>/versions/<number>/translation/<path:key>")
@policy("policy.translate")
def show(code: str, number: str, key: str | None = None) -> str:
    """A version with the section to write: the one asked for, else the first that needs somebody."""
    version = queries.get_version(queries.get_module(code), number)
    units = bench.load_units_with_sources(version, TARGET)
    active = _unit_of(units, key) if key else next((unit for unit in units if unit.needs_work), None)
    if active is None or version.state != VersionState.DRAFT:
        return _page(version, units)
    stored = drafting.load_texts(version, active.section.key)
    return _page(version, units, active, TranslationForm(**_entered(stored)))


@blueprint.post("/policies/<code>/versions/<number>/translation/<path:key>")
@policy("policy.translate")
def save(code: str, number: str, key: str) -> ResponseReturnValue:
    """Save a section's translation; with ``go=current`` it counts as made from the source that stands now."""
    version = get_draft(code, number)
    units = bench.load_units_with_sources(version, TARGET)
    active = _unit_of(units, key)
    stored = drafting.load_texts(version, key)
    form = TranslationForm(**_entered(stored))
    typed = {TARGET: _typed(form)}
    if not (form.validate() and is_sound(form, key, typed, stored)):
        return _page(version, units, active, form), 422
    go = request.form.get("go")
    if go == "check":
        return _page(version, units, active, form)
    seen = {locale: form[f"seen_{locale}"].data or "" for locale in (SOURCE_LOCALE, TARGET)}
    try:
        drafting.save_section(version, key, typed, seen, is_current=go == "current", by=current_user)
    except Overtaken as overtaken:
        for locale, text in overtaken.stored.items():  # the next save is of somebody who has seen both
            form[f"seen_{locale}"].raw_data, form[f"seen_{locale}"].data = None, text.seen
        units = bench.load_units_with_sources(version, TARGET)
        return _page(version, units, _unit_of(units, key), form, meanwhile=overtaken.stored), 409
    if go != "current":
        flash(_("Draft saved."))
        return redirect(url_for(".show", code=code, number=number, key=key, _anchor=active.section.anchor))
    flash(_("“%(section)s” is current with v%(number)s.", section=active.section.title, number=number))
    following = _after(active, units)
    if following is None:
        assigning.settle_given(version)
    section, anchor = (following.section.key, following.section.anchor) if following else (None, None)
    return redirect(url_for(".show", code=code, number=number, key=section, _anchor=anchor))


@blueprint.post("/policies/<code>/versions/<number>/translation-check/<path:key>")
@policy("policy.translate")
@transaction.writes_late
def check(code: str, number: str, key: str) -> str:
    """The hints for what is typed just now; nothing is saved."""
    version = get_draft(code, number)
    active = _unit_of(bench.load_units([version], TARGET)[version.id], key)
    hints = _hints(version, active, _typed(TranslationForm()).body)
    return render_template("policies/_hints.html", hints=hints, phrases=phrases)


@blueprint.post("/policies/<code>/versions/<number>/translation-assignment")
@policy("policy.write")
def assign(code: str, number: str) -> ResponseReturnValue:
    """Ask a localizer for the translation of a draft by a day, or ask nobody any more."""
    version = get_draft(code, number)
    form = _assignment_form(version)
    if form.is_sent_and_valid(assignee=_check_active) and _is_assigned(version, form):
        said = _("Assigned to %(code)s.", code=form.assignee.data) if form.assignee.data else _("Assigned to nobody.")
        flash(said)
        return redirect(url_for(".show", code=code, number=number))
    return _page(version, bench.load_units_with_sources(version, TARGET), assignment=form), form.status


def _assignment_form(version: PolicyVersion) -> AssignmentForm:
    found = bench.load_assignments([version.id], TARGET).get(version.id)
    codes = {person.code for person in accounts.list_active(Role.LOCALIZER)}
    values = {"assignee": found.assignee.code, "due_on": found.due_on} if found else {}
    form = AssignmentForm(_today(), revision=found.revision if found else 0, **values)
    if found:
        codes.add(found.assignee.code)
    form.assignee.choices = choices([("", _("Nobody")), *((code, code) for code in sorted(codes))])
    return form


def _check_active(code: str) -> None:
    """Who takes part no longer stays among the choices while it is theirs, but is not asked anew."""
    if code and accounts.find_active(code) is None:
        raise Invalid("policy.assignee_gone")


def _is_assigned(version: PolicyVersion, form: AssignmentForm) -> bool:
    """Whether it is saved; if not, somebody else has assigned it meanwhile, and the form says to whom."""
    revision = -1 if form.revision.data is None else form.revision.data
    assignee = accounts.find_active(form.assignee.data) if form.assignee.data else None
    try:
        if assignee is None:
            assigning.take_back(version, TARGET, revision=revision, by=current_user)
        else:
            order = assigning.Order(TARGET, assignee, form.due_on.data)
            assigning.assign(version, order, revision=revision, by=current_user)
    except Conflict:
        found = bench.load_assignments([version.id], TARGET).get(version.id)
        form.go_on_from(found.revision if found else 0)
        saved = {"assignee": found.assignee.code, "due_on": found.due_on} if found else {"assignee": "", "due_on": None}
        form.behind = form.differences(saved)
        return False
    return True


def _today() -> date:
    return clock.now().astimezone(locale.zone()).date()


def _unit_of(units: Sequence[Unit], key: str) -> Unit:
    for unit in units:
        if unit.section.key == key:
            return unit
    raise NotFound


def _after(active: Unit, units: Sequence[Unit]) -> Unit | None:
    """The next section that needs somebody, from the one just written on."""
    place = next(at for at, unit in enumerate(units) if unit.section.key == active.section.key)
    return next((unit for unit in [*units[place + 1 :], *units[:place]] if unit.needs_work), None)


def _entered(stored: Mapping[str, Text]) -> dict[str, str]:
    source, target = stored.get(SOURCE_LOCALE, Text()), stored.get(TARGET, Text())
    return {"title_ja": target.title, "body_ja": target.body, "seen_ja": target.seen, "seen_en": source.seen}


def _typed(form: TranslationForm) -> Text:
    return cleaned(form.title_ja.data or "", form.body_ja.data or "")


def _hints(version: PolicyVersion, unit: Unit, target: str) -> Hints:
    terms = load_terms(version)
    pairs = paired_terms(terms[SOURCE_LOCALE], terms[TARGET])
    source = unit.source or ""
    told = [(note, _told(note)) for note in notes(source, target)]
    return Hints(terms_in_use(source, target, pairs), sorted(told, key=lambda pair: pair[0].is_well))


def _told(note: Note) -> str:
    """What stands where, for a check that is not well."""
    if note.is_well or note.code not in phrases.HINT_FACTS:
        return ""
    return findings.sentence(Finding(Level.WARNING, note.code, facts=_words(note)), phrases.HINT_FACTS)


def _words(note: Note) -> dict[str, Any]:
    return {name: tuple(fact) or "–" if isinstance(fact, list) else fact for name, fact in note.facts.items()}


def _shown(unit: Unit) -> Shown:
    source = blocks(unit.source or "")
    marked = with_changes(blocks(unit.earlier.body), source) if unit.earlier else source
    return Shown(unit, marked, blocks(unit.section.bodies.get(TARGET, "")))


def _written(unit: Unit) -> list[tuple[str, Label | None]]:
    """The passages of the source as they are written, each with the label of what is sensitive in it."""
    found = [(text, blocks(text)) for text in passages(unit.source or "")]
    return [(text, next((b.label for b in parts if isinstance(b, Sensitive)), None)) for text, parts in found]


def _page(
    version: PolicyVersion,
    units: Sequence[Unit],
    active: Unit | None = None,
    form: TranslationForm | None = None,
    *,
    meanwhile: Mapping[str, Text] | None = None,
    assignment: AssignmentForm | None = None,
) -> str:
    is_draft = version.state == VersionState.DRAFT
    if assignment is None and is_draft and may("policy.write"):
        assignment = _assignment_form(version)
    counts = {state: sum(unit.state is state for unit in units) for state in phrases.TRANSLATIONS}
    return render_template(
        "policies/translation.html",
        version=version,
        module=version.module,
        is_draft=is_draft,
        assigned=bench.load_assignments([version.id], TARGET).get(version.id) if is_draft else None,
        assignment=assignment,
        today=_today(),
        shown=[_shown(unit) for unit in units],
        counts=counts,
        needing=sum(unit.needs_work for unit in units),
        active=active.section.key if active else None,
        is_intro=active is not None and active.section.key == INTRO,
        form=form,
        hints=_hints(version, active, _typed(form).body) if active and form else None,
        written=_written(active) if active and form else [],
        uses=load_section_uses([unit.section.section_id for unit in units]),
        meanwhile=meanwhile,
        phrases=phrases,
    )
