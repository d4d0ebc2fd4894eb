"""What cannot hold on a timetable: a trainer or a room booked twice, a closed day, more people than seats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum


class ClashKind(StrEnum):
    """What is wrong with a session."""

    TRAINER = "trainer"
    ROOM = "room"
    CLOSED = "closed"
    SEATS = "seats"


@dataclass(frozen=True, slots=True)
class Booking:
    """A planned session: its cohort, its day at its site, who holds it, where, and how many people come.

    ``seats`` is what the room has, None without one; ``is_closed`` says whether nobody works at the site that day.
    """

    key: int
    cohort: int
    on: date
    starts_at: datetime
    ends_at: datetime
    trainer: int | None = None
    room: int | None = None
    seats: int | None = None
    people: int = 0
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """A session that cannot hold, the other one that it meets, and how often the same is wrong from then on."""

    kind: ClashKind
    booking: Booking
    other: Booking | None = None
    count: int = 1

    @property
    def bookings(self) -> tuple[Booking, ...]:
        return (self.booking,) if self.other is None else (self.booking, self.other)

    @property
    def subject(self) -> tuple[ClashKind, int | date | None, frozenset[int]]:
        """What two clashes have in common that are one thing to settle: the trainer, room or day, and the cohorts."""
        booking = self.booking
        what = {ClashKind.TRAINER: booking.trainer, ClashKind.CLOSED: booking.on}.get(self.kind, booking.room)
        return self.kind, what, frozenset(found.cohort for found in self.bookings)


@dataclass(frozen=True, slots=True)
class Place:
    """A room that might be taken instead, or a person who might: by id, with the seats of a room."""

    key: int
    seats: int | None = None


def overlap(one: Booking, other: Booking) -> bool:
    """Whether two sessions share an instant; one that begins when the other ends does not."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def first_meeting(booking: Booking, others: Iterable[Booking]) -> Booking | None:
    """The first of the other sessions that takes the same room or trainer at the same time."""
    met = (
        other
        for other in others
        if overlap(booking, other)
        and (booking.room == other.room is not None or booking.trainer == other.trainer is not None)
    )
    return min(met, key=lambda other: (other.starts_at, other.key), default=None)


def find_clashes(bookings: Iterable[Booking]) -> list[Clash]:
    """Everything that is wrong with these sessions, in order of time.

    >>> noon, one, two = (datetime(2026, 11, 17, hour) for hour in (12, 13, 14))
    >>> day = noon.date()
    >>> found = find_clashes([Booking(1, 7, day, noon, two, room=4), Booking(2, 8, day, one, two, room=4)])
    >>> [(clash.kind.value, clash.booking.key, clash.other.key) for clash in found]
    [('room', 1, 2)]
    """
    in_order = sorted(bookings, key=lambda booking: (booking.starts_at, booking.key))
    found = [
        *_twice(in_order, ClashKind.TRAINER, lambda booking: booking.trainer),
        *_twice(in_order, ClashKind.ROOM, lambda booking: booking.room),
    ]
    for booking in in_order:
        if booking.is_closed:
            found.append(Clash(ClashKind.CLOSED, booking))
        if booking.seats is not None and booking.people > booking.seats:
            found.append(Clash(ClashKind.SEATS, booking))
    return sorted(
        found, key=lambda clash: (clash.booking.starts_at, list(ClashKind).index(clash.kind), clash.booking.key)
    )


def to_settle(clashes: Iterable[Clash]) -> list[Clash]:
    """Clashes that are settled together as one, the first of them, with how many there are; in order of time."""
    found: dict[tuple[ClashKind, int | date | None, frozenset[int]], Clash] = {}
    for clash in clashes:
        first = found.setdefault(clash.subject, replace(clash, count=0))
        found[clash.subject] = replace(first, count=first.count + clash.count)
    return list(found.values())


def free_place(
    booking: Booking, places: Sequence[Place], bookings: Collection[Booking], taken: Callable[[Booking], int | None]
) -> int | None:
    """The first of these rooms, or people, that is free while a session runs and has seats for whoever comes."""
    busy = {taken(other) for other in bookings if other.key != booking.key and overlap(booking, other)}
    for place in places:
        if place.key not in busy | {taken(booking)} and (place.seats is None or place.seats >= booking.people):
            return place.key
    return None


def _twice(in_order: Sequence[Booking], kind: ClashKind, taken: Callable[[Booking], int | None]) -> Iterator[Clash]:
    """Every two sessions that take the same at once. A session is compared with those that still run as it begins."""
    running: dict[int, list[Booking]] = {}
    for booking in in_order:
        what = taken(booking)
        if what is None or booking.starts_at >= booking.ends_at:
            continue
        still = [other for other in running.get(what, ()) if other.ends_at > booking.starts_at]
        yield from (Clash(kind, other, booking) for other in still)
        running[what] = [*still, booking]
