"""``flask calendar workdays`` and ``feed``: working days over real holidays, and a cohort as iCalendar."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import func, select

from lms.cohorts.models import Cohort, TrainingSession
from lms.foundation.db import db
from tests.cli.conftest import Run, Write


def events(path: Path) -> list[Any]:
    return list(Calendar.from_ical(path.read_bytes()).walk("VEVENT"))


@pytest.mark.parametrize(
    ("country", "start", "n", "end", "passed"),
    [
        ("JP", "2026-11-20", 1, "2026-11-24", ["2026-11-23"]),
        ("JP", "2026-09-18", 1, "2026-09-24", ["2026-09-21", "2026-09-22", "2026-09-23"]),
        ("JP", "2026-11-24", -1, "2026-11-20", ["2026-11-23"]),
        ("JP", "2026-11-16", 0, "2026-11-16", []),
        ("JP", "2026-11-21", 0, "2026-11-24", ["2026-11-23"]),
        ("JP", "2026-12-31", 1, "2027-01-04", ["2027-01-01"]),
        ("IE", "2026-10-23", 1, "2026-10-27", ["2026-10-26"]),
        ("ie", "2026-10-27", -1, "2026-10-23", ["2026-10-26"]),
        ("US-TX", "2026-11-25", 1, "2026-11-30", ["2026-11-26", "2026-11-27"]),
    ],
)
def test_working_days_pass_over_weekends_and_holidays(
    run: Run, country: str, start: str, n: int, end: str, passed: list[str]
) -> None:
    answer = run("calendar", "workdays", country, start, str(n), "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert list(document) == ["date", "n", "country", "holidays"]
    assert (document["date"], document["n"], document["country"]) == (end, n, country.upper())
    assert [holiday["date"] for holiday in document["holidays"]] == passed
    assert all(set(holiday["name"]) == {"en", "ja"} for holiday in document["holidays"])


def test_a_holiday_has_its_name_in_both_languages(run: Run) -> None:
    [holiday] = run("calendar", "workdays", "JP", "2026-11-20", "1", "--json").document["holidays"]
    assert holiday["name"]["ja"] == "勤労感謝の日"
    assert "Thanksgiving" in holiday["name"]["en"]
    [holiday] = run("calendar", "workdays", "IE", "2026-10-23", "1", "--json").document["holidays"]
    assert holiday["name"]["ja"] == "10月のバンクホリデー"


def test_a_year_of_japan_passes_every_holiday_of_the_official_list(run: Run, reference_data: Path) -> None:
    with (reference_data / "calendar" / "jp_holidays_2024.csv").open(encoding="utf-8", newline="") as file:
        official = {row["date"]: row["name"] for row in csv.DictReader(file)}
    workdays = sum(
        date.fromordinal(day).weekday() < 5 and date.fromordinal(day).isoformat() not in official
        for day in range(date(2024, 1, 1).toordinal(), date(2025, 1, 1).toordinal())
    )
    answer = run("calendar", "workdays", "JP", "2023-12-31", str(workdays), "--json")
    assert answer.document["date"] == "2024-12-31"
    assert {entry["date"] for entry in answer.document["holidays"]} == set(official)


def test_without_json_the_date_and_each_holiday_are_lines_in_the_language_asked_for(run: Run) -> None:
    answer = run("calendar", "workdays", "JP", "2026-11-20", "1", lang="ja_JP.UTF-8")
    assert answer.out.splitlines() == ["2026-11-24", "  2026-11-23 勤労感謝の日"]
    assert not run("calendar", "workdays", "JP", "2026-11-20", "1").speaks_japanese


@pytest.mark.parametrize("country", ["XX", "Japan", "US-ZZ", ""])
def test_an_unknown_country_is_one_sentence(run: Run, country: str) -> None:
    answer = run("calendar", "workdays", country, "2026-11-20", "1", "--json")
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1
    assert run("calendar", "workdays", country, "2026-11-20", "1", lang="ja").speaks_japanese


@pytest.mark.parametrize("arguments", [["JP", "20.11.2026", "1"], ["JP", "2026-02-30", "1"], ["JP", "2026-11-20", "x"]])
def test_a_date_or_number_that_is_none_is_wrong_usage(run: Run, arguments: list[str]) -> None:
    answer = run("calendar", "workdays", *arguments)
    assert (answer.code, answer.out) == (2, "")


@pytest.mark.parametrize(("start", "n"), [("9999-12-31", "1"), ("0001-01-01", "-1")])
def test_beyond_the_ends_of_the_calendar_is_one_sentence(run: Run, start: str, n: str) -> None:
    answer = run("calendar", "workdays", "JP", start, n)
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1


def test_a_feed_has_every_session_with_a_zone_an_id_and_a_sequence(run: Run, sample: Flask, tmp_path: Path) -> None:
    path = tmp_path / "tokyo-a.ics"
    answer = run("calendar", "feed", "tokyo-a", "--output", path)
    assert (answer.code, answer.out) == (0, f"{path}\n")
    found = events(path)
    with sample.app_context():
        query = select(func.count(TrainingSession.id)).join(Cohort, Cohort.id == TrainingSession.cohort_id)
        assert len(found) == (db.session.scalar(query.where(Cohort.code == "tokyo-a")) or 0) > 10
    assert len({str(event["UID"]) for event in found}) == len(found)
    assert all("SEQUENCE" in event for event in found)
    assert all(event["DTSTART"].params["TZID"] == "Asia/Tokyo" for event in found)
    assert [str(zone["TZID"]) for zone in Calendar.from_ical(path.read_bytes()).walk("VTIMEZONE")] == ["Asia/Tokyo"]


@pytest.mark.usefixtures("sample")
def test_the_feed_of_unchanged_sessions_has_the_same_bytes(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "1.ics", tmp_path / "2.ics"
    for path in (first, second):
        assert run("calendar", "feed", "tokyo-a", "--output", path).code == 0
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.usefixtures("sample")
def test_the_feed_is_in_the_language_asked_for_with_the_same_ids(run: Run, tmp_path: Path) -> None:
    english, japanese = tmp_path / "en.ics", tmp_path / "ja.ics"
    assert run("calendar", "feed", "osaka-b", "--output", english, "--locale", "en").code == 0
    assert run("calendar", "feed", "osaka-b", "--output", japanese, lang="ja_JP.UTF-8").code == 0
    assert "大阪B" in japanese.read_text(encoding="utf-8")
    assert "Osaka B" in english.read_text(encoding="utf-8")
    pairs = list(zip(events(english), events(japanese), strict=True))
    assert all(left["UID"] == right["UID"] and left["DTSTART"].dt == right["DTSTART"].dt for left, right in pairs)
    assert any(left["SUMMARY"] != right["SUMMARY"] for left, right in pairs)


@pytest.mark.usefixtures("sample")
def test_a_feed_of_an_unknown_cohort_writes_nothing(run: Run, tmp_path: Path) -> None:
    answer = run("calendar", "feed", "nowhere", "--output", tmp_path / "x.ics")
    assert (answer.code, answer.out) == (1, "")
    assert "nowhere" in answer.err
    assert not (tmp_path / "x.ics").exists()


@pytest.mark.usefixtures("sample")
def test_a_feed_needs_a_place_to_go(run: Run, write: Write, tmp_path: Path) -> None:
    assert run("calendar", "feed", "tokyo-a").code == 2
    assert run("calendar", "feed", "tokyo-a", "--output", tmp_path).code == 2
    answer = run("calendar", "feed", "tokyo-a", "--output", write("file", "") / "x.ics")
    assert answer.code in (1, 2)
    assert answer.err


@pytest.mark.parametrize(
    ("country", "date", "end"),
    [("SA", "2024-06-06", "2024-06-09"), ("EG", "2026-11-19", "2026-11-22"), ("JP", "2026-11-20", "2026-11-24")],
)
def test_the_weekend_is_the_countrys(run: Run, country: str, date: str, end: str) -> None:
    assert run("calendar", "workdays", country, date, "1", "--json").document["date"] == end


@pytest.mark.parametrize("date", ["1800-01-01", "3000-01-01", "1949-01-02"])
def test_a_year_whose_holidays_nobody_knows_is_refused(run: Run, date: str) -> None:
    answer = run("calendar", "workdays", "JP", date, "-3")
    assert (answer.code, answer.out) == (1, "")
    assert "The calendar does not reach that far." in answer.err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_sample_beyond_every_calendar_is_refused(run: Run, day: str) -> None:
    assert run("demo", "load", "--today", day).code == 1
