"""When runs open: on working days, at the wall time of each site, once a period, whatever the calendar does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.campaigns.core.recurrence import (
    OnHoliday,
    Period,
    Place,
    Repeat,
    Rule,
    checked,
    instant,
    own_end,
    period_of,
    periods,
    rule_from,
    runs_from,
    window_of,
)
from lms.kit.problems import Invalid
from lms.kit.workdays import WorkCalendar

ZONES = ["Asia/Tokyo", "Europe/Dublin", "America/Chicago", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"]
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
places = st.builds(
    Place,
    st.builds(
        WorkCalendar,
        st.sampled_from([frozenset({5, 6}), frozenset({4, 5}), frozenset({6}), frozenset[int]()]),
        st.frozensets(days, max_size=60),
    ),
    st.sampled_from(ZONES).map(ZoneInfo),
)
rules = st.builds(
    Rule,
    st.sampled_from(Repeat),
    days,
    walls,
    walls,
    st.integers(1, 40),
    st.integers(1, 12),
    st.integers(1, 7),
    st.sampled_from(OnHoliday),
)


@given(rules, days, places)
def test_every_period_has_one_window_on_working_days(rule: Rule, day: date, place: Place) -> None:
    turns = list(islice(periods(rule, day), 8))
    windows = [window_of(rule, period, place) for period in turns]
    assert len({period.key for period in turns}) == len(turns)
    for window in windows:
        assert place.calendar.is_workday(window.opens_on)
        assert place.calendar.is_workday(window.due_on)
        assert window.opens_at < window.due_at
        # both ends counted, so one more than the days from the one to the other
        assert place.calendar.count(window.opens_on, window.due_on) == rule.due_days + 1
    assert all(one.opens_on <= other.opens_on for one, other in pairwise(windows))


@given(rules, days, places)
def test_the_wall_clock_shows_the_time_of_the_rule(rule: Rule, day: date, place: Place) -> None:
    """But where it leaps over that time: then it is as late as the leap is wide."""
    for period in islice(periods(rule, day), 4):
        window = window_of(rule, period, place)
        for moment, wall in ((window.opens_at, rule.opens), (window.due_at, rule.due)):
            shown = moment.astimezone(place.zone).replace(tzinfo=None)
            due = datetime.combine(shown.date(), wall)
            assert shown == due or abs(shown - due) <= timedelta(hours=1)


@given(rules, days)
def test_periods_do_not_depend_on_when_they_are_looked_at(rule: Rule, day: date) -> None:
    """What a later look finds, an earlier one had found: no turn is added and none is left out between."""
    early = [period.key for period in islice(periods(rule, rule.starts_on), 400)]
    late = [period.key for period in islice(periods(rule, day), 3)]
    if late[-1] in early:
        first = early.index(late[0])
        assert early[first : first + 3] == late


@given(
    rules, places, st.lists(st.tuples(st.integers(-20, 40), st.integers(0, 40)), min_size=1, max_size=4),
    st.integers(1, 10),
)  # fmt: skip
def test_who_comes_back_has_the_days_they_need_or_all_that_the_others_have(
    rule: Rule, place: Place, away: list[tuple[int, int]], make_up: int
) -> None:
    window = window_of(rule, next(periods(rule, rule.starts_on)), place)
    begun = [window.opens_on + timedelta(days=begins) for begins, _lasts in away]
    leaves = [(first, first + timedelta(days=lasts)) for first, (_begins, lasts) in zip(begun, away, strict=True)]
    own = own_end(window, rule, place, leaves, make_up)
    if own is not None:
        assert own.due_at > window.due_at
    last = (own.due_at if own else window.due_at).astimezone(place.zone).date()
    days = (window.opens_on + timedelta(days=n) for n in range((last - window.opens_on).days + 1))
    theirs = sum(
        place.calendar.is_workday(day) and not any(first <= day <= last for first, last in leaves) for day in days
    )
    whole = place.calendar.count(window.opens_on, window.due_on)
    assert theirs >= min(make_up, whole)


@given(rules, days)
def test_a_turn_is_known_by_its_name(rule: Rule, day: date) -> None:
    for period in islice(periods(rule, day), 4):
        assert period_of(period.key) == period


@given(rules)
def test_a_rule_is_read_back_as_it_was_stored(rule: Rule) -> None:
    assert rule_from(rule.as_json()) == rule


def test_a_month_that_is_too_short_has_its_last_day() -> None:
    rule = Rule(Repeat.DAY_OF_MONTH, date(2027, 1, 1), time(9), time(18), 3, day=31)
    place = Place(WorkCalendar(), ZoneInfo("Asia/Tokyo"))
    opened = [window_of(rule, period, place).opens_on for period in islice(periods(rule, rule.starts_on), 4)]
    assert opened == [date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31), date(2027, 4, 30)]
    before = Rule(Repeat.DAY_OF_MONTH, date(2027, 1, 1), time(9), time(18), 3, day=31, on_holiday=OnHoliday.PREVIOUS)
    assert window_of(before, Period("2027-01", date(2027, 1, 1)), place).opens_on == date(2027, 1, 29)


def test_each_site_opens_at_its_own_nine_o_clock_on_either_side_of_a_change_of_clocks() -> None:
    dublin, tokyo = ZoneInfo("Europe/Dublin"), ZoneInfo("Asia/Tokyo")
    hours = [instant(date(2026, month, 1), time(9), dublin).astimezone(tokyo).hour for month in (10, 12)]
    assert hours == [17, 18]
    leapt = instant(date(2026, 3, 29), time(1, 30), dublin)  # from 01:00 to 02:00
    assert leapt.astimezone(dublin).time() == time(2, 30)


def test_open_runs_come_before_those_to_come_and_what_is_over_is_left_out() -> None:
    rule = Rule(Repeat.FIRST_WORKDAY, date(2026, 6, 1), time(9), time(18), 8)
    sites = {"tokyo": Place(WorkCalendar(), ZoneInfo("Asia/Tokyo"))}
    at = datetime(2026, 12, 3, 3, tzinfo=UTC)
    assert [run.period.key for run in islice(runs_from(rule, at, sites), 3)] == ["2026-12", "2027-01", "2027-02"]
    over = datetime(2026, 12, 11, 9, tzinfo=UTC)
    assert next(runs_from(rule, over, sites)).period.key == "2027-01"


@pytest.mark.parametrize("change", [{"every": 0}, {"day": 32}, {"due_days": 0}])
def test_a_rule_that_cannot_be_kept_is_refused_at_its_field(change: dict[str, int]) -> None:
    rule = Rule(Repeat.DAY_OF_MONTH, date(2026, 1, 1), time(9), time(18), 3)
    with pytest.raises(Invalid) as refused:
        checked(replace(rule, **change))  # type: ignore[arg-type]
    assert [refused.value.field] == list(change)
