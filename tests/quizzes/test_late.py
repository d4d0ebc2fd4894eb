"""A plain form that comes too late: nothing is thrown away, and the person is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.foundation import clock
from lms.quizzes import actions
from lms.quizzes.core.attempt import AttemptState
from tests.conftest import Unit, Visitor
from tests.quizzes.sitting import Look

TOLD = "1 answer came too late."


def result(first: str) -> str:
    return first.replace("questions/1", "result")


def test_after_the_sweeper_closed_the_attempt(joiner: Visitor, first: str, look: Look, unit: Unit) -> None:
    payload = look.right(1)
    with clock.fixed(look(lambda attempt: attempt.deadline_at) + timedelta(minutes=5)):
        with unit():
            assert actions.sweep() == 1
        for _time in range(2):
            answer = joiner.post(first, data={**payload, "go": "next"})
            assert answer.location.endswith("/result")
        page = joiner.get(result(first) + "?lang=en").text
    assert TOLD in page
    assert "kept for review" in page
    assert look.late == [payload]
    assert look.log == []
    assert look.score == 0


def test_after_the_grace_and_before_the_sweeper(joiner: Visitor, first: str, look: Look) -> None:
    payload = look.right(1)
    with clock.fixed(look(lambda attempt: attempt.deadline_at) + timedelta(minutes=5)):
        answer = joiner.post(first, data={**payload, "go": "next"})
        assert TOLD in joiner.get(answer.location + "?lang=en").text
        joiner.post(first.replace("questions/1", "submit"))
        assert TOLD in joiner.get(result(first) + "?lang=en").text
    assert look.state == AttemptState.EXPIRED
    assert look.late == [payload]
    assert look.score == 0


def test_after_another_tab_has_handed_in(joiner: Visitor, first: str, look: Look) -> None:
    joiner.post(first, data={**look.right(1), "go": "next"})
    joiner.post(first.replace("questions/1", "submit"))
    joiner.post(first, data={**look.right(1), "go": "next"})
    assert look.late == []
    assert "came too late" not in joiner.get(result(first) + "?lang=en").text
    for payload in (look.wrong(1), look.right(1), look.right(1)):
        joiner.post(first, data={**payload, "go": "next"})
    assert look.late == [look.wrong(1), look.right(1)]
    assert TOLD in joiner.get(result(first) + "?lang=en").text, "both are of one question"


@pytest.mark.parametrize(
    "data", [{"flag": "1"}, {"show": "1"}, {"go": "12"}, {"option": "?", "options": ["?"], "verdict": "?"}]
)
def test_after_the_end_nothing_is_noted_any_more(joiner: Visitor, first: str, look: Look, data: dict[str, str]) -> None:
    joiner.post(first.replace("questions/1", "submit"))
    before = look(lambda attempt: [(row.shown_at, row.is_flagged) for row in attempt.questions])
    answer = joiner.post(first.replace("questions/1", "questions/2"), data=data)
    while "questions" in answer.location:
        answer = joiner.get(answer.location)
    assert answer.location == result(first)
    assert look(lambda attempt: [(row.shown_at, row.is_flagged) for row in attempt.questions]) == before
