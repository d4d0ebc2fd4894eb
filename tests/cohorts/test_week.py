"""The week on a cohort's page: which one is shown, how one turns to others, and its days."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.db import db
from lms.sites.models import Site
from tests.cohorts.conftest import Enter
from tests.cohorts.pages import words
from tests.conftest import Unit


class TestWeek:
    def week(self, page: str) -> tuple[str, list[str], str]:
        """The heading of the week, its days, and what stands on them."""
        found = re.search(r'aria-labelledby="week">(.*?)<ul class="legend', page, re.DOTALL)
        assert found is not None
        html = found[1]
        days = re.findall(r"<section class=\"day[^>]*><h3>(.*?)</h3>", html)
        return words(html.partition("</h2>")[0]), [words(day) for day in days], words(html)

    def test_one_pages_through_the_weeks(self, enter: Enter) -> None:
        trainer = enter("trainer")
        page = trainer.get("/cohorts/tokyo-a?lang=en").text
        assert self.week(page)[0] == "Week 2 · 16–20 Nov"
        after, before = (re.search(rf'href="([^"]+)" aria-label="{name} week"', page) for name in ("Next", "Previous"))
        assert after is not None
        assert before is not None
        heading, days, text = self.week(trainer.get(after[1]).text)
        assert heading == "Week 3 · 23–27 Nov"
        assert days[:2] == ["Mon 23 Nov", "Tue 24 Nov Day 11"], "a holiday is no training day"
        assert "No sessions" in text
        assert self.week(trainer.get(before[1]).text)[0] == "Week 1 · 9–13 Nov"

    @pytest.mark.parametrize(
        ("day", "shown", "way_back"),
        [
            ("2026-10-20", "Week 1 · 9–13 Nov", "First week"),
            ("2026-11-16", "Week 2 · 16–20 Nov", "This week"),
            ("2027-01-20", "Week 4 · 30 Nov – 4 Dec", "Last week"),
        ],
    )
    def test_a_cohort_that_does_not_run_shows_the_nearest_week_of_its_plan(
        self, enter: Enter, day: str, shown: str, way_back: str
    ) -> None:
        with clock.fixed(datetime.fromisoformat(f"{day}T03:00").replace(tzinfo=UTC)):
            heading, _days, text = self.week(enter("trainer").get("/cohorts/tokyo-a?lang=en").text)
        assert heading.replace("\u2009", " ") == shown
        assert way_back in text

    @pytest.mark.parametrize("asked", ["", "soon", "2026-13-01", "0001-01-01", "9999-12-31"])
    def test_a_week_that_is_none_is_this_one(self, enter: Enter, asked: str) -> None:
        page = enter("trainer").get(f"/cohorts/tokyo-a?lang=en&week={asked}").text
        assert self.week(page)[0] == "Week 2 · 16–20 Nov"

    def test_the_week_stands_by_day(self, enter: Enter) -> None:
        page = enter("trainer").get("/cohorts/tokyo-a?lang=en").text
        days = re.findall(r"<section class=\"day( today)?\"><h3>(.*?)</h3>(.*?)</section>", page, re.DOTALL)
        assert [words(day) for _today, day, _rest in days] == [
            "Mon 16 Nov Day 6",
            "Tue 17 Nov Day 7",
            "Wed 18 Nov Day 8",
            "Thu 19 Nov Day 9",
            "Fri 20 Nov Day 10",
        ]
        assert [bool(today) for today, _day, _rest in days] == [True, False, False, False, False]
        assert "Shadowing 13:00 –14:30" in words(days[1][2])
        assert re.search(r'class="ev r17 sp6 k-prac"', days[1][2])

    def test_the_week_has_the_working_days_of_the_site(self, enter: Enter, unit: Unit) -> None:
        with unit():
            db.session.scalars(select(Site).where(Site.code == "tokyo")).one().weekend = "45"
        page = enter("trainer").get("/cohorts/tokyo-a?lang=en").text
        days = re.findall(r"<section class=\"day(?: today)?\"><h3>(\w+) ", page)
        assert days == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sun"], "Friday, since there are sessions"
