"""Mastery of a section: the posterior, its prior, groups that are withheld, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from lms.analysis.core.mastery import MOST_WEIGHT, PriorFrom, fit_prior, own_mastery, section_mastery
from lms.analysis.core.responses import Answer, Cell, Item, Person, collect
from tests.analysis.core.test_reliability import matrix

SECTIONS = {"Q0": ["HAR/insults"], "Q1": ["HAR/insults", "HAR/context"], "Q2": ["HAR/insults"]}
ROWS = [[1, 1, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 1], [0, 1, 0]]
people_rows = st.lists(st.lists(st.integers(0, 1).map(float), min_size=3, max_size=3), min_size=5, max_size=30)


def test_a_person_is_the_prior_with_their_answers_added() -> None:
    found = section_mastery(matrix(ROWS), SECTIONS, "HAR/insults", [None] * 8, cut=0.7)
    assert found.prior is not None
    assert found.prior.source is PriorFrom.MOMENTS
    for person, row in zip(found.people, ROWS, strict=True):
        posterior = beta(found.prior.a + sum(row), found.prior.b + 3 - sum(row))
        assert (person.answers, person.right) == (3, sum(row))
        assert person.mean == pytest.approx(posterior.mean())
        assert (person.interval.low, person.interval.high) == pytest.approx(posterior.interval(0.95))
        assert person.over_cut == pytest.approx(posterior.sf(0.7))


def test_a_group_is_the_mean_of_its_people_and_few_are_withheld() -> None:
    found = section_mastery(matrix(ROWS), SECTIONS, "HAR/insults", ["A"] * 5 + ["B"] * 2 + [None])
    large, small = found.groups
    means = [person.mean for person in found.people[:5]]
    assert large.mean == pytest.approx(np.mean(means))
    assert large.interval is not None
    assert large.interval.low < (large.mean or 0) < large.interval.high
    widths = [person.interval.high - person.interval.low for person in found.people[:5]]
    assert large.interval.high - large.interval.low < min(widths)
    assert (small.n, small.n_shown, small.mean, small.interval, small.withheld) == (None, "<5", None, None, True)


def test_what_is_missing_or_not_reached_is_no_answer_and_a_blank_is() -> None:
    people, items = [Person(f"L{n}") for n in range(6)], [Item("Q0"), Item("Q1")]
    cells = [Answer(f"L{n}", "Q0", float(n % 2)) for n in range(5)]
    cells += [Answer("L0", "Q1", state=Cell.BLANK), Answer("L1", "Q1", state=Cell.NOT_REACHED)]
    found = section_mastery(collect(people, items, cells), SECTIONS, "HAR/insults", [None] * 6)
    assert [(one.person, one.answers) for one in found.people] == [("L0", 2), *((f"L{n}", 1) for n in range(1, 5))]
    assert section_mastery(collect(people, items, []), SECTIONS, "HAR/insults", [None] * 6).prior is None
    assert section_mastery(collect(people, items, cells), SECTIONS, "HAR/elsewhere", [None] * 6).people == ()


def test_part_marks_count_in_part() -> None:
    found = section_mastery(matrix([[0.5, 0.25, 0]] * 6), SECTIONS, "HAR/insults", [None] * 6)
    assert {person.right for person in found.people} == {0.75}


def test_the_prior_where_people_do_not_differ_or_tell_too_little() -> None:
    alike = fit_prior(np.array([2.0] * 10), np.array([4.0] * 10))
    assert alike is not None
    assert alike.a + alike.b == pytest.approx(MOST_WEIGHT)
    once = fit_prior(np.array([1.0, 0.0] * 5), np.array([1.0] * 10))
    assert once is not None
    assert (once.source, once.a + once.b) == (PriorFrom.TOO_FEW_ANSWERS, pytest.approx(2))
    few = fit_prior(np.array([3.0] * 4), np.array([3.0] * 4))
    assert few is not None
    assert few.source is PriorFrom.TOO_FEW_ANSWERS
    all_right = fit_prior(np.array([3.0] * 9), np.array([3.0] * 9))
    assert all_right is not None
    assert 0 < all_right.b < all_right.a


def test_the_prior_finds_the_weight_that_answers_were_drawn_with() -> None:
    generator = np.random.default_rng(3)
    answers = generator.integers(2, 9, size=20000).astype(float)
    right = generator.binomial(answers.astype(int), generator.beta(6, 2, size=20000)).astype(float)
    prior = fit_prior(right, answers)
    assert prior is not None
    assert (prior.a, prior.b) == (pytest.approx(6, rel=0.1), pytest.approx(2, rel=0.1))


@given(people_rows)
def test_laws(rows: list[list[float]]) -> None:
    found = section_mastery(matrix(rows), SECTIONS, "HAR/insults", ["A"] * len(rows))
    by_right = sorted((person.right, person.mean) for person in found.people)
    assert [mean for _, mean in by_right] == sorted(mean for _, mean in by_right)
    for person in found.people:
        assert 0 <= person.interval.low <= person.mean <= person.interval.high <= 1 or person.interval.low == 1
        assert 0 <= person.over_cut <= 1
    turned = section_mastery(matrix(rows[::-1]), SECTIONS, "HAR/insults", ["A"] * len(rows))
    assert turned.groups[0].mean == pytest.approx(found.groups[0].mean)


def test_a_cut_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="cut"):
        section_mastery(matrix(ROWS), SECTIONS, "HAR/insults", [None] * 8, cut=0)


def test_ones_own_prior_is_ones_share_of_all_answers() -> None:
    counted = {f"HAR/{n}": (float(right), 4) for n, right in enumerate((4, 4, 3, 2, 1, 0))}
    share = 14.5 / 25
    for section, one in own_mastery(counted).items():
        posterior = beta(2 * share + counted[section][0], 2 * (1 - share) + 4 - counted[section][0])
        assert one.mean == pytest.approx(posterior.mean())
        assert (one.interval.low, one.interval.high) == pytest.approx(posterior.interval(0.95))


def test_however_much_is_known_one_answer_does_not_make_a_section_mastered() -> None:
    found = own_mastery({"HAR/once": (1.0, 1)} | {f"HAR/{n}": (9.0, 10) for n in range(30)})
    assert found["HAR/once"].interval.low < 0.6


def test_where_nothing_was_asked_nothing_is_known() -> None:
    assert own_mastery({}) == {}
    assert list(own_mastery({"HAR/a": (0.0, 0), "HAR/b": (1.0, 1)})) == ["HAR/b"]
