"""Moving sections in an outline: one goes with those below it, back again it stands where it stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.policies.core.outline import INTRO, depths, moved, numbers

outlines = st.lists(st.integers(1, 4), min_size=1, max_size=9).map(depths)
KEYS = ["a", "b", "c", "d", "e"]
LEVELS = [1, 2, 3, 1, 2]


def names(levels: list[int]) -> list[str]:
    return [f"s{place}" for place in range(len(levels))]


@given(outlines, st.data(), st.sampled_from([-1, 1]), st.booleans())
def test_what_is_moved_keeps_every_section_and_its_level(
    levels: list[int], data: st.DataObject, step: int, has_intro: bool
) -> None:
    keys = [INTRO, *names(levels)] if has_intro else names(levels)
    levels = [1, *levels] if has_intro else levels
    key = data.draw(st.sampled_from(keys))
    order = moved(keys, levels, key, step)
    if order is None:
        return
    assert sorted(order) == sorted(keys)
    assert order != keys
    beside = dict(zip(keys, levels, strict=True))
    found = [beside[name] for name in order]
    headed = found[1:] if has_intro else found
    assert depths(headed) == headed, "none is deeper than its place"
    assert not has_intro or order[0] == INTRO
    assert moved(order, found, key, -step) == keys, "and back again"


@pytest.mark.parametrize(
    ("key", "step", "order"),
    [
        ("d", -1, "d e a b c"),
        ("a", 1, "d e a b c"),
        ("b", 1, "a d b c e"),
        ("e", -1, "a b c e d"),
        ("c", 1, None),
        ("a", -1, None),
        ("b", -1, None),
        ("e", 1, None),
    ],
)
def test_a_section_moves_among_its_like_and_else_to_another_parent(key: str, step: int, order: str | None) -> None:
    assert moved(KEYS, LEVELS, key, step) == (order.split() if order else None)


def test_numbers_follow_the_order() -> None:
    order = moved(KEYS, LEVELS, "d", -1)
    assert order is not None
    beside = dict(zip(KEYS, LEVELS, strict=True))
    assert numbers(order, [beside[key] for key in order]) == ["1", "1.1", "2", "2.1", "2.1.1"]
