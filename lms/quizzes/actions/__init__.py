from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import Conflict, NotFound
from lms.kit.shuffles import shuffled_by
from lms.policies import queries as policies
from lms.questions.core.types import type_of
from lms.questions.queries import Current
from lms.quizzes import queries
from lms.quizzes.actions.assignments import add_assignees, assign, change_window, end
from lms.quizzes.actions.design import PublishQuiz, publish_quiz, retire_quiz
from lms.quizzes.actions.telling import settle, tell_by_the_clock
from lms.quizzes.core import attempt as rules_of_attempt
from lms.quizzes.core.answers import MOST_EVENTS, Event, Stamp, check_fit, missing, new_events, next_seq, of_record
from lms.quizzes.core.attempt import AttemptState, CloseCause, Purpose, Timing, Window, deadline_for, timing
from lms.quizzes.core.blueprint import draw_rows
from lms.quizzes.core.grading import ENGINE_VERSION, grade
from lms.quizzes.core.paper import PaperQuestion, PaperRow, draw
from lms.quizzes.core.passing import has_passed
from lms.quizzes.core.receipt import receipt
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import (
    AnswerEvent,
    Assignee,
    Attempt,
    AttemptPolicy,
    AttemptQuestion,
    GradingItem,
    GradingRun,
    LateEvent,
    QuizVersion,
    RunCause,
)
from lms.wellbeing import queries as wellbeing

__all__ = [
    "PublishQuiz",
    "add_assignees",
    "assign",
    "change_window",
    "end",
    "publish_quiz",
    "retire_quiz",
    "tell_by_the_clock",
]

SYSTEM = "system"
MOST_CLOSED_AT_ONCE = 100
"""In one transaction: it takes about 2 s, and whoever saves an answer meanwhile waits for it."""

