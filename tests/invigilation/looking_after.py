"""What tests of looking after attempts have in common: the trainer of the joiner's cohort, and more time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock
from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from lms.invigilation import actions, queries
from lms.invigilation.core.ruling import Grounds, RulingKind, RulingState
from lms.invigilation.models import Ruling
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.models import Attempt, LateEvent
from tests.quizzes import sitting

TRAINER = "trainer@kijun.example"
OF_AN_ASSIGNMENT = ("open_attempts.show", "open_attempts.give_time")
LATE_FORM = {"kind": "admit", "grounds": "line", "note": "The line of room 3F was down.", "until_event": "100000"}

VOID_FORM = {"void-grounds": "interrupted", "void-note": "Fire alarm, the room was left."}
FORMS_OF_INVIGILATION: Mapping[str, dict[str, Any]] = {
    "open_attempts.give_time": {"whom": "all", "minutes": "10", "reason": "Fire alarm", "seen": "1000"},
    "reviews.rule_late": LATE_FORM,
    "reviews.propose_void": VOID_FORM,
    "reviews.decide_late": {"decision": "apply"},
    "reviews.decide_void": {"decision": "apply"},
}
"""What somebody sends who fills in the forms as they should be."""


def words(page: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


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


def make_reviews(cohort: str) -> dict[str, tuple[str, int]]:
    """For each address of a review an attempt of a cohort, and a ruling on it; asked for again, others."""
    enrolled = select(Enrolment.person_id).join(Enrolment.cohort).where(Cohort.code == cohort)
    ruled = select(Ruling.attempt_id)
    query = select(Attempt).where(Attempt.person_id.in_(enrolled), Attempt.state == AttemptState.SUBMITTED)
    query = query.where(Attempt.purpose == Purpose.ASSESSED, Attempt.id.not_in(ruled))
    waits, counted, void, free = db.session.scalars(query.order_by(Attempt.id).limit(4))
    for attempt in (waits, counted):
        made = {"epoch": 1, "seq": 900, "position": 1, "locale": "en", "payload": {}, "payload_sha256": "0" * 64}
        event = LateEvent(attempt_id=attempt.id, server_at=clock.now(), reason="closed", **made)
        db.session.add(event)
    db.session.flush()
    known = event.id
    _ruling(waits, RulingKind.VOID, RulingState.DECLINED)
    return {
        **dict.fromkeys(["reviews.show", "reviews.rule_late"], (waits.id, 0)),
        "reviews.decide_late": (counted.id, _ruling(counted, RulingKind.ADMIT, RulingState.PROPOSED, known)),
        "reviews.decide_void": (void.id, _ruling(void, RulingKind.VOID, RulingState.PROPOSED)),
        **dict.fromkeys(
            ["reviews.propose_void", "reviews.withdraw"],
            (free.id, _ruling(free, RulingKind.VOID, RulingState.DECLINED)),
        ),
    }


def _ruling(attempt: Attempt, kind: RulingKind, state: RulingState, until: int | None = None) -> int:
    made = {"grounds": Grounds.INTERRUPTED, "note": "Fire alarm", "lowers_pass": False, "until_event_id": until}
    ruling = Ruling(attempt_id=attempt.id, kind=kind, state=state, proposed_at=clock.now(), **made)
    ruling.proposed_by = sitting.person(TRAINER).id
    db.session.add(ruling)
    db.session.flush()
    return ruling.id
