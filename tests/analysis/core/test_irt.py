"""The two-parameter model: R's values on two published data sets, laws, and items without a curve."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.analysis.core.irt import Fit, Unfitted, fit_2pl, probability
from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect
from tests.analysis.core.test_reference import SETS, read, rows_of
from tests.analysis.core.test_reliability import matrix

REFERENCES = {"mirt_a": "a", "mirt_b": "b", "mirt_d": "d", "ltm_a": "a", "ltm_b": "b"} | {
    "mirt_se_a": "a_error",
    "mirt_se_d": "d_error",
}


@pytest.fixture(scope="module")
def fits() -> dict[str, Fit]:
    return {}


def fitted(fits: dict[str, Fit], folder: Path, name: str) -> Fit:
    return fits.setdefault(name, fit_2pl(read(folder, name)))


@pytest.mark.parametrize("name", SETS)
def test_slopes_difficulties_and_their_errors_equal_those_of_two_packages_of_r(
    reference_data: Path, fits: dict[str, Fit], name: str
) -> None:
    fit = fitted(fits, reference_data, name)
    reference = rows_of(reference_data / "item_response" / name / "ref_irt.csv")
    assert fit.converged
    assert [curve.item for curve in fit.curves] == [row["item"] for row in reference]
    for curve, row in zip(fit.curves, reference, strict=True):
        for theirs, ours in REFERENCES.items():
            assert getattr(curve, ours) == pytest.approx(float(row[theirs]), abs=1e-3), (curve.item, theirs)


@pytest.mark.parametrize("name", SETS)
def test_the_likelihood_equals_rs(reference_data: Path, fits: dict[str, Fit], name: str) -> None:
    fit = fitted(fits, reference_data, name)
    for row in rows_of(reference_data / "item_response" / name / "ref_irt_fit.csv"):
        if "2PL" in row["model"]:
            assert fit.log_likelihood == pytest.approx(float(row["logLik"]), abs=1e-3)
            assert -2 * fit.log_likelihood + 2 * 2 * len(fit.curves) == pytest.approx(float(row["AIC"]), abs=2e-3)


def test_the_published_fit_of_lsat_6(reference_data: Path, fits: dict[str, Fit]) -> None:
    curves = fitted(fits, reference_data, "LSAT6").curves
    assert [round(curve.a or 0, 2) for curve in curves] == [0.83, 0.72, 0.89, 0.69, 0.66]
    assert [round(curve.b or 0, 2) for curve in curves] == [-3.36, -1.37, -0.28, -1.87, -3.13]


def test_abilities_equal_rs_by_pattern(reference_data: Path, fits: dict[str, Fit]) -> None:
    fit = fitted(fits, reference_data, "LSAT6")
    responses = read(reference_data, "LSAT6")
    found = {tuple(map(int, row)): one for row, one in zip(responses.shares, fit.abilities, strict=True)}
    for row in rows_of(reference_data / "item_response" / "LSAT6" / "ref_irt_eap_patterns.csv"):
        ability = found[tuple(int(row[f"Item{number}"]) for number in range(1, 6))]
        assert ability.theta == pytest.approx(float(row["F1"]), abs=1e-3)
        assert ability.error == pytest.approx(float(row["SE_F1"]), abs=1e-3)


def drawn(people: int, slopes: list[float], intercepts: list[float], seed: int) -> Responses:
    generator = np.random.default_rng(seed)
    thetas = generator.normal(size=people)
    chances = 1 / (1 + np.exp(-(np.outer(thetas, slopes) + intercepts)))
    return matrix((generator.random(chances.shape) < chances).astype(float).tolist())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 6), st.integers(5, 60))
def test_the_likelihood_never_falls(seed: int, items: int, people: int) -> None:
    history = fit_2pl(drawn(people, [1.0] * items, [0.3] * items, seed)).history
    assert all(after >= before - 1e-8 * abs(before) for before, after in pairwise(history))


def test_neither_the_order_of_people_nor_that_of_items_matters() -> None:
    responses = drawn(300, [0.8, 1.2, 1.6, 1.0], [0.5, -0.5, 0.0, 1.0], 4)
    plain = fit_2pl(responses)
    turned = fit_2pl(matrix(responses.shares[::-1, ::-1].tolist()))
    for curve, other in zip(plain.curves, reversed(turned.curves), strict=True):
        assert (other.a, other.b) == (pytest.approx(curve.a, abs=1e-4), pytest.approx(curve.b, abs=1e-4))
    assert turned.abilities[0].theta == pytest.approx(plain.abilities[-1].theta, abs=1e-4)


def test_it_finds_what_was_drawn() -> None:
    slopes, intercepts = [0.6, 1.0, 1.4, 1.8, 1.0, 0.8], [1.0, 0.0, -1.0, 0.5, -0.5, 0.2]
    fit = fit_2pl(drawn(4000, slopes, intercepts, 2))
    for curve, slope, intercept in zip(fit.curves, slopes, intercepts, strict=True):
        assert curve.a is not None
        assert curve.d is not None
        assert abs(curve.a - slope) < 4 * (curve.a_error or 0)
        assert abs(curve.d - intercept) < 4 * (curve.d_error or 0)


def test_items_without_a_curve_say_why_and_change_nothing() -> None:
    plain = drawn(200, [1.0] * 4, [0.0] * 4, 9)
    wide = matrix([[*row, 1.0, 0.0] for row in plain.shares.tolist()])
    fit = fit_2pl(wide)
    assert [curve.reason for curve in fit.curves[4:]] == [Unfitted.CONSTANT, Unfitted.CONSTANT]
    assert fit.curves[:4] == fit_2pl(plain).curves
    few = fit_2pl(matrix([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    assert {curve.reason for curve in few.curves} == {Unfitted.TOO_FEW_ITEMS}
    assert [(one.theta, one.error) for one in few.abilities] == [(pytest.approx(0), pytest.approx(1, abs=1e-6))] * 3
    nobody = fit_2pl(collect([], [Item("Q0"), Item("Q1")], []))
    assert ({curve.reason for curve in nobody.curves}, nobody.abilities) == ({Unfitted.NOBODY}, ())


def test_items_that_repeat_each_other_are_too_steep() -> None:
    half = [[float(row % 2)] * 3 for row in range(40)]
    fit = fit_2pl(matrix(half))
    assert {curve.reason for curve in fit.curves} == {Unfitted.TOO_STEEP}
    assert all(abs(one.theta) < 6 for one in fit.abilities)


def test_missing_and_not_reached_are_left_out_and_a_blank_is_not_right() -> None:
    people = [Person(f"L{row}") for row in range(60)]
    items = [Item(f"Q{column}") for column in range(3)]

    def of(state: Cell | None) -> Fit:
        generator = np.random.default_rng(1)
        cells = [Answer(person.code, item.code, float(generator.random() < 0.6)) for person in people for item in items]
        odd = next(cell for cell in cells if (cell.person, cell.item) == ("L0", "Q2"))
        rest = [cell for cell in cells if cell is not odd]
        return fit_2pl(collect(people, items, rest if state is None else [*rest, Answer("L0", "Q2", state=state)]))

    missing, not_reached, blank = of(None), of(Cell.NOT_REACHED), of(Cell.BLANK)
    assert missing.curves == not_reached.curves
    assert (missing.curves[2].n, blank.curves[2].n) == (59, 60)


def test_the_curve_rises_with_its_slope_and_halves_at_its_difficulty() -> None:
    points = np.linspace(-4, 4, 9)
    curve = probability(1.3, -0.65, points)
    assert (np.diff(curve) > 0).all()
    assert probability(1.3, -0.65, np.array([0.5]))[0] == pytest.approx(0.5)
    assert probability(50.0, 0.0, np.array([-1e3, 1e3])).tolist() == [0.0, 1.0]
