"""The effect of an action: one figure before and after, whatever the order of answers, and nothing of few people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.followup.core.effect import Figure, Outcome, Share, effect, measured
from lms.followup.core.kinds import FigureKind
from lms.kit.figures import Interval, difference, wilson

SHARES = st.lists(
    st.builds(
        Share,
        person=st.integers(1, 10_000),
        share=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        language=st.sampled_from(["en", "ja"]),
        cohort=st.sampled_from(["", "A", "B"]),
    ),
    max_size=60,
    unique_by=lambda one: one.person,
)
KINDS = st.sampled_from([FigureKind.FACILITY, FigureKind.GAP, FigureKind.SECTION, FigureKind.SCORE])


@given(KINDS, SHARES, SHARES, st.data())
def test_effect_and_interval_do_not_depend_on_the_order_of_answers(
    kind: FigureKind, before: list[Share], after: list[Share], data: st.DataObject
) -> None:
    mixed = [data.draw(st.permutations(listed)) for listed in (before, after)]
    first = effect(kind, measured(kind, before), measured(kind, after))
    assert first == effect(kind, measured(kind, mixed[0]), measured(kind, mixed[1]))


@given(KINDS, SHARES)
def test_no_figure_tells_of_few_people(kind: FigureKind, shares: list[Share]) -> None:
    found = measured(kind, shares)
    if found is not None:
        assert found.n >= 5
        assert found.interval.low <= found.value <= found.interval.high


@given(SHARES)
def test_a_cohort_of_few_changes_nothing(shares: list[Share]) -> None:
    few = [Share(20_000 + n, 0.0, "en", "few") for n in range(4)]
    assert measured(FigureKind.FACILITY, [*shares, *few]) == measured(FigureKind.FACILITY, shares)


def people(right: int, n: int, language: str = "en", start: int = 0) -> list[Share]:
    return [Share(start + place, float(place < right), language, "A") for place in range(n)]


def test_a_share_is_compared_by_newcombes_method() -> None:
    before, after = (measured(FigureKind.FACILITY, people(right, n)) for right, n in ((48, 80), (56, 70)))
    found = effect(FigureKind.FACILITY, before, after)
    assert found is not None
    assert found.interval == difference(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))
    assert (found.change, found.outcome) == (pytest.approx(0.2), Outcome.BETTER)


def test_a_gap_is_better_where_it_closes() -> None:
    before = Figure(120, 0.30, Interval(0.15, 0.45))
    after = Figure(120, 0.02, Interval(-0.10, 0.14))
    found = effect(FigureKind.GAP, before, after)
    assert found is not None
    assert (round(found.change, 2), found.outcome) == (0.28, Outcome.BETTER)
    back = effect(FigureKind.GAP, after, before)
    assert back is not None
    assert back.outcome is Outcome.WORSE


def test_a_change_whose_interval_holds_nothing_is_too_small_to_say() -> None:
    before, after = (measured(FigureKind.SECTION, people(right, 10)) for right in (6, 7))
    found = effect(FigureKind.SECTION, before, after)
    assert found is not None
    assert (found.outcome, found.is_indicative) == (Outcome.UNCLEAR, True)


def test_without_enough_answers_there_is_no_effect() -> None:
    before = measured(FigureKind.FACILITY, people(5, 9))
    assert effect(FigureKind.FACILITY, before, measured(FigureKind.FACILITY, people(2, 4))) is None
    one_language = [*people(5, 9), *people(1, 3, "ja", 100)]
    assert measured(FigureKind.GAP, one_language) is None
