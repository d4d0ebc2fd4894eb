"""Who has taken a quiz, read once and kept for as long as the database says the same of them.

Before each use the database is asked for the rows, joined to one text there, and the text is hashed here. A text that
is known costs neither an object for each attempt nor the arithmetic that rests on it; another, after a regrade, an
attempt, a move to another cohort or a site's new name, is taken apart: what tells of a change is what is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.analysis.core.populations import Population
from lms.analysis.queries.known import elsewhere_query
from lms.analysis.queries.rows import (
    Localized,
    Places,
    Sitting,
    Sittings,
    given_query,
    places_of,
    places_query,
    sittings_of,
    sittings_query,
    spells_query,
)
from lms.analysis.queries.texts import load_texts, rows_of
from lms.kit.kept import Kept
from lms.quizzes.models import Quiz

_MOST = 8


@dataclass(frozen=True, eq=False, slots=True)
class Results:
    """The attempts of a quiz, the names of their cohorts and places, and how good people were in other quizzes."""

    fingerprint: str
    of: Sittings
    cohorts: Mapping[str, Localized]
    places: Places
    elsewhere: Mapping[str, float]

    @property
    def first(self) -> Sequence[Sitting]:
        """Everybody's first attempt."""
        return self.of[Population.FIRST]

    @property
    def windows(self) -> Sequence[str]:
        """The windows in which somebody took the quiz, the newest first."""
        return sorted({each.window for sittings in self.of.values() for each in sittings}, reverse=True)

    def populations(self, window: str) -> Sequence[Population]:
        """The populations that have anybody in a window, or in any where none is named."""
        return [one for one, sittings in self.of.items() if any(window in ("", each.window) for each in sittings)]


kept: Kept[str, Results] = Kept(_MOST)


def load_results(quiz: Quiz) -> Results:
    """Who has taken a quiz, as the database has it now."""
    texts = load_texts(
        sittings_query(quiz), given_query(quiz), spells_query(quiz), places_query(), elsewhere_query(quiz)
    )
    found = fingerprint_of((quiz.id, [hashlib.sha256(text.encode()).digest() for text in texts]))
    known = kept.find(found)
    if known is not None:
        return known
    *of_sittings, places, above = texts
    sittings, cohorts = sittings_of(*of_sittings)
    elsewhere = {code: float(mean) for code, mean in rows_of(above)}
    taken_at = places_of(places).of(sittings[Population.FIRST])
    return kept.keep(found, Results(found, sittings, cohorts, taken_at, elsewhere))


def fingerprint_of(value: object) -> str:
    """A value in few letters, by what is written for it."""
    return hashlib.sha256(repr(value).encode()).hexdigest()
