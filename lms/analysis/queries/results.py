"""Who has taken a quiz, read once and kept for as long as the database says the same of them.

Before each use the database is asked for a fingerprint: the very rows that would be read, joined to one text there and
hashed here. So whatever would be read otherwise, a regrade, an attempt, a move to another cohort or a site's new name,
is read; and a look at what is known costs neither an object for each attempt nor the arithmetic that rests on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, select, union_all

from lms.analysis.core.populations import Population
from lms.analysis.queries.known import elsewhere_query
from lms.analysis.queries.rows import Localized, Sitting, Sittings, load_sittings, sittings_query, spells_query
from lms.foundation.db import db
from lms.kit.kept import Kept
from lms.quizzes.models import Quiz

_MOST = 8
_COLUMN, _ROW, _NOTHING = "\x1f", "\x1e", "\x1d"
"""JSON and codes hold none of these characters."""


@dataclass(frozen=True, eq=False, slots=True)
class Results:
    """The attempts of a quiz, the names of their cohorts, and how good their people were in other quizzes."""

    fingerprint: str
    of: Sittings
    cohorts: Mapping[str, Localized]
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
    texts = _load_texts(sittings_query(quiz), spells_query(quiz), elsewhere_query(quiz))
    found = fingerprint_of((quiz.id, texts))
    known = kept.find(found)
    if known is not None:
        return known
    sittings, cohorts = load_sittings(quiz)
    elsewhere = {code: float(mean) for code, mean in _rows(texts[2])}
    return kept.keep(found, Results(found, sittings, cohorts, elsewhere))


def _load_texts(*queries: Select[*tuple[Any, ...]]) -> list[str]:
    """What each of these queries finds, as one text; one statement, whatever they find."""
    joined = union_all(*(_joined(place, query) for place, query in enumerate(queries)))
    return [str(text) for _place, text in sorted(tuple(row) for row in db.session.execute(joined))]


def _joined(place: int, query: Select[*tuple[Any, ...]]) -> Select[int, str]:
    row: ColumnElement[str] = literal("")
    for column in query.subquery().columns:
        row = row.concat(literal(_COLUMN)).concat(func.coalesce(cast(column, Text), _NOTHING))
    return select(literal(place), func.coalesce(func.aggregate_strings(row, _ROW), ""))


def _rows(text: str) -> list[list[str]]:
    """The rows of such a text, column by column."""
    return [row.split(_COLUMN)[1:] for row in text.split(_ROW) if row]


def fingerprint_of(value: object) -> str:
    """A value in few letters, by what is written for it."""
    return hashlib.sha256(repr(value).encode()).hexdigest()
