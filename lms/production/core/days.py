"""Dates as queue tools write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

FIRST_YEAR = 2000
_REIWA = 2018
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TIME = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]\.?m\.?)? ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}}){_TIME}", re.IGNORECASE)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?P<zone>)")
_KANJI = re.compile(
    r"(?P<era>令和|R)?(?P<y>\d{1,4}|元)(?:年|\.)(?P<m>\d{1,2})(?:月|\.)(?P<d>\d{1,2})日?(?:[(]..?[)])?"
    r"(?: *\d{1,2}(?:時|:)\d{1,2}(?:分|:\d{2})?)?(?P<zone>)"
)
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>\d{{4}}){_TIME}", re.IGNORECASE)
_NAMED = re.compile(
    rf"(?:(?P<d>\d{{1,2}})[ -](?P<n>[a-z]{{3}})[a-z]*[ -]|(?P<n2>[a-z]{{3}})[a-z]* (?P<d2>\d{{1,2}}),? )"
    rf"(?P<y>\d{{4}}){_TIME}",
    re.IGNORECASE,
)


class DayOrder(StrEnum):
    """How dates with the year at the end are to be read."""

    FROM_FILE = "from_file"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A date that may be two days: nobody has said which number is the month."""


def order_of(texts: Iterable[str]) -> DayOrder:
    """Which number is the day, as far as the dates of a file tell: one over 12 is no month.

    >>> order_of(["03/04/2026", "16/11/2026"]).value, order_of(["03/04/2026"]).value
    ('day_first', 'from_file')
    """
    pairs = [(int(found["a"]), int(found["b"])) for text in texts if (found := _YEAR_LAST.fullmatch(_plain(text)))]
    is_day_first, is_month_first = any(first > 12 for first, _ in pairs), any(second > 12 for _, second in pairs)
    if is_day_first == is_month_first:
        return DayOrder.FROM_FILE
    return DayOrder.DAY_FIRST if is_day_first else DayOrder.MONTH_FIRST


def day_of(text: str, order: DayOrder, zone: ZoneInfo) -> date | Ambiguous | None:
    """The day that a text means in a zone; None when it means none.

    Only an instant that names its own offset is moved into the zone; a plain time is taken as that of the site.

    >>> tokyo = ZoneInfo("Asia/Tokyo")
    >>> for text in ("2026-11-15T23:30:00Z", "令和８年11月16日", "16 Nov 2026"):
    ...     print(day_of(text, DayOrder.FROM_FILE, tokyo))
    2026-11-16
    2026-11-16
    2026-11-16
    >>> day_of("03/04/2026", DayOrder.FROM_FILE, tokyo)
    Ambiguous()
    """
    plain = _plain(text)
    try:
        if found := _YEAR_FIRST.fullmatch(plain) or _COMPACT.fullmatch(plain):
            return _in_zone(plain, date(int(found["y"]), int(found["m"]), int(found["d"])), found["zone"], zone)
        if found := _YEAR_LAST.fullmatch(plain):
            return _year_last(plain, found, order, zone)
        if found := _KANJI.fullmatch(plain):
            year = 1 if found["y"] == "元" else int(found["y"])
            return _checked(date(year + _REIWA if found["era"] else year, int(found["m"]), int(found["d"])))
        if found := _NAMED.fullmatch(plain):
            month = _MONTHS.index((found["n"] or found["n2"]).lower()) + 1
            return _in_zone(plain, date(int(found["y"]), month, int(found["d"] or found["d2"])), found["zone"], zone)
    except ValueError:
        return None
    return None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _year_last(text: str, found: re.Match[str], order: DayOrder, zone: ZoneInfo) -> date | Ambiguous | None:
    first, second, year = int(found["a"]), int(found["b"]), int(found["y"])
    if order is DayOrder.FROM_FILE and first <= 12 and second <= 12 and first != second:
        return Ambiguous()
    is_day_first = order is DayOrder.DAY_FIRST or (order is DayOrder.FROM_FILE and first > 12)
    day, month = (first, second) if is_day_first else (second, first)
    return _in_zone(text, date(year, month, day), found["zone"], zone)


def _in_zone(text: str, day: date, offset: str | None, zone: ZoneInfo) -> date | None:
    clock = re.search(r"(\d{1,2}):(\d{2})(?::(\d{2}))?[^ap]*([ap])?", text[6:], re.IGNORECASE)
    if not offset or clock is None:
        return _checked(day)
    hour = int(clock[1]) % 12 + (12 if clock[4] in "pP" else 0) if clock[4] else int(clock[1])
    east = "+0000" if offset.upper() in {"Z", "UTC", "GMT"} else offset.replace(":", "")
    stamp = f"{day.isoformat()} {hour:02}:{clock[2]}:{clock[3] or '00'} {east}"
    return _checked(datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S %z").astimezone(zone).date())


def _checked(day: date) -> date | None:
    return day if day.year >= FIRST_YEAR else None
