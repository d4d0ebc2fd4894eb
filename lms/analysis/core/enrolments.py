"""In which cohort somebody was when they took a quiz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spell:
    """One enrolment; ``until`` is None while it lasts."""

    cohort: str
    since: datetime
    until: datetime | None


def cohort_at(spells: Sequence[Spell], moment: datetime) -> str | None:
    """The cohort of a moment, else the latest: who moves later leaves the results with those who trained together.

    ``spells`` stand in the order in which they began; of several that cover the moment the last counts.

    >>> days = [datetime(2026, 11, day) for day in (2, 9, 16)]
    >>> moved = [Spell("tokyo-a", days[0], days[1]), Spell("osaka-b", days[1], None)]
    >>> cohort_at(moved, days[0]), cohort_at(moved, days[2]), cohort_at(moved[1:], days[0])
    ('tokyo-a', 'osaka-b', 'osaka-b')
    """
    if len(spells) == 1:
        return spells[0].cohort
    covering = [spell for spell in spells if spell.since <= moment and (spell.until is None or moment < spell.until)]
    found = covering or spells
    return found[-1].cohort if found else None
