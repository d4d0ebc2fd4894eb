"""What late answers do to a graded paper once they are counted: another run on top of the one that stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.quizzes.core.grading import GradedItem, Outcome
from lms.quizzes.core.regrading import Case, Correction, Standing, regraded, standing_after


@dataclass(frozen=True, slots=True)
class Place:
    """A question whose answer of record changes: its mark as it stands, and the correction by which it is marked."""

    case: Case
    correction: Correction


@dataclass(frozen=True, slots=True)
class Admitted:
    """The whole paper anew; ``fails`` says that the marks alone pass no longer, whether or not the pass is kept."""

    items: tuple[GradedItem, ...]
    after: Standing
    fails: bool


def admitted(
    standing: Standing,
    items: Sequence[GradedItem],
    places: Mapping[int, Place],
    cut_percent: int,
    *,
    lowers_pass: bool,
) -> Admitted:
    """Mark the questions at these places by their late answers; every other mark stays as it is.

    What earlier corrections did to a question holds for its late answer too. Whoever has passed keeps the pass without
    ``lowers_pass``. A question before one that is answered now is blank, and no longer not reached.
    """
    kept = {item.position: item for item in items}
    for position, place in places.items():
        item = regraded(place.case, place.correction, lowers_passes=True).item
        if item is not None:
            kept[position] = item
    last = max((position for position, place in places.items() if place.case.gradable.answer is not None), default=0)
    paper = tuple(_reached(kept[position], last) for position in sorted(kept))
    score = sum(item.awarded_thousandths for item in paper)
    maximum = sum(item.max_thousandths for item in paper)
    after, fails = standing_after(standing, score, maximum, cut_percent, lowers_passes=lowers_pass)
    return Admitted(paper, after, fails)


def _reached(item: GradedItem, last_answered: int) -> GradedItem:
    if item.outcome is Outcome.NOT_REACHED and item.position < last_answered:
        return GradedItem(item.position, item.key_n, item.awarded_thousandths, item.max_thousandths, Outcome.BLANK)
    return item
