"""Where one is signed in: a list for oneself alone, and an end to any of the other sessions."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.models import Person, WebSession
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from tests.cast import PASSWORD, Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"


def lines(page: str) -> list[str]:
    """The sessions of the list, as they read."""
    found = re.search(r'<h2 id="sessions">.*?</section>', page, re.DOTALL)
    assert found is not None
    items = re.findall(r'<li class="list-item">(.*?)</li>', found[0], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items]


def keys(page: str) -> list[str]:
    return re.findall(r'name="session" value="(\w+)"', page)


def is_in(visitor: Visitor) -> bool:
    return bool(visitor.get("/settings").status_code == 200)


@pytest.fixture
def elsewhere(unit: Unit, cast: Cast, client: Visitor) -> Visitor:
    """The learner, signed in by password on a phone an hour before."""
    with unit():
        person = db.session.scalars(select(Person).where(Person.code == cast.learner)).one()
        person.password_hash = actions.hash_password(PASSWORD, login=person.login)
    with clock.fixed(MONDAY_AFTERNOON - timedelta(hours=1)):
        typed = {"login": "learner@site.example", "password": PASSWORD}
        assert client.post("/sign-in", data=typed, headers={"User-Agent": SAFARI}).status_code == 302
    return client


def test_the_list_says_since_when_when_last_and_on_what(elsewhere: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
    here = sign_in_as(cast.learner)
    assert lines(here.get("/settings").text) == [
        "Unknown device Signed in today 13:24 · last used today 13:24 This session",
        "Safari on iPhone Signed in today 12:24 · last used today 12:24"
        " Sign out there Safari on iPhone, Signed in today 12:24",
    ]
    page = elsewhere.get("/settings?lang=ja").text
    assert lines(page)[1].startswith("Safari（iPhone）"), "it knows which of them it is itself"
    assert lines(page)[1].endswith("この端末")


def test_one_of_them_is_ended_and_the_others_go_on(sign_in_as: SignIn, cast: Cast) -> None:
    here, first, second = (sign_in_as(cast.learner) for _n in range(3))
    [ended, _other] = keys(here.get("/settings").text)
    assert here.post("/settings/sessions", data={"session": ended}).location == "/settings#sessions"
    assert sorted([is_in(first), is_in(second)]) == [False, True]
    assert is_in(here)


def test_all_the_others_end_at_once_and_nobody_elses(
    sign_in_as: SignIn, cast: Cast, app: Flask, elsewhere: Visitor
) -> None:
    here, somebody = sign_in_as(cast.learner), sign_in_as(cast.trainer)
    sign_in_as(cast.learner)
    assert "2 sessions ended." in here.post("/settings/sessions", follow_redirects=True).text
    assert (is_in(elsewhere), is_in(here), is_in(somebody)) == (False, True, True)
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "session.end_others")).one()
        assert (event.actor, event.object, event.detail) == (cast.learner, cast.learner, {"ended": 2})


def test_nobody_ends_the_session_in_hand_or_one_of_somebody_else_here(
    sign_in_as: SignIn, cast: Cast, app: Flask
) -> None:
    here, somebody = sign_in_as(cast.learner), sign_in_as(cast.trainer)
    with app.app_context():
        known = [one.key for one in db.session.scalars(select(WebSession))]
    for key in [*known, "%", "_" * 16, "0" * 16]:
        here.post("/settings/sessions", data={"session": key})
    assert (is_in(here), is_in(somebody)) == (True, True)


def test_a_session_that_has_ended_meanwhile_is_no_failure(sign_in_as: SignIn, cast: Cast) -> None:
    here, other = sign_in_as(cast.learner), sign_in_as(cast.learner)
    [key] = keys(here.get("/settings").text)
    other.post("/sign-out")
    answer = here.post("/settings/sessions", data={"session": key}, follow_redirects=True)
    assert (answer.status_code, "There was no other session to end." in answer.text) == (200, True)


def test_a_session_whose_hours_are_over_is_not_listed(sign_in_as: SignIn, cast: Cast) -> None:
    with clock.fixed(MONDAY_AFTERNOON - timedelta(hours=13)):
        sign_in_as(cast.learner)
    assert len(lines(sign_in_as(cast.learner).get("/settings").text)) == 1
