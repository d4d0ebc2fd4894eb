"""Practice from a result: an attempt of its own purpose on an assignment of its own, seen by nobody but the person."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.kit.problems import Conflict
from lms.kit.shuffles import shuffled
from lms.questions import queries as questions
from lms.questions.queries import Current
from lms.quizzes import queries
from lms.quizzes.actions.closing import close
from lms.quizzes.actions.opening import pin
from lms.quizzes.core.ahead import practisable
from lms.quizzes.core.attempt import GRACE, AttemptState, Purpose
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Assignee, Assignment, Attempt
from lms.quizzes.queries.ahead import load_ahead, load_due

MOST = 6
"""Questions in a set: about five minutes."""
OPEN_FOR = timedelta(hours=1)


def practise(person: Person, source: Attempt, positions: Collection[int], *, locale: str, is_variant: bool) -> Attempt:
    """Open practice on questions of a result: a set from their sections, or one that tests the same as one of them.

    Nothing is asked that a quiz may still ask this person. Raises ``Conflict`` when nothing else is left.
    """
    now = clock.attempt_now(db.session)
    wanted, current = _wanted(source, positions, is_variant=is_variant)
    due = load_due(person.id, now)
    ahead = load_ahead(person.id, due, guarded={quiz.quiz_id for quiz in due if quiz.guards_keys})
    chosen = practisable(wanted, ahead, most=1 if is_variant else MOST)
    if not chosen:
        raise Conflict("practice.nothing_left")
    _close_earlier(person, source.assignment.quiz_id)
    assignment = Assignment(
        quiz_id=source.assignment.quiz_id,
        purpose=Purpose.PRACTICE,
        opens_at=now,
        due_at=now + OPEN_FOR,
        zone_name=person.zone_name,
        created_at=now,
        created_by=person.id,
    )
    db.session.add(assignment)
    db.session.flush()
    db.session.add(Assignee(assignment_id=assignment.id, person_id=person.id))
    attempt = Attempt(
        id=str(uuid.uuid4()),
        vendor_id=person.vendor_id,
        site_id=person.site_id,
        person_id=person.id,
        assignment_id=assignment.id,
        attempt_no=1,
        quiz_version_id=source.quiz_version_id,
        locale=locale,
        option_seed=secrets.token_hex(16),
        purpose=Purpose.PRACTICE,
        state=AttemptState.OPEN,
        writer_epoch=1,
        opened_at=now,
        deadline_at=assignment.due_at,
        grace_seconds=int(GRACE.total_seconds()),
    )
    pin(attempt, [current[code] for code in chosen], rules_from(source.quiz_version.rules), now)
    return attempt


def _wanted(source: Attempt, positions: Collection[int], *, is_variant: bool) -> tuple[list[str], dict[str, Current]]:
    """The codes to practise, the best first, and every question in use by code."""
    paper = queries.load_standings(source.id)
    current = {
        found.question.code: found for found in questions.load_current(questions.list_usable_questions()).values()
    }
    missed = [paper[position] for position in sorted(positions) if position in paper]
    seen = queries.load_seen_in(source.person_id, source.assignment.quiz_id)
    mixed = shuffled(secrets.token_hex(16), current)
    fresh = [code for code in mixed if code not in seen]
    listed: list[str] = []
    for each in missed:
        listed += [code for code in fresh if _tested(current, code) == _tested(current, each.code)]
    by_section = [_in_section(current, fresh, each.section) for each in missed]
    listed += list(_in_turn(by_section))
    if not is_variant:
        listed += [each.code for each in missed if each.code in current]
    return list(dict.fromkeys(listed)), current


def _tested(current: dict[str, Current], code: str) -> str:
    return (current[code].question.variant_of or code) if code in current else code


def _in_section(current: dict[str, Current], codes: Sequence[str], section: str | None) -> list[str]:
    return [code for code in codes if section is not None and current[code].main_section == section]


def _in_turn(lists: Sequence[Sequence[str]]) -> Iterator[str]:
    """One of each list, then the next of each, so that no section takes the whole set."""
    for place in range(max(map(len, lists), default=0)):
        yield from (listed[place] for listed in lists if place < len(listed))


def _close_earlier(person: Person, quiz_id: int) -> None:
    """Practice that was left is over: one set is open at a time."""
    query = (
        select(Attempt)
        .join(Attempt.assignment)
        .where(Attempt.person_id == person.id, Attempt.state == AttemptState.OPEN, Assignment.quiz_id == quiz_id)
        .where(Attempt.purpose == Purpose.PRACTICE)
        .with_for_update(of=Attempt)
    )
    for attempt in db.session.scalars(query).all():
        close(attempt, clock.attempt_now(db.session))
