"""Whether a translation is current: a pure function of hashes, never of clocks."""

from __future__ import annotations

import hashlib
import unicodedata
from enum import StrEnum


class Freshness(StrEnum):
    """The state of one section's translation."""

    CURRENT = "current"
    STALE = "stale"
    MISSING = "missing"


def section_sha256(body: str) -> str:
    """The hash of a section's own Markdown, after NFC, line-end and trailing-space folding.

    A section stands for itself: the reference definitions that it uses are part of its body.

    >>> section_sha256("One  \\r\\nTwo\\n") == section_sha256("One\\nTwo")
    True
    """
    folded = unicodedata.normalize("NFC", body).replace("\r\n", "\n").replace("\r", "\n")
    lines = "\n".join(line.rstrip() for line in folded.strip("\n").split("\n"))
    return hashlib.sha256(lines.encode()).hexdigest()


def freshness(source_sha256: str, made_from_sha256: str | None, *, translated: bool) -> Freshness:
    """Whether a translation was made from the source text that stands now.

    >>> freshness("b", "a", translated=True).value, freshness("b", None, translated=False).value
    ('stale', 'missing')
    """
    if not translated:
        return Freshness.MISSING
    return Freshness.CURRENT if made_from_sha256 == source_sha256 else Freshness.STALE
