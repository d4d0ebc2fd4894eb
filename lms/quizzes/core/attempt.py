"""An attempt's states, its deadline and its grace. All instants are aware; ``now`` is the clock that decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.kit.problems import Conflict

GRACE = timedelta(seconds=60)
"""For a slow line: counted for answers, never shown to the learner."""
BREAK = timedelta(seconds=300)
"""The length of the one break, at most; one whose end is never told is as long as this."""
MOST_EXTENSION_MINUTES = 480


class AttemptState(StrEnum):
    """What has become of an attempt. "Graded" is no state: it is the existence of a published grading run."""

    OPEN = "open"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    VOID = "void"


class CloseCause(StrEnum):
    """How an attempt was closed."""

    SUBMITTED = "submitted"
    EXPIRED = "expired"


class Purpose(StrEnum):
    """What an attempt is for; only assessed ones enter a statistic."""

    ASSESSED = "assessed"
    PRACTICE = "practice"
    PREVIEW = "preview"


class Timing(StrEnum):
    """How an answer's arrival lies to the deadline."""

    IN_TIME = "in_time"
    IN_GRACE = "in_grace"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Window:
    """When an assignment may be taken."""

    opens_at: datetime
    due_at: datetime


def deadline_for(opened_at: datetime, minutes: int, window: Window, *, more_minutes: int = 0) -> datetime:
    """The end of an attempt: its minutes and what it is extended by, but never beyond the window, extended alike.

    >>> from datetime import UTC
    >>> nine, ten = (datetime(2026, 11, 16, hour, tzinfo=UTC) for hour in (9, 10))
    >>> deadline_for(nine, 40, Window(nine, ten)).minute, deadline_for(nine, 90, Window(nine, ten)) == ten
    (40, True)
    >>> deadline_for(nine, 60, Window(nine, ten), more_minutes=20) - ten
    datetime.timedelta(seconds=1200)
    """
    return min(opened_at + timedelta(minutes=minutes), window.due_at) + timedelta(minutes=more_minutes)


@dataclass(frozen=True, slots=True)
class Break:
    """The one break of an attempt, as it stands in its row: both are None before it, the end while it lasts."""

    started_at: datetime | None
    ended_at: datetime | None

    def lasts(self, now: datetime) -> bool:
        """Whether the screen is covered: nothing can be answered meanwhile.

        >>> from datetime import UTC
        >>> nine = datetime(2026, 11, 16, 9, tzinfo=UTC)
        >>> [Break(nine, None).lasts(nine + timedelta(seconds=passed)) for passed in (0, 299, 300)]
        [True, True, False]
        """
        return self.started_at is not None and self.ended_at is None and now < self.started_at + BREAK

    def left(self, now: datetime) -> timedelta:
        """What the deadline was moved by at the start and takes back when the break ends now."""
        return max(timedelta(), self.started_at + BREAK - now) if self.started_at is not None else timedelta()


def may_break(now: datetime, deadline_at: datetime, taken: Break) -> None:
    """Raise ``Conflict`` with the reason when no break can begin: there is one, and none when the time is over."""
    if taken.started_at is not None:
        raise Conflict("attempt.break_taken")
    if now >= deadline_at:
        raise Conflict("attempt.break_too_late")


def timing(now: datetime, deadline_at: datetime, grace: timedelta = GRACE) -> Timing:
    """Whether something that arrives now is in time; the deadline itself and the grace's last instant still count."""
    if now <= deadline_at:
        return Timing.IN_TIME
    return Timing.IN_GRACE if now <= deadline_at + grace else Timing.LATE


def is_overdue(now: datetime, deadline_at: datetime, grace: timedelta = GRACE) -> bool:
    """Whether an open attempt must be closed by the sweeper."""
    return timing(now, deadline_at, grace) is Timing.LATE


def may_open(now: datetime, window: Window, attempts_taken: int, attempts_allowed: int) -> None:
    """Raise ``Conflict`` with the reason when no new attempt may be opened."""
    if now < window.opens_at:
        raise Conflict("attempt.not_open_yet")
    if now >= window.due_at:
        raise Conflict("attempt.window_closed")
    if attempts_taken >= attempts_allowed:
        raise Conflict("attempt.none_left")


def closing(now: datetime, deadline_at: datetime, grace: timedelta = GRACE) -> tuple[AttemptState, CloseCause]:
    """The state and the cause with which an attempt that is submitted now closes.

    What comes after the grace is closed as expired, whoever asked for it.
    """
    if is_overdue(now, deadline_at, grace):
        return AttemptState.EXPIRED, CloseCause.EXPIRED
    return AttemptState.SUBMITTED, CloseCause.SUBMITTED


def minutes_left(now: datetime, deadline_at: datetime) -> int:
    """Whole minutes left, rounded up, not below 0: "about 18 min left".

    >>> from datetime import UTC
    >>> minutes_left(datetime(2026, 11, 16, 9, 41, 30, tzinfo=UTC), datetime(2026, 11, 16, 10, tzinfo=UTC))
    19
    """
    seconds = (deadline_at - now).total_seconds()
    return max(0, -int(-seconds // 60))
