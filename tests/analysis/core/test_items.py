"""Item and option figures: a small example worked by hand, and laws that hold for any responses."""

from __future__ import annotations

import dataclasses
import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.analysis.core.files import Files, read_responses
from lms.analysis.core.items import (
    OptionFigures,
    correlations,
    facility,
    item_figures,
    mean_share,
    option_figures,
    options_figures,
    tail_difference,
    tail_size,
    tail_weights,
)
from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect
from lms.kit.figures import wilson

CHOICES = b"""person,Q1,Q2,Q3
L1,A,C,D
L2,A,C,D
L3,A,B,D
L4,B,C,A
L5,B,B,D
L6,A,C,A
L7,C,B,A
L8,C,,A
"""
KEY = b"item,key\nQ1,A\nQ2,C\nQ3,D\n"
"""With blanks counted the scores are 3 3 2 1 1 2 0 0, and the rest scores for Q1 are 2 2 1 1 1 1 0 0."""


def choices() -> Responses:
    reading = read_responses(Files(CHOICES, key=KEY, blank_is_zero=True))
    assert reading.responses is not None
    return reading.responses


def matrix(shares: list[list[float]]) -> Responses:
    people = [Person(f"L{row}") for row in range(len(shares))]
    items = [Item(f"Q{column}") for column in range(len(shares[0]))]
    cells = [
        Answer(f"L{row}", f"Q{column}", share) for row, line in enumerate(shares) for column, share in enumerate(line)
    ]
    return collect(people, items, cells)


right_or_wrong = st.integers(2, 6).flatmap(
    lambda items: st.lists(
        st.lists(st.sampled_from([0.0, 1.0]), min_size=items, max_size=items), min_size=2, max_size=30
    )
)
part_marks = st.integers(2, 5).flatmap(
    lambda items: st.lists(
        st.lists(st.sampled_from([0.0, 0.25, 0.333, 0.667, 1.0]), min_size=items, max_size=items),
        min_size=2,
        max_size=25,
    )
)


def test_options_worked_by_hand() -> None:
    found = option_figures(choices(), "Q1")
    assert [(option.option, option.is_key, option.count, option.share) for option in found] == [
        ("A", True, 4, 0.5),
        ("B", False, 2, 0.25),
        ("C", False, 2, 0.25),
    ]
    assert [option.mean_rest for option in found] == [1.5, 1.0, 0.0]
    # Rest scores 2 2 1 1 1 1 0 0 about their mean 1 have squares 4. A: sum of products 2, squares 2; B: 0; C: -2, 1.5.
    assert [option.rest_correlation for option in found] == [
        pytest.approx(2 / math.sqrt(4 * 2)),
        pytest.approx(0, abs=1e-15),
        pytest.approx(-2 / math.sqrt(4 * 1.5)),
    ]
    # The top and bottom 27 % of 8 people are 2 each: the two with 3 and the two with 0. The top third is 3 people: half
    # of each of the two with 2 joins, both of whom chose A.
    assert [option.top_share for option in found] == [1.0, 0.0, 0.0]
    assert [option.bottom_share for option in found] == [0.0, 0.0, 1.0]
    assert [option.top_third_share for option in found] == [1.0, 0.0, 0.0]


def test_the_lead_over_the_key_is_students_interval_of_two_means() -> None:
    key, low, _ = option_figures(choices(), "Q1")
    assert key.lead is None
    # Key: rest scores 2 2 1 1, mean 1.5, squares 1; B: 1 1, mean 1, squares 0; common variance 1/4, t(4) = 2.776445.
    reach = 2.776445 * math.sqrt(1 / 4 * (1 / 4 + 1 / 2))
    assert low.lead is not None
    assert (low.lead.low, low.lead.high) == (
        pytest.approx(-0.5 - reach, abs=1e-6),
        pytest.approx(-0.5 + reach, abs=1e-6),
    )


