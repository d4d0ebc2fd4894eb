"""Comments on questions: sent from inside an attempt, answered without a name, and no answer gives a key away early."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from lms.foundation import clock
from lms.foundation.db import db
from lms.questions import holding
from lms.quizzes import actions
from lms.quizzes.models import Assignment, Attempt, QuestionReport
from lms.quizzes.queries import reports
from tests.conftest import QueryCount, SignIn, Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look

SAID = "Two options are right."
ANSWER = "Option C alone is right: a reply is no attempt."


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn, unit: Unit) -> Visitor:
    with unit():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def comment(joiner: Visitor, first: str, **said: str) -> str:
    form = {"question": "3", "kind": "fault", "text": SAID, **said}
    return str(joiner.post(first.replace("questions/1", "comment"), data=form).location)


def test_from_inside_an_attempt_a_comment_reaches_the_team_without_a_name(
    joiner: Visitor, first: str, qa: Visitor, look: Look, sample: Flask
) -> None:
    asked = joiner.get(first + "?lang=en").text
    assert f"{first.replace('questions/1', 'comment')}?question=1" in asked
    assert "needs a connection" in asked
    refused = joiner.post(
        first.replace("questions/1", "comment?lang=en"), data={"question": "3", "kind": "x", "text": ""}
    )
    assert refused.status_code == 422
    assert 'id="kind-error"' in refused.text
    own = comment(joiner, first)
    shown = joiner.get(own + "?lang=en").text
    assert "An answer is due by 17 Nov 2026" in shown, "one working day on"
    name, code = look(lambda attempt: (attempt.person.name, attempt.person.code))
    for page in (qa.get("/question-comments?lang=en"), qa.get("/question-comments/1?lang=en")):
        assert page.status_code == 200
        assert SAID in page.text
        assert name not in page.text
        assert code not in page.text
        assert look.attempt_id not in page.text
    assert "is waiting for an answer" in qa.get("/notices?lang=en").text
    with sample.app_context():
        report = db.session.get_one(QuestionReport, 1)
        version = db.session.get_one(Attempt, look.attempt_id).questions[2].question_version_id
        assert (report.position, report.question_version_id, report.locale) == (3, version, "en")
    assert "（日本時間）まで。" in joiner.get(own + "?lang=ja").text
    empty = {"question": "3", "kind": "ask", "text": " "}
    assert "本文を2000字以内で" in joiner.post(first.replace("questions/1", "comment?lang=ja"), data=empty).text


def test_an_answer_waits_until_the_question_cannot_come_again(
    joiner: Visitor, first: str, qa: Visitor, look: Look
) -> None:
    own = comment(joiner, first)
    assert qa.post("/question-comments/1", data={"answer": " "}).status_code == 422
    assert qa.post("/question-comments/1", data={"answer": ANSWER}).status_code == 302
    late = qa.post("/question-comments/1?lang=en", data={"answer": "Another answer"})
    assert late.status_code == 409
    assert "Another answer" in late.text
    assert "has been answered" in joiner.get("/notices?lang=en").text
    for address in (own, "/notices", first, first.replace("questions/1", "comment")):
        assert ANSWER not in joiner.get(address + "?lang=en").text
    joiner.post(first.replace("questions/1", "submit"))
    assert ANSWER not in joiner.get(own).text, "one attempt is left, and the list is fixed"
    again = joiner.post(f"/quizzes/{look(lambda attempt: attempt.assignment_id)}/attempts").location
    assert ANSWER not in joiner.get(own).text
    joiner.post(again.replace("questions/1", "submit"))
    assert ANSWER in joiner.get(own).text


def test_where_no_answers_are_ever_shown_a_reply_is_read_when_the_quiz_is_over(
    joiner: Visitor, first: str, qa: Visitor, look: Look, sign_in_as: SignIn, unit: Unit
) -> None:
    with unit():
        attempt = db.session.get_one(Attempt, look.attempt_id)
        attempt.quiz_version.rules = {**attempt.quiz_version.rules, "attempts": 1, "feedback": "sections_only"}
        due_at, code = attempt.assignment.due_at, attempt.person.code
    own = comment(joiner, first)
    qa.post("/question-comments/1", data={"answer": ANSWER})
    joiner.post(first.replace("questions/1", "submit"))
    assert ANSWER not in joiner.get(own).text
    with clock.fixed(due_at):
        assert ANSWER in sign_in_as(code).get(own).text


def test_nobody_reads_the_comments_of_others_and_learners_not_the_inbox(
    joiner: Visitor, first: str, sign_in_as: SignIn, unit: Unit
) -> None:
    own = comment(joiner, first)
    with unit():
        other = sitting.person("moderator@kijun.example").code
    moderator = sign_in_as(other)
    assert moderator.get(own).status_code == 404
    assert moderator.post(first.replace("questions/1", "comment"), data={"question": "1"}).status_code == 404
    assert joiner.get("/question-comments").status_code == 403
    assert joiner.post("/question-comments/1", data={"answer": ANSWER}).status_code == 403
    for _n in range(29):
        comment(joiner, first)
    form = {"question": "3", "kind": "ask", "text": "One more."}
    refused = joiner.post(first.replace("questions/1", "comment?lang=en"), data=form)
    assert refused.status_code == 409
    assert "One more." in refused.text, "what was typed is kept"
    with unit():
        assert reports.count_of(first.split("/")[2]) == 30


def test_an_editor_who_has_still_to_take_the_quiz_reads_nothing_of_what_is_said_of_it(
    joiner: Visitor, first: str, look: Look, sign_in_as: SignIn, unit: Unit
) -> None:
    """What somebody says of a question, and the reply, hint at its key."""
    comment(joiner, first)
    assignment_id = look(lambda attempt: attempt.assignment_id)
    with unit():
        question = db.session.get_one(Attempt, look.attempt_id).questions[2].question_version.question
        holding.hold_by_hand(question, "Option C is right too.", by=sitting.person("qa@kijun.example"))
        address = f"/questions/{question.bank.code}/{question.code}"
        code = sitting.person("editor@kijun.example").code
    visitor = sign_in_as(code)
    assert SAID in visitor.get("/question-comments").text
    assert "Option C is right too." in visitor.get(address).text
    with unit():
        actions.add_assignees(
            db.session.get_one(Assignment, assignment_id), [sitting.person("editor@kijun.example").id]
        )
    shown = visitor.get("/question-comments?lang=en")
    assert SAID not in shown.text
    assert "No comment waits for an answer" in shown.text
    assert "Option C is right too." not in visitor.get(address).text
    assert visitor.get("/question-comments/1").status_code == 403
    assert visitor.post("/question-comments/1", data={"answer": ANSWER}).status_code == 403


def test_during_the_break_a_comment_does_not_uncover_its_question(joiner: Visitor, first: str, look: Look) -> None:
    own = comment(joiner, first)
    prompt = look(lambda attempt: attempt.questions[2].question_version.body["prompt"]["en"])[:12]
    assert prompt in joiner.get(own + "?lang=en").text
    joiner.post(first.replace("questions/1", "break"), json={"step": "start"})
    assert look(lambda attempt: attempt.break_started_at) is not None
    covered = joiner.get(own + "?lang=en").text
    assert prompt not in covered
    assert SAID in covered


def test_however_many_quizzes_are_to_be_taken_a_reply_needs_as_many_statements(
    joiner: Visitor,
    first: str,
    qa: Visitor,
    look: Look,
    unit: Unit,
    queries_counted: Callable[[], AbstractContextManager[QueryCount]],
) -> None:
    own = comment(joiner, first)
    qa.post("/question-comments/1", data={"answer": ANSWER})
    joiner.post(first.replace("questions/1", "submit"))
    codes = look(lambda attempt: [row.question_version.question.code for row in attempt.questions])
    needed = []
    for n, code in enumerate(codes[:4]):
        with unit():
            sitting.give_another(sitting.person(), [code], f"another-{n}")
        with queries_counted() as counted:
            joiner.get(own)
        needed.append(len(counted))
    assert len(set(needed)) == 1
