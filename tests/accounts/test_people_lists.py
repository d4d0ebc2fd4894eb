"""Adding people by list: the dry run, mending, creating all or none, and their links."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts import actions, queries
from lms.accounts.core.roles import Role
from lms.accounts.models import OneTimeLink, Person, RoleProposal
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.sites.models import Site
from tests.accounts.conftest import Load
from tests.accounts.form_page import FormPage
from tests.cast import PASSWORD, Cast
from tests.conftest import MONDAY_AFTERNOON, QueryCount, SignIn, Unit, Visitor

PAGE = "/people/new/list"
LIST = """氏名	フリガナ	メールアドレス	言語	役割	拠点
髙橋　さくら	タカハシ サクラ	ｓａｋｕｒａ＠site.example	日本語		東京
Sam ①㈱	サム	sam@site.example	English	トレーナー	tokyo
"""


def count_people(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Person)) or 0


def check(visitor: Visitor, text: str = LIST, **more: Any) -> Any:
    return visitor.post(f"{PAGE}?lang=en", data={"text": text, "site": "", "locale": "en", **more})


def again(visitor: Visitor, page: str, go: str, **changes: Any) -> Any:
    """Send the form of the dry run as a browser does, with some fields typed anew, or not ticked any more (None)."""
    sent = {**FormPage(page).entered, **changes, "go": go}
    return visitor.post(PAGE, data={name: values for name, values in sent.items() if values is not None})


def add(visitor: Visitor, text: str = LIST, **more: Any) -> Any:
    return again(visitor, check(visitor, text, **more).text, "create")


def journal(app: Flask, *actions: str) -> list[tuple[str, str, dict[str, Any]]]:
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.action.in_(actions), AuditEvent.actor != "system")
        return [(one.action, one.object, one.detail) for one in db.session.scalars(query.order_by(AuditEvent.id))]


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


class TestDryRun:
    def test_it_shows_who_would_be_created_and_creates_nobody(self, admin: Visitor, app: Flask) -> None:
        before = count_people(app)
        answer = check(admin)
        assert answer.status_code == 200
        assert "2 people would be created" in answer.text
        assert '<th scope="row">髙橋 さくら</th><td>タカハシ サクラ</td><td>sakura@site.example</td>' in answer.text
        assert "<del>ｓａｋｕｒａ＠site.example</del> <ins>sakura@site.example</ins>" in answer.text
        assert "Full-width letters" in answer.text
        assert "Sam ①㈱" in answer.text
        assert count_people(app) == before

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
    @pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
    def test_a_file_is_read_whatever_its_encoding(self, admin: Visitor, encoding: str, delimiter: str) -> None:
        content = LIST.replace("\t", delimiter).replace("\n", "\r\n").encode(encoding)
        answer = check(admin, "", file=(io.BytesIO(content), "名簿.csv"))
        assert "2 people would be created" in answer.text
        assert "髙橋 さくら" in answer.text
        assert "名簿.csv" in answer.text
        assert ("CP932 (Shift_JIS)" in answer.text) == (encoding == "cp932")

    def test_both_templates_are_read_again(self, admin: Visitor) -> None:
        for language in ("en", "ja"):
            answer = admin.get(f"{PAGE}/{language}.csv")
            assert answer.data.startswith(b"\xef\xbb\xbf")
            filled = answer.data + b"Sam,,sam@site.example,,,tokyo\r\n"
            assert "1 person would be created" in check(admin, "", file=(io.BytesIO(filled), "a.csv")).text
        assert admin.get(f"{PAGE}/fr.csv").status_code == 404

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "Paste the rows, or choose a file."),
            ("Sam\tsam@site.example", "The first row must name the columns"),
            ("Name\tRole\nSam\tlearner", "The first row has no column for E-mail."),
            ("Name\tE-mail\tMail\nSam\ta\tb", "Two columns are for “E-mail”."),
            ("Name\tE-mail\n" + "Sam\ta\n" * 1001, "The list has 1001 rows."),
        ],
    )
    def test_what_is_no_list_is_said_at_the_field_and_kept(self, admin: Visitor, text: str, message: str) -> None:
        answer = check(admin, text)
        page = FormPage(answer.text)
        assert answer.status_code == 422
        assert message in page.error("text")
        assert page.value("text").strip() == text.strip()

    def test_a_workbook_is_named_at_the_file(self, admin: Visitor) -> None:
        answer = check(admin, "", file=(io.BytesIO(b"PK\x03\x04"), "people.xlsx"))
        assert (answer.status_code, "This is a workbook." in FormPage(answer.text).error("file")) == (422, True)
        both = check(admin, LIST, file=(io.BytesIO(b"x"), "people.csv"))
        assert "not both" in FormPage(both.text).error("file")
        assert FormPage(both.text).value("text").strip() == LIST.strip()

    def test_doubles_of_people_who_are_here_are_said_with_their_code(self, admin: Visitor, cast: Cast) -> None:
        page = check(
            admin, "Name\tE-mail\tSite\nX\tＬＥＡＲＮＥＲ@site.example\ttokyo\n高橋未来\tm@site.example\ttokyo"
        ).text
        assert f"This e-mail address already belongs to {cast.learner}." in page
        assert f"Same name at the same site as {cast.learner}, who already has an account." in page

    def test_defaults_fill_what_the_list_does_not_say(self, admin: Visitor, load: Load) -> None:
        add(admin, "Name\tE-mail\nSam\tsam@site.example", site="osaka", locale="ja")
        person = load("sam@site.example")
        assert (person.site.code, person.locale, person.roles) == ("osaka", "ja", {"learner"})

    def test_a_page_of_a_thousand_rows_asks_as_little_as_one_of_one(
        self, admin: Visitor, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
    ) -> None:
        rows = [f"Sam {n}\tsam{n}@site.example\ttokyo" for n in range(1000)]
        counts = []
        for count in (1, 1000):
            with queries_counted() as counted:
                page = check(admin, "\n".join(["Name\tE-mail\tSite", *rows[:count]])).text
            counts.append(len(counted))
        assert "1000 people would be created" in page
        assert counts[0] == counts[1] <= 15


class TestMending:
    WRONG = "Name\tE-mail\tRole\tSite\nA\ta@site.example\tleaner\ttokio\nB\tnone\t\ttokyo\nC\tc@site.example\t\ttokyo"

    def test_problems_stand_at_their_cells_with_what_was_meant(self, admin: Visitor) -> None:
        page = FormPage(check(admin, self.WRONG).text)
        assert page.error("site-2") == "There is no site “tokio”. Nearest: Tokyo (tokyo)."
        assert page.error("roles-2") == "There is no role “leaner”. Nearest: Learner, Trainer."
        assert page.error("login-3") == "Enter an address such as name@site.example."
        assert (page.value("site-2"), page.value("roles-2"), page.value("login-3")) == ("tokyo", "Learner", "none")
        assert "login-4" not in page.entered

    def test_it_is_mended_on_the_page_and_all_are_created(self, admin: Visitor, app: Flask, load: Load) -> None:
        before = count_people(app)
        first = check(admin, self.WRONG).text
        refused = again(admin, first, "create", **{"login-3": "still none"})
        assert refused.status_code == 422
        assert FormPage(refused.text).value("login-3") == "still none"
        assert count_people(app) == before
        second = again(admin, first, "check", **{"login-3": "b@site.example"}).text
        assert "3 people would be created" in second
        assert again(admin, second, "create").status_code == 302
        assert [load(f"{name}@site.example").name for name in "abc"] == ["A", "B", "C"]

    def test_a_row_is_left_out_and_taken_back(self, admin: Visitor, app: Flask) -> None:
        before = count_people(app)
        page = again(admin, check(admin, self.WRONG).text, "leave").text
        assert "1 person would be created" in page
        assert 'name="leave-3" checked' in page
        back = again(admin, page, "check", **{"leave-3": None}).text
        assert "1 row needs your attention." in back
        assert again(admin, page, "create").status_code == 302
        assert count_people(app) == before + 1

    def test_the_list_comes_back_as_text(self, admin: Visitor) -> None:
        page = again(admin, check(admin, self.WRONG).text, "text", **{"name-9": "nobody"})
        assert "tokyo" in FormPage(page.text).value("text")
        assert "B\t\tnone" in FormPage(page.text).value("text")
        assert check(admin, FormPage(page.text).value("text")).status_code == 200

    @pytest.mark.parametrize(
        "rows", ["", "[", "[[1]]", json.dumps([[2, ["\ud800\0", "", "x", "", "", ""], [], False]])]
    )
    def test_rows_that_were_tampered_with_never_fail(self, admin: Visitor, app: Flask, rows: str) -> None:
        before = count_people(app)
        for go in ("check", "create", "text", "leave"):
            answer = admin.post(PAGE, data={"rows": rows, "go": go, "site": "nowhere", "locale": "xx", "key": "'"})
            assert answer.status_code in {200, 422}
        assert count_people(app) == before


class TestCreating:
    def test_everybody_is_created_and_shown_with_their_code(self, admin: Visitor, load: Load) -> None:
        answer = add(admin)
        page = admin.get(f"{answer.location}?lang=en").text
        sakura, sam = load("sakura@site.example"), load("sam@site.example")
        assert (sakura.name, sakura.reading, sakura.locale, sakura.code[0]) == (
            "髙橋 さくら", "タカハシ サクラ", "ja", "L",
        )  # fmt: skip
        assert (sam.name, sam.roles, sam.code[0], sam.site.code) == ("Sam ①㈱", {"trainer"}, "T", "tokyo")
        assert "2 people were created" in page
        assert f'<a href="/people/{sakura.code}">{sakura.code}</a>' in page

    def test_the_journal_has_everybody_and_the_list(self, admin: Visitor, app: Flask, load: Load) -> None:
        add(admin)
        codes = [load(f"{name}@site.example").code for name in ("sakura", "sam")]
        entries = journal(app, "person.create", "role.grant", "person.create_list")
        assert [entry[:2] for entry in entries[:-1]] == [
            (action, code) for code in codes for action in ("person.create", "role.grant")
        ]
        assert entries[1][2] == {"role": "learner"}
        assert entries[3][2] == {"role": "trainer", "without_second_person": True}
        assert entries[-1][2] == {"people": codes}
        assert "さくら" not in str(entries)

    def test_sent_twice_it_is_created_once(self, admin: Visitor, app: Flask) -> None:
        page = check(admin).text
        first, second = again(admin, page, "create"), again(admin, page, "create")
        assert first.location == second.location
        assert len(journal(app, "person.create_list")) == 1

    def test_all_or_nothing_when_somebody_came_first(self, admin: Visitor, app: Flask, cast: Cast, unit: Unit) -> None:
        page = check(admin).text
        with unit():
            site = db.session.get_one(Site, cast.tokyo)
            command = actions.NewPerson("sam@site.example", "Sam", "", site, "en", (Role.LEARNER,))
            actions.create_person(command, by=None)
        before = count_people(app)
        answer = again(admin, page, "create")
        assert answer.status_code == 422
        assert "sam@site.example" in FormPage(answer.text).value("login-3")
        assert count_people(app) == before

    def test_roles_beyond_learner_wait_for_a_second_administrator(
        self, admin: Visitor, app: Flask, cast: Cast, unit: Unit, load: Load
    ) -> None:
        with unit():
            site = db.session.get_one(Site, cast.tokyo)
            command = actions.NewPerson("second-admin@site.example", "Robin", "", site, "en", (Role.ADMIN,))
            actions.create_person(command, by=None).password_hash = "not verified here"
        page = check(admin).text
        assert "Trainer (waiting)" in page
        assert "Learner (waiting)" not in page
        made = admin.get(f"{again(admin, page, 'create').location}?lang=en").text
        assert "Trainer (waiting)" in made
        assert load("sam@site.example").roles == frozenset()
        with app.app_context():
            waiting = db.session.scalars(select(RoleProposal)).one()
            assert (waiting.role, waiting.person.login) == ("trainer", "sam@site.example")
        assert [entry[0] for entry in journal(app, "role.propose")] == ["role.propose"]

    def test_the_chain_of_the_journal_holds_with_sites_of_two_vendors(self, admin: Visitor, app: Flask) -> None:
        add(admin, "Name\tE-mail\tSite\nA\ta@site.example\ttokyo\nB\tb@site.example\tosaka")
        with app.app_context():
            events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.chain_id, AuditEvent.n)).all()
            links = {(one.chain_id, one.n): one for one in events}
            for one in events:
                before = links.get((one.chain_id, one.n - 1))
                assert before is None or before.sha256 == one.prev_sha256
            assert {one.chain_id for one in events if one.action == "person.create_list"} == {0}


class TestReach:
    def test_a_vendor_manager_fills_their_own_sites_only(self, sign_in_as: SignIn, cast: Cast, load: Load) -> None:
        manager = sign_in_as(cast.vendor_manager)
        page = check(manager, "Name\tE-mail\tRole\tSite\nA\ta@site.example\tqa\tosaka\nB\tb@site.example\t\ttokyo").text
        assert FormPage(page).error("roles-2") == "Your own role does not let you give: QA analyst."
        assert FormPage(page).error("site-3") == "There is no site “tokyo”."
        add(manager, "Name\tE-mail\nA\ta@site.example", site=FormPage(manager.get(PAGE).text).value("site"))
        assert load("a@site.example").site.code == "osaka", "their only site stands in the form"

    def test_whose_an_address_is_they_learn_within_their_vendor_only(self, sign_in_as: SignIn, cast: Cast) -> None:
        text = "Name\tE-mail\nA\tlearner@site.example\nB\tstranger@site.example"
        page = FormPage(check(sign_in_as(cast.vendor_manager), text).text)
        assert page.error("login-2") == "This e-mail address already belongs to somebody."
        assert page.error("login-3") == f"This e-mail address already belongs to {cast.stranger}."

    def test_a_list_is_its_makers_alone(self, admin: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
        location = add(admin).location
        other = sign_in_as(cast.vendor_manager)
        assert other.get(location).status_code == 404
        assert other.post(f"{location}/links").status_code == 404
        assert sign_in_as(cast.learner).get(PAGE).status_code == 403

    def test_after_a_while_the_password_is_asked_and_the_rows_are_carried_on(self, admin: Visitor) -> None:
        page = check(admin).text
        with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=16)):
            asked = again(admin, page, "create")
        assert asked.status_code == 403
        assert FormPage(asked.text).value("rows") == FormPage(page).value("rows")


class TestLostSession:
    def test_the_rows_come_back_with_all_that_was_mended(self, admin: Visitor, cast: Cast, unit: Unit) -> None:
        with unit():
            person = queries.find_by_login("admin@site.example")
            assert person is not None
            person.password_hash = actions.hash_password(PASSWORD, login=person.login)
        page = check(admin, TestMending.WRONG).text
        with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=13)):
            sent = {**FormPage(page).entered, "login-3": "b@site.example", "go": "create"}
            out = admin.post(f"{PAGE}?lang=en", data=sent)
            assert out.status_code == 401
            kept = html.unescape(re.search(r'name="carried"[^>]* value="([^"]*)"', out.text)[1])
            login = {"login": "admin@site.example", "password": PASSWORD, "carried": kept, "next": PAGE}
            back = admin.post("/sign-in", data=login)
            opened = admin.post(PAGE, data=FormPage(back.text).entered, csrf=False)
        assert opened.status_code == 200
        assert "3 people would be created" in opened.text


class TestLinks:
    def links(self, visitor: Visitor, location: str) -> Any:
        return visitor.post(f"{location}/links?lang=en")

    def test_they_are_given_once_and_kept_nowhere(
        self, admin: Visitor, app: Flask, client: Visitor, load: Load
    ) -> None:
        location = add(admin).location
        answer = self.links(admin, location)
        heads, first, second = rows_of(answer.data)
        assert answer.headers["Content-Disposition"] == 'attachment; filename="people-links.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert heads == ["Code", "Name", "E-mail", "Site", "One-time link", "Valid until"]
        assert first[:4] == [load("sakura@site.example").code, "髙橋 さくら", "sakura@site.example", "Tokyo"]
        token = first[4].rpartition("/")[2]
        assert first[4] == f"http://localhost/link/{token}"
        with app.app_context():
            stored = db.session.scalars(select(OneTimeLink)).all()
            assert {len(one.token_sha256) for one in stored} == {64}
            assert queries.token_hash(token) in {one.token_sha256 for one in stored}
        assert token not in admin.get(location).text
        assert client.post(f"/link/{token}", data={"password": PASSWORD}).status_code == 302
        assert load("sakura@site.example").password_hash
        assert len(journal(app, "link.make")) == 2
        assert second[4] != first[4]

    def test_made_again_the_earlier_ones_end_and_who_has_a_password_gets_none(
        self, admin: Visitor, client: Visitor, app: Flask
    ) -> None:
        location = add(admin).location
        earlier = [row[4].removeprefix("http://localhost") for row in rows_of(self.links(admin, location).data)[1:]]
        client.post(earlier[0], data={"password": PASSWORD})
        _, only = rows_of(self.links(admin, location).data)
        assert only[2] == "sam@site.example"
        assert client.get(earlier[1]).status_code == 400
        assert client.get(only[4].removeprefix("http://localhost")).status_code == 200

    def test_when_nobody_needs_one_it_says_so(self, admin: Visitor, app: Flask, unit: Unit) -> None:
        location = add(admin).location
        with unit():
            for person in db.session.scalars(
                select(Person).where(Person.login.in_(["sakura@site.example", "sam@site.example"]))
            ):
                person.password_hash = "not verified here"
        answer = self.links(admin, location)
        assert answer.status_code == 409
        assert "Nobody on this list needs a link" in answer.text

    def test_no_cell_of_the_file_is_a_formula(self, admin: Visitor) -> None:
        location = add(admin, "Name\tE-mail\tSite\n=cmd()\t+sam@site.example\ttokyo").location
        row = rows_of(self.links(admin, location).data)[1]
        assert (row[1], row[2]) == ("'=cmd()", "'+sam@site.example")
