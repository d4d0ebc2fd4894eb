"""Who and which room a session can have instead: what was chosen, and whether it is free when the session is to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts import queries as people
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts.core.clashes import Booking, overlap
from lms.cohorts.core.plan import Slot
from lms.cohorts.core.stand_ins import has_hours, is_free
from lms.cohorts.core.timetable import monday_of
from lms.cohorts.models import Cohort, SessionState, TrainingSession
from lms.foundation.db import db
from lms.kit.workdays import DAY
from lms.sites.models import Site

TRAINER, ROOM = "trainer", "room"


@dataclass(frozen=True, slots=True)
class Swaps:
    """The trainers and rooms that sessions get instead, by the id of the session."""

    people: Mapping[int, Person] = field(default_factory=dict)
    rooms: Mapping[int, int] = field(default_factory=dict)
    zone_name: str = "UTC"

    @property
    def trainers(self) -> Mapping[int, int]:
        return {key: person.id for key, person in self.people.items()}

    def taken_by(self, sessions: Sequence[TrainingSession], moves: Mapping[int, Slot]) -> TrainingSession | None:
        """The first session of which the trainer or the room that was chosen is not free when it is to be.

        Of somebody it is asked, too, whether their week has hours left.
        """
        chosen = [session for session in sessions if session.id in {*self.people, *self.rooms}]
        if not chosen:
            return None
        after = {
            session.id: replace(
                booking_at(session, moves.get(session.id), ZoneInfo(self.zone_name)),
                trainer=self.trainers.get(session.id, session.trainer_id),
                room=self.rooms.get(session.id, session.room_id),
            )
            for session in sessions
        }
        days = [after[session.id].on for session in chosen]
        first, last = monday_of(min(days)), monday_of(max(days)) + 6 * DAY
        others = load_bookings(first, last, self.trainers.values(), self.rooms.values())
        bookings = [*after.values(), *(booking for booking in others if booking.key not in after)]
        for session in chosen:
            own, who = after[session.id], self.trainers.get(session.id)
            if who is not None and not (is_free(own, who, bookings) and has_hours(own, who, bookings)):
                return session
            room = self.rooms.get(session.id)
            if room is not None and any(b.room == room and b.key != own.key and overlap(own, b) for b in bookings):
                return session
        return None


def load_swaps(cohort: Cohort, sessions: Sequence[TrainingSession], chosen: Iterable[tuple[str, str, int]]) -> Swaps:
    """What was chosen for these sessions, by public id, of what the site has; the rest is left out."""
    by_public_id = {session.public_id: session.id for session in sessions}
    wanted = {(by_public_id[key], what): value for key, what, value in chosen if key in by_public_id}
    if not wanted:
        return Swaps()
    of_site = {p.id: p for p in people.list_active_of_sites(Role.TRAINER, [cohort.site_id])}
    rooms = {room.id for room in cohort.site.rooms if room.retired_at is None}
    return Swaps(
        {key: of_site[value] for (key, what), value in wanted.items() if what == TRAINER and value in of_site},
        {key: value for (key, what), value in wanted.items() if what == ROOM and value in rooms},
        cohort.site.zone_name,
    )


def list_candidates(cohort: Cohort) -> list[Person]:
    """Who may hold a session of a cohort: its own trainers first, then the others of its site."""
    own = {trainer.person_id for trainer in cohort.trainers}
    found = people.list_active_of_sites(Role.TRAINER, [cohort.site_id])
    return sorted(found, key=lambda person: (person.id not in own, person.code))


def load_bookings(
    first: date, last: date, trainers: Collection[int] = (), rooms: Collection[int] = ()
) -> list[Booking]:
    """The planned sessions of these trainers and in these rooms, wherever they are, from a day to another."""
    if not trainers and not rooms:
        return []
    begin = datetime.combine(first, time(), tzinfo=UTC) - DAY
    end = datetime.combine(last, time(), tzinfo=UTC) + 2 * DAY
    query = select(TrainingSession, Site.zone_name).join(TrainingSession.cohort).join(Cohort.site)
    taken = TrainingSession.trainer_id.in_(list(trainers)) | TrainingSession.room_id.in_(list(rooms))
    query = query.where(TrainingSession.state == SessionState.PLANNED, taken)
    query = query.where(TrainingSession.starts_at >= begin, TrainingSession.starts_at < end)
    return [booking_at(session, None, ZoneInfo(name)) for session, name in db.session.execute(query)]


def booking_at(session: TrainingSession, span: Slot | None, zone: ZoneInfo) -> Booking:
    """A session as the rules on what collides need it, when it is or is to be."""
    starts_at, ends_at = (span.starts_at, span.ends_at) if span else (session.starts_at, session.ends_at)
    return Booking(
        key=session.id,
        cohort=session.cohort_id,
        on=starts_at.astimezone(zone).date(),
        starts_at=starts_at,
        ends_at=ends_at,
        trainer=session.trainer_id,
        room=session.room_id,
    )
