"""More time for an attempt that is open: how far its deadline may move, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms.kit.problems import Invalid
from lms.quizzes.core.attempt import MOST_EXTENSION_MINUTES, AttemptState, is_overdue


def may_extend(state: str, now: datetime, deadline_at: datetime, grace: timedelta) -> bool:
    """Whether an attempt can still get more time: while answers of it count.

    Once they count no more, what came since lies apart for review; a deadline that moved back over it would hide that.

    >>> from datetime import UTC
    >>> ten, grace = datetime(2026, 11, 16, 10, tzinfo=UTC), timedelta(seconds=60)
    >>> [may_extend("open", ten + timedelta(seconds=late), ten, grace) for late in (-1, 60, 61)]
    [True, True, False]
    """
    return state == AttemptState.OPEN and not is_overdue(now, deadline_at, grace)


def extended(now: datetime, deadline_at: datetime, minutes: int, more_minutes: int) -> datetime:
    """The deadline moved by so many minutes; ``more_minutes`` is what has been added before.

    Raises ``Invalid`` for more than a day's work in all, and where the new deadline would be over already.
    """
    if more_minutes + minutes > MOST_EXTENSION_MINUTES:
        raise Invalid("extension.most", field="minutes", most=MOST_EXTENSION_MINUTES)
    moved = deadline_at + timedelta(minutes=minutes)
    if moved < now:
        raise Invalid("extension.past", field="minutes")
    return moved
