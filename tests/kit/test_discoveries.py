"""Many tests at once: what Benjamini and Hochberg adjust."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.discoveries import benjamini_hochberg

probabilities = st.lists(st.none() | st.floats(0, 1), max_size=20)


def test_benjamini_and_hochbergs_example() -> None:
    """The fifteen p of the authors' table: four are under q at 0.05."""
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    published += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    adjusted = benjamini_hochberg(published)
    assert [value is not None and value <= 0.05 for value in adjusted] == [True] * 4 + [False] * 11
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


@given(probabilities)
def test_adjusted_p_keep_the_order_and_never_fall_under_p(given_p: list[float | None]) -> None:
    adjusted = benjamini_hochberg(given_p)
    pairs = [(p, q) for p, q in zip(given_p, adjusted, strict=True) if p is not None and q is not None]
    assert [q is None for q in adjusted] == [p is None for p in given_p]
    assert all(p <= q + 1e-15 and q <= 1 for p, q in pairs)
    assert [q for _, q in sorted(pairs)] == sorted(q for _, q in pairs)
