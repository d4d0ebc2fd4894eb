"""A form that is sent after the session has ended: why, what is safe, and the form comes back to the same person."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts import actions
from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.sites.models import Vendor
from tests.accounts.form_page import FormPage
from tests.cast import PASSWORD, Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor

TYPED = {"code": "north", "name_en": "North & Sons", "name_ja": "北商会", "kind": "bpo"}
NEXT_MORNING = MONDAY_AFTERNOON + timedelta(hours=13)


@pytest.fixture
def passwords(unit: Unit, cast: Cast) -> None:
    """The administrator and the QA analyst have the password of the tests."""
    with unit():
        for person in db.session.scalars(select(Person).where(Person.code.in_([cast.admin, cast.qa]))):
            person.password_hash = actions.hash_password(PASSWORD, login=person.login)


def token(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def carried(page: str) -> str:
    return html.unescape(re.search(r'name="carried"[^>]* value="([^"]*)"', page)[1])


def sign_in(visitor: Visitor, page: str, login: str = "admin@site.example", password: str = PASSWORD):
    kept = {"carried": carried(page), "next": "/vendors/new"}
    return visitor.post("/sign-in", data={"login": login, "password": password, **kept})


def reopened(page: str) -> dict[str, list[str]]:
    """What the page between sign-in and form sends to the form's address."""
    assert re.search(r'<form method="post" action="([^"]+)"', page)[1] == "/vendors/new"
    return FormPage(page).entered


def count_vendors(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Vendor)) or 0


@pytest.fixture
def signed_out_page(admin: Visitor, passwords: None) -> str:
    """What the administrator sees who sends a form the next morning."""
    form = {**TYPED, "csrf_token": token(admin.get("/vendors/new").text)}
    with clock.fixed(NEXT_MORNING):
        answer = admin.post("/vendors/new?lang=en", data=form)
    assert answer.status_code == 401
    return answer.text


def test_the_page_says_why_and_what_is_safe(signed_out_page: str) -> None:
    assert "You were signed out before this was sent." in signed_out_page
    assert "Nothing was changed. What you typed is kept" in signed_out_page
    assert 'name="next" type="hidden" value="/vendors/new"' in signed_out_page


def test_the_form_comes_back_to_the_same_person_and_is_sent_only_by_them(
    app: Flask, admin: Visitor, signed_out_page: str
) -> None:
    before = count_vendors(app)
    with clock.fixed(NEXT_MORNING):
        wrong = sign_in(admin, signed_out_page, password="not this one")
        page = sign_in(admin, wrong.text)
        assert "You are signed in again" in page.text
        entered = reopened(page.text)
        again = admin.post("/vendors/new", data=entered, csrf=False)
        assert again.status_code == 200
        assert "What you typed is back." in again.text
        assert "files are not kept" not in again.text, "there were none"
        form = FormPage(again.text)
        assert {name: form.value(name) for name in TYPED} == TYPED
        assert count_vendors(app) == before, "nothing is sent for anybody"
        sent = admin.post("/vendors/new", data={**TYPED, "csrf_token": token(again.text)}, csrf=False)
    assert sent.status_code == 302
    assert count_vendors(app) == before + 1


def test_the_other_language_keeps_what_was_typed(admin: Visitor, signed_out_page: str) -> None:
    form = {"reload": "1", "carried": carried(signed_out_page), "next": "/vendors/new"}
    with clock.fixed(NEXT_MORNING):
        switch = re.search(r'formaction="(/sign-in\?lang=ja)"', signed_out_page)[1]
        page = admin.post(switch, data=form)
        assert (page.status_code, "送信する前にログアウトされました。" in page.text) == (200, True)
        assert "aria-invalid" not in page.text
        assert reopened(sign_in(admin, page.text).text)["name_ja"] == ["北商会"]


