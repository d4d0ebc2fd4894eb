"""The calls that script makes: saving changes, and handing in with the list of what was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.kit.chains import sha256_of
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.receipt import short_form
from tests.conftest import Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look

FITTING = {"seq": 1, "position": 1, "locale": "en", "payload": {}}


def events(first: str) -> str:
    return first.replace("questions/1", "events")


def submission(first: str) -> str:
    return first.replace("questions/1", "submit")


def change(look: Look, seq: int, position: int) -> dict[str, Any]:
    return {"seq": seq, "position": position, "locale": "en", "payload": look.right(position)}


def test_a_change_is_saved_and_the_servers_time_comes_back(joiner: Visitor, first: str, look: Look) -> None:
    answer = joiner.post(events(first), json={"epoch": 1, "events": [change(look, 1, 2)]})
    assert answer.status_code == 200
    assert answer.json["acked"] == [[1, 1]]
    assert answer.json["quarantined"] == []
    assert answer.json["server_now"] == clock.now().isoformat()
    assert answer.json["receipt"] is None
    assert look.log == [look.right(2)]


@contextmanager
def told(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is told meanwhile, each by its first word."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if not sql.startswith("BEGIN"):
            said.append("LOCK" if "pg_advisory_xact_lock" in sql else sql.split()[0])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.database
def test_a_saved_answer_takes_three_statements_and_repeats_one_more(
    sample: Flask, joiner: Visitor, first: str, look: Look
) -> None:
    """Who it is, how the attempt stands, the answer; what stands there already is compared."""

    def verbs(seq: int) -> list[str]:
        body = {"epoch": 1, "events": [change(look, seq, 2)]}
        with told(sample) as said:
            assert joiner.post(events(first), json=body).status_code == 200
        return said

    verbs(1)  # reads the paper, once in the life of the process
    assert verbs(2) == ["SELECT", "SELECT", "INSERT"]
    assert verbs(2) == ["SELECT", "SELECT", "INSERT", "SELECT"]


@pytest.mark.database
def test_starting_takes_as_many_statements_however_long_the_paper(sample: Flask, joiner: Visitor) -> None:
    with sample.app_context(), transaction.unit(write=False):
        assignment = sitting.assignment_id(sitting.person())
    with told(sample) as said:
        assert joiner.post(f"/quizzes/{assignment}/attempts").status_code == 302
    assert said.count("INSERT") == 4  # the attempt, its paper, its policies, and last its entry in the journal
    assert said[-1] == "INSERT"
    assert len([verb for verb in said if verb != "LOCK"]) <= 19


@pytest.mark.database
def test_handing_in_takes_as_many_statements_as_it_has_things_to_do(
    sample: Flask, joiner: Visitor, first: str, look: Look
) -> None:
    joiner.post(events(first), json={"epoch": 1, "events": [change(look, 1, 1), change(look, 2, 2)]})
    with told(sample) as said:
        assert joiner.post(submission(first), json={"manifest": [[1, 1], [1, 2]]}).status_code == 200
    assert [verb for verb in said if verb != "LOCK"] == [
        *("SELECT", "SELECT", "SELECT"),  # who it is, how the attempt stands, the answer log
        *("UPDATE", "SELECT", "INSERT", "INSERT"),  # the close; the paper with its keys; the run and its marks
        *("SELECT", "UPDATE"),  # the corrections that stand; the notices that are done with
        *("SELECT", "INSERT"),  # the end of the chain, and what is linked to it: last
    ]
    with told(sample) as said:
        assert joiner.post(submission(first), json={"manifest": []}).status_code == 200
    assert said == ["SELECT", "SELECT", "SELECT"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"epoch": 1, "events": []},
        {"epoch": 1, "events": [FITTING] * 51},
        {"epoch": "1", "events": [FITTING]},
        {"epoch": 0, "events": [FITTING]},
        {"epoch": 2, "events": [FITTING]},
        {"epoch": -1, "events": [FITTING]},
        {"epoch": 2**70, "events": [FITTING]},
        {"epoch": True, "events": [FITTING]},
        {"epoch": 1.0, "events": [FITTING]},
        {"epoch": 1, "events": [{**FITTING, "seq": 0}]},
        {"epoch": 1, "events": [{**FITTING, "seq": -1}]},
        {"epoch": 1, "events": [{**FITTING, "seq": 2**31}]},
        {"epoch": 1, "events": [{**FITTING, "seq": 2**70}]},
        {"epoch": 1, "events": [{**FITTING, "seq": True}]},
        {"epoch": 1, "events": [{**FITTING, "position": 0}]},
        {"epoch": 1, "events": [{**FITTING, "position": 99}]},
        {"epoch": 1, "events": [{**FITTING, "position": True}]},
        {"epoch": 1, "events": [{**FITTING, "position": [1]}]},
        {"epoch": 1, "events": [{**FITTING, "locale": "xx"}]},
        {"epoch": 1, "events": [{**FITTING, "payload": []}]},
        {"epoch": 1, "events": [{**FITTING, "payload": {"option": "made-up", "options": ["made-up"], "verdict": "?"}}]},
        {"epoch": 1, "events": [{**FITTING, "payload": {"option": [{}], "options": [[]], "verdict": {}}}]},
        {"epoch": 1, "events": ["text"]},
        [],
        "text",
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_nothing_of_the_call_is_kept(
    joiner: Visitor, first: str, look: Look, document: Any
) -> None:
    if isinstance(document, dict) and len(document.get("events", [])) == 1:
        document = {**document, "events": [change(look, 7, 2), *document["events"]]}
    answer = joiner.post(events(first), json=document)
    assert answer.status_code == 422
    assert answer.json["message"]
    assert look.log == []


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"epoch": ' + "9" * 5000 + "}"])
@pytest.mark.parametrize("address", [events, submission])
def test_what_is_no_json_is_refused_in_words(joiner: Visitor, first: str, look: Look, text: str, address: Any) -> None:
    answer = joiner.post(address(first), data=text, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.json["message"]
    assert look.state == AttemptState.OPEN


def test_two_contents_under_one_number_are_refused_and_the_first_is_kept(
    joiner: Visitor, first: str, look: Look
) -> None:
    joiner.post(events(first), json={"epoch": 1, "events": [change(look, 1, 2)]})
    other = {**change(look, 1, 2), "payload": look.wrong(2)}
    answer = joiner.post(events(first), json={"epoch": 1, "events": [change(look, 2, 3), other]})
    assert answer.status_code == 422
    assert answer.json["error"] == "answer.conflict"
    assert look.log == [look.right(2)]


def test_after_the_close_a_change_is_kept_for_review_and_the_receipt_comes_back(
    joiner: Visitor, first: str, look: Look
) -> None:
    joiner.post(events(first), json={"epoch": 1, "events": [change(look, 1, 1)]})
    receipt = joiner.post(submission(first), json={"manifest": [[1, 1]]}).json["receipt"]
    sent = {"epoch": 1, "events": [change(look, 1, 1), change(look, 2, 2)]}
    for _time in range(2):
        answer = joiner.post(events(first), json=sent)
        assert answer.status_code == 202
        assert (answer.json["acked"], answer.json["quarantined"]) == ([[1, 1]], [[1, 2]])
        assert answer.json["receipt"] == receipt
    assert joiner.post(events(first), json={"epoch": 1, "events": [change(look, 1, 1)]}).status_code == 200
    assert look.late == [look.right(2)]
    assert look.score == 1000


def test_handing_in_waits_for_what_was_sent_and_then_always_answers_the_same(
    joiner: Visitor, first: str, look: Look
) -> None:
    waiting = joiner.post(submission(first), json={"manifest": [[1, 2], [1, 1]]})
    assert waiting.status_code == 409
    assert waiting.json["missing"] == [[1, 1], [1, 2]]
    assert look.state == AttemptState.OPEN
    joiner.post(events(first), json={"epoch": 1, "events": [change(look, 1, 1), change(look, 2, 2)]})
    answers = [joiner.post(submission(first), json={"manifest": m}) for m in ([[1, 1], [1, 2]], [], [[1, 9]])]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.text for answer in answers}) == 1
    document = answers[0].json
    assert [answer["position"] for answer in document["answers"]] == [1, 2]
    attempt_id = first.split("/")[2]
    assert document["receipt"] == sha256_of({"attempt": attempt_id, "answers": document["answers"]})
    assert document["closed_at"] == clock.now().isoformat()
    assert look.score == 2000


@pytest.mark.parametrize(
    "document",
    [{}, [], {"manifest": {}}, {"manifest": [1]}, {"manifest": [[1]]}, {"manifest": [[1, True]]},
     {"manifest": [["1", 1]]}, {"manifest": [[1, 1, 1]]}, {"manifest": [[1, 1]] * 5001}],
)  # fmt: skip
def test_a_list_that_cannot_be_read_closes_nothing(joiner: Visitor, first: str, look: Look, document: Any) -> None:
    answer = joiner.post(submission(first), json=document)
    assert answer.status_code == 422
    assert answer.json["message"]
    assert look.state == AttemptState.OPEN


def test_the_result_shows_the_receipt(joiner: Visitor, first: str) -> None:
    receipt = joiner.post(submission(first), json={"manifest": []}).json["receipt"]
    page = joiner.get(first.replace("questions/1", "result")).text
    assert short_form(receipt) in page
    assert json.dumps(receipt) not in page
