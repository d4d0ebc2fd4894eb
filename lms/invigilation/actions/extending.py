"""Gives more time to attempts that are open: a recorded event that moves the deadline and with it the window."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.foundation.journal import Entry
from lms.invigilation import queries
from lms.invigilation.core.extending import extended, may_extend
from lms.invigilation.models import AttemptExtension
from lms.kit.problems import Conflict, Invalid
from lms.quizzes.models import Attempt


@dataclass(frozen=True, slots=True)
class Extended:
    """Who has got more time, and who had finished, or run out of time, before it could be given."""

    attempts: Sequence[Attempt]
    too_late: Sequence[Attempt]


def give_time(
    access: Access,
    assignment_id: int,
    attempt_ids: Collection[str] | None,
    *,
    minutes: int,
    reason: str,
    seen: int,
    by: Person,
) -> Extended:
    """Move the deadline of these attempts of an assignment, or of all that are open.

    ``seen`` is the last extension that whoever asks knew of: a button that is pressed twice, or by two people at once,
    moves the deadline once. Raises ``Conflict`` then, and when nobody is left; ``Invalid`` where none of them can get
    more time any more.
    """
    attempts = queries.lock_attempts(access, assignment_id, attempt_ids)
    if attempt_ids is None and not attempts:
        raise Conflict("extension.nobody_left")
    now = clock.attempt_now(db.session)
    if queries.load_newest_extension([attempt.id for attempt in attempts]) > seen:
        raise Conflict("extension.given")
    open_ones = [one for one in attempts if may_extend(one.state, now, one.deadline_at, one.grace)]
    too_late = [attempt for attempt in attempts if attempt not in open_ones]
    if not open_ones:
        codes = ", ".join(sorted(attempt.person.code for attempt in too_late))
        raise Invalid("extension.too_late" if codes else "extension.nobody", field="attempts", people=codes)
    deadlines = [extended(now, one.deadline_at, minutes, one.more_minutes) for one in open_ones]
    for attempt, deadline_at in zip(open_ones, deadlines, strict=True):
        attempt.deadline_at = deadline_at
        attempt.more_minutes += minutes
        extension = AttemptExtension(attempt_id=attempt.id, minutes=minutes, reason=reason, given_at=now)
        extension.given_by = by.id
        db.session.add(extension)
    journal.record_many(_entry(attempt, minutes, by, now) for attempt in open_ones)
    return Extended(open_ones, too_late)


def _entry(attempt: Attempt, minutes: int, by: Person, now: datetime) -> Entry:
    facts = {"minutes": minutes, "deadline_at": attempt.deadline_at.isoformat()}
    return Entry("attempt.extend", by.code, attempt.id, now, attempt.vendor_id, facts)