def test_a_blank_counts_in_the_share_and_chooses_nothing() -> None:
    found = {option.option: option for option in option_figures(choices(), "Q2")}
    assert {name: (option.count, option.share) for name, option in found.items()} == {"B": (3, 0.375), "C": (4, 0.5)}
    figures = item_figures(choices())[1]
    assert (figures.n, figures.right, figures.wrong, figures.blank, figures.facility) == (8, 4, 3, 1, 0.5)


def test_a_missing_answer_leaves_the_share_and_takes_its_row_from_the_rest_scores() -> None:
    reading = read_responses(Files(CHOICES, key=KEY))
    assert reading.responses is not None
    found = {option.option: option for option in option_figures(reading.responses, "Q2")}
    assert found["C"].share == pytest.approx(4 / 7)
    of_first = option_figures(reading.responses, "Q1")
    assert [option.count for option in of_first] == [4, 2, 2]  # L8 counts here, where the answer is available
    assert of_first[2].mean_rest == 0.0
    assert of_first[2].bottom_share == 0.5  # of 7 complete rows two are the bottom: L7 (C), and half each of L4, L5 (B)


def test_the_options_of_every_item_are_those_of_each_also_of_one_that_was_revised() -> None:
    responses = choices()
    rows = len(responses.people)
    versions = np.zeros((rows, len(responses.items)), dtype=np.int64)
    versions[rows // 2 :, 0] = 1
    for one in (responses, dataclasses.replace(responses, versions=versions)):
        assert options_figures(one) == {item: option_figures(one, item) for item in one.chosen}
        assert options_figures(one)["Q1"][0].n == (rows if one is responses else 0)


def options_taken(*counts: int) -> tuple[OptionFigures, ...]:
    """So many people chose the key A, and B, C ... in turn."""
    takers = [chr(ord("A") + place) for place, count in enumerate(counts) for _ in range(count)]
    people = [Person(f"L{row}") for row in range(len(takers))]
    item = Item("Q", options=tuple("ABCD"[: len(counts)]), keys=frozenset("A"))
    answers = [Answer(f"L{row}", "Q", float(option == "A"), chosen=(option,)) for row, option in enumerate(takers)]
    return option_figures(collect(people, [item], answers), "Q")


def test_a_dead_option_is_one_that_nobody_takes_although_thirty_err() -> None:
    assert [option.is_dead for option in options_taken(100, 30, 0)] == [False, False, True]
    assert [option.is_dead for option in options_taken(100, 29, 0)] == [False, False, False]
    assert [option.is_dead for option in options_taken(40, 30, 2)] == [False, False, False]  # upper end over 5 %
    assert wilson(2, 72).high > 0.05
    assert not options_taken(0, 200)[0].is_dead  # the key is never a dead option


def leading(count: int, by: float, keys: str = "A") -> list[bool]:
    """30 people chose the key A and ``count`` the wrong B, whose marks on another question are higher by so much; C
    makes it up to 50. Who beats the key?
    """
    takers = "A" * 30 + "B" * count + "C" * (20 - count)
    people, item = [Person(f"L{row}") for row in range(50)], Item("Q", options=("A", "B", "C"), keys=frozenset(keys))
    answers = [Answer(f"L{row}", "Q", float(taker in keys), chosen=(taker,)) for row, taker in enumerate(takers)]
    answers += [
        Answer(f"L{row}", "rest", 0.4 + row % 2 * 0.2 + by * (taker == "B")) for row, taker in enumerate(takers)
    ]
    return [option.beats_key for option in option_figures(collect(people, [item, Item("rest")], answers), "Q")]


def test_an_option_beats_the_key_when_its_ten_choosers_lead_for_certain() -> None:
    assert leading(10, 0.2) == [False, True, False]
    assert leading(9, 0.2) == [False, False, False]
    assert leading(10, 0.05) == [False, False, False], "the interval of its lead reaches 0"
    assert leading(10, -0.2) == [False, False, False]


def test_no_option_beats_several_keys() -> None:
    assert leading(10, 0.2, keys="AC") == [False, False, False]


def test_there_is_a_lead_over_a_key_that_one_person_chose_and_none_over_one_that_nobody_did() -> None:
    _, other = options_taken(1, 20)
    assert other.lead is not None
    assert options_taken(0, 20)[1].lead is None
    assert options_taken(1, 1)[1].lead is None


def test_several_options_may_be_chosen_at_once() -> None:
    item = Item("Q", options=("A", "B", "C"), keys=frozenset("AB"))
    answers = [Answer("L1", "Q", 1.0, chosen=("A", "B")), Answer("L2", "Q", 0.5, chosen=("A",))]
    found = option_figures(collect([Person("L1"), Person("L2")], [item], answers), "Q")
    assert [(option.count, option.share, option.is_key) for option in found] == [
        (2, 1.0, True),
        (1, 0.5, True),
        (0, 0.0, False),
    ]
    assert found[2].mean_rest is None


def test_right_wrong_blank_not_reached_and_missing_are_told_apart() -> None:
    people = [Person(f"L{n}") for n in range(5)]
    states = [
        Answer("L0", "Q1", 1.0),
        Answer("L1", "Q1", 0.5),
        Answer("L2", "Q1", state=Cell.BLANK),
        Answer("L3", "Q1", state=Cell.NOT_REACHED),
    ]
    figures = item_figures(collect(people, [Item("Q1")], states))[0]
    counted = (figures.n, figures.right, figures.wrong, figures.blank, figures.not_reached)
    assert counted == (3, 1, 1, 1, 1)
    assert figures.facility == 0.5


def test_marks_scale_the_spread_and_not_the_facility() -> None:
    shares = [[1.0, 0.5], [0.5, 0.0], [0.0, 1.0]]
    plain = item_figures(matrix(shares))[0]
    weighty = matrix(shares)
    weighty = dataclasses.replace(weighty, items=(Item("Q0", maximum=4.0), Item("Q1", maximum=4.0)))
    heavy = item_figures(weighty)[0]
    assert (heavy.facility, heavy.sd) == (plain.facility, pytest.approx(4 * (plain.sd or 0)))
    assert heavy.rest_correlation == pytest.approx(plain.rest_correlation)


def test_intervals_of_facility_are_wilsons_or_means() -> None:
    share, interval = facility(matrix([[1.0], [1.0], [0.0], [1.0]]), 0)
    assert (share, interval) == (0.75, wilson(3, 4))
    share, interval = mean_share(np.array([0.25, 0.5, 0.75]))
    assert share == 0.5
    assert interval is not None
    assert interval.high - 0.5 == pytest.approx(min(0.5, 4.302653 * 0.25 / math.sqrt(3)), abs=1e-6)
    assert mean_share(np.array([0.4])) == (0.4, None)
    assert mean_share(np.array([])) == (None, None)


def test_what_is_not_defined_is_none_and_warns_of_nothing() -> None:
    alone = item_figures(matrix([[1.0, 0.0]]))
    assert {(item.sd, item.point_biserial, item.rest_correlation, item.discrimination_27) for item in alone} == {
        (None, None, None, None)
    }
    alike = item_figures(matrix([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]))
    assert {(item.sd, item.rest_correlation, item.alpha_if_deleted) for item in alike} == {(0.0, None, None)}
    nobody = item_figures(collect([], [Item("Q1"), Item("Q2"), Item("Q3")], []))
    assert {(item.n, item.facility, item.interval, item.alpha_if_deleted) for item in nobody} == {(0, None, None, None)}


def test_tails_hold_exactly_their_number_of_people() -> None:
    assert [tail_size(people) for people in (0, 1, 2, 50, 1000, 1407)] == [0, 0, 1, 14, 270, 380]
    totals = np.array([5.0, 4.0, 4.0, 4.0, 1.0, 1.0, 0.0])
    assert tail_weights(totals, 2, top=True).tolist() == [1, 1 / 3, 1 / 3, 1 / 3, 0, 0, 0]
    assert tail_weights(totals, 2, top=False).tolist() == [0, 0, 0, 0, 0.5, 0.5, 1]


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.booleans())
def test_tail_weights_are_parts_of_people_that_add_up(scores: list[int], top: bool) -> None:
    size = tail_size(len(scores))
    weights = tail_weights(np.array(scores, dtype=np.float64), size, top=top)
    assert weights.sum() == pytest.approx(size)
    assert ((weights >= 0) & (weights <= 1)).all()
    order = np.array(scores) if top else -np.array(scores)
    inside = order[weights > 0]
    assert size == 0 or order[weights == 0].max(initial=-99) <= inside.min()


