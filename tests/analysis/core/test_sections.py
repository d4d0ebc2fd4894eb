"""Facility by section, and what was missed in each."""

from __future__ import annotations

import pytest

from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect
from lms.analysis.core.sections import most_missed, section_figures

SECTIONS = {"Q1": ["HAR/insults"], "Q2": ["HAR/insults", "HAR/context"], "Q3": ["HAR/context"]}
ORDER = ("HAR/insults", "HAR/context", "HAR/appeals")


def answered(rows: list[tuple[float | None, ...]]) -> Responses:
    people = [Person(f"L{row}") for row in range(len(rows))]
    items = [Item("Q1"), Item("Q2"), Item("Q3")]
    answers = [
        Answer(f"L{row}", f"Q{place + 1}", share)
        for row, shares in enumerate(rows)
        for place, share in enumerate(shares)
        if share is not None
    ]
    return collect(people, items, answers)


def test_a_section_has_facility_and_its_missed_questions_the_worst_first() -> None:
    figures = section_figures(answered([(1, 1, 0), (1, 0.5, 0), (1, 0, 0), (1, 1, 0), (0, 1, 1)]), SECTIONS, ORDER)
    insults, context, appeals = figures
    assert (insults.n, insults.answers, insults.missed_share) == (5, 10, 0.3)
    assert insults.facility == pytest.approx(7.5 / 10)
    assert [(question.item, question.missed, question.n) for question in insults.questions] == [
        ("Q2", 2, 5),
        ("Q1", 1, 5),
    ]
    assert [question.missed_share for question in context.questions] == [0.8, 0.4]
    assert (appeals.n, appeals.facility, appeals.questions) == (0, None, ())
    assert [section.section for section in most_missed(figures)] == ["HAR/context", "HAR/insults"]


def test_each_person_counts_once_however_many_questions_the_paper_had() -> None:
    rows: list[tuple[float | None, ...]] = [
        (1, 1, None),
        (0, None, None),
        (0, None, None),
        (0, None, None),
        (0, None, None),
    ]
    insults = section_figures(answered(rows), SECTIONS, ORDER)[0]
    assert (insults.n, insults.answers, insults.facility) == (5, 6, 0.2)


def test_a_section_with_fewer_than_five_people_is_withheld() -> None:
    insults = section_figures(answered([(0, 0, 0)] * 4), SECTIONS, ORDER)[0]
    assert (insults.withheld, insults.n, insults.n_shown, insults.answers) == (True, None, "<5", None)
    assert (insults.facility, insults.missed_share, insults.questions) == (None, None, ())
    assert most_missed([insults]) == ()


def test_a_question_that_fewer_than_five_people_had_is_not_listed() -> None:
    rows: list[tuple[float | None, ...]] = [
        (0, 0, None),
        (0, None, None),
        (0, None, None),
        (0, None, None),
        (0, None, None),
    ]
    insults = section_figures(answered(rows), SECTIONS, ORDER)[0]
    assert [question.item for question in insults.questions] == ["Q1"]


def test_blank_is_missed_and_not_reached_is_not() -> None:
    people = [Person(f"L{n}") for n in range(6)]
    answers = [Answer(f"L{n}", "Q1", state=Cell.BLANK if n < 5 else Cell.NOT_REACHED) for n in range(6)]
    insults = section_figures(collect(people, [Item("Q1")], answers), SECTIONS, ORDER)[0]
    assert (insults.n, insults.missed_share, insults.facility) == (5, 1.0, 0.0)
