"""Hours of trainers beside the limit, and the forecast of a cohort."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.cohorts.core.clashes import Booking
from lms.cohorts.core.forecast import Outlook, forecast
from lms.cohorts.core.load import MOST_MINUTES, Load, LoadState, loads
from lms.cohorts.core.readiness import Gate, GateKind, GateState, Standing, days_needed, standing
from lms.cohorts.core.timetable import monday_of

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)

sessions = st.builds(
    lambda key, cohort, hours, minutes, trainer: Booking(
        key=key,
        cohort=cohort,
        on=(MONDAY + timedelta(hours=hours)).date(),
        starts_at=MONDAY + timedelta(hours=hours),
        ends_at=MONDAY + timedelta(hours=hours, minutes=minutes),
        trainer=trainer,
    ),
    st.integers(),
    st.integers(1, 3),
    st.integers(0, 500),
    st.integers(1, 240),
    st.none() | st.integers(1, 3),
)
gates = st.lists(
    st.builds(Gate, st.sampled_from(GateKind), st.sampled_from(GateState), st.integers(0, 100), st.integers(0, 100)),
    max_size=5,
)


@given(st.lists(sessions))
def test_every_minute_of_a_trainer_lies_in_one_week(bookings: list[Booking]) -> None:
    held = [booking for booking in bookings if booking.trainer is not None]
    found = loads(bookings)
    assert sum(load.minutes for load in found.values()) == sum(
        (booking.ends_at - booking.starts_at).seconds // 60 for booking in held
    )
    assert set(found) == {(booking.trainer, monday_of(booking.on)) for booking in held}


@given(st.lists(sessions, min_size=1))
def test_one_session_less_is_never_more_hours(bookings: list[Booking]) -> None:
    before, after = loads(bookings), loads(bookings[1:])
    assert all(load.minutes <= before[key].minutes for key, load in after.items())


def test_the_cohort_that_takes_most_of_a_week_stands_first() -> None:
    def held(cohort: int, minutes: int) -> Booking:
        end = MONDAY + timedelta(minutes=minutes)
        return Booking(cohort, cohort, MONDAY.date(), MONDAY, end, trainer=1)

    assert loads([held(1, 30), held(2, 60)])[1, date(2026, 11, 16)] == Load(90, (2, 1))


@pytest.mark.parametrize(
    ("over", "state"), [(0, LoadState.WITHIN), (1, LoadState.OVER), (150, LoadState.FAR_OVER), (149, LoadState.OVER)]
)
def test_the_limit_is_within_and_a_tenth_more_is_far_over(over: int, state: LoadState) -> None:
    assert Load(MOST_MINUTES + over).state is state


@given(gates, st.integers(0, 15))
def test_a_day_more_never_makes_it_worse(found: list[Gate], days: int) -> None:
    order = [Standing.BEHIND, Standing.AT_RISK, Standing.ON_TRACK, Standing.READY]
    assert order.index(standing(found, days)) <= order.index(standing(found, days + 1))


@given(gates, gates)
def test_conditions_take_their_days_one_after_the_other(some: list[Gate], more: list[Gate]) -> None:
    assert days_needed([*some, *more]) == days_needed(some) + days_needed(more)
    assert days_needed([gate for gate in some if gate.state is not GateState.NOT_MET]) == 0


@given(st.dictionaries(st.sampled_from(Standing), st.integers(0, 40)))
def test_a_forecast_counts_everybody_who_is_not_behind(counts: dict[Standing, int]) -> None:
    found = forecast(counts)
    if found is not None:
        assert found.ready + counts.get(Standing.BEHIND, 0) == found.people == sum(counts.values())
        assert (found.outlook is Outlook.GOOD) == (found.ready == found.people)


@pytest.mark.parametrize(("behind", "outlook"), [(0, Outlook.GOOD), (4, Outlook.FAIR), (5, Outlook.BAD)])
def test_from_a_quarter_on_the_outlook_is_bad(behind: int, outlook: Outlook) -> None:
    found = forecast({Standing.ON_TRACK: 20 - behind, Standing.BEHIND: behind})
    assert found is not None
    assert found.outlook is outlook
