"""Changing a person: facts, a move to another site, two who change at once, and what stays closed to whom."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from tests.accounts.conftest import Load
from tests.accounts.form_page import FormPage
from tests.cast import Cast
from tests.conftest import SignIn, Visitor

LOGIN = "learner@site.example"


def filled(cast: Cast, **changes: Any) -> dict[str, Any]:
    facts = {"name": "髙橋 未来", "reading": "たかはし みく", "login": LOGIN, "site": cast.tokyo, "locale": "en"}
    return {**facts, "revision": 1, **changes}


def changes_of(app: Flask, code: str) -> list[AuditEvent]:
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.action == "person.change", AuditEvent.object == code)
        return list(db.session.scalars(query.order_by(AuditEvent.id)))


def test_the_form_shows_what_is_saved(admin: Visitor, cast: Cast) -> None:
    assert f'href="/people/{cast.learner}/edit"' in admin.get(f"/people/{cast.learner}").text
    page = FormPage(admin.get(f"/people/{cast.learner}/edit").text)
    assert {name: page.value(name) for name in filled(cast)} == {name: str(v) for name, v in filled(cast).items()}


def test_every_fact_is_changed_and_the_search_follows(admin: Visitor, cast: Cast, load: Load) -> None:
    form = filled(cast, name="　佐藤　未来", reading="サトウ ミク", login="Ｍｉｋｕ@site.example", locale="ja")
    assert admin.post(f"/people/{cast.learner}/edit", data=form).location == f"/people/{cast.learner}"
    person = load("miku@site.example")
    assert (person.code, person.name, person.reading, person.locale) == (cast.learner, "佐藤 未来", "サトウ ミク", "ja")
    assert person.revision == 2
    assert "佐藤 未来" in admin.get("/people?q=さとうみく").text
    assert "佐藤 未来" not in admin.get("/people?q=たかはし").text


def test_the_journal_says_which_facts_and_no_name(admin: Visitor, cast: Cast, app: Flask) -> None:
    admin.post(f"/people/{cast.learner}/edit", data=filled(cast, name="佐藤 未来", login="miku@site.example"))
    (event,) = changes_of(app, cast.learner)
    assert (event.actor, event.detail) == (cast.admin, {"changed": ["login", "name"]})


def test_saved_without_a_change_is_no_change(admin: Visitor, cast: Cast, load: Load, app: Flask) -> None:
    admin.post(f"/people/{cast.learner}/edit", data=filled(cast))
    assert load(LOGIN).revision == 1
    assert changes_of(app, cast.learner) == []


def test_who_moves_belongs_to_the_vendor_of_the_new_site(
    admin: Visitor, sign_in_as: SignIn, cast: Cast, load: Load, app: Flask
) -> None:
    manager = sign_in_as(cast.vendor_manager)
    assert manager.get(f"/people/{cast.learner}").status_code == 404
    admin.post(f"/people/{cast.learner}/edit", data=filled(cast, site=cast.osaka))
    person = load(LOGIN)
    assert (person.site.code, person.vendor_id) == ("osaka", person.site.vendor_id)
    assert manager.get(f"/people/{cast.learner}").status_code == 200
    events = changes_of(app, cast.learner)
    assert len({event.chain_id for event in events}) == 2, "in the records of both vendors"
    assert events[0].detail == {"changed": ["site"], "from_site": "tokyo", "to_site": "osaka"}


def test_who_holds_an_in_house_role_moves_to_no_other_company(admin: Visitor, cast: Cast, load: Load) -> None:
    form = filled(cast, name="Quinn", reading="", login="quinn@site.example", site=cast.osaka)
    answer = admin.post(f"/people/{cast.qa}/edit", data=form)
    assert (answer.status_code, "in-house people only" in FormPage(answer.text).error("site")) == (422, True)
    assert load("qa@site.example").site.code == "tokyo"


def test_every_wrong_field_is_named_at_once_and_what_was_typed_is_kept(admin: Visitor, cast: Cast, load: Load) -> None:
    typed = filled(cast, name=" ", login="second@site.example", locale="fr", reading="みく")
    answer = admin.post(f"/people/{cast.learner}/edit", data=typed)
    page = FormPage(answer.text)
    assert (answer.status_code, set(page.errors)) == (422, {"name-error", "login-error", "locale-error"})
    assert page.error("login") == "This e-mail address already belongs to somebody."
    assert page.value("reading") == "みく"
    assert load(LOGIN).reading == "たかはし みく"


def test_saving_over_somebody_elses_change_shows_both_and_loses_neither(admin: Visitor, cast: Cast, load: Load) -> None:
    path = f"/people/{cast.learner}/edit"
    admin.post(path, data=filled(cast, name="佐藤 未来"))
    second = filled(cast, name="鈴木 未来", site=cast.osaka)
    answer = admin.post(path, data=second)
    assert answer.status_code == 409
    differing = re.sub(r"<[^>]+>", "", answer.text.split('id="behind"')[1].split("</section>")[0])
    assert re.search(r"Saved now: 佐藤 未来\s*You typed: 鈴木 未来", differing)
    assert re.search(r"Saved now: Tokyo\s*You typed: Osaka", differing)
    assert load(LOGIN).name == "佐藤 未来"
    page = FormPage(answer.text)
    assert page.value("name") == "鈴木 未来"
    admin.post(path, data={**second, "revision": page.value("revision")})
    assert load(LOGIN).name == "鈴木 未来"


@pytest.mark.parametrize("revision", ["", "one", "7"])
def test_a_form_without_its_revision_changes_nothing(admin: Visitor, cast: Cast, load: Load, revision: str) -> None:
    form = filled(cast, name="佐藤 未来", revision=revision)
    assert 400 <= admin.post(f"/people/{cast.learner}/edit", data=form).status_code < 500
    assert load(LOGIN).name == "髙橋 未来"


def test_a_vendor_manager_changes_the_people_of_their_vendor_and_moves_nobody_out(
    sign_in_as: SignIn, cast: Cast, load: Load
) -> None:
    manager = sign_in_as(cast.vendor_manager)
    path = f"/people/{cast.stranger}/edit"
    form = filled(cast, name="吉田 蓮", reading="よしだ れん", login="stranger@site.example", site=cast.osaka)
    assert FormPage(manager.get(path).text).options["site"] == [str(cast.osaka)]
    assert manager.post(path, data=form).status_code == 302
    answer = manager.post(path, data={**form, "site": cast.tokyo, "revision": 2})
    assert FormPage(answer.text).error("site") == "Choose one of the options."
    assert load("stranger@site.example").name == "吉田 蓮"
    assert manager.post(f"/people/{cast.learner}/edit", data=filled(cast, name="x")).status_code == 404


def test_nobody_changes_somebody_who_may_more_than_they_may_give(
    sign_in_as: SignIn, admin: Visitor, cast: Cast, load: Load
) -> None:
    """Who changes an address could have its link sent to themselves."""
    admin.post(f"/people/{cast.trainer}/roles", data={"role": "vendor_manager"})
    manager = sign_in_as(cast.trainer)
    form = filled(cast, name="x", login="x@site.example")
    assert manager.post(f"/people/{cast.admin}/edit", data=form).status_code == 403
    page = manager.get(f"/people/{cast.admin}/edit").text
    assert "You cannot change this person." in page
    assert "name" not in FormPage(page).entered
    assert load("admin@site.example").name == "Alex Admin"


def test_a_person_keeps_a_site_that_is_out_of_use(admin: Visitor, cast: Cast, load: Load) -> None:
    for person in (cast.stranger, cast.vendor_manager):
        admin.post(f"/people/{person}/deactivate", data={"revision": 1})
    assert admin.post("/sites/osaka/retire", data={"change": "retire", "revision": 1}).status_code == 302
    answer = admin.post(f"/people/{cast.stranger}/reactivate", data={"revision": 2})
    assert (answer.status_code, "Move them to another site first." in answer.text) == (403, True)
    path = f"/people/{cast.stranger}/edit"
    assert FormPage(admin.get(path).text).value("site") == str(cast.osaka)
    form = filled(cast, name="吉田 蓮", reading="", login="stranger@site.example", site=cast.osaka, revision=2)
    assert admin.post(path, data=form).status_code == 302
    assert str(cast.osaka) not in FormPage(admin.get(f"/people/{cast.learner}/edit").text).options["site"]
