"""What somebody holds: the sessions of a day, wherever they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from lms.cohorts import access as reach
from lms.cohorts.models import Cohort, SessionState, TrainingSession
from lms.foundation.access import Access
from lms.foundation.db import db


def list_held(access: Access, person_id: int, day: date, zone: ZoneInfo) -> list[TrainingSession]:
    """The planned sessions that somebody holds on a day of their zone, with cohort, room and closed roll, by time."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    query = (
        select(TrainingSession)
        .join(TrainingSession.cohort)
        .where(reach.cohorts(access), Cohort.called_off_at.is_(None))
        .where(TrainingSession.trainer_id == person_id, TrainingSession.state == SessionState.PLANNED)
        .where(TrainingSession.starts_at >= start, TrainingSession.starts_at < start + timedelta(days=1))
        .options(contains_eager(TrainingSession.cohort), joinedload(TrainingSession.room))
        .options(joinedload(TrainingSession.closed_roll))
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    return list(db.session.scalars(query))
