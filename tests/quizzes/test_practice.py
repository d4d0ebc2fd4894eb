"""Practice from a result: at once, giving nothing away, in no figure, and seen by nobody but the person."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.questions import queries as questions
from lms.quizzes import actions, queries
from lms.quizzes.core.blueprint import DrawRow
from lms.quizzes.models import Assignee, Assignment, Attempt, GradingRun, QuizVersion
from tests.conftest import SignIn, Unit, Visitor
from tests.conventions.examples import examples
from tests.conventions.test_query_counts import NO_PAGES, open_world
from tests.quizzes import sitting
from tests.quizzes.sitting import Look

STAFF = ["trainer", "qa", "editor", "localizer", "vendor", "admin", "moderator"]
TOKEN = re.compile(r'(?<=name="csrf_token" value=")[^"]*')


@pytest.fixture
def failed(joiner: Visitor, first: str, unit: Unit) -> str:
    """The address of a result after the only attempt, with every question missed."""
    with unit():
        for version in db.session.scalars(select(QuizVersion)):
            version.rules = {**version.rules, "attempts": 1}
    joiner.post(first.replace("questions/1", "submit"))
    return first.replace("questions/1", "result")


def practised(app: Flask, address: str) -> tuple[str, list[str]]:
    """The purpose of an attempt, and the codes of its questions."""
    with app.app_context(), transaction.unit(write=False):
        attempt = db.session.get_one(Attempt, address.split("/")[2])
        return attempt.purpose, [row.question_version.question.code for row in attempt.questions]


def start(joiner: Visitor, result: str, **chosen: str) -> str:
    return str(joiner.post(result.replace("/result", "/practice"), data=chosen).location)


def test_a_set_from_missed_sections_is_taken_at_once_and_counts_nowhere(
    joiner: Visitor, failed: str, sample: Flask
) -> None:
    address = start(joiner, failed)
    purpose, codes = practised(sample, address)
    assert purpose == "practice"
    assert 1 <= len(codes) <= 6
    shown = joiner.get(address + "?lang=en").text
    assert f"Question 1 of {len(codes)}" in shown
    joiner.post(address.replace("questions/1", "submit"))
    result = joiner.get(address.replace("questions/1", "result") + "?lang=en").text
    assert f"Practice: 0 of {len(codes)} right" in result
    assert "Nobody but you sees what you answered here." in result
    assert "Right answer" in result
    assert "Not yet passed" not in result
    results = joiner.get("/results?lang=en").text
    assert address.split("/")[2] not in results
    assert "1 result<" in results
    with sample.app_context():
        given = db.session.scalars(select(Assignment.id).where(Assignment.purpose == "practice")).one()
    assert joiner.get(f"/quizzes/{given}").status_code == 404, "a set is taken once"
    assert joiner.post(f"/quizzes/{given}/attempts").status_code == 404


def test_one_missed_question_is_practised_by_another_that_tests_the_same(
    joiner: Visitor, failed: str, sample: Flask, unit: Unit
) -> None:
    with unit():
        on_paper = set(practised(sample, failed)[1])
        attempt = db.session.get_one(Attempt, failed.split("/")[2])
        missed = attempt.questions[0].question_version.question
        other = next(question for question in questions.list_usable_questions() if question.code not in on_paper)
        other.variant_of = missed.code
        code = other.code
    _purpose, codes = practised(sample, start(joiner, failed, question="1"))
    assert codes == [code]


def test_nothing_is_practised_that_a_quiz_may_still_ask(
    joiner: Visitor, first: str, sample: Flask, unit: Unit, look: Look
) -> None:
    """With a fixed list and an attempt left none of its questions; with a blueprint only what it can spare."""
    joiner.post(first.replace("questions/1", "submit"))
    result = first.replace("questions/1", "result")
    fixed = set(look(lambda attempt: [row.question_version.question.code for row in attempt.questions]))
    address = start(joiner, result)
    assert not fixed & set(practised(sample, address)[1])
    with unit():
        for question in questions.list_usable_questions():
            if question.code not in fixed:
                question.state = "retired"
    told = joiner.post(result.replace("/result", "/practice?lang=en"), follow_redirects=True).text
    assert re.search(r'notice is-info"[^\n]*There is nothing to practise here yet', told), "nothing was done: no tick"
    with unit():
        for row in db.session.get_one(Attempt, look.attempt_id).questions[6:]:
            db.session.delete(row)
        for version in db.session.scalars(select(QuizVersion)):
            version.rules = {**version.rules, "draw": [asdict(DrawRow(5))], "attempts": 2}
    had = set(practised(sample, result)[1])
    codes = set(practised(sample, start(joiner, result))[1])
    assert codes
    again = joiner.post(f"/quizzes/{look(lambda attempt: attempt.assignment_id)}/attempts").location
    assert not (codes | had) & set(practised(sample, again)[1]), "what was practised is not asked again"


def test_the_result_of_practice_keeps_back_what_a_quiz_given_since_may_ask(
    joiner: Visitor, failed: str, sample: Flask, unit: Unit
) -> None:
    address = start(joiner, failed)
    codes = practised(sample, address)[1]
    joiner.post(address.replace("questions/1", "submit"))
    result = address.replace("questions/1", "result?lang=en")
    assert joiner.get(result).text.count("Right answer") == len(codes)
    with unit():
        sitting.give_another(sitting.person(), codes[:1])
    assert joiner.get(result).text.count("Right answer") == len(codes) - 1


def test_what_is_shown_after_the_close_is_practised_by_nobody_while_others_may_take_it(
    failed: str, look: Look, unit: Unit, sign_in_as: SignIn
) -> None:
    with unit():
        attempt = db.session.get_one(Attempt, look.attempt_id)
        due_at, code = attempt.assignment.due_at, attempt.person.code
        attempt.quiz_version.rules = {**attempt.quiz_version.rules, "feedback": "after_close"}
        fixed = {row.question_version.question_id for row in attempt.questions}
        for question in questions.list_usable_questions():
            if question.id not in fixed:
                question.state = "retired"
        later = due_at + timedelta(days=1)
        other = sitting.person("moderator@kijun.example")
        db.session.add(Assignee(assignment_id=attempt.assignment_id, person_id=other.id, own_due_at=later))
    for moment, is_practised in ((due_at, False), (later, True)):
        with clock.fixed(moment):
            made = start(sign_in_as(code), failed)
        assert ("/questions/1" in made) is is_practised


@pytest.mark.sqlite  # scope is the same on both databases
def test_nobody_else_sees_practice_in_any_page_list_or_file(
    joiner: Visitor, sample: Flask, sign_in_as: SignIn, unit: Unit
) -> None:
    world = open_world(sample)
    with unit():
        access = sitting.own_access(sitting.person())
        for version in db.session.scalars(select(QuizVersion)):
            version.rules = {**version.rules, "attempts": 1}
        actions.submit(access, world.attempt)
        codes = {name: sitting.person(f"{name}@kijun.example").code for name in STAFF}
    visitors = {name: sign_in_as(code) for name, code in codes.items()}

    def everything() -> dict[tuple[str, str], str]:
        found = {}
        for rule in sample.url_map.iter_rules():
            example = examples(world).get(rule.endpoint)
            # the page of the system says how large the database is
            if "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGES | {"system.index"}:
                continue
            with sample.test_request_context():
                used = {name: example.arguments[name] for name in rule.arguments} if example else {}
                path = sample.url_for(rule.endpoint, **used)
            for name, visitor in visitors.items():
                answer = visitor.get(path)
                found[rule.endpoint, name] = f"{answer.status_code} {TOKEN.sub('', answer.get_data(as_text=True))}"
        return found

    before = everything()
    with unit():
        entries = db.session.scalar(select(func.count()).select_from(AuditEvent))
        person = sitting.person()
        source = queries.get_attempt(access, world.attempt)
        positions = [row.position for row in source.questions]
        attempt = actions.practise(person, source, positions, locale="en", is_variant=False)
        actions.answer_by_form(access, attempt.id, 1, sitting.right_answer(attempt, 1), locale="en")
        actions.submit(access, attempt.id)
        assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == entries
        assert db.session.scalar(select(Assignment.purpose).where(Assignment.id == attempt.assignment_id)) == "practice"
        assert db.session.scalar(select(GradingRun.id).where(GradingRun.attempt_id == attempt.id)) is not None
        address = f"/attempts/{attempt.id}"
    after = everything()
    assert sum(text.startswith("200") for text in before.values()) > 200
    assert {key for key in before if before[key] != after[key]} == set()
    for visitor in visitors.values():
        for page in ("result", "questions/1", "state", "paper", "review"):
            assert visitor.get(f"{address}/{page}").status_code in (403, 404)
