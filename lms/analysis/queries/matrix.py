"""The response matrix of a quiz from the columns of its graded answers, and what its questions were when taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lms.analysis.core.items import OptionFigures, options_figures
from lms.analysis.core.responses import BoolArray, Cell, Item, Person, Responses
from lms.analysis.queries.evidence import NO_ANSWER, Evidence, Taken
from lms.analysis.queries.known import Rest
from lms.analysis.queries.rows import Localized, Sitting
from lms.kit.figures import is_small


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
    facts = [taken.get(pair) for pair in evidence.pairs]
    column_of = np.array([columns[fact.code] if fact else 0 for fact in facts], dtype=np.int64)
    number_of = np.array([fact.number if fact else 0 for fact in facts], dtype=np.int64)
    some = evidence.only(kept)
    cells = (some.attempt, column_of[some.pair])
    shares = np.zeros((len(sittings), len(items)), dtype=np.float64)
    states, versions = shares.astype(np.int8), shares.astype(np.int64)
    states[cells], versions[cells] = some.states, number_of[some.pair]
    answered = some.states == Cell.ANSWERED
    shares[cells] = np.where(answered, some.shares, 0.0)
    chosen = {
        item.code: _chosen(item, some, answered & (some.pair == some.pairs.index(newest[item.code][0])), len(sittings))
        for item in items
        if item.options
    }
    return Responses(tuple(people_of(sittings)), tuple(items), shares, states, chosen, versions)


def _chosen(item: Item, evidence: Evidence, counted: BoolArray, people: int) -> BoolArray:
    """Who chose what of one question: people x options. ``counted`` are the answers looked at."""
    places = {option: place for place, option in enumerate(item.options)}
    chosen = np.zeros((people, len(places)), dtype=np.bool_)
    attempts, answers = evidence.attempt[counted], evidence.answer[counted]
    for answer in set(answers.tolist()) - {NO_ANSWER}:
        for option in evidence.chosen(answer):
            chosen[attempts[answers == answer], places[option]] = True
    return chosen


def options_of(responses: Responses) -> dict[str, tuple[OptionFigures, ...]]:
    """The figures of options of every question of which at least 5 people had the newest version."""
    return {
        code: options
        for code, options in options_figures(responses).items()
        if options and options[0].n and not is_small(options[0].n)
    }
