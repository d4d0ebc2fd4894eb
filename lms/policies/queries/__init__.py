from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.foundation.db import db, hold
from lms.foundation.locale import SOURCE_LOCALE, current
from lms.kit.problems import Conflict, NotFound
from lms.policies.core.markup import Sensitive, blocks
from lms.policies.core.names import is_code, is_key
from lms.policies.core.outline import numbers
from lms.policies.core.staleness import Freshness, freshness
from lms.policies.core.version import (
    Effective,
    Standing,
    VersionNumber,
    in_force,
    newer_in_force,
    parse_number,
    standings,
)
from lms.policies.models import (
    Acknowledgement,
    Module,
    OutlineEntry,
    PolicyVersion,
    PublicationRequest,
    Section,
    SectionRevision,
    VersionState,
)
from lms.wellbeing.core.labels import Label
from lms.wellbeing.queries import register_labels


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section in one version: its place, and its text in each language that has one."""

    section_id: int
    module_code: str
    key: str
    number: str | None
    level: int
    titles: Mapping[str, str | None]
    bodies: Mapping[str, str]
    freshness: Mapping[str, Freshness]
    made_from: Mapping[str, str | None]
    """In a translation: the hash of the source text it was made from, None where nobody knows."""

    @property
    def full_name(self) -> str:
        return f"{self.module_code}/{self.key}"

    @property
    def title(self) -> str:
        """Its title in the reader's language, else in the source language."""
        return self.titles.get(current()) or self.titles.get(SOURCE_LOCALE) or self.key

    @property
    def anchor(self) -> str:
        """The fragment of the section on its policy's page."""
        return f"s-{self.key}"


def list_modules(*, are_retired: bool | None = None) -> list[Module]:
    """All modules by code, or those in use or the retired ones alone."""
    query = select(Module).order_by(Module.code)
    if are_retired is not None:
        query = query.where(Module.retired_at.is_not(None) if are_retired else Module.retired_at.is_(None))
    return list(db.session.scalars(query))


def load_retired_codes() -> set[str]:
    """The codes of the modules of which nobody is asked any more."""
    return set(db.session.scalars(select(Module.code).where(Module.retired_at.is_not(None))))


def get_module(code: str) -> Module:
    """The module of a code."""
    module = find_module(code)
    if module is None:
        raise NotFound
    return module


def find_module(code: str) -> Module | None:
    """The module of a code, if there is one."""
    return db.session.scalar(select(Module).where(Module.code == code)) if is_code(code) else None


def find_section(full_name: str) -> Section | None:
    """The section of a full name such as ``HAR/insults``."""
    code, _, key = full_name.partition("/")
    if not is_code(code) or not is_key(key):
        return None
    query = select(Section).join(Section.module).where(Module.code == code, Section.key == key)
    return db.session.scalar(query.options(joinedload(Section.module)))


def load_section_rows(module_id: int) -> dict[str, Section]:
    """The sections that a module has had so far, by key."""
    sections = db.session.scalars(select(Section).where(Section.module_id == module_id))
    return {section.key: section for section in sections}


def list_versions(module: Module) -> list[PolicyVersion]:
    """The versions of a module, the newest first."""
    versions = db.session.scalars(select(PolicyVersion).where(PolicyVersion.module_id == module.id))
    return sorted(versions, key=lambda version: (version.major, version.minor), reverse=True)


def find_version(module: Module, number: VersionNumber) -> PolicyVersion | None:
    """A version by its number."""
    return db.session.scalar(
        select(PolicyVersion).where(
            PolicyVersion.module_id == module.id,
            PolicyVersion.major == number.major,
            PolicyVersion.minor == number.minor,
        )
    )


def get_version(module: Module, number: str) -> PolicyVersion:
    """A version by its number as written."""
    parsed = parse_number(number)
    version = find_version(module, parsed) if parsed else None
    if version is None:
        raise NotFound
    return version


def hold_draft(version: PolicyVersion) -> None:
    """Bring a draft up to date and hold it against others who write it; a conflict when it is published meanwhile."""
    hold(version)
    if version.state != VersionState.DRAFT:
        raise Conflict("policy.already_published", number=version.number)


