"""Closes attempts, once: by whoever hands in, and by the clock where no browser is there any more."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError

from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import Conflict
from lms.quizzes import queries
from lms.quizzes.actions.grading import append_items, correct_at_close
from lms.quizzes.actions.telling import settle
from lms.quizzes.actions.trail import record_many
from lms.quizzes.core.answers import Event, Stamp, missing
from lms.quizzes.core.attempt import AttemptState, CloseCause, closing, is_overdue
from lms.quizzes.core.grading import ENGINE_VERSION, RunCause, grade
from lms.quizzes.core.marked import marked_paper
from lms.quizzes.core.passing import has_passed
from lms.quizzes.core.receipt import receipt
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Attempt

SYSTEM = "system"
MOST_CLOSED_AT_ONCE = 100
"""In one transaction: it takes about 2 s, and whoever saves an answer meanwhile waits for it."""

log = logging.getLogger("kijun.quizzes")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A closed attempt, with its answer log."""

    attempt: Attempt
    events: Sequence[Event]


def submit(access: Access, attempt_id: str, manifest: Collection[Stamp] = ()) -> HandedIn:
    """Close an attempt once, whoever asks how often.

    Raises ``Conflict`` with the list while announced answers are missing; once the time is over nothing can come any
    more, and it is closed without them.
    """
    attempt, now = queries.lock_to_submit(access, attempt_id)
    events = queries.load_events(attempt_id)
    if attempt.state != AttemptState.OPEN:
        return HandedIn(attempt, events)
    lacking = missing(manifest, {event.stamp for event in events})
    if lacking and not is_overdue(now, attempt.deadline_at, attempt.grace):
        raise Conflict("attempt.answers_missing", missing=[list(stamp) for stamp in lacking])
    _close(attempt, events, now)
    return HandedIn(attempt, events)


def sweep() -> int:
    """Close the overdue attempts; returns how many were closed.

    Each is closed in a savepoint of its own: one that cannot be graded stays open, is logged, and stops no other.
    """
    now = clock.attempt_now(db.session)
    closed = 0
    for attempt_id in queries.list_overdue(now):
        if closed == MOST_CLOSED_AT_ONCE:
            break
        try:
            with db.session.begin_nested():
                attempt = queries.find_attempt_to_close(attempt_id, now)
                if attempt is not None:
                    close(attempt, now)
                    closed += 1
        except OperationalError:
            raise
        except Exception:
            log.exception("attempt %s could not be closed", attempt_id)
            db.session.expire_all()  # what was read of it inside the savepoint is not so any more
    return closed


def close(attempt: Attempt, now: datetime) -> None:
    """Close an open attempt that is locked: state, receipt and the first grading run, in one step."""
    _close(attempt, queries.load_events(attempt.id), now)


def _close(attempt: Attempt, events: Sequence[Event], now: datetime) -> None:
    state, cause = closing(now, attempt.deadline_at, attempt.grace)
    of_answers = receipt(attempt.id, events)
    if not queries.close_row(attempt, state=state, close_cause=cause, closed_at=now, receipt_sha256=of_answers):
        return
    score = _grade_first(attempt, events, now)
    actor = attempt.person.code if cause is CloseCause.SUBMITTED else SYSTEM
    record_many(
        attempt,
        ("attempt.close", actor, {"cause": cause.value}),
        ("attempt.grade", SYSTEM, {"score": score}),
    )
    correct_at_close(attempt, now)
    settle(attempt.assignment_id, attempt.person_id)


def _grade_first(attempt: Attempt, events: Sequence[Event], now: datetime) -> int:
    """Write the first grading run; its score in thousandths."""
    rules = rules_from(attempt.quiz_version.rules)
    paper = queries.load_gradables(attempt, events, rules)
    result = grade(paper)
    score, maximum = result.score_thousandths, result.max_thousandths
    run_id = queries.append_run(
        attempt_id=attempt.id,
        run_no=1,
        engine_version=ENGINE_VERSION,
        cause=RunCause.CLOSE,
        score_thousandths=score,
        max_thousandths=maximum,
        passed=has_passed(score, maximum, rules.cut_percent),
        created_at=now,
        published_at=now,
        marked_paper=marked_paper(paper, result.items),
    )
    append_items((run_id, item) for item in result.items)
    return score
