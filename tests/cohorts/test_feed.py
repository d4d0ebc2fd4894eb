"""The calendar feed as a calendar program reads it: stable events, wall times with their zone, a signed address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from lms.cohorts import actions as cohorts
from lms.cohorts import queries
from lms.cohorts.core.feed import PURPOSE
from lms.cohorts.models import Cohort, TrainingSession
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.security import signed
from lms.sites.models import Site
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor
from tests.quizzes import sitting

Address = Callable[[str], str]


@pytest.fixture
def address(sample: Flask) -> Address:
    """``address(login)`` is the path of somebody's feed."""

    def of(login: str) -> str:
        with sample.app_context():
            return f"/calendar/{signed(PURPOSE, sitting.person(login).code)}.ics"

    return of


def read(visitor: Visitor, path: str) -> dict[str, Any]:
    """The events of a feed by their UID."""
    answer = visitor.get(path)
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    by_uid = {str(event["UID"]): event for event in events}
    assert len(by_uid) == len(events), "each UID stands once"
    return by_uid


def titled(events: dict[str, Any], title: str) -> tuple[str, Any]:
    ((uid, event),) = [(uid, event) for uid, event in events.items() if str(event["SUMMARY"]) == title]
    return uid, event


def session_titled(title: str) -> TrainingSession:
    query = select(TrainingSession).join(TrainingSession.cohort).where(Cohort.code == "tokyo-a")
    (found,) = [session for session in db.session.scalars(query) if session.title_text["en"] == title]
    return found


def test_the_page_of_today_names_the_address_and_it_needs_no_sign_in(
    client: Visitor, sign_in_as: SignIn, sample: Flask
) -> None:
    with sample.app_context():
        code = sitting.person().code
    found = re.search(
        r"id=\"feed-url\" readonly value=\"http://[^/]+(/calendar/[^\"]+\.ics)\"", sign_in_as(code).get("/").text
    )
    assert found is not None
    answer = client.get(found[1])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")


def test_every_session_of_the_plan_is_an_event(client: Visitor, address: Address, sample: Flask) -> None:
    events = read(client, address(sitting.JOINER))
    with sample.app_context():
        cohort = queries.find_cohort("tokyo-a")
        assert cohort is not None
        wanted = {
            f"session-{session.public_id}@kijun": (session.title_text["ja"], session.starts_at, session.ends_at)
            for session in queries.list_sessions(cohort)
        }
    found = {uid: (str(e["SUMMARY"]), e.decoded("DTSTART"), e.decoded("DTEND")) for uid, e in events.items()}
    assert found == wanted
    assert len(found) > 90


def test_times_stand_on_the_wall_of_the_site_with_the_rules_of_its_zone(client: Visitor, address: Address) -> None:
    calendar = Calendar.from_ical(client.get(address(sitting.JOINER)).data)
    (zone,) = calendar.walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Asia/Tokyo"
    assert zone.walk("STANDARD")[0].decoded("TZOFFSETTO") == timedelta(hours=9)
    _uid, event = titled(read(client, address(sitting.JOINER)), "アカウントの安全2：復旧の申請")
    assert event["DTSTART"].params["TZID"] == "Asia/Tokyo"
    assert event.decoded("DTSTART").replace(tzinfo=UTC) == datetime(2026, 11, 16, 13, 0, tzinfo=UTC), "as on the wall"
    assert str(event["LOCATION"]) == "4B"


def test_a_zone_with_summer_time_brings_both_of_its_offsets(client: Visitor, address: Address, unit: Unit) -> None:
    """Ireland leaves summer time on 25 October 2026, in the middle of this plan; the 26th is a holiday."""
    with unit():
        dublin = db.session.scalars(select(Site).where(Site.code == "dublin")).one()
        template, moderator = queries.get_template("labeller-15"), sitting.person("moderator@kijun.example")
        names = {"en": "Dublin", "ja": "ダブリン"}
        command = cohorts.NewCohort("dublin-d", names, dublin, template, date(2026, 11, 4), trainers=[])
        cohorts.enrol(cohorts.create_cohort(command, by=None), [moderator], by=None)
    raw = client.get(address("moderator@kijun.example")).data
    (zone,) = Calendar.from_ical(raw).walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Europe/Dublin"
    offsets = {part.decoded("TZOFFSETTO") for name in ("STANDARD", "DAYLIGHT") for part in zone.walk(name)}
    assert offsets == {timedelta(0), timedelta(hours=1)}
    starts = [event.decoded("DTSTART") for event in Calendar.from_ical(raw).walk("VEVENT")]
    assert {start.replace(tzinfo=None).hour for start in starts if start.minute == 30 and start.hour < 10} == {9}
    assert {start.astimezone(UTC).hour for start in starts if (start.hour, start.minute) == (9, 30)} == {8, 9}


