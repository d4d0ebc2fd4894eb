"""What follows for somebody whose attempt crosses the cut by a correction."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from lms.quizzes.core.regrading import Standing


class Follow(StrEnum):
    """What follows for somebody whose attempt crosses the cut."""

    PASSES = "passes"
    BEST_COUNTS = "best_counts"
    """Another attempt of theirs passes anyhow."""
    KEPT = "kept"
    FALLS = "falls"


def what_follows(before: Standing, after: Standing, fails: bool, others: Collection[str]) -> Follow | None:
    """What follows for one attempt; None where it stays on its side of the cut.

    ``others`` are the person's further attempts that pass; ``fails`` says that by the marks alone a pass would fall.

    >>> what_follows(Standing(15, 20, False), Standing(16, 20, True), False, ())
    <Follow.PASSES: 'passes'>
    """
    if fails:
        return Follow.KEPT if after.passed else Follow.BEST_COUNTS if others else Follow.FALLS
    if after.passed and not before.passed:
        return Follow.BEST_COUNTS if others else Follow.PASSES
    return None
