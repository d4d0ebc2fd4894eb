"""One session, those that a search finds, and whom or what a time is taken from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lms.cohorts import access as reach
from lms.cohorts.models import Cohort, SessionState, TrainingSession
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.kit.search import found_by


def get_session(cohort: Cohort, public_id: str) -> TrainingSession:
    """A session of this cohort; not found otherwise."""
    query = select(TrainingSession).where(
        TrainingSession.cohort_id == cohort.id, TrainingSession.public_id == public_id
    )
    session = db.session.scalar(query.options(joinedload(TrainingSession.assignment)))
    if session is None:
        raise NotFound
    return session


def list_found(access: Access, words: Sequence[str], now: datetime) -> list[int]:
    """The ids of the planned sessions that every word finds, in the cohorts that this access reaches.

    A word is found in the title or the detail, or in the cohort's code or name. What is to come stands first, the next
    on top; then what is over, the last on top.
    """
    if not words:
        return []
    cohorts = db.session.execute(select(Cohort.id, Cohort.code, Cohort.name_text).where(reach.cohorts(access))).all()
    named = {row.id: found_by([row.code, *row.name_text.values()]) for row in cohorts}
    is_over = TrainingSession.ends_at < now
    query = select(TrainingSession.id, TrainingSession.starts_at, is_over.label("is_over")).where(
        TrainingSession.cohort_id.in_(list(named)), TrainingSession.state == SessionState.PLANNED
    )
    for word in words:
        of_cohorts = TrainingSession.cohort_id.in_([key for key, name in named.items() if word in name])
        query = query.where(or_(TrainingSession.search_key.contains(word, autoescape=True), of_cohorts))
    rows = db.session.execute(query.order_by(TrainingSession.starts_at, TrainingSession.id)).all()
    return [row.id for row in rows if not row.is_over] + [row.id for row in reversed(rows) if row.is_over]


def load_found(ids: Sequence[int]) -> list[TrainingSession]:
    """These sessions in this order, with cohort, site and room."""
    query = select(TrainingSession).where(TrainingSession.id.in_(ids))
    of_cohort = joinedload(TrainingSession.cohort).joinedload(Cohort.site)
    query = query.options(of_cohort, joinedload(TrainingSession.room))
    found = {session.id: session for session in (db.session.scalars(query) if ids else ())}
    return [found[session_id] for session_id in ids]


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
