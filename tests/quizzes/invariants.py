"""What must hold of attempts at any moment; each check names the attempts for which it does not.

Of the ten of docs/reliability.md these rows show I3 to I6 and I8 to I10. That everything acknowledged is there (I1) and
that nothing closed changes (I2) takes somebody who remembers: the model of test_machine.py, the ledger of tests/faults.
Certificates (I7) do not exist yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, false, not_, or_, select, text
from sqlalchemy.orm import joinedload, selectinload, undefer

from lms.foundation import journal
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit import chains
from lms.quizzes.core.answers import Event, of_record
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.receipt import receipt
from lms.quizzes.models import AnswerEvent, Attempt, AttemptQuestion, GradingRun, LateEvent

SWEPT_WITHIN = timedelta(seconds=60)
MANY = 500
"""Attempts from which on the whole answer log is read."""
LOADED = (
    selectinload(Attempt.questions).joinedload(AttemptQuestion.question_version),
    joinedload(Attempt.quiz_version),
)
MARKED = (selectinload(GradingRun.items), undefer(GradingRun.marked_paper))


def check(now: datetime) -> None:
    """Assert every invariant that the stored rows can show."""
    if db.engine.dialect.name == "postgresql":  # thousands of attempts take longer to check than a page may wait
        db.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    attempts = db.session.scalars(select(Attempt).options(*LOADED))
    of(now, list(attempts), list(db.session.scalars(select(GradingRun).options(*MARKED))))


def check_person(now: datetime, person_id: int) -> None:
    """The same for the attempts of one person."""
    query = select(Attempt).where(Attempt.person_id == person_id).options(*LOADED)
    attempts = list(db.session.scalars(query))
    ids = [attempt.id for attempt in attempts]
    runs = select(GradingRun).where(GradingRun.attempt_id.in_(ids)).options(*MARKED)
    of(now, attempts, list(db.session.scalars(runs)))


def of(now: datetime, attempts: Sequence[Attempt], runs: Sequence[GradingRun]) -> None:
    """The same for these attempts and their grading runs."""
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
        known = {row.position for row in attempt.questions}
        assert {event.position for event in events} <= known, f"{attempt.id}: an answer to no question"
        assert attempt.closed_at is None or attempt.opened_at <= attempt.closed_at, f"{attempt.id}: closed unopened"
        assert latest >= attempt.opened_at, f"{attempt.id}: over before it began"

    for version in {row.question_version for attempt in attempts for row in attempt.questions}:
        assert version.sha256 == chains.sha256_of(version.body), f"question version {version.id} changed"
    for quiz in {attempt.quiz_version for attempt in attempts}:
        published = {"rules": quiz.rules, "questions": [row.question_id for row in quiz.questions]}
        assert quiz.sha256 == chains.sha256_of(published), f"quiz version {quiz.id} changed"

    for run in runs:
        assert 0 <= run.score_thousandths <= run.max_thousandths, f"{run.attempt_id}: score"
        awarded = sum(item.awarded_thousandths for item in run.items)
        assert run.score_thousandths == awarded, f"{run.attempt_id}: the score is not the sum of its marks"
        assert len({item.position for item in run.items}) == len(run.items), f"{run.attempt_id}: a question twice"
    _check_marked_papers(attempts, runs, events_of)


def _check_marked_papers(
    attempts: Sequence[Attempt], runs: Sequence[GradingRun], events_of: Mapping[str, Sequence[Event]]
) -> None:
    """A marked paper says of every question what paper, marks and answer log say of it, and of no other."""
    version_of = {
        (attempt.id, row.position): row.question_version_id for attempt in attempts for row in attempt.questions
    }
    number_of = {run.id: run.run_no for run in runs}
    late = list(db.session.scalars(select(LateEvent).where(LateEvent.admitted_run_id.in_(number_of))))
    for run in runs:
        admitted = [
            Event(row.epoch, row.seq, row.position, row.locale, row.payload)
            for row in late
            if row.attempt_id == run.attempt_id and number_of[row.admitted_run_id or 0] <= run.run_no
        ]
        record = of_record([*events_of.get(run.attempt_id, []), *admitted])
        written = {
            f"{version_of[run.attempt_id, item.position]},{item.key_n}"
            f",{item.awarded_thousandths},{item.max_thousandths},{item.outcome},{_canonical(record.get(item.position))}"
            for item in run.items
        }
        lines = run.marked_paper.split("\x1e") if run.marked_paper else []
        assert (len(lines), set(lines)) == (len(run.items), written), f"{run.attempt_id}: marked paper {run.run_no}"


def _canonical(event: Event | None) -> str:
    return chains.canonical(event.payload) if event is not None and event.payload else ""


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


Heads = dict[int, tuple[int, str]]
"""The last entry of each chain of the audit trail: its number and its hash."""


def check_journal(known: Heads | None = None) -> Heads:
    """Assert that every chain of the audit trail is whole, or whole from what is known of it; returns its end (I8)."""
    heads = dict(known or {})
    older = [and_(AuditEvent.chain_id == chain, AuditEvent.n <= n) for chain, (n, _sha256) in heads.items()]
    query = select(AuditEvent).where(not_(or_(false(), *older))).order_by(AuditEvent.chain_id, AuditEvent.n)
    for event in db.session.scalars(query):
        n, prev = heads.get(event.chain_id, (0, chains.GENESIS))
        intact = (event.n, event.prev_sha256) == (n + 1, prev)
        assert intact, f"chain {event.chain_id} is broken at {n + 1}"
        assert event.sha256 == chains.link(event.n, prev, journal.content_of(event)), f"{event.chain_id}: {event.n}"
        heads[event.chain_id] = (event.n, event.sha256)
    return heads
