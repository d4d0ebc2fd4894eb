"""How far two languages lie apart: per item in facility, and for the whole test in points.

A gap is a description. Whether an item is harder in one language *at equal ability* is the question of ``dif``.

Cohorts in which few people took the quiz in one language are on neither side (``groups``); each side says its n.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from lms.analysis.core.groups import of_languages
from lms.analysis.core.items import facility, mean_share
from lms.analysis.core.responses import Cell, FloatArray, Responses
from lms.kit.figures import Interval, difference, is_small, shown_count


@dataclass(frozen=True, slots=True)
class Side:
    """One language's part: people counted, share (0 to 1) with its 95 % interval.

    For fewer than 5 people ``n``, share and interval are None, and ``n_shown`` is ``<5``. Then the other language has
    no share either: with the total it would give the small group away.
    """

    language: str
    n: int | None
    n_shown: str
    share: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Gap:
    """``gap`` = share of the first language minus that of the second, None where one of the two has no figure."""

    first: Side
    second: Side
    gap: float | None
    interval: Interval | None


def item_gaps(responses: Responses, first: str = "en", second: str = "ja") -> dict[str, Gap]:
    """The gap in facility of every item, between the people who took it in one language and in the other."""
    counted = _counted(responses)
    sides = [(language, _speaking(counted, language)) for language in (first, second)]
    gaps = {}
    for column, item in enumerate(responses.items):
        one, other = (
            _side(language, int(rows.available[:, column].sum()), *facility(rows, column)) for language, rows in sides
        )
        gaps[item.code] = _gap(one, other)
    return gaps


def score_gap(responses: Responses, first: str = "en", second: str = "ja") -> Gap:
    """The gap in mean score share of the whole test.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> people = [Person(f"L{n}", "en" if n < 6 else "ja") for n in range(12)]
    >>> answers = [Answer(person.code, "Q1", 0.75 if person.language == "en" else 0.5) for person in people]
    >>> score_gap(collect(people, [Item("Q1")], answers)).gap
    0.25
    """
    counted, sides = _counted(responses), []
    for language in (first, second):
        shares = score_shares(_speaking(counted, language))
        sides.append(_side(language, len(shares), *mean_share(shares)))
    return _gap(*sides)


def score_shares(responses: Responses) -> FloatArray:
    """The score of each person with at least one item in the paper: marks over the maximum of their own paper, 0 to 1.

    Blank and not reached count 0; what is missing was not in the paper.
    """
    possible = (responses.states != Cell.MISSING) @ responses.maxima
    sat = possible > 0
    shares: FloatArray = np.minimum(responses.marks[sat].sum(axis=1) / possible[sat], 1.0)
    return shares


def _counted(responses: Responses) -> Responses:
    """Who is counted; everybody where a language has few people at all, since both sides are withheld then.

    A gap is of marks, so what was chosen is left out.
    """
    responses = replace(responses, chosen={})
    counts = Counter(person.language for person in responses.people)
    return responses if any(is_small(count) for count in counts.values()) else of_languages(responses)


def _speaking(responses: Responses, language: str) -> Responses:
    return responses.only([person.language == language for person in responses.people])


def _side(language: str, n: int, share: float | None, interval: Interval | None) -> Side:
    if is_small(n):
        return Side(language, None, shown_count(n), None, None)
    return Side(language, n, shown_count(n), share, interval)


def _gap(first: Side, second: Side) -> Gap:
    if first.n is None or second.n is None:
        return Gap(replace(first, share=None, interval=None), replace(second, share=None, interval=None), None, None)
    if first.share is None or second.share is None:
        return Gap(first, second, None, None)
    interval = None
    if first.interval is not None and second.interval is not None:
        interval = difference(first.share, first.interval, second.share, second.interval)
    return Gap(first, second, first.share - second.share, interval)
