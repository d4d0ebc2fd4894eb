"""The pages of a regrade: the dry run, what is asked of whoever proposes it, the second person, and the result."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.quizzes import queries
from lms.quizzes.actions import regrading
from lms.quizzes.models import GradingRun, Regrade
from lms.quizzes.queries.regrading import load_done
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import regrades, sitting

ADDRESS = f"/analysis/{regrades.QUIZ}/regrade/{regrades.CODE}"
TYPED = {
    "step": "propose",
    "how": "accept",
    "right": "options:o2",
    "reason_en": "Section 3.2 names shared groups.",
    "reason_ja": "3.2 に共有グループが挙げられているため。",
    "note_en": "Question {question}: {before} to {after}.",
    "note_ja": "問{question}：{before}から{after}。",
}


@pytest.fixture
def visitors(sample: Flask, unit: Unit, sign_in_as: SignIn) -> tuple[Visitor, Visitor]:
    """The QA analyst and the policy editor."""
    with unit():
        codes = [sitting.person(f"{name}@kijun.example").code for name in ("qa", "editor")]
    return sign_in_as(codes[0]), sign_in_as(codes[1])


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_dry_run_begins_with_what_most_people_chose_and_writes_nothing(
    visitors: tuple[Visitor, Visitor], unit: Unit
) -> None:
    qa, editor = visitors
    page = qa.get(f"{ADDRESS}?lang=en")
    said = words(page.text)
    assert "Nothing has changed yet" in said
    with unit():
        trial = regrades.trial(regrades.Method.ACCEPT, regrades.SECOND, lowers=False)
    gains = sum(change.is_score_changed for change in trial.changes)
    assert f"Nobody loses a point. {gains} attempts gain." in said
    assert f"Note to {gains} people" in said
    movers = [change.paper.code for change in trial.changes if change.after.passed and not change.before.passed]
    assert all(f'<th scope="row">{code}' in page.text for code in movers)
    rows = list(
        csv.DictReader(io.StringIO(qa.get(f"{ADDRESS}/people.csv?how=accept&right=options:o2").text.lstrip("\ufeff")))
    )
    assert len(rows) == gains
    assert {row["Person"] for row in rows} >= set(movers)
    assert editor.get(ADDRESS).status_code == 403
    with unit():
        assert db.session.scalars(select(Regrade)).all() == []


def test_where_nothing_is_chosen_yet_nothing_is_wrong(visitors: tuple[Visitor, Visitor]) -> None:
    qa, _editor = visitors
    page = qa.get(f"/analysis/{regrades.QUIZ}/regrade/HAR-009?lang=en")
    assert page.status_code == 200
    assert "Tick what is to be right, then count." in page.text
    assert 'role="alert"' not in page.text


def test_counting_again_keeps_what_was_typed_and_follows_the_method(visitors: tuple[Visitor, Visitor]) -> None:
    qa, _editor = visitors
    usual = qa.get(f"{ADDRESS}?lang=en").text
    assert "More than one answer now counts as right." in usual
    page = qa.post(f"{ADDRESS}?lang=en", data={"step": "count", "how": "drop", "reason_en": "Kept as typed."})
    assert page.status_code == 200
    assert "Kept as typed." in page.text
    assert "It no longer counts." in page.text
    assert re.search(r"[1-9]\d* lose points\.", words(page.text))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reason_ja": ""}, "Say why, in both languages"),
        ({"note_ja": "{before}"}, "The note needs {after}."),
        ({"note_en": "{before} {after}"}, "The note in the other language has {question} as well."),
        ({"right": []}, "Tick at least one answer."),
        ({"right": "options:o9"}, "not"),
        ({"right": "options:o3", "how": "accept"}, "Nothing would change"),
    ],
)
def test_what_is_not_right_is_said_at_its_field_and_nothing_is_proposed(
    visitors: tuple[Visitor, Visitor], unit: Unit, change: dict[str, str], message: str
) -> None:
    qa, _editor = visitors
    answer = qa.post(f"{ADDRESS}?lang=en", data={**TYPED, **change})
    assert answer.status_code == 422
    assert message in answer.text
    assert "Section 3.2 names shared groups." in answer.text
    with unit():
        assert db.session.scalars(select(Regrade)).all() == []


def test_a_second_person_applies_it_and_everybody_reads_it_with_their_result(
    visitors: tuple[Visitor, Visitor], sample: Flask, unit: Unit, sign_in_as: SignIn
) -> None:
    qa, editor = visitors
    at = qa.post(ADDRESS, data=TYPED).location
    own = qa.get(f"{at}?lang=en").text
    assert "A second person applies it." in own
    assert 'value="apply"' not in own
    assert qa.post(at, data={"decision": "apply"}).status_code == 403
    assert regrades.CODE in words(editor.get("/notices?lang=en").text)
    assert editor.post(at, data={"decision": "apply"}).status_code == 302
    waiting = editor.get(f"{at}?lang=en")
    assert waiting.headers["Refresh"] == "2"
    assert not re.search("Who moves across the cut|Note to", waiting.text), "nothing is counted yet"
    assert editor.post(at, data={"decision": "decline"}).status_code == 409
    regrade_id = int(at.rsplit("/", 1)[1])
    with sample.app_context():
        regrading.carry_out(regrade_id)
    assert "Applied" in words(editor.get(f"{at}?lang=en").text)
    assert at in editor.get(f"/questions/HAR/{regrades.CODE}").text
    with unit():
        done = next(one for one in load_done(db.session.get_one(Regrade, regrade_id)) if one.is_score_changed)
        run = queries.load_current_runs([done.attempt_id])[done.attempt_id]
        assert run.score_thousandths == done.after.score
    result = words(sign_in_as(done.code).get(f"/attempts/{done.attempt_id}/result?lang=en").text)
    assert f"Question {done.position} was corrected on" in result
    assert "Section 3.2 names shared groups." in result
    assert "Your score changed from" in result


def test_a_regrade_can_be_taken_back_or_declined(visitors: tuple[Visitor, Visitor], unit: Unit) -> None:
    qa, editor = visitors
    for visitor, state in ((qa, "Taken back"), (editor, "Declined")):
        at = qa.post(ADDRESS, data=TYPED).location
        assert visitor.post(at, data={"decision": "decline"}).status_code == 302
        assert state in words(visitor.get(f"{at}?lang=en").text)
    with unit():
        assert db.session.scalars(select(GradingRun).where(GradingRun.regrade_id.is_not(None))).all() == []


def test_the_ways_in_are_the_analysis_and_the_question(visitors: tuple[Visitor, Visitor]) -> None:
    qa, editor = visitors
    assert ADDRESS in qa.get(f"/analysis/{regrades.QUIZ}?question={regrades.CODE}").text
    assert ADDRESS not in editor.get(f"/analysis/{regrades.QUIZ}?question={regrades.CODE}").text
    assert f"/questions/HAR/{regrades.CODE}/regrade" in qa.get(f"/questions/HAR/{regrades.CODE}").text
    assert ADDRESS in qa.get(f"/questions/HAR/{regrades.CODE}/regrade").text
