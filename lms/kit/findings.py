"""What a check of a file found: level, place, code and facts. Shared by every reader of outside files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How grave a finding is. Only ``error`` keeps an input from being applied."""

    ERROR = "error"
    DROPPED = "dropped"
    CHANGED = "changed"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``line`` and ``column`` count from 1 and are None where the input has no lines."""

    level: Level
    code: str
    line: int | None = None
    column: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding is an error.

    >>> has_errors([Finding(Level.INFO, "unknown-key")])
    False
    """
    return any(finding.level is Level.ERROR for finding in findings)
