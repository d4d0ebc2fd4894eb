"""Late answers counted or left out: who proposes, who decides, what becomes of grades, and what the learner is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import RoleGrant
from lms.analysis.queries.evidence import load_evidence
from lms.foundation import clock
from lms.foundation.access import Scope
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.invigilation import actions
from lms.invigilation.core.ruling import Grounds, RulingKind, Wish
from lms.invigilation.models import Ruling
from lms.kit.problems import Conflict
from lms.quizzes import actions as quizzes
from lms.quizzes import queries
from lms.quizzes.actions import regrading
from lms.quizzes.models import Attempt, GradingRun
from lms.quizzes.queries.late import load_waiting
from tests.at_once import from_one_start
from tests.conftest import Unit, Visitor
from tests.invigilation.conftest import As
from tests.invigilation.looking_after import LATE_FORM, TRAINER, words
from tests.quizzes import invariants, regrades, sitting
from tests.quizzes.sitting import Look, at


@pytest.fixture
def address(joiner: Visitor, first: str, look: Look, unit: Unit) -> str:
    """The page of an attempt with question 1 right and in time, and question 2 right and a minute after the grace."""
    joiner.post(first, data={**look.right(1), "go": "next"})
    late(joiner, first, look, unit, look.right(2), 2)
    return f"/reviews/{look.attempt_id}"


def late(joiner: Visitor, first: str, look: Look, unit: Unit, payload: dict[str, object], position: int) -> None:
    with clock.fixed(look(lambda attempt: attempt.deadline_at) + timedelta(minutes=2, seconds=7)):
        with unit():
            quizzes.sweep()
        joiner.post(at(first, position), data={**payload, "go": "next"})
    assert look.late


def runs(unit: Unit, look: Look) -> dict[int, str]:
    with unit():
        of_attempt = set(db.session.scalars(select(GradingRun.id).where(GradingRun.attempt_id == look.attempt_id)))
        return {run_id: sha for run_id, sha in regrades.hashes().items() if run_id in of_attempt}


def test_on_monday_the_analyst_sees_by_code_what_came_late_and_counts_it(
    visitor_of: As, joiner: Visitor, first: str, look: Look, address: str, unit: Unit
) -> None:
    qa = visitor_of("qa@kijun.example")
    assert address in qa.get("/reviews").text
    assert "1 attempt with answers that came too late" in qa.get("/?lang=en").text
    page = qa.get(f"{address}?lang=en").text
    with unit():
        joined = sitting.person()
        code, name, quiz_id = joined.code, joined.name, queries.get_quiz("harassment-checkpoint").id
    assert code in page
    assert name not in page
    assert "2 min 7 s" in words(page)
    assert "The score changes from 8% to 16%." in words(page)
    before = runs(unit, look)
    answer = qa.post(f"{address}/late?lang=en", data=LATE_FORM)
    assert answer.status_code == 302
    assert "counted" in qa.get(f"{address}?lang=en").text
    after = runs(unit, look)
    assert {run_id: after[run_id] for run_id in before} == before, "earlier grades are not touched"
    assert len(after) == len(before) + 1
    assert look.score == 2000
    told = words(joiner.get("/notices?lang=ja").text)
    assert "8%" in told
    assert "16%" in told
    assert "回線" in told
    result = words(joiner.get(f"{at(first, 1).replace('questions/1', 'result')}?lang=en").text)
    assert "came too late and is counted after all" in result
    assert "kept for review" not in result
    with unit():
        entry = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "attempt.admit_late")).one()
        assert (entry.detail["score"], entry.detail["entries"]) == (2000, 1)
        assert LATE_FORM["note"] not in str(entry.detail)
        attempt = db.session.get_one(Attempt, look.attempt_id)
        run = queries.load_current_runs([attempt.id])[attempt.id]
        evidence = load_evidence(quiz_id, ((attempt.id, run.id),))
        answers = [evidence.lines[place].answer for place in evidence.line]
        assert len([answer for answer in answers if answer]) == 2
        invariants.check_person(clock.now(), attempt.person_id)
        invariants.check_journal()
    assert qa.post(f"{address}/late?lang=en", data=LATE_FORM).status_code == 409
    assert address not in qa.get("/reviews").text
    assert address in qa.get("/reviews?state=decided").text
    japanese = qa.get("/reviews?lang=ja").text
    assert "未決定" in japanese
    assert "待機中" not in japanese


def test_a_trainer_proposes_and_somebody_who_may_decides(
    visitor_of: As, joiner: Visitor, look: Look, address: str, unit: Unit
) -> None:
    trainer, qa = visitor_of(TRAINER), visitor_of("qa@kijun.example")
    refused = {**LATE_FORM, "kind": "refuse", "grounds": "after_time"}
    assert trainer.post(f"{address}/late?lang=en", data=refused).status_code == 302
    assert "Proposed. Somebody else decides on it." in words(trainer.get(f"{address}?lang=en").text)
    with unit():
        ruling = db.session.scalars(select(Ruling)).one()
        assert ruling.state == "proposed"
        decision = f"{address}/late/{ruling.id}"
    assert trainer.post(decision, data={"decision": "apply"}).status_code == 403
    assert visitor_of("trainer-c@northwind.example").get(address).status_code == 404
    assert "1 proposal about an attempt to decide" in qa.get("/?lang=en").text
    assert "your decision is needed" in words(qa.get("/notices?lang=en").text)
    assert qa.post(decision, data={"decision": "apply"}).status_code == 302
    assert qa.post(decision, data={"decision": "decline"}).status_code == 409
    assert "not counted" in words(joiner.get("/notices?lang=en").text)
    assert "done as you proposed" in words(trainer.get("/notices?lang=en").text)
    assert len(runs(unit, look)) == 1
    assert look.score == 1000


def test_an_administrator_needs_somebody_else_for_late_answers(visitor_of: As, address: str, unit: Unit) -> None:
    admin, qa = visitor_of("admin@kijun.example"), visitor_of("qa@kijun.example")
    assert admin.post(f"{address}/late", data=LATE_FORM).status_code == 302
    with unit():
        ruling = db.session.scalars(select(Ruling)).one()
        assert ruling.state == "proposed"
        decision = f"{address}/late/{ruling.id}"
    assert admin.post(f"{decision}?lang=en", data={"decision": "apply"}).status_code == 403
    answer = qa.post(f"{address}/late?lang=en", data={**LATE_FORM, "note": "Typed meanwhile."})
    assert answer.status_code == 409
    assert "You typed Typed meanwhile." in words(answer.text), "the form is gone, what was typed in it is not"
    assert qa.post(decision, data={"decision": "decline"}).status_code == 302
    assert admin.post(f"{address}/late", data=LATE_FORM).status_code == 302
    with unit():
        second = db.session.scalars(select(Ruling.id).order_by(Ruling.id.desc())).first()
    assert qa.post(f"{address}/withdrawal/{second}").status_code == 404
    assert admin.post(f"{address}/withdrawal/{second}").status_code == 302


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": ""}, "Choose one of the options."),
        ({"kind": "refuse"}, "Choose grounds that go with what you want to be done."),
        ({"note": " "}, "Say briefly what happened."),
    ],
)
def test_what_is_not_right_is_said_at_its_field(
    visitor_of: As, look: Look, address: str, change: dict[str, str], message: str
) -> None:
    answer = visitor_of("qa@kijun.example").post(f"{address}/late?lang=en", data={**LATE_FORM, **change})
    assert answer.status_code == 422
    assert message in answer.text
    assert look.score == 1000


@pytest.mark.parametrize("lowers", [False, True])
def test_a_pass_is_lowered_only_where_it_is_ticked(
    visitor_of: As, joiner: Visitor, first: str, look: Look, unit: Unit, lowers: bool
) -> None:
    for position in range(1, 13):
        joiner.post(
            at(first, position), data={**(look.right if position <= 10 else look.wrong)(position), "go": "next"}
        )
    joiner.post(first.replace("questions/1", "submit"))
    late(joiner, first, look, unit, look.wrong(1), 1)
    qa = visitor_of("qa@kijun.example")
    page = words(qa.get(f"/reviews/{look.attempt_id}?lang=en").text)
    assert "Counted, the score would pass no longer." in page
    sent = {**LATE_FORM, **({"lowers_pass": "y"} if lowers else {})}
    assert qa.post(f"/reviews/{look.attempt_id}/late", data=sent).status_code == 302
    assert look.score == 9000
    assert look(lambda attempt: queries.load_current_runs([attempt.id])[attempt.id].passed) is not lowers


def test_what_comes_after_the_page_was_opened_waits_for_another_look(
    visitor_of: As, joiner: Visitor, first: str, look: Look, address: str, unit: Unit
) -> None:
    with unit():
        seen = {**LATE_FORM, "until_event": str(load_waiting([look.attempt_id])[look.attempt_id][0].id)}
    late(joiner, first, look, unit, look.right(3), 3)
    qa = visitor_of("qa@kijun.example")
    assert qa.post(f"{address}/late", data=seen).status_code == 302
    assert look.score == 2000
    assert address in qa.get("/reviews").text
    stale = qa.post(f"{address}/late", data=seen)
    assert stale.status_code == 409
    shown = re.search(r'name="until_event"[^>]*value="(\d+)"', stale.text)
    assert shown is not None
    assert int(shown[1]) > int(seen["until_event"]), "the next try covers what the page shows now"
    assert qa.post(f"{address}/late", data={**LATE_FORM, "until_event": "9" * 30}).status_code == 302
    with unit():
        assert db.session.scalars(select(Ruling.until_event_id).order_by(Ruling.id.desc())).first() == int(shown[1])


def test_nobody_decides_on_an_attempt_of_their_own(
    joiner: Visitor, visitor_of: As, look: Look, address: str, unit: Unit
) -> None:
    with unit():
        own = RoleGrant(person_id=sitting.person().id, role="qa", granted_at=clock.now(), granted_by=None)
        db.session.add(own)
    page = joiner.get(f"{address}?lang=en").text
    assert "This is an attempt of your own." in page
    assert f"{address}/late" not in page
    assert joiner.post(f"{address}/late", data=LATE_FORM).status_code == 403
    assert visitor_of(TRAINER).post(f"{address}/late", data=LATE_FORM).status_code == 302
    with unit():
        decision = f"{address}/late/{db.session.scalars(select(Ruling.id)).one()}"
    assert decision not in joiner.get(address).text
    assert joiner.post(decision, data={"decision": "apply"}).status_code == 403
    assert look.score == 1000
    assert visitor_of("qa@kijun.example").post(decision, data={"decision": "apply"}).status_code == 302


def test_a_later_correction_finds_the_answer_that_was_counted(
    visitor_of: As, sample: Flask, look: Look, address: str, unit: Unit
) -> None:
    qa = visitor_of("qa@kijun.example")
    assert qa.post(f"{address}/late", data=LATE_FORM).status_code == 302
    with unit():
        attempt = db.session.get_one(Attempt, look.attempt_id)
        code = queries.load_standings(attempt.id)[2].code
        quiz, version = regrades.about(code)
        papers = regrades.load_papers(quiz.id, version, [attempt.id])
        (answer,) = papers.answers.values()
        assert dict(answer) == sitting.right_answer(attempt, 2)


@pytest.mark.postgresql
def test_of_several_who_decide_at_once_one_decides(sample: Flask, look: Look, address: str, unit: Unit) -> None:
    wish = Wish(RulingKind.ADMIT, Grounds.LINE, "The line was down.")

    def decide() -> str:
        analyst = sitting.person("qa@kijun.example")
        access = sitting.own_access(analyst).reaching(frozenset({Scope.ALL}))
        try:
            return actions.propose(access, look.attempt_id, wish, by=analyst).state
        except Conflict as problem:
            return problem.code

    assert sorted(from_one_start(sample, [decide] * 4)) == ["applied", *["ruling.nothing_late"] * 3]
    assert len(runs(unit, look)) == 2
    assert look.score == 2000


def test_a_correction_that_stands_marks_the_late_answer_too(
    visitor_of: As, sample: Flask, look: Look, address: str, unit: Unit
) -> None:
    """Everybody has full marks for question 2 already; the late answer to it adds nothing."""
    with unit():
        code = queries.load_standings(look.attempt_id)[2].code
        proposed = regrades.proposal(regrades.Method.CREDIT_ALL, {})
        regrade = regrading.propose(*regrades.about(code), proposed, by=sitting.person("qa@kijun.example"))
        regrading.apply(regrade, by=sitting.person("editor@kijun.example"))
        regrade_id = regrade.id
    with sample.app_context():
        regrading.carry_out(regrade_id)
    assert look.score == 2000
    qa = visitor_of("qa@kijun.example")
    assert "The score stays 16%." in words(qa.get(f"{address}?lang=en").text)
    assert qa.post(f"{address}/late", data=LATE_FORM).status_code == 302
    assert look.score == 2000
