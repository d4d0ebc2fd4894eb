"""Agreement: published examples, cases worked by hand, what has no value, and laws."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lms.analysis.core.agreement import (
    Lacking,
    Measure,
    Ratings,
    agreement,
    alpha_interval,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    percent_agreement,
)
from lms.analysis.core.ratings import read_ratings
from lms.kit.figures import Interval

GAP = -1
CHANCE = ["cohen_kappa", "fleiss_kappa", "krippendorff_alpha"]
grids = st.integers(2, 4).flatmap(
    lambda raters: st.lists(st.lists(st.integers(GAP, 3), min_size=raters, max_size=raters), min_size=2, max_size=12)
)


def ratings(rows: list[list[int]], counts: list[int] | None = None, numbers: list[float] | None = None) -> Ratings:
    size = len(numbers) if numbers else 4
    return Ratings(
        np.array(rows, dtype=np.int64),
        np.array(counts or [1] * len(rows), dtype=np.int64),
        size,
        np.array(numbers if numbers else [1.0, 2.0, 3.0, 4.0]),
    )


def of_file(path: Path, measure: Measure) -> Ratings:
    reading = read_ratings(path.read_bytes(), measure)
    assert reading.findings == ()
    assert reading.ratings is not None
    return reading.ratings


def expected(path: Path) -> dict[str, float]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[0]: float(row[1]) for row in list(csv.reader(file))[1:]}


@pytest.mark.parametrize("measure", Measure)
def test_krippendorffs_example_of_four_coders(reference_data: Path, measure: Measure) -> None:
    folder = reference_data / "agreement"
    found = agreement(of_file(folder / "krippendorff_4coders_12units.csv", measure), measure)
    published = expected(folder / "krippendorff_4coders_12units.expected.csv")
    assert (found.units, found.raters, found.pairable) == (12, 4, 11)
    assert found.krippendorff_alpha == pytest.approx(published[measure.value], abs=1e-6)
    assert found.reasons == {
        "cohen_kappa": Lacking.NOT_TWO_RATERS,
        "fleiss_kappa": Lacking.UNEQUAL_RATINGS,
    }


def test_cohens_example_with_counts(reference_data: Path) -> None:
    folder = reference_data / "agreement"
    found = agreement(of_file(folder / "cohen_2x2_a.csv", Measure.NOMINAL), Measure.NOMINAL)
    published = expected(folder / "cohen_2x2_a.expected.csv")
    assert (found.units, found.raters, found.reasons) == (50, 2, {})
    assert found.percent == pytest.approx(published["po"], abs=1e-6)
    assert found.cohen_kappa == pytest.approx(published["kappa"], abs=1e-6)


def test_fleiss_example_of_fourteen_raters() -> None:
    """The table of Fleiss' kappa that textbooks repeat: 10 subjects, 14 raters, 5 categories; kappa 0.210."""
    table = [
        *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
        *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
    ]
    rows = [[value for value, times in enumerate(line) for _ in range(times)] for line in table]
    found = agreement(ratings(rows, numbers=[1.0, 2.0, 3.0, 4.0, 5.0]), Measure.NOMINAL)
    assert found.percent == pytest.approx(0.378, abs=5e-4)
    assert found.fleiss_kappa == pytest.approx(0.210, abs=5e-4)


def test_a_weight_is_so_many_rows() -> None:
    short = ratings([[0, 0, 1], [1, 1, 1], [2, 3, GAP]], [3, 2, 1])
    long = ratings([*[[0, 0, 1]] * 3, *[[1, 1, 1]] * 2, [2, 3, GAP]])
    for measure in Measure:
        assert agreement(short, measure) == agreement(long, measure)