def get_published_version(module: Module, number: str) -> PolicyVersion:
    """A published version by its number as written; a draft is not found."""
    version = get_version(module, number)
    if version.state != VersionState.PUBLISHED:
        raise NotFound
    return version


def find_request(version: PolicyVersion) -> PublicationRequest | None:
    """The request to publish a draft, while the draft is what it was about."""
    return load_requests([version.id]).get(version.id)


def load_requests(version_ids: Iterable[int]) -> dict[int, PublicationRequest]:
    """The requests to publish these drafts, by version."""
    query = _requests().where(PublicationRequest.version_id.in_(list(version_ids)))
    return {request.version_id: request for request in db.session.scalars(query)}


def list_requests() -> list[PublicationRequest]:
    """All drafts that wait for publication, the oldest first."""
    return list(db.session.scalars(_requests()))


def _requests() -> Select[PublicationRequest]:
    query = select(PublicationRequest).join(PublicationRequest.version).join(PolicyVersion.module)
    query = query.where(PolicyVersion.state == VersionState.DRAFT)
    query = query.where(PublicationRequest.version_revision == PolicyVersion.revision)
    loaded = contains_eager(PublicationRequest.version).contains_eager(PolicyVersion.module)
    return query.options(loaded, joinedload(PublicationRequest.asker)).order_by(PublicationRequest.asked_at)


def load_in_force(
    at: datetime, module_ids: Collection[int] | None = None, *, with_retired: bool = False
) -> dict[int, PolicyVersion]:
    """The version in force of each module (or of these) at an instant, by code; a module without one is absent.

    Nobody is asked for a retired module, so it is absent too, unless it is among those named.
    """
    query = (
        select(PolicyVersion)
        .join(PolicyVersion.module)
        .where(PolicyVersion.state == VersionState.PUBLISHED)
        .options(contains_eager(PolicyVersion.module))
        .order_by(Module.code)
    )
    if module_ids is not None:
        query = query.where(PolicyVersion.module_id.in_(list(module_ids)))
    elif not with_retired:
        query = query.where(Module.retired_at.is_(None))
    by_module: dict[int, dict[int, PolicyVersion]] = {}
    for version in db.session.scalars(query):
        by_module.setdefault(version.module_id, {})[version.id] = version
    found = {}
    for module_id, versions in by_module.items():
        current = in_force(_effective(versions.values()), at)
        if current is not None:
            found[module_id] = versions[current.id]
    return found


def load_standings(versions: Iterable[PolicyVersion], at: datetime) -> dict[int, Standing]:
    """How the published ones among these versions of a module stand at an instant, by id."""
    return standings(_effective(version for version in versions if version.state == VersionState.PUBLISHED), at)


def find_newer_in_force(version: PolicyVersion, at: datetime) -> PolicyVersion | None:
    """The newer version that a draft would meet in force if it were published now."""
    published = {other.id: other for other in list_versions(version.module) if other.state == VersionState.PUBLISHED}
    number = VersionNumber(version.major, version.minor)
    met = newer_in_force(_effective(published.values()), number, version.effective_at or at, at)
    return published[met.id] if met is not None else None


def load_sections(
    version_ids: Iterable[int], locales: Iterable[str] | None = None, only: Collection[int] | None = None
) -> dict[int, list[SectionText]]:
    """The sections of versions in order, with their texts (of all languages, or of some); ``only`` those of these ids.

    Whatever is left out, the others keep their numbers.
    """
    ids = list(version_ids)
    outline = db.session.execute(
        select(OutlineEntry.version_id, OutlineEntry.level, Section.id, Section.key, Module.code)
        .join(Section, Section.id == OutlineEntry.section_id)
        .join(Module, Module.id == Section.module_id)
        .where(OutlineEntry.version_id.in_(ids))
        .order_by(OutlineEntry.version_id, OutlineEntry.position)
    ).all()
    query = select(SectionRevision).where(SectionRevision.version_id.in_(ids))
    if locales is not None:
        query = query.where(SectionRevision.locale.in_({*locales, SOURCE_LOCALE}))
    if only is not None:
        query = query.where(SectionRevision.section_id.in_(list(only)))
    texts: dict[tuple[int, int], dict[str, SectionRevision]] = {}
    for revision in db.session.scalars(query):
        texts.setdefault((revision.version_id, revision.section_id), {})[revision.locale] = revision
    found: dict[int, list[SectionText]] = {version_id: [] for version_id in ids}
    for version_id in ids:
        rows = [row for row in outline if row.version_id == version_id]
        shown = numbers([row.key for row in rows], [row.level for row in rows])
        for row, number in zip(rows, shown, strict=True):
            if only is not None and row.id not in only:
                continue
            revisions = texts.get((version_id, row.id), {})
            found[version_id].append(_section_text(row.id, row.code, row.key, number, row.level, revisions))
    return found


