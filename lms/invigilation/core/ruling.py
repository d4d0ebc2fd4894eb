"""Rulings on attempts: what is proposed and decided, on which grounds, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lms.kit.problems import Conflict, Invalid


class RulingKind(StrEnum):
    """What is done: late answers are counted after all or left out, or the whole attempt counts no more."""

    ADMIT = "admit"
    REFUSE = "refuse"
    VOID = "void"


class RulingState(StrEnum):
    """What has become of it."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Grounds(StrEnum):
    """Why, as the learner is told in their language."""

    LINE = "line"
    SYSTEM = "system"
    INTERRUPTED = "interrupted"
    AFTER_TIME = "after_time"
    UNEXPLAINED = "unexplained"
    BY_MISTAKE = "by_mistake"
    RULES = "rules"
    OTHER = "other"


FITTING = {
    RulingKind.ADMIT: (Grounds.LINE, Grounds.SYSTEM, Grounds.INTERRUPTED, Grounds.OTHER),
    RulingKind.REFUSE: (Grounds.AFTER_TIME, Grounds.UNEXPLAINED, Grounds.OTHER),
    RulingKind.VOID: (Grounds.INTERRUPTED, Grounds.SYSTEM, Grounds.BY_MISTAKE, Grounds.RULES, Grounds.OTHER),
}
"""The grounds from which each kind chooses."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be done with an attempt."""

    kind: RulingKind
    grounds: Grounds
    note: str
    lowers_pass: bool = False
    until_event_id: int | None = None
    """Of late answers: the last that they have seen."""


def check_grounds(kind: RulingKind, grounds: Grounds) -> None:
    """Raise ``Invalid`` at the field for grounds that do not go with what is to be done.

    >>> check_grounds(RulingKind.ADMIT, Grounds.LINE)
    """
    if grounds not in FITTING[kind]:
        raise Invalid("ruling.grounds", field="grounds")


def check_waiting(state: str) -> None:
    """Raise ``Conflict`` when somebody else has decided already."""
    if state != RulingState.PROPOSED:
        raise Conflict("ruling.decided")
