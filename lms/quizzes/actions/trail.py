"""What the audit trail says of attempts. Practice is nobody's business but the person's, so it says nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.foundation import clock, journal
from lms.foundation.journal import Entry
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Attempt


def record(attempt: Attempt, action: str, *, actor: str, object: str = "", **facts: Any) -> None:
    """Write an entry about an attempt into the chain of its vendor."""
    if attempt.purpose != Purpose.PRACTICE:
        journal.record(action, actor=actor, object=object or attempt.id, chain_id=attempt.vendor_id, **facts)


def record_many(attempt: Attempt, *entries: tuple[str, str, Mapping[str, Any]]) -> None:
    """Write several entries about an attempt, each an action, an actor and facts, in one go."""
    if attempt.purpose != Purpose.PRACTICE:
        now, chain = clock.now(), attempt.vendor_id
        journal.record_many(Entry(action, actor, attempt.id, now, chain, facts) for action, actor, facts in entries)
