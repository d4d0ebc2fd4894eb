"""Who can hold a session instead of somebody who is booked twice: free while it runs, and with hours to spare."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from lms.cohorts.core.clashes import Booking, overlap
from lms.cohorts.core.load import MOST_MINUTES, loads
from lms.cohorts.core.timetable import monday_of


def stand_ins(booking: Booking, people: Sequence[int], bookings: Collection[Booking]) -> list[int]:
    """Those of these people, in their order, who can hold a session: none of theirs runs then, and with it their week
    stays within the limit. ``bookings`` are all that they hold around it.
    """
    return [
        person
        for person in people
        if person != booking.trainer and is_free(booking, person, bookings) and has_hours(booking, person, bookings)
    ]


def is_free(booking: Booking, person: int, bookings: Collection[Booking]) -> bool:
    """Whether somebody holds no other session while this one runs."""
    return not any(
        other.trainer == person and other.key != booking.key and overlap(booking, other) for other in bookings
    )


def has_hours(booking: Booking, person: int, bookings: Collection[Booking]) -> bool:
    """Whether somebody's week has room for this session."""
    held = [other for other in bookings if other.trainer == person and other.key != booking.key]
    week = loads([*held, replace(booking, trainer=person)])
    return week[person, monday_of(booking.on)].minutes <= MOST_MINUTES
