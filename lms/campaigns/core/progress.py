"""How far a run has come: the state of each person, and the counts of a site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lms.kit.figures import is_small


class State(StrEnum):
    """Where somebody stands in a run."""

    PASSED = "passed"
    NOT_PASSED = "not_passed"
    IN_PROGRESS = "in_progress"
    NOT_BEGUN = "not_begun"
    LATE = "late"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of somebody in a run; ``passed`` is None before anything is graded."""

    is_open: bool
    is_closed: bool
    passed: bool | None
    due_at: datetime
    is_excused: bool

    def state(self, now: datetime) -> State:
        """Where they stand. Who has done it has done it, excused or not; who is excused is never late."""
        if self.passed:
            return State.PASSED
        if self.is_open:
            return State.IN_PROGRESS
        if self.is_closed:
            return State.NOT_PASSED
        if self.is_excused:
            return State.EXCUSED
        return State.NOT_BEGUN if now < self.due_at else State.LATE


@dataclass(frozen=True, slots=True)
class Tally:
    """The people of a site, or of a run, by state."""

    states: Counter[State] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        return self.states.total()

    @property
    def counted(self) -> int:
        """Those on whom completion rests: not the excused."""
        return self.people - self.states[State.EXCUSED]

    @property
    def done(self) -> int:
        return self.states[State.PASSED] + self.states[State.NOT_PASSED]

    @property
    def passed(self) -> int:
        return self.states[State.PASSED]

    @property
    def is_withheld(self) -> bool:
        """Whether its figures could point at somebody."""
        return is_small(self.people)


def tally(states: Iterable[State]) -> Tally:
    """The counts of these states.

    >>> found = tally([State.PASSED, State.NOT_PASSED, State.EXCUSED, State.LATE])
    >>> found.people, found.counted, found.done, found.is_withheld
    (4, 3, 2, True)
    """
    return Tally(Counter(states))


def total(tallies: Iterable[Tally]) -> Tally:
    """All together but those that are withheld: what is left out cannot be reckoned back from the sum."""
    found: Counter[State] = Counter()
    for one in tallies:
        if not one.is_withheld:
            found.update(one.states)
    return Tally(found)
