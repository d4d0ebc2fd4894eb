"""The figures of Moodle's report on a quiz of four attempts, worked by hand."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from lms.analysis.core.moodle import moodle_items, moodle_quiz, moodle_table, percent_of_maximum
from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect


def quiz_of(*columns: list[float], maxima: tuple[float, ...] = (1.0, 3.0)) -> Responses:
    """Marks by item."""
    people = [Person(f"L{row}") for row in range(len(columns[0]))]
    items = [Item(f"Q{place}", maximum=maximum) for place, maximum in enumerate(maxima[: len(columns)])]
    answers = [
        Answer(f"L{row}", f"Q{place}", mark / items[place].maximum)
        for place, column in enumerate(columns)
        for row, mark in enumerate(column)
    ]
    return collect(people, items, answers)


SECOND = [3.0, 1.5, 1.5, 0.0]


def test_items_worked_by_hand() -> None:
    """Variances 1/3 and 1.5, covariance 0.5; with the total 5/6 and 2, whose roots make the effective weights."""
    first, second = moodle_items(quiz_of([1.0, 1.0, 0.0, 0.0], SECOND))
    assert astuple(first) == (
        "Q0",
        0.5,
        pytest.approx(0.577350),
        25,
        pytest.approx(39.228096),
        pytest.approx(70.710678),
        100,
    )
    assert astuple(second) == (
        "Q1",
        0.5,
        pytest.approx(1.224745),
        75,
        pytest.approx(60.771904),
        pytest.approx(70.710678),
        100,
    )


def test_an_item_against_the_total_has_no_effective_weight_and_the_others_share_all() -> None:
    first, second = moodle_items(quiz_of([0.0, 0.0, 1.0, 1.0], SECOND))
    assert (first.effective_weight, second.effective_weight) == (None, pytest.approx(100))
    assert first.discrimination_index == pytest.approx(-70.710678)
    assert first.discriminative_efficiency == pytest.approx(-100)


def test_efficiency_is_the_covariance_over_the_greatest_possible() -> None:
    """Sums of products about the means: 1.0 as it is, 1.75 when each is sorted on its own."""
    first, _ = moodle_items(quiz_of([1.0, 0.0, 1.0, 0.0], [3.0, 2.5, 1.0, 0.5]))
    assert first.discriminative_efficiency == pytest.approx(100 * 0.5 / 2)


def test_the_quiz_worked_by_hand() -> None:
    """Totals 4, 2.5, 1.5, 0: m2 = 2.125, m4 = 8.03125, K2 = 17/6."""
    quiz = moodle_quiz(quiz_of([1.0, 1.0, 0.0, 0.0], SECOND))
    assert (quiz.mean, quiz.median, quiz.skewness) == (2, 2, pytest.approx(0, abs=1e-12))
    assert quiz.sd == pytest.approx(1.683251)
    assert quiz.kurtosis == pytest.approx(-0.160900, abs=1e-6)
    assert quiz.cic == pytest.approx(70.588235)
    assert quiz.error_ratio == pytest.approx(54.232614)
    assert quiz.standard_error == pytest.approx(0.912871)


def test_each_figure_appears_with_the_attempts_it_needs() -> None:
    def defined(n: int) -> list[str]:
        quiz = moodle_quiz(quiz_of([1.0, 0.0, 0.0, 1.0][:n], SECOND[:n]))
        return [name for name in quiz.__slots__ if getattr(quiz, name) is not None]

    always = ["mean", "median"]
    consistency = ["cic", "error_ratio", "standard_error"]
    assert defined(1) == always
    assert defined(2) == [*always, "sd"]
    assert defined(3) == [*always, "sd", "skewness", *consistency]
    assert defined(4) == [*always, "sd", "skewness", "kurtosis", *consistency]
    assert moodle_quiz(quiz_of([1.0, 0.0, 1.0])).cic is None  # one item
    assert moodle_quiz(collect([], [Item("Q0")], [])).mean is None


def test_what_does_not_vary_leaves_a_blank() -> None:
    first, second = moodle_items(quiz_of([1.0, 1.0, 1.0], [3.0, 1.5, 0.0]))
    assert (first.discrimination_index, first.discriminative_efficiency, first.effective_weight) == (None, None, 0)
    assert (second.discrimination_index, second.effective_weight) == (None, pytest.approx(100))
    alone = moodle_items(quiz_of([1.0], [3.0]))[0]
    assert (alone.facility, alone.sd, alone.discrimination_index) == (1.0, None, None)
    assert moodle_items(collect([], [Item("Q0")], []))[0].facility is None


def test_blank_and_missing_count_nought() -> None:
    people = [Person("L1"), Person("L2")]
    responses = collect(people, [Item("Q0")], [Answer("L1", "Q0", 1.0)])
    blank = collect(people, [Item("Q0")], [Answer("L1", "Q0", 1.0), Answer("L2", "Q0", state=Cell.BLANK)])
    assert moodle_items(responses) == moodle_items(blank)
    assert moodle_items(responses)[0].facility == 0.5


def test_every_column_of_the_table_worked_by_hand() -> None:
    """As above, with the covariance sorted on its own: x 0 0 1 1 against y 0 1.5 1.5 3 has the same 0.5."""
    first, second = moodle_table(quiz_of([1.0, 1.0, 0.0, 0.0], SECOND), {"Q0": [1.0, -0.25, -0.25, 0.0]})
    assert astuple(first) == (
        *("Q0", 4, 0.5, 0.5, pytest.approx(0.577350), pytest.approx(57.735027), 0.125, 25),
        *(pytest.approx(5 / 6), False, pytest.approx(39.228096)),
        *(pytest.approx(0.5), pytest.approx(1 / 3), pytest.approx(1.5)),
        *(pytest.approx(70.710678), pytest.approx(0.5), 100),
    )
    assert (second.randomguessscore, second.sd_pct_of_max) == (None, pytest.approx(40.824829))


def test_an_item_against_the_total_is_marked_and_has_no_effective_weight() -> None:
    first, _ = moodle_table(quiz_of([0.0, 0.0, 1.0, 1.0], [3.0, 3.0, 0.0, 0.0]))
    assert (first.negcovar, first.effectiveweight) == (True, None)
    assert first.covariancewithoverallmark == pytest.approx(1 / 3 - 1)


def test_the_table_of_one_attempt_and_of_none() -> None:
    alone = moodle_table(quiz_of([1.0], [1.5]))[1]
    assert (alone.s, alone.markaverage, alone.facility, alone.intended_weight_pct) == (1, 1.5, 0.5, 75)
    assert (alone.sd, alone.covariance, alone.markvariance, alone.negcovar) == (None,) * 4
    assert moodle_table(collect([], [Item("Q0")], []))[0].s == 0


def test_figures_in_marks_are_shown_in_percent_of_the_maximum() -> None:
    shown = percent_of_maximum(moodle_quiz(quiz_of([1.0, 1.0, 0.0, 0.0], SECOND)), 4)
    assert (shown["mean"], shown["median"]) == (50, 50)
    assert shown["sd"] == pytest.approx(42.081270)
