"""Making policies and drafts, and writing their sections. What is published never changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select

from lms.accounts.models import Person
from lms.foundation import journal
from lms.foundation.db import db
from lms.foundation.locale import SOURCE_LOCALE
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.policies import actions, queries
from lms.policies.actions import assigning
from lms.policies.actions.telling import settle_waiting
from lms.policies.core.document import numbered, slug
from lms.policies.core.draft import Text, is_overtaken
from lms.policies.core.front_matter import instant
from lms.policies.core.glossary import KEY
from lms.policies.core.names import is_code
from lms.policies.core.outline import INTRO, depths, moved, numbers
from lms.policies.core.staleness import section_sha256
from lms.policies.models import (
    Module,
    OutlineEntry,
    PolicyVersion,
    PublicationRequest,
    Section,
    SectionRevision,
)

NOT_COPIED = frozenset({"effective", "version", "source_version"})
"""What the front matter says of one version alone."""


class Overtaken(Exception):
    """Somebody else saved a text of the section meanwhile: by language, what is stored now."""

    def __init__(self, stored: Mapping[str, Text]) -> None:
        super().__init__(sorted(stored))
        self.stored = stored


def create_policy(code: str, title_text: Mapping[str, str], *, by: Person) -> PolicyVersion:
    """A new policy with an empty draft of its first version, or one that has lost its only draft, begun again."""
    if not is_code(code):
        raise Invalid("policy.bad_code", field="code", policy=code)
    module = queries.find_module(code) or Module(code=code)
    if module.id is not None and queries.list_versions(module):
        raise Invalid("policy.code_taken", field="code", policy=code)
    module.title_text = dict(title_text)
    db.session.add(module)
    version = actions.new_draft(module, actions.FIRST, title_text)
    journal.record("policy.create", actor=by.code, object=f"{code} v{version.number}")
    return version


def copy_version(version: PolicyVersion, *, by: Person) -> PolicyVersion:
    """A draft with the next number and the texts of a version; when it takes effect is open."""
    number = actions.next_number(version.module)
    draft = actions.new_draft(version.module, number, version.title_text)
    draft.front_matter = {
        locale: {key: said for key, said in head.items() if key not in NOT_COPIED}
        for locale, head in version.front_matter.items()
    }
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
    queries.hold_draft(version)
    name = f"{version.module.code} v{version.number}"
    db.session.execute(delete(PublicationRequest).where(PublicationRequest.version_id == version.id))
    assigning.drop(version)
    for row in [*version.outline, *version.revisions]:
        db.session.delete(row)
    db.session.flush()
    db.session.expire(version, ["outline", "revisions"])
    db.session.delete(version)
    _name_as_newest(version.module)
    settle_waiting(version)
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
    queries.hold_draft(version)
    if version.revision != revision:
        raise Conflict("policy.changed_by_another")
    moment = instant(effective) if effective else None
    if effective and moment is None:
        raise Invalid("policy.bad_effective", field="effective", value=effective)
    heads = {locale: dict(head) for locale, head in version.front_matter.items()}
    source = heads.setdefault(SOURCE_LOCALE, {})
    source.pop("effective", None)
    if effective:
        source["effective"] = effective
    for locale, entries in glossaries.items():
        head = heads.setdefault(locale, {})
        head.pop(KEY, None)
        if entries:
            head[KEY] = entries
    version.front_matter = {locale: head for locale, head in heads.items() if head}
    version.title_text = {locale: title for locale, title in titles.items() if title}
    _name_as_newest(version.module)
    version.effective_at = moment
    actions.note_change(version)
    journal.record("policy.write", actor=by.code, object=f"{version.module.code} v{version.number}", head=True)


def load_texts(version: PolicyVersion, key: str) -> dict[str, Text]:
    """The texts of a section of a version by language; not found where the version has no such section."""
    entry = _entry(version, key)
    query = select(SectionRevision).where(
        SectionRevision.version_id == version.id, SectionRevision.section_id == entry.section_id
    )
    rows = db.session.scalars(query.execution_options(populate_existing=True))
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

    Raises ``Overtaken`` when a text was saved meanwhile that its sender has not seen: one that they write, and the
    source that they say they have translated.
    """
    queries.hold_draft(version)
    stored = load_texts(version, key)
    said_of = {SOURCE_LOCALE: Text()} if is_current else {}
    _refuse_unseen(stored, {**said_of, **texts}, seen)
    section_id = _entry(version, key).section_id
    rows = {row.locale: row for row in version.revisions if row.section_id == section_id}
    for locale, text in texts.items():
        _write(version, section_id, rows, locale, text, is_intro=key == INTRO)
    source, translation = rows.get(SOURCE_LOCALE), rows.get("ja")
    if translation is not None and source is not None and is_current:
        translation.source_sha256 = source.sha256
    actions.note_change(version)
    db.session.flush()
    changed = sorted(locale for locale, text in texts.items() if text != stored.get(locale, Text()))
    name = f"{version.module.code} v{version.number}"
    journal.record("policy.write", actor=by.code, object=name, section=key, languages=changed)


