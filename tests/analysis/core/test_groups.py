"""Who may be told apart: the rule that keeps subtractions of views from giving a small group away."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lms.analysis.core.gaps import item_gaps, score_gap
from lms.analysis.core.groups import few_of_a_language, of_languages, separable, without_few
from lms.analysis.core.items import item_figures, option_figures
from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect


def people_of(sizes: dict[tuple[str, str], int]) -> list[Person]:
    return [
        Person(f"{cohort}-{language}-{n}", language, cohort)
        for (cohort, language), size in sizes.items()
        for n in range(size)
    ]


def all_right(people: list[Person], *items: str) -> Responses:
    return collect(people, [Item(i) for i in items], [Answer(p.code, i, 1.0) for p in people for i in items])


def test_a_cohort_with_few_of_a_language_is_in_no_figure_of_one() -> None:
    people = people_of({("A", "en"): 10, ("A", "ja"): 12, ("B", "en"): 4, ("B", "ja"): 20, ("C", "ja"): 9})
    assert few_of_a_language(people) == {"B"}
    gap = item_gaps(all_right(people, "Q1"))["Q1"]
    assert (gap.first.n, gap.second.n) == (10, 21)
    whole = score_gap(all_right(people, "Q1"))
    assert (whole.first.n, whole.second.n) == (10, 21)


def test_an_item_that_few_of_a_language_reached_is_told_of_neither_language_there() -> None:
    people = people_of({("A", "en"): 10, ("A", "ja"): 10, ("B", "en"): 6, ("B", "ja"): 6})
    answers = [Answer(person.code, item, 1.0) for person in people for item in ("Q1", "Q2")]
    late = {f"B-en-{n}" for n in range(3)}
    answers = [
        Answer(a.person, a.item, state=Cell.NOT_REACHED) if a.item == "Q2" and a.person in late else a for a in answers
    ]
    gaps = item_gaps(collect(people, [Item("Q1"), Item("Q2")], answers))
    assert (gaps["Q1"].first.n, gaps["Q1"].second.n) == (16, 16)
    assert (gaps["Q2"].first.n, gaps["Q2"].second.n) == (10, 10)


def test_an_item_that_few_of_a_cohort_had_is_withheld_there_and_stays_in_their_score() -> None:
    people = people_of({("A", "ja"): 10, ("B", "ja"): 8})
    answers = [Answer(person.code, "Q1", 1.0) for person in people]
    answers += [Answer(person.code, "Q2", 0.5) for person in people if person.cohort == "A"]
    answers += [Answer(f"B-ja-{n}", "Q2", 0.5) for n in range(3)]
    found = without_few(collect(people, [Item("Q1"), Item("Q2")], answers))
    assert [figures.n for figures in item_figures(found)] == [18, 10]
    assert [figures.not_reached for figures in item_figures(found)] == [0, 0]
    gap = score_gap(found, "ja", "en")
    assert gap.first.share is not None
    assert round(gap.first.share * 18) == round((13 * 1.5 / 2 + 5 * 1) * 1), "the three keep their half marks"


def test_cohorts_that_are_small_as_a_whole_are_left_to_their_own_rule() -> None:
    people = people_of({("A", "ja"): 10, ("B", "ja"): 4, ("C", "ja"): 4})
    assert item_figures(without_few(all_right(people, "Q1")))[0].n == 18


def test_choices_are_told_of_the_version_that_the_item_describes() -> None:
    people = people_of({("A", "en"): 10, ("B", "en"): 8, ("C", "en"): 9})
    item = Item("Q1", options=("a", "b"), keys=frozenset({"a"}), version=2)
    answers = [Answer(person.code, "Q1", 1.0, chosen=("gone",), version=1) for person in people if person.cohort == "A"]
    answers += [Answer(person.code, "Q1", 1.0, chosen=("a",), version=2) for person in people if person.cohort == "B"]
    answers += [
        Answer(f"C-en-{n}", "Q1", 0.0, chosen=("b",), version=2 if n < 3 else 1) for n in range(9)
    ]  # three of the new version among nine: no choices of theirs
    responses = collect(people, [item], answers)
    right, wrong = option_figures(responses, "Q1")
    assert (right.n, right.count, wrong.count) == (8, 8, 0)
    assert item_figures(responses)[0].n == 27


cohort_sizes = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(["en", "ja"])), st.integers(0, 12), min_size=1
)


@given(cohort_sizes)
def test_what_remains_of_a_cohort_is_nobody_or_no_small_part(sizes: dict[tuple[str, str], int]) -> None:
    people = people_of(sizes)
    kept = Counter((person.cohort, person.language) for person in of_languages(all_right(people, "Q1")).people)
    assert all(count >= 5 for count in kept.values())
    by_part = separable(people, [person.language for person in people])
    assert {(person.cohort, person.language) for person, keep in zip(people, by_part, strict=True) if keep} == set(kept)
