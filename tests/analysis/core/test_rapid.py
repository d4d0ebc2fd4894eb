"""Rapid guesses: the threshold, who is under it, and times that are not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.analysis.core.rapid import rapid_guesses

GAP = float("nan")


def test_three_seconds_or_a_tenth_of_the_median_whichever_is_more() -> None:
    found = rapid_guesses(np.array([[3.0, 3.9], [2.9, 40.0], [29.0, 4.0], [30.0, 400.0], [10.0, 40.0]]))
    assert found.thresholds.tolist() == [3.0, 4.0]
    assert found.rapid.tolist() == [[False, True], [True, False], [False, False], [False, False], [False, False]]
    assert found.by_item.tolist() == [0.2, 0.2]
    assert found.effort.tolist() == [0.5, 0.5, 1, 1, 1]


def test_what_has_no_time_is_not_judged() -> None:
    found = rapid_guesses(np.array([[GAP, 1.0], [GAP, 50.0], [GAP, GAP]]))
    assert np.isnan(found.thresholds[0])
    assert np.isnan(found.by_item[0])
    assert not found.rapid[:, 0].any()
    assert found.by_item[1] == 0.5
    assert np.isnan(found.effort[2])
    assert rapid_guesses(np.zeros((0, 2))).rapid.shape == (0, 2)


def test_a_time_under_nought_is_refused() -> None:
    with pytest.raises(ValueError, match="seconds"):
        rapid_guesses(np.array([[-1.0]]))


@given(st.lists(st.floats(0, 600), min_size=1, max_size=20), st.floats(600, 1e6))
def test_one_window_that_was_forgotten_hardly_moves_the_threshold(times: list[float], forgotten: float) -> None:
    plain = rapid_guesses(np.array(times)[:, np.newaxis])
    longer = rapid_guesses(np.array([*times, forgotten])[:, np.newaxis])
    assert longer.thresholds[0] <= max(3.0, 0.1 * max(*times, 0) if len(times) > 1 else 0.1 * forgotten)
    assert plain.rapid.sum() <= longer.rapid.sum()
