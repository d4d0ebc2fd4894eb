from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from lms.accounts.actions import check_release
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db
from lms.foundation.locale import SOURCE_LOCALE
from lms.kit.problems import Conflict, Invalid, Refused
from lms.policies import queries
from lms.policies.actions.assigning import settle_given
from lms.policies.actions.telling import (
    TO_READ,
    announce,
    settle_waiting,
    tell_decided,
    tell_of_version,
    tell_waiting,
)
from lms.policies.core.agreement import agreement_findings, place_findings
from lms.policies.core.check import Checked, check
from lms.policies.core.document import Policy, Section, parse
from lms.policies.core.front_matter import KNOWN, FrontMatter, instant, written_instant
from lms.policies.core.names import is_code
from lms.policies.core.staleness import Freshness, section_sha256
from lms.policies.core.version import VersionNumber, parse_number
from lms.policies.core.writing import write
from lms.policies.models import (
    Acknowledgement,
    AcknowledgementKind,
    Module,
    OutlineEntry,
    PolicyVersion,
    PublicationRequest,
    SectionRevision,
    VersionState,
)
from lms.policies.models import Section as SectionRow
from lms.policies.queries import SectionText
from lms.policies.queries.rule_changes import apply_rule_changes

FIRST = VersionNumber(1, 0)
SYSTEM = "system"


def check_files(english: bytes, japanese: bytes | None) -> Checked:
    """Read and check a policy; nothing is stored. Findings about the Japanese file say so: ``facts["file"]`` is ja."""
    source, findings = parse(english)
    translation, more = parse(japanese) if japanese is not None else (None, [])
    findings += place_findings(source, SOURCE_LOCALE)
    rows, pairing = check(source, translation)
    if translation is not None:
        more += [*place_findings(translation, "ja"), *agreement_findings(source, translation)]
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
    if not is_code(module_code):
        raise Invalid("policy.bad_code", field="code", policy=module_code)
    module = queries.find_module(module_code) or _new_module(module_code)
    number = matter.version or next_number(module)
    _refuse_other_head(checked, module_code, number)
    version = _fresh_version(module, number)
    titles = {SOURCE_LOCALE: checked.source.title or module_code}
    if checked.translation is not None and checked.translation.title:
        titles["ja"] = checked.translation.title
    version.title_text = titles
    module.title_text = {**module.title_text, **titles}
    version.front_matter = kept_of_heads(checked)
    version.effective_at = instant(matter.effective) if matter.effective else None
    if effective_at is not None:
        _take_effect(version, effective_at, by)
    _store_sections(module, version, checked)
    actor = by.code if by else SYSTEM
    journal.record("policy.import", actor=actor, object=f"{module_code} v{number}", sections=len(checked.rows))
    if publish:
        publish_or_ask(version, by=by)
    return version


def ask_for_publication(version: PolicyVersion, *, by: Person) -> None:
    """Say that a draft may be published as it is; another person does it. Asked already, it stays as it was."""
    queries.hold_draft(version)
    _refuse_unfit(version)
    if queries.find_request(version) is not None:
        return
    db.session.merge(
        PublicationRequest(
            version_id=version.id, asked_by=by.id, asked_at=clock.now(), version_revision=version.revision
        )
    )
    tell_waiting(version, by=by)
    journal.record("policy.ask", actor=by.code, object=f"{version.module.code} v{version.number}")


def take_request_back(version: PolicyVersion, *, by: Person) -> None:
    """Let a draft wait no longer; only whoever asked for its publication."""
    request = queries.find_request(version)
    if request is None or request.asked_by != by.id:
        raise Conflict("policy.not_asked")
    db.session.delete(request)
    settle_waiting(version)
    journal.record("policy.take_back", actor=by.code, object=f"{version.module.code} v{version.number}")


def publish_or_ask(version: PolicyVersion, *, by: Person | None) -> None:
    """Publish a draft, or ask for its publication where a second person has to do it."""
    try:
        publish_version(version, by=by)
    except Refused:
        if by is None or Role.EDITOR not in by.roles:
            raise
        ask_for_publication(version, by=by)