def load_hashes(version: PolicyVersion, locale: str) -> dict[str, str]:
    """The hash of each section's text in a version and a language, by key."""
    rows = db.session.execute(
        select(Section.key, SectionRevision.sha256)
        .join(SectionRevision.section)
        .where(SectionRevision.version_id == version.id, SectionRevision.locale == locale)
    )
    return {row.key: row.sha256 for row in rows}


def load_sections_in_force(at: datetime) -> dict[str, SectionText]:
    """Every section of the policies in force by its full name, in the policies' order.

    Those of retired policies are among them: what cites them goes on.
    """
    versions = load_in_force(at, with_retired=True)
    texts = load_sections([version.id for version in versions.values()])
    return {section.full_name: section for listed in texts.values() for section in listed}


def load_labels(at: datetime) -> set[Label]:
    """How the sensitive content is labelled that the policies in force hold."""
    versions = [version.id for version in load_in_force(at).values()]
    marked = SectionRevision.version_id.in_(versions), SectionRevision.body.contains(":::")
    bodies = db.session.scalars(select(SectionRevision.body).where(*marked))
    return {block.label for body in bodies for block in blocks(body) if isinstance(block, Sensitive)}


def load_acknowledged(person_id: int) -> dict[int, Acknowledgement]:
    """A person's acknowledgements by version."""
    query = select(Acknowledgement).where(Acknowledgement.person_id == person_id)
    return {acknowledgement.version_id: acknowledgement for acknowledgement in db.session.scalars(query)}


def find_acknowledgement(person_id: int, version_id: int) -> Acknowledgement | None:
    """A person's acknowledgement of a version."""
    query = select(Acknowledgement).where(Acknowledgement.person_id == person_id)
    return db.session.scalar(query.where(Acknowledgement.version_id == version_id))


def load_acknowledged_pairs(person_ids: Collection[int], version_ids: Collection[int]) -> set[tuple[int, int]]:
    """Which of these people have acknowledged which of these versions, as (person, version)."""
    query = select(Acknowledgement.person_id, Acknowledgement.version_id).where(
        Acknowledgement.person_id.in_(list(person_ids)), Acknowledgement.version_id.in_(list(version_ids))
    )
    return {(row.person_id, row.version_id) for row in db.session.execute(query)}


def _effective(versions: Iterable[PolicyVersion]) -> Iterable[Effective]:
    for version in versions:
        if version.effective_at is not None:
            yield Effective(version.id, VersionNumber(version.major, version.minor), version.effective_at)


def _section_text(
    section_id: int, code: str, key: str, number: str | None, level: int, revisions: Mapping[str, SectionRevision]
) -> SectionText:
    source = revisions.get(SOURCE_LOCALE)
    states = {
        locale: freshness(source.sha256, revision.source_sha256, translated=True)
        for locale, revision in revisions.items()
        if source is not None and locale != SOURCE_LOCALE
    }
    return SectionText(
        section_id=section_id,
        module_code=code,
        key=key,
        number=number,
        level=level,
        titles={locale: revision.title for locale, revision in revisions.items()},
        bodies={locale: revision.body for locale, revision in revisions.items()},
        freshness=states,
        made_from={locale: revision.source_sha256 for locale, revision in revisions.items()},
    )


register_labels(load_labels)