def add_section(version: PolicyVersion, title: str, *, level: int, after: str, by: Person) -> str:
    """Put a new section behind another one (or first, behind the introduction) and give its key."""
    queries.hold_draft(version)
    entries = list(version.outline)
    taken = {entry.section.key for entry in entries}
    base = key = slug(title) or "section"
    repeat = 0
    while key in taken or key == INTRO:
        repeat += 1
        key = numbered(base, repeat)
    known = queries.load_section_rows(version.module_id)
    section = known.get(key) or Section(module_id=version.module_id, key=key)
    db.session.add(section)
    db.session.flush()
    first = sum(entry.section.key == INTRO for entry in entries)
    place = next((at for at, entry in enumerate(entries, start=1) if entry.section.key == after), first)
    entry = OutlineEntry(version_id=version.id, section=section, position=len(entries), level=level)
    db.session.add(entry)
    _place([*entries[:place], entry, *entries[place:]])
    _write(version, section.id, {}, SOURCE_LOCALE, Text(title), is_intro=False)
    actions.note_change(version)
    db.session.flush()
    name = f"{version.module.code} v{version.number}"
    journal.record("policy.write", actor=by.code, object=name, section=key, added=True)
    return key


def remove_section(version: PolicyVersion, key: str, seen: Mapping[str, str], *, by: Person) -> None:
    """Take a section out of a draft, in every language; the sections below it stay.

    Raises ``Overtaken`` when that would lose a text that the sender has not seen.
    """
    queries.hold_draft(version)
    entry = _entry(version, key)
    stored = load_texts(version, key)
    _refuse_unseen(stored, dict.fromkeys(stored, Text()), seen)
    for row in [row for row in version.revisions if row.section_id == entry.section_id]:
        db.session.delete(row)
    rest = [other for other in version.outline if other is not entry]
    db.session.delete(entry)
    db.session.flush()
    _place(rest)
    actions.note_change(version)
    name = f"{version.module.code} v{version.number}"
    journal.record("policy.write", actor=by.code, object=name, section=key, removed=True)


def move_section(version: PolicyVersion, key: str, step: int, *, by: Person) -> tuple[str | None, str | None]:
    """Let a section, with those below it, stand one place further up (-1) or down (1); gives its number before and now.

    A section that has no such place stays; both numbers are the same then.
    """
    queries.hold_draft(version)
    entries = {entry.section.key: entry for entry in version.outline}
    if key not in entries:
        raise NotFound
    before, order = _numbers_of(entries.values()), moved(*_outline(entries.values()), key, step)
    if order is None:
        return before[key], before[key]
    _place([entries[name] for name in order])
    actions.note_change(version)
    now = _numbers_of(entries[name] for name in order)
    name = f"{version.module.code} v{version.number}"
    journal.record("policy.write", actor=by.code, object=name, section=key, before=before[key], after=now[key])
    return before[key], now[key]


def _numbers_of(entries: Iterable[OutlineEntry]) -> dict[str, str | None]:
    """The number of each section in this order, by key."""
    keys, levels = _outline(entries)
    return dict(zip(keys, numbers(keys, levels), strict=True))


def _outline(entries: Iterable[OutlineEntry]) -> tuple[list[str], list[int]]:
    listed = [(entry.section.key, entry.level) for entry in entries]
    return [key for key, _level in listed], [level for _key, level in listed]


def _name_as_newest(module: Module) -> None:
    """Let a policy have the title of its newest version; one without any keeps what it was called."""
    for version in queries.list_versions(module)[:1]:
        module.title_text = dict(version.title_text)


def _refuse_unseen(stored: Mapping[str, Text], texts: Mapping[str, Text], seen: Mapping[str, str]) -> None:
    """Raise ``Overtaken`` where one of these texts would stand in place of one that its sender has not seen."""
    overtaken = {
        locale: stored.get(locale, Text())
        for locale, text in texts.items()
        if is_overtaken(seen.get(locale, ""), stored.get(locale, Text()), text)
    }
    if overtaken:
        raise Overtaken(overtaken)


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
    """Number the entries in this order, none deeper than its place in the tree.

    No two may ever have one place, so they step aside first.
    """
    headed = [entry for entry in entries if entry.section.key != INTRO]
    for entry, depth in zip(headed, depths(entry.level for entry in headed), strict=True):
        entry.level = depth
    for place, entry in enumerate(entries):
        entry.position = len(entries) + 1000 + place
    db.session.flush()
    for place, entry in enumerate(entries):
        entry.position = place
    db.session.flush()