def publish_version(version: PolicyVersion, *, by: Person | None, effective_at: datetime | None = None) -> None:
    """Publish a draft. From its effective instant on it is in force; without one, from now on.

    A policy editor publishes what another asked for, and alone only where nobody else could; a QA analyst what was
    asked for. Raises ``Refused`` otherwise.
    """
    queries.hold_draft(version)
    _refuse_unfit(version)
    request = queries.find_request(version)
    together = _second_person(version, request, by) if by else {}
    now = clock.now()
    version.state = VersionState.PUBLISHED
    in_force_from = effective_at or version.effective_at or now
    if in_force_from != version.effective_at:
        _take_effect(version, in_force_from, by)
    version.published_at, version.published_by = now, by.id if by else None
    actor = by.code if by else SYSTEM
    name = f"{version.module.code} v{version.number}"
    journal.record("policy.publish", actor=actor, object=name, effective_at=in_force_from.isoformat(), **together)
    settle_waiting(version)
    settle_given(version)
    if request is not None:
        tell_decided(version, request, by=by)
    if in_force_from <= now:
        apply_rule_changes(version)
        tell_of_version(version)
    else:
        announce(version)


def _refuse_unfit(version: PolicyVersion) -> None:
    if not version.outline:
        raise Conflict("policy.empty", number=version.number)
    if version.module.retired_at is not None:
        raise Conflict("policy.is_retired")


