"""Comments on questions: sent from inside an attempt, answered without a name, and no answer gives a key away early."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.foundation.db import db
from lms.quizzes.models import Attempt, QuestionReport
from lms.quizzes.queries import reports
from tests.conftest import SignIn, Unit, Visitor
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
    for _n in range(40):
        comment(joiner, first)
    with unit():
        assert reports.count_of(first.split("/")[2]) == 30