def test_units_of_one_rating_or_none_change_nothing_but_their_number() -> None:
    plain = agreement(ratings([[0, 0], [1, 1], [0, 1]]), Measure.ORDINAL)
    more = agreement(ratings([[0, 0], [1, 1], [0, 1], [GAP, 3], [GAP, GAP]]), Measure.ORDINAL)
    assert (more.units, more.pairable) == (5, 3)
    assert (more.krippendorff_alpha, more.interval) == (plain.krippendorff_alpha, plain.interval)
    assert (more.cohen_kappa, more.percent) == (plain.cohen_kappa, plain.percent)


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        (
            [[1, GAP], [GAP, 2]],
            dict.fromkeys(["percent", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha"], "no-pairs"),
        ),
        ([[1, 1], [1, 1]], dict.fromkeys(["cohen_kappa", "fleiss_kappa", "krippendorff_alpha"], "one-category")),
        ([[0, 1]], {"interval": "one-unit"}),
    ],
)
def test_what_has_no_value_has_a_reason(rows: list[list[int]], reasons: dict[str, str]) -> None:
    for measure in Measure:
        found = agreement(ratings(rows), measure)
        assert {
            name: reason for name, reason in found.reasons.items() if name in reasons or name != "interval"
        } == reasons
        assert all(getattr(found, name) is None for name in found.reasons)


def test_one_rater_and_a_rater_without_a_rating() -> None:
    alone = agreement(ratings([[0], [1]]), Measure.NOMINAL)
    assert (alone.raters, alone.percent, alone.reasons["cohen_kappa"]) == (1, None, Lacking.NOT_TWO_RATERS)
    silent = agreement(ratings([[0, 0, GAP], [1, 0, GAP]]), Measure.NOMINAL)
    assert (silent.raters, silent.cohen_kappa) == (2, 0.0)


def test_nought_is_a_ratio_value_and_names_have_the_nominal_level_only() -> None:
    noughts = ratings([[0, 0], [0, 1], [1, 1]], numbers=[0.0, 5.0])
    assert krippendorff_alpha(noughts, Measure.RATIO) == pytest.approx(1 - 5 * 2 / 18)  # as nominal: 0 to 5 is 1 apart
    names = Ratings(np.array([[0, 1], [1, 1]]), np.array([1, 1]), 2)
    assert isinstance(krippendorff_alpha(names, Measure.NOMINAL), float)
    for measure in (Measure.ORDINAL, Measure.INTERVAL, Measure.RATIO):
        with pytest.raises(ValueError, match="order"):
            krippendorff_alpha(names, measure)
    with pytest.raises(ValueError, match="from 0"):
        krippendorff_alpha(ratings([[0, 1], [1, 1]], numbers=[-1.0, 1.0]), Measure.RATIO)


def test_many_different_values_are_as_few_ones() -> None:
    """Beyond 64 values the table is sparse; the figures are those of the definition."""
    generator = np.random.default_rng(5)
    rows = generator.integers(0, 200, size=(60, 3))
    rows[::7, 0] = GAP
    numbers = np.arange(200.0) ** 1.5
    many = Ratings(rows, np.ones(60, dtype=np.int64), 200, numbers)
    kept = [[numbers[value] for value in row if value != GAP] for row in rows]
    flat = [value for row in kept for value in row]

    def mean_square(values: list[float], over: int) -> float:
        return sum((a - b) ** 2 for a in values for b in values) / over

    within = sum(mean_square(row, len(row) - 1) for row in kept) / len(flat)
    between = mean_square(flat, len(flat) * (len(flat) - 1))
    assert krippendorff_alpha(many, Measure.INTERVAL) == pytest.approx(1 - within / between, abs=1e-9)
    assert isinstance(alpha_interval(many, Measure.ORDINAL), Interval)
    assert isinstance(percent_agreement(many), float)


