"""Signing in: the session row, its rotation and its end; wrong passwords; the listed sample accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import config
from lms.accounts import actions
from lms.accounts.models import OneTimeLink, Person, WebSession
from lms.app import create_app
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.jobs import Worker
from lms.foundation.journal import AuditEvent
from lms.foundation.security import limiter
from lms.foundation.sessions import stored_id
from lms.foundation.settings import mark_as_sample
from tests.accounts.form_page import FormPage
from tests.cast import PASSWORD, Cast, make_cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor


@pytest.fixture
def cast(unit: Unit) -> Cast:
    with unit():
        cast = make_cast()
        person = db.session.scalars(select(Person).where(Person.code == cast.learner)).one()
        person.password_hash = actions.hash_password(PASSWORD, login=person.login)
    return cast


def sign_in(client: Visitor, password: str = PASSWORD, login: str = "learner@site.example", **more: str):
    return client.post("/sign-in", data={"login": login, "password": password, **more})


def test_the_right_password_opens_a_session_with_a_fresh_id(client: Visitor, cast: Cast, app: Flask) -> None:
    client.get("/sign-in")
    before = client.get_cookie("sid").value
    answer = sign_in(client)
    after = client.get_cookie("sid").value
    assert (answer.status_code, answer.location) == (302, "/")
    assert after != before
    with app.app_context():
        rows = db.session.scalars(select(WebSession.id_sha256)).all()
    assert rows == [stored_id(after)], "the table keeps the hash of the new id only"
    assert client.get("/settings").status_code == 200


def test_full_width_letters_and_capitals_sign_in_too(client: Visitor, cast: Cast) -> None:
    assert sign_in(client, login="Ｌｅａｒｎｅｒ@Site.example ").status_code == 302


def test_a_wrong_password_says_how_many_tries_are_left_and_keeps_the_login(client: Visitor, cast: Cast) -> None:
    page = sign_in(client, "wrong password 1")
    assert page.status_code == 422
    assert "That e-mail and password do not match." in page.text
    assert "4 tries left" in page.text
    assert 'value="learner@site.example"' in page.text
    assert FormPage(page.text).error("login") == "Check the spelling, and the password for full-width letters."
    assert page.text.count("autofocus") == 1, "the message has the focus"
    assert "wrong password 1" not in page.text


def test_five_wrong_passwords_close_the_account_for_15_minutes_even_for_the_right_one(
    client: Visitor, cast: Cast
) -> None:
    for _ in range(5):
        sign_in(client, "wrong password")
    waiting = sign_in(client)
    assert waiting.status_code == 429
    assert "Please wait 15 minutes" in waiting.text
    with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=15, seconds=1)):
        assert sign_in(client).status_code == 302


def test_the_wait_of_one_account_does_not_touch_another(client: Visitor, cast: Cast) -> None:
    for _ in range(5):
        sign_in(client, "wrong password", login="stranger@site.example")
    assert sign_in(client).status_code == 302


def test_an_unknown_login_answers_like_a_wrong_password(client: Visitor, cast: Cast) -> None:
    page = sign_in(client, login="nobody@site.example")
    assert (page.status_code, "4 tries left" in page.text) == (422, True)


def test_signing_out_ends_the_session_on_the_server(sign_in_as: SignIn, cast: Cast) -> None:
    visitor = sign_in_as(cast.learner)
    stolen = visitor.get_cookie("sid").value
    assert visitor.post("/sign-out").location == "/sign-in"
    visitor.set_cookie("sid", stolen)
    assert visitor.get("/settings").location == "/sign-in?next=/settings"


def test_signing_in_and_out_stands_in_the_journal_and_a_wrong_password_in_the_log(
    client: Visitor, cast: Cast, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(client, "wrong password")
    sign_in(client, "wrong password", login="nobody@site.example")
    sign_in(client)
    client.post("/sign-out")
    with app.app_context():
        query = select(AuditEvent.action).where(AuditEvent.actor == cast.learner).order_by(AuditEvent.id)
        assert db.session.scalars(query).all() == ["session.sign_in", "session.sign_out"]
    told = [record.getMessage() for record in caplog.records if "wrong password" in record.getMessage()]
    assert told == [f"wrong password for {who} from 127.0.0.1" for who in (cast.learner, "nobody")]


def test_a_session_ends_after_12_hours(sign_in_as: SignIn, cast: Cast) -> None:
    visitor = sign_in_as(cast.learner)
    with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=12, seconds=1)):
        assert visitor.get("/settings").status_code == 302


def seen_at(app: Flask) -> datetime:
    with app.app_context():
        return db.session.scalars(select(WebSession.seen_at)).one()


@pytest.mark.parametrize(
    ("minutes", "method", "noted"), [(4, "post", False), (5, "post", True), (60, "post", True), (60, "get", False)]
)
def test_a_session_notes_every_five_minutes_that_somebody_sent_something(
    sign_in_as: SignIn, cast: Cast, app: Flask, minutes: int, method: str, noted: bool
) -> None:
    visitor = sign_in_as(cast.learner)
    later = MONDAY_AFTERNOON + timedelta(minutes=minutes)
    form = {"reading": "みく", "locale": "en", "own_zone_name": "", "revision": 1}
    with clock.fixed(later):
        answer = visitor.get("/settings") if method == "get" else visitor.post("/settings", data=form)
    assert answer.status_code < 400
    assert seen_at(app) == (later if noted else MONDAY_AFTERNOON)


def test_sessions_and_links_are_deleted_when_their_time_is_over(
    sign_in_as: SignIn, cast: Cast, app: Flask, unit: Unit
) -> None:
    sign_in_as(cast.learner)
    with unit():
        actions.make_link(db.session.scalars(select(Person).where(Person.code == cast.learner)).one(), by=None)
    left = []
    for hours in (0.1, 1.1, 12.1):
        with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=hours)), app.app_context():
            Worker().keep_timetable()
            left.append([len(db.session.scalars(select(table)).all()) for table in (WebSession, OneTimeLink)])
    assert left == [[1, 1], [1, 0], [0, 0]]


def test_deactivation_ends_a_session_at_once(sign_in_as: SignIn, cast: Cast) -> None:
    learner, admin = sign_in_as(cast.learner), sign_in_as(cast.admin)
    assert learner.get("/settings").status_code == 200
    assert admin.post(f"/people/{cast.learner}/deactivate", data={"revision": 1}).status_code == 302
    assert learner.get("/settings").status_code == 302


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\nx"]
)
def test_next_never_leaves_the_site(client: Visitor, cast: Cast, target: str) -> None:
    assert sign_in(client, next=target).location == "/"


def test_next_leads_back_to_the_page_that_was_asked_for(client: Visitor, cast: Cast) -> None:
    assert sign_in(client, next="/settings?x=1").location == "/settings?x=1"


def test_a_form_without_token_changes_nothing(client: Visitor, cast: Cast) -> None:
    page = client.post("/sign-in", data={"login": "learner@site.example", "password": PASSWORD}, csrf=False)
    assert page.status_code == 400
    assert "open for too long" in page.text


def test_the_token_of_the_page_is_taken(client: Visitor, cast: Cast) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)[1]
    form = {"login": "learner@site.example", "password": PASSWORD, "csrf_token": token}
    assert client.post("/sign-in", data=form, csrf=False).status_code == 302


def test_sample_accounts_are_listed_and_open_with_one_click_only_on_sample_data(
    client: Visitor, unit: Unit, cast: Cast
) -> None:
    assert "Sample organisation" not in client.get("/sign-in").text
    assert client.post("/sign-in/sample", data={"account": "qa"}).status_code == 404
    with unit():
        mark_as_sample(MONDAY_AFTERNOON.date())
        db.session.scalars(select(Person).where(Person.code == cast.qa)).one().login = "qa@kijun.example"
    assert "Sample organisation" in client.get("/sign-in").text
    assert client.post("/sign-in/sample", data={"account": "qa"}).location == "/"
    assert client.get("/settings").status_code == 200


def test_a_link_sets_the_password_once(client: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
    page = sign_in_as(cast.admin).post(f"/people/{cast.second_learner}/link", follow_redirects=True).text
    address = re.search(r"/link/[\w-]+", page)[0]
    assert "second@site.example" in client.get(address).text
    refused = client.post(address, data={"password": "short"})
    assert (refused.status_code, "Enter at least 12 characters." in refused.text) == (422, True)
    assert client.post(address, data={"password": "another good sentence"}).location == "/"
    assert client.get(address).status_code == 400
    client.post("/sign-out")
    assert sign_in(client, "another good sentence", login="second@site.example").status_code == 302


@pytest.fixture
def limited(app: Flask, settings: config.Testing, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A visitor of the app with the limit on costly requests, which other tests run without."""
    monkeypatch.setattr(limiter, "enabled", True)
    strict = create_app(settings)
    yield strict.test_client()
    with strict.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_class_opens_its_links_behind_one_address(limited: FlaskClient) -> None:
    assert {limited.get(f"/link/unknown-{number}").status_code for number in range(40)} == {400}


def test_one_link_is_tried_thirty_times_a_minute_at_most(limited: FlaskClient) -> None:
    statuses = [limited.get("/link/unknown").status_code for _ in range(31)]
    assert statuses == [400] * 30 + [429]
