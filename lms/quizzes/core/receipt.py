"""The receipt of a closed attempt: one hash over its answers of record, recomputable from the answer log."""

from __future__ import annotations

from collections.abc import Iterable

from lms.kit.chains import sha256_of
from lms.quizzes.core.answers import Event, of_record


def receipt(attempt_id: str, events: Iterable[Event]) -> str:
    """The SHA-256 over the attempt's id and its answers of record; the order in which events came does not matter."""
    answers = [
        {"position": event.position, "epoch": event.epoch, "seq": event.seq, "payload_sha256": event.payload_sha256}
        for event in sorted(of_record(events).values(), key=lambda event: event.position)
    ]
    return sha256_of({"attempt": attempt_id, "answers": answers})
