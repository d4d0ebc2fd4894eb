"""One person's page: the link for a password, deactivation, roles; and what nobody may do to whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.core.roles import Role
from lms.accounts.models import OneTimeLink, Person, RoleGrant
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit.problems import Refused
from tests.accounts.conftest import Load
from tests.accounts.form_page import FormPage
from tests.cast import PASSWORD, Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor


def link_for(manager: Visitor, code: str) -> str:
    """Make a link, and read its address off the page to which that leads."""
    made = manager.post(f"/people/{code}/link")
    assert (made.status_code, made.location) == (302, f"/people/{code}")
    found = re.search(r"/link/[\w-]+", manager.get(made.location).text)
    assert found is not None
    return found[0]


@pytest.fixture
def in_house_manager(admin: Visitor, sign_in_as: SignIn, cast: Cast) -> Visitor:
    """A vendor manager of the company's own people, among whom there are roles that they cannot give."""
    admin.post(f"/people/{cast.trainer}/roles", data={"role": "vendor_manager"})
    return sign_in_as(cast.trainer)


class TestPassword:
    def test_the_link_is_shown_once_and_only_its_hash_is_kept(self, admin: Visitor, cast: Cast, app: Flask) -> None:
        address = link_for(admin, cast.learner)
        for language in ("en", "ja"):
            page = admin.get(f"/people/{cast.learner}?lang={language}")
            assert (page.status_code, "/link/" in page.text) == (200, False)
        with app.app_context():
            link = db.session.scalars(select(OneTimeLink)).one()
        assert link.token_sha256 not in address
        assert link.expires_at == MONDAY_AFTERNOON + timedelta(minutes=60)

    def test_the_password_is_kept_as_argon2id(self, admin: Visitor, client: Visitor, cast: Cast, load: Load) -> None:
        client.post(link_for(admin, cast.learner), data={"password": PASSWORD})
        stored = load("learner@site.example").password_hash or ""
        memory, time, lanes = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", stored).groups()  # type: ignore[union-attr]
        assert (int(memory) >= 19 * 1024, int(time) >= 2, int(lanes)) == (True, True, 1)
        assert PASSWORD not in stored

    def test_a_link_of_an_hour_ago_sets_nothing(self, admin: Visitor, client: Visitor, cast: Cast, load: Load) -> None:
        address = link_for(admin, cast.learner)
        with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=60)):
            answer = client.post(address, data={"password": PASSWORD})
        assert answer.status_code == 400
        assert "expired" in answer.text
        assert load("learner@site.example").password_hash is None

    def test_a_new_password_ends_every_session_of_that_person(
        self, admin: Visitor, client: Visitor, sign_in_as: SignIn, cast: Cast
    ) -> None:
        elsewhere = sign_in_as(cast.learner)
        client.post(link_for(admin, cast.learner), data={"password": PASSWORD})
        assert elsewhere.get("/settings").status_code == 302
        assert client.get("/settings").status_code == 200

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("", "Enter at least 12 characters."),
            ("é" * 11, "Enter at least 12 characters."),
            ("ab" * 65, "Enter at most 128 characters."),
            ("passwordpassword", ""),
            (
                "ａｄｍｉｎｉｓｔｒａｔｏｒ",
                "This password is too easy to guess. Several unrelated words make a good one.",
            ),
            ("ababababababab", "This password is too easy to guess. Several unrelated words make a good one."),
            ("learner@site.example", "Choose a password that is not your e-mail address."),
        ],
    )
    def test_a_password_that_will_not_do_says_why_at_the_field(
        self, admin: Visitor, client: Visitor, cast: Cast, typed: str, message: str
    ) -> None:
        address = link_for(admin, cast.learner)
        answer = client.post(address, data={"password": typed})
        assert FormPage(answer.text).error("password") == message
        assert answer.status_code == (422 if message else 302)
        if message:
            assert client.post(address, data={"password": PASSWORD}).status_code == 302, "the link still works"