def test_the_form_never_comes_back_to_somebody_else(admin: Visitor, signed_out_page: str) -> None:
    with clock.fixed(NEXT_MORNING):
        answer = sign_in(admin, signed_out_page, login="qa@site.example")
        assert (answer.status_code, answer.location) == (302, "/")
        today = admin.get("/?lang=en").text
    assert "The form that was open here belongs to somebody else, so it was not carried over." in today
    assert "North" not in today


def test_what_somebody_else_made_up_is_not_carried(client: Visitor, passwords: None) -> None:
    page = client.post("/vendors/new?lang=en", data=TYPED).text
    assert carried(page) == ""
    assert "Nothing was changed. Sign in and do it again." in page
    assert sign_in(client, page.replace('value=""', 'value="made-up"')).location == "/vendors/new"


def test_passwords_are_not_carried(admin: Visitor, passwords: None) -> None:
    form = {"old_password": PASSWORD, "password": "another good sentence"}
    form["csrf_token"] = token(admin.get("/settings/password").text)
    with clock.fixed(NEXT_MORNING):
        page = admin.post("/settings/password?lang=en", data=form).text
        assert "go back in your browser" in page
        assert sign_in(admin, page).location == "/settings/password"


def test_what_could_not_be_carried_is_said(admin: Visitor) -> None:
    form = {**TYPED, "file": (BytesIO(b"a file"), "plan.csv"), "csrf_token": token(admin.get("/vendors/new").text)}
    with clock.fixed(NEXT_MORNING):
        page = admin.post("/vendors/new?lang=en", data=form, content_type="multipart/form-data").text
    assert "Passwords and files are not kept." in page


def test_a_page_that_is_older_than_the_sign_in_gives_its_form_back(app: Flask, cast: Cast, sign_in_as: SignIn) -> None:
    old, new = sign_in_as(cast.admin), sign_in_as(cast.admin)
    form = {**TYPED, "csrf_token": token(old.get("/vendors/new").text)}
    answer = new.post("/vendors/new?lang=en", data=form, csrf=False)
    assert answer.status_code == 400
    again = new.post("/vendors/new", data=reopened(answer.text), csrf=False)
    assert FormPage(again.text).value("name_ja") == "北商会"
    foreign = sign_in_as(cast.qa).post("/vendors/new?lang=en", data=form, csrf=False)
    assert "北商会" not in foreign.text


def test_a_form_is_not_opened_again_for_a_foreign_page(admin: Visitor) -> None:
    answer = admin.post("/vendors/new", data={**TYPED, "reopen": "1", "csrf_token": "bad"}, csrf=False)
    assert answer.status_code == 400


def test_an_address_without_page_takes_no_form_again(app: Flask, admin: Visitor, cast: Cast) -> None:
    form = {"reopen": "1", "role": "qa", "csrf_token": token(admin.get("/vendors/new").text)}
    assert admin.post(f"/people/{cast.learner}/roles", data=form).status_code == 405
    with app.app_context():
        assert db.session.scalars(select(Person).where(Person.code == cast.learner)).one().roles == {"learner"}


def test_whoever_asks_for_a_page_is_told_that_they_come_back(client: Visitor) -> None:
    page = client.get("/settings?lang=en", follow_redirects=True).text
    assert "You will go on to the page you asked for." in page
    assert "asked for" not in client.get("/?lang=en", follow_redirects=True).text


@pytest.mark.parametrize(("browser", "said"), [("ja", "Your password is set."), ("en", "パスワードを設定しました。")])
def test_what_a_link_says_at_the_end_is_in_the_language_of_the_person(
    client: Visitor, sign_in_as: SignIn, cast: Cast, browser: str, said: str
) -> None:
    code = cast.second_learner if browser == "ja" else cast.stranger
    page = sign_in_as(cast.admin).post(f"/people/{code}/link", follow_redirects=True).text
    headers = {"Accept-Language": browser}
    form = {"password": "another good sentence"}
    client.post(re.search(r"/link/[\w-]+", page)[0], data=form, headers=headers)
    assert said in client.get("/", headers=headers).text
