from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.foundation.locale import SOURCE_LOCALE
from lms.kit.findings import Finding, has_errors
from lms.kit.problems import Conflict, Invalid
from lms.policies import queries
from lms.policies.core.check import Row, check
from lms.policies.core.document import Policy, Section, parse
from lms.policies.core.front_matter import FrontMatter, instant
from lms.policies.core.staleness import section_sha256
from lms.policies.core.version import VersionNumber
from lms.policies.core.writing import write
from lms.policies.models import (
    Acknowledgement,
    AcknowledgementKind,
    Module,
    OutlineEntry,
    PolicyVersion,
    SectionRevision,
    VersionState,
)
from lms.policies.models import Section as SectionRow

FIRST = VersionNumber(1, 0)
SYSTEM = "system"
CODE = re.compile(r"[A-Z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy in one or two languages as it was read, with every finding."""

    source: Policy
    translation: Policy | None
    rows: Sequence[Row]
    findings: Sequence[Finding]

    @property
    def has_errors(self) -> bool:
        return has_errors(self.findings)


def check_files(english: bytes, japanese: bytes | None) -> Checked:
    """Read and check a policy; nothing is stored. Findings about the Japanese file say so: ``facts["file"]`` is ja."""
    source, findings = parse(english)
    translation, more = parse(japanese) if japanese is not None else (None, [])
    rows, pairing = check(source, translation)
    in_japanese = [replace(finding, facts={**finding.facts, "file": "ja"}) for finding in (*more, *pairing)]
    return Checked(source, translation, rows, [*findings, *in_japanese])


def import_policy(
    checked: Checked,
    *,
    code: str | None = None,
    effective_at: datetime | None = None,
    publish: bool = False,
    by: Person | None = None,
) -> PolicyVersion:
    """Store a checked policy as a new version: a draft, or published.

    The number is the file's, else the next minor one. A published version is never written over; a draft of the same
    number is.
    """
    if checked.has_errors:
        raise Invalid("policy.has_errors")
    matter = checked.source.matter
    module_code = code or matter.code
    if not module_code:
        raise Invalid("policy.no_code", field="code")
    if not CODE.fullmatch(module_code):
        raise Invalid("policy.bad_code", field="code", policy=module_code)
    module = queries.find_module(module_code) or _new_module(module_code)
    number = matter.version or _next_number(module)
    version = _fresh_version(module, number)
    titles = {SOURCE_LOCALE: checked.source.title or module_code}
    if checked.translation is not None and checked.translation.title:
        titles["ja"] = checked.translation.title
    version.title_text = titles
    module.title_text = {**module.title_text, **titles}
    version.effective_at = effective_at or (instant(matter.effective) if matter.effective else None)
    version.front_matter = {SOURCE_LOCALE: dict(matter.others)}
    if checked.translation is not None:
        version.front_matter["ja"] = dict(checked.translation.matter.others)
    _store_sections(module, version, checked)
    actor = by.code if by else SYSTEM
    journal.record("policy.import", actor=actor, object=f"{module_code} v{number}", sections=len(checked.rows))
    if publish:
        publish_version(version, by=by)
    return version


def publish_version(version: PolicyVersion, *, by: Person | None, effective_at: datetime | None = None) -> None:
    """Publish a draft. From its effective instant on it is in force; without one, from now on."""
    if version.state == VersionState.PUBLISHED:
        raise Conflict("policy.already_published", number=version.number)
    now = clock.now()
    version.state = VersionState.PUBLISHED
    version.effective_at = effective_at or version.effective_at or now
    version.published_at, version.published_by = now, by.id if by else None
    actor = by.code if by else SYSTEM
    name = f"{version.module.code} v{version.number}"
    journal.record("policy.publish", actor=actor, object=name, effective_at=version.effective_at.isoformat())


def acknowledge(person: Person, module: Module, number: str, *, locale: str) -> Acknowledgement:
    """Record that a person has read the version that the page showed.

    Raises ``Conflict`` when another version has come into force since: the statement would be about a text they did
    not see.
    """
    shown = queries.get_published_version(module, number)
    now = clock.now()
    current = queries.load_in_force(now, [module.id]).get(module.id)
    if current is None or current.id != shown.id:
        raise Conflict("policy.changed_meanwhile", number=current.number if current else number)
    already = queries.load_acknowledged(person.id).get(shown.id)
    if already is not None:
        return already
    acknowledgement = Acknowledgement(
        person_id=person.id,
        version_id=shown.id,
        kind=AcknowledgementKind.FULL,
        locale=locale,
        acknowledged_at=now,
    )
    db.session.add(acknowledgement)
    db.session.flush()
    name = f"{module.code} v{shown.number}"
    journal.record("policy.acknowledge", actor=person.code, object=name, chain_id=person.vendor_id, locale=locale)
    return acknowledgement


def export_policy(version: PolicyVersion) -> dict[str, str]:
    """The policy files of a version by language, with the hashes of the source in the translation."""
    sections = queries.load_sections([version.id])[version.id]
    files = {}
    zone = "UTC"
    effective = f"{version.effective_at:%Y-%m-%dT%H:%M} {zone}" if version.effective_at else None
    for locale in sorted({locale for section in sections for locale in section.bodies}):
        texts = [
            Section(section.key, True, section.level, section.titles[locale], section.bodies[locale], 0)
            for section in sections
            if locale in section.bodies
        ]
        is_translation = locale != SOURCE_LOCALE
        sources = {
            section.key: section_sha256(section.bodies[SOURCE_LOCALE])
            for section in sections
            if is_translation and locale in section.bodies and section.freshness.get(locale) == "current"
        }
        number = VersionNumber(version.major, version.minor)
        matter = FrontMatter(
            code=version.module.code,
            locale=locale,
            title=version.title_text.get(locale),
            version=number,
            effective=effective,
            source_version=number if is_translation else None,
            section_sources=sources,
            others=version.front_matter.get(locale, {}),
        )
        files[locale] = write(Policy(matter, version.title_text.get(locale), tuple(texts)))
    return files


def _new_module(code: str) -> Module:
    module = Module(code=code, title_text={})
    db.session.add(module)
    db.session.flush()
    return module


def _next_number(module: Module) -> VersionNumber:
    versions = queries.list_versions(module)
    return VersionNumber(versions[0].major, versions[0].minor + 1) if versions else FIRST


def _fresh_version(module: Module, number: VersionNumber) -> PolicyVersion:
    """A new draft, or the draft of that number emptied; never a published one."""
    existing = queries.find_version(module, number)
    if existing is not None and existing.state == VersionState.PUBLISHED:
        raise Conflict("policy.already_published", number=str(number))
    if existing is not None:
        for row in [*existing.outline, *existing.revisions]:
            db.session.delete(row)
        db.session.flush()
        db.session.expire(existing, ["outline", "revisions"])
        existing.revision += 1
        return existing
    version = PolicyVersion(
        module=module,
        major=number.major,
        minor=number.minor,
        title_text={},
        front_matter={},
        state=VersionState.DRAFT,
        created_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    return version


def _store_sections(module: Module, version: PolicyVersion, checked: Checked) -> None:
    """Write outline and texts. A translation without hashes of its own counts as made from the text beside it."""
    known = queries.load_section_rows(module.id)
    translation = checked.translation
    sources = translation.matter.section_sources if translation else {}
    for position, row in enumerate(checked.rows):
        section = known.get(row.key)
        if section is None:
            section = known[row.key] = SectionRow(module_id=module.id, key=row.key)
            db.session.add(section)
        version.outline.append(OutlineEntry(section=section, position=position, level=row.level))
        source_hash = section_sha256(row.source.body) if row.source is not None else None
        if row.source is not None and source_hash is not None:
            version.revisions.append(_revision(section, SOURCE_LOCALE, row.source, source_hash, None))
        if row.translation is not None:
            made_from = (sources.get(row.key) if sources else source_hash) or None
            own_hash = section_sha256(row.translation.body)
            version.revisions.append(_revision(section, "ja", row.translation, own_hash, made_from))
    db.session.flush()


def _revision(section: SectionRow, locale: str, text: Section, own_hash: str, made_from: str | None) -> SectionRevision:
    return SectionRevision(
        section=section, locale=locale, title=text.title, body=text.body, sha256=own_hash, source_sha256=made_from
    )
