"""What somebody asks for: an action to be opened, or to be changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lms.followup.core.kinds import DAYS, ActionKind
from lms.followup.core.states import ActionState

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """An action to be opened."""

    kind: ActionKind
    finding: str
    owner_id: int
    due_on: date
    note: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What an action is to be from now on."""

    state: ActionState
    owner_id: int
    due_on: date
    note: str
    reason: str


def due_day(kind: ActionKind, today: date) -> date:
    """The day by which an action is usually done; at a weekend the Monday after.

    >>> due_day(ActionKind.HOLD, date(2026, 11, 20)).isoformat()
    '2026-11-23'
    """
    day = today + timedelta(days=DAYS[kind])
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day
