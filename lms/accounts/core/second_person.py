"""Whoever prepared a thing does not release it, as long as somebody else could.

A small installation is not held up: with nobody else who has the right, it goes through, and the journal says so.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from lms.accounts.core.roles import Role


class Release(StrEnum):
    """What the rule says to somebody who wants to release a thing."""

    TOGETHER = "together"
    """Somebody else prepared it."""
    ALONE = "alone"
    """They prepared it themselves, and nobody else could release it."""
    WAITS = "waits"
    """They prepared it themselves, and somebody else can release it."""


def is_for_two(role: Role) -> bool:
    """Whether giving a role takes two where giving roles does: whoever becomes a learner gains power over nobody."""
    return role is not Role.LEARNER


def judge(prepared_by: int, released_by: int, able: Collection[int]) -> Release:
    """Whether somebody may release what was prepared; ``able`` holds the ids of all who could just now.

    >>> judge(prepared_by=1, released_by=1, able={1, 2}), judge(prepared_by=1, released_by=1, able={1})
    (<Release.WAITS: 'waits'>, <Release.ALONE: 'alone'>)
    """
    if prepared_by != released_by:
        return Release.TOGETHER
    return Release.WAITS if set(able) - {prepared_by} else Release.ALONE
