from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.analysis.core.populations import windows_told

SEP, OCT, NOV = "2026-09", "2026-10", "2026-11"


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({("en", SEP): 20, ("en", OCT): 5}, {SEP, OCT}),
        ({("en", SEP): 20, ("en", OCT): 4}, set()),
        ({("en", SEP): 20, ("en", OCT): 4, ("en", NOV): 1}, {SEP}),
        ({("en", SEP): 20, ("en", OCT): 4, ("en", NOV): 6}, {SEP}),
        ({("en", SEP): 9, ("en", OCT): 1, ("ja", OCT): 9}, set()),
        ({("en", SEP): 9, ("ja", OCT): 9}, {SEP, OCT}),
        ({("en", SEP): 4}, set()),
        ({}, set()),
    ],
)
def test_a_window_is_told_where_nobody_or_five_are_in_each_cell_of_it_and_of_the_rest(
    people: dict[tuple[str, str], int], told: set[str]
) -> None:
    members = [member for member, count in people.items() for _ in range(count)]
    assert windows_told([cell for cell, _window in members], [window for _cell, window in members]) == told


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([SEP, OCT, NOV, "2026-12"])), max_size=60))
def test_what_any_windows_leave_of_a_cell_is_nobody_or_five(members: list[tuple[str, str]]) -> None:
    told = windows_told([cell for cell, _window in members], [window for _cell, window in members])
    parts = Counter((cell, window if window in told else "") for cell, window in members)
    assert not told or all(count >= 5 for count in parts.values())
