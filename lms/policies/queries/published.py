"""The texts of published versions. They never change, so a process reads each version once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from lms.kit.kept import Kept
from lms.policies.queries import SectionText, load_sections

MOST_VERSIONS = 200
Published = tuple[int, datetime]
"""A published version by its id and when it was published: where a database is filled anew, ids come again."""

kept: Kept[Published, Sequence[SectionText]] = Kept(MOST_VERSIONS)


def load_published_sections(versions: Collection[Published]) -> Mapping[int, Sequence[SectionText]]:
    """The sections of published versions in order, with their texts of all languages, by version."""
    found = {version[0]: sections for version in versions if (sections := kept.find(version)) is not None}
    unknown = [version for version in versions if version[0] not in found]
    if unknown:
        texts = load_sections([version_id for version_id, _at in unknown])
        found |= {version[0]: kept.keep(version, texts[version[0]]) for version in unknown}
    return found
