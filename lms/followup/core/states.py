"""How far an action is, and what may follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from lms.kit.problems import Invalid


class ActionState(StrEnum):
    """Open until somebody takes it up; done or dropped at the end, from where it can be taken up again."""

    OPEN = "open"
    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"


PENDING = frozenset({ActionState.OPEN, ActionState.UNDER_WAY})

NEXT: Mapping[ActionState, tuple[ActionState, ...]] = {
    ActionState.OPEN: (ActionState.OPEN, ActionState.UNDER_WAY, ActionState.DONE, ActionState.DROPPED),
    ActionState.UNDER_WAY: (ActionState.UNDER_WAY, ActionState.OPEN, ActionState.DONE, ActionState.DROPPED),
    ActionState.DONE: (ActionState.DONE, ActionState.UNDER_WAY),
    ActionState.DROPPED: (ActionState.DROPPED, ActionState.OPEN),
}
"""What may be chosen for an action in each state; the first is to leave it."""


def check_step(state: ActionState, wanted: ActionState, reason: str) -> None:
    """Raise ``Invalid`` for a step that there is not, and for dropping without a reason.

    >>> check_step(ActionState.OPEN, ActionState.DONE, "")
    """
    if wanted not in NEXT[state]:
        raise Invalid("followup.no_such_step", field="state")
    if wanted is ActionState.DROPPED and not reason.strip():
        raise Invalid("followup.no_reason", field="reason")


def is_overdue(state: ActionState, due_on: date, today: date) -> bool:
    """Whether an action should have been over before ``today``; its last day is that on which it is due.

    >>> is_overdue(ActionState.OPEN, date(2026, 11, 16), date(2026, 11, 16))
    False
    """
    return state in PENDING and due_on < today
