"""The receipt of a closed attempt: one hash over its answers of record, recomputable from the answer log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lms.kit.chains import sha256_of
from lms.quizzes.core.answers import Event, of_record


def canonical_answers(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The answers of record as the receipt covers them, by position; the order in which events came does not matter."""
    return [
        {"position": event.position, "epoch": event.epoch, "seq": event.seq, "payload_sha256": event.payload_sha256}
        for event in sorted(of_record(events).values(), key=lambda event: event.position)
    ]


def receipt(attempt_id: str, events: Iterable[Event]) -> str:
    """The SHA-256 over the attempt's id and its answers of record."""
    return sha256_of({"attempt": attempt_id, "answers": canonical_answers(events)})


def short_form(receipt_sha256: str) -> str:
    """The head of a receipt as a person compares it.

    >>> short_form("3f2a91bc04de" + 52 * "0")
    '3F2A-91BC-04DE'
    """
    head = receipt_sha256[:12].upper()
    return "-".join(head[start : start + 4] for start in (0, 4, 8))
