"""One session, and whom or what a time is taken from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lms.cohorts.models import Cohort, SessionState, TrainingSession
from lms.foundation.db import db
from lms.kit.problems import NotFound


def get_session(cohort: Cohort, public_id: str) -> TrainingSession:
    """A session of this cohort; not found otherwise."""
    query = select(TrainingSession).where(
        TrainingSession.cohort_id == cohort.id, TrainingSession.public_id == public_id
    )
    session = db.session.scalar(query.options(joinedload(TrainingSession.assignment)))
    if session is None:
        raise NotFound
    return session


def find_clash(
    cohort: Cohort,
    room_id: int | None,
    trainer_id: int | None,
    starts_at: datetime,
    ends_at: datetime,
    but_for: int | None,
) -> TrainingSession | None:
    """A planned session that overlaps a time in this cohort, in this room or with this trainer; the cohort's first."""
    taken = [TrainingSession.cohort_id == cohort.id]
    if room_id is not None:
        taken.append(TrainingSession.room_id == room_id)
    if trainer_id is not None:
        taken.append(TrainingSession.trainer_id == trainer_id)
    query = select(TrainingSession).where(
        or_(*taken),
        TrainingSession.state == SessionState.PLANNED,
        TrainingSession.starts_at < ends_at,
        TrainingSession.ends_at > starts_at,
    )
    if but_for is not None:
        query = query.where(TrainingSession.id != but_for)
    found = db.session.scalars(query.order_by(TrainingSession.starts_at, TrainingSession.id)).all()
    return next((session for session in found if session.cohort_id == cohort.id), found[0] if found else None)
