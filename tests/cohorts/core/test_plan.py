"""A plan on the calendar: the track of the sample, holidays, changes of clocks."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.cohorts.core.agenda import Phase, phase
from lms.cohorts.core.plan import DayState, Step, check_go_live, day_number, slot, track, training_days
from lms.kit.problems import Invalid
from lms.kit.workdays import WorkCalendar, passed
from lms.sites.core import holiday_calendar

TOKYO = holiday_calendar.calendar("JP", None, "56", range(2026, 2028), frozenset())
GO_LIVE = date(2026, 11, 30)
dates = st.dates(date(2026, 1, 10), date(2027, 11, 20))


def test_the_track_of_the_sample() -> None:
    """Fifteen days to Monday 30 November 2026 in Japan: the 23rd is 勤労感謝の日, so day 1 is Monday 9 November."""
    days = training_days(GO_LIVE, 15, TOKYO)
    assert (days[0], days[5], days[10], days[-1]) == (
        date(2026, 11, 9),
        date(2026, 11, 16),
        date(2026, 11, 24),
        GO_LIVE,
    )
    shown = track(days, TOKYO, date(2026, 11, 16))
    assert [day.number for day in shown if day.state is DayState.DONE] == [1, 2, 3, 4, 5]
    assert [day.number for day in shown if day.state is DayState.TODAY] == [6]
    assert [day.on.day for day in shown if day.state is DayState.HOLIDAY] == [23]
    assert [day.on.day for day in shown if day.state is DayState.WEEKEND] == [14, 15, 21, 22, 28, 29]
    assert [day.number for day in shown if day.is_go_live] == [15]
    assert [day_number(days, date(2026, 11, day)) for day in (8, 9, 15, 16, 30)] == [0, 1, 5, 6, 15]


def test_a_go_live_on_a_holiday_is_refused_at_its_field() -> None:
    with pytest.raises(Invalid, match=r"cohort\.go_live_not_worked") as refusal:
        check_go_live(date(2026, 11, 23), TOKYO)
    assert refusal.value.field == "go_live_on"


@given(dates, st.integers(-60, 60))
def test_shifting_there_and_back_returns_to_a_working_day(day: date, n: int) -> None:
    start = TOKYO.shift(day, 0)
    assert TOKYO.is_workday(TOKYO.shift(start, n))
    assert TOKYO.shift(TOKYO.shift(start, n), -n) == start


@given(dates, st.integers(1, 40), st.integers(1, 40))
def test_shifts_add_up_and_agree_with_counting(day: date, n: int, m: int) -> None:
    start = TOKYO.shift(day, 0)
    assert TOKYO.shift(TOKYO.shift(start, n), m) == TOKYO.shift(start, n + m)
    assert TOKYO.count(start, TOKYO.shift(start, n)) == n + 1


@given(dates, st.integers(1, 30))
def test_training_days_are_working_days_in_order_without_gaps(day: date, count: int) -> None:
    days = training_days(TOKYO.shift(day, 0), count, TOKYO)
    assert len(days) == count
    assert all(TOKYO.is_workday(on) for on in days)
    assert all(TOKYO.shift(on, 1) == after for on, after in itertools.pairwise(days))


def test_the_date_itself_is_not_counted_and_0_moves_to_a_working_day() -> None:
    assert TOKYO.shift(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert TOKYO.shift(date(2026, 11, 24), -1) == date(2026, 11, 20)
    assert TOKYO.shift(date(2026, 11, 21), 0) == date(2026, 11, 24)
    assert passed(TOKYO.holidays, date(2026, 11, 2), date(2026, 11, 24)) == [date(2026, 11, 3), date(2026, 11, 23)]


def test_wall_times_stay_when_the_clocks_change() -> None:
    dublin, step = ZoneInfo("Europe/Dublin"), Step(1, time(9, 30), 60)
    before, after = (slot(step, date(2026, 10, day), dublin).starts_at for day in (23, 26))
    assert (before, after) == (datetime(2026, 10, 23, 8, 30, tzinfo=UTC), datetime(2026, 10, 26, 9, 30, tzinfo=UTC))
    assert {moment.astimezone(dublin).time() for moment in (before, after)} == {time(9, 30)}


def test_phases_of_a_session() -> None:
    nine, ten = datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 16, 10, tzinfo=UTC)
    moments = [datetime(2026, 11, 16, 8, 59, tzinfo=UTC), nine, datetime(2026, 11, 16, 9, 59, tzinfo=UTC), ten]
    assert [phase(nine, ten, moment) for moment in moments] == [Phase.NEXT, Phase.NOW, Phase.NOW, Phase.DONE]


def test_a_week_without_working_days_is_no_calendar() -> None:
    with pytest.raises(ValueError, match="without a working day"):
        WorkCalendar(weekend=frozenset(range(7))).shift(date(2026, 11, 16), 1)
