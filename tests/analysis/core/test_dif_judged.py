"""What few people allow to be said of DIF: shrinking, and the three standings."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.analysis.core.dif import dif
from lms.analysis.core.dif_judged import Standing, judged, shrink
from tests.analysis.core.test_dif import population
from tests.analysis.core.test_reference import read, rows_of

PATTERNS: list[tuple[float, ...]] = [
    *((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    *((1.0, 1.0, 0.0), (1.0, 0.0, 1.0), (0.0, 1.0, 1.0)),
]
sizes = st.lists(st.tuples(st.floats(-4, 4), st.floats(0.1, 2)), min_size=1, max_size=15)


def test_errors_and_flags_of_many_items_equal_r(reference_data: Path) -> None:
    responses = read(reference_data, "MSATB")
    results = dif(responses, [person.group for person in responses.people], "1")
    reference = rows_of(reference_data / "item_response" / "MSATB" / "ref_dif_mh.csv")
    for result, found, row in zip(results, judged(results), reference, strict=True):
        assert result.plain.error == pytest.approx(float(row["se_delta_mh"]), abs=1e-6)
        of_log = (result.plain.error or 0) / 2.35
        assert of_log**2 == pytest.approx(float(row["var_log_alpha_mh"]), abs=1e-6)
        assert (result.plain.odds_ratio or 0) * math.exp(1.959963985 * of_log) == pytest.approx(
            float(row["base_or_ci_high"]), abs=1e-6
        )
        assert found.adjusted_p is not None
        assert (found.adjusted_p < 0.05) == (row["flagged_005_BH"] == "1")
        assert found.standing is Standing.CLASS
        assert str(found.ets_class) == row["ets_class_full_rule"]


@given(sizes)
def test_shrinking_goes_towards_nought_and_never_past_it(given_sizes: list[tuple[float, float]]) -> None:
    for (delta, error), found in zip(given_sizes, shrink(given_sizes), strict=True):
        assert found is not None
        assert abs(found.delta) <= abs(delta) + 1e-12
        assert found.delta * delta >= 0
        assert found.error <= error + 1e-12


@given(sizes)
def test_shrinking_does_not_feel_which_group_is_the_reference(given_sizes: list[tuple[float, float]]) -> None:
    turned = shrink([(-delta, error) for delta, error in given_sizes])
    for found, other in zip(shrink(given_sizes), turned, strict=True):
        assert found is not None
        assert other is not None
        assert (other.delta, other.error) == (pytest.approx(-found.delta), pytest.approx(found.error))


def test_sizes_within_their_errors_are_nought() -> None:
    assert [one and (one.delta, one.error) for one in shrink([(0.2, 1.0), (-0.3, 1.0), (None, None)])] == [
        *[(0, 0)] * 2,
        None,
    ]
    assert shrink([]) == ()


@pytest.mark.parametrize(("times", "standing"), [(4, Standing.RANKING), (5, Standing.INDICATIVE), (17, Standing.CLASS)])
def test_the_smaller_group_decides_what_is_said(times: int, standing: Standing) -> None:
    rows: dict[str, tuple[str | None, tuple[float, ...], int]] = {}
    for place, shares in enumerate(PATTERNS):
        rows[f"en{place}"] = ("en", shares, 30 + place)
        rows[f"ja{place}"] = ("ja", shares, times)
    responses, labels = population(rows)
    for focal in ("ja", "en"):
        found = judged(dif(responses, labels, focal))
        assert {one.standing for one in found} == {standing}
        assert all((one.ets_class is None) == (standing is Standing.RANKING) for one in found)
        assert sorted(one.rank or 0 for one in found) == [1, 2, 3]


def test_an_item_without_an_odds_ratio_has_no_rank() -> None:
    responses, labels = population({"a": ("en", (1.0, 1.0), 4), "b": ("ja", (0.0, 0.0), 4)})
    assert {(one.rank, one.adjusted_p, one.shrunken) for one in judged(dif(responses, labels, "ja"))} == {
        (None, None, None)
    }
