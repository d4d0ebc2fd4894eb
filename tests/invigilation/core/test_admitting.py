"""Late answers on a graded paper: only their marks move, corrections hold, and a pass is not lowered by itself."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from lms.invigilation.core.admitting import Place, admitted
from lms.invigilation.core.ruling import FITTING, Grounds, RulingKind, check_grounds
from lms.kit.problems import Invalid
from lms.quizzes.core.grading import Gradable, GradedItem, Outcome
from lms.quizzes.core.regrading import NO_MARK, Case, Correction, Method, Standing

RIGHT, WRONG = {"option": "o1"}, {"option": "o2"}


def mark(payload: Any) -> Fraction:
    return Fraction(payload["option"] == "o1")


def item(position: int, outcome: Outcome, key_n: int = 1) -> GradedItem:
    return GradedItem(position, key_n, 1000 if outcome is Outcome.RIGHT else 0, 1000, outcome)


def place(
    position: int, answer: Any, standing: GradedItem | None, method: Method = Method.NEW_KEY, key_n: int = 1
) -> Place:
    by_key = method in {Method.NEW_KEY, Method.ACCEPT}
    gradable = Gradable(position, 17, 1, 1000, mark if by_key else NO_MARK, answer, shown=True)
    return Place(Case(gradable, standing, Outcome.BLANK, Standing(0, 0, False), 50), Correction(method, key_n))


def test_only_the_late_questions_change_and_what_lies_before_them_was_reached() -> None:
    items = [item(1, Outcome.RIGHT), item(2, Outcome.NOT_REACHED), item(3, Outcome.NOT_REACHED)]
    done = admitted(Standing(1000, 3000, False), items, {3: place(3, RIGHT, items[2])}, 60, lowers_pass=False)
    assert [one.outcome for one in done.items] == [Outcome.RIGHT, Outcome.BLANK, Outcome.RIGHT]
    assert done.after == Standing(2000, 3000, True)
    assert not done.fails


@pytest.mark.parametrize(("lowers", "passed"), [(False, True), (True, False)])
def test_a_pass_is_lowered_only_where_that_is_asked_for(lowers: bool, passed: bool) -> None:
    items = [item(1, Outcome.RIGHT), item(2, Outcome.WRONG)]
    done = admitted(Standing(1000, 2000, True), items, {1: place(1, WRONG, items[0])}, 50, lowers_pass=lowers)
    assert done.after == Standing(0, 2000, passed)
    assert done.fails


def test_a_pass_that_was_kept_below_the_cut_does_not_fall_by_a_late_answer_that_earns_nothing() -> None:
    items = [item(1, Outcome.RIGHT), item(2, Outcome.BLANK)]
    kept = Standing(1000, 2000, True)
    done = admitted(kept, items, {2: place(2, WRONG, items[1])}, 80, lowers_pass=True)
    assert (done.after, done.fails) == (kept, False)


def test_an_earlier_correction_holds_for_the_late_answer() -> None:
    """Full marks for all stay full marks; what was left out stays out; a corrected key marks."""
    items = [item(1, Outcome.RIGHT), item(3, Outcome.BLANK, key_n=2)]
    places = {
        1: place(1, WRONG, items[0], Method.CREDIT_ALL, 0),
        2: place(2, RIGHT, None, Method.DROP, 0),
        3: place(3, RIGHT, items[1], Method.ACCEPT, 2),
    }
    done = admitted(Standing(1000, 2000, False), items, places, 80, lowers_pass=False)
    assert [(one.position, one.key_n, one.awarded_thousandths) for one in done.items] == [(1, 1, 1000), (3, 2, 1000)]


def test_every_kind_has_grounds_of_its_own() -> None:
    for kind in RulingKind:
        for grounds in Grounds:
            if grounds in FITTING[kind]:
                check_grounds(kind, grounds)
            else:
                with pytest.raises(Invalid):
                    check_grounds(kind, grounds)
