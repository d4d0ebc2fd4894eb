"""When a report that comes again is due: on a day of the week, or on the n-th working day of a month at a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from lms.kit.problems import Invalid
from lms.kit.workdays import DAY, WorkCalendar

WEEKDAYS = 7
LAST = 0
"""As the number of a working day: the last one of the month."""
MOST_WORKDAYS = 20
AHEAD = 400
"""So many weeks or months are looked at; nobody asks for more."""


class Every(StrEnum):
    """By what a schedule counts."""

    WEEK = "week"
    MONTH = "month"


class SendingState(StrEnum):
    """What has become of a due report."""

    MAKING = "making"
    SENT = "sent"
    FAILED = "failed"


class Reached(StrEnum):
    """How a report reached somebody, or why it did not."""

    ATTACHED = "attached"
    LINKED = "linked"
    REFUSED = "refused"
    """They may not read it any more, or take part no longer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``day`` is that of the week (1 is Monday), or the number of a working day of the month. ``at`` is a wall time."""

    every: Every
    day: int
    at: time
    zone_name: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)

    def as_json(self) -> dict[str, Any]:
        """The rule as it is stored."""
        return {"every": self.every.value, "day": self.day, "at": f"{self.at:%H:%M}", "zone_name": self.zone_name}


def rule_from(stored: Mapping[str, Any]) -> Rule:
    """The rule from its stored form.

    >>> rule = Rule(Every.MONTH, 3, time(9), "Asia/Tokyo")
    >>> rule_from(rule.as_json()) == rule
    True
    """
    return Rule(Every(stored["every"]), stored["day"], time.fromisoformat(stored["at"]), stored["zone_name"])


def checked(rule: Rule) -> Rule:
    """The rule, when it can be kept; raises ``Invalid`` on the field that cannot."""
    if rule.every is Every.WEEK and not 1 <= rule.day <= WEEKDAYS:
        raise Invalid("schedule.weekday", field="weekday")
    if rule.every is Every.MONTH and not LAST <= rule.day <= MOST_WORKDAYS:
        raise Invalid("schedule.workday", field="workday")
    return rule


def due_days(rule: Rule, calendar: WorkCalendar, first: date) -> Iterator[date]:
    """The days on which it is due, from the week or month of ``first`` on, in order of time.

    A day of the week that is not worked gives way to the next that is; where that is due anyway, it is due once. A
    month that has fewer working days has it on its last one.

    >>> tokyo = WorkCalendar(holidays=frozenset({date(2027, 1, 1), date(2026, 11, 23)}))
    >>> third = due_days(Rule(Every.MONTH, 3, time(9), "Asia/Tokyo"), tokyo, date(2026, 12, 1))
    >>> [next(third).isoformat() for _n in range(2)]
    ['2026-12-03', '2027-01-06']
    >>> next(due_days(Rule(Every.WEEK, 1, time(9), "Asia/Tokyo"), tokyo, date(2026, 11, 23))).isoformat()
    '2026-11-24'
    """
    before = date.min
    for nth in range(AHEAD):
        day = (
            _of_week(rule, calendar, first, nth) if rule.every is Every.WEEK else _of_month(rule, calendar, first, nth)
        )
        if day > before:
            yield day
            before = day


def _of_week(rule: Rule, calendar: WorkCalendar, first: date, nth: int) -> date:
    monday = first - first.weekday() * DAY + nth * WEEKDAYS * DAY
    return calendar.shift(monday + (rule.day - 1) * DAY, 0)


def _of_month(rule: Rule, calendar: WorkCalendar, first: date, nth: int) -> date:
    month = first.year * 12 + first.month - 1 + nth
    begins, ends = date(month // 12, month % 12 + 1, 1), date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = calendar.shift(ends, -1)
    return last if rule.day == LAST else min(calendar.shift(begins - DAY, rule.day), last)


def moments(rule: Rule, calendar: WorkCalendar, after: datetime) -> Iterator[datetime]:
    """The moments at which it is due after another one. A wall time that comes twice counts the first time.

    >>> rule = Rule(Every.WEEK, 1, time(9), "Asia/Tokyo")
    >>> next(moments(rule, WorkCalendar(), datetime(2026, 11, 16, 0, 0, tzinfo=UTC))).isoformat()
    '2026-11-23T00:00:00+00:00'
    """
    first = after.astimezone(rule.zone).date() - DAY
    for day in due_days(rule, calendar, first):
        moment = datetime.combine(day, rule.at, tzinfo=rule.zone).astimezone(UTC)
        if moment > after:
            yield moment
