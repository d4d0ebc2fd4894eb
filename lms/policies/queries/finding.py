"""Finding sections of the policies in force by words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from lms.foundation.db import db
from lms.kit.search import found_by
from lms.policies.core.outline import numbers
from lms.policies.models import OutlineEntry, PolicyVersion, Section, SectionRevision
from lms.policies.queries import load_in_force


@dataclass(frozen=True, slots=True)
class Found:
    """Where a search found something: a section of a version in force."""

    version: PolicyVersion
    section_id: int


_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})*")


_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})*")


def list_found(words: Sequence[str], at: datetime) -> list[Found]:
    """The sections in force in which every word is found, whatever language it is in.

    A word is found in the title or the text, in the policy's code or title, or it is the section's key or number. Those
    come first whose title has all words, then they stand as in the policies.
    """
    versions = sorted(load_in_force(at).values(), key=lambda version: version.module.code)
    if not words or not versions:
        return []
    numbered = _sections_numbered([word for word in words if _NUMBER.fullmatch(word)], versions)
    tests = [_finds(word, versions, numbered) for word in words]
    has_title = and_(*(_title_has(word) for word in words))
    query = (
        select(
            OutlineEntry.version_id,
            OutlineEntry.section_id,
            OutlineEntry.position,
            func.max(case((has_title, 1), else_=0)).label("has_title"),
        )
        .join(
            SectionRevision,
            and_(
                SectionRevision.version_id == OutlineEntry.version_id,
                SectionRevision.section_id == OutlineEntry.section_id,
            ),
        )
        .where(OutlineEntry.version_id.in_([version.id for version in versions]), or_(*tests))
        .group_by(OutlineEntry.version_id, OutlineEntry.section_id, OutlineEntry.position)
    )
    if len(tests) > 1:
        query = query.having(and_(*(func.max(case((test, 1), else_=0)) == 1 for test in tests)))
    places = {version.id: place for place, version in enumerate(versions)}
    rows = sorted(db.session.execute(query), key=lambda row: (-row.has_title, places[row.version_id], row.position))
    return [Found(versions[places[row.version_id]], row.section_id) for row in rows]


def _finds(
    word: str, versions: Iterable[PolicyVersion], numbered: Mapping[str, Collection[int]]
) -> ColumnElement[bool]:
    named = [v.id for v in versions if word in found_by([v.module.code, *v.title_text.values()])]
    keyed = select(Section.id).where(Section.key == word)
    tests = [SectionRevision.search_key.contains(word, autoescape=True), SectionRevision.section_id.in_(keyed)]
    tests += [SectionRevision.version_id.in_(named)] if named else []
    tests += [SectionRevision.section_id.in_(numbered[word])] if numbered.get(word) else []
    return or_(*tests)


def _title_has(word: str) -> ColumnElement[bool]:
    """The title is the first line of what is searched, which has two."""
    escaped = re.sub("[/%_]", lambda match: f"/{match[0]}", word)
    return SectionRevision.search_key.like(f"%{escaped}%\n%", escape="/")


def _sections_numbered(wanted: Collection[str], versions: Sequence[PolicyVersion]) -> dict[str, list[int]]:
    """The sections that have these numbers in their versions, by number."""
    found: dict[str, list[int]] = {}
    if not wanted:
        return found
    rows = db.session.execute(
        select(OutlineEntry.version_id, OutlineEntry.level, OutlineEntry.section_id, Section.key)
        .join(Section, Section.id == OutlineEntry.section_id)
        .where(OutlineEntry.version_id.in_([version.id for version in versions]))
        .order_by(OutlineEntry.version_id, OutlineEntry.position)
    )
    for _version_id, entries in groupby(rows, key=lambda row: row.version_id):
        listed = list(entries)
        shown = numbers([row.key for row in listed], [row.level for row in listed])
        for row, number in zip(listed, shown, strict=True):
            if number is not None and number in wanted:
                found.setdefault(number, []).append(row.section_id)
    return found