log = logging.getLogger("kijun.quizzes")


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of sent answers: the stamps in the log, those kept as too late, and the time that decided."""

    acked: tuple[Stamp, ...]
    quarantined: tuple[Stamp, ...]
    server_now: datetime
    deadline_at: datetime
    receipt_sha256: str | None


def open_attempt(person: Person, assignment_id: int, *, locale: str) -> Attempt:
    """Open an attempt, or return the one that is open. Everything that it rests on is pinned here."""
    held = select(Assignee).where(Assignee.assignment_id == assignment_id, Assignee.person_id == person.id)
    if db.session.scalar(held.with_for_update()) is None:
        raise NotFound
    now = clock.attempt_now(db.session)
    given = queries.get_given(person.id, assignment_id)
    if given.open_attempt is not None:
        if not rules_of_attempt.is_overdue(now, given.open_attempt.deadline_at, given.open_attempt.grace):
            return given.open_attempt
        close(given.open_attempt, now)
    window = Window(given.assignment.opens_at, given.assignment.due_at)
    rules_of_attempt.may_open(now, window, len(given.attempts), given.rules.attempts)
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
        deadline_at=deadline_for(now, given.rules.minutes, window),
        grace_seconds=int(rules_of_attempt.GRACE.total_seconds()),
    )
    db.session.add(attempt)
    _pin(attempt, given.version, given.rules, now, wellbeing.load_seeing(person.id).avoided)
    name = f"{given.assignment.quiz.code} {attempt.id}"
    journal.record("attempt.open", actor=person.code, object=name, chain_id=person.vendor_id)
    return attempt


def _pin(attempt: Attempt, version: QuizVersion, rules: Rules, now: datetime, avoided: Collection[str]) -> None:
    """Write the drawn paper and the policy versions in force."""
    usable = drawn_by(queries.list_drawable_questions(version), rules, attempt.option_seed, avoided)
    if not usable:
        raise Conflict("attempt.no_questions")
    paper = paper_of(usable, rules, attempt.option_seed)
    for row in paper:
        attempt.questions.append(
            AttemptQuestion(
                position=row.position,
                question_version_id=row.question_version_id,
                key_n=row.key_n,
                option_order={group: list(ids) for group, ids in row.option_order.items()},
                max_thousandths=row.max_thousandths,
                shown_at=now if row.position == 1 else None,
            )
        )
    for policy_version in policies.load_in_force(now, modules_of(usable)).values():
        attempt.policies.append(AttemptPolicy(policy_version_id=policy_version.id))
    db.session.flush()


def drawn_by(usable: list[Current], rules: Rules, seed: str, avoided: Collection[str] = ()) -> list[Current]:
    """What a paper holds: the whole list, or what its blueprint draws of it under the attempt's own seed.

    Sensitive cases of an avoided kind are drawn only where nothing else is left.
    """
    if not rules.draw:
        return usable
    by_code = {found.question.code: found for found in usable}
    candidates = [queries.candidate_of(found) for found in usable]
    mixed = shuffled_by(f"{seed}:draw", candidates, lambda candidate: candidate.code)
    mixed = sorted(
        mixed, key=lambda one: by_code[one.code].version.body.get("sensitive", {}).get("kind", "") in avoided
    )
    return [by_code[candidate.code] for drawn in draw_rows(rules.draw, mixed) for candidate in drawn]


def paper_of(usable: Sequence[Current], rules: Rules, seed: str) -> list[PaperRow]:
    """The paper that a seed draws from the questions of a quiz."""
    return draw(
        [
            PaperQuestion(
                question_version_id=found.version.id,
                code=found.question.code,
                key_n=found.key_n,
                order_options=partial(type_of(found.version.body).order, found.version.body),
            )
            for found in usable
        ],
        seed=seed,
        shuffle=rules.shuffle,
        max_thousandths=rules.question_thousandths,
    )


def modules_of(drawn: Sequence[Current]) -> set[int]:
    """The modules whose sections the questions cite, and those whose sections a case offers as options."""
    cited = {link.section.module_id for found in drawn for link in found.version.links}
    cases = [found.version.body["groups"].get("section", ()) for found in drawn]
    offered = {option["section"].partition("/")[0] for options in cases for option in options if option.get("section")}
    return cited | {module.id for module in policies.list_modules() if module.code in offered}


def save_events(access: Access, attempt_id: str, sent: Sequence[Event]) -> Saved:
    """Append changes of answers to the log. Only after the commit of this may anybody say "saved".

    What comes after the grace or after the close goes to the late events, for a person to look at; what the log has
    already is acknowledged whenever it comes again. Raises ``Unfit`` when an event does not belong to the paper or a
    stamp comes again with other content, ``Conflict`` when there are too many; then nothing of the call is kept.
    """
    attempt = queries.lock_attempt(access, attempt_id)
    check_fit(sent, {row.position for row in attempt.questions}, attempt.writer_epoch)
    now = clock.attempt_now(db.session)
    when = timing(now, attempt.deadline_at, attempt.grace)
    is_late = attempt.state != AttemptState.OPEN or when is Timing.LATE
    logged = {event.stamp: event.payload_sha256 for event in queries.load_events(attempt_id)}
    late = {event.stamp: event.payload_sha256 for event in queries.load_late_events(attempt_id)} if is_late else {}
    fresh = new_events(sent, late | logged)
    if len(logged) + len(late) + len(fresh) > MOST_EVENTS:
        raise Conflict("answer.too_many")
    reason = "closed" if attempt.state != AttemptState.OPEN else "late"
    for event in fresh:
        columns = _columns(attempt, event, now)
        if is_late:
            db.session.add(LateEvent(**columns, reason=reason))
        else:
            db.session.add(AnswerEvent(**columns, in_grace=when is Timing.IN_GRACE))
    db.session.flush()
    stamps = [event.stamp for event in sent]
    return Saved(
        acked=tuple(stamp for stamp in stamps if not is_late or stamp in logged),
        quarantined=tuple(stamp for stamp in stamps if is_late and stamp not in logged),
        server_now=now,
        deadline_at=attempt.deadline_at,
        receipt_sha256=attempt.receipt_sha256,
    )


def _columns(attempt: Attempt, event: Event, now: datetime) -> dict[str, Any]:
    """What the answer log and the late events store alike."""
    return {
        "attempt_id": attempt.id,
        "epoch": event.epoch,
        "seq": event.seq,
        "position": event.position,
        "locale": event.locale,
        "payload": dict(event.payload),
        "payload_sha256": event.payload_sha256,
        "server_at": now,
    }


def answer_by_form(
    access: Access, attempt_id: str, position: int, payload: Mapping[str, Any], *, locale: str
) -> Saved | None:
    """Save the answer of a plain form; None when it says what is kept already.

    A page gone back to may send an old number again, so the next free one is taken here.
    """
    attempt = queries.lock_attempt(access, attempt_id)
    events = [*queries.load_events(attempt_id), *queries.load_late_events(attempt_id)]
    known = of_record(events).get(position)
    if (known.payload if known else {}) == payload:
        return None
    seq = next_seq([event.stamp for event in events], attempt.writer_epoch)
    return save_events(access, attempt_id, [Event(attempt.writer_epoch, seq, position, locale, payload)])


def note_shown(access: Access, attempt_id: str, position: int, *, flagged: bool | None = None) -> None:
    """Note that a question's page is being opened, and whether it is flagged for a later look; not after the end."""
    attempt = queries.lock_attempt(access, attempt_id)
    now = clock.attempt_now(db.session)
    if attempt.state != AttemptState.OPEN or rules_of_attempt.is_overdue(now, attempt.deadline_at, attempt.grace):
        return
    for question in attempt.questions:
        if question.position == position:
            question.shown_at = question.shown_at or now
            if flagged is not None:
                question.is_flagged = flagged


