"""Shifts of a plan as they are kept: why, what moved, and until when and whether it can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

UNDO_WITHIN = timedelta(minutes=10)
"""So long a shift can be undone: people have hardly planned around it."""


class SlipCause(StrEnum):
    """Why a plan was moved."""

    TOOL_ACCESS = "tool_access"
    HOLIDAY = "holiday"
    ROOM = "room"
    TRAINER = "trainer"
    VENDOR = "vendor"
    OTHER = "other"


def is_in_time(decided_at: datetime, now: datetime) -> bool:
    """Whether a shift can still be undone.

    >>> at = datetime(2026, 11, 18, 9)
    >>> [is_in_time(at, at + timedelta(minutes=10, seconds=second)) for second in (-1, 0, 1)]
    [True, False, False]
    """
    return now < decided_at + UNDO_WITHIN


def changed_since(left: Mapping[int, int], found: Mapping[int, int]) -> list[int]:
    """What is no longer as a shift left it, by id: both give the number of changes; what is gone is changed, too.

    >>> changed_since({1: 3, 2: 1, 3: 0}, {1: 3, 2: 2})
    [2, 3]
    """
    return sorted(key for key, count in left.items() if found.get(key) != count)