class TestDeactivation:
    def test_a_deactivated_person_keeps_their_history_and_loses_every_way_in(
        self, admin: Visitor, client: Visitor, sign_in_as: SignIn, cast: Cast, load: Load
    ) -> None:
        learner = sign_in_as(cast.learner)
        address = link_for(admin, cast.learner)
        assert (
            admin.post(f"/people/{cast.learner}/deactivate", data={"revision": 1}).location == f"/people/{cast.learner}"
        )
        assert learner.get("/settings").status_code == 302
        assert client.post(address, data={"password": PASSWORD}).status_code in {400, 422}
        assert load("learner@site.example").deactivated_at == MONDAY_AFTERNOON
        assert "Deactivated" in admin.get(f"/people/{cast.learner}").text
        assert "Make a link" not in admin.get(f"/people/{cast.learner}").text

    def test_deactivating_asks_first_and_says_what_it_means(self, admin: Visitor, cast: Cast, load: Load) -> None:
        assert f'href="/people/{cast.learner}/deactivate"' in admin.get(f"/people/{cast.learner}").text
        page = admin.get(f"/people/{cast.learner}/deactivate").text
        assert "Every session of this person ends at once" in page
        assert "Results, acknowledgements and the audit trail stay" in page
        assert FormPage(page).value("revision") == "1"
        assert load("learner@site.example").is_active

    def test_a_reactivated_person_has_what_they_had(
        self, admin: Visitor, client: Visitor, cast: Cast, load: Load, app: Flask
    ) -> None:
        client.post(link_for(admin, cast.learner), data={"password": PASSWORD})
        admin.post(f"/people/{cast.learner}/deactivate", data={"revision": 1})
        assert f'href="/people/{cast.learner}/reactivate"' in admin.get(f"/people/{cast.learner}").text
        assert FormPage(admin.get(f"/people/{cast.learner}/reactivate").text).value("revision") == "2"
        admin.post(f"/people/{cast.learner}/reactivate", data={"revision": 2})
        person = load("learner@site.example")
        assert (person.is_active, set(person.roles), person.revision) == (True, {"learner"}, 3)
        assert client.post("/sign-in", data={"login": person.login, "password": PASSWORD}).status_code == 302
        with app.app_context():
            query = select(AuditEvent.action, AuditEvent.actor).where(AuditEvent.object == cast.learner)
            events = [tuple(row) for row in db.session.execute(query.order_by(AuditEvent.id))]
        assert [(action, cast.admin) for action in ("person.deactivate", "person.reactivate")] == [
            event for event in events if event[0].startswith("person.") and event[0] != "person.create"
        ]

    @pytest.mark.parametrize("deed", ["deactivate", "reactivate"])
    def test_done_twice_is_done_once(self, admin: Visitor, cast: Cast, load: Load, deed: str) -> None:
        admin.post(f"/people/{cast.learner}/deactivate", data={"revision": 1})
        if deed == "reactivate":
            admin.post(f"/people/{cast.learner}/reactivate", data={"revision": 2})
        revision = load("learner@site.example").revision
        assert admin.post(f"/people/{cast.learner}/{deed}", data={"revision": revision}).status_code == 302
        assert load("learner@site.example").revision == revision

    @pytest.mark.parametrize("deed", ["deactivate", "revoke"])
    def test_the_last_administrator_stays(self, unit: Unit, admin: Visitor, cast: Cast, load: Load, deed: str) -> None:
        """Two administrators who end one another at the same moment would leave none."""
        admin.post(f"/people/{cast.qa}/roles", data={"role": "admin"})
        with unit():
            first, second = (
                db.session.scalars(select(Person).where(Person.code == code)).one() for code in (cast.admin, cast.qa)
            )
            assert Role.ADMIN in first.roles
            first.deactivated_at = MONDAY_AFTERNOON
            deeds = {
                "deactivate": lambda: actions.deactivate(second, by=first, revision=second.revision),
                "revoke": lambda: actions.revoke_role(second, Role.ADMIN, by=first),
            }
            with pytest.raises(Refused) as refused:
                deeds[deed]()
        assert refused.value.code == "person.last_administrator"
        assert load("qa@site.example").is_active
        assert "admin" in load("qa@site.example").roles

    def test_the_page_of_the_last_administrator_offers_no_end(self, admin: Visitor, cast: Cast) -> None:
        page = admin.get(f"/people/{cast.admin}/deactivate").text
        assert "This is the only administrator who can sign in." in page
        assert "revision" not in FormPage(page).entered

    def test_a_page_that_is_behind_changes_nothing(self, admin: Visitor, cast: Cast, load: Load) -> None:
        answer = admin.post(f"/people/{cast.learner}/deactivate", data={"revision": 7})
        assert answer.status_code == 409
        assert "Somebody else changed this person" in answer.text
        assert load("learner@site.example").is_active

    @pytest.mark.parametrize(
        ("deed", "form"),
        [("deactivate", {"revision": 1}), ("roles", {"role": "qa"}), ("roles", {"role": "admin", "change": "revoke"})],
    )
    def test_nobody_ends_or_widens_their_own_access(
        self, admin: Visitor, cast: Cast, load: Load, deed: str, form: dict[str, Any]
    ) -> None:
        answer = admin.post(f"/people/{cast.admin}/{deed}", data=form)
        assert answer.status_code == 403
        assert "Please ask another administrator." in answer.text
        assert (set(load("admin@site.example").roles), load("admin@site.example").is_active) == ({"admin"}, True)


