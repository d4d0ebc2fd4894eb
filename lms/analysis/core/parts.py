"""Into which parts a cohort may be split: by language, by site, by vendor, and by the window of the attempt.

Each view may be subtracted from every other, also one of a site from one of a language: of ten who took it in English,
nine of them at one site, the two views tell the tenth. So there is one set of ways for each cohort, and every figure of
a part of the cohort is made of the cells of all of them together: 5 people or more each, or nobody. What lies between
two such figures is then nobody, or at least 5 people. A cohort that cannot bear a way is in no figure of it.

A cohort of fewer than 5 people is in no figure of a part. Its trainers split no cohort, and need its 5 people only.
Who repeated an attempt is told apart from who did not, by the pass rates of both: these must be 5 or more, or nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np

from lms.analysis.core.responses import BoolArray, Cell, Responses
from lms.kit.figures import SMALL_GROUP, is_small


class Way(StrEnum):
    """What people are told apart by, beside their cohort. The first that a cohort can bear come first."""

    LANGUAGE = "language"
    SITE = "site"
    VENDOR = "vendor"
    TRAINER = "trainer"
    WINDOW = "window"
    RETAKE = "retake"


SPLITTING = (Way.LANGUAGE, Way.SITE, Way.VENDOR, Way.WINDOW)
"""The ways by which people of one cohort may differ, in the order in which they are granted."""

Cohort = str | None
Parts = Mapping[Way, Sequence[Hashable]]
"""By way, the part of each person."""


def granted(cohorts: Sequence[Cohort], parts: Parts) -> dict[Cohort, frozenset[Way]]:
    """By cohort, the ways in which figures may be made of it. ``cohorts`` has one for each person.

    >>> languages, sites = ["en"] * 10 + ["ja"] * 5, ["tokyo"] * 9 + ["osaka"] * 6
    >>> both = granted(["A"] * 15, {Way.LANGUAGE: languages, Way.SITE: sites})
    >>> sorted(map(str, both["A"]))  # by site as well, the one in English at Osaka would be told
    ['language', 'trainer']
    """
    found: dict[Cohort, frozenset[Way]] = {}
    of_cohorts: dict[Cohort, list[int]] = {}
    for place, cohort in enumerate(cohorts):
        of_cohorts.setdefault(cohort, []).append(place)
    for cohort, members in of_cohorts.items():
        if is_small(len(members)):
            found[cohort] = frozenset()
            continue
        ways: list[Way] = []
        for way in SPLITTING:
            if way in parts and _all_large(cells(parts, [*ways, way], members)):
                ways.append(way)
        found[cohort] = frozenset([*ways, Way.TRAINER])
    return found


def cells(parts: Parts, ways: Sequence[Way], people: Sequence[int]) -> list[tuple[Hashable, ...]]:
    """The cell of each of these people by all of these ways together."""
    columns = [[parts[way][place] for place in people] for way in ways]
    return list(zip(*columns, strict=True)) if columns else [()] * len(people)


def _all_large(members: Sequence[Hashable]) -> bool:
    return not any(is_small(count) for count in Counter(members).values())


def without_few_of_parts(responses: Responses, parts: Parts, ways: Mapping[Cohort, Collection[Way]]) -> Responses:
    """Withhold the answers to an item of every cohort of which 1 to 4 people of one cell have it.

    The cells are those of all ways that the cohort bears, whatever the view, so that an item is in every figure of its
    parts or in none. Such answers stay in the score.
    """
    hidden = np.zeros_like(responses.available)
    members: dict[Cohort, list[int]] = {}
    for row, person in enumerate(responses.people):
        members.setdefault(person.cohort, []).append(row)
    for cohort, rows in members.items():
        splitting = [way for way in SPLITTING if way in ways.get(cohort, ()) and way in parts]
        groups: dict[Hashable, list[int]] = {}
        for row, cell in zip(rows, cells(parts, splitting, rows), strict=True):
            groups.setdefault(cell, []).append(row)
        for group in groups.values():
            counts = responses.available[group].sum(axis=0)
            few = (counts > 0) & (counts < SMALL_GROUP)
            hidden[np.ix_(np.array(rows), np.flatnonzero(few))] = True
    hidden &= responses.available
    if not hidden.any():
        return responses
    return replace(responses, states=np.where(hidden, np.int8(Cell.WITHHELD), responses.states))


def bearing(cohorts: Sequence[Cohort], ways: Mapping[Cohort, Collection[Way]], wanted: Collection[Way]) -> BoolArray:
    """Per person: whether their cohort bears every one of the wanted ways."""
    return np.array([set(wanted) <= set(ways[cohort]) for cohort in cohorts], dtype=np.bool_)