def submit(access: Access, attempt_id: str, manifest: Collection[Stamp] = ()) -> Attempt:
    """Close an attempt once, whoever asks how often.

    Raises ``Conflict`` with the list while announced answers are missing; once the time is over nothing can come any
    more, and it is closed without them.
    """
    attempt = queries.lock_attempt(access, attempt_id)
    if attempt.state != AttemptState.OPEN:
        return attempt
    now = clock.attempt_now(db.session)
    lacking = missing(manifest, {event.stamp for event in queries.load_events(attempt_id)})
    if lacking and not rules_of_attempt.is_overdue(now, attempt.deadline_at, attempt.grace):
        raise Conflict("attempt.answers_missing", missing=[list(stamp) for stamp in lacking])
    close(attempt, now)
    return attempt


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
                attempt = queries.find_attempt_to_close(attempt_id)
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
    state, cause = rules_of_attempt.closing(now, attempt.deadline_at, attempt.grace)
    events = queries.load_events(attempt.id)
    changed = db.session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.state == AttemptState.OPEN)
        .values(state=state, close_cause=cause, closed_at=now, receipt_sha256=receipt(attempt.id, events))
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        return
    db.session.refresh(attempt)
    actor = attempt.person.code if cause is CloseCause.SUBMITTED else SYSTEM
    journal.record("attempt.close", actor=actor, object=attempt.id, chain_id=attempt.vendor_id, cause=cause.value)
    _grade_first(attempt, events, now)
    settle(attempt.assignment_id, attempt.person_id)


def _grade_first(attempt: Attempt, events: Sequence[Event], now: datetime) -> None:
    rules = rules_from(attempt.quiz_version.rules)
    result = grade(queries.load_gradables(attempt, events, rules))
    passed = has_passed(result.score_thousandths, result.max_thousandths, rules.cut_percent)
    run = GradingRun(
        attempt_id=attempt.id,
        run_no=1,
        engine_version=ENGINE_VERSION,
        cause=RunCause.CLOSE,
        score_thousandths=result.score_thousandths,
        max_thousandths=result.max_thousandths,
        passed=passed,
        created_at=now,
        published_at=now,
        items=[
            GradingItem(
                position=item.position,
                key_n=item.key_n,
                awarded_thousandths=item.awarded_thousandths,
                max_thousandths=item.max_thousandths,
                outcome=item.outcome,
            )
            for item in result.items
        ],
    )
    db.session.add(run)
    db.session.flush()
    journal.record(
        "attempt.grade", actor=SYSTEM, object=attempt.id, chain_id=attempt.vendor_id, score=result.score_thousandths
    )
