"""What the takers were told, kept by nobody but themselves; and the comparison with what the database holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from lms.foundation.db import db
from lms.kit.chains import sha256_of
from lms.quizzes.core.answers import Event, Stamp, of_record
from lms.quizzes.core.attempt import CloseCause
from lms.quizzes.models import Attempt
from tests.quizzes import invariants

Place = tuple[str, int, int]
"""Attempt, epoch and sequence number of an answer."""
Told = tuple[int, Mapping[str, Any]]
"""Where an answer belongs, and what it is."""


@dataclass
class Ledger:
    """Only what was received in full from the server enters it."""

    acked: dict[str, dict[Stamp, Told]] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    times: list[tuple[float, float]] = field(default_factory=list)
    """When each acknowledged call was sent, and when its answer was there."""
    faults: list[str] = field(default_factory=list)
    """What a taker saw that no taker may see."""

    def note_saved(self, attempt_id: str, events: Mapping[Stamp, Event], acked: list[list[int]]) -> None:
        for epoch, seq in acked:
            event = events[(epoch, seq)]
            self.acked.setdefault(attempt_id, {})[(epoch, seq)] = (event.position, event.payload)

    def note_receipt(self, attempt_id: str, document: Mapping[str, Any]) -> None:
        """Check a receipt against what this taker knows, and against what it was told before."""
        told, answers = document["receipt"], document["answers"]
        if self.receipts.setdefault(attempt_id, told) != told:
            self.faults.append(f"{attempt_id}: two receipts")
        if sha256_of({"attempt": attempt_id, "answers": answers}) != told:
            self.faults.append(f"{attempt_id}: the receipt does not follow from its answers")
        last: dict[int, Stamp] = {}
        for stamp, (position, _payload) in self.acked.get(attempt_id, {}).items():
            last[position] = max(last.get(position, (0, 0)), stamp)
        if {answer["position"]: (answer["epoch"], answer["seq"]) for answer in answers} != last:
            self.faults.append(f"{attempt_id}: the receipt is not over the last answers")

    @property
    def lines(self) -> dict[Place, Told]:
        """Everything that was acknowledged, one line each."""
        return {(attempt, *stamp): told for attempt, own in self.acked.items() for stamp, told in own.items()}


@dataclass
class Finding:
    """What became of the ledger in the database."""

    acknowledged: int
    lost: list[Place]
    changed: list[Place]
    attempts: int
    swept: int
    """How many the sweeper has closed."""
    receipts: int
    problems: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.changed or self.problems)


def compare(ledger: Ledger) -> Finding:
    """Look every line of the ledger up; inside a unit of work."""
    attempts = {attempt.id: attempt for attempt in db.session.scalars(select(Attempt))}
    stored = {
        (attempt_id, *event.stamp): event
        for attempt_id, events in invariants.load_events(list(attempts)).items()
        for event in events
    }
    lines = ledger.lines
    mine = [attempts[attempt_id] for attempt_id in ledger.acked if attempt_id in attempts]
    lost = [place for place in lines if place not in stored]
    changed = [place for place, told in lines.items() if place in stored and not _is_same(stored[place], told)]
    return Finding(
        acknowledged=len(lines),
        lost=lost,
        changed=changed,
        attempts=len(mine),
        swept=sum(attempt.close_cause == CloseCause.EXPIRED for attempt in mine),
        receipts=len(ledger.receipts),
        problems=ledger.faults + _problems(ledger, attempts, stored),
    )


def _is_same(event: Event, told: Told) -> bool:
    """Whether the log holds what was sent; ticks have no order."""

    def plain(payload: Mapping[str, Any]) -> dict[str, Any]:
        return {name: sorted(value) if isinstance(value, list) else value for name, value in payload.items()}

    return (event.position, plain(event.payload)) == (told[0], plain(told[1]))


def _problems(ledger: Ledger, attempts: Mapping[str, Attempt], stored: Mapping[Place, Event]) -> list[str]:
    """What contradicts the takers beside single answers; what the rows show alone is tests/quizzes/invariants.py."""
    by_attempt: dict[str, list[Event]] = {attempt_id: [] for attempt_id in attempts}
    for place, event in stored.items():
        by_attempt[place[0]].append(event)
    found = []
    for attempt_id, attempt in attempts.items():
        latest = attempt.deadline_at + attempt.grace + invariants.SWEPT_WITHIN
        if attempt.closed_at is not None and attempt.closed_at > latest:
            found.append(f"{attempt_id}: closed {attempt.closed_at - attempt.deadline_at} after its deadline")
        told = list(ledger.acked.get(attempt_id, {}))
        final = max((event.stamp for event in of_record(by_attempt[attempt_id]).values()), default=(0, 0))
        if told and max(told) > final:
            found.append(f"{attempt_id}: the final answer is not the last one")
    for attempt_id, told_receipt in ledger.receipts.items():
        if attempt_id not in attempts or attempts[attempt_id].receipt_sha256 != told_receipt:
            found.append(f"{attempt_id}: another receipt than was told")
    return found