class TestRoles:
    def test_a_role_is_given_and_taken_and_its_dates_stay(
        self, admin: Visitor, sign_in_as: SignIn, cast: Cast, load: Load, app: Flask
    ) -> None:
        admin.post(f"/people/{cast.learner}/roles", data={"role": "trainer"})
        assert load("learner@site.example").roles == {"learner", "trainer"}
        later = MONDAY_AFTERNOON + timedelta(hours=1)
        with clock.fixed(later):
            form = {"role": "trainer", "change": "revoke"}
            sign_in_as(cast.admin).post(f"/people/{cast.learner}/roles", data=form)
        assert load("learner@site.example").roles == {"learner"}
        with app.app_context():
            grant = db.session.scalars(
                select(RoleGrant).join(RoleGrant.person).where(RoleGrant.role == "trainer", Person.code == cast.learner)
            ).one()
            assert (grant.granted_at, grant.revoked_at) == (MONDAY_AFTERNOON, later)

    def test_a_change_of_roles_asks_for_a_new_sign_in(self, admin: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
        learner = sign_in_as(cast.learner)
        admin.post(f"/people/{cast.learner}/roles", data={"role": "qa"})
        assert learner.get("/analysis").location == "/sign-in?next=/analysis"
        assert sign_in_as(cast.learner).get("/analysis").status_code == 200

    def test_a_role_given_twice_is_held_once(self, admin: Visitor, cast: Cast, load: Load) -> None:
        for _ in range(2):
            admin.post(f"/people/{cast.learner}/roles", data={"role": "qa"})
        assert sorted(grant.role for grant in load("learner@site.example").grants) == ["learner", "qa"]

    def test_an_unknown_role_changes_nothing(self, admin: Visitor, cast: Cast, load: Load) -> None:
        answer = admin.post(f"/people/{cast.learner}/roles", data={"role": "king"})
        assert answer.status_code == 400
        assert "This page does not exist" not in answer.text
        assert load("learner@site.example").roles == {"learner"}

    @pytest.mark.parametrize("role", ["qa", "editor", "localizer", "admin"])
    def test_roles_that_reach_everybody_are_for_in_house_people(
        self, admin: Visitor, cast: Cast, load: Load, role: str
    ) -> None:
        answer = admin.post(f"/people/{cast.stranger}/roles", data={"role": role})
        assert (answer.status_code, "for in-house people only" in answer.text) == (403, True)
        assert load("stranger@site.example").roles == {"learner"}
        offered = FormPage(admin.get(f"/people/{cast.stranger}").text).options["role"]
        assert offered == ["trainer", "vendor_manager"]

    def test_a_vendor_manager_gives_no_role_above_trainer(self, sign_in_as: SignIn, cast: Cast, load: Load) -> None:
        manager = sign_in_as(cast.vendor_manager)
        answer = manager.post(f"/people/{cast.stranger}/roles", data={"role": "qa"})
        assert (answer.status_code, "Your own role does not let you give this role." in answer.text) == (403, True)
        manager.post(f"/people/{cast.stranger}/roles", data={"role": "trainer"})
        assert load("stranger@site.example").roles == {"learner", "trainer"}

    def test_a_vendor_manager_takes_no_role_away_that_they_cannot_give(
        self, in_house_manager: Visitor, admin: Visitor, cast: Cast, load: Load
    ) -> None:
        admin.post(f"/people/{cast.learner}/roles", data={"role": "qa"})
        form = {"role": "qa", "change": "revoke"}
        answer = in_house_manager.post(f"/people/{cast.learner}/roles", data=form)
        assert answer.status_code == 403
        assert "qa" in load("learner@site.example").roles

    def test_nobody_takes_over_an_account_that_may_more_than_they_may_give(
        self, in_house_manager: Visitor, cast: Cast, app: Flask
    ) -> None:
        """A link sets a password: made for an administrator, it would make its maker one."""
        answer = in_house_manager.post(f"/people/{cast.admin}/link")
        assert answer.status_code == 403
        with app.app_context():
            assert db.session.scalars(select(OneTimeLink)).all() == []

    def test_nobody_deactivates_somebody_who_may_more_than_they_may_give(
        self, in_house_manager: Visitor, cast: Cast, load: Load
    ) -> None:
        form = {"revision": load("admin@site.example").revision}
        answer = in_house_manager.post(f"/people/{cast.admin}/deactivate", data=form)
        assert answer.status_code == 403
        assert load("admin@site.example").is_active
