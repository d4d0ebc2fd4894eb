"""What stands around a question: the break, the policy at hand, what is left to answer."""

from __future__ import annotations

import re

import pytest

from lms.foundation.db import db
from lms.quizzes.models import QuizVersion
from tests.conftest import Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look


@pytest.mark.parametrize("page", ["questions/1", "review"])
def test_without_script_a_break_covers_the_page_until_one_returns(joiner: Visitor, first: str, page: str) -> None:
    shown = joiner.get(f"{first.replace('questions/1', page)}?lang=en").text
    action = re.search(r'<form method="post" action="(/attempts/[^"]+/break)"', shown)
    assert action is not None
    assert joiner.post(action[1], data={"step": "start"}).location == first
    covered = joiner.get(f"{first}?lang=en").text
    assert "Your screen is covered." in covered
    assert "The timer is paused until" in covered
    assert "fieldset" not in covered
    whole = joiner.get(first.replace("questions/1", "paper"))
    assert (whole.status_code, "fieldset" in whole.text) == (409, False)
    assert joiner.post(action[1], data={"step": "end"}).location == first
    assert "fieldset" in joiner.get(first).text


@pytest.mark.parametrize("is_open_book", [True, False])
def test_the_policy_of_an_open_book_is_one_step_away_and_that_of_a_closed_one_is_not(
    joiner: Visitor, first: str, look: Look, unit: Unit, is_open_book: bool
) -> None:
    with unit():
        version = db.session.get_one(QuizVersion, look(lambda attempt: attempt.quiz_version_id))
        version.rules = {**version.rules, "open_book": is_open_book}
    page = joiner.get(f"{first}?lang=en").text
    link = re.search(r'<a href="(/policies/HAR\?v=[\d.]+[^"]*)" target="_blank">', page)
    assert bool(link) is is_open_book
    assert not link or joiner.get(link[1]).status_code == 200


def test_how_many_are_still_to_answer_stands_under_the_map(joiner: Visitor, first: str, look: Look) -> None:
    assert "12 questions are not answered yet." in joiner.get(f"{first}?lang=en").text
    joiner.post(first, data={**look.right(1), "go": "next"})
    assert "11 questions are not answered yet." in joiner.get(f"{sitting.at(first, 2)}?lang=en").text


def test_an_answer_that_could_not_be_sent_comes_back_chosen_and_not_saved(
    joiner: Visitor, first: str, look: Look
) -> None:
    page = joiner.get(first).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    chosen = look.right(1)
    again = joiner.post(f"{first}?lang=en", data={**chosen, "reopen": "whole", "csrf_token": token}).text
    assert "What you typed is back." in again
    for field, values in chosen.items():
        for value in [values] if isinstance(values, str) else values:
            assert re.search(f'name="{field}" value="{value}" ?checked', again)
    assert "12 questions are not answered yet." in again
    assert "checked" not in joiner.get(first).text.partition('class="opts"')[2].partition("</fieldset>")[0]


def page_with(visitor: Visitor, first: str, words: str) -> str:
    """The question of the attempt on whose page these words stand; the order is drawn."""
    pages = (visitor.get(f"{sitting.at(first, place)}?lang=en").text for place in range(1, 13))
    return next(page for page in pages if words in page)


def test_options_with_a_label_stay_covered_until_they_are_opened(joiner: Visitor, first: str) -> None:
    page = page_with(joiner, first, "Which of these posts is an insult")
    cover = re.search(r'<details class="veil">.*?</details>', page, re.DOTALL)
    assert cover is not None
    assert "The options: insulting words (text only)" in cover[0]
    assert "It stays closed until you open it." in cover[0]
    assert 'name="option"' in cover[0]
    assert page.index("Which of these posts is an insult") < cover.start(), "the question itself is read at once"


def test_a_case_with_a_label_says_its_kind_and_covers_the_case_alone(joiner: Visitor, first: str) -> None:
    page = page_with(joiner, first, "The case: unwanted contact (text only)")
    cover, _end, rest = page.partition('<details class="veil">')[2].partition("</details>")
    assert "The case: unwanted contact (text only)" in cover
    assert "<fieldset" in rest
    assert "<input" not in cover
