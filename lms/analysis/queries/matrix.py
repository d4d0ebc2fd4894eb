"""The response matrix of a quiz from the columns of its graded answers, and what its questions were when taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lms.analysis.core.items import OptionFigures, options_figures
from lms.analysis.core.responses import BoolArray, Cell, Item, Person, Responses
from lms.analysis.queries.evidence import Evidence, Taken, cell_of, options_chosen
from lms.analysis.queries.known import Rest
from lms.analysis.queries.rows import Localized, Sitting
from lms.kit.figures import is_small
from lms.quizzes.core.marked import Line


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """What a page or report says of a question beside its figures, by its newest version that was answered.

    ``version_n`` is that version; ``number`` orders versions and keys of one question.
    """

    code: str
    bank: str
    type: str
    body: Mapping[str, Any]
    section: str | None
    keys: frozenset[str]
    misconceptions: Mapping[str, Localized]
    version_n: int
    number: int
    rest: Rest | None
    is_withheld: bool
    """Whether whoever reads may not see its key yet."""
    pair: Taken
    """The version and the key with which it was taken."""


def people_of(sittings: Iterable[Sitting]) -> list[Person]:
    return [Person(sitting.person, sitting.language, sitting.cohort) for sitting in sittings]


def mask_of(everyone: Sequence[Sitting], some: Iterable[Sitting]) -> BoolArray:
    wanted = {sitting.attempt_id for sitting in some}
    return np.array([sitting.attempt_id in wanted for sitting in everyone], dtype=np.bool_)


def responses_of(
    sittings: Sequence[Sitting], evidence: Evidence, kept: BoolArray, taken: Mapping[Taken, QuestionFacts]
) -> Responses:
    """The response matrix: who earned what of each question, and what they chose of its newest version.

    ``sittings`` are those of ``kept`` (a mask of all gradings), in the same order.
    """
    newest = {fact.code: (pair, fact) for pair, fact in taken.items()}
    items = [
        Item(
            fact.code,
            options=tuple(option["id"] for option in fact.body["groups"].get("options", ())),
            keys=fact.keys,
            version=fact.number,
        )
        for _code, (_pair, fact) in sorted(newest.items())
    ]
    columns = {item.code: column for column, item in enumerate(items)}
    some = evidence.only(kept)
    facts = [taken.get(line.taken) for line in some.lines]
    column_of = np.array([columns[fact.code] if fact else 0 for fact in facts], dtype=np.int64)
    number_of = np.array([fact.number if fact else 0 for fact in facts], dtype=np.int64)
    states_of = np.array([cell_of(line) for line in some.lines], dtype=np.int8)
    shares_of = np.array([line.share for line in some.lines]) * (states_of == Cell.ANSWERED)
    cells, line = (some.attempt, column_of[some.line]), some.line
    shape = (len(sittings), len(items))
    shares, states, versions = (np.zeros(shape, kind) for kind in (np.float64, np.int8, np.int64))
    shares[cells], states[cells], versions[cells] = shares_of[line], states_of[line], number_of[line]
    picked_of = _picked(some.lines, {pair: items[columns[code]] for code, (pair, _fact) in newest.items()})
    picked = np.zeros((*shape, picked_of.shape[1]), dtype=np.bool_)
    picked[cells] = picked_of[line]
    chosen = {item.code: picked[:, columns[item.code], : len(item.options)].copy() for item in items if item.options}
    return Responses(tuple(people_of(sittings)), tuple(items), shares, states, chosen, versions)


def _picked(lines: Sequence[Line], newest: Mapping[Taken, Item]) -> BoolArray:
    """Lines x options: what an answer chose of the newest version of its question."""
    picked = np.zeros((len(lines), max((len(item.options) for item in newest.values()), default=0)), dtype=np.bool_)
    for row, line in enumerate(lines):
        item = newest.get(line.taken)
        if item and item.options and cell_of(line) is Cell.ANSWERED:
            picked[row, [item.options.index(option) for option in options_chosen(line)]] = True
    return picked


def options_of(responses: Responses) -> dict[str, tuple[OptionFigures, ...]]:
    """The figures of options of every question of which at least 5 people had the newest version."""
    return {
        code: options
        for code, options in options_figures(responses).items()
        if options and options[0].n and not is_small(options[0].n)
    }
