"""The number of a policy version, and which version is in force."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


class Standing(StrEnum):
    """How a published version stands at an instant."""

    IN_FORCE = "in_force"
    COMING = "coming"
    PAST = "past"


def in_force(versions: Iterable[Effective], at: datetime) -> Effective | None:
    """The version with the greatest effective instant that is not after ``at``; of equal ones the greater number.

    Nobody flips a version into force: the clock does.
    """
    begun = [version for version in versions if version.effective_at <= at]
    return max(begun, key=lambda version: (version.effective_at, version.number), default=None)


def standings(versions: Iterable[Effective], at: datetime) -> dict[int, Standing]:
    """How each published version stands, by its id."""
    every = list(versions)
    current = in_force(every, at)
    return {
        version.id: Standing.COMING
        if version.effective_at > at
        else Standing.IN_FORCE
        if version == current
        else Standing.PAST
        for version in every
    }


def newer_in_force(
    versions: Iterable[Effective], number: VersionNumber, effective_at: datetime, at: datetime
) -> Effective | None:
    """The version of a greater number that is in force when this one takes effect, or already is if that has passed.

    Publishing the older one would take its place, or have no effect: either is worth a question.
    """
    met = in_force(versions, max(effective_at, at))
    return met if met is not None and met.number > number else None
