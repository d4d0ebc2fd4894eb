"""What a change of a cohort moves: its planned sessions, and the quizzes that somebody has begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from lms.cohorts.core import moving
from lms.cohorts.core.plan import StepKind
from lms.cohorts.models import Cohort, SessionState, Slip, TrainingSession
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.quizzes.models import Attempt

ROOMED_KINDS = frozenset({StepKind.CLASS, StepKind.MEETING})
"""The kinds of sessions that a plan puts into the room of its cohort."""


def list_planned(cohort: Cohort, *, is_fresh: bool = False) -> list[TrainingSession]:
    """The planned sessions of a cohort in order, with what they take and give; read afresh where that matters."""
    query = select(TrainingSession).where(
        TrainingSession.cohort_id == cohort.id, TrainingSession.state == SessionState.PLANNED
    )
    taken = (joinedload(TrainingSession.room), joinedload(TrainingSession.trainer))
    query = query.options(*taken, selectinload(TrainingSession.assignment))
    query = query.order_by(TrainingSession.starts_at, TrainingSession.id)
    return list(db.session.scalars(query.execution_options(populate_existing=is_fresh)))


def has_room(session: TrainingSession, now: datetime) -> bool:
    """Whether a session is to come and is held where the cohort is."""
    return session.kind in ROOMED_KINDS and session.starts_at > now


def usual_room(cohort: Cohort, now: datetime) -> int | None:
    """The room that most classes and meetings to come have."""
    return moving.usual_room([session.room_id for session in list_planned(cohort) if has_room(session, now)])


def lock_sessions(cohort: Cohort) -> list[TrainingSession]:
    """The same as they stand now, and nobody else changes them until the commit."""
    ids = select(TrainingSession.id).where(TrainingSession.cohort_id == cohort.id).order_by(TrainingSession.id)
    db.session.scalars(ids.with_for_update()).all()
    return list_planned(cohort, is_fresh=True)


def list_taking(cohort: Cohort, sessions: Sequence[TrainingSession]) -> list[TrainingSession]:
    """The planned sessions of other cohorts, in the span of these, that take a room or a trainer of theirs."""
    rooms = {session.room_id for session in sessions} - {None}
    trainers = {session.trainer_id for session in sessions} - {None}
    if not rooms and not trainers:
        return []
    query = select(TrainingSession).where(
        TrainingSession.cohort_id != cohort.id,
        TrainingSession.state == SessionState.PLANNED,
        TrainingSession.starts_at < max(session.ends_at for session in sessions),
        TrainingSession.ends_at > min(session.starts_at for session in sessions),
        or_(TrainingSession.room_id.in_(rooms), TrainingSession.trainer_id.in_(trainers)),
    )
    taken = (joinedload(TrainingSession.room), joinedload(TrainingSession.trainer), joinedload(TrainingSession.cohort))
    return list(db.session.scalars(query.options(*taken).order_by(TrainingSession.starts_at, TrainingSession.id)))


def load_taken_since(cohort: Cohort, places: Mapping[int, Mapping[str, Any]], since: datetime) -> int | None:
    """The first of these sessions, by id, of which the earlier place was given to another session since.

    A place says when it was (``starts_at``, ``ends_at``, as the log of shifts writes them), and its ``room_id`` and
    ``trainer_id``.
    """
    spans = {key: span_of(place) for key, place in places.items()}
    if not spans:
        return None
    query = select(TrainingSession).where(
        TrainingSession.id.not_in(list(places)),
        TrainingSession.state == SessionState.PLANNED,
        TrainingSession.changed_at > since,
        TrainingSession.starts_at < max(ends for _starts, ends in spans.values()),
        TrainingSession.ends_at > min(starts for starts, _ends in spans.values()),
    )
    for other in db.session.scalars(query.order_by(TrainingSession.id)):
        for key, (starts, ends) in spans.items():
            place = places[key]
            is_same = other.cohort_id == cohort.id or (
                other.room_id == place["room_id"] is not None or other.trainer_id == place["trainer_id"] is not None
            )
            if is_same and other.starts_at < ends and starts < other.ends_at:
                return key
    return None


def span_of(place: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """When a session begins and ends at a place of the log of shifts."""
    return datetime.fromisoformat(place["starts_at"]), datetime.fromisoformat(place["ends_at"])


def get_slip(cohort: Cohort, slip_id: int) -> Slip:
    """A shift of this cohort; not found otherwise."""
    slip = db.session.scalar(select(Slip).where(Slip.id == slip_id, Slip.cohort_id == cohort.id))
    if slip is None:
        raise NotFound
    return slip


def load_begun(sessions: Sequence[TrainingSession]) -> frozenset[int]:
    """The assignments on the calendar that somebody has begun, by id."""
    given = [session.assignment_id for session in sessions if session.assignment_id is not None]
    query = select(Attempt.assignment_id).where(Attempt.assignment_id.in_(given)).distinct()
    return frozenset(db.session.scalars(query))