def acknowledge(person: Person, module: Module, number: str, *, locale: str) -> Acknowledgement:
    """Record that a person has read the version that the page showed; said again, it stays as it was.

    Raises ``Conflict`` when another version has come into force since: the statement would be about a text they did
    not see.
    """
    shown = queries.get_published_version(module, number)
    now = clock.now()
    current = queries.load_in_force(now, [module.id]).get(module.id)
    if current is None or current.id != shown.id:
        raise Conflict("policy.changed_meanwhile", number=current.number if current else number)
    if module.retired_at is not None:
        raise Conflict("policy.is_retired")
    already = queries.find_acknowledgement(person.id, shown.id)
    if already is not None:
        return already
    acknowledgement = Acknowledgement(
        person_id=person.id,
        version_id=shown.id,
        kind=AcknowledgementKind.FULL,
        locale=locale,
        acknowledged_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(acknowledgement)
    except IntegrityError:  # said twice at once, and the other was quicker
        already = queries.find_acknowledgement(person.id, shown.id)
        if already is None:
            raise
        return already
    notices.settle(TO_READ, about=module.code, people=[person.id])
    name = f"{module.code} v{shown.number}"
    journal.record("policy.acknowledge", actor=person.code, object=name, chain_id=person.vendor_id, locale=locale)
    return acknowledgement


def export_policy(version: PolicyVersion) -> dict[str, str]:
    """The policy files of a version by language, with the hashes of the source in the translation."""
    sections = queries.load_sections([version.id])[version.id]
    files = {}
    for locale in sorted({locale for section in sections for locale in section.bodies}):
        texts = [
            Section(section.key, True, section.level, section.titles[locale], section.bodies[locale], 0)
            for section in sections
            if locale in section.bodies
        ]
        number = VersionNumber(version.major, version.minor)
        kept = version.front_matter.get(locale, {})
        matter = FrontMatter(
            code=version.module.code,
            locale=locale,
            title=version.title_text.get(locale),
            version=number if locale == SOURCE_LOCALE or "version" in kept else None,
            effective=effective_as_said(version),
            source_version=_source_version(sections, locale, kept, number),
            section_sources=_section_sources(sections, locale),
            others={key: value for key, value in kept.items() if key not in KNOWN},
        )
        files[locale] = write(Policy(matter, version.title_text.get(locale), tuple(texts)))
    return files


def _section_sources(sections: Sequence[SectionText], locale: str) -> dict[str, str]:
    """The hash of the source of each section that is translated from one; empty where nobody knows it."""
    return {
        section.key: section.made_from[locale] or ""
        for section in sections
        if locale in section.freshness and locale in section.bodies
    }


def _source_version(
    sections: Sequence[SectionText], locale: str, kept: Mapping[str, Any], number: VersionNumber
) -> VersionNumber | None:
    """The version that a translation says it was made from, else the one beside it if all of it is current."""
    if locale == SOURCE_LOCALE:
        return None
    if "source_version" in kept:
        return parse_number(kept["source_version"])
    states = {section.freshness[locale] for section in sections if locale in section.freshness}
    return number if states <= {Freshness.CURRENT} else None


def _second_person(version: PolicyVersion, request: PublicationRequest | None, by: Person) -> dict[str, Any]:
    if request is None and Role.EDITOR not in by.roles:
        raise Refused("policy.not_asked")
    return check_release("policy.publish", prepared_by=request.asker if request else by, by=by)


def _take_effect(version: PolicyVersion, moment: datetime, by: Person | None) -> None:
    """Set the effective instant, and keep the zone in which it was said for export."""
    zone_name = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else by.zone_name if by else "UTC"
    head = {**version.front_matter.get(SOURCE_LOCALE, {}), "effective": written_instant(moment, zone_name)}
    version.front_matter = {**version.front_matter, SOURCE_LOCALE: head}
    version.effective_at = moment


def effective_as_said(version: PolicyVersion) -> str | None:
    """The effective instant as it was said, else in UTC."""
    if version.effective_at is None:
        return None
    said = version.front_matter.get(SOURCE_LOCALE, {}).get("effective")
    return said or written_instant(version.effective_at, "UTC")


def kept_of_heads(checked: Checked) -> dict[str, dict[str, Any]]:
    """What the front matter says and no column holds."""
    matter = checked.source.matter
    kept = {SOURCE_LOCALE: dict(matter.others)}
    if matter.effective:
        kept[SOURCE_LOCALE]["effective"] = matter.effective
    if checked.translation is not None:
        translated = checked.translation.matter
        said = {"version": translated.version, "source_version": translated.source_version}
        kept["ja"] = {**translated.others, **{key: str(number) for key, number in said.items() if number}}
    return kept


def _refuse_other_head(checked: Checked, code: str, number: VersionNumber) -> None:
    """Refuse a translation of another policy or version, where only the translation says which."""
    if checked.translation is None:
        return
    source, translation = checked.source.matter, checked.translation.matter
    if not source.code and translation.code and translation.code != code:
        raise Invalid("policy.other_code", policy=translation.code, expected=code)
    if not source.version and translation.version and translation.version != number:
        raise Invalid("policy.other_version", number=str(translation.version), expected=str(number))


def _new_module(code: str) -> Module:
    module = Module(code=code, title_text={})
    db.session.add(module)
    db.session.flush()
    return module


def next_number(module: Module) -> VersionNumber:
    """The next minor number of a policy, or its first."""
    versions = queries.list_versions(module)
    return VersionNumber(versions[0].major, versions[0].minor + 1) if versions else FIRST


def new_draft(module: Module, number: VersionNumber, title_text: Mapping[str, str]) -> PolicyVersion:
    """A draft without any section."""
    version = PolicyVersion(
        module=module,
        major=number.major,
        minor=number.minor,
        title_text=dict(title_text),
        front_matter={},
        state=VersionState.DRAFT,
        created_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    return version


def note_change(version: PolicyVersion) -> None:
    """Count the change of a draft. Who was asked to publish it as it was before is asked no longer."""
    version.revision += 1
    settle_waiting(version)


def _fresh_version(module: Module, number: VersionNumber) -> PolicyVersion:
    """A new draft, or the draft of that number emptied; never a published one."""
    existing = queries.find_version(module, number)
    if existing is not None:
        queries.hold_draft(existing)
        for row in [*existing.outline, *existing.revisions]:
            db.session.delete(row)
        db.session.flush()
        db.session.expire(existing, ["outline", "revisions"])
        note_change(existing)
        return existing
    return new_draft(module, number, {})


def _store_sections(module: Module, version: PolicyVersion, checked: Checked) -> None:
    """Write outline and texts."""
    known = queries.load_section_rows(module.id)
    beside = {row.key: section_sha256(row.source.body) for row in checked.rows if row.source is not None}
    sources = sources_of(version, checked.translation.matter, beside) if checked.translation is not None else {}
    for position, row in enumerate(checked.rows):
        section = known.get(row.key)
        if section is None:
            section = known[row.key] = SectionRow(module_id=module.id, key=row.key)
            db.session.add(section)
        version.outline.append(OutlineEntry(section=section, position=position, level=row.level))
        if row.source is not None:
            version.revisions.append(_revision(section, SOURCE_LOCALE, row.source, beside[row.key], None))
        if row.translation is not None:
            own_hash, made_from = section_sha256(row.translation.body), sources.get(row.key) or None
            version.revisions.append(_revision(section, "ja", row.translation, own_hash, made_from))
    db.session.flush()


def sources_of(version: PolicyVersion, matter: FrontMatter, beside: Mapping[str, str]) -> Mapping[str, str]:
    """From which source text each section of a translation was made, by key.

    Its own hashes decide. Without them it was made from the version that it names: from the text beside it, or from
    that version's stored text; where that is not stored, nobody knows. A translation that names none is of the text
    beside it.
    """
    if matter.section_sources:
        return matter.section_sources
    named = matter.source_version
    if named is None or named == VersionNumber(version.major, version.minor):
        return beside
    stored = queries.find_version(version.module, named)
    return queries.load_hashes(stored, SOURCE_LOCALE) if stored is not None else {}


def _revision(section: SectionRow, locale: str, text: Section, own_hash: str, made_from: str | None) -> SectionRevision:
    return SectionRevision(
        section=section, locale=locale, title=text.title, body=text.body, sha256=own_hash, source_sha256=made_from
    )
