"""What is to be settled on timetables, as pages list it: what collides, when, whose it is, and where it is mended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.accounts.models import Person
from lms.cohorts import phrases
from lms.cohorts.core.clashes import Booking, Clash, ClashKind, Place, find_clashes, free_place, to_settle
from lms.cohorts.core.load import MOST_MINUTES, Load, LoadState
from lms.cohorts.queries.ahead import Planned, load_rooms
from lms.foundation.access import may
from lms.foundation.locale import clock_time, day, listed, localized, number
from lms.sites.models import Room


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to settle: its state, what is wrong, the details, and the page where it is mended."""

    state: str
    title: str
    when: str
    detail: str
    href: str
    mend: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of the timetables: the sessions, whose names, and who trains which cohort, by ids."""

    sessions: Mapping[int, Planned]
    named: Collection[int]
    trainers: Mapping[int, Sequence[Person]]

    def who(self, trainer: int) -> str:
        """A trainer's name where it is seen, the code otherwise."""
        for found in self.sessions.values():
            if found.booking.trainer == trainer:
                return (found.trainer_name if trainer in self.named else found.trainer_code) or ""
        return ""


def clashes_of(sessions: Iterable[Planned], now: datetime, cohort_id: int | None = None) -> list[Clash]:
    """What is to be settled of what is not over: within somebody's reach, or of one cohort."""
    ahead = {found.booking.key: found for found in sessions if found.booking.ends_at > now}

    def concerns(booking: Booking) -> bool:
        return booking.cohort == cohort_id if cohort_id is not None else ahead[booking.key].is_reached

    found = find_clashes(planned.booking for planned in ahead.values())
    return [clash for clash in found if any(concerns(booking) for booking in clash.bookings)]


def lines(
    clashes: Iterable[Clash],
    sight: Sight,
    rooms: Mapping[int, Sequence[Room]] | None = None,
    cohort_id: int | None = None,
) -> list[Line]:
    """Each thing to settle once, in order of time; the page where it is mended is that of a session within reach."""
    listed_once = to_settle(clashes)
    if rooms is None:
        sites = {found.site_id for found in sight.sessions.values()}
        rooms = load_rooms(sites) if may("cohort.write") else {}
    return [line_of(clash, sight, rooms, cohort_id) for clash in listed_once]


def load_lines(loads: Mapping[tuple[int, date], Load], sight: Sight) -> list[Line]:
    """The weeks of trainers that are over the limit, each with the cohort that takes most of it."""
    codes = {found.booking.cohort: found for found in sight.sessions.values() if found.is_reached}
    over = [(key, load) for key, load in loads.items() if load.state is not LoadState.WITHIN]
    return [
        Line(
            state=phrases.LOAD_CLASSES[load.state],
            title=_(
                "%(who)s: %(hours)s h, the limit is %(most)s h", who=sight.who(trainer), hours=hours(load), most=limit()
            ),
            when=_("Week of %(day)s", day=day(monday)),
            detail=listed(localized(codes[cohort].cohort_text) for cohort in load.cohorts if cohort in codes),
            href=url_for(
                "cohorts.show",
                code=next(codes[cohort].cohort_code for cohort in load.cohorts if cohort in codes),
                week=monday.isoformat(),
                _anchor="week",
            ),
            mend=_("Open the week"),
        )
        for (trainer, monday), load in sorted(over, key=lambda found: (found[0][1], found[0][0]))
        if any(cohort in codes for cohort in load.cohorts)
    ]


def hours(load: Load) -> str:
    """Hours with one decimal where they are not whole."""
    return number(load.hours, 0 if load.minutes % 60 == 0 else 1)


def limit() -> str:
    """The limit of a week in hours."""
    return number(MOST_MINUTES / 60)


