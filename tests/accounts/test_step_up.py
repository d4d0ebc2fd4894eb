"""Confirming one's password before something consequential: when it is asked, what is kept, what a wrong one does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.models import Person, WebSession
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from tests.accounts.conftest import Load
from tests.accounts.form_page import FormPage
from tests.cast import PASSWORD, Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor

QUARTER = timedelta(minutes=15)
LATER = MONDAY_AFTERNOON + QUARTER + timedelta(seconds=1)
HEADING = "Confirm that it is you"


@pytest.fixture
def admin(unit: Unit, cast: Cast, sign_in_as: SignIn) -> Visitor:
    """An administrator with a password, signed in at 13:24."""
    with unit():
        person = db.session.scalars(select(Person).where(Person.code == cast.admin)).one()
        person.password_hash = actions.hash_password(PASSWORD, login=person.login)
    return sign_in_as(cast.admin)


@pytest.fixture
def later(admin: Visitor) -> Iterator[None]:
    """A quarter of an hour and a second after the sign-in."""
    with clock.fixed(LATER):
        yield


def fields_of(page: str) -> dict[str, Any]:
    """What the page's form sends when only the password is added."""
    return {name: values for name, values in FormPage(page).entered.items() if name not in {"", "csrf_token"}}


def confirm(visitor: Visitor, page: str, password: str = PASSWORD, **options: Any) -> Any:
    return visitor.post("/confirm", data={**fields_of(page), "step_up_password": password}, **options)


def journal(app: Flask, *actions: str) -> list[tuple[str, str]]:
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.n)
        return [(event.action, event.actor) for event in db.session.scalars(query)]


class TestWhen:
    def test_a_sign_in_counts_for_a_quarter_of_an_hour(self, admin: Visitor) -> None:
        with clock.fixed(MONDAY_AFTERNOON + QUARTER):
            assert admin.get("/people/new").status_code == 200
        with clock.fixed(LATER):
            answer = admin.get("/people/new")
        assert answer.status_code == 403
        assert f"<h1>{HEADING}</h1>" in answer.text
        assert admin.get("/people/new").status_code == 200, "nothing was ended"

    @pytest.mark.usefixtures("later")
    def test_only_marked_actions_ask(self, admin: Visitor, cast: Cast) -> None:
        for path in ("/", "/people", f"/people/{cast.learner}", "/sites", "/settings"):
            assert admin.get(path).status_code == 200, path

    def test_the_vendor_manager_is_not_asked_for_the_same_action(
        self, sign_in_as: SignIn, cast: Cast, load: Load
    ) -> None:
        manager = sign_in_as(cast.vendor_manager)
        with clock.fixed(LATER):
            manager.post(f"/people/{cast.stranger}/roles", data={"role": "trainer"})
        assert load("stranger@site.example").roles == {"learner", "trainer"}

    @pytest.mark.usefixtures("later")
    def test_a_call_that_speaks_json_is_told_by_its_code(self, admin: Visitor) -> None:
        answer = admin.get("/people/new", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json["error"]) == (403, "access.step_up")

    @pytest.mark.usefixtures("later")
    def test_a_form_without_a_token_is_not_carried_on(self, admin: Visitor, cast: Cast) -> None:
        """Else a foreign page could have its form sent by whoever enters their password here."""
        answer = admin.post(f"/people/{cast.learner}/roles", data={"role": "qa"}, csrf=False)
        assert (answer.status_code, HEADING in answer.text) == (400, False)


