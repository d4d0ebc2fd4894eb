"""A training plan on a calendar: from a template in working days to dates and instants.

The last training day is the go-live day. Training days are working days of the cohort's site, counted back from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.kit.problems import Invalid
from lms.kit.workdays import DAY, WorkCalendar

QUIZ_DUE = time(17)
"""When the quiz of a plan is due on its day, by the clock of the site."""


class StepKind(StrEnum):
    """What a plan item is."""

    CLASS = "class"
    SELF_STUDY = "self_study"
    QUIZ = "quiz"
    CALIBRATION = "calibration"
    SHADOWING = "shadowing"
    NESTING = "nesting"
    PRACTICE = "practice"
    MEETING = "meeting"
    REST = "rest"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Step:
    """An item of a plan: training day (from 1), wall time at the site, length in minutes."""

    day: int
    starts: time
    minutes: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A step on the calendar, in UTC."""

    starts_at: datetime
    ends_at: datetime


class DayState(StrEnum):
    """A day of the track to go-live."""

    DONE = "done"
    TODAY = "today"
    TO_COME = "to_come"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class TrackDay:
    """One day of the track; ``number`` is None on days that are not worked."""

    on: date
    number: int | None
    state: DayState
    is_go_live: bool


def check_go_live(day: date, calendar: WorkCalendar) -> None:
    """Raise ``Invalid`` on ``go_live_on`` when nobody works on that day."""
    if not calendar.is_workday(day):
        raise Invalid("cohort.go_live_not_worked", field="go_live_on", day=day)


def check_start(days: Sequence[date], today: date, confirmed: date | None, calendar: WorkCalendar) -> None:
    """Raise ``Invalid`` when the go-live is past, or the first of the training days is and nobody has confirmed it.

    The facts of the second say which day is the first, how many are over, and the earliest go-live without any.
    """
    if days[-1] < today:
        raise Invalid("cohort.go_live_past", field="go_live_on")
    if days[0] < today and confirmed != days[0]:
        earliest = (
            calendar.shift(calendar.shift(today, 0), len(days) - 1) if len(days) > 1 else calendar.shift(today, 0)
        )
        over = sum(day < today for day in days)
        raise Invalid("cohort.begins_in_past", field="confirmed_start", first=days[0], over=over, earliest=earliest)


def is_quiz_too_late(starts: time) -> bool:
    """Whether a quiz that opens then would open no sooner than it is due."""
    return starts >= QUIZ_DUE


def training_days(go_live_on: date, count: int, calendar: WorkCalendar) -> list[date]:
    """The dates of the training days, the go-live day last, even where it has become a day off since it was chosen."""
    return [calendar.shift(go_live_on, -back) if back else go_live_on for back in range(count - 1, -1, -1)]


def slot(step: Step, on: date, zone: ZoneInfo) -> Slot:
    """A step's time on a date: the wall time of the place, so that a change of clocks moves nothing on the wall.

    In the hour that a spring change skips, the later reading is taken.
    """
    wall = datetime.combine(on, step.starts, tzinfo=zone)
    starts_at = wall.astimezone(UTC)
    return Slot(starts_at, starts_at + timedelta(minutes=step.minutes))


def track(days: Sequence[date], calendar: WorkCalendar, today: date) -> list[TrackDay]:
    """Every day from the first training day to go-live, those between that are not worked among them."""
    numbers = {on: number for number, on in enumerate(days, start=1)}
    span = (days[-1] - days[0]).days + 1
    return [_track_day(days[0] + n * DAY, numbers, calendar, today, days[-1]) for n in range(span)]


def day_number(days: Iterable[date], today: date) -> int:
    """The training day that today is; on a day off the last one before it; 0 before the plan begins."""
    return sum(on <= today for on in days)


def _track_day(on: date, numbers: dict[date, int], calendar: WorkCalendar, today: date, go_live_on: date) -> TrackDay:
    if on not in numbers:
        state = DayState.WEEKEND if on.weekday() in calendar.weekend else DayState.HOLIDAY
        return TrackDay(on, None, state, is_go_live=False)
    state = DayState.TODAY if on == today else DayState.DONE if on < today else DayState.TO_COME
    return TrackDay(on, numbers[on], state, is_go_live=on == go_live_on)
