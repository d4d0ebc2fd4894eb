"""What must hold of attempts at any moment; each check names the attempts for which it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lms.foundation import journal
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit import chains
from lms.quizzes.core.answers import Event
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.receipt import receipt
from lms.quizzes.models import AnswerEvent, Attempt, AttemptQuestion, GradingRun

SWEPT_WITHIN = timedelta(seconds=60)
MANY = 500
"""Attempts from which on the whole answer log is read."""


def check(now: datetime) -> None:
    """Assert every invariant that the stored rows can show."""
    loaded = (selectinload(Attempt.questions).joinedload(AttemptQuestion.question_version),)
    attempts = db.session.scalars(select(Attempt).options(*loaded))
    of(now, list(attempts), list(db.session.scalars(select(GradingRun).options(selectinload(GradingRun.items)))))


def check_person(now: datetime, person_id: int) -> None:
    """The same for the attempts of one person."""
    attempts = list(db.session.scalars(select(Attempt).where(Attempt.person_id == person_id)))
    ids = [attempt.id for attempt in attempts]
    of(now, attempts, list(db.session.scalars(select(GradingRun).where(GradingRun.attempt_id.in_(ids)))))


def of(now: datetime, attempts: Sequence[Attempt], runs: Sequence[GradingRun]) -> None:
    events_of = load_events([attempt.id for attempt in attempts])
    first_runs = Counter(run.attempt_id for run in runs if run.run_no == 1)

    open_ones = Counter((a.person_id, a.assignment_id) for a in attempts if a.state == AttemptState.OPEN)
    assert all(count == 1 for count in open_ones.values()), "more than one open attempt of a person"

    for attempt in attempts:
        closed = attempt.state != AttemptState.OPEN
        assert first_runs[attempt.id] == (1 if closed else 0), f"{attempt.id}: first grading runs"
        events = events_of.get(attempt.id, [])
        if closed:
            assert attempt.receipt_sha256 == receipt(attempt.id, events), f"{attempt.id}: receipt"
        else:
            overdue_at = attempt.deadline_at + timedelta(seconds=attempt.grace_seconds) + SWEPT_WITHIN
            assert now <= overdue_at, f"{attempt.id}: open after its deadline"
        latest = attempt.deadline_at + timedelta(seconds=attempt.grace_seconds)
        assert {event.position for event in events} <= {row.position for row in attempt.questions}
        assert attempt.closed_at is None or attempt.opened_at <= attempt.closed_at
        assert latest >= attempt.opened_at

    for version in {row.question_version for attempt in attempts for row in attempt.questions}:
        assert version.sha256 == chains.sha256_of(version.body), f"question version {version.id} changed"

    for run in runs:
        assert 0 <= run.score_thousandths <= run.max_thousandths, f"{run.attempt_id}: score"
        assert run.score_thousandths == sum(item.awarded_thousandths for item in run.items)
        assert len({item.position for item in run.items}) == len(run.items), f"{run.attempt_id}: a question twice"


def load_events(attempt_ids: Sequence[str]) -> dict[str, list[Event]]:
    """The answer log of each of these attempts, read in one go."""
    query = select(AnswerEvent).order_by(AnswerEvent.attempt_id, AnswerEvent.epoch, AnswerEvent.seq)
    if len(attempt_ids) < MANY:
        query = query.where(AnswerEvent.attempt_id.in_(attempt_ids))
    found: dict[str, list[Event]] = {}
    for row in db.session.scalars(query):
        event = Event(row.epoch, row.seq, row.position, row.locale, row.payload)
        found.setdefault(row.attempt_id, []).append(event)
    return found


def check_journal() -> None:
    """Assert that every chain of the audit trail is whole."""
    by_chain: dict[int, list[AuditEvent]] = {}
    for event in db.session.scalars(select(AuditEvent).order_by(AuditEvent.chain_id, AuditEvent.n)):
        by_chain.setdefault(event.chain_id, []).append(event)
    for chain, found in by_chain.items():
        links = [chains.Link(e.n, e.prev_sha256, journal.content_of(e), e.sha256) for e in found]
        assert chains.first_break(links) is None, f"chain {chain} is broken"
