"""Clashes: what meets what, whoever lists it in whatever order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.cohorts.core.clashes import (
    Booking,
    ClashKind,
    Place,
    find_clashes,
    free_place,
    overlap,
    to_settle,
)

DAY = date(2026, 11, 17)
NINE = datetime(2026, 11, 17, 9, tzinfo=UTC)


def booking(key: int, starts: int = 0, minutes: int = 60, **more: int | None) -> Booking:
    start = NINE + timedelta(minutes=starts)
    facts: dict[str, int | None] = {"cohort": key, **more}
    return Booking(key=key, on=DAY, starts_at=start, ends_at=start + timedelta(minutes=minutes), **facts)  # type: ignore[arg-type]


@st.composite
def timetables(draw: st.DrawFn) -> list[Booking]:
    few = st.none() | st.integers(1, 3)
    times = draw(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 120), few, few), max_size=12))
    return [
        booking(key, starts, minutes, trainer=trainer, room=room)
        for key, (starts, minutes, trainer, room) in enumerate(times)
    ]


def twice(bookings: list[Booking], kind: ClashKind) -> set[frozenset[int]]:
    return {frozenset(found.key for found in clash.bookings) for clash in find_clashes(bookings) if clash.kind is kind}


@given(timetables())
def test_it_finds_every_two_that_take_the_same_at_once_and_no_other(bookings: list[Booking]) -> None:
    for kind, taken in ((ClashKind.TRAINER, "trainer"), (ClashKind.ROOM, "room")):
        pairs = {
            frozenset((one.key, other.key))
            for one in bookings
            for other in bookings
            if one.key < other.key and getattr(one, taken) == getattr(other, taken) is not None and overlap(one, other)
        }
        assert twice(bookings, kind) == pairs


@given(timetables(), st.randoms(use_true_random=False))
def test_the_order_of_the_sessions_is_of_no_account(bookings: list[Booking], luck: object) -> None:
    shuffled = list(bookings)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    assert find_clashes(shuffled) == find_clashes(bookings)


@given(timetables())
def test_what_is_settled_together_counts_every_clash(bookings: list[Booking]) -> None:
    clashes = find_clashes(bookings)
    settled = to_settle(clashes)
    assert sum(clash.count for clash in settled) == len(clashes)
    assert len({clash.subject for clash in settled}) == len(settled)


def test_one_after_the_other_is_no_clash() -> None:
    assert find_clashes([booking(1, room=4), booking(2, 60, room=4)]) == []


def test_a_closed_day_and_too_few_seats_are_told_each() -> None:
    full = booking(1, room=4, seats=20, people=21)
    closed = Booking(2, 2, DAY, NINE, NINE + timedelta(hours=1), is_closed=True)
    assert [clash.kind for clash in find_clashes([full, closed])] == [ClashKind.CLOSED, ClashKind.SEATS]
    assert find_clashes([booking(1, room=4, seats=20, people=20)]) == []


def test_the_same_two_cohorts_in_the_same_room_are_one_thing_to_settle() -> None:
    week = [booking(key, key // 2 * 90, room=4, cohort=key % 2) for key in range(6)]
    (settled,) = to_settle(find_clashes(week))
    assert (settled.booking.key, settled.count) == (0, 3)


def test_a_place_is_free_when_nobody_has_it_then_and_everybody_has_a_seat() -> None:
    wanted = booking(1, room=4, people=20)
    others = [wanted, booking(2, 30, room=5), booking(3, 60, room=6)]
    rooms = [Place(4, 30), Place(5, 30), Place(7, 12), Place(6, 30)]
    assert free_place(wanted, rooms, others, lambda found: found.room) == 6
    assert free_place(wanted, rooms[:3], others, lambda found: found.room) is None
