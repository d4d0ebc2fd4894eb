"""Languages, zones and formats as people see them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import gettext, ngettext

from lms.foundation import locale
from tests.conftest import Visitor

TOKYO = ZoneInfo("Asia/Tokyo")
AFTERNOON = datetime(2026, 11, 16, 5, 44, tzinfo=UTC)


def test_the_compiled_catalogue_speaks_japanese(app: Flask) -> None:
    with app.test_request_context(), locale.speaking("ja"):
        assert gettext("Today") == "今日"
        assert [ngettext("%(num)d person", "%(num)d people", n) for n in (1, 2)] == ["1人", "2人"]
    with app.test_request_context(), locale.speaking("en"):
        assert [ngettext("%(num)d person", "%(num)d people", n) for n in (1, 2)] == ["1 person", "2 people"]


@pytest.mark.parametrize(
    ("language", "day", "moment", "in_zone"),
    [
        ("en", "Mon 16 Nov", "16 Nov 2026 14:44", "16 Nov 2026 14:44 JST"),
        ("ja", "11月16日（月）", "2026年11月16日 14:44", "2026年11月16日 14:44（日本時間）"),
    ],
)
def test_dates_and_times(app: Flask, language: str, day: str, moment: str, in_zone: str) -> None:
    with app.test_request_context(), locale.speaking(language):
        assert locale.day(AFTERNOON, TOKYO) == day
        assert locale.moment(AFTERNOON, TOKYO) == moment
        assert locale.moment_in_zone(AFTERNOON, TOKYO) == in_zone


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["today 14:44", "tomorrow 14:44", "Wed 18 Nov 14:44"]),
        ("ja", ["今日 14:44", "明日 14:44", "11月18日（水） 14:44"]),
    ],
)
def test_near_moments_are_said_as_people_say_them(app: Flask, language: str, shown: list[str]) -> None:
    with app.test_request_context(), locale.speaking(language):
        assert [locale.near_moment(AFTERNOON.replace(day=day), TOKYO) for day in (16, 17, 18)] == shown


@pytest.mark.parametrize(
    ("language", "shown"), [("en", ["4", "3.2 and 4", "3.2, 3.4 and 4"]), ("ja", ["4", "3.2、4", "3.2、3.4、4"])]
)
def test_peers_are_listed_as_the_language_does(app: Flask, language: str, shown: list[str]) -> None:
    with app.test_request_context(), locale.speaking(language):
        assert [locale.listed(parts) for parts in (["4"], ["3.2", "4"], ["3.2", "3.4", "4"])] == shown


def test_a_moment_just_after_midnight_is_tomorrow_in_the_readers_zone(app: Flask) -> None:
    with app.test_request_context(), locale.speaking("en"):
        assert locale.near_moment(datetime(2026, 11, 16, 15, 10, tzinfo=UTC), TOKYO) == "tomorrow 00:10"


@pytest.mark.parametrize(("share", "shown"), [(0.7999, "79%"), (0.8, "80%"), (0.29, "29%"), (1.0, "100%"), (0.0, "0%")])
def test_a_share_is_rounded_down_so_that_nothing_looks_reached(share: float, shown: str) -> None:
    assert locale.percent(share) == shown


def test_the_language_is_asked_for_then_remembered(client: Visitor) -> None:
    assert '<html lang="ja"' in client.get("/sign-in?lang=ja").text
    assert '<html lang="ja"' in client.get("/sign-in").text
    assert '<html lang="en"' in client.get("/sign-in?lang=en").text


def test_a_browser_that_prefers_japanese_gets_japanese(client: Visitor) -> None:
    assert '<html lang="ja"' in client.get("/sign-in", headers={"Accept-Language": "fr, ja;q=0.8, en;q=0.5"}).text
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "fr"}).text