def line_of(clash: Clash, sight: Sight, rooms: Mapping[int, Sequence[Room]], cohort_id: int | None) -> Line:
    """One thing to settle."""
    first = sight.sessions[clash.booking.key]
    begins = max(clash.bookings, key=lambda booking: booking.starts_at).starts_at
    href, mend = _mend(clash, sight, rooms, cohort_id)
    return Line(
        state=phrases.CLASH_CLASSES[clash.kind],
        title=phrases.CLASHES[clash.kind]
        % {
            "who": sight.who(clash.booking.trainer or 0),
            "room": first.room,
            "site": localized(first.site_text),
        },
        when=f"{day(begins, first.zone)} {clock_time(begins, first.zone)}",
        detail=_detail(clash, sight),
        href=href,
        mend=mend,
    )


def _detail(clash: Clash, sight: Sight) -> str:
    if clash.kind is ClashKind.SEATS:
        people, seats = clash.booking.people, clash.booking.seats
        said = _(
            "%(cohort)s: %(people)s people, %(seats)s seats",
            cohort=_cohort(clash.booking, sight),
            people=people,
            seats=seats,
        )
    else:
        said = listed(_session(booking, sight) for booking in clash.bookings)
    if clash.count == 1:
        return str(said)
    more = ngettext("%(num)d more time after that", "%(num)d more times after that", clash.count - 1)
    return str(_("%(clash)s; %(more)s", clash=said, more=more))


def _session(booking: Booking, sight: Sight) -> str:
    if not sight.sessions[booking.key].is_reached:
        return str(_("another cohort"))
    title = localized(sight.sessions[booking.key].title_text)
    return str(_("%(cohort)s “%(title)s”", cohort=_cohort(booking, sight), title=title))


def _cohort(booking: Booking, sight: Sight) -> str:
    return localized(sight.sessions[booking.key].cohort_text)


def _mend(clash: Clash, sight: Sight, rooms: Mapping[int, Sequence[Room]], cohort_id: int | None) -> tuple[str, str]:
    """Where it is mended, and what the way there is called: what is free is filled in already.

    Of two sessions within reach it is the one for which something is free, otherwise the later one.
    """
    own = [
        sight.sessions[booking.key]
        for booking in reversed(clash.bookings)
        if (booking.cohort == cohort_id if cohort_id is not None else sight.sessions[booking.key].is_reached)
    ]
    if not may("cohort.write"):
        week = own[0].booking.on.isoformat()
        return url_for("cohorts.show", code=own[0].cohort_code, week=week, _anchor="week"), str(_("Open the week"))
    for found in own:
        if (free := _free(clash.kind, found, sight, rooms)) is not None:
            field, key, mend = free
            return _edit(found, **{field: key}), mend
    return _edit(own[0]), str(phrases.CLASH_MENDS[clash.kind])


def _free(
    kind: ClashKind, found: Planned, sight: Sight, rooms: Mapping[int, Sequence[Room]]
) -> tuple[str, int, str] | None:
    """The trainer or the room that a session may have instead: the field of its form, the id, and the words."""
    bookings = [other.booking for other in sight.sessions.values()]
    if kind is ClashKind.TRAINER:
        people = {person.id: person for person in sight.trainers.get(found.booking.cohort, ())}
        key = free_place(found.booking, [Place(person) for person in people], bookings, lambda other: other.trainer)
        if key is None:
            return None
        who = people[key].name if key in sight.named else people[key].code
        return "trainer", key, str(_("Give it to %(who)s", who=who))
    if kind is ClashKind.CLOSED:
        return None
    of_site = {room.id: room for room in rooms.get(found.site_id, ())}
    places = [Place(room.id, room.capacity) for room in of_site.values()]
    key = free_place(found.booking, places, bookings, lambda other: other.room)
    return None if key is None else ("room", key, str(_("Use %(room)s", room=of_site[key].name)))


def _edit(found: Planned, **filled: Any) -> str:
    return url_for("timetable.edit", code=found.cohort_code, session=found.public_id, **filled)
