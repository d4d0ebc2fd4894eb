"""What reads otherwise in a version than in an earlier one: the one that somebody knows, or asks to compare with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lms.policies.models import Acknowledgement, PolicyVersion, VersionState
from lms.policies.queries import SectionText, load_sections


class SectionChange(StrEnum):
    """What became of a section."""

    NEW = "new"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Since:
    """An earlier version with its sections by id; ``read_at`` says when whoever asks has read it, and none since."""

    version: PolicyVersion
    read_at: datetime | None
    texts: Mapping[int, SectionText]

    def change_of(self, section: SectionText, locale: str) -> SectionChange | None:
        """What became of a section in a language; of one that is translated since then nothing can be said."""
        earlier = self.texts.get(section.section_id)
        if earlier is None:
            return SectionChange.NEW
        is_same = (earlier.bodies.get(locale), earlier.titles.get(locale)) == (
            section.bodies.get(locale),
            section.titles.get(locale),
        )
        return SectionChange.CHANGED if locale in earlier.bodies and not is_same else None

    def body_of(self, section: SectionText, locale: str) -> str:
        """The text that a section had, empty for a new one."""
        earlier = self.texts.get(section.section_id)
        return earlier.bodies.get(locale, "") if earlier else ""

    def gone(self, sections: Sequence[SectionText]) -> list[SectionText]:
        """The sections that the version no longer has, in order."""
        left = {section.section_id for section in sections}
        return [text for key, text in self.texts.items() if key not in left]


def load_since(
    version: PolicyVersion,
    published: Sequence[PolicyVersion],
    acknowledged: Mapping[int, Acknowledgement],
    asked: str | None,
) -> Since | None:
    """The earlier version to compare with, None where there is nothing to say.

    It is the one that was asked for; else the newest that the reader has read, unless they have read this one; for a
    draft the newest of all.
    """
    earlier = [other for other in published if (other.major, other.minor) < (version.major, version.minor)]
    earlier.sort(key=lambda other: (other.major, other.minor), reverse=True)
    if asked is not None:
        chosen = next((other for other in earlier if other.number == asked), None)
    elif version.state == VersionState.DRAFT:
        chosen = earlier[0] if earlier else None
    elif version.id in acknowledged:
        chosen = None
    else:
        chosen = next((other for other in earlier if other.id in acknowledged), None)
    if chosen is None:
        return None
    read = acknowledged.get(chosen.id) if version.id not in acknowledged else None
    texts = {text.section_id: text for text in load_sections([chosen.id])[chosen.id]}
    return Since(chosen, read.acknowledged_at if read else None, texts)
