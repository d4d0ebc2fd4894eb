"""The card of a question: its groups of scores, its choices by language, its revisions, the times taken."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lms.analysis.core.clinic import basis, choices, revisions, score_groups, times
from lms.analysis.core.responses import Answer, Item, Person, Responses, collect

ITEMS = [Item("Q0", options=("a", "b"), keys=frozenset("a"), version=2), *(Item(f"Q{n}") for n in range(1, 9))]


def quiz(languages: list[str], *, old: int = 0) -> Responses:
    """Person n has n mod 9 right answers on the others; the strong are right on the first, which ``old`` had before."""
    people = [Person(f"L{n:03}", language, "A") for n, language in enumerate(languages)]
    answers = []
    for n, person in enumerate(people):
        score = n % 9
        right = score > 4
        version = 1 if n < old else 2
        answers.append(Answer(person.code, "Q0", float(right), chosen=("a" if right else "b",), version=version))
        answers += [Answer(person.code, f"Q{item}", float(item <= score)) for item in range(1, 9)]
    return collect(people, ITEMS, answers)


def test_groups_of_scores_hold_everybody_once_in_order() -> None:
    groups = score_groups(quiz(["en"] * 90), "Q0")
    assert sum(group.n for group in groups) == 90
    assert all(one.high < other.low for one, other in pairwise(groups))
    assert (groups[0].share, groups[-1].share) == (0.0, 1.0)
    assert all(group.sides == () for group in groups)


def test_each_language_of_a_group_has_five_people() -> None:
    groups = score_groups(quiz(["en", "ja", "en"] * 30), "Q0")
    assert len(groups) > 1
    for group in groups:
        assert [side.n for side in group.sides if side.n is not None and side.n >= 5] == [s.n for s in group.sides]
        assert sum(side.n or 0 for side in group.sides) == group.n


def test_few_of_a_language_leave_the_languages_together() -> None:
    responses = quiz(["ja"] * 4 + ["en"] * 41)
    assert basis(responses) == (responses, False)
    assert choices(responses, "Q0") == ()
    assert sum(group.n for group in score_groups(responses, "Q0")) == 45


def test_too_few_people_have_no_curve() -> None:
    assert score_groups(quiz(["en"] * 4), "Q0") == ()


def test_choices_add_up_in_each_language() -> None:
    first, second = choices(quiz(["en", "ja", "en"] * 30), "Q0")
    assert (first.option, second.option) == ("a", "b")
    for one, other in zip(first.sides, second.sides, strict=True):
        assert one.share is not None
        assert other.share is not None
        assert abs(one.share + other.share - 1) < 1e-9
    assert [side.n for side in first.sides] == [60, 30]


def test_a_revision_has_both_sides_and_their_difference() -> None:
    (change,) = revisions(quiz(["en"] * 90, old=45), "Q0")
    assert (change.before.n, change.after.n, change.numbers) == (45, 45, (1, 2))
    assert change.change == 0.0
    assert change.interval is not None
    assert not change.interval.leaves_out(0)
    assert revisions(quiz(["en"] * 90), "Q0") == ()


def test_a_version_that_few_of_a_cohort_had_counts_nobody_of_it() -> None:
    assert revisions(quiz(["en"] * 90, old=4), "Q0") == ()


def test_times_are_told_of_five_and_more() -> None:
    assert times([3.0] * 4) is None
    told = times([1.0] * 6 + [float(second) for second in np.linspace(20, 80, 60)])
    assert told is not None
    assert told.rapid == "6"
    assert abs(sum(told.bands) - 1) < 1e-9
