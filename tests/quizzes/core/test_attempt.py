"""Deadline and grace to the second, and who may open an attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lms.kit.problems import Conflict
from lms.quizzes.core.attempt import (
    AttemptState,
    CloseCause,
    Timing,
    Window,
    closing,
    deadline_for,
    is_overdue,
    may_open,
    minutes_left,
    timing,
)

DEADLINE = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WINDOW = Window(DEADLINE - timedelta(hours=2), DEADLINE)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (DEADLINE - SECOND, Timing.IN_TIME),
        (DEADLINE, Timing.IN_TIME),
        (DEADLINE + SECOND, Timing.IN_GRACE),
        (DEADLINE + 59 * SECOND, Timing.IN_GRACE),
        (DEADLINE + 60 * SECOND, Timing.IN_GRACE),
        (DEADLINE + 61 * SECOND, Timing.LATE),
    ],
)
def test_timing_around_the_deadline(moment: datetime, expected: Timing) -> None:
    assert timing(moment, DEADLINE) is expected
    assert is_overdue(moment, DEADLINE) is (expected is Timing.LATE)


def test_what_is_submitted_after_the_grace_closes_as_expired() -> None:
    assert closing(DEADLINE + 60 * SECOND, DEADLINE) == (AttemptState.SUBMITTED, CloseCause.SUBMITTED)
    assert closing(DEADLINE + 61 * SECOND, DEADLINE) == (AttemptState.EXPIRED, CloseCause.EXPIRED)


def test_a_deadline_never_lies_beyond_the_window() -> None:
    opened = DEADLINE - timedelta(minutes=10)
    assert deadline_for(opened, 30, WINDOW) == DEADLINE
    assert deadline_for(opened - timedelta(minutes=50), 30, WINDOW) == opened - timedelta(minutes=20)


@pytest.mark.parametrize(
    ("moment", "taken", "code"),
    [
        (WINDOW.opens_at - SECOND, 0, "attempt.not_open_yet"),
        (WINDOW.due_at, 0, "attempt.window_closed"),
        (WINDOW.opens_at, 2, "attempt.none_left"),
    ],
)
def test_why_no_attempt_may_be_opened(moment: datetime, taken: int, code: str) -> None:
    with pytest.raises(Conflict, match=code.replace(".", r"\.")):
        may_open(moment, WINDOW, taken, 2)


def test_an_attempt_may_be_opened_from_the_first_to_the_last_second() -> None:
    may_open(WINDOW.opens_at, WINDOW, 0, 1)
    may_open(WINDOW.due_at - SECOND, WINDOW, 1, 2)


def test_minutes_left_are_rounded_up_and_never_negative() -> None:
    assert [minutes_left(DEADLINE - timedelta(seconds=s), DEADLINE) for s in (61, 60, 59, 0, -5)] == [2, 1, 1, 0, 0]
