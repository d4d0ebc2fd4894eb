"""Grading, passing and feedback."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.core import passing
from lms.quizzes.core.feedback import by_section
from lms.quizzes.core.grading import Gradable, Outcome, grade, thousandths
from lms.quizzes.core.paper import PaperQuestion, draw


def question(position: int, share: Fraction | None, *, shown: bool = True) -> Gradable:
    answer = None if share is None else {"share": str(share)}
    return Gradable(position, 17, 1, 1000, lambda payload: Fraction(payload["share"]), answer, shown)


def test_outcomes() -> None:
    paper = [
        question(1, Fraction(1)),
        question(2, Fraction(1, 3)),
        question(3, Fraction(0)),
        question(4, None),
        question(5, None, shown=False),  # a later one is answered: it was skipped, so it is blank
        question(6, Fraction(1)),
        question(7, None),  # shown, never answered
        question(8, None, shown=False),
    ]
    graded = grade(paper)
    assert [item.outcome for item in graded.items] == [
        Outcome.RIGHT,
        Outcome.PARTLY,
        Outcome.WRONG,
        Outcome.BLANK,
        Outcome.BLANK,
        Outcome.RIGHT,
        Outcome.BLANK,
        Outcome.NOT_REACHED,
    ]
    assert (graded.score_thousandths, graded.max_thousandths) == (2333, 8000)


shares = st.none() | st.fractions(0, 1, max_denominator=999)


@given(st.lists(shares, min_size=1, max_size=20))
def test_a_score_lies_between_0_and_the_maximum_and_is_the_sum_of_its_items(answers) -> None:
    graded = grade([question(position, share) for position, share in enumerate(answers, start=1)])
    assert 0 <= graded.score_thousandths <= graded.max_thousandths == 1000 * len(answers)
    assert graded.score_thousandths == sum(thousandths(share or Fraction(0), 1000) for share in answers)


@given(st.fractions(0, 1, max_denominator=10_000))
def test_rounding_is_off_by_half_a_thousandth_at_most(share: Fraction) -> None:
    assert abs(Fraction(thousandths(share, 1000), 1000) - share) <= Fraction(1, 2000)


@given(st.integers(0, 40_000), st.integers(1, 40), st.integers(1, 100))
def test_what_is_shown_as_the_cut_has_passed(score: int, questions: int, cut: int) -> None:
    maximum = 1000 * questions
    score = min(score, maximum)
    assert (passing.shown_percent(score, maximum) >= cut) == passing.has_passed(score, maximum, cut)


@given(st.integers(0, 40_000), st.integers(1, 40), st.integers(1, 100))
def test_so_many_more_right_answers_pass_and_one_fewer_does_not(score: int, questions: int, cut: int) -> None:
    maximum = 1000 * questions
    score = min(score, maximum)
    more = passing.right_answers_to_pass(score, maximum, cut, 1000)
    assert passing.has_passed(score + 1000 * more, maximum, cut)
    assert more == 0 or not passing.has_passed(score + 1000 * (more - 1), maximum, cut)


@pytest.mark.parametrize(("score", "passed", "percent"), [(15999, False, 79), (16000, True, 80), (0, False, 0)])
def test_the_cut_itself_passes(score: int, passed: bool, percent: int) -> None:
    assert passing.has_passed(score, 20000, 80) is passed
    assert passing.shown_percent(score, 20000) == percent


def test_missed_questions_stand_by_section_in_the_order_of_the_policy() -> None:
    graded = grade([question(1, Fraction(1)), question(2, Fraction(1, 2)), question(3, None), question(4, Fraction(1))])
    sections = {1: "HAR/context", 2: "HAR/insults", 3: "HAR/context", 4: "HAR/insults"}
    scores = by_section(graded.items, sections, ["HAR/insults", "HAR/context"])
    assert [(score.section, score.questions, score.right, score.missed, score.percent) for score in scores] == [
        ("HAR/insults", 2, 1, (2,), 75),
        ("HAR/context", 2, 1, (3,), 50),
    ]


def paper_question(code: str) -> PaperQuestion:
    return PaperQuestion(len(code), code, 1, lambda ordering: {"options": list(ordering(["o1", "o2", "o3", "o4"]))})


def test_the_same_seed_draws_the_same_paper_whatever_order_the_questions_come_in() -> None:
    questions = [paper_question(f"HAR-{n:03d}") for n in range(6)]
    drawn = draw(questions, seed="s", shuffle=True, max_thousandths=1000)
    again = draw(questions[::-1], seed="s", shuffle=True, max_thousandths=1000)
    assert [row.option_order for row in drawn] == [row.option_order for row in again]
    assert [row.position for row in drawn] == [1, 2, 3, 4, 5, 6]
    assert len({tuple(row.option_order["options"]) for row in drawn}) > 1, "each question has an order of its own"


def test_without_shuffling_the_paper_stands_as_listed() -> None:
    drawn = draw([paper_question("B"), paper_question("A")], seed="s", shuffle=False, max_thousandths=500)
    assert [(row.position, row.option_order["options"], row.max_thousandths) for row in drawn] == [
        (1, ["o1", "o2", "o3", "o4"], 500),
        (2, ["o1", "o2", "o3", "o4"], 500),
    ]
