"""What the audit trail says of attempts. Practice is nobody's business but the person's, so it says nothing of it."""

from __future__ import annotations

from typing import Any

from lms.foundation import journal
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Attempt


def record(attempt: Attempt, action: str, *, actor: str, object: str = "", **facts: Any) -> None:
    """Write an entry about an attempt into the chain of its vendor."""
    if attempt.purpose != Purpose.PRACTICE:
        journal.record(action, actor=actor, object=object or attempt.id, chain_id=attempt.vendor_id, **facts)
