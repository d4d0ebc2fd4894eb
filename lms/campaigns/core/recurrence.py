"""When the runs of a recurring quiz open and are due, on the calendar and in the zone of each site."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from lms.kit.problems import Invalid
from lms.kit.workdays import DAY, WorkCalendar

MOST_DUE_DAYS = 60
MOST_EVERY = 12
WEEKDAYS = 7
AHEAD = 60
"""How many periods are looked at for the next runs; a run that is moved never lies further away."""


class Repeat(StrEnum):
    """By what the runs are counted."""

    FIRST_WORKDAY = "first_workday"  # of a month
    DAY_OF_MONTH = "day_of_month"
    WEEKDAY = "weekday"


class OnHoliday(StrEnum):
    """Where a run goes whose day is not worked."""

    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Rule:
    """``every`` so many months or weeks, counted from ``starts_on``; ``day`` is that of the month, or of the week (1 is
    Monday). Times are wall times at each site.
    """

    repeat: Repeat
    starts_on: date
    opens: time
    due: time
    due_days: int
    every: int = 1
    day: int = 1
    on_holiday: OnHoliday = OnHoliday.NEXT

    def as_json(self) -> dict[str, Any]:
        """The rule as it is stored."""
        return {
            "repeat": self.repeat.value,
            "starts_on": self.starts_on.isoformat(),
            "opens": f"{self.opens:%H:%M}",
            "due": f"{self.due:%H:%M}",
            "due_days": self.due_days,
            "every": self.every,
            "day": self.day,
            "on_holiday": self.on_holiday.value,
        }


def rule_from(stored: Mapping[str, Any]) -> Rule:
    """The rule from its stored form.

    >>> rule = Rule(Repeat.FIRST_WORKDAY, date(2026, 11, 1), time(9), time(18), 8)
    >>> rule_from(rule.as_json()) == rule
    True
    """
    return Rule(
        repeat=Repeat(stored["repeat"]),
        starts_on=date.fromisoformat(stored["starts_on"]),
        opens=time.fromisoformat(stored["opens"]),
        due=time.fromisoformat(stored["due"]),
        due_days=stored["due_days"],
        every=stored["every"],
        day=stored["day"],
        on_holiday=OnHoliday(stored["on_holiday"]),
    )


def checked(rule: Rule) -> Rule:
    """The rule, when it can be kept; raises ``Invalid`` on the field that cannot."""
    if not 1 <= rule.every <= MOST_EVERY:
        raise Invalid("campaign.every", field="every")
    most = {Repeat.DAY_OF_MONTH: 31, Repeat.WEEKDAY: WEEKDAYS}.get(rule.repeat)
    if most is not None and not 1 <= rule.day <= most:
        raise Invalid("campaign.weekday" if rule.repeat is Repeat.WEEKDAY else "campaign.day", field="day")
    if not 1 <= rule.due_days <= MOST_DUE_DAYS:
        raise Invalid("campaign.due_days", field="due_days")
    return rule


@dataclass(frozen=True, slots=True)
class Period:
    """A turn of the rule: its name, which is never used twice, and its first day (a month's or a week's)."""

    key: str
    first: date


def period_of(key: str) -> Period:
    """The turn of this name.

    >>> [period_of(key).first.isoformat() for key in ("2026-12", "2026-W49")]
    ['2026-12-01', '2026-11-30']
    """
    return Period(key, date.fromisoformat(f"{key}-1" if "W" in key else f"{key}-01"))


@dataclass(frozen=True, slots=True)
class Place:
    """A site as a run needs it."""

    calendar: WorkCalendar
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Window:
    """When a run may be taken at a site. ``moved_from`` is the day that it would have had without holidays."""

    opens_on: date
    due_on: date
    opens_at: datetime
    due_at: datetime
    moved_from: date | None
    holidays: tuple[date, ...]
    """The days between opening and end that are not worked, weekends left out."""


def periods(rule: Rule, day: date) -> Iterator[Period]:
    """The turns of the rule without end, from that in which ``day`` lies, or the first one.

    >>> rule = Rule(Repeat.FIRST_WORKDAY, date(2026, 11, 20), time(9), time(18), 8, every=2)
    >>> [period.key for period, _n in zip(periods(rule, date(2026, 12, 24)), range(2))]
    ['2027-01', '2027-03']
    """
    if rule.repeat is Repeat.WEEKDAY:
        first = rule.starts_on - rule.starts_on.weekday() * DAY
        step = WEEKDAYS * rule.every
        behind = max(0, (day - day.weekday() * DAY - first).days)
        week = first + -(-behind // step) * step * DAY
        while True:
            year, number, _day = week.isocalendar()
            yield Period(f"{year}-W{number:02}", week)
            week += step * DAY
    month = _month(rule.starts_on)
    month += -(-max(0, _month(day) - month) // rule.every) * rule.every
    while True:
        first = date(month // 12, month % 12 + 1, 1)
        yield Period(f"{first:%Y-%m}", first)
        month += rule.every


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def nominal_day(rule: Rule, period: Period, calendar: WorkCalendar) -> date:
    """The day of a period without regard to holidays; a month that is too short has its last day."""
    if rule.repeat is Repeat.WEEKDAY:
        return period.first + (rule.day - 1) * DAY
    if rule.repeat is Repeat.DAY_OF_MONTH:
        return period.first.replace(day=min(rule.day, monthrange(period.first.year, period.first.month)[1]))
    return WorkCalendar(calendar.weekend).shift(period.first, 0)


def window_of(rule: Rule, period: Period, place: Place) -> Window:
    """The window of a period at a site.

    >>> tokyo = Place(WorkCalendar(holidays=frozenset({date(2027, 1, 1), date(2027, 1, 4)})), ZoneInfo("Asia/Tokyo"))
    >>> rule = Rule(Repeat.FIRST_WORKDAY, date(2026, 12, 1), time(9), time(18), 8)
    >>> window = window_of(rule, Period("2027-01", date(2027, 1, 1)), tokyo)
    >>> window.opens_on.day, window.moved_from.day, window.due_on.day
    (5, 1, 15)
    """
    calendar = place.calendar
    nominal = nominal_day(rule, period, calendar)
    opens_on = nominal
    if not calendar.is_workday(nominal):
        opens_on = calendar.shift(nominal, -1 if rule.on_holiday is OnHoliday.PREVIOUS else 0)
    due_on = calendar.shift(opens_on, rule.due_days)
    between = (opens_on + n * DAY for n in range((due_on - opens_on).days))
    return Window(
        opens_on=opens_on,
        due_on=due_on,
        opens_at=instant(opens_on, rule.opens, place.zone),
        due_at=instant(due_on, rule.due, place.zone, is_end=True),
        moved_from=nominal if opens_on != nominal else None,
        holidays=tuple(day for day in between if day in calendar.holidays and day.weekday() not in calendar.weekend),
    )


def instant(day: date, wall: time, zone: ZoneInfo, *, is_end: bool = False) -> datetime:
    """The moment of a wall time. One that comes twice counts the first time for a beginning and the second for an end;
    one that the clock leaps over counts as what the clock shows then.

    >>> dublin = ZoneInfo("Europe/Dublin")
    >>> [instant(date(2026, 10, 25), time(1, 30), dublin, is_end=end).hour for end in (False, True)]
    [0, 1]
    """
    return datetime.combine(day, wall.replace(fold=int(is_end)), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class OwnEnd:
    """Until which day somebody is away, and when a run is over for them."""

    away_until: date
    due_at: datetime


def own_end(
    window: Window, rule: Rule, place: Place, leaves: Collection[tuple[date, date]], make_up_days: int
) -> OwnEnd | None:
    """The end for somebody who is away on these days, first and last ones: so many working days after their return,
    when what the window leaves them is less. None: they have the window that all have.

    Leave is taken together, however it was noted: what begins before the days of the return are over moves them, too.

    >>> tokyo = Place(WorkCalendar(), ZoneInfo("Asia/Tokyo"))
    >>> rule = Rule(Repeat.FIRST_WORKDAY, date(2026, 12, 1), time(9), time(18), 8)
    >>> window = window_of(rule, Period("2026-12", date(2026, 12, 1)), tokyo)
    >>> weeks = [(date(2026, 12, 1), date(2026, 12, 4)), (date(2026, 12, 7), date(2026, 12, 14))]
    >>> own_end(window, rule, tokyo, weeks[:1], 5)
    >>> own_end(window, rule, tokyo, weeks, 5)
    OwnEnd(away_until=datetime.date(2026, 12, 14), due_at=datetime.datetime(2026, 12, 21, 9, 0, tzinfo=...utc))
    """
    touching = [(first, last) for first, last in leaves if last >= window.opens_on and first <= window.due_on]
    days = (window.opens_on + n * DAY for n in range((window.due_on - window.opens_on).days + 1))
    there = (day for day in days if not any(first <= day <= last for first, last in touching))
    if not touching or sum(map(place.calendar.is_workday, there)) >= make_up_days:
        return None
    away_until = max(last for _first, last in touching)
    for first, last in sorted(leaves):
        if last > away_until and first <= place.calendar.shift(away_until, make_up_days):
            away_until = last
    due_at = instant(place.calendar.shift(away_until, make_up_days), rule.due, place.zone, is_end=True)
    return OwnEnd(away_until, due_at) if due_at > window.due_at else None


@dataclass(frozen=True, slots=True)
class Run:
    """A period with its window at each site, by the site's code."""

    period: Period
    windows: Mapping[str, Window]

    @property
    def opens_at(self) -> datetime:
        """When it opens at the first of its sites."""
        return min(window.opens_at for window in self.windows.values())

    @property
    def due_at(self) -> datetime:
        """When it is over at the last of its sites."""
        return max(window.due_at for window in self.windows.values())


def run_of(rule: Rule, period: Period, places: Mapping[str, Place]) -> Run:
    """A period at these sites, of which there is at least one."""
    return Run(period, {code: window_of(rule, period, place) for code, place in places.items()})


def runs_from(rule: Rule, now: datetime, places: Mapping[str, Place]) -> Iterator[Run]:
    """The runs that are not over everywhere, in order of time: what is open, then what comes."""
    looked_at = periods(rule, max(rule.starts_on, now.date() - timedelta(days=4 * MOST_DUE_DAYS)))
    for period, _n in zip(looked_at, range(AHEAD + 4 * MOST_DUE_DAYS // WEEKDAYS), strict=False):
        run = run_of(rule, period, places)
        if run.due_at > now and max(window.opens_on for window in run.windows.values()) >= rule.starts_on:
            yield run
