"""Who may release what they prepared: nobody, as long as there is somebody else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.core.second_person import Release, judge

IDS = st.integers(1, 6)


@given(IDS, IDS, st.frozensets(IDS))
def test_two_people_are_always_enough(prepared_by: int, released_by: int, able: frozenset[int]) -> None:
    if prepared_by != released_by:
        assert judge(prepared_by, released_by, able) is Release.TOGETHER


@given(IDS, st.frozensets(IDS))
def test_one_person_waits_exactly_while_somebody_else_could(one: int, able: frozenset[int]) -> None:
    wanted = Release.WAITS if able - {one} else Release.ALONE
    assert judge(one, one, able) is wanted


def test_it_does_not_matter_whether_who_prepared_it_could_release_it() -> None:
    assert judge(1, 1, frozenset()) is Release.ALONE
    assert judge(1, 1, {1}) is Release.ALONE
    assert judge(1, 1, {2}) is Release.WAITS
