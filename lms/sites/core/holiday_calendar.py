"""Public holidays of a country with their names in English and Japanese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import holidays

from lms.kit.workdays import WorkCalendar

_JAPANESE_NAMES: Mapping[str, str] = {
    "New Year's Day": "元日",
    "Saint Brigid's Day": "聖ブリギッドの日",
    "Saint Patrick's Day": "聖パトリックの日",
    "Good Friday": "聖金曜日",
    "Easter Monday": "復活祭の翌月曜日",
    "May Day": "メーデー",
    "May Bank Holiday": "5月のバンクホリデー",
    "June Bank Holiday": "6月のバンクホリデー",
    "August Bank Holiday": "8月のバンクホリデー",
    "October Bank Holiday": "10月のバンクホリデー",
    "Christmas Day": "クリスマス",
    "Saint Stephen's Day": "聖ステファノの日",
    "Martin Luther King Jr. Day": "キング牧師記念日",
    "Washington's Birthday": "大統領の日",
    "Presidents' Day": "大統領の日",
    "Memorial Day": "戦没者追悼記念日",
    "Juneteenth National Independence Day": "奴隷解放記念日",
    "Independence Day": "独立記念日",
    "Labor Day": "労働者の日",
    "Columbus Day": "コロンブス記念日",
    "Veterans Day": "復員軍人の日",
    "Thanksgiving Day": "感謝祭",
}
_OBSERVED = " (observed)"


LIKELY_COUNTRIES = ("JP", "IE", "GB", "US", "SG", "PH", "MY", "IN", "AU")
"""Where people of the two languages work most; offered first."""


def countries() -> list[str]:
    """The ISO codes of the countries whose holidays are known."""
    return sorted(holidays.list_supported_countries(include_aliases=False))


def subdivisions(country: str) -> list[str]:
    """The parts of a country whose holidays differ, by their codes.

    >>> subdivisions("GB"), subdivisions("IE")
    (['ENG', 'NIR', 'SCT', 'WLS'], [])
    """
    return list(holidays.list_supported_countries(include_aliases=False).get(country, []))


def is_known(country: str, subdivision: str | None = None) -> bool:
    """Whether the holidays of a country (ISO code), and of a part of it, are known."""
    parts = holidays.list_supported_countries(include_aliases=False)
    return country in parts and (subdivision is None or subdivision in parts[country])


def weekend(country: str) -> frozenset[int]:
    """The days off of a country's week, as ``date.weekday()`` counts: Friday and Saturday in Egypt."""
    return frozenset(holidays.country_holidays(country).weekend)


def known_years(country: str) -> range:
    """The years of which the holidays are known."""
    known = holidays.country_holidays(country)
    return range(known.start_year, known.end_year + 1)


def names(country: str, subdivision: str | None, years: range) -> dict[date, dict[str, str]]:
    """The holidays of some years: ``{date: {"en": name, "ja": name}}``.

    A name that has no Japanese stands in English.
    """
    english = holidays.country_holidays(country, subdiv=subdivision, years=years, language=_language(country, "en_US"))
    if country == "JP":
        japanese = holidays.country_holidays(country, subdiv=subdivision, years=years, language="ja")
        return {day: {"en": english.get(day) or name, "ja": name} for day, name in sorted(japanese.items())}
    return {day: {"en": name, "ja": _japanese(name)} for day, name in sorted(english.items())}


def calendar(
    country: str, subdivision: str | None, weekend: str, years: Iterable[int], closures: frozenset[date]
) -> WorkCalendar:
    """The working days of a place: its weekend (digits of ``date.weekday()``), public holidays and own closures."""
    public = frozenset().union(*(_public_days(country, subdivision, year) for year in years))
    return WorkCalendar(frozenset(int(digit) for digit in weekend), public | closures)


@lru_cache(maxsize=1000)
def _public_days(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def _language(country: str, wanted: str) -> str | None:
    supported = holidays.country_holidays(country).supported_languages
    return wanted if wanted in supported else next((name for name in supported if name.startswith("en")), None)


def _japanese(name: str) -> str:
    plain, observed = (name.removesuffix(_OBSERVED), True) if name.endswith(_OBSERVED) else (name, False)
    translated = _JAPANESE_NAMES.get(plain)
    if translated is None:
        return name
    return f"{translated}（振替休日）" if observed else translated
