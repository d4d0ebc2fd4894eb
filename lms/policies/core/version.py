"""The number of a policy version, and which version is in force."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_NUMBER = re.compile(r"(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})\Z")


@dataclass(frozen=True, slots=True, order=True)
class VersionNumber:
    """``major.minor``, ordered as numbers.

    >>> parse_number("4.10") > parse_number("4.9"), str(parse_number("4.2"))
    (True, '4.2')
    """

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


def parse_number(text: str) -> VersionNumber | None:
    """The number that a text says, or None when it says none."""
    match = _NUMBER.match(text.strip())
    return VersionNumber(int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class Effective:
    """A published version and the instant from which it holds."""

    id: int
    number: VersionNumber
    effective_at: datetime


def in_force(versions: Iterable[Effective], at: datetime) -> Effective | None:
    """The version with the greatest effective instant that is not after ``at``; of equal ones the greater number.

    Nobody flips a version into force: the clock does.
    """
    begun = [version for version in versions if version.effective_at <= at]
    return max(begun, key=lambda version: (version.effective_at, version.number), default=None)
