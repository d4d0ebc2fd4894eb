"""Training plans through their pages: every bad line is said, a plan is changed, copied, and nobody's text is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import actions, queries
from lms.cohorts.actions import plans
from lms.foundation import transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit.problems import Invalid
from lms.sites import queries as sites
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter
from tests.conftest import Visitor
from tests.quizzes import sitting

PLAN = "/plans/labeller-15"


def form(**changes: Any) -> dict[str, Any]:
    titles = {"title_en": "Two days", "title_ja": "2日間"}
    steps = {"day_count": "2", "steps": "1 09:30 60 class Welcome | 顔合わせ"}
    conditions = {"briefed": "y", "quiz_cut": "70", "acknowledged": "y", "signed_off": "y", "sign_off_day": "2"}
    return {"code": "two-days", **titles, **steps, **conditions, **changes}


def opened(visitor: Visitor, path: str) -> dict[str, Any]:
    """The form of a page as it is filled in, ticks too."""
    page = FormPage(visitor.get(path).text)
    return {name: values[0] for name, values in page.entered.items() if values}


def journalled(action: str) -> list[str]:
    return list(db.session.scalars(select(AuditEvent.object).where(AuditEvent.action == action)))


def test_every_bad_line_stands_at_the_field_at_once(trainer: Visitor, sample: Flask) -> None:
    steps = "1 09:30 60 class A | あ\nnonsense\n1 10:00 30 class B | い\n3 10:00 30 party C | う"
    answer = trainer.post("/plans/new?lang=en", data=form(steps=steps))
    page = FormPage(answer.text)
    said = page.error("steps")
    assert answer.status_code == 422
    assert [said.index(f"Line {n}: ") for n in (2, 3, 4)] == sorted(said.index(f"Line {n}: ") for n in (2, 3, 4))
    assert page.value("steps").strip() == steps


@pytest.mark.parametrize("line", ["１　０９：３０　６０　class　Welcome｜顔合わせ", "1, 9:30, 60, class, A | あ"])
def test_full_width_and_commas_are_taken(trainer: Visitor, sample: Flask, line: str) -> None:
    assert trainer.post("/plans/new", data=form(steps=line)).status_code == 302
    with sample.app_context():
        (step,) = queries.get_template("two-days").steps
        assert (step.day, step.starts, step.minutes) == (1, "09:30", 60)


def test_the_example_of_the_hint_is_taken_as_it_stands(trainer: Visitor, sample: Flask) -> None:
    hint = trainer.get("/plans/new?lang=en").text.partition("For example: ")[2].partition("</p>")[0]
    assert trainer.post("/plans/new", data=form(steps=hint)).status_code == 302


def test_a_plan_asks_what_was_chosen_and_gives_the_quiz_that_a_line_names(trainer: Visitor, sample: Flask) -> None:
    steps = (
        "1 14:00 30 quiz Checkpoint | 確認テスト | harassment-checkpoint\n2 09:00 60 class Read | 読む | HAR/purpose"
    )
    assert trainer.post("/plans/new", data=form(steps=steps)).location == "/plans/two-days"
    with sample.app_context():
        plan = queries.get_template("two-days")
        assert plan.gates["gates"] == [
            {"kind": "briefing"},
            {"kind": "quiz_average", "cut": 70},
            {"kind": "policies_acknowledged"},
            {"kind": "sign_off", "opens_on_day": 2},
        ]
        quiz, reading = plan.steps
        assert quiz.quiz is not None
        assert quiz.quiz.code == "harassment-checkpoint"
        assert reading.section is not None
        assert reading.section.key == "purpose"
        assert journalled("plan.create")[-1] == "two-days"


def test_a_plan_that_is_opened_and_saved_stays_what_it_was(trainer: Visitor, sample: Flask) -> None:
    def stored() -> Any:
        with sample.app_context():
            plan = queries.get_template("labeller-15")
            rows = [
                (s.day, s.starts, s.minutes, s.kind, s.title_text, s.detail_text, s.module_id, s.section_id, s.quiz_id)
                for s in plan.steps
            ]
            return plan.gates, plan.day_count, rows

    before = stored()
    sent = {**opened(trainer, f"{PLAN}/edit"), "acknowledged": "y", "signed_off": "y"}
    assert trainer.post(f"{PLAN}/edit", data=sent).location == PLAN
    after = stored()
    assert [a for a, b in zip(after[2], before[2], strict=True) if a != b] == []
    assert after == before
    with sample.app_context():
        assert queries.get_template("labeller-15").revision == 2
        assert journalled("plan.change") == ["labeller-15"]


def test_a_copy_has_everything_but_the_code(trainer: Visitor, sample: Flask) -> None:
    sent = {**opened(trainer, "/plans/new?copy=labeller-15"), "acknowledged": "y", "signed_off": "y", "code": "copy"}
    assert trainer.post("/plans/new?copy=labeller-15", data=sent).location == "/plans/copy"
    with sample.app_context():
        plan, copy = (queries.get_template(code) for code in ("labeller-15", "copy"))
        assert copy.gates == plan.gates
        assert [s.detail_text for s in copy.steps] == [s.detail_text for s in plan.steps]
        assert [s.quiz_id for s in copy.steps] == [s.quiz_id for s in plan.steps]


def test_who_saves_over_somebody_else_sees_both_and_loses_neither(enter: Enter, sample: Flask) -> None:
    mine, theirs = enter("trainer"), enter("admin")
    sent = {**opened(mine, f"{PLAN}/edit"), "acknowledged": "y", "signed_off": "y"}
    assert theirs.post(f"{PLAN}/edit", data={**sent, "title_en": "Theirs"}).status_code == 302
    answer = mine.post(f"{PLAN}/edit?lang=en", data={**sent, "title_en": "Mine"})
    page = FormPage(answer.text)
    assert answer.status_code == 409
    assert page.value("title_en") == "Mine"
    assert "Theirs" in answer.text
    with sample.app_context():
        assert queries.get_template("labeller-15").title_text["en"] == "Theirs"
    again = {**sent, "title_en": "Mine", "revision": page.value("revision")}
    assert mine.post(f"{PLAN}/edit", data=again).status_code == 302
    with sample.app_context():
        assert queries.get_template("labeller-15").title_text["en"] == "Mine"


def test_only_those_who_plan_change_a_plan(enter: Enter) -> None:
    assert enter("qa").get(f"{PLAN}/edit").status_code == 403


def retired(visitor: Visitor, change: str, revision: str = "1") -> int:
    return visitor.post(f"{PLAN}/retire", data={"change": change, "revision": revision}).status_code


def test_a_plan_that_is_retired_is_not_offered_and_comes_back(trainer: Visitor, sample: Flask) -> None:
    assert retired(trainer, "retire") == 302
    assert PLAN not in trainer.get("/plans").text
    assert PLAN in trainer.get("/plans?state=retired").text
    assert "labeller-15" not in FormPage(trainer.get("/cohorts/new").text).options.get("template", [])
    assert "This plan was retired on 16 Nov 2026." in trainer.get(f"{PLAN}?lang=en").text
    assert trainer.get("/cohorts/tokyo-a").status_code == 200, "cohorts that follow it go on"
    assert retired(trainer, "retire") == 302, "asked twice, done once"
    assert retired(trainer, "restore", "2") == 302
    assert PLAN in trainer.get("/plans").text
    with sample.app_context():
        assert journalled("plan.retire") == ["labeller-15", "labeller-15"]


def test_a_plan_that_was_changed_meanwhile_is_not_retired(trainer: Visitor, sample: Flask) -> None:
    assert retired(trainer, "retire", "0") == 409
    assert PLAN in trainer.get("/plans").text


def test_no_cohort_follows_a_plan_that_was_retired_meanwhile(trainer: Visitor, sample: Flask) -> None:
    with sample.app_context(), transaction.unit():
        site, by = sites.find_site("tokyo"), sitting.person("trainer@kijun.example")
        plan = queries.get_template("labeller-15")
        assert site is not None
        plans.retire_template(plan, is_back=False, revision=1, by=by)
        command = actions.NewCohort("late", {"en": "Late", "ja": "後"}, site, plan, date(2026, 12, 14), [by])
        with pytest.raises(Invalid, match=r"plan\.retired"):
            actions.create_cohort(command, by=by)
