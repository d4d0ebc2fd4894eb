"""Takes answers into the answer log. Only after the commit of these may anybody say "saved"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import Conflict
from lms.quizzes import queries
from lms.quizzes.core.answers import MOST_EVENTS, Event, Stamp, check_fit, new_events, next_seq, of_record
from lms.quizzes.core.attempt import AttemptState, Timing, is_overdue, timing
from lms.quizzes.models import AnswerEvent, Attempt, LateEvent


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of sent answers: the stamps in the log, those kept as too late, and the time that decided."""

    acked: tuple[Stamp, ...]
    quarantined: tuple[Stamp, ...]
    server_now: datetime
    deadline_at: datetime
    receipt_sha256: str | None


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
    if attempt.state != AttemptState.OPEN or is_overdue(now, attempt.deadline_at, attempt.grace):
        return
    for question in attempt.questions:
        if question.position == position:
            question.shown_at = question.shown_at or now
            if flagged is not None:
                question.is_flagged = flagged
