"""The days of the coming year on which a site is closed: public holidays and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.sites.core import holiday_calendar

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day on which nobody works, with its name by locale."""

    day: date
    name_text: Mapping[str, str]
    is_own: bool
    """Whether the site closed it, rather than the country."""


def days_off(country: str, subdivision: str | None, today: date, own: Mapping[date, Mapping[str, str]]) -> list[DayOff]:
    """The days off from ``today`` for a year, in order of time; what the site says of a day comes first.

    >>> found = days_off("JP", None, date(2026, 12, 1), {date(2026, 12, 30): {"en": "Year end", "ja": "年末"}})
    >>> [(entry.day.isoformat(), entry.is_own) for entry in found[:2]]
    [('2026-12-30', True), ('2027-01-01', False)]
    """
    last = today + YEAR
    public = holiday_calendar.names(country, subdivision, range(today.year, last.year + 1))
    found = [DayOff(day, name, False) for day, name in public.items() if today <= day <= last and day not in own]
    found += [DayOff(day, name, True) for day, name in own.items() if day >= today]
    return sorted(found, key=lambda entry: entry.day)


def today_at(zone_name: str, now: datetime) -> date:
    """Which day it is at a place."""
    return now.astimezone(ZoneInfo(zone_name)).date()
