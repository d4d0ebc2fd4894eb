"""The wellbeing briefing: who reads it first, what is noted of it, and what stays one's own."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.wellbeing.core.briefing import VERSION
from lms.wellbeing.core.labels import Degree
from lms.wellbeing.core.seeing import Seeing
from lms.wellbeing.models import BriefingConfirmation, SeeingPreference
from lms.wellbeing.queries import load_seeing
from tests.accounts.form_page import FormPage
from tests.at_once import all_at_once
from tests.cast import Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor
from tests.quizzes import sitting

CHOSEN = {"closed_from": "strong", "avoided": ["self-harm", "threat"], "locale": "en"}


def person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()


@pytest.fixture
def newcomer(unit: Unit, cast: Cast, sign_in_as: SignIn) -> Visitor:
    """A learner who has not read the briefing."""
    with unit():
        person(cast.learner).briefed_version = 0
    return sign_in_as(cast.learner)


def confirm(visitor: Visitor, **changes: Any) -> Any:
    return visitor.post("/wellbeing", data={"closed_from": "mild", "locale": "en", **changes})


@pytest.mark.parametrize("path", ["/", "/policies", "/policies/HAR", "/quizzes", "/results", "/search?q=a"])
def test_a_new_joiner_is_led_to_the_briefing_first_and_then_to_the_page_asked_for(newcomer: Visitor, path: str) -> None:
    answer = newcomer.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/wellbeing?next=")
    asked = FormPage(newcomer.get(answer.location).text).value("next")
    assert asked == path
    assert confirm(newcomer, next=asked).location == path
    assert not (newcomer.get(path).location or "").startswith("/wellbeing")


@pytest.mark.parametrize("path", ["/settings", "/settings/password", "/notices", "/wellbeing", "/journal"])
def test_ones_own_account_is_open_before_it(newcomer: Visitor, path: str) -> None:
    assert newcomer.get(path).status_code == 200


def test_what_is_sent_is_taken_before_it_too(newcomer: Visitor) -> None:
    assert newcomer.post("/sign-out").location == "/sign-in"


def test_a_page_that_wants_data_is_refused_and_not_led_on(newcomer: Visitor) -> None:
    answer = newcomer.get("/policies", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["error"]) == (403, "wellbeing.first")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEARNER])
def test_nobody_but_learners_is_asked_first_and_everybody_can_open_it(
    unit: Unit, cast: Cast, sign_in_as: SignIn, role: Role
) -> None:
    code = getattr(cast, role.value)
    with unit():
        person(code).briefed_version = 0
    visitor = sign_in_as(code)
    assert visitor.get("/policies").status_code == 200
    assert "I have read this" in visitor.get("/wellbeing?lang=en").text


def test_the_confirmation_says_edition_language_and_instant_and_stands_in_the_journal(
    newcomer: Visitor, cast: Cast, app: Flask
) -> None:
    newcomer.get("/wellbeing?lang=ja")
    assert confirm(newcomer, **CHOSEN).location == "/"
    with app.app_context():
        [row] = db.session.scalars(select(BriefingConfirmation))
        assert (row.person_id, row.version, row.locale) == (person(cast.learner).id, VERSION, "ja")
        assert row.confirmed_at == MONDAY_AFTERNOON
        [entry] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "wellbeing.confirm"))
        assert (entry.actor, entry.object) == (cast.learner, cast.learner)
        assert entry.detail == {"version": VERSION, "locale": "ja"}, "and nothing of what was chosen"


def test_confirming_twice_notes_it_once(newcomer: Visitor, app: Flask) -> None:
    assert confirm(newcomer).location == "/"
    assert confirm(newcomer, closed_from="medium").location == "/wellbeing"
    with app.app_context():
        assert len(db.session.scalars(select(BriefingConfirmation)).all()) == 1
        assert len(db.session.scalars(select(AuditEvent).where(AuditEvent.action == "wellbeing.confirm")).all()) == 1
    assert "You confirmed this on 16 Nov 2026." in newcomer.get("/wellbeing?lang=en").text


def test_a_newer_edition_asks_again(newcomer: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    confirm(newcomer)
    assert newcomer.get("/policies").status_code == 200
    for module in ("core.briefing", "actions", "views.briefing"):
        monkeypatch.setattr(f"lms.wellbeing.{module}.VERSION", VERSION + 1)
    assert newcomer.get("/policies").location.startswith("/wellbeing")
    confirm(newcomer)
    assert newcomer.get("/policies").status_code == 200
    with app.app_context():
        found = db.session.scalars(select(BriefingConfirmation.version).order_by(BriefingConfirmation.version))
        assert list(found) == [VERSION, VERSION + 1]


def test_a_newer_edition_waits_until_an_attempt_is_over(
    sample: Flask, unit: Unit, sign_in_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit():
        joiner = sitting.person()
        code, checkpoint = joiner.code, sitting.assignment_id(joiner)
    visitor = sign_in_as(code)
    question = visitor.post(f"/quizzes/{checkpoint}/attempts").location
    attempt = question.split("/questions/")[0]
    for module in ("core.briefing", "actions", "views.briefing"):
        monkeypatch.setattr(f"lms.wellbeing.{module}.VERSION", VERSION + 1)
    for path in (question, f"{attempt}/review", "/quizzes", "/policies/HAR"):
        assert visitor.get(path).status_code == 200
    assert visitor.get("/").location.startswith("/wellbeing"), "and nothing else is open before it"
    visitor.post(f"{attempt}/submit")
    assert visitor.get("/quizzes").location.startswith("/wellbeing")


def test_an_attempt_that_is_out_of_time_keeps_nobody_from_it(sample: Flask, unit: Unit, sign_in_as: SignIn) -> None:
    with unit():
        joiner = sitting.person()
        code, checkpoint = joiner.code, sitting.assignment_id(joiner)
    question = sign_in_as(code).post(f"/quizzes/{checkpoint}/attempts").location
    with unit():
        person(code).briefed_version = 0
    with clock.fixed(MONDAY_AFTERNOON + timedelta(days=10)):
        assert sign_in_as(code).get(question).location.startswith("/wellbeing")


@pytest.mark.postgresql
def test_two_first_savings_at_once_are_both_taken(unit: Unit, cast: Cast, sign_in_as: SignIn, app: Flask) -> None:
    windows = [sign_in_as(cast.learner) for _ in range(2)]
    calls = [partial(confirm, window, closed_from=degree) for window, degree in zip(windows, Degree, strict=False)]
    answers = all_at_once(app, calls, after="people")
    assert [answer.status_code for answer in answers] == [302, 302]
    with app.app_context():
        assert len(db.session.scalars(select(SeeingPreference)).all()) == 1


def test_what_is_chosen_is_kept_and_shown_again(newcomer: Visitor, cast: Cast, app: Flask) -> None:
    confirm(newcomer, **CHOSEN)
    page = FormPage(newcomer.get("/wellbeing").text)
    assert (page.value("closed_from"), page.entered["avoided"]) == ("strong", ["threat", "self-harm"])
    confirm(newcomer)
    with app.app_context():
        assert load_seeing(person(cast.learner).id) == Seeing()
        assert len(db.session.scalars(select(SeeingPreference)).all()) == 1


def test_the_language_chosen_here_is_that_of_the_profile(newcomer: Visitor, cast: Cast, app: Flask) -> None:
    confirm(newcomer, locale="ja")
    with app.app_context():
        assert person(cast.learner).locale == "ja"
    assert '<html lang="ja">' in newcomer.get("/policies").text


@pytest.mark.parametrize(
    ("field", "value"), [("closed_from", "nothing"), ("closed_from", ""), ("avoided", "everything"), ("locale", "fr")]
)
def test_what_cannot_be_taken_says_so_at_its_place_and_nothing_is_noted(
    newcomer: Visitor, app: Flask, field: str, value: str
) -> None:
    answer = confirm(newcomer, **{"avoided": ["threat"], field: value})
    assert answer.status_code == 422
    assert FormPage(answer.text).error(field) == "Choose one of the options."
    with app.app_context():
        assert db.session.scalars(select(BriefingConfirmation)).all() == []
        assert db.session.scalars(select(SeeingPreference)).all() == []
    if field != "avoided":
        assert FormPage(answer.text).entered["avoided"] == ["threat"], "what was chosen stays chosen"


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_it_leads_nowhere_outside(newcomer: Visitor, next_page: str) -> None:
    assert confirm(newcomer, next=next_page).location == "/"


def test_nobody_else_finds_what_somebody_chose(newcomer: Visitor, cast: Cast, sign_in_as: SignIn, app: Flask) -> None:
    before = {}
    pages = (f"/people/{cast.learner}", "/people", "/journal", "/cohorts", "/", f"/search?q={cast.learner}")
    confirm(newcomer)
    for code in (cast.admin, cast.trainer, cast.qa):
        before |= {(code, path): _bare(sign_in_as(code).get(path).text) for path in pages}
    confirm(newcomer, **CHOSEN)
    for (code, path), text in before.items():
        assert _bare(sign_in_as(code).get(path).text) == text
    with app.app_context():
        assert "threat" not in str([event.detail for event in db.session.scalars(select(AuditEvent))])


def _bare(page: str) -> str:
    """A page without what each answer has of its own: tokens, and the sign-ins that this test makes."""
    page = re.sub(r"<tr.*?</tr>|<li.*?</li>", lambda row: "" if "ign" in row[0] else row[0], page, flags=re.DOTALL)
    return re.sub(r'value="[\w=.-]{60,}"', "", page)


def test_the_page_says_what_may_be_seen_and_who_helps(sample: Flask, sign_in_as: SignIn) -> None:
    with sample.app_context():
        code = db.session.scalars(select(Person.code).where(Person.login == "joiner@kijun.example")).one()
    page = sign_in_as(code).get("/wellbeing?lang=en").text
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td>([^<]+)</td><td>([^<]+)</td></tr>', page)
    assert ("Insults", "Mild", "Written text") in rows
    assert ("Private details", "Mild", "Written text") in rows, "which only questions show"
    assert [name for name, *_rest in rows] == sorted(name for name, *_rest in rows)
    assert "Wellbeing counsellor, Tokyo" in page
    assert "Wellbeing counsellor, Osaka" not in page, "that is another site's"
    assert 'href="tel:0120-000-000"' in page
    assert 'href="mailto:counsellor@kijun.example"' in page


@pytest.mark.usefixtures("cast")
def test_without_content_and_contacts_it_says_what_to_do(newcomer: Visitor) -> None:
    page = newcomer.get("/wellbeing?lang=en").text
    assert "Nothing that is in use now is labelled as sensitive." in page
    assert "Nobody else is entered here yet" in page


def test_the_first_sign_in_of_the_newest_joiner_leads_to_it(
    app: Flask, unit: Unit, cast: Cast, client: Visitor, sign_in_as: SignIn
) -> None:
    with unit():
        person(cast.learner).briefed_version = 0
    link = sign_in_as(cast.admin).post(f"/people/{cast.learner}/link", follow_redirects=True).text
    found = re.search(r'value="https?://[^/"]+(/link/[^"]+)"', link)
    assert found is not None
    answer = client.post(found[1], data={"password": "several unrelated words"}, follow_redirects=True)
    assert "Before you start" in answer.text
    assert "Your password is set." in answer.text


def test_strong_content_is_never_open_from_the_start() -> None:
    assert not any(Seeing(degree).opens("insult", "strong") for degree in Degree)
