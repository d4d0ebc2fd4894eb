"""The planned sessions of a span, as the rules on clashes and hours need them.

Those of all cohorts of the sites come along, for a room or a trainer may be taken by a cohort that somebody does not
reach; such a session says when, where and who, and is not named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, case, func, literal, select

from lms.accounts.models import Person
from lms.cohorts import access as reach
from lms.cohorts.core.clashes import Booking
from lms.cohorts.models import Cohort, Enrolment, SessionState, TrainingSession
from lms.foundation.access import Access
from lms.foundation.columns import LocalizedText
from lms.foundation.db import db
from lms.kit.workdays import WorkCalendar
from lms.sites.models import Room, Site


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned session: what the rules need of it, and what a page says of it."""

    booking: Booking
    public_id: str
    title_text: LocalizedText
    cohort_code: str
    cohort_text: LocalizedText
    site_text: LocalizedText
    site_id: int
    zone: ZoneInfo
    room: str | None
    trainer_code: str | None
    trainer_name: str | None
    is_reached: bool


def load_ahead(access: Access, first: date, last: date, cohort_id: int | None = None) -> list[Row[Any]]:
    """The planned sessions from a day to another at the sites of the cohorts that this access reaches, or of one.

    Rows of what ``planned`` makes into sessions, once the calendars of their sites are known.
    """
    own = reach.cohorts(access) if cohort_id is None else Cohort.id == cohort_id
    there = select(Cohort.site_id).where(own)
    counts = select(Enrolment.cohort_id, func.count().label("people")).where(Enrolment.left_at.is_(None))
    crowd = counts.group_by(Enrolment.cohort_id).subquery()
    query = (
        select(
            TrainingSession.id,
            TrainingSession.public_id,
            TrainingSession.title_text,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
            TrainingSession.cohort_id,
            Cohort.code.label("cohort_code"),
            Cohort.name_text.label("cohort_text"),
            Site,
            Room.id.label("room_id"),
            Room.name.label("room"),
            Room.capacity,
            Person.id.label("trainer_id"),
            Person.code.label("trainer_code"),
            Person.name.label("trainer_name"),
            func.coalesce(crowd.c.people, 0).label("people"),
            case((reach.cohorts(access), literal(1)), else_=literal(0)).label("is_reached"),
        )
        .join(Cohort, Cohort.id == TrainingSession.cohort_id)
        .join(Site, Site.id == Cohort.site_id)
        .outerjoin(crowd, crowd.c.cohort_id == Cohort.id)
        .outerjoin(Room, Room.id == TrainingSession.room_id)
        .outerjoin(Person, Person.id == TrainingSession.trainer_id)
        .where(TrainingSession.state == SessionState.PLANNED, Cohort.site_id.in_(there))
        .where(TrainingSession.starts_at >= _midnight(first) - timedelta(days=1))
        .where(TrainingSession.starts_at < _midnight(last) + timedelta(days=2))
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    return list(db.session.execute(query))


def planned(
    rows: Collection[Row[Any]], calendars: Mapping[int, WorkCalendar], first: date, last: date
) -> dict[int, Planned]:
    """The sessions of these rows that lie on a day of the span at their site, by id; each site has its calendar."""
    found = {}
    for row in rows:
        zone = ZoneInfo(row.Site.zone_name)
        on = row.starts_at.astimezone(zone).date()
        if first <= on <= last:
            booking = Booking(
                key=row.id,
                cohort=row.cohort_id,
                on=on,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                trainer=row.trainer_id,
                room=row.room_id,
                seats=row.capacity,
                people=row.people,
                is_closed=on in calendars[row.Site.id].holidays,
            )
            found[row.id] = Planned(
                booking=booking,
                public_id=row.public_id,
                title_text=row.title_text,
                cohort_code=row.cohort_code,
                cohort_text=row.cohort_text,
                site_text=row.Site.name_text,
                site_id=row.Site.id,
                zone=zone,
                room=row.room,
                trainer_code=row.trainer_code,
                trainer_name=row.trainer_name,
                is_reached=bool(row.is_reached),
            )
    return found


def load_rooms(site_ids: Collection[int]) -> dict[int, list[Room]]:
    """The rooms in use of these sites, the smallest first."""
    found: dict[int, list[Room]] = {site_id: [] for site_id in site_ids}
    query = select(Room).where(Room.site_id.in_(list(site_ids)), Room.retired_at.is_(None))
    for room in db.session.scalars(query.order_by(Room.capacity, Room.name)):
        found[room.site_id].append(room)
    return found


def _midnight(day: date) -> datetime:
    """A day's first instant in UTC; no zone is further from it than a day."""
    return datetime.combine(day, datetime.min.time(), tzinfo=ZoneInfo("UTC"))
