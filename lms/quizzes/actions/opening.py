"""Opens attempts: everything that one rests on is pinned when its row is written."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.foundation.access import Asker
from lms.foundation.db import append_rows, db
from lms.kit.problems import Conflict
from lms.policies import queries as policies
from lms.questions.queries import Current
from lms.quizzes import queries
from lms.quizzes.actions.closing import close
from lms.quizzes.actions.drawing import drawn_by, modules_of, paper_of
from lms.quizzes.actions.trail import record
from lms.quizzes.core.attempt import GRACE, AttemptState, Purpose, deadline_for, is_overdue, may_open
from lms.quizzes.core.rules import Rules
from lms.quizzes.models import Assignment, Attempt, AttemptPolicy, AttemptQuestion, QuizVersion
from lms.wellbeing import queries as wellbeing


def open_attempt(person: Person | Asker, assignment_id: int, *, locale: str) -> Attempt:
    """Open an attempt, or return the one that is open. Everything that it rests on is pinned here."""
    now = queries.lock_assignee(person.id, assignment_id)
    given = queries.get_given(person.id, assignment_id)
    if given.open_attempt is not None:
        if not is_overdue(now, given.open_attempt.deadline_at, given.open_attempt.grace):
            return given.open_attempt
        close(given.open_attempt, now)
    window = given.window
    may_open(now, window, given.taken, given.rules.attempts)
    more_minutes = queries.load_more_minutes(person, given.rules, now)
    attempt = Attempt(
        id=str(uuid.uuid4()),
        vendor_id=person.vendor_id,
        site_id=person.site_id,
        person_id=person.id,
        assignment_id=assignment_id,
        attempt_no=len(given.attempts) + 1,
        quiz_version_id=given.version.id,
        locale=locale,
        option_seed=secrets.token_hex(16),
        # what staff take they take to see it: it stands in no statistic
        purpose=given.assignment.purpose if Role.LEARNER in person.roles else Purpose.PREVIEW,
        state=AttemptState.OPEN,
        writer_epoch=1,
        opened_at=now,
        deadline_at=deadline_for(now, given.rules.minutes, window, more_minutes=more_minutes),
        more_minutes=more_minutes,
        grace_seconds=int(GRACE.total_seconds()),
    )
    avoided, seen = wellbeing.load_seeing(person.id).avoided, _seen(person.id, given.assignment, now)
    _draw(attempt, given.version, given.rules, now, avoided=avoided, seen=seen)
    record(attempt, "attempt.open", actor=person.code, object=f"{given.assignment.quiz.code} {attempt.id}")
    return attempt


def _seen(person_id: int, assignment: Assignment, now: datetime) -> set[str]:
    """What is drawn only where nothing else is left: what they have had in this quiz or practised, and where an
    assignment says for how many days a question stays away, what they have had on any paper within those.
    """
    seen = queries.load_seen_in(person_id, assignment.quiz_id)
    if not assignment.fresh_days:
        return seen
    return seen | queries.load_seen(person_id, min(now - timedelta(days=assignment.fresh_days), assignment.opens_at))


def _draw(
    attempt: Attempt,
    version: QuizVersion,
    rules: Rules,
    now: datetime,
    *,
    avoided: Collection[str],
    seen: Collection[str],
) -> None:
    usable = drawn_by(queries.list_drawable_questions(version), rules, attempt.option_seed, avoided, seen)
    if not usable:
        raise Conflict("attempt.no_questions")
    pin(attempt, usable, rules, now)


def pin(attempt: Attempt, usable: Sequence[Current], rules: Rules, now: datetime) -> None:
    """Write a new attempt with the paper that these questions make, and the policy versions in force."""
    db.session.add(attempt)
    db.session.flush()
    paper = [
        {
            "attempt_id": attempt.id,
            "position": row.position,
            "question_version_id": row.question_version_id,
            "key_n": row.key_n,
            "option_order": row.option_order,
            "max_thousandths": row.max_thousandths,
            "shown_at": now if row.position == 1 else None,
        }
        for row in paper_of(usable, rules, attempt.option_seed)
    ]
    append_rows(AttemptQuestion, paper)
    in_force = policies.load_in_force(now, modules_of(usable))
    append_rows(
        AttemptPolicy, [{"attempt_id": attempt.id, "policy_version_id": found.id} for found in in_force.values()]
    )
