"""DIF by logistic regression: R's values, what it sees and Mantel-Haenszel does not, and what has no value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.analysis.core.dif_logistic import logistic_dif
from lms.analysis.core.responses import Responses
from tests.analysis.core.test_dif import population
from tests.analysis.core.test_reference import read, rows_of
from tests.analysis.core.test_reliability import matrix


def test_every_figure_equals_r(reference_data: Path) -> None:
    """R's package takes the likelihood of the empty model and not its logarithm: under e^-745 it is 0 there.

    What it calls Nagelkerke's R2 is then Cox and Snell's, not yet divided by its greatest value.
    """
    responses = read(reference_data, "MSATB")
    reference = rows_of(reference_data / "item_response" / "MSATB" / "ref_dif_logistic.csv")
    found = logistic_dif(responses, [person.group for person in responses.people], "1")
    shares = responses.shares.mean(axis=0)
    empty = len(responses.people) * (shares * np.log(shares) + (1 - shares) * np.log(1 - shares))
    greatest = 1 - np.exp(2 * empty / len(responses.people))
    assert 0 < (np.exp(empty) == 0).sum() < len(empty)
    for one, row, of_empty, divisor in zip(found, reference, np.exp(empty), greatest, strict=True):
        assert one.item == row["item"]
        for name in ("uniform", "nonuniform", "both"):
            explained = float(row[f"r2_{name}"]) / (divisor if of_empty == 0 else 1)
            assert getattr(one, name) == (
                pytest.approx(float(row[f"lr_{name}"]), abs=1e-6),
                pytest.approx(explained, abs=1e-6),
            ), (one.item, name)


def drawn(seed: int, turn: float) -> tuple[Responses, list[str | None]]:
    generator = np.random.default_rng(seed)
    thetas = generator.normal(size=2000)
    slopes = np.ones((2000, 8))
    slopes[1000:, 0] = turn
    rows = (generator.random((2000, 8)) < 1 / (1 + np.exp(-slopes * thetas[:, np.newaxis]))).astype(float)
    return matrix(rows.tolist()), ["en"] * 1000 + ["ja"] * 1000


def test_a_difference_that_turns_round_is_seen() -> None:
    first, *others = logistic_dif(*drawn(1, 0.1), "ja")
    assert first.nonuniform is not None
    assert first.nonuniform[0] > 30
    assert all(one.nonuniform is not None and one.nonuniform[0] < 12 for one in others)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_it_does_not_feel_which_group_is_the_focal_one_and_adds_up(seed: int) -> None:
    generator = np.random.default_rng(seed)
    responses = matrix((generator.random((25, 3)) < 0.6).astype(float).tolist())
    labels: list[str | None] = ["en" if place % 2 else "ja" for place in range(25)]
    for one, other in zip(logistic_dif(responses, labels, "ja"), logistic_dif(responses, labels, "en"), strict=True):
        if one.uniform is None or one.nonuniform is None or one.both is None:
            assert other.uniform is None
            continue
        assert other.both is not None
        assert other.both[0] == pytest.approx(one.both[0], abs=1e-4)
        assert one.both[0] == pytest.approx(one.uniform[0] + one.nonuniform[0], abs=1e-6)
        assert 0 <= one.both[1] <= 1


def test_what_does_not_vary_has_no_figures() -> None:
    one_group, labels = population({"a": ("en", (1.0, 0.0), 4), "b": ("en", (0.0, 0.0), 4)})
    assert {one.both for one in logistic_dif(one_group, labels, "ja")} == {None}
    constant, labels = population({"a": ("en", (1.0, 0.0), 4), "b": ("ja", (1.0, 1.0), 4), "c": ("ja", (1.0, 0.0), 2)})
    found = logistic_dif(constant, labels, "ja")
    assert found[0].uniform is None
    assert found[1].uniform is not None  # the score tells the item wholly: separation, and no more to explain
    assert found[1].uniform[0] == pytest.approx(0, abs=1e-6)
    assert logistic_dif(matrix([]), [], "ja")[0].both is None
