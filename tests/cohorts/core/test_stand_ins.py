"""Who stands in for somebody: nobody who is busy then, and nobody whose week is full."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.cohorts.core.clashes import Booking, overlap
from lms.cohorts.core.load import MOST_MINUTES
from lms.cohorts.core.stand_ins import stand_ins
from lms.cohorts.core.timetable import monday_of

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
PEOPLE = [1, 2, 3]


@st.composite
def bookings(draw: st.DrawFn) -> list[Booking]:
    """What three people hold in two weeks."""
    found = []
    for key in range(draw(st.integers(1, 40))):
        starts_at = MONDAY + timedelta(days=draw(st.integers(0, 11)), hours=draw(st.integers(0, 9)))
        ends_at = starts_at + timedelta(minutes=draw(st.sampled_from([30, 60, 240])))
        trainer = draw(st.sampled_from(PEOPLE))
        found.append(Booking(key, draw(st.integers(1, 3)), starts_at.date(), starts_at, ends_at, trainer))
    return found


@given(bookings(), st.data())
def test_who_stands_in_is_free_and_within_the_hours(held: list[Booking], data: st.DataObject) -> None:
    booking = data.draw(st.sampled_from(held))
    found = stand_ins(booking, PEOPLE, held)
    for person in PEOPLE:
        theirs = [other for other in held if other.trainer == person and other.key != booking.key]
        week = [other for other in theirs if monday_of(other.on) == monday_of(booking.on)]
        minutes = sum((other.ends_at - other.starts_at).seconds // 60 for other in [*week, booking])
        fits = not any(overlap(booking, other) for other in theirs) and minutes <= MOST_MINUTES
        assert (person in found) is (fits and person != booking.trainer)
    assert found == sorted(found), "in the order given"
