"""Today of somebody who is in no cohort: what to do, what they took last, which policies are in force."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from lms.cohorts.models import Cohort
from lms.foundation.db import db
from tests.cohorts.pages import section
from tests.cohorts.rolls import todays_class
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def moderator(sample: Flask, sign_in_as: SignIn, unit: Unit) -> Visitor:
    with unit():
        code = sitting.person("moderator@kijun.example").code
    return sign_in_as(code)


def test_somebody_without_a_cohort_finds_their_work_results_and_policies(
    moderator: Visitor, sample: Flask, unit: Unit
) -> None:
    page = moderator.get("/?lang=en").text
    assert page.index('id="todo"') < page.index('id="own-results"') < page.index('id="in-force"')
    assert page.count('id="todo"') == 1
    assert "No results yet" in page
    assert "Not read yet" in page
    with unit():
        assignment = sitting.assignment_id(sitting.person("moderator@kijun.example"))
    first = moderator.post(f"/quizzes/{assignment}/attempts").location
    moderator.post(first.replace("questions/1", "submit"))
    page = moderator.get("/?lang=en").text
    assert f'href="{first.replace("questions/1", "result")}"' in page
    assert "No results yet" not in page
    assert "最近の結果" in moderator.get("/?lang=ja").text


def test_a_passed_or_closed_quiz_leads_to_its_result(moderator: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        assignment = sitting.assignment_id(sitting.person("moderator@kijun.example"))
    first = moderator.post(f"/quizzes/{assignment}/attempts").location
    assert f'btn-main" href="{first}"' in moderator.get("/quizzes?lang=en").text
    for _attempt in range(2):
        moderator.post(first.replace("questions/1", "submit"))
        last, first = first, moderator.post(f"/quizzes/{assignment}/attempts").location or ""
    page = moderator.get("/quizzes?lang=en").text
    assert f'href="{last.replace("questions/1", "result")}">Result' in page
    assert "Not yet passed" in page


def test_a_trainer_finds_the_sessions_they_hold_today_with_their_rolls(
    sample: Flask, sign_in_as: SignIn, unit: Unit
) -> None:
    with unit():
        trainer, other = sitting.person("trainer@kijun.example"), sitting.person("trainer-b@kijun.example")
        code, second = trainer.code, other.code
        held = todays_class()
        held.trainer_id, held.kind = trainer.id, "class"
        roll = f"/cohorts/tokyo-a/sessions/{held.public_id}/roll-call"
        title = held.title_text["en"]
    page = sign_in_as(code).get("/?lang=en").text
    mine = page[page.index('id="held"') :]
    assert f'class="btn btn-main" href="{roll}"' in page
    assert f'class="btn btn-s" href="{roll}"' in mine
    assert title in mine
    assert roll not in sign_in_as(second).get("/?lang=en").text
    with unit():
        db.session.get_one(Cohort, todays_class().cohort_id).go_live_on = date(2026, 11, 13)
    assert "Tokyo A" not in section(sign_in_as(code).get("/?lang=en").text, "cohorts-head"), "it is live"
