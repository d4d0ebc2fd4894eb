"""What people are told when several sessions change at once: one message that lists them, in the zone of its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.cohorts.models import Cohort
from lms.foundation.columns import LocalizedText

SHIFTED, UNDONE, ROOM_CHANGED = "cohort.shifted", "cohort.shift_undone", "cohort.room_changed"
NO_ROOM = "–"
Message = tuple[str, dict[str, Any]]
"""The kind of a notice and its facts."""
_NEW: Mapping[tuple[str, ...], str] = {
    (): "session.shifted",
    ("trainer",): "session.shifted_to",
    ("room",): "session.shifted_into",
    ("room", "trainer"): "session.shifted_into_to",
}
"""What is said of a session, by what is new besides its time."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A session that changes: when it was and is to be; of a quiz when it is due; its room and who holds it, where that
    is new.
    """

    title_text: LocalizedText
    before_at: datetime
    after_at: datetime
    due_at: datetime | None = None
    room: str | None = None
    trainer: str | None = None


def shift_message(cohort: Cohort, before_on: date, after_on: date, moved: Sequence[Moved]) -> Message:
    """That a plan has moved."""
    return SHIFTED, _facts(cohort, before_on, after_on, moved)


def undo_message(cohort: Cohort, before_on: date, after_on: date, moved: Sequence[Moved]) -> Message:
    """That a plan is back where it was."""
    return UNDONE, _facts(cohort, before_on, after_on, moved)


def room_message(cohort: Cohort, room_id: int | None, moved: Sequence[Moved]) -> Message:
    """That sessions of a cohort are in another room."""
    room = next((room.name for room in cohort.site.rooms if room.id == room_id), NO_ROOM)
    lines = [{"kind": "session.in_room", "title_text": entry.title_text, "after_at": entry.after_at} for entry in moved]
    return ROOM_CHANGED, {"cohort_text": cohort.name_text, "room": room, "parts": lines}


def _facts(cohort: Cohort, before_on: date, after_on: date, moved: Sequence[Moved]) -> dict[str, Any]:
    return {
        "cohort_text": cohort.name_text,
        "before_on": before_on,
        "after_on": after_on,
        "parts": [_part(entry) for entry in moved],
    }


def _part(entry: Moved) -> dict[str, Any]:
    part = {"title_text": entry.title_text, "before_at": entry.before_at, "after_at": entry.after_at}
    if entry.due_at is not None:
        return {"kind": "session.quiz_shifted", **part, "due_at": entry.due_at}
    new = {name: value for name, value in (("room", entry.room), ("trainer", entry.trainer)) if value is not None}
    return {"kind": _NEW[tuple(new)], **part, **new}
