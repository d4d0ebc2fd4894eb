"""A day's timetable as a person sees it: what is over, what runs now, what comes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """Where a session lies to now."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


def phase(starts_at: datetime, ends_at: datetime, now: datetime) -> Phase:
    """The phase of a session; its last instant is over."""
    if now >= ends_at:
        return Phase.DONE
    return Phase.NOW if now >= starts_at else Phase.NEXT
