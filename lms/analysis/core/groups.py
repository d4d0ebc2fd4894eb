"""Which people a figure may tell apart, so that nobody finds a small group by subtracting one view from another.

Views can be subtracted: all cohorts less the others, a cohort less one of its languages, an item's facility less the
choices of those who had its newest version. A figure of a part is therefore made cohort by cohort: a cohort in which
one of the parts has 1 to 4 people is in the figure of none of its parts, in its own view and in the view of all alike.
What a subtraction leaves is then nobody, or at least 5 people. People without a cohort are a cohort here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from lms.analysis.core.responses import BoolArray, Cell, Person, Responses
from lms.kit.figures import SMALL_GROUP, is_small


def few_of_a_language(people: Sequence[Person]) -> frozenset[str | None]:
    """The cohorts of which 1 to 4 people took the quiz in one language: they are in no figure of a language.

    >>> people = [Person(f"A{n}", "en" if n < 4 else "ja", "A") for n in range(9)]
    >>> sorted(few_of_a_language([*people, *(Person(f"B{n}", "ja", "B") for n in range(5))]))
    ['A']
    """
    counts = Counter((person.cohort, person.language) for person in people)
    return frozenset(cohort for (cohort, _language), count in counts.items() if is_small(count))


def separable(people: Sequence[Person], parts: Sequence[Hashable]) -> BoolArray:
    """Per person: whether their cohort may be split into these parts. Who has no part (None) counts nowhere."""
    counts = Counter((person.cohort, part) for person, part in zip(people, parts, strict=True) if part is not None)
    mixed = {cohort for (cohort, _part), count in counts.items() if is_small(count)}
    return np.array([person.cohort not in mixed for person in people], dtype=np.bool_)


def without_few(responses: Responses, *, by_language: bool = False) -> Responses:
    """Withhold the cells of an item that only 1 to 4 people of a cohort have (or of one language of a cohort).

    Such cells stay in the score, as those not reached do, and are left out of every figure of the item. Groups that
    are small as a whole are not for this rule: cohorts of fewer than 5 people, which hide each other where they are 5
    together, count as one here.
    """
    sizes = Counter(person.cohort for person in responses.people)
    cohorts = ["" if is_small(sizes[person.cohort]) else f"={person.cohort}" for person in responses.people]
    groups = [
        (cohort, person.language if by_language else None)
        for cohort, person in zip(cohorts, responses.people, strict=True)
    ]
    members: dict[tuple[str, str | None], list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    few: dict[str, BoolArray] = {}
    for (cohort, _language), listed in members.items():
        counts = responses.available[listed].sum(axis=0)
        small = (counts > 0) & (counts < SMALL_GROUP) & (len(listed) >= SMALL_GROUP)
        few[cohort] = few.get(cohort, np.zeros_like(small)) | small
    if not any(items.any() for items in few.values()):
        return responses
    hidden = np.array([few[cohort] for cohort in cohorts]) & responses.available
    return replace(responses, states=np.where(hidden, np.int8(Cell.WITHHELD), responses.states))


def of_languages(responses: Responses) -> Responses:
    """What figures of one language beside the other may rest on."""
    apart = few_of_a_language(responses.people)
    return without_few(responses.only([person.cohort not in apart for person in responses.people]), by_language=True)