@given(grids, st.randoms(use_true_random=False), st.sampled_from(Measure))
def test_the_order_of_units_and_raters_does_not_matter(rows: list[list[int]], chance: object, measure: Measure) -> None:
    columns = list(range(len(rows[0])))
    mixed = list(rows)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    chance.shuffle(columns)  # type: ignore[attr-defined]
    moved = ratings([[row[column] for column in columns] for row in mixed])
    plain = ratings(rows)
    assert krippendorff_alpha(moved, measure) == pytest.approx(krippendorff_alpha(plain, measure), abs=1e-9) or (
        krippendorff_alpha(moved, measure) == krippendorff_alpha(plain, measure)
    )
    for figure in (percent_agreement, fleiss_kappa):
        one, other = figure(moved), figure(plain)
        assert one == other if isinstance(one, Lacking) else one == pytest.approx(other)
    one, other = cohen_kappa(moved), cohen_kappa(plain)
    assert one == other if isinstance(one, Lacking) else one == pytest.approx(other)


@given(grids, st.sampled_from(Measure))
def test_bounds(rows: list[list[int]], measure: Measure) -> None:
    found = agreement(ratings(rows), Measure.NOMINAL)
    alpha = krippendorff_alpha(ratings(rows), measure)
    for value in (found.cohen_kappa, found.fleiss_kappa, alpha):
        assert value is None or isinstance(value, Lacking) or value <= 1 + 1e-12
    assert found.percent is None or -1e-12 <= found.percent <= 1 + 1e-12
    if found.interval is not None:
        assert found.interval.low <= found.interval.high <= 1 + 1e-12


@given(st.lists(st.integers(0, 3), min_size=2, max_size=12), st.integers(2, 5), st.sampled_from(Measure))
def test_equal_ratings_agree_wholly(values: list[int], raters: int, measure: Measure) -> None:
    assume(len(set(values)) > 1)
    equal = ratings([[value] * raters for value in values])
    assert krippendorff_alpha(equal, measure) == pytest.approx(1, abs=1e-12)
    assert percent_agreement(equal) == 1
    assert fleiss_kappa(equal) == pytest.approx(1)
    assert raters > 2 or cohen_kappa(equal) == pytest.approx(1)


@given(grids, st.lists(st.floats(0.1, 9), min_size=4, max_size=4))
def test_ordinal_alpha_feels_the_order_alone(rows: list[list[int]], steps: list[float]) -> None:
    others = list(np.cumsum(steps))
    assert krippendorff_alpha(ratings(rows, numbers=others), Measure.ORDINAL) == krippendorff_alpha(
        ratings(rows), Measure.ORDINAL
    )


@given(grids, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_interval_alpha_feels_neither_unit_nor_zero_and_ratio_alpha_no_unit(
    rows: list[list[int]], scale: float, shift: float
) -> None:
    plain = krippendorff_alpha(ratings(rows), Measure.INTERVAL)
    assume(isinstance(plain, float))
    moved = ratings(rows, numbers=[value * scale + shift for value in (1, 2, 3, 4)])
    assert krippendorff_alpha(moved, Measure.INTERVAL) == pytest.approx(plain, abs=1e-6)
    longer = ratings(rows, numbers=[value * scale for value in (1.0, 2.0, 3.0, 4.0)])
    assert krippendorff_alpha(longer, Measure.RATIO) == pytest.approx(
        krippendorff_alpha(ratings(rows), Measure.RATIO), abs=1e-9
    )


@given(grids)
def test_of_two_values_every_level_is_nominal(rows: list[list[int]]) -> None:
    binary = ratings([[min(value, 1) for value in row] for row in rows], numbers=[0.0, 1.0])
    nominal = krippendorff_alpha(binary, Measure.NOMINAL)
    for measure in Measure:
        found = krippendorff_alpha(binary, measure)
        assert found == nominal if isinstance(nominal, Lacking) else found == pytest.approx(nominal)


def test_the_interval_follows_its_seed_and_covers_alpha() -> None:
    rows = ratings([[0, 0], [1, 1], [2, 1], [2, 2], [0, 1]], [30, 30, 10, 20, 10])
    one, again, other = (alpha_interval(rows, Measure.ORDINAL, seed) for seed in (1, 1, 2))
    assert one == again != other
    alpha = krippendorff_alpha(rows, Measure.ORDINAL)
    assert isinstance(one, Interval)
    assert isinstance(alpha, float)
    assert one.low < alpha < one.high
