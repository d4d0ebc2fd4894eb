"""Waivers through the page of a person: given for a reason, shown in readiness, withdrawn and kept."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import queries
from lms.cohorts.models import GateDecision
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter, code_of
from tests.cohorts.pages import section, words
from tests.conftest import MONDAY_AFTERNOON, Visitor

REASON = "Worked a year in the Dublin team"


@pytest.fixture
def page(sample: Flask) -> str:
    return f"/cohorts/tokyo-a/people/{code_of(sample, 'emma.lindqvist@kijun.example')}"


def waive(visitor: Visitor, page: str, **changes: str) -> None:
    answer = visitor.post(f"{page}/waivers", data={"gate": "attendance", "reason": REASON} | changes)
    assert answer.location == f"{page}#waivers"


def waivers(sample: Flask) -> list[GateDecision]:
    with sample.app_context():
        return list(db.session.scalars(select(GateDecision).order_by(GateDecision.id)))


def journalled(sample: Flask) -> list[tuple[str, str]]:
    with sample.app_context():
        query = select(AuditEvent).where(AuditEvent.action.startswith("gate.")).order_by(AuditEvent.id)
        return [(event.action, event.detail["gate"]) for event in db.session.scalars(query)]


def test_a_waiver_counts_and_says_who_and_why(trainer: Visitor, sample: Flask, page: str) -> None:
    waive(trainer, page)
    by = code_of(sample, "trainer@kijun.example")
    said = f"Waived by {by}, 16 Nov 2026 13:24: {REASON}"
    assert said in section(trainer.get(f"{page}?lang=en").text, "gates")
    ready = section(trainer.get("/cohorts/tokyo-a?lang=en").text, "ready")
    assert f"Sessions attended: waived by {by}, 16 Nov 2026 13:24: {REASON}" in ready
    assert journalled(sample) == [("gate.waive", "attendance")]


def test_what_is_waived_is_not_offered_again_and_not_waived_twice(trainer: Visitor, sample: Flask, page: str) -> None:
    waive(trainer, page)
    assert "attendance" not in FormPage(trainer.get(page).text).options["gate"]
    answer = trainer.post(f"{page}/waivers?lang=en", data={"gate": "attendance", "reason": "Another one"})
    assert (answer.status_code, list(FormPage(answer.text).errors)) == (422, ["gate-error"])
    assert len(waivers(sample)) == 1


def test_a_waiver_without_a_reason_is_refused_at_its_field(trainer: Visitor, sample: Flask, page: str) -> None:
    for reason in ("", "  ", "a" * 501):
        answer = trainer.post(f"{page}/waivers", data={"gate": "attendance", "reason": reason})
        found = FormPage(answer.text)
        assert (answer.status_code, list(found.errors)) == (422, ["reason-error"])
        assert found.value("reason").strip() == reason.strip()
    assert waivers(sample) == []


def test_a_waiver_that_is_withdrawn_counts_no_more_and_stays_in_the_list(
    trainer: Visitor, enter: Enter, sample: Flask, page: str
) -> None:
    waive(trainer, page)
    (waiver,) = waivers(sample)
    address = f"{page}/waivers/{waiver.id}/withdraw"
    with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=1)):
        assert trainer.post(address).location == f"{page}#waivers"
        assert trainer.post(address).status_code == 409
        html = trainer.get(f"{page}?lang=en").text
    by = code_of(sample, "trainer@kijun.example")
    assert f"Withdrawn by {by}, 16 Nov 2026 14:24." in section(html, "waivers")
    assert REASON in section(html, "waivers")
    assert "aived" not in section(html, "gates")
    assert "aived" not in section(trainer.get("/cohorts/tokyo-a?lang=en").text, "ready")
    waive(trainer, page, reason="Again")
    assert [found.withdrawn_at is None for found in waivers(sample)] == [False, True]
    assert journalled(sample) == [
        ("gate.waive", "attendance"),
        ("gate.withdraw", "attendance"),
        ("gate.waive", "attendance"),
    ]


def test_whose_sign_off_is_waived_is_not_said_to_be_signed_off(trainer: Visitor, sample: Flask, page: str) -> None:
    waive(trainer, page, gate="sign_off")
    with sample.app_context(), transaction.unit():
        cohort = queries.find_cohort("tokyo-a")
        assert cohort is not None
        cohort.template.gates = {"gates": [{"kind": "sign_off"}]}
    answer = trainer.post("/cohorts/tokyo-a/sign-offs?lang=en", data={"person": page.rsplit("/", 1)[1]})
    assert (answer.status_code, "This condition has already been decided." in answer.text) == (422, True)
    assert [found.decision for found in waivers(sample)] == ["waived"]


def test_who_may_only_look_sees_who_and_why_and_waives_nothing(enter: Enter, sample: Flask, page: str) -> None:
    waive(enter("trainer"), page)
    qa = enter("qa")
    html = qa.get(f"{page}?lang=en").text
    assert REASON in words(html)
    assert not re.search(r"<form[^>]*waivers", html)
    assert qa.post(f"{page}/waivers", data={"gate": "attendance", "reason": REASON}).status_code == 403
    assert enter("trainer-c@northwind.example").post(f"{page}/waivers", data={}).status_code == 404
