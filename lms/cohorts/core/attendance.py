"""Attendance: its states, and the share of sessions that a person was in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class AttendanceStatus(StrEnum):
    """How a person was marked at a roll call."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Attended:
    """How many of the sessions that counted a person was in; excused ones do not count."""

    attended: int
    counted: int

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; None before the first session that counts."""
        return self.attended * 100 // self.counted if self.counted else None


def attended(statuses: Iterable[AttendanceStatus]) -> Attended:
    """Sum up roll calls. Late is attended.

    >>> attended([AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.EXCUSED, AttendanceStatus.ABSENT])
    Attended(attended=2, counted=3)
    """
    counted = [status for status in statuses if status is not AttendanceStatus.EXCUSED]
    return Attended(sum(status is not AttendanceStatus.ABSENT for status in counted), len(counted))