def test_the_same_sessions_give_the_same_bytes_and_a_reader_who_has_them_gets_nothing_twice(
    client: Visitor, address: Address
) -> None:
    path = address(sitting.JOINER)
    first = client.get(path)
    with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=3)):
        second = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert (again.status_code, again.data) == (304, b"")


def test_a_moved_session_keeps_its_uid_and_its_sequence_rises(client: Visitor, address: Address, unit: Unit) -> None:
    path = address(sitting.JOINER)
    uid, before = titled(read(client, path), "ネスティング2：本番キュー")
    with unit():
        session = session_titled("Nesting 2: live queue")
        session.starts_at += timedelta(days=1)
        session.ends_at += timedelta(days=1)
        session.sequence += 1
        session.changed_at = clock.now()
    after = read(client, path)[uid]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.decoded("DTSTART") - before.decoded("DTSTART") == timedelta(days=1)
    assert after.decoded("DTSTAMP") == MONDAY_AFTERNOON


def test_a_cancelled_session_stays_in_the_feed_as_cancelled(client: Visitor, address: Address, unit: Unit) -> None:
    path = address(sitting.JOINER)
    uid, before = titled(read(client, path), "ネスティング2：本番キュー")
    assert str(before["STATUS"]) == "CONFIRMED"
    with unit():
        session_titled("Nesting 2: live queue").state = "cancelled"
    assert str(read(client, path)[uid]["STATUS"]) == "CANCELLED"


def test_each_reader_gets_their_language(client: Visitor, address: Address) -> None:
    english = Calendar.from_ical(client.get(address("emma.lindqvist@kijun.example")).data)
    japanese = Calendar.from_ical(client.get(address(sitting.JOINER)).data)
    assert (str(english["X-WR-CALNAME"]), str(japanese["X-WR-CALNAME"])) == ("Tokyo A", "東京A")
    titles = {str(event["SUMMARY"]) for event in english.walk("VEVENT")}
    assert "Account safety 2: recovery requests" in titles
    assert not any(re.search("[ぁ-ん]", title) for title in titles)


def test_long_lines_are_folded_at_75_bytes_and_never_inside_a_letter(client: Visitor, address: Address) -> None:
    raw = client.get(address(sitting.JOINER)).data
    assert raw.endswith(b"END:VCALENDAR\r\n")
    lines = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode("utf-8")


def test_a_text_with_commas_and_semicolons_is_read_back_as_it_was(
    client: Visitor, address: Address, unit: Unit
) -> None:
    title = "Q&A; one, two\\three\nfour：会議"
    with unit():
        session_titled("Nesting 2: live queue").title_text = {"en": title, "ja": title}
    _uid, event = titled(read(client, address(sitting.JOINER)), title)
    assert str(event["SUMMARY"]) == title


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "IkwwMDAyIg" + token[token.index(".") :],
        lambda token: token.split(".")[0],
        lambda token: token + "x",
        lambda _token: "L0001",
        lambda _token: "あ",
    ],
    ids=["signature", "another person", "unsigned", "longer", "bare code", "no token"],
)
def test_an_address_that_was_tampered_with_is_refused(
    client: Visitor, address: Address, spoil: Callable[[str], str]
) -> None:
    path = address(sitting.JOINER)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    answer = client.get(f"/calendar/{spoil(token)}.ics")
    assert answer.status_code == 404
    assert b"VCALENDAR" not in answer.data


def test_a_link_signed_for_another_purpose_is_no_feed(client: Visitor, sample: Flask) -> None:
    with sample.app_context():
        token = signed("something-else", sitting.person().code)
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_the_feed_ends_with_the_person(client: Visitor, address: Address, unit: Unit) -> None:
    path = address(sitting.JOINER)
    assert client.get(path).status_code == 200
    with unit():
        sitting.person().deactivated_at = clock.now()
    assert client.get(path).status_code == 404


def test_somebody_without_a_cohort_has_no_feed(client: Visitor, address: Address) -> None:
    assert client.get(address("moderator@kijun.example")).status_code == 404


def test_days_before_and_after_midnight_fall_on_their_local_date(client: Visitor, address: Address, unit: Unit) -> None:
    """09:00 in Tokyo is midnight in UTC: the date must be Tokyo's."""
    with unit():
        session = session_titled("Go-live")
        assert session.starts_at == datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
    _uid, event = titled(read(client, address(sitting.JOINER)), "本番開始")
    assert event.decoded("DTSTART") == datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert b"DTSTART;TZID=Asia/Tokyo:20261130T090000" in client.get(address(sitting.JOINER)).data
