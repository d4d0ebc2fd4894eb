"""A go-live day that moves: order and distances of what follows, what stays, and what is too early."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.cohorts.core.moving import Placed, Shift, lay_anew, moves
from lms.cohorts.core.plan import Slot, training_days
from lms.kit.problems import Invalid
from lms.kit.workdays import WorkCalendar
from lms.sites.core import holiday_calendar

TOKYO = holiday_calendar.calendar("JP", None, "56", range(2025, 2029), frozenset())
ZONE = ZoneInfo("Asia/Tokyo")
GO_LIVE = date(2026, 11, 30)
workdays = st.dates(date(2026, 1, 10), date(2027, 11, 20)).map(lambda day: TOKYO.shift(day, 0))
"""Working days of the site."""


def plan(go_live_on: date, count: int, calendar: WorkCalendar = TOKYO, held: int = 0) -> list[Placed]:
    """One session a day, of which the first are held."""
    days = training_days(go_live_on, count, calendar)
    return [Placed(n, n, on, time(10), 60, has_begun=n <= held) for n, on in enumerate(days, start=1)]


def shift(after: date, now: datetime, calendar: WorkCalendar = TOKYO, before: date = GO_LIVE) -> Shift:
    return Shift(before, after, calendar, ZONE, now)


def attempt(placed: list[Placed], asked: Shift) -> tuple[Invalid | None, dict[int, Slot]]:
    """What moves, or why nothing can."""
    try:
        return None, moves(placed, asked)
    except Invalid as problem:
        return problem, {}


@given(workdays, workdays, st.integers(1, 30))
def test_a_plan_that_moves_is_the_plan_made_for_the_new_day(before: date, after: date, count: int) -> None:
    found = lay_anew(plan(before, count), before, after, TOKYO)
    assert list(found.values()) == training_days(after, count, TOKYO)


@given(workdays, workdays, st.integers(1, 30), st.integers(0, 30))
def test_what_is_held_stays_and_the_rest_follows(before: date, after: date, count: int, held: int) -> None:
    found = lay_anew(plan(before, count, held=held), before, after, TOKYO)
    assert found == dict(list(enumerate(training_days(after, count, TOKYO), start=1))[held:])


@given(workdays, workdays, st.integers(2, 20), st.data())
def test_a_day_that_was_closed_since_is_still_a_day_of_the_plan(
    before: date, after: date, count: int, data: st.DataObject
) -> None:
    placed = plan(before, count)
    closed = data.draw(st.sampled_from([session.on for session in placed[:-1]]))
    calendar = WorkCalendar(TOKYO.weekend, TOKYO.holidays | {closed})
    after = calendar.shift(after, 0)
    assert list(lay_anew(placed, before, after, calendar).values()) == training_days(after, count, calendar)


@given(workdays, workdays, st.integers(1, 20))
def test_moved_there_and_back_everything_is_where_it_was(before: date, after: date, count: int) -> None:
    placed = plan(before, count)
    there = lay_anew(placed, before, after, TOKYO)
    moved = [Placed(s.key, s.day, there[s.key], s.starts, s.minutes) for s in placed]
    assert lay_anew(moved, after, before, TOKYO) == {session.key: session.on for session in placed}


@given(workdays, st.integers(1, 20), st.integers(0, 20), st.integers(-40, 40))
def test_nothing_moves_into_the_past_or_onto_what_is_held(day: date, count: int, held: int, by: int) -> None:
    """At any moment of the plan; where it is too early, the day that is offered instead can be had."""
    placed = plan(day, count, held=min(held, count))
    last = placed[min(held, count) - 1].on if held else TOKYO.shift(placed[0].on, -1)
    now = datetime.combine(last, time(12), tzinfo=ZONE)
    after = TOKYO.shift(day, by) if by else day
    problem, found = attempt(placed, shift(after, now, before=day))
    if problem is not None:
        assert (problem.code, problem.field) == ("cohort.go_live_too_early", "go_live_on")
        earliest = problem.facts["earliest"]
        assert after < earliest <= day
        found = moves(placed, shift(earliest, now, before=day))
    assert all(span.starts_at > now for span in found.values())
    assert all(span.starts_at.astimezone(ZONE).date() > last for span in found.values())
    assert not found.keys() & {session.key for session in placed if session.has_begun}


def test_what_was_put_aside_by_hand_stays() -> None:
    saturday, behind = date(2026, 11, 28), date(2026, 12, 2)
    placed = [*plan(GO_LIVE, 3), Placed(10, 2, saturday, time(10), 30), Placed(11, 3, behind, time(10), 30)]
    assert set(lay_anew(placed, GO_LIVE, date(2026, 12, 7), TOKYO)) == {1, 2, 3}


def test_times_of_the_wall_stay_through_a_change_of_clocks() -> None:
    dublin = ZoneInfo("Europe/Dublin")
    placed = [Placed(1, 1, date(2026, 10, 23), time(9, 30), 90)]
    now = datetime(2026, 10, 1, tzinfo=UTC)
    asked = Shift(date(2026, 10, 23), date(2026, 10, 26), WorkCalendar(), dublin, now)
    span = moves(placed, asked)[1]
    assert span.starts_at.astimezone(dublin).time() == time(9, 30)
    assert span.ends_at - span.starts_at == timedelta(minutes=90)


def test_the_same_day_moves_nothing() -> None:
    assert moves(plan(GO_LIVE, 15), shift(GO_LIVE, datetime(2026, 12, 24, tzinfo=UTC))) == {}


def test_too_early_says_the_first_day_that_is_possible() -> None:
    """Monday 16 November at noon in the sample's plan: day 6 is held, nine are left, 23 November is a holiday."""
    now = datetime(2026, 11, 16, 12, tzinfo=ZONE)
    with pytest.raises(Invalid) as refusal:
        moves(plan(GO_LIVE, 15, held=6), shift(date(2026, 11, 27), now))
    assert refusal.value.facts == {"earliest": GO_LIVE}


