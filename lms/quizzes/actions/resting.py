"""The one break of an attempt: the server records its start and end, and the deadline moves by its length."""

from __future__ import annotations

from datetime import datetime

from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import Conflict
from lms.quizzes import queries
from lms.quizzes.actions.trail import record
from lms.quizzes.core.attempt import BREAK, AttemptState, may_break
from lms.quizzes.models import Attempt


def take_break(access: Access, attempt_id: str) -> Attempt:
    """Begin the break, once; a request that comes again changes nothing. Raises ``Conflict`` when there is none left.

    The deadline moves by a whole break at once and takes back at its end what was not used, so that an end that is
    never told counts as a whole one.
    """
    attempt = _lock_open(access, attempt_id)
    now = clock.attempt_now(db.session)
    if not attempt.rest.lasts(now):
        may_break(now, attempt.deadline_at, attempt.rest)
        attempt.break_started_at = now
        attempt.deadline_at += BREAK
        record(attempt, "attempt.break", actor=attempt.person.code, step="start")
    return attempt


def return_from_break(access: Access, attempt_id: str) -> Attempt:
    """End the break that lasts, if any does."""
    attempt = _lock_open(access, attempt_id)
    end_break(attempt, clock.attempt_now(db.session))
    return attempt


def end_break(attempt: Attempt, now: datetime) -> None:
    """End the break of an attempt that is locked; nothing to do when none lasts."""
    if attempt.break_started_at is None or not attempt.rest.lasts(now):
        return
    attempt.deadline_at -= attempt.rest.left(now)
    attempt.break_ended_at = now
    seconds = int((now - attempt.break_started_at).total_seconds())
    record(attempt, "attempt.break", actor=attempt.person.code, step="end", seconds=seconds)


def _lock_open(access: Access, attempt_id: str) -> Attempt:
    attempt = queries.lock_attempt(access, attempt_id)
    if attempt.state != AttemptState.OPEN:
        raise Conflict("attempt.closed", receipt=attempt.receipt_sha256)
    return attempt