@given(st.one_of(right_or_wrong, part_marks), st.randoms(use_true_random=False))
def test_figures_do_not_depend_on_the_order_of_people(shares: list[list[float]], random: object) -> None:
    shuffled = list(shares)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for one, other in zip(item_figures(matrix(shares)), item_figures(matrix(shuffled)), strict=True):
        for figure in ("facility", "sd", "point_biserial", "rest_correlation", "discrimination_27", "alpha_if_deleted"):
            assert getattr(one, figure) == pytest.approx(getattr(other, figure), abs=1e-9), figure


@given(st.one_of(right_or_wrong, part_marks))
def test_figures_stay_within_their_bounds(shares: list[list[float]]) -> None:
    for item in item_figures(matrix(shares)):
        assert item.facility is not None
        assert 0 <= item.facility <= 1
        assert item.interval is not None
        assert 0 <= item.interval.low <= item.facility + 1e-12
        assert item.facility - 1e-12 <= item.interval.high <= 1
        assert item.right + item.wrong + item.blank == item.n == len(shares)
        for value in (item.point_biserial, item.rest_correlation, item.discrimination_27):
            assert value is None or -1 <= value <= 1 + 1e-12
        assert item.alpha_if_deleted is None or item.alpha_if_deleted <= 1 + 1e-9


