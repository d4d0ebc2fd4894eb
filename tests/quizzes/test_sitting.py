"""A quiz through its pages, as a browser without script sends them; and the calls that script makes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.questions.models import QuestionKey
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import Attempt, QuizVersion
from tests.conftest import ROOT, QueryCount, SignIn, Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look

T = TypeVar("T")
Counted = Callable[[], AbstractContextManager[QueryCount]]


def test_start_page_tells_the_rules_before_anything_is_opened(joiner: Visitor, sample: Flask) -> None:
    with sample.app_context(), transaction.unit(write=False):
        assignment = sitting.assignment_id(sitting.person())
        before = len(list(db.session.scalars(select(Attempt.id))))
    page = joiner.get(f"/quizzes/{assignment}?lang=en").text
    assert "80%" in page
    assert "12" in page
    with sample.app_context(), transaction.unit(write=False):
        assert len(list(db.session.scalars(select(Attempt.id)))) == before


def test_every_question_can_be_answered_with_plain_forms(joiner: Visitor, first: str, look: Look) -> None:
    address = first
    for position in range(1, 13):
        assert joiner.get(address).status_code == 200
        payload = look.right(position)
        answer = joiner.post(address, data={**payload, "go": "next"})
        assert answer.status_code == 302
        address = answer.location
    assert address.endswith("/review")
    assert "Every question is answered." in joiner.get(address + "?lang=en").text
    result = joiner.post(address.replace("review", "submit"))
    assert result.location.endswith("/result")
    assert joiner.get(result.location).status_code == 200
    assert look.state == AttemptState.SUBMITTED
    assert look.score == 12_000


def test_saved_is_said_only_of_what_is_in_the_database(joiner: Visitor, first: str, look: Look) -> None:
    assert "Saved 13:2" not in joiner.get(first + "?lang=en").text
    moment = clock.now() + timedelta(minutes=1, seconds=5)
    with clock.fixed(moment):
        joiner.post(first, data={**look.right(1), "go": "1"})
        assert "Saved 13:25:05" in joiner.get(first + "?lang=en").text


def test_going_back_keeps_the_answer_and_going_on_unchanged_logs_nothing(
    joiner: Visitor, first: str, look: Look
) -> None:
    payload = look.right(1)
    for _time in range(3):
        joiner.post(first, data={**payload, "go": "next"})
    assert look.log == [payload]
    chosen = re.findall(r'value="([^"]+)" checked', joiner.get(first).text)
    assert sorted(chosen) == sorted(payload.get("options", list(payload.values())))


def test_an_option_that_the_question_does_not_have_is_refused_at_the_question(
    joiner: Visitor, first: str, look: Look
) -> None:
    field = next(iter(look.right(1)))
    answer = joiner.post(first, data={field: "made-up", "go": "next"})
    assert answer.status_code == 422
    assert look.log == []


def test_flag_is_kept_and_shown(joiner: Visitor, first: str, look: Look) -> None:
    joiner.post(first, data={"flag": "1"})
    assert look(lambda attempt: attempt.questions[0].is_flagged)
    assert 'aria-pressed="true"' in joiner.get(first).text
    joiner.post(first, data={"flag": "1"})
    assert not look(lambda attempt: attempt.questions[0].is_flagged)


def secrets_of(attempt: Attempt) -> list[str]:
    """What only the key holds: rationales and misconceptions in both languages."""
    found: set[str] = set()
    for row in attempt.questions:
        key = db.session.get_one(QuestionKey, (row.question_version_id, row.key_n)).key
        found |= set(key["rationale"].values())
        for group in key["groups"].values():
            for facts in group.values():
                found |= {*facts["rationale"].values(), *facts.get("misconception", {}).values()}
    return sorted(text for text in found if len(text) > 12)


def option_texts(attempt: Attempt) -> list[str]:
    """What the options say on the page."""
    groups = [group for row in attempt.questions for group in row.question_version.body["groups"].values()]
    return [text for group in groups for option in group for text in option.get("text", {}).values()]


def test_nothing_of_the_key_leaves_before_submission(joiner: Visitor, first: str, look: Look) -> None:
    hidden = look(secrets_of)
    assert len(hidden) > 100
    sent = [joiner.get(sitting.at(first, n) + f"?lang={lang}").text for n in range(1, 13) for lang in ("en", "ja")]
    sent.append(joiner.get(first.replace("questions/1", "review")).text)
    sent.append(joiner.get("/quizzes").text)
    sent.append(joiner.post(first, data={**look.wrong(1), "go": "1"}).text)
    text = "\n".join(sent)
    assert "fraction" not in text
    leaked = [one for one in hidden if one in text or json.dumps(one)[1:-1] in text]
    # a misconception may use the words of an option that is on the page anyway
    shown = look(option_texts)
    assert [one for one in leaked if not any(one in option for option in shown)] == []


@pytest.mark.parametrize("path", ["questions/1", "review", "result", "events", "submit"])
def test_an_attempt_of_somebody_else_is_not_there(first: str, sign_in_as: SignIn, sample: Flask, path: str) -> None:
    with sample.app_context(), transaction.unit(write=False):
        stranger = sitting.person("moderator@kijun.example").code
    address = first.replace("questions/1", path)
    visitor = sign_in_as(stranger)
    call = visitor.post if path in {"events", "submit"} else visitor.get
    assert call(address).status_code == 404


def test_a_page_of_an_attempt_costs_few_queries(joiner: Visitor, first: str, queries_counted: Counted) -> None:
    def cost(address: str) -> int:
        with queries_counted() as count:
            assert joiner.get(address).status_code == 200
        return len(count)

    costs = [cost(address) for address in (first, sitting.at(first, 12), first.replace("questions/1", "review"))]
    costs.append(cost("/quizzes"))
    joiner.post(first.replace("questions/1", "submit"))
    costs.append(cost(first.replace("questions/1", "result")))
    assert max(costs) <= 15, costs


def test_who_answers_is_known_without_their_row(joiner: Visitor, first: str, queries_counted: Counted) -> None:
    """No page of an attempt wants more of a person than every request does."""
    pages = [first, first.replace("questions/1", "paper"), first.replace("questions/1", "review"), "/quizzes"]
    with queries_counted() as count:
        for page in pages:
            assert joiner.get(page).status_code == 200
        assert joiner.post(first.replace("questions/1", "claim"), json={}).status_code == 200
    assert [sql for sql in count.statements if "people.login" in sql] == []


@pytest.mark.database
def test_a_question_takes_four_statements(
    joiner: Visitor, first: str, look: Look, unit: Unit, queries_counted: Counted
) -> None:
    """Who it is, how the attempt stands, its flags and its answers; the rest never changes, and is read once."""

    def plain_ones(attempt: Attempt) -> list[int]:
        bodies = {row.position: row.question_version.body for row in attempt.questions}
        return [place for place, body in bodies.items() if body["type"] == "single" and "sensitive" not in body]

    with unit():
        version = db.session.get_one(QuizVersion, look(lambda attempt: attempt.quiz_version_id))
        version.rules = {**version.rules, "open_book": False}
    before, asked = look(plain_ones)[:2]
    assert joiner.get(sitting.at(first, before)).status_code == 200
    with queries_counted() as count:
        assert joiner.get(sitting.at(first, asked)).status_code == 200
    assert len(count) == 4, count.statements


@pytest.mark.database
def test_a_result_takes_ten_statements(joiner: Visitor, first: str, queries_counted: Counted) -> None:
    """Of what never changes, the paper and the texts of the policies, nothing is read again."""
    joiner.get(first)
    joiner.post(first.replace("questions/1", "submit"))
    result = first.replace("questions/1", "result")
    assert joiner.get(result).status_code == 200
    with queries_counted() as count:
        assert "missed" in joiner.get(result).text
    assert len(count) == 10, count.statements


@pytest.mark.parametrize("page", ["questions/1", "review"])
def test_the_pages_give_script_every_word_and_address_that_it_asks_for(joiner: Visitor, first: str, page: str) -> None:
    """By element: what the script reads of it in its code is there in the page, and says something."""
    script = (ROOT / "lms" / "static" / "js" / "quiz.js").read_text()
    elements = {"words": "data-attempt", "save": "data-save", "rest": 'id="rest"', "signIn": 'id="sign-in-again"'}
    if page == "questions/1":
        elements |= {"notice": "data-notice", "left": "data-deadline"}
    shown = joiner.get(first.replace("questions/1", page)).text
    for name, mark in elements.items():
        element = re.search(rf"<\w+[^>]*\b{mark}[^>]*>", shown)
        assert element is not None, name
        dataset = name if name == "words" else rf"{name}\.dataset"
        asked = set(re.findall(rf"\b{dataset}\.([a-zA-Z]+)", script))
        given = {_camel(found) for found in re.findall(r'data-([a-z-]+)="[^"]', element[0])}
        optional = {"answered", "closed", "submits"} | ({"last"} if page == "review" else set())
        assert asked, name
        assert asked - given - optional == set(), name


def _camel(name: str) -> str:
    return re.sub(r"-(\w)", lambda found: found[1].upper(), name)
