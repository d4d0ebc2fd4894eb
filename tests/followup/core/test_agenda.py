"""The agenda of a refresher: what is missed most comes first, nothing twice, and all of it fits into 20 minutes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.followup.core.agenda import (
    CLOSING_MINUTES,
    MINUTES,
    MOST_CASES,
    OPENING_MINUTES,
    Candidate,
    minutes_each,
    steps,
)

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        code=st.integers(0, 40).map("Q{}".format),
        section=st.sampled_from(["HAR/a", "HAR/b", "HAR/c"]),
        is_case=st.booleans(),
        missed=st.integers(0, 9),
        n=st.just(9),
    ),
    max_size=40,
    unique_by=lambda one: one.code,
)


@given(CANDIDATES)
def test_nothing_stands_twice_and_all_of_it_fits(candidates: list[Candidate]) -> None:
    found = steps(["HAR/a", "HAR/b"], candidates)
    used = [code for step in found for code in (step.case, step.check) if code]
    assert len(used) == len(set(used))
    assert len(found) <= MOST_CASES
    assert OPENING_MINUTES + CLOSING_MINUTES + minutes_each(len(found)) * len(found) <= MINUTES
    sections = {one.code: one.section for one in candidates}
    assert all(sections[code] == step.section for step in found for code in (step.case, step.check) if code)


def test_the_most_missed_comes_first_and_sections_take_turns() -> None:
    listed = [
        Candidate("A1", "HAR/a", True, 2, 9),
        Candidate("A2", "HAR/a", True, 7, 9),
        Candidate("A3", "HAR/a", False, 1, 9),
        Candidate("B1", "HAR/b", True, 5, 9),
    ]
    found = [(step.case, step.check) for step in steps(["HAR/a", "HAR/b"], listed)]
    assert found == [("A2", "A3"), ("B1", ""), ("A1", "")]
