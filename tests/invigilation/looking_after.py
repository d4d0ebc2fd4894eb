"""What tests of looking after attempts have in common: the trainer of the joiner's cohort, and more time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from lms.invigilation import actions, queries
from lms.quizzes.models import Attempt
from tests.quizzes import sitting

TRAINER = "trainer@kijun.example"
OF_AN_ASSIGNMENT = ("open_attempts.show", "open_attempts.give_time")
FORMS_OF_INVIGILATION: Mapping[str, dict[str, Any]] = {
    "open_attempts.give_time": {"whom": "all", "minutes": "10", "reason": "Fire alarm", "seen": "1000"},
}
"""What somebody sends who fills in the forms as they should be."""


def trainer_access(login: str = TRAINER) -> Access:
    """Of the trainer, who reaches the attempts of their cohorts."""
    someone = sitting.person(login)
    scopes = frozenset({Scope.COHORT})
    return Access(someone.id, someone.vendor_id, someone.site_id, frozenset({"trainer"}), scopes)


def extend(attempt_id: str, minutes: int, *, seen: int | None = None) -> actions.Extended:
    """Give more time to one attempt, knowing of all that was given before."""
    attempt = db.session.get_one(Attempt, attempt_id)
    known = queries.load_newest_of(attempt.assignment_id) if seen is None else seen
    return actions.give_time(
        trainer_access(),
        attempt.assignment_id,
        [attempt_id],
        minutes=minutes,
        reason="Fire alarm",
        seen=known,
        by=sitting.person(TRAINER),
    )
