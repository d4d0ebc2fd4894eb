"""Checks a policy, alone or with its translation: which sections there are, and how the languages match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lms.kit.findings import Finding, Level, has_errors
from lms.kit.text import fold_spaces
from lms.policies.core.document import Policy, Section, numbered
from lms.policies.core.outline import INTRO, depths, numbers
from lms.policies.core.pairing import pair
from lms.policies.core.staleness import section_sha256

LEAST_LETTERS_OF_A_COPY = 40
"""Shorter texts may well be the same in two languages: a name, a number, a command."""


class Match(StrEnum):
    """How a section stands in the translation."""

    CURRENT = "current"
    MISSING = "missing"
    IDENTICAL = "identical"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Row:
    """A section in both languages; ``source`` is None for one that only the translation has."""

    key: str
    level: int
    number: str | None
    source: Section | None
    translation: Section | None
    match: Match | None


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


def check(source: Policy, translation: Policy | None) -> tuple[list[Row], list[Finding]]:
    """The sections in the order of the source, then those that only the translation has."""
    keys = [section.key for section in source.sections]
    found_numbers = numbers(keys, [section.level for section in source.sections])
    if translation is None:
        return [
            Row(section.key, section.level, number, section, None, None)
            for section, number in zip(source.sections, found_numbers, strict=True)
        ], []
    pairing = pair(source.sections, translation.sections)
    rows = []
    for place, (section, number) in enumerate(zip(source.sections, found_numbers, strict=True)):
        other = translation.sections[pairing.pairs[place]] if place in pairing.pairs else None
        rows.append(Row(section.key, section.level, number, section, other, _match(section, other)))
    paired = set(pairing.pairs.values())
    taken = set(keys)
    for place, section in enumerate(translation.sections):
        if place not in paired:
            key = _free(section.key, taken)
            rows.append(Row(key, section.level, None, None, section, Match.EXTRA))
    levels = depths(row.level for row in rows)  # one that only the translation has may stand anywhere
    rows = [replace(row, level=level) for row, level in zip(rows, levels, strict=True)]
    findings = [
        Finding(
            Level.WARNING,
            "uncertain-pair",
            translation.sections[doubt.translation].line,
            1,
            {
                "title": translation.sections[doubt.translation].title,
                "candidates": ", ".join(source.sections[candidate].key for candidate in doubt.candidates),
            },
        )
        for doubt in pairing.doubts
    ]
    return rows, findings


def stale_findings(checked: Checked) -> list[Finding]:
    """A warning that names the sections whose translation says that it was made from another source text.

    Only the hashes in its head can say so; a translation without them is of the text beside it, as far as files tell.
    """
    keys = stale_keys(checked)
    return [Finding(Level.WARNING, "stale-sections", facts={"keys": ", ".join(keys), "file": "ja"})] if keys else []


def stale_keys(checked: Checked) -> list[str]:
    """The keys of those sections, in order."""
    made_from = checked.translation.matter.section_sources if checked.translation is not None else {}
    return [
        row.key
        for row in checked.rows
        if made_from
        and row.source is not None
        and row.translation is not None
        and made_from.get(row.key) != section_sha256(row.source.body)
    ]


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows in the shape of ``flask policies check``."""
    return [
        {
            "key": row.key,
            "level": row.level,
            "number": row.number,
            "title": {"en": _title(row.source), "ja": _title(row.translation)},
            "status": _status(row),
        }
        for row in rows
    ]


def _status(row: Row) -> Mapping[str, str]:
    return {"ja": row.match.value} if row.match is not None else {}


def _title(section: Section | None) -> str | None:
    return None if section is None or section.key == INTRO else section.title


def _match(source: Section, translation: Section | None) -> Match:
    if translation is None:
        return Match.MISSING
    return Match.IDENTICAL if is_copy(source.body, translation.body) else Match.CURRENT


def is_copy(source: str, translation: str) -> bool:
    """Whether a translation is the source text again, but for white space."""
    left, right = fold_spaces(source), fold_spaces(translation)
    return left == right and sum(character.isalpha() for character in left) >= LEAST_LETTERS_OF_A_COPY


def _free(key: str, taken: set[str]) -> str:
    candidate, repeat = key, 0
    while candidate in taken:
        repeat += 1
        candidate = numbered(key, repeat)
    taken.add(candidate)
    return candidate
