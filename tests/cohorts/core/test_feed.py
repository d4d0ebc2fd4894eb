"""The feed, read back by two libraries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar

from lms.cohorts.core.feed import FeedSession, feed

CHANGED = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def session(zone: str, starts_at: datetime, **more: object) -> FeedSession:
    made = FeedSession(
        public_id="0" * 26,
        sequence=0,
        title="ハラスメント 3：望まない連絡の繰り返し、通報と異議申し立てまで、事例で確かめる講義",
        detail="モジュール v4.2",
        location="4B",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        zone=ZoneInfo(zone),
        changed_at=CHANGED,
    )
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "starts_at", "wall", "offset_hours"),
    [
        ("Asia/Tokyo", datetime(2026, 11, 16, 1, 0, tzinfo=UTC), "10:00", 9),
        ("Europe/Dublin", datetime(2026, 10, 23, 8, 30, tzinfo=UTC), "09:30", 1),
        ("Europe/Dublin", datetime(2026, 10, 26, 9, 30, tzinfo=UTC), "09:30", 0),
        ("America/Chicago", datetime(2026, 11, 2, 15, 0, tzinfo=UTC), "09:00", -6),
    ],
)
def test_wall_time_zone_and_its_rules(zone: str, starts_at: datetime, wall: str, offset_hours: int) -> None:
    text = feed("Tokyo A", "ja", [session(zone, starts_at)])
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("DTSTART").astimezone(UTC) == starts_at
    assert event["DTSTART"].params["TZID"] == zone
    assert [part["TZID"] for part in calendar.walk("VTIMEZONE")] == [zone]
    (seen,) = recurring_ical_events.of(calendar).between(date(2026, 10, 1), date(2026, 12, 1))
    assert seen["DTSTART"].dt.strftime("%H:%M") == wall
    assert seen["DTSTART"].dt.utcoffset() == timedelta(hours=offset_hours)


def test_ids_are_stable_and_a_move_raises_the_sequence() -> None:
    first = session("Asia/Tokyo", datetime(2026, 11, 16, 1, 0, tzinfo=UTC))
    moved = replace(
        first, sequence=1, starts_at=first.starts_at + timedelta(days=1), ends_at=first.ends_at + timedelta(days=1)
    )
    (before,) = Calendar.from_ical(feed("A", "ja", [first])).walk("VEVENT")
    (after,) = Calendar.from_ical(feed("A", "ja", [moved])).walk("VEVENT")
    assert before["UID"] == after["UID"] == f"session-{'0' * 26}@kijun"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_a_cancelled_session_stays_as_cancelled() -> None:
    cancelled = session("Asia/Tokyo", datetime(2026, 11, 16, 1, 0, tzinfo=UTC), is_cancelled=True, sequence=2)
    (event,) = Calendar.from_ical(feed("A", "en", [cancelled])).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"


def test_japanese_is_folded_by_octets_and_comes_back_whole() -> None:
    made = session("Asia/Tokyo", datetime(2026, 11, 16, 1, 0, tzinfo=UTC))
    text = feed("東京A", "ja", [made])
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert b"\n" not in text.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == made.title
    assert str(calendar["X-WR-CALNAME"]) == "東京A"
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"


def test_the_same_sessions_give_the_same_bytes_in_any_order() -> None:
    one = session("Asia/Tokyo", datetime(2026, 11, 16, 1, 0, tzinfo=UTC))
    two = replace(one, public_id="1" * 26, zone=ZoneInfo("Europe/Dublin"))
    assert feed("A", "en", [one, two]) == feed("A", "en", [two, one])
