"""The distance between two languages, per question and for the whole test."""

from __future__ import annotations

import pytest

from lms.analysis.core.gaps import item_gaps, score_gap, score_shares
from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect
from lms.kit.figures import difference, wilson


def in_two_languages(english: tuple[int, int], japanese: tuple[int, int]) -> Responses:
    """So many right of so many in each language."""
    people, answers = [], []
    for language, (right, n) in (("en", english), ("ja", japanese)):
        for number in range(n):
            people.append(Person(f"{language}{number}", language))
            answers.append(Answer(f"{language}{number}", "HAR-014", float(number < right)))
    return collect(people, [Item("HAR-014")], answers)


def test_a_gap_is_the_difference_of_facilities_with_newcombes_interval() -> None:
    """0.64 of 75 and 0.37 of 73, as in the mock of HAR-014."""
    gap = item_gaps(in_two_languages((48, 75), (27, 73)))["HAR-014"]
    assert (gap.first.n, gap.first.share, gap.second.n) == (75, 0.64, 73)
    assert gap.gap == pytest.approx(48 / 75 - 27 / 73)
    assert gap.interval == difference(48 / 75, wilson(48, 75), 27 / 73, wilson(27, 73))


def test_a_language_with_fewer_than_five_people_has_no_figure_and_no_gap() -> None:
    gap = item_gaps(in_two_languages((48, 75), (0, 4)))["HAR-014"]
    assert (gap.second.n, gap.second.n_shown, gap.second.share) == (None, "<5", None)
    assert (gap.gap, gap.interval) == (None, None)
    assert (gap.first.n, gap.first.share) == (75, None)  # with the total it would give the four away
    assert item_gaps(in_two_languages((48, 75), (0, 0)))["HAR-014"].gap is None


def test_scores_are_shares_of_each_persons_own_paper() -> None:
    people = [Person("L1", "en"), Person("L2", "en"), Person("L3", "en")]
    items = [Item("Q1", maximum=3.0), Item("Q2")]
    answers = [
        Answer("L1", "Q1", 1.0),
        Answer("L1", "Q2", state=Cell.NOT_REACHED),
        Answer("L2", "Q1", 0.5),
    ]
    assert score_shares(collect(people, items, answers)).tolist() == [0.75, 0.5]  # nothing was in the paper of L3


def test_the_gap_of_the_whole_test_is_that_of_mean_scores() -> None:
    gap = score_gap(in_two_languages((48, 75), (27, 73)))
    assert gap.gap == pytest.approx(48 / 75 - 27 / 73)
    assert gap.first.language == "en"
    other_way = score_gap(in_two_languages((48, 75), (27, 73)), "ja", "en")
    assert other_way.gap == pytest.approx(-(gap.gap or 0))
