"""The line of days to go-live: which words stand at it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string

PAGE = '{% from "ui/track.html" import track with context %}{{ track(days, 3) }}'


def entry(number: int | None, state: str, on: date) -> SimpleNamespace:
    return SimpleNamespace(number=number, state=state, on=on, is_go_live=number == 3)


@pytest.mark.parametrize(("holiday_at", "is_shown"), [(1, True), (4, False)])
def test_a_holiday_leaves_the_room_to_the_last_day(app: Flask, holiday_at: int, is_shown: bool) -> None:
    days = [
        entry(1, "done", date(2026, 11, 2)),
        entry(2, "today", date(2026, 11, 6)),
        entry(None, "gap", date(2026, 11, 7)),
    ]
    days += [entry(None, "gap", date(2026, 11, 8)), entry(3, "next", date(2026, 11, 10))]
    days.insert(holiday_at, entry(None, "holiday", date(2026, 11, 3)))
    with app.test_request_context("/?lang=en"):
        page = render_template_string(PAGE, days=days)
    assert "Holiday" in page, "who listens hears of it in any case"
    assert ('<span class="d only-l">Holiday' in page) is is_shown
