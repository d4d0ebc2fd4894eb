"""Takes answers into the answer log. Only after the commit of these may anybody say "saved"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import Conflict
from lms.quizzes import queries
from lms.quizzes.actions.resting import end_break
from lms.quizzes.core.answers import (
    MOST_EPOCH,
    MOST_EVENTS,
    Event,
    Stamp,
    check_fit,
    new_events,
    next_seq,
    of_record,
)
from lms.quizzes.core.attempt import AttemptState, Timing, is_overdue, timing
from lms.quizzes.models import Attempt, LateEvent
from lms.quizzes.queries.saving import Locked

FEW_CHANGES, FEW_WRITERS = 500, 10
"""Within these the log cannot hold more than ``MOST_EVENTS``."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of sent answers: the stamps in the log, those kept as too late, and the time that decided.

    ``superseded_by`` is the epoch of whoever writes by now, when that is not who sent this.
    """

    acked: tuple[Stamp, ...]
    quarantined: tuple[Stamp, ...]
    server_now: datetime
    deadline_at: datetime
    receipt_sha256: str | None
    superseded_by: int | None


def claim(access: Access, attempt_id: str) -> Attempt:
    """Make whoever asks the writer of an open attempt: a window, a device. Raises ``Conflict`` when it is closed.

    Who wrote before is told with the next answer sent; that answer is logged all the same, and ranks below.
    """
    attempt = queries.lock_attempt(access, attempt_id)
    if attempt.state != AttemptState.OPEN:
        raise Conflict("attempt.closed", receipt=attempt.receipt_sha256, epoch=attempt.writer_epoch)
    if attempt.writer_epoch >= MOST_EPOCH:
        raise Conflict("answer.too_many")
    attempt.writer_epoch += 1
    return attempt


def save_events(access: Access, attempt_id: str, sent: Sequence[Event]) -> Saved:
    """Append changes of answers to the log.

    What comes after the grace or after the close goes to the late events, for a person to look at; what the log has
    already is acknowledged whenever it comes again. Raises ``Unfit`` when an event does not belong to the paper or a
    stamp comes again with other content, ``Conflict`` when there are too many or the screen is covered for a break;
    then nothing of the call is kept.
    """
    standing = queries.lock_for_answers(access, attempt_id)
    now = standing.now
    check_fit(sent, queries.load_paper(access, attempt_id).bodies, standing.writer_epoch)
    when = timing(now, standing.deadline_at, standing.grace)
    if standing.state != AttemptState.OPEN or when is Timing.LATE:
        return _keep_late(attempt_id, standing, sent, now)
    if standing.rest.lasts(now):
        raise Conflict("attempt.on_break")
    _check_room(attempt_id, sent)
    fresh = new_events(sent, {})
    in_grace = when is Timing.IN_GRACE
    rows = [{**_columns(attempt_id, event, now), "in_grace": in_grace} for event in fresh]
    if rows and queries.append_events(rows) < len(rows):
        # some stamps stood there: with the same content they are acknowledged again, with another this raises
        new_events(sent, queries.load_stored(attempt_id, [event.stamp for event in sent]))
    is_behind = any(event.epoch < standing.writer_epoch for event in sent)
    return Saved(
        acked=tuple(event.stamp for event in sent),
        quarantined=(),
        server_now=now,
        deadline_at=standing.deadline_at,
        receipt_sha256=None,
        superseded_by=standing.writer_epoch if is_behind else None,
    )


def _check_room(attempt_id: str, sent: Sequence[Event]) -> None:
    """Raise ``Conflict`` when the log is full; it is counted only where the numbers say that it may be."""
    may_be_full = any(event.seq > FEW_CHANGES or event.epoch > FEW_WRITERS for event in sent)
    if may_be_full and queries.count_events(attempt_id) + len(sent) > MOST_EVENTS:
        raise Conflict("answer.too_many")


def _keep_late(attempt_id: str, standing: Locked, sent: Sequence[Event], now: datetime) -> Saved:
    """Keep what the log does not have for a reviewer."""
    logged = {event.stamp: event.payload_sha256 for event in queries.load_events(attempt_id)}
    late = {event.stamp: event.payload_sha256 for event in queries.load_late_events(attempt_id)}
    fresh = new_events(sent, late | logged)
    if len(logged) + len(late) + len(fresh) > MOST_EVENTS:
        raise Conflict("answer.too_many")
    reason = "closed" if standing.state != AttemptState.OPEN else "late"
    if fresh:
        db.session.execute(
            insert(LateEvent), [{**_columns(attempt_id, event, now), "reason": reason} for event in fresh]
        )
    stamps = [event.stamp for event in sent]
    return Saved(
        acked=tuple(stamp for stamp in stamps if stamp in logged),
        quarantined=tuple(stamp for stamp in stamps if stamp not in logged),
        server_now=now,
        deadline_at=standing.deadline_at,
        receipt_sha256=standing.receipt_sha256,
        superseded_by=None,
    )


def _columns(attempt_id: str, event: Event, now: datetime) -> dict[str, Any]:
    """What the answer log and the late events store alike."""
    return {
        "attempt_id": attempt_id,
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

    A page gone back to may send an old number again, so the next free one is taken here. Whoever answers is back from
    a break.
    """
    attempt = queries.lock_attempt(access, attempt_id)
    events = [*queries.load_events(attempt_id), *queries.load_late_events(attempt_id)]
    known = of_record(events).get(position)
    if (known.payload if known else {}) == payload:
        return None
    end_break(attempt, clock.attempt_now(db.session))
    db.session.flush()  # how the attempt stands is read past the session
    seq = next_seq([event.stamp for event in events], attempt.writer_epoch)
    return save_events(access, attempt_id, [Event(attempt.writer_epoch, seq, position, locale, payload)])


def note_marks(
    access: Access, attempt_id: str, shown: Collection[int], flagged: Mapping[int, bool] | None = None
) -> None:
    """Note which questions are opened, and which are flagged for a later look; not after the end."""
    attempt = queries.lock_attempt(access, attempt_id)
    now = clock.attempt_now(db.session)
    if attempt.state != AttemptState.OPEN or is_overdue(now, attempt.deadline_at, attempt.grace):
        return
    flags = flagged or {}
    for question in attempt.questions:
        if question.position in shown:
            question.shown_at = question.shown_at or now
        question.is_flagged = flags.get(question.position, question.is_flagged)
