"""How a section stands between its two languages, as an editor sees it."""

from __future__ import annotations

from enum import StrEnum

from lms.policies.core.check import is_copy
from lms.policies.core.staleness import Freshness


class Translation(StrEnum):
    """The state of one section of a version that has both languages."""

    CURRENT = "current"
    STALE = "stale"
    MISSING = "missing"
    EXTRA = "extra"
    IDENTICAL = "identical"


def translation_of(source: str | None, translation: str | None, freshness: Freshness | None) -> Translation:
    """The state that two texts of a section give; the first that needs somebody wins.

    >>> translation_of("Text", None, None).value, translation_of(None, "本文", None).value
    ('missing', 'extra')
    """
    if translation is None:
        return Translation.MISSING
    if source is None:
        return Translation.EXTRA
    if freshness is Freshness.STALE:
        return Translation.STALE
    return Translation.IDENTICAL if is_copy(source, translation) else Translation.CURRENT
