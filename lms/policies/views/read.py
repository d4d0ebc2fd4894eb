"""Reading: the library, a policy in one language or side by side, the acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import may, me, policy
from lms.foundation.locale import LOCALES, SOURCE_LOCALE, current
from lms.kit.problems import NotFound
from lms.policies import actions, phrases, queries
from lms.policies.core.citing import with_marks
from lms.policies.core.glossary import KEY, Term, terms_of, with_terms
from lms.policies.core.markup import Block, blocks
from lms.policies.core.source_changes import with_changes
from lms.policies.core.staleness import Freshness
from lms.policies.models import Acknowledgement, PolicyVersion, PublicationRequest, VersionState
from lms.policies.queries import SectionText
from lms.policies.queries.since import SectionChange, Since, load_since

blueprint = Blueprint("policies", __name__, template_folder="../templates")


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as a page shows it in one language; ``locale`` is the language of the text itself."""

    section: SectionText
    locale: str
    title: str | None
    blocks: Sequence[Block]
    freshness: Freshness | None
    change: SectionChange | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A version as somebody reads it: among which others, and since which one they know it."""

    version: PolicyVersion
    is_current: bool
    texts: Sequence[SectionText]
    versions: Sequence[PolicyVersion]
    acknowledged: Mapping[int, Acknowledgement]
    since: Since | None


@blueprint.get("/policies")
@policy("policy.read")
def library() -> str:
    are_retired = request.args.get("state") == "retired" and may("policy.draft")
    modules = queries.list_modules(are_retired=are_retired)
    versions = queries.load_in_force(clock.now(), [module.id for module in modules])
    acknowledged = queries.load_acknowledged(me().id)
    waiting: dict[int, list[PublicationRequest]] = {}
    for request_in_hand in queries.list_requests() if may("policy.publish") else []:
        waiting.setdefault(request_in_hand.version.module_id, []).append(request_in_hand)
    return render_template(
        "policies/library.html",
        modules=modules,
        versions=versions,
        acknowledged=acknowledged,
        waiting=waiting,
        are_retired=are_retired,
    )


@blueprint.get("/policies/<code>")
@policy("policy.read")
def show(code: str) -> str:
    reading = _reading(code)
    terms = load_terms(reading.version)
    sections = _with_target([shown_in(section, current(), terms, reading.since) for section in reading.texts])
    locales = list(dict.fromkeys(shown.locale for shown in sections))
    glossary = [(locale, terms[locale]) for locale in locales if terms[locale]]
    return _page("policies/policy.html", reading, sections=sections, glossary=glossary)


@blueprint.get("/policies/<code>/side")
@policy("policy.read")
def side_by_side(code: str) -> str:
    reading = _reading(code)
    terms = load_terms(reading.version)
    every = _with_target(
        [shown_in(section, locale, terms, reading.since) for section in reading.texts for locale in LOCALES]
    )
    rows = [every[place : place + len(LOCALES)] for place in range(0, len(every), len(LOCALES))]
    return _page(
        "policies/side.html",
        reading,
        sections=[row[LOCALES.index(current())] for row in rows],
        rows=rows,
        glossary=[(locale, terms[locale]) for locale in LOCALES if terms[locale]],
    )


@blueprint.post("/policies/<code>/acknowledge")
@policy("policy.acknowledge")
def acknowledge(code: str) -> ResponseReturnValue:
    module = queries.get_module(code)
    number = request.form.get("version", "")
    actions.acknowledge(current_user, module, number, locale=current())
    flash(_("Recorded: you have read v%(number)s.", number=number))
    return redirect(url_for("policies.show", code=code))


def load_terms(version: PolicyVersion) -> dict[str, Sequence[Term]]:
    """The glossary of a version by language."""
    return {locale: terms_of(version.front_matter.get(locale, {}).get(KEY)) for locale in LOCALES}


def shown_in(
    section: SectionText, locale: str, terms: Mapping[str, Sequence[Term]], since: Since | None = None
) -> Shown:
    """A section in a language, or in the source language where that one has none.

    Terms lead to the glossary, and the sentences that the address names (``?mark=``) are marked; so is what changed
    since an earlier version.
    """
    spoken = locale if locale in section.bodies else next(iter(sorted(section.bodies)), SOURCE_LOCALE)
    body = section.bodies.get(spoken, "")
    change = since.change_of(section, spoken) if since else None
    text = with_changes(blocks(since.body_of(section, spoken)), blocks(body)) if since and change else blocks(body)
    shown = with_terms(text, terms.get(spoken, ()), f"term-{spoken}-")
    marked = with_marks(shown, set(request.args.getlist("mark")))
    return Shown(section, spoken, section.titles.get(spoken), marked, _freshness(section, locale), change)


def _with_target(sections: Sequence[Shown]) -> list[Shown]:
    """The sections with the first marked sentence as the place ``#cited``; a policy's own text holds no marks."""
    found, is_set = [], False
    for shown in sections:
        blocks_now = list(shown.blocks)
        for place, block in enumerate(blocks_now):
            if not is_set and "<mark>" in block.html:
                blocks_now[place] = replace(block, html=block.html.replace("<mark>", '<mark id="cited">', 1))
                is_set = True
        found.append(replace(shown, blocks=blocks_now))
    return found


def _freshness(section: SectionText, locale: str) -> Freshness | None:
    """How a section stands in a language: missing without a text; None in the source language, and where unknown."""
    if locale not in section.bodies:
        return Freshness.MISSING
    return section.freshness.get(locale) if locale != SOURCE_LOCALE else None


def _version(code: str) -> tuple[PolicyVersion, bool]:
    """The version asked for, and whether it is the one in force."""
    module = queries.get_module(code)
    in_force = queries.load_in_force(clock.now(), [module.id]).get(module.id)
    asked = request.args.get("v")
    find = queries.get_version if may("policy.draft") else queries.get_published_version
    version = find(module, asked) if asked else in_force
    if version is None:
        raise NotFound
    is_current = in_force is not None and version.id == in_force.id and module.retired_at is None
    return version, is_current


def _reading(code: str) -> Reading:
    """What is to be read; where a sentence is looked for, or a published version cited, nothing is marked unasked."""
    version, is_current = _version(code)
    texts = queries.load_sections([version.id])[version.id]
    acknowledged = queries.load_acknowledged(me().id)
    versions = [other for other in queries.list_versions(version.module) if other.state == VersionState.PUBLISHED]
    asked = request.args.get("since")
    is_named = "v" in request.args and version.state == VersionState.PUBLISHED
    is_cited = bool(request.args.getlist("mark")) or (is_named and asked is None)
    since = None if is_cited else load_since(version, versions, acknowledged, asked)
    return Reading(version, is_current, texts, versions, acknowledged, since)


def _page(template: str, reading: Reading, **values: object) -> str:
    version, since = reading.version, reading.since
    behind = [text for text in reading.texts if _freshness(text, "ja") in {Freshness.STALE, Freshness.MISSING}]
    return render_template(
        template,
        version=version,
        module=version.module,
        is_current=reading.is_current,
        behind=len(behind),
        acknowledged=reading.acknowledged.get(version.id),
        has_japanese=any("ja" in text.bodies for text in reading.texts),
        versions=reading.versions,
        since=since,
        gone=since.gone(reading.texts) if since else [],
        standings=queries.load_standings(reading.versions, clock.now()),
        phrases=phrases,
        **values,
    )
