"""What a localizer works on: the sections of a version, how each stands, and what its translation was made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.foundation.db import db
from lms.foundation.locale import SOURCE_LOCALE
from lms.policies.core.staleness import Freshness
from lms.policies.core.translation import Translation, translation_of
from lms.policies.models import Module, PolicyVersion, SectionRevision, TranslationAssignment, VersionState
from lms.policies.queries import SectionText, load_sections


@dataclass(frozen=True, slots=True)
class Earlier:
    """The source text that a translation was made from, and the version that had it last."""

    number: str
    body: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A section to translate; ``earlier`` is the source that its translation was made from, where that is another."""

    section: SectionText
    state: Translation
    earlier: Earlier | None

    @property
    def source(self) -> str | None:
        return self.section.bodies.get(SOURCE_LOCALE)

    @property
    def needs_work(self) -> bool:
        """Whether somebody has to write; what only the translation has is for an editor to take out."""
        return self.state not in {Translation.CURRENT, Translation.EXTRA}


def load_units(versions: Iterable[PolicyVersion], locale: str) -> dict[int, list[Unit]]:
    """The sections of versions in order, as their translation into a language stands, by version."""
    sections = load_sections([version.id for version in versions], [locale])
    return {
        version_id: [Unit(section, _state(section, locale), None) for section in listed]
        for version_id, listed in sections.items()
    }


def load_units_with_sources(version: PolicyVersion, locale: str) -> list[Unit]:
    """The same for one version, with the earlier source of what is stale."""
    units = load_units([version], locale)[version.id]
    stale = [unit.section for unit in units if unit.section.freshness.get(locale) is Freshness.STALE]
    earlier = _load_earlier(stale, locale)
    return [Unit(unit.section, unit.state, earlier.get(unit.section.section_id)) for unit in units]


def load_newest_versions() -> list[PolicyVersion]:
    """Of each module the version that is worked on: its draft or newest one, by code of the module."""
    query = select(PolicyVersion).join(PolicyVersion.module).options(contains_eager(PolicyVersion.module))
    query = query.where(Module.retired_at.is_(None)).order_by(Module.code, PolicyVersion.major, PolicyVersion.minor)
    newest = {version.module_id: version for version in db.session.scalars(query)}
    return list(newest.values())


def _state(section: SectionText, locale: str) -> Translation:
    bodies = section.bodies
    return translation_of(bodies.get(SOURCE_LOCALE), bodies.get(locale), section.freshness.get(locale))


def _load_earlier(sections: Sequence[SectionText], locale: str) -> dict[int, Earlier]:
    """The source texts that these translations were made from; absent where the installation never kept it."""
    hashes = {section.section_id: section.made_from.get(locale) for section in sections}
    query = (
        select(SectionRevision, PolicyVersion)
        .join(PolicyVersion, PolicyVersion.id == SectionRevision.version_id)
        .where(SectionRevision.section_id.in_(list(hashes)), SectionRevision.locale == SOURCE_LOCALE)
        .where(SectionRevision.sha256.in_([made_from for made_from in hashes.values() if made_from]))
        .order_by(PolicyVersion.major, PolicyVersion.minor)
    )
    return {
        revision.section_id: Earlier(version.number, revision.body)
        for revision, version in db.session.execute(query)
        if revision.sha256 == hashes[revision.section_id]
    }


def load_assignments(version_ids: Iterable[int], locale: str) -> dict[int, TranslationAssignment]:
    """Who is to bring a language of versions up to date, by version."""
    query = _assignments().where(TranslationAssignment.locale == locale)
    found = db.session.scalars(query.where(TranslationAssignment.version_id.in_(list(version_ids))))
    return {assignment.version_id: assignment for assignment in found}


def list_assignments_of(version: PolicyVersion) -> list[TranslationAssignment]:
    """The same for a version in every language."""
    return list(db.session.scalars(_assignments().where(TranslationAssignment.version_id == version.id)))


def list_assigned_to(person_id: int) -> list[TranslationAssignment]:
    """The drafts that somebody is to translate, the next due first."""
    query = _assignments().join(TranslationAssignment.version).join(PolicyVersion.module)
    query = query.options(contains_eager(TranslationAssignment.version).contains_eager(PolicyVersion.module))
    query = query.where(TranslationAssignment.assignee_id == person_id, PolicyVersion.state == VersionState.DRAFT)
    query = query.where(Module.retired_at.is_(None))
    return list(db.session.scalars(query.order_by(TranslationAssignment.due_on, Module.code, PolicyVersion.id)))


def _assignments() -> Select[TranslationAssignment]:
    people = joinedload(TranslationAssignment.assignee), joinedload(TranslationAssignment.assigner)
    return select(TranslationAssignment).options(*people).execution_options(populate_existing=True)