def placed_from(first: date, count: int, data: st.DataObject) -> list[Placed]:
    """A plan with one or two sessions a day, at times of the day that differ."""
    days = training_days(TOKYO.shift(first, count), count, TOKYO)
    times = [data.draw(st.sampled_from([time(9), time(13, 30)])) for _day in days]
    return [Placed(n, n, on, at, 60) for n, (on, at) in enumerate(zip(days, times, strict=True), start=1)]


@given(workdays, st.integers(2, 20), st.integers(1, 40), st.data())
def test_a_shift_from_a_day_keeps_order_and_gaps_in_working_days(
    start: date, count: int, by: int, data: st.DataObject
) -> None:
    placed = placed_from(start, count, data)
    first = data.draw(st.sampled_from([session.on for session in placed]))
    before = placed[-1].on
    now = datetime.combine(placed[0].on, time(0), tzinfo=ZONE)
    found = moves(placed, Shift(before, TOKYO.shift(before, by), TOKYO, ZONE, now, first))
    kept = [session.on for session in placed if session.on < first]
    moved = [session for session in placed if session.on >= first]
    assert found.keys() == {session.key for session in moved}
    there = [found[session.key].starts_at.astimezone(ZONE) for session in moved]
    assert [moment.date() for moment in there] == [TOKYO.shift(session.on, by) for session in moved]
    assert [moment.time() for moment in there] == [session.starts for session in moved]
    assert there == sorted(there)
    assert all(TOKYO.is_workday(moment.date()) for moment in there)
    assert not kept or there[0].date() > kept[-1]


@given(workdays, st.integers(2, 20), st.integers(1, 40), st.data())
def test_undone_a_shift_from_a_day_changes_nothing(start: date, count: int, by: int, data: st.DataObject) -> None:
    placed = placed_from(start, count, data)
    first = data.draw(st.sampled_from([session.on for session in placed]))
    before, after = placed[-1].on, TOKYO.shift(placed[-1].on, by)
    there = lay_anew(placed, before, after, TOKYO, first)
    moved = [replace(session, on=there.get(session.key, session.on)) for session in placed]
    back = lay_anew(moved, after, before, TOKYO, TOKYO.shift(first, by))
    assert [back.get(session.key, session.on) for session in moved] == [session.on for session in placed]


def test_wall_times_hold_over_a_change_of_clocks() -> None:
    """Dublin leaves summer time on 25 October 2026; the 26th is a holiday there."""
    dublin = holiday_calendar.calendar("IE", None, "56", range(2025, 2029), frozenset())
    friday, go_live = date(2026, 10, 23), date(2026, 10, 30)
    placed = [Placed(1, 1, friday, time(10), 60), Placed(2, 5, go_live, time(10), 60)]
    zone = ZoneInfo("Europe/Dublin")
    now = datetime(2026, 10, 22, tzinfo=UTC)
    found = moves(placed, Shift(go_live, dublin.shift(go_live, 1), dublin, zone, now, friday))
    assert [found[key].starts_at.astimezone(zone).hour for key in (1, 2)] == [10, 10]
    assert found[1].starts_at == datetime(2026, 10, 27, 10, tzinfo=UTC)
