"""The matrix itself: states, the two bases, totals, and that it is frozen."""

from __future__ import annotations

import numpy as np
import pytest

from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect

PEOPLE = [Person("L1", "en", "Tokyo A"), Person("L2", "ja", "Tokyo A"), Person("L3", "ja", "Osaka B")]
ITEMS = [Item("HAR-014", options=("o1", "o2"), keys=frozenset({"o2"})), Item("HAR-024", maximum=2.0)]
ANSWERS = [
    Answer("L1", "HAR-014", 1.0, chosen=("o2",)),
    Answer("L1", "HAR-024", 0.715),
    Answer("L2", "HAR-014", 0.0, chosen=("o1",)),
    Answer("L2", "HAR-024", state=Cell.BLANK),
    Answer("L3", "HAR-014", 1.0, chosen=("o2",)),
    Answer("L3", "HAR-024", state=Cell.NOT_REACHED),
]


def test_blank_counts_and_what_was_not_reached_does_not() -> None:
    responses = collect(PEOPLE, ITEMS, ANSWERS)
    assert responses.available.tolist() == [[True, True], [True, True], [True, False]]
    assert responses.complete.tolist() == [True, True, False]
    assert (responses.used, responses.dropped) == (2, 1)
    assert responses.right.tolist() == [[True, False], [False, False], [True, False]]


def test_totals_and_rests_are_in_marks_and_of_complete_rows() -> None:
    responses = collect(PEOPLE, ITEMS, ANSWERS)
    assert responses.totals.tolist() == [2.43, 0.0]
    assert responses.rests.tolist() == [[1.43, 1.0], [0.0, 0.0]]


def test_equal_scores_are_equal_numbers_whatever_they_are_the_sum_of() -> None:
    items = [Item(f"Q{n}") for n in range(3)]
    rows = {"L1": (0.1, 0.2, 0.3), "L2": (0.3, 0.2, 0.1), "L3": (0.6, 0.0, 0.0)}
    answers = [Answer(person, f"Q{n}", share) for person, row in rows.items() for n, share in enumerate(row)]
    responses = collect([Person(code) for code in rows], items, answers)
    assert set(responses.totals.tolist()) == {0.6}


def test_choices_stand_in_the_order_of_the_options() -> None:
    responses = collect(PEOPLE, ITEMS, ANSWERS)
    assert responses.chosen["HAR-014"].tolist() == [[False, True], [True, False], [False, True]]
    assert set(responses.chosen) == {"HAR-014"}
    japanese = responses.only([person.language == "ja" for person in responses.people])
    assert [person.code for person in japanese.people] == ["L2", "L3"]
    assert japanese.chosen["HAR-014"].tolist() == [[True, False], [False, True]]
    assert japanese.used == 1


def test_nothing_can_be_written_to() -> None:
    responses = collect(PEOPLE, ITEMS, ANSWERS)
    for array in (responses.shares, responses.states, responses.chosen["HAR-014"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_what_cannot_be_a_matrix_of_shares_is_refused() -> None:
    people, items = tuple(PEOPLE[:1]), tuple(ITEMS[:1])
    states = np.full((1, 1), Cell.ANSWERED, dtype=np.int8)
    for share in (1.5, -0.1, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            Responses(people, items, np.array([[share]]), states)
    with pytest.raises(ValueError, match="1 people x 1 items"):
        Responses(people, items, np.zeros((1, 2)), states)
    with pytest.raises(ValueError, match="stands once"):
        collect([PEOPLE[0], PEOPLE[0]], ITEMS, [])
    with pytest.raises(KeyError):
        collect(PEOPLE, ITEMS, [Answer("L9", "HAR-014")])
