"""Changing one's own password: the old one is asked for, the other sessions end, wrong tries are counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from tests.accounts.form_page import FormPage
from tests.cast import PASSWORD, Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor

NEW = "another good sentence"


@pytest.fixture
def learner(unit: Unit, cast: Cast, sign_in_as: SignIn) -> Visitor:
    """Somebody who has a password, signed in."""
    with unit():
        person = db.session.scalars(select(Person).where(Person.code == cast.learner)).one()
        person.password_hash = actions.hash_password(PASSWORD, login=person.login)
    return sign_in_as(cast.learner)


def change(visitor: Visitor, old: str = PASSWORD, new: str = NEW) -> Any:
    return visitor.post("/settings/password", data={"old_password": old, "password": new})


def sign_in(visitor: Visitor, password: str) -> int:
    return int(visitor.post("/sign-in", data={"login": "learner@site.example", "password": password}).status_code)


def test_the_new_password_signs_in_and_the_old_one_does_not(learner: Visitor, client: Visitor) -> None:
    assert change(learner).location == "/settings"
    assert (sign_in(client, PASSWORD), sign_in(client, NEW)) == (422, 302)


def test_the_session_in_hand_goes_on_and_the_others_end(learner: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
    elsewhere, somebody_else = sign_in_as(cast.learner), sign_in_as(cast.trainer)
    change(learner)
    assert (learner.get("/settings").status_code, elsewhere.get("/settings").status_code) == (200, 302)
    assert somebody_else.get("/settings").status_code == 200


def test_the_change_stands_in_the_journal(learner: Visitor, cast: Cast, app: Flask) -> None:
    change(learner)
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "password.set")).one()
        assert (event.actor, event.object) == (cast.learner, cast.learner)


def test_without_the_old_password_nothing_changes_and_the_try_is_counted(learner: Visitor, client: Visitor) -> None:
    for left in (4, 3):
        answer = change(learner, old="not this one")
        assert answer.status_code == 422
        assert FormPage(answer.text).error("old_password") == f"That password does not match. Tries left: {left}."
        assert "not this one" not in answer.text
    assert sign_in(client, PASSWORD) == 302


def test_five_wrong_tries_mean_waiting_even_with_the_right_one(learner: Visitor, client: Visitor) -> None:
    for _ in range(5):
        change(learner, old="not this one")
    answer = change(learner)
    assert answer.status_code == 429
    assert "wait 15 minutes" in FormPage(answer.text).error("old_password")
    assert sign_in(client, PASSWORD) == 429, "as at sign-in, and with the same count"
    with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=15, seconds=1)):
        assert change(learner).status_code == 302


@pytest.mark.parametrize("new", ["", "short", "passw0rd", "learner@site.example"])
def test_a_new_password_that_will_not_do_says_why_at_its_field(learner: Visitor, client: Visitor, new: str) -> None:
    answer = change(learner, new=new)
    assert (answer.status_code, bool(FormPage(answer.text).error("password"))) == (422, True)
    assert sign_in(client, PASSWORD) == 302


def test_the_page_opens_in_the_other_language_from_a_form_with_errors(learner: Visitor) -> None:
    assert '<html lang="ja"' in learner.get("/settings/password?lang=ja").text
    assert "/settings/password" in learner.get("/settings").text


def test_passwords_are_not_said_to_be_kept(admin: Visitor) -> None:
    page = admin.post("/settings/password?lang=en", data={"old_password": "", "password": "short"}).text
    assert "Passwords are not kept: enter them again." in page
    assert "What you typed is kept" not in page
    assert page.count("autofocus") == 1
