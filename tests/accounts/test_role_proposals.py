"""A role that an administrator gives waits for another one, where there is another one."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.core.roles import Role
from lms.accounts.models import Person, RoleProposal
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.sites.models import Site
from tests.accounts.conftest import Load
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor

WAITS = "Waiting for a second person"


@pytest.fixture
def second(unit: Unit, cast: Cast) -> str:
    """The code of a second administrator, who can sign in as the first can."""
    with unit():
        site = db.session.get_one(Site, cast.tokyo)
        command = actions.NewPerson("second-admin@site.example", "Robin", "", site, "en", (Role.ADMIN,))
        made = actions.create_person(command, by=None)
        made.password_hash = person(cast.admin).password_hash = "not verified here"
        return made.code


@pytest.fixture
def other(second: str, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(second)


def person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()


def give(visitor: Visitor, code: str, role: str) -> Any:
    return visitor.post(f"/people/{code}/roles", data={"role": role})


def decide(visitor: Visitor, code: str, role: str, decision: str = "confirm") -> Any:
    return visitor.post(f"/people/{code}/awaited-role", data={"role": role, "decision": decision})


def journal(app: Flask) -> list[tuple[str, str, dict[str, Any]]]:
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.action.startswith("role."))
        return [
            (event.action, event.actor, event.detail) for event in db.session.scalars(query.order_by(AuditEvent.id))
        ]


def test_a_role_waits_until_the_other_confirms_it(
    admin: Visitor, other: Visitor, second: str, cast: Cast, load: Load, app: Flask
) -> None:
    give(admin, cast.learner, "qa")
    assert load("learner@site.example").roles == {"learner"}
    own, others = (visitor.get(f"/people/{cast.learner}").text for visitor in (admin, other))
    assert WAITS in own
    assert f"Can be confirmed by {second}." in own
    assert 'value="confirm"' not in own
    assert 'value="confirm"' in others
    assert decide(other, cast.learner, "qa").status_code == 302
    assert load("learner@site.example").roles == {"learner", "qa"}
    assert WAITS not in admin.get(f"/people/{cast.learner}").text
    assert journal(app) == [
        ("role.propose", cast.admin, {"role": "qa"}),
        ("role.grant", second, {"role": "qa", "prepared_by": cast.admin}),
    ]


def test_whoever_proposed_it_cannot_confirm_it(admin: Visitor, second: str, cast: Cast, load: Load) -> None:
    give(admin, cast.learner, "qa")
    answer = decide(admin, cast.learner, "qa")
    assert answer.status_code == 403
    assert f"Somebody else has to confirm what you prepared: {second}." in answer.text
    assert load("learner@site.example").roles == {"learner"}


def test_a_role_alone_goes_through_and_the_journal_says_so(admin: Visitor, cast: Cast, load: Load, app: Flask) -> None:
    give(admin, cast.learner, "qa")
    assert load("learner@site.example").roles == {"learner", "qa"}
    assert journal(app) == [("role.grant", cast.admin, {"role": "qa", "without_second_person": True})]


@pytest.mark.usefixtures("second")
def test_learners_and_what_a_vendor_manager_gives_need_no_second_person(
    admin: Visitor, sign_in_as: SignIn, cast: Cast, load: Load
) -> None:
    give(admin, cast.qa, "learner")
    assert load("qa@site.example").roles == {"qa", "learner"}
    give(sign_in_as(cast.vendor_manager), cast.stranger, "trainer")
    assert load("stranger@site.example").roles == {"learner", "trainer"}


def test_nobody_confirms_a_role_for_themselves(
    admin: Visitor, other: Visitor, second: str, unit: Unit, cast: Cast, load: Load
) -> None:
    with unit():
        third = actions.NewPerson("third@site.example", "Kim", "", person(cast.admin).site, "en", (Role.ADMIN,))
        actions.create_person(third, by=None).password_hash = "not verified here"
    give(admin, second, "editor")
    assert decide(other, second, "editor").status_code == 403
    assert decide(other, second, "editor", "decline").status_code == 403
    page = other.get(f"/people/{second}").text
    assert WAITS in page
    assert "awaited-role" not in page
    assert load("second-admin@site.example").roles == {"admin"}


@pytest.mark.parametrize(("who", "decision"), [("other", "declined"), ("admin", "withdrawn")])
def test_declined_or_taken_back_it_is_gone(
    request: pytest.FixtureRequest,
    admin: Visitor,
    other: Visitor,
    cast: Cast,
    load: Load,
    app: Flask,
    who: str,
    decision: str,
) -> None:
    give(admin, cast.learner, "qa")
    decide(request.getfixturevalue(who), cast.learner, "qa", "decline")
    assert load("learner@site.example").roles == {"learner"}
    with app.app_context():
        assert db.session.scalars(select(RoleProposal)).one().decision == decision
    answer = decide(other, cast.learner, "qa")
    assert answer.status_code == 409
    assert "no longer waiting" in answer.text
    give(admin, cast.learner, "qa")
    assert WAITS in admin.get(f"/people/{cast.learner}").text, "it can be proposed again"


def test_when_the_only_other_leaves_it_can_be_confirmed_alone(
    admin: Visitor, second: str, unit: Unit, cast: Cast, load: Load, app: Flask
) -> None:
    give(admin, cast.learner, "qa")
    with unit():
        person(second).deactivated_at = clock.now()
    assert 'value="confirm"' in admin.get(f"/people/{cast.learner}").text
    decide(admin, cast.learner, "qa")
    assert load("learner@site.example").roles == {"learner", "qa"}
    assert journal(app)[-1] == ("role.grant", cast.admin, {"role": "qa", "without_second_person": True})


@pytest.mark.usefixtures("second")
def test_a_new_person_gets_only_what_need_not_wait(admin: Visitor, cast: Cast, load: Load) -> None:
    form = {"name": "Sam", "login": "sam@site.example", "site": cast.tokyo, "locale": "en", "roles": ["learner", "qa"]}
    admin.post("/people/new", data=form)
    made = load("sam@site.example")
    assert made.roles == {"learner"}
    assert WAITS in admin.get(f"/people/{made.code}").text
    row = next(line for line in admin.get("/people").text.splitlines() if made.code in line)
    assert "Learner, QA analyst (waiting)" in row


@pytest.mark.usefixtures("second")
def test_what_waits_twice_waits_once_and_ends_with_the_person(
    admin: Visitor, other: Visitor, cast: Cast, app: Flask
) -> None:
    for visitor in (admin, other):
        give(visitor, cast.learner, "qa")
    with app.app_context():
        assert db.session.scalars(select(RoleProposal)).one().decision is None
    admin.post(f"/people/{cast.learner}/deactivate", data={"revision": 1})
    with app.app_context():
        assert db.session.scalars(select(RoleProposal)).one().decision == "withdrawn"


def test_who_has_moved_to_another_company_gets_no_in_house_role(
    admin: Visitor, other: Visitor, cast: Cast, load: Load
) -> None:
    give(admin, cast.learner, "qa")
    facts = {"name": "髙橋 未来", "login": "learner@site.example", "site": cast.osaka, "locale": "en", "revision": 1}
    admin.post(f"/people/{cast.learner}/edit", data=facts)
    assert 'value="confirm"' not in other.get(f"/people/{cast.learner}").text
    answer = decide(other, cast.learner, "qa")
    assert (answer.status_code, "in-house people only" in answer.text) == (403, True)
    assert load("learner@site.example").roles == {"learner"}
    assert decide(other, cast.learner, "qa", "decline").status_code == 302


def test_today_shows_it_to_who_can_decide(admin: Visitor, other: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
    give(admin, cast.learner, "qa")
    assert f"QA analyst for {cast.learner}" in other.get("/").text
    for visitor in (admin, sign_in_as(cast.vendor_manager), sign_in_as(cast.qa)):
        assert "Waiting for you" not in visitor.get("/").text
