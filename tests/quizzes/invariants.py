"""What must hold of attempts at any moment; each check names the attempts for which it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.foundation import journal
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit import chains
from lms.quizzes import queries
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.receipt import receipt
from lms.quizzes.models import Attempt, GradingRun

SWEPT_WITHIN = timedelta(seconds=60)


def check(now: datetime) -> None:
    """Assert every invariant that the stored rows can show."""
    of(now, list(db.session.scalars(select(Attempt))), list(db.session.scalars(select(GradingRun))))


def check_person(now: datetime, person_id: int) -> None:
    """The same for the attempts of one person."""
    attempts = list(db.session.scalars(select(Attempt).where(Attempt.person_id == person_id)))
    ids = [attempt.id for attempt in attempts]
    of(now, attempts, list(db.session.scalars(select(GradingRun).where(GradingRun.attempt_id.in_(ids)))))


def of(now: datetime, attempts: Sequence[Attempt], runs: Sequence[GradingRun]) -> None:
    first_runs = Counter(run.attempt_id for run in runs if run.run_no == 1)

    open_ones = Counter((a.person_id, a.assignment_id) for a in attempts if a.state == AttemptState.OPEN)
    assert all(count == 1 for count in open_ones.values()), "more than one open attempt of a person"

    for attempt in attempts:
        closed = attempt.state != AttemptState.OPEN
        assert first_runs[attempt.id] == (1 if closed else 0), f"{attempt.id}: first grading runs"
        events = queries.load_events(attempt.id)
        if closed:
            assert attempt.receipt_sha256 == receipt(attempt.id, events), f"{attempt.id}: receipt"
        else:
            overdue_at = attempt.deadline_at + timedelta(seconds=attempt.grace_seconds) + SWEPT_WITHIN
            assert now <= overdue_at, f"{attempt.id}: open after its deadline"
        latest = attempt.deadline_at + timedelta(seconds=attempt.grace_seconds)
        assert all(event.position in {row.position for row in attempt.questions} for event in events)
        assert attempt.closed_at is None or attempt.opened_at <= attempt.closed_at
        assert latest >= attempt.opened_at
        for row in attempt.questions:
            version = row.question_version
            assert version.sha256 == chains.sha256_of(version.body), f"{attempt.id}: question {row.position} changed"

    for run in runs:
        assert 0 <= run.score_thousandths <= run.max_thousandths, f"{run.attempt_id}: score"
        assert run.score_thousandths == sum(item.awarded_thousandths for item in run.items)
        assert len({item.position for item in run.items}) == len(run.items), f"{run.attempt_id}: a question twice"


def check_journal() -> None:
    """Assert that every chain of the audit trail is whole."""
    by_chain: dict[int, list[AuditEvent]] = {}
    for event in db.session.scalars(select(AuditEvent).order_by(AuditEvent.chain_id, AuditEvent.n)):
        by_chain.setdefault(event.chain_id, []).append(event)
    for chain, found in by_chain.items():
        links = [chains.Link(e.n, e.prev_sha256, journal.content_of(e), e.sha256) for e in found]
        assert chains.first_break(links) is None, f"chain {chain} is broken"
