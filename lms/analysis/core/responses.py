"""The response matrix: people x items of mark shares, with what was blank, not reached and missing kept apart.

Two bases follow from it, and every figure says which it uses. *Available cells* are those that were shown and
reached: facility, spread and option counts rest on them. *Complete rows* are the people with every cell available:
total and rest scores, and all that is built on these. ``used`` and ``dropped`` say how many people that were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]
StateArray: TypeAlias = NDArray[np.int8]


class Cell(IntEnum):
    """What became of one item with one person."""

    WITHHELD = -1  # few people of the cohort have it: counts for the score, left out of item statistics
    MISSING = 0  # not in the paper, or an empty CSV cell: left out of everything
    NOT_REACHED = 1  # in the paper, but no page with it was opened: 0 for the score, left out of item statistics
    BLANK = 2  # shown, no answer at close: mark 0, counts
    ANSWERED = 3


@dataclass(frozen=True, slots=True)
class Person:
    """One row: the person's code, and what the person can be grouped by. ``group`` is free, for a CSV's own column."""

    code: str
    language: str | None = None
    cohort: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One column. ``maximum`` is in marks; ``options`` stand in their order, ``keys`` are those with full marks.

    ``options`` is empty for an item whose answers are not choices from a list. ``version`` numbers the wording and key
    that options and keys are of: a question that was revised is one item still, since its marks compare, but what was
    chosen does not compare across versions.
    """

    code: str
    maximum: float = 1.0
    options: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One graded cell: ``share`` of the item's maximum (0 to 1) and the options that were chosen.

    ``version`` numbers the wording and key by which it was given and graded.
    """

    person: str
    item: str
    share: float = 0.0
    state: Cell = Cell.ANSWERED
    chosen: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, eq=False)
class Responses:
    """A frozen response matrix; its arrays cannot be written to.

    ``shares`` is people x items, 0 to 1, and 0 wherever nothing was answered; ``states`` holds a :class:`Cell` for
    each. ``chosen`` has, for an item with options, a matrix people x options that says who chose what, in the version
    that the item describes. ``versions`` is people x items: by which version each cell was graded; None where no item
    has more than one.
    """

    people: tuple[Person, ...]
    items: tuple[Item, ...]
    shares: FloatArray
    states: StateArray
    chosen: Mapping[str, BoolArray] = field(default_factory=dict)
    versions: IntArray | None = None

    def __post_init__(self) -> None:
        shape = (len(self.people), len(self.items))
        if self.shares.shape != shape or self.states.shape != shape:
            raise ValueError(f"the matrix must be {shape[0]} people x {shape[1]} items")
        if self.shares.size and not (self.shares.min() >= 0 and self.shares.max() <= 1):
            raise ValueError("a share of marks lies between 0 and 1")
        for choices in self.chosen.values():
            choices.setflags(write=False)
        self.shares.setflags(write=False)
        self.states.setflags(write=False)
        if self.versions is not None:
            self.versions.setflags(write=False)

    @cached_property
    def available(self) -> BoolArray:
        """People x items: which cells count in the figures of an item."""
        return np.asarray(self.states >= Cell.BLANK)

    @cached_property
    def complete(self) -> BoolArray:
        """Per person: whether every cell is available."""
        return np.asarray(self.available.all(axis=1) & (len(self.items) > 0))

    @property
    def used(self) -> int:
        """How many people have a complete row."""
        return int(self.complete.sum())

    @property
    def dropped(self) -> int:
        """How many people have not, and are therefore in no total or rest score."""
        return len(self.people) - self.used

    @cached_property
    def maxima(self) -> FloatArray:
        """Per item: the marks that a full answer earns."""
        return np.array([item.maximum for item in self.items], dtype=np.float64)

    @cached_property
    def marks(self) -> FloatArray:
        """People x items, in marks."""
        return self.shares * self.maxima

    @cached_property
    def right(self) -> BoolArray:
        """People x items: who has full marks, which is what "right" means in every count."""
        return np.asarray((self.shares >= 1 - 1e-9) & (self.states == Cell.ANSWERED))

    @cached_property
    def totals(self) -> FloatArray:
        """Per person of a complete row: the sum of marks, rounded to 1e-9 so that equal scores are equal numbers."""
        totals: FloatArray = np.round(self.marks[self.complete].sum(axis=1), 9)
        return totals

    @cached_property
    def rests(self) -> FloatArray:
        """Complete rows x items: the total without the item itself."""
        rests: FloatArray = np.round(self.totals[:, np.newaxis] - self.marks[self.complete], 9)
        return rests

    def index(self, item: str) -> int:
        """The column of an item; KeyError when there is none."""
        return self._columns[item]

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {item.code: column for column, item in enumerate(self.items)}

    def only(self, wanted: Sequence[bool] | BoolArray) -> Responses:
        """The same items with some of the people.

        >>> both = collect([Person("L1", "en"), Person("L2", "ja")], [Item("Q1")], [Answer("L2", "Q1", 1.0)])
        >>> both.only([person.language == "ja" for person in both.people]).shares.tolist()
        [[1.0]]
        """
        mask = np.asarray(wanted, dtype=np.bool_)
        if mask.all():
            return self
        return replace(
            self,
            people=tuple(person for person, keep in zip(self.people, mask, strict=True) if keep),
            shares=self.shares[mask],
            states=self.states[mask],
            chosen={item: choices[mask] for item, choices in self.chosen.items()},
            versions=None if self.versions is None else self.versions[mask],
        )


def collect(people: Sequence[Person], items: Sequence[Item], answers: Iterable[Answer]) -> Responses:
    """Lay graded answers out as a matrix. What has no answer is missing; an unknown person, item or option: KeyError.

    What was chosen in another version than the item's is not laid out: its options are others.

    >>> people, items = [Person("L1"), Person("L2")], [Item("HAR-014"), Item("HAR-024")]
    >>> blank = Answer("L1", "HAR-024", state=Cell.BLANK)
    >>> responses = collect(people, items, [Answer("L1", "HAR-014", 1.0), blank, Answer("L2", "HAR-014", 0.5)])
    >>> responses.available.tolist(), responses.used, responses.dropped
    ([[True, True], [True, False]], 1, 1)
    """
    rows = {person.code: row for row, person in enumerate(people)}
    columns = {item.code: column for column, item in enumerate(items)}
    if len(rows) != len(people) or len(columns) != len(items):
        raise ValueError("every person and every item stands once")
    places = {item.code: {option: place for place, option in enumerate(item.options)} for item in items if item.options}
    shares = np.zeros((len(people), len(items)), dtype=np.float64)
    states = np.zeros((len(people), len(items)), dtype=np.int8)
    versions = np.zeros((len(people), len(items)), dtype=np.int64)
    chosen = {item: np.zeros((len(people), len(options)), dtype=np.bool_) for item, options in places.items()}
    for answer in answers:
        row, column = rows[answer.person], columns[answer.item]
        states[row, column] = answer.state
        versions[row, column] = answer.version
        if answer.state is not Cell.ANSWERED:
            continue
        shares[row, column] = answer.share
        if answer.item in places and answer.version == items[column].version:
            for option in answer.chosen:
                chosen[answer.item][row, places[answer.item][option]] = True
    return Responses(tuple(people), tuple(items), shares, states, chosen, versions)
