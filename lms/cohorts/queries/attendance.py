"""Rolls: who is called at a session, how each is marked, which sessions of a cohort can be called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.accounts.models import Person
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.roll_call import CALLED_KINDS, Entry, takes_code
from lms.cohorts.models import Attendance, ClosedRoll, Cohort, Enrolment, SessionState, TrainingSession
from lms.cohorts.queries import list_sessions_of_day
from lms.foundation.db import db
from lms.kit.pages import Page


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody on a roll; ``marker`` is the code of whoever marked them, None when they are open or were loaded."""

    person: Person
    mark: Attendance | None
    marker: str | None

    @property
    def entry(self) -> Entry:
        return entry_of(self.mark)

    @property
    def is_by_code(self) -> bool:
        return self.mark is not None and self.mark.marked_by == self.person.id


@dataclass(frozen=True, slots=True)
class Called:
    """A session whose roll can be called, with how many of the cohort are marked."""

    session: TrainingSession
    marked: int
    is_closed: bool


def entry_of(mark: Attendance | None) -> Entry:
    """What a stored mark says; an open entry where there is none."""
    return Entry(AttendanceStatus(mark.status), mark.note, mark.revision) if mark is not None else Entry()


def list_roll(session: TrainingSession) -> list[Row]:
    """Everybody who is in the cohort, and who was when they were marked, by reading."""
    of_person = (Attendance.person_id == Person.id) & (Attendance.session_id == session.id)
    marker = aliased(Person)
    query = (
        select(Person, Attendance, marker.code)
        .outerjoin(Attendance, of_person)
        .outerjoin(marker, marker.id == Attendance.marked_by)
        .where(Person.id.in_(_enrolled(session.cohort_id)) | Attendance.session_id.is_not(None))
        .order_by(Person.reading_key, Person.code)
    )
    return [Row(*row) for row in db.session.execute(query)]


def list_called(cohort: Cohort, now: datetime, asked: int) -> tuple[list[Called], Page]:
    """A page of the sessions up to today that people attend, the newest first."""
    here = now.astimezone(ZoneInfo(cohort.site.zone_name))
    tomorrow = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    which = [
        TrainingSession.cohort_id == cohort.id,
        TrainingSession.kind.in_(CALLED_KINDS),
        TrainingSession.state == SessionState.PLANNED,
        TrainingSession.starts_at < tomorrow,
    ]
    page = Page.of(db.session.scalar(select(func.count()).select_from(TrainingSession).where(*which)) or 0, asked)
    query = (
        select(TrainingSession, _marked_count(cohort), ClosedRoll.session_id.is_not(None))
        .outerjoin(ClosedRoll, ClosedRoll.session_id == TrainingSession.id)
        .where(*which)
        .options(joinedload(TrainingSession.room))
        .order_by(TrainingSession.starts_at.desc(), TrainingSession.id.desc())
        .limit(page.size)
        .offset(page.offset)
    )
    return [Called(*row) for row in db.session.execute(query)], page


def session_to_enter(sessions: Sequence[TrainingSession], now: datetime) -> TrainingSession | None:
    """Of these the session whose code is taken now; of two that meet the one that begins later."""
    open_now = [found for found in sessions if takes_code(found.kind, found.starts_at, found.ends_at, now)]
    return open_now[-1] if open_now else None


def find_session_to_enter(cohort: Cohort, now: datetime) -> TrainingSession | None:
    """The session of a cohort whose code is taken now."""
    day = now.astimezone(ZoneInfo(cohort.site.zone_name)).date()
    return session_to_enter(list_sessions_of_day(cohort, day), now)


def list_own_day(cohort: Cohort, day: date, person_id: int) -> list[tuple[TrainingSession, Attendance | None]]:
    """The planned sessions of a calendar day at the cohort's site, each with how somebody is marked at it."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(cohort.site.zone_name))
    of_person = (Attendance.session_id == TrainingSession.id) & (Attendance.person_id == person_id)
    query = (
        select(TrainingSession, Attendance)
        .outerjoin(Attendance, of_person)
        .where(TrainingSession.cohort_id == cohort.id, TrainingSession.state == SessionState.PLANNED)
        .where(TrainingSession.starts_at >= start, TrainingSession.starts_at < start + timedelta(days=1))
        .options(joinedload(TrainingSession.room), joinedload(TrainingSession.closed_roll))
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    return [(session, mark) for session, mark in db.session.execute(query)]


def _marked_count(cohort: Cohort) -> ColumnElement[int]:
    marked = select(func.count()).select_from(Attendance).where(Attendance.session_id == TrainingSession.id)
    return marked.where(Attendance.person_id.in_(_enrolled(cohort.id))).correlate(TrainingSession).scalar_subquery()


def _enrolled(cohort_id: int) -> Select[int]:
    return select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id, Enrolment.left_at.is_(None))
