"""Making policies and drafts, and writing their sections. What is published never changes."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db
from lms.foundation.locale import SOURCE_LOCALE
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.policies import actions, queries
from lms.policies.core.document import numbered, slug
from lms.policies.core.draft import Text, is_overtaken
from lms.policies.core.front_matter import instant
from lms.policies.core.glossary import KEY
from lms.policies.core.names import is_code
from lms.policies.core.outline import INTRO
from lms.policies.core.staleness import section_sha256
from lms.policies.core.version import VersionNumber
from lms.policies.models import (
    Module,
    OutlineEntry,
    PolicyVersion,
    PublicationRequest,
    Section,
    SectionRevision,
    VersionState,
)

NOT_COPIED = frozenset({"effective", "version", "source_version"})
"""What the front matter says of one version alone."""


class Overtaken(Exception):
    """Somebody else saved a text of the section meanwhile: by language, what is stored now."""

    def __init__(self, stored: Mapping[str, Text]) -> None:
        super().__init__(sorted(stored))
        self.stored = stored


def create_policy(code: str, title_text: Mapping[str, str], *, by: Person) -> PolicyVersion:
    """A new policy with an empty draft of its first version."""
    if not is_code(code):
        raise Invalid("policy.bad_code", field="code", policy=code)
    if queries.find_module(code) is not None:
        raise Invalid("policy.code_taken", field="code", policy=code)
    module = Module(code=code, title_text=dict(title_text))
    db.session.add(module)
    version = _new_draft(module, actions.FIRST, title_text)
    db.session.flush()
    journal.record("policy.create", actor=by.code, object=f"{code} v{version.number}")
    return version


def copy_version(version: PolicyVersion, *, by: Person) -> PolicyVersion:
    """A draft with the next number and the texts of a version; when it takes effect is open."""
    number = actions.next_number(version.module)
    draft = _new_draft(version.module, number, version.title_text)
    draft.front_matter = {
        locale: {key: said for key, said in head.items() if key not in NOT_COPIED}
        for locale, head in version.front_matter.items()
    }
    db.session.flush()
    for entry in version.outline:
        draft.outline.append(OutlineEntry(section_id=entry.section_id, position=entry.position, level=entry.level))
    for row in version.revisions:
        draft.revisions.append(
            SectionRevision(
                section_id=row.section_id,
                locale=row.locale,
                title=row.title,
                body=row.body,
                sha256=row.sha256,
                source_sha256=row.source_sha256,
            )
        )
    db.session.flush()
    journal.record("policy.copy", actor=by.code, object=f"{version.module.code} v{number}", source=version.number)
    return draft


def discard_draft(version: PolicyVersion, *, by: Person) -> None:
    """Delete a draft; its sections stay known by their keys."""
    locked = _locked_draft(version)
    name = f"{locked.module.code} v{locked.number}"
    db.session.execute(delete(PublicationRequest).where(PublicationRequest.version_id == locked.id))
    for row in [*locked.outline, *locked.revisions]:
        db.session.delete(row)
    db.session.flush()
    db.session.expire(locked, ["outline", "revisions"])
    db.session.delete(locked)
    notices.settle(actions.WAITS, about=str(version.id))
    journal.record("policy.discard", actor=by.code, object=name)


def change_head(
    version: PolicyVersion,
    titles: Mapping[str, str],
    effective: str | None,
    glossaries: Mapping[str, list[dict[str, str]]],
    *,
    revision: int | None,
    by: Person,
) -> None:
    """Set titles, the instant of effect (as a policy file says it) and the glossary of a draft."""
    locked = _locked_draft(version)
    if locked.revision != revision:
        raise Conflict("policy.changed_by_another")
    moment = instant(effective) if effective else None
    if effective and moment is None:
        raise Invalid("policy.bad_effective", field="effective", value=effective)
    heads = {locale: dict(head) for locale, head in locked.front_matter.items()}
    source = heads.setdefault(SOURCE_LOCALE, {})
    source.pop("effective", None)
    if effective:
        source["effective"] = effective
    for locale, entries in glossaries.items():
        head = heads.setdefault(locale, {})
        head.pop(KEY, None)
        if entries:
            head[KEY] = entries
    locked.front_matter = {locale: head for locale, head in heads.items() if head}
    locked.title_text = {locale: title for locale, title in titles.items() if title}
    locked.effective_at = moment
    locked.revision += 1
    journal.record("policy.write", actor=by.code, object=f"{locked.module.code} v{locked.number}", head=True)


def load_texts(version: PolicyVersion, key: str) -> dict[str, Text]:
    """The texts of a section of a version by language; not found where the version has no such section."""
    entry = _entry(version, key)
    rows = db.session.scalars(
        select(SectionRevision).where(
            SectionRevision.version_id == version.id, SectionRevision.section_id == entry.section_id
        )
    )
    return {row.locale: Text(row.title or "", row.body) for row in rows}


def save_section(
    version: PolicyVersion,
    key: str,
    texts: Mapping[str, Text],
    seen: Mapping[str, str],
    *,
    is_current: bool,
    by: Person,
) -> None:
    """Write a section's texts into a draft. With ``is_current`` the translation counts as made from this source.

    Raises ``Overtaken`` when a text was saved meanwhile that its sender has not seen.
    """
    locked = _locked_draft(version)
    stored = load_texts(locked, key)
    overtaken = {
        locale: stored.get(locale, Text())
        for locale, text in texts.items()
        if is_overtaken(seen.get(locale, ""), stored.get(locale, Text()), text)
    }
    if overtaken:
        raise Overtaken(overtaken)
    section_id = _entry(locked, key).section_id
    rows = {row.locale: row for row in locked.revisions if row.section_id == section_id}
    for locale, text in texts.items():
        _write(locked, section_id, rows, locale, text, is_intro=key == INTRO)
    source, translation = rows.get(SOURCE_LOCALE), rows.get("ja")
    if translation is not None and source is not None and is_current:
        translation.source_sha256 = source.sha256
    locked.revision += 1
    db.session.flush()
    changed = sorted(locale for locale, text in texts.items() if text != stored.get(locale, Text()))
    name = f"{locked.module.code} v{locked.number}"
    journal.record("policy.write", actor=by.code, object=name, section=key, languages=changed)


def add_section(version: PolicyVersion, title: str, *, level: int, after: str, by: Person) -> str:
    """Put a new section behind another one (or first) and give its key."""
    locked = _locked_draft(version)
    entries = list(locked.outline)
    taken = {entry.section.key for entry in entries}
    base = key = slug(title) or "section"
    repeat = 0
    while key in taken or key == INTRO:
        repeat += 1
        key = numbered(base, repeat)
    known = queries.load_section_rows(locked.module_id)
    section = known.get(key) or Section(module_id=locked.module_id, key=key)
    db.session.add(section)
    db.session.flush()
    place = next((at for at, entry in enumerate(entries, start=1) if entry.section.key == after), 0)
    entry = OutlineEntry(version_id=locked.id, section_id=section.id, position=len(entries), level=level)
    db.session.add(entry)
    _place([*entries[:place], entry, *entries[place:]])
    _write(locked, section.id, {}, SOURCE_LOCALE, Text(title), is_intro=False)
    locked.revision += 1
    db.session.flush()
    name = f"{locked.module.code} v{locked.number}"
    journal.record("policy.write", actor=by.code, object=name, section=key, added=True)
    return key


def remove_section(version: PolicyVersion, key: str, *, by: Person) -> None:
    """Take a section out of a draft, in every language; the sections below it stay."""
    locked = _locked_draft(version)
    entry = _entry(locked, key)
    for row in [row for row in locked.revisions if row.section_id == entry.section_id]:
        db.session.delete(row)
    rest = [other for other in locked.outline if other is not entry]
    db.session.delete(entry)
    db.session.flush()
    _place(rest)
    locked.revision += 1
    name = f"{locked.module.code} v{locked.number}"
    journal.record("policy.write", actor=by.code, object=name, section=key, removed=True)


def _new_draft(module: Module, number: VersionNumber, title_text: Mapping[str, str]) -> PolicyVersion:
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
    return version


def _locked_draft(version: PolicyVersion) -> PolicyVersion:
    """The draft as it is now, held against others who write it; a conflict when it is published meanwhile."""
    query = select(PolicyVersion).where(PolicyVersion.id == version.id).with_for_update(of=PolicyVersion)
    locked = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if locked.state != VersionState.DRAFT:
        raise Conflict("policy.already_published", number=locked.number)
    return locked


def _entry(version: PolicyVersion, key: str) -> OutlineEntry:
    entry = db.session.scalar(
        select(OutlineEntry).join(OutlineEntry.section).where(OutlineEntry.version_id == version.id, Section.key == key)
    )
    if entry is None:
        raise NotFound
    return entry


def _write(
    version: PolicyVersion,
    section_id: int,
    rows: dict[str, SectionRevision],
    locale: str,
    text: Text,
    *,
    is_intro: bool,
) -> None:
    row = rows.get(locale)
    if text.is_empty:
        if row is not None:
            db.session.delete(rows.pop(locale))
        return
    if row is None:
        row = rows[locale] = SectionRevision(version_id=version.id, section_id=section_id, locale=locale)
        db.session.add(row)
    row.title, row.body = None if is_intro else text.title, text.body
    row.sha256 = section_sha256(text.body)


def _place(entries: list[OutlineEntry]) -> None:
    """Number the entries in this order; no two may ever have one place, so they step aside first."""
    for place, entry in enumerate(entries):
        entry.position = len(entries) + 1000 + place
    db.session.flush()
    for place, entry in enumerate(entries):
        entry.position = place
    db.session.flush()
