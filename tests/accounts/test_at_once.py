"""Two administrators at one person at the very same moment: nothing is written over, nothing is given twice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts import actions
from lms.accounts.core.roles import Role
from lms.accounts.models import Person, RoleGrant
from lms.foundation.db import db
from lms.sites.models import Site
from tests.accounts.conftest import Load
from tests.at_once import all_at_once
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor

pytestmark = pytest.mark.postgresql
READ = "WHERE people.code ="
LOGIN = "learner@site.example"


@pytest.fixture
def others(unit: Unit, cast: Cast, sign_in_as: SignIn) -> list[Visitor]:
    """Two further administrators with passwords."""
    with unit():
        site = db.session.get_one(Site, cast.tokyo)
        db.session.scalars(select(Person).where(Person.code == cast.admin)).one().password_hash = "not verified here"
        commands = [actions.NewPerson(f"a{n}@site.example", "Robin", "", site, "en", (Role.ADMIN,)) for n in (1, 2)]
        made = [actions.create_person(command, by=None) for command in commands]
        for person in made:
            person.password_hash = "not verified here"
        codes = [person.code for person in made]
    return [sign_in_as(code) for code in codes]


def edit(visitor: Visitor, cast: Cast, **changes: Any) -> TestResponse:
    facts = {"name": "髙橋 未来", "reading": "たかはし みく", "login": LOGIN, "site": cast.tokyo, "locale": "en"}
    return visitor.post(f"/people/{cast.learner}/edit", data={**facts, "revision": 1, **changes})


def status_of(answer: TestResponse) -> int:
    return answer.status_code


def confirm(visitor: Visitor, cast: Cast) -> TestResponse:
    form = {"role": "qa", "decision": "confirm"}
    return visitor.post(f"/people/{cast.learner}/awaited-role", data=form)


def test_of_two_changes_one_is_told_of_the_other(
    app: Flask, admin: Visitor, others: list[Visitor], cast: Cast, load: Load
) -> None:
    first, second = others
    calls = [lambda: edit(first, cast, name="佐藤 未来"), lambda: edit(second, cast, name="鈴木 未来")]
    answers = sorted(all_at_once(app, calls, after=READ), key=status_of)
    assert [status_of(answer) for answer in answers] == [302, 409]
    person = load(LOGIN)
    assert person.revision == 2
    differing = re.sub(r"<[^>]+>", "", answers[1].text.split('id="behind"')[1].split("</section>")[0])
    assert f"Saved now: {person.name}" in differing, "and not what was there before both"


def test_a_role_is_given_once(app: Flask, admin: Visitor, others: list[Visitor], cast: Cast) -> None:
    admin.post(f"/people/{cast.learner}/roles", data={"role": "qa"})
    calls = [lambda visitor=visitor: confirm(visitor, cast) for visitor in others]
    assert sorted(map(status_of, all_at_once(app, calls, after=READ))) == [302, 409]
    with app.app_context():
        given = db.session.scalars(select(RoleGrant).where(RoleGrant.role == "qa")).all()
    assert len(given) == 2, "one is the analyst's"


def test_who_moves_to_another_company_gets_no_in_house_role_meanwhile(
    app: Flask, admin: Visitor, others: list[Visitor], cast: Cast, load: Load
) -> None:
    admin.post(f"/people/{cast.learner}/roles", data={"role": "qa"})
    first, second = others
    calls = [lambda: edit(first, cast, site=cast.osaka), lambda: confirm(second, cast)]
    assert list(map(status_of, all_at_once(app, calls, after=READ))).count(302) == 1
    person = load(LOGIN)
    assert (person.site.code, set(person.roles)) in (("osaka", {"learner"}), ("tokyo", {"learner", "qa"}))