@pytest.mark.usefixtures("later")
class TestAPage:
    def test_the_right_password_leads_to_where_one_wanted_to_go(self, admin: Visitor, app: Flask, cast: Cast) -> None:
        answer = confirm(admin, admin.get("/people/new?from=list").text)
        assert (answer.status_code, answer.location) == (303, "/people/new?from=list")
        assert admin.get(answer.location).status_code == 200
        assert journal(app, "session.confirm") == [("session.confirm", cast.admin)]
        with clock.fixed(LATER + QUARTER):
            assert admin.get("/people/new").status_code == 200
        with clock.fixed(LATER + QUARTER + timedelta(seconds=1)):
            assert admin.get("/people/new").status_code == 403

    def test_it_counts_in_this_session_only(self, admin: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
        with clock.fixed(MONDAY_AFTERNOON):
            elsewhere = sign_in_as(cast.admin)
        confirm(admin, admin.get("/people/new").text)
        assert elsewhere.get("/people/new").status_code == 403

    def test_cancelling_leads_back_and_never_away(self, admin: Visitor) -> None:
        for before, back in (
            ("http://localhost/people?q=a", "/people?q=a"),
            ("http://elsewhere.example/people", "/"),
            ("http://localhost/people/new", "/"),
            ("", "/"),
        ):
            page = admin.get("/people/new", headers={"Referer": before}).text
            assert f'<a class="btn btn-wide" href="{back}">' in page, before
            again = confirm(admin, page, password="not this one here").text
            assert f'<a class="btn btn-wide" href="{back}">' in again, before

    def test_the_way_on_stays_on_this_site(self, admin: Visitor) -> None:
        for target in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", ""):
            answer = admin.post("/confirm", data={"step_up_password": PASSWORD, "step_up_to": target})
            assert answer.location == "/", target

    def test_in_japanese(self, admin: Visitor) -> None:
        assert "<h1>本人確認</h1>" in admin.get("/people/new?lang=ja").text


@pytest.mark.usefixtures("later")
class TestAForm:
    def test_it_is_sent_again_as_it_was_typed(self, admin: Visitor, cast: Cast, load: Load) -> None:
        typed = {
            "name": "髙橋 “さくら” <b>",
            "login": "sakura@site.example",
            "site": str(cast.tokyo),
            "locale": "ja",
            "roles": ["learner", "trainer"],
        }
        asked = admin.post("/people/new", data=typed)
        assert asked.status_code == 403
        assert "What you entered is kept." in asked.text
        sent = confirm(admin, asked.text)
        assert (sent.status_code, sent.location) == (307, "/people/new")
        done = admin.post(sent.location, data={**fields_of(asked.text), "step_up_password": PASSWORD})
        assert done.status_code == 302
        person = load("sakura@site.example")
        assert (person.name, set(person.roles)) == ("髙橋 “さくら” <b>", {"learner", "trainer"})

    def test_nothing_is_done_before_the_password_is_right(self, admin: Visitor, cast: Cast, load: Load) -> None:
        asked = admin.post(f"/people/{cast.learner}/roles", data={"role": "trainer"})
        again = confirm(admin, asked.text, password="not this one here")
        assert again.status_code == 422
        assert fields_of(again.text)["role"] == ["trainer"]
        assert load("learner@site.example").roles == {"learner"}
        form = {**FormPage(again.text).entered, "step_up_password": PASSWORD}
        sent = admin.post("/confirm", data=form, csrf=False)  # the token is the page's own
        assert (sent.status_code, sent.location) == (307, f"/people/{cast.learner}/roles")
        assert admin.post(sent.location, data=form, csrf=False).status_code == 302
        assert load("learner@site.example").roles == {"learner", "trainer"}

    def test_an_address_keeps_its_arguments(self, admin: Visitor) -> None:
        asked = admin.post("/sites/new?from=list", data={"code": "kobe"})
        assert confirm(admin, asked.text).location == "/sites/new?from=list"

    def test_passwords_and_files_are_never_carried(self, admin: Visitor, cast: Cast) -> None:
        form = {"role": "qa", "password": "secret words here", "old_password": "older secret", "file": "a"}
        page = admin.post(f"/people/{cast.learner}/roles", data=form).text
        assert {"role", "file"} <= fields_of(page).keys()
        assert "secret" not in page
        assert "Files are not kept." not in page
        form["file"] = (BytesIO(b"content of the file"), "people.csv")  # type: ignore[assignment]
        page = admin.post(f"/people/{cast.learner}/roles", data=form).text
        assert "Files are not kept." in page
        assert "content of the file" not in page

    def test_a_page_in_hand_says_nothing_of_the_password(self, admin: Visitor, cast: Cast) -> None:
        asked = admin.post(f"/people/{cast.learner}/roles", data={"role": "qa"}).text
        assert "not this one here" not in confirm(admin, asked, password="not this one here").text


@pytest.mark.usefixtures("later")
class TestAFormThatComesBack:
    """After a new sign-in a form is opened anew with what was typed; the password may be asked on the way."""

    def test_the_password_leads_to_the_form_as_it_was_typed(self, admin: Visitor) -> None:
        typed = {"name": "髙橋 さくら", "roles": ["learner", "trainer"], "password": "not carried"}
        asked = admin.post("/people/new?lang=en", data={**typed, "reopen": "part"})
        assert (asked.status_code, HEADING in asked.text, "not carried" in asked.text) == (403, True, False)
        assert "The form comes back as soon as you enter the right password." in asked.text
        again = confirm(admin, asked.text, password="not this one here")
        assert (again.status_code, fields_of(again.text)["reopen"]) == (422, ["part"])
        sent = confirm(admin, again.text)
        assert (sent.status_code, sent.location) == (307, "/people/new?lang=en")
        back = admin.post(sent.location, data={**fields_of(again.text), "step_up_password": PASSWORD})
        form = FormPage(back.text)
        assert (back.status_code, form.value("name")) == (200, "髙橋 さくら")
        assert form.entered["roles"] == ["learner", "trainer"]
        assert form.errors == {}, "it is opened, not sent"
        assert PASSWORD not in back.text

    def test_a_foreign_page_is_not_passed_on(self, admin: Visitor) -> None:
        form = {"step_up_password": PASSWORD, "step_up_to": "/people/new", "step_up_sends": "1", "reopen": "whole"}
        assert admin.post("/confirm", data={**form, "csrf_token": "bad"}, csrf=False).status_code == 400


@pytest.mark.usefixtures("later")
class TestWrongPasswords:
    def test_each_is_counted_as_at_sign_in_and_stands_in_the_journal(
        self, admin: Visitor, client: Visitor, app: Flask, cast: Cast
    ) -> None:
        page = admin.get("/people/new").text
        for left in (4, 3, 2, 1, 0):
            answer = confirm(admin, page, password="not this one here")
            assert answer.status_code == 422
            assert FormPage(answer.text).error("step_up_password") == (
                f"That password does not match. Tries left: {left}."
            )
        answer = confirm(admin, page)
        assert answer.status_code == 429
        assert "wait 15 minutes" in FormPage(answer.text).error("step_up_password")
        assert client.post("/sign-in", data={"login": "admin@site.example", "password": PASSWORD}).status_code == 429
        assert admin.get("/people/new").status_code == 403
        assert journal(app, "session.confirm", "session.not_confirmed") == [("session.not_confirmed", cast.admin)] * 5
        with clock.fixed(LATER + QUARTER + timedelta(seconds=1)):
            assert confirm(admin, page).status_code == 303

    def test_none_at_all_is_said_at_the_field_and_not_counted(self, admin: Visitor, app: Flask) -> None:
        answer = confirm(admin, admin.get("/people/new").text, password="")
        assert (answer.status_code, FormPage(answer.text).error("step_up_password")) == (422, "Enter your password.")
        assert journal(app, "session.not_confirmed") == []

    def test_a_session_that_was_ended_confirms_nothing(self, admin: Visitor, unit: Unit) -> None:
        page = admin.get("/people/new").text
        with unit():
            db.session.delete(db.session.scalars(select(WebSession)).one())
        assert confirm(admin, page).status_code == 401
