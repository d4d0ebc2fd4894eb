"""What is being done about the questions of a quiz: the feature above that keeps it registers how it is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Something that is done about a question and not over."""

    owner: str
    """By code."""
    due_on: date
    is_overdue: bool
    endpoint: str
    """The page that shows it; empty where it is out of reach of whoever reads."""
    arguments: Mapping[str, Any]


Found = Callable[[int], Mapping[str, Sequence[UnderWay]]]
_registered: list[Found] = []


def register_under_way(found: Found) -> None:
    """Let a feature say what is done about a quiz: by code of the question, in order."""
    _registered.append(found)


def load_under_way(quiz_id: int) -> dict[str, list[UnderWay]]:
    """What is done about each question of a quiz; a question about which nothing is done is absent."""
    every: dict[str, list[UnderWay]] = {}
    for found in _registered:
        for question, listed in found(quiz_id).items():
            every.setdefault(question, []).extend(listed)
    return every