@given(right_or_wrong)
def test_what_people_got_wrong_mirrors_what_they_got_right(shares: list[list[float]]) -> None:
    mirrored = item_figures(matrix([[1 - share for share in row] for row in shares]))
    for one, other in zip(item_figures(matrix(shares)), mirrored, strict=True):
        assert one.facility == pytest.approx(1 - (other.facility or 0))
        assert one.rest_correlation == pytest.approx(other.rest_correlation)
        assert one.discrimination_27 == pytest.approx(other.discrimination_27)
        assert one.alpha_if_deleted == pytest.approx(other.alpha_if_deleted)


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=30),
    st.floats(0.1, 20),
    st.floats(-100, 100),
)
def test_correlation_does_not_feel_units_and_turns_with_the_sign(
    pairs: list[tuple[int, int]], scale: float, shift: float
) -> None:
    values, scores = (np.array(side, dtype=np.float64)[:, np.newaxis] for side in zip(*pairs, strict=True))
    plain, moved, turned = (
        correlations(column, scores)[0] for column in (values, values * scale + shift, values * -scale + shift)
    )
    assert moved == pytest.approx(plain, abs=1e-9)
    assert turned == (None if plain is None else pytest.approx(-plain, abs=1e-9))
    assert correlations(scores, values)[0] == pytest.approx(plain, abs=1e-12)


def test_discrimination_of_a_perfect_item_is_one() -> None:
    """The item cuts people in half: all of the top are right and all of the bottom wrong."""
    totals = np.array([NormalDist().inv_cdf((rank + 0.5) / 100) for rank in range(100)])
    assert tail_difference((totals > 0).astype(np.float64)[:, np.newaxis], totals) == (1.0,)
