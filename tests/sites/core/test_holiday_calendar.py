"""Holidays against the published list of Japan, and names in both languages."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from lms.sites.core import holiday_calendar


def test_japan_2024_equals_the_published_list(reference_data: Path) -> None:
    with (reference_data / "calendar" / "jp_holidays_2024.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row and row[0][:4] == "2024"]
    published = {date(*(int(part) for part in row[0].replace("/", "-").split("-"))) for row in rows}
    assert len(published) >= 20
    assert set(holiday_calendar.names("JP", None, range(2024, 2025))) == published


def test_names_stand_in_both_languages() -> None:
    japan = holiday_calendar.names("JP", None, range(2026, 2027))
    assert japan[date(2026, 11, 23)] == {"en": "Labor Thanksgiving Day", "ja": "勤労感謝の日"}
    ireland = holiday_calendar.names("IE", None, range(2026, 2027))
    assert ireland[date(2026, 3, 17)] == {"en": "Saint Patrick's Day", "ja": "聖パトリックの日"}


@pytest.mark.parametrize(("country", "subdivision"), [("IE", None), ("US", None)])
def test_every_holiday_of_the_samples_countries_has_a_japanese_name(country: str, subdivision: str | None) -> None:
    found = holiday_calendar.names(country, subdivision, range(2024, 2031))
    untranslated = {name["en"] for name in found.values() if name["en"] == name["ja"]}
    assert untranslated == set()


def test_own_closures_count_and_unknown_places_are_known_as_such() -> None:
    calendar = holiday_calendar.calendar("JP", None, "56", range(2026, 2027), frozenset({date(2026, 12, 28)}))
    assert not calendar.is_workday(date(2026, 12, 28))
    assert holiday_calendar.is_known("US", "TX")
    assert not holiday_calendar.is_known("XX")
    assert not holiday_calendar.is_known("JP", "TX")
