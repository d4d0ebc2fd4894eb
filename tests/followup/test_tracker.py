"""Corrective actions: opened from a finding, owned, seen through, shown to those whom they concern."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from lms.followup.core.kinds import ActionKind
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.notifications.models import Notice
from lms.questions import queries as questions
from tests.conftest import Unit, Visitor
from tests.followup.following import (
    ADDRESS,
    DUE,
    EDITOR,
    LOCALIZE,
    LOCALIZER,
    QA,
    TRAINERS,
    fields,
    open_one,
    stored,
)
from tests.invigilation.conftest import As
from tests.quizzes import sitting

pytestmark = pytest.mark.usefixtures("sample")


def opened(unit: Unit, kind: ActionKind, finding: str = "", owner: str | None = None, **about: str) -> int:
    with unit():
        return open_one(kind, finding, owner, **about).id


def test_a_finding_is_sent_to_the_localizer(visitor_of: As, unit: Unit) -> None:
    qa = visitor_of(QA)
    page = qa.get(LOCALIZE)
    assert "Send to the localizer" in page.text
    assert "HAR-014" in page.text
    with unit():
        owner = sitting.person(LOCALIZER).id
    answer = qa.post(LOCALIZE, data={"owner": owner, "due_on": DUE.isoformat(), "note": "反応 is not “reply”."})
    assert answer.status_code == 302
    address = answer.headers["Location"]
    with unit():
        action = stored(int(address.rpartition("/")[2]))
        assert (action.kind, action.state, action.figure) == ("localize", "open", "gap")
        assert action.owner.login == LOCALIZER
        told = db.session.scalars(select(Notice).where(Notice.kind == "followup.given")).all()
        assert [notice.person_id for notice in told] == [owner]
        assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "followup.open")).all()
    assert "HAR-014" in qa.get("/actions").text
    localizer = visitor_of(LOCALIZER)
    assert "反応 is not" in localizer.get(address).text
    assert "HAR-014" in localizer.get("/").text
    assert "HAR-014" in localizer.get("/policies/translation").text
    assert "連絡の試みとして" in localizer.get(f"{address}/wording").text


def test_localizers_and_editors_see_their_own_and_trainers_those_of_their_cohorts(visitor_of: As, unit: Unit) -> None:
    key = opened(unit, ActionKind.LOCALIZE, question="HAR-014")
    cohort = opened(unit, ActionKind.REFRESHER, cohort="tokyo-a")
    for login, action_id, status in (
        (LOCALIZER, key, 200),
        (LOCALIZER, cohort, 404),
        (EDITOR, key, 404),
        (TRAINERS[0], cohort, 200),
        (TRAINERS[0], key, 404),
        ("trainer-c@northwind.example", cohort, 404),
        ("vendor@kijun.example", cohort, 403),
        (QA, cohort, 200),
    ):
        visitor = visitor_of(login)
        assert visitor.get(f"/actions/{action_id}").status_code == status, (login, action_id)
        assert (f'href="/actions/{action_id}"' in visitor.get("/actions").text) == (status == 200)


def test_a_conflict_keeps_both_texts(visitor_of: As, unit: Unit) -> None:
    action_id = opened(unit, ActionKind.REVIEW, question="HAR-014")
    with unit():
        seen = fields(stored(action_id))
    qa = visitor_of(QA)
    assert qa.post(f"/actions/{action_id}", data={**seen, "note": "First."}).status_code == 302
    behind = qa.post(f"/actions/{action_id}", data={**seen, "note": "Second."})
    assert behind.status_code == 409
    assert "First." in behind.text
    assert "Second." in behind.text
    with unit():
        assert stored(action_id).note == "First."


def test_who_drops_an_action_says_why_and_what_is_over_can_be_taken_up_again(visitor_of: As, unit: Unit) -> None:
    action_id = opened(unit, ActionKind.REVIEW, question="HAR-014")
    qa, address = visitor_of(QA), f"/actions/{action_id}"
    with unit():
        seen = fields(stored(action_id), state="dropped", note="Typed.")
    refused = qa.post(address, data=seen)
    assert refused.status_code == 422
    assert "Say why it is dropped." in refused.text
    assert "Typed." in refused.text
    assert qa.post(address, data={**seen, "reason": "Retired instead."}).status_code == 302
    with unit():
        action = stored(action_id)
        assert (action.state, action.reason, action.closer.login if action.closer else None) == (
            "dropped",
            "Retired instead.",
            QA,
        )
        seen = fields(action, state="open")
    assert qa.post(address, data=seen).status_code == 302
    with unit():
        assert (stored(action_id).state, stored(action_id).closed_at) == ("open", None)


def test_bad_input_is_said_at_its_field_and_nothing_is_kept(visitor_of: As, unit: Unit) -> None:
    qa = visitor_of(QA)
    with unit():
        learner = sitting.person().id
    for typed in ({}, {"owner": learner, "due_on": "2026-11-27"}, {"owner": "x", "due_on": "never", "note": "Kept."}):
        answer = qa.post(LOCALIZE, data=typed)
        assert answer.status_code == 422
        assert typed.get("note", "") in answer.text
    assert qa.get(f"{ADDRESS}&question=HAR-014&finding=nonsense").status_code == 404
    assert qa.get(ADDRESS).status_code == 404
    assert "No action is open" in qa.get("/actions").text


def test_the_same_is_not_opened_twice(visitor_of: As, unit: Unit) -> None:
    opened(unit, ActionKind.LOCALIZE, question="HAR-014")
    with unit():
        owner = sitting.person(LOCALIZER).id
    answer = visitor_of(QA).post(LOCALIZE, data={"owner": owner, "due_on": DUE.isoformat()})
    assert answer.status_code == 422
    assert "is open already" in answer.text


def test_holding_keeps_the_question_from_quizzes_for_the_reason_that_is_said(visitor_of: As, unit: Unit) -> None:
    qa, address = visitor_of(QA), f"{ADDRESS}&question=HAR-021&finding=wrong-key&kind=hold"
    with unit():
        owner = sitting.person(QA).id
    assert qa.post(address, data={"owner": owner, "due_on": DUE.isoformat(), "note": ""}).status_code == 422
    answer = qa.post(address, data={"owner": owner, "due_on": DUE.isoformat(), "note": "The key is doubtful."})
    assert answer.status_code == 302
    with unit():
        question = questions.get_question("HAR-021")
        assert question.state == "held"
        assert [hold.reason for hold in questions.list_open_holds([question])] == ["The key is doubtful."]
    assert "how=drop" in qa.get(answer.headers["Location"]).text


def test_a_refresher_has_an_agenda_and_goes_on_the_timetable(visitor_of: As, unit: Unit) -> None:
    action_id = opened(unit, ActionKind.REFRESHER, cohort="tokyo-a", section="HAR/unwanted-contact")
    trainer = visitor_of(TRAINERS[0])
    agenda = trainer.get(f"/actions/{action_id}/agenda?lang=en")
    assert agenda.status_code == 200
    assert "Agenda of 20 minutes" in agenda.text
    typed = {"on": "2026-12-03", "starts": "18:30", "minutes": "20"}
    assert trainer.post(f"/actions/{action_id}/agenda", data={**typed, "minutes": "0"}).status_code == 422
    assert trainer.post(f"/actions/{action_id}/agenda", data=typed).status_code == 302
    with unit():
        assert stored(action_id).state == "under_way"
        changed = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "followup.change")).one()
        assert changed.detail["progress"] == "under_way"
    assert "復習：ハラスメント" in trainer.get("/cohorts/tokyo-a?week=2026-12-03&lang=ja").text
    assert "Refresher" in trainer.get("/cohorts/tokyo-a?week=2026-12-03&lang=en").text


def test_practice_is_offered_to_the_person_alone(visitor_of: As, joiner: Visitor, unit: Unit) -> None:
    with unit():
        code = sitting.person().code
    action_id = opened(unit, ActionKind.PRACTICE, "", QA, person=code, section="HAR/unwanted-contact")
    assert "Nobody but you sees your answers" in joiner.get(f"/practice/{action_id}?lang=en").text
    told = joiner.post(f"/practice/{action_id}?lang=en", follow_redirects=True).text
    assert re.search(r'notice is-info"[^\n]*There is no result', told), "nothing was begun, so no tick"
    assert visitor_of(TRAINERS[0]).get(f"/practice/{action_id}").status_code == 404
    assert joiner.get(f"/actions/{action_id}").status_code == 403
    assert "Not measured" in visitor_of(QA).get(f"/actions/{action_id}").text


def test_a_trainer_offers_practice_on_a_result_of_their_cohorts(visitor_of: As, unit: Unit) -> None:
    trainer, stranger = visitor_of(TRAINERS[0]), visitor_of("trainer-c@northwind.example")
    listed = trainer.get("/results/people?outcome=not_yet&cohort=tokyo-a&lang=en").text
    address, code = re.findall(r'href="(/actions/practice/[^"]*/([^"/]*))"', listed)[0]
    assert "Offer practice" not in trainer.get("/results/people?outcome=not_yet&as=tsv").text
    page = trainer.get(address).text
    assert "<h1>Practice for one person</h1>" in page
    assert "/analysis/" not in page
    with unit():
        myself = sitting.person(TRAINERS[0])
        typed = {"owner": myself.id, "due_on": DUE.isoformat(), "note": "Section 3.2, please."}
        assert f'<option selected value="{myself.id}">' in page
    for visitor in (stranger, visitor_of(EDITOR), visitor_of("vendor@kijun.example")):
        assert visitor.get(address).status_code in {403, 404}
        assert visitor.post(address, data=typed).status_code in {403, 404}
    missing = trainer.post(address, data={**typed, "due_on": ""})
    assert missing.status_code == 422
    assert "Section 3.2, please." in missing.text
    made = trainer.post(address, data=typed)
    assert trainer.get(made.headers["Location"]).status_code == 200
    with unit():
        action = stored(int(made.headers["Location"].rpartition("/")[2]))
        assert (action.kind, action.person.code if action.person else "", action.figure) == ("practice", code, "none")
    again = trainer.post(address, data=typed)
    assert again.status_code == 422
    assert "is open already" in again.text


def test_practice_that_is_dropped_is_offered_no_more(visitor_of: As, joiner: Visitor, unit: Unit) -> None:
    with unit():
        code = sitting.person().code
    action_id = opened(unit, ActionKind.PRACTICE, "", QA, person=code)

    def offers() -> list[bool]:
        with unit():
            told = db.session.scalars(select(Notice).where(Notice.kind == "followup.practice"))
            return [notice.read_at is None for notice in told]

    assert offers() == [True]
    for state, is_offered in (("dropped", False), ("dropped", False), ("open", True)):
        with unit():
            typed = fields(stored(action_id), state=state, reason="By mistake.")
        assert visitor_of(QA).post(f"/actions/{action_id}", data=typed).status_code == 302
        assert offers() == [is_offered]
        assert (joiner.get(f"/practice/{action_id}").status_code == 200) is is_offered


def test_the_list_is_filtered_and_sorted_by_its_address_and_copied(visitor_of: As, unit: Unit) -> None:
    opened(unit, ActionKind.LOCALIZE, question="HAR-014")
    opened(unit, ActionKind.REFRESHER, cohort="tokyo-a")
    qa = visitor_of(QA)
    only = qa.get("/actions?kind=localize&sort=-due").text
    assert "HAR-014" in only
    assert "Tokyo A" not in only.split("<tbody>")[1]
    assert "No action matches" in qa.get("/actions?state=done").text
    assert qa.get("/actions?as=tsv").text.count("\n") >= 2
