"""A week of a cohort as the grid shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lms.cohorts import queries
from lms.cohorts.core.plan import TrackDay
from lms.cohorts.core.timetable import ROW_MINUTES, Cell, Span, hours, lay_out, monday_of, week_number
from lms.cohorts.models import Cohort, TrainingSession
from lms.kit.workdays import DAY

MARKS_PER_ROW = 5
"""In how many steps the mark of now moves down a row."""


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day with its sessions; ``number`` is the training day, None on a day that is none."""

    on: date
    number: int | None
    sessions: Sequence[tuple[TrainingSession, Cell]]


@dataclass(frozen=True, slots=True)
class Week:
    """The days of a week; ``now`` is the row and the step within it at which the time stands, if it is this week."""

    monday: date
    number: int | None
    days: Sequence[WeekDay]
    first_hour: int
    last_hour: int
    now: tuple[int, int] | None
    cancelled: Sequence[TrainingSession]

    @property
    def before(self) -> date:
        return self.monday - 7 * DAY

    @property
    def after(self) -> date:
        return self.monday + 7 * DAY


def week_shown(track: Sequence[TrackDay], today: date) -> date:
    """The Monday of the week to show unless another is asked for: this one, within those of the plan."""
    return monday_of(min(max(today, track[0].on), track[-1].on))


def load_week(cohort: Cohort, monday: date, track: Sequence[TrackDay], now: datetime) -> Week:
    """The planned sessions of a week on their days at the cohort's site."""
    zone = ZoneInfo(cohort.site.zone_name)
    listed, cancelled = queries.list_week(cohort, monday)
    spans = {session.id: _span(session, day, zone) for day, sessions in listed for session in sessions}
    first, last = hours(list(spans.values()))
    numbers = {day.on: day.number for day in track}
    days = []
    for day, sessions in listed:
        cells = lay_out([spans[session.id] for session in sessions], first)
        days.append(WeekDay(day, numbers.get(day), list(zip(sessions, cells, strict=True))))
    mark = _mark(now.astimezone(zone), first, last)
    return Week(monday, week_number(monday, track[0].on), days, first, last, mark, cancelled)


def _span(session: TrainingSession, day: date, zone: ZoneInfo) -> Span:
    start, end = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    return Span(start.hour * 60 + start.minute, 24 * 60 if end.date() > day else end.hour * 60 + end.minute)


def _mark(here: datetime, first: int, last: int) -> tuple[int, int] | None:
    minutes = (here.hour - first) * 60 + here.minute
    if not 0 <= minutes < (last - first) * 60:
        return None
    row, rest = divmod(minutes, ROW_MINUTES)
    return row + 1, rest * MARKS_PER_ROW // ROW_MINUTES
