"""Mantel-Haenszel on counts small enough to work by hand, and its laws; the comparison with R is in test_reference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lms.analysis.core.dif import EtsClass, NoDif, dif, ets_class, mantel_haenszel
from lms.analysis.core.responses import Answer, Item, Person, Responses, collect

tables = st.lists(
    st.tuples(*[st.integers(0, 20)] * 4).map(lambda cell: [[cell[0], cell[1]], [cell[2], cell[3]]]),
    min_size=1,
    max_size=5,
)


def population(rows: dict[str, tuple[str | None, tuple[float, ...], int]]) -> tuple[Responses, list[str | None]]:
    """So many people with the same label and the same shares, by name."""
    people, answers, labels = [], [], []
    for name, (label, shares, count) in rows.items():
        for number in range(count):
            code = f"{name}{number}"
            people.append(Person(code))
            labels.append(label)
            answers += [Answer(code, f"Q{place}", share) for place, share in enumerate(shares)]
    items = [Item(f"Q{place}") for place in range(len(next(iter(rows.values()))[1]))]
    return collect(people, items, answers), labels


def test_two_classes_worked_by_hand() -> None:
    """Class 1: 6 4 / 3 7, class 2: 8 2 / 5 5. Ratio (42/20 + 40/20) / (12/20 + 10/20) = 4.1/1.1.

    Expected 4.5 and 6.5, so the surplus is 3; variances 10*10*9*11/(400*19) and 10*10*13*7/(400*19).
    """
    result = mantel_haenszel(np.array([[[6, 4], [3, 7]], [[8, 2], [5, 5]]]))
    variance = (9900 + 9100) / 7600
    assert result.odds_ratio == pytest.approx(4.1 / 1.1)
    assert result.delta == pytest.approx(-2.35 * math.log(4.1 / 1.1))
    assert result.chi2 == pytest.approx(2.5**2 / variance)
    assert result.p == pytest.approx(math.erfc(math.sqrt(2.5**2 / variance / 2)))
    assert result.ets_class is EtsClass.A  # -3.1, yet not different from 0 with 40 people


@given(tables)
def test_exchanging_the_groups_turns_the_ratio_over(counts: list[list[list[int]]]) -> None:
    one = mantel_haenszel(np.array(counts))
    other = mantel_haenszel(np.array(counts)[:, ::-1])
    assert other.chi2 == pytest.approx(one.chi2)
    assert other.ets_class == one.ets_class
    assume(one.odds_ratio is not None)
    assert other.odds_ratio == pytest.approx(1 / (one.odds_ratio or 1))
    assert other.delta == pytest.approx(-(one.delta or 0), abs=1e-9)


@given(tables)
def test_a_class_of_one_group_alone_says_nothing(counts: list[list[list[int]]]) -> None:
    lonely = [*counts, [[9, 4], [0, 0]], [[0, 0], [3, 3]], [[1, 0], [0, 0]]]
    assert mantel_haenszel(np.array(lonely)) == mantel_haenszel(np.array(counts))


def test_the_full_rule_of_the_classes() -> None:
    assert ets_class(-0.99, 0.01) is EtsClass.A
    assert ets_class(1.2, 0.7) is EtsClass.A  # not different from 0
    assert ets_class(-1.2, 0.3) is EtsClass.B
    assert ets_class(1.6, 0.5) is EtsClass.B  # large enough, but not significantly over 1
    assert ets_class(-1.6, 0.3) is EtsClass.C


def test_an_item_harder_for_one_language_is_found_and_purified_beside() -> None:
    """At every rest score Q0 is right for 20 of 24 who read English and for 4 of 24 who read Japanese."""
    rows: dict[str, tuple[str | None, tuple[float, ...], int]] = {}
    for place, rest in enumerate([(1, 1, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)]):
        for label, right in (("en", 20), ("ja", 4)):
            rows[f"{label}{place}r"] = (label, (1.0, *map(float, rest)), right)
            rows[f"{label}{place}w"] = (label, (0.0, *map(float, rest)), 24 - right)
    responses, labels = population(rows)
    hard = dif(responses, labels, "ja")[0]
    assert (hard.item, hard.reference, hard.focal, hard.reason) == ("Q0", 96, 96, None)
    assert hard.plain.odds_ratio is not None
    assert hard.plain.odds_ratio > 1
    assert hard.plain.delta is not None
    assert hard.plain.delta < 0
    assert (hard.plain.ets_class, hard.purified.ets_class) == (EtsClass.C, EtsClass.C)


def test_nothing_flagged_leaves_the_purified_figures_as_the_plain_ones() -> None:
    rows: dict[str, tuple[str | None, tuple[float, ...], int]] = {}
    for label in ("en", "ja"):
        for place, shares in enumerate([(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)]):
            rows[f"{label}{place}"] = (label, shares, 5)
    responses, labels = population(rows)
    for result in dif(responses, labels, "ja"):
        assert result.plain == result.purified
        assert result.plain.odds_ratio == pytest.approx(1)


def test_people_without_a_label_or_with_a_gap_are_in_neither_group() -> None:
    rows: dict[str, tuple[str | None, tuple[float, ...], int]] = {
        "a": ("en", (1.0, 0.0), 5),
        "b": ("ja", (0.0, 1.0), 5),
        "c": (None, (1.0, 1.0), 5),
    }
    responses, labels = population(rows)
    result = dif(responses, labels, "ja")[0]
    assert (result.reference, result.focal) == (5, 5)


def test_where_there_is_nothing_to_compare_the_figures_are_none_with_a_reason() -> None:
    one_group, labels = population({"a": ("en", (1.0, 0.0), 4), "b": ("en", (0.0, 1.0), 4)})
    assert {result.reason for result in dif(one_group, labels, "ja")} == {NoDif.ONE_GROUP}
    apart, labels = population({"a": ("en", (1.0, 1.0), 4), "b": ("ja", (0.0, 0.0), 4)})
    for result in dif(apart, labels, "ja"):
        assert result.reason is NoDif.NO_OVERLAP
        assert (result.plain.odds_ratio, result.plain.chi2, result.plain.ets_class) == (None, None, None)
    nobody = collect([], [Item("Q1")], [])
    assert dif(nobody, [], "ja")[0].reason is NoDif.ONE_GROUP


def test_part_marks_are_matched_in_whole_marks_and_count_as_not_right() -> None:
    rows: dict[str, tuple[str | None, tuple[float, ...], int]] = {
        "a": ("en", (1.0, 0.25), 6),  # 1.25 marks
        "b": ("en", (0.75, 0.75), 6),  # 1.5 marks, not right
        "c": ("ja", (1.0, 0.333), 4),
        "d": ("ja", (0.667, 0.667), 8),
    }
    responses, labels = population(rows)
    assert dif(responses, labels, "ja")[0].plain == mantel_haenszel(np.array([[[6, 6], [4, 8]]]))
