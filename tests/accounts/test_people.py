"""The list of people and adding one: whom each role sees, what is kept when something is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.actions import NewPerson, create_person
from lms.accounts.core.roles import Role
from lms.accounts.models import OneTimeLink, Person
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.sites.models import Site
from tests.accounts.conftest import Load
from tests.accounts.form_page import FormPage
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor


def filled(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "name": "髙橋 さくら",
        "reading": "たかはし さくら",
        "login": "sakura@site.example",
        "site": cast.tokyo,
        "locale": "ja",
        "roles": ["learner"],
        **changes,
    }


def people_count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Person)) or 0


def names_in(page: str) -> list[str]:
    """The cells of the column of names."""
    return re.findall(r"<th scope=\"row\">.*?</th><td>(.*?)</td>", page)


class TestAdding:
    def test_a_person_is_created_as_typed_and_their_page_opens(self, admin: Visitor, cast: Cast, load: Load) -> None:
        answer = admin.post("/people/new", data=filled(cast, roles=["trainer", "editor"]))
        person = load("sakura@site.example")
        assert (answer.status_code, answer.location) == (302, f"/people/{person.code}")
        assert (person.name, person.reading, person.locale) == ("髙橋 さくら", "たかはし さくら", "ja")
        assert (person.site.code, set(person.roles)) == ("tokyo", {"trainer", "editor"})
        assert person.code.startswith("T"), "the letter of the first role"
        assert person.password_hash is None
        page = admin.get(answer.location).text
        assert "髙橋 さくら" in page
        assert "たかはし さくら" in page

    def test_codes_count_up_per_letter_and_are_not_used_again(self, admin: Visitor, cast: Cast, load: Load) -> None:
        admin.post("/people/new", data=filled(cast))
        first = load("sakura@site.example")
        admin.post(f"/people/{first.code}/deactivate", data={"revision": first.revision})
        admin.post("/people/new", data=filled(cast, login="next@site.example"))
        numbers = [int(code[1:]) for code in (cast.stranger, first.code, load("next@site.example").code)]
        assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]

    def test_the_address_is_kept_as_it_is_compared_at_sign_in(self, admin: Visitor, cast: Cast, load: Load) -> None:
        admin.post("/people/new", data=filled(cast, login=" Ｓａｋｕｒａ@Site.Example "))
        assert load("sakura@site.example").name == "髙橋 さくら"

    def test_without_a_reading_the_name_is_the_reading(self, admin: Visitor, cast: Cast, load: Load) -> None:
        admin.post("/people/new", data=filled(cast, name="Sam Rivers", reading=""))
        assert load("sakura@site.example").reading == "Sam Rivers"

    def test_the_journal_names_the_codes_and_no_name(self, admin: Visitor, cast: Cast, load: Load, app: Flask) -> None:
        admin.post("/people/new", data=filled(cast))
        with app.app_context():
            query = select(AuditEvent).where(AuditEvent.action == "person.create").order_by(AuditEvent.id.desc())
            event = db.session.scalars(query).first()
        assert event is not None
        assert (event.actor, event.object) == (cast.admin, load("sakura@site.example").code)
        assert "さくら" not in str(event.detail)


class TestRefusedForms:
    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("name", "", "Enter the name."),
            ("name", "   ", "Enter the name."),
            ("name", "長" * 256, "Enter at most 255 characters."),
            ("reading", "な" * 256, "Enter at most 255 characters."),
            ("login", "", "Enter the e-mail address."),
            ("login", "sakura", "Enter an address such as name@site.example."),
            ("login", "sakura@site", "Enter an address such as name@site.example."),
            ("login", "sa kura@site.example", "Enter an address such as name@site.example."),
            ("login", "learner@site.example", "This e-mail address already belongs to somebody."),
            ("login", "ＬＥＡＲＮＥＲ@site.example", "This e-mail address already belongs to somebody."),
            ("site", "999", "Choose one of the options."),
            ("site", "east", "Choose one of the options."),
            ("locale", "fr", "Choose one of the options."),
            ("roles", [], "Choose at least one role."),
            ("roles", ["king"], "Choose one of the options."),
            ("roles", ["learner", "king"], "Choose one of the options."),
        ],
    )
    def test_the_message_stands_at_the_field_and_nothing_is_saved(
        self, admin: Visitor, cast: Cast, app: Flask, field: str, typed: str | list[str], message: str
    ) -> None:
        before = people_count(app)
        answer = admin.post("/people/new", data=filled(cast, **{field: typed}))
        assert answer.status_code == 422
        page = FormPage(answer.text)
        assert page.error(field) == message
        assert list(page.errors) == [f"{field}-error"], "no other field is blamed"
        assert people_count(app) == before

    @pytest.mark.parametrize("role", ["qa", "editor", "localizer", "admin"])
    def test_roles_that_reach_everybody_are_for_in_house_people(
        self, admin: Visitor, cast: Cast, app: Flask, role: str
    ) -> None:
        before = people_count(app)
        answer = admin.post("/people/new", data=filled(cast, site=cast.osaka, roles=["learner", role]))
        assert answer.status_code == 422
        assert "for in-house people only" in FormPage(answer.text).error("roles")
        assert people_count(app) == before

    def test_what_was_typed_is_kept(self, admin: Visitor, cast: Cast) -> None:
        typed = filled(
            cast, login="learner@site.example", name='"><b>O’Neil</b>', site=cast.osaka, roles=["qa", "editor"]
        )
        answer = admin.post("/people/new", data=typed)
        page = FormPage(answer.text)
        kept = {name: page.value(name) for name in ("name", "reading", "login", "site", "locale")}
        assert kept == {name: str(typed[name]) for name in kept}
        assert page.entered["roles"] == ["qa", "editor"]
        assert "<b>O’Neil" not in answer.text

    def test_every_wrong_field_is_named_at_once(self, admin: Visitor, cast: Cast) -> None:
        answer = admin.post("/people/new", data=filled(cast, name="", login="", roles=[]))
        assert set(FormPage(answer.text).errors) == {"name-error", "login-error", "roles-error"}
        assert "3 fields need your attention." in answer.text

    def test_what_only_the_database_knows_is_named_with_the_rest(self, admin: Visitor, cast: Cast) -> None:
        typed = filled(cast, name="", login="learner@site.example", site=cast.osaka, roles=["qa"])
        page = FormPage(admin.post("/people/new", data=typed).text)
        assert set(page.errors) == {"name-error", "login-error", "roles-error"}
        assert page.error("login") == "This e-mail address already belongs to somebody."

    def test_an_address_copied_with_unseen_marks_is_taken(self, admin: Visitor, cast: Cast, load: Load) -> None:
        admin.post("/people/new", data=filled(cast, login="\u200b ｓａｋｕｒａ＠ｓｉｔｅ．ｅｘａｍｐｌｅ\ufeff　"))
        assert load("sakura@site.example").name == "髙橋 さくら"

    def test_a_full_width_blank_in_a_name_is_a_blank(self, admin: Visitor, cast: Cast, load: Load) -> None:
        admin.post("/people/new", data=filled(cast, name="　髙橋　さくら", reading="たかはし　 さくら"))
        person = load("sakura@site.example")
        assert (person.name, person.reading) == ("髙橋 さくら", "たかはし さくら")

    def test_the_messages_speak_japanese(self, sign_in_as: SignIn, cast: Cast) -> None:
        page = FormPage(sign_in_as(cast.admin).post("/people/new?lang=ja", data=filled(cast, name="")).text)
        assert re.search("[ぁ-ん]", page.error("name"))


class TestList:
    def test_people_stand_in_the_order_of_their_readings(self, admin: Visitor, cast: Cast) -> None:
        for number, reading in enumerate(["わだ", "あおき", "かとう"]):
            admin.post("/people/new", data=filled(cast, name=reading, reading=reading, login=f"p{number}@site.example"))
        shown = [name for name in names_in(admin.get("/people").text) if name in {"わだ", "あおき", "かとう"}]
        assert shown == ["あおき", "かとう", "わだ"]

    @pytest.mark.parametrize("words", ["髙橋", "たかはし", "未来"])
    def test_words_find_name_and_reading(self, admin: Visitor, words: str) -> None:
        assert names_in(admin.get("/people", query_string={"q": words}).text) == ["髙橋 未来"]

    def test_a_code_finds_its_person(self, admin: Visitor, cast: Cast) -> None:
        assert names_in(admin.get(f"/people?q={cast.qa.lower()}").text) == ["Quinn Analyst"]

    @pytest.mark.parametrize("words", ["%", "_"])
    def test_a_percent_sign_is_no_wildcard(self, admin: Visitor, words: str) -> None:
        assert names_in(admin.get("/people", query_string={"q": words}).text) == []

    def test_a_role_filters(self, admin: Visitor) -> None:
        assert names_in(admin.get("/people?role=localizer").text) == ["山﨑 翼"]

    @pytest.mark.parametrize(
        "words", ["高橋", "タカハシ", "ﾀｶﾊｼ", "たかはしみく", "たかはし　ミク", "未来 髙橋", "ＬＥＡＲＮＥＲ＠site"]
    )
    def test_kana_width_blanks_and_forms_of_a_character_do_not_matter(self, admin: Visitor, words: str) -> None:
        assert names_in(admin.get("/people", query_string={"q": words}).text) == ["髙橋 未来"]

    def test_hiragana_and_katakana_sort_alike(self, admin: Visitor, cast: Cast) -> None:
        for number, reading in enumerate(["ワダ", "あおき", "ｶﾄｳ"]):
            admin.post("/people/new", data=filled(cast, name=reading, reading=reading, login=f"p{number}@site.example"))
        shown = [name for name in names_in(admin.get("/people").text) if name in {"ワダ", "あおき", "ｶﾄｳ"}]
        assert shown == ["あおき", "ｶﾄｳ", "ワダ"]

    def test_a_changed_reading_is_found_and_the_old_one_is_not(self, admin: Visitor, cast: Cast, unit: Unit) -> None:
        with unit():
            db.session.scalars(select(Person).where(Person.code == cast.learner)).one().reading = "コウキョウ"
        assert names_in(admin.get("/people?q=こうきょう").text) == ["髙橋 未来"]
        assert names_in(admin.get("/people?q=たかはし").text) == []

    def test_nobody_found_is_said_and_the_search_can_be_cleared(self, admin: Visitor) -> None:
        page = admin.get("/people?q=zzz&role=learner").text
        assert "Nobody matches “zzz”" in page
        assert "No people yet" not in page
        assert 'value="zzz"' in page
        assert re.findall(r'href="([^"]*)">Clear the search', page) == ["?q=&amp;role=learner&amp;page=1"]

    def test_a_filter_that_nobody_meets_is_said(self, admin: Visitor) -> None:
        assert "Nobody matches this filter" in admin.get("/people?state=deactivated").text

    def test_site_vendor_and_state_filter(self, admin: Visitor, cast: Cast, load: Load) -> None:
        at_northwind = {"𠮷田 蓮", "Vic Manager"}
        for filtered in ("site=osaka", "vendor=northwind"):
            assert set(names_in(admin.get(f"/people?{filtered}").text)) == at_northwind
        admin.post(f"/people/{cast.stranger}/deactivate", data={"revision": 1})
        assert names_in(admin.get("/people?state=deactivated").text) == ["𠮷田 蓮"]
        assert names_in(admin.get("/people?site=osaka&state=active").text) == ["Vic Manager"]
        assert "9 people, 1 deactivated" in admin.get("/people").text

    @pytest.mark.parametrize(
        "query", ["sort=x", "page=x", "page=-3", "page=99999999999999999999", "endpoint=a&_anchor=b"]
    )
    def test_an_address_that_somebody_wrote_oddly_shows_the_list(self, admin: Visitor, query: str) -> None:
        assert len(names_in(admin.get(f"/people?{query}").text)) == 9

    def test_a_long_list_has_pages_of_50(self, admin: Visitor, cast: Cast, unit: Unit) -> None:
        with unit():
            site = db.session.get_one(Site, cast.tokyo)
            for n in range(60):
                command = NewPerson(f"p{n}@site.example", f"Person {n:02}", "", site, "en", (Role.LEARNER,))
                create_person(command, by=None)
        first, second = (admin.get(f"/people?q=person&page={page}").text for page in (1, 2))
        assert names_in(first) + names_in(second) == [f"Person {n:02}" for n in range(60)]
        assert len(names_in(second)) == 10
        assert "51–60 of 60" in second
        assert 'href="?q=person&amp;page=2"' in first
        assert "60 people" in first


class TestReach:
    def test_a_vendor_manager_sees_their_vendor_only(self, sign_in_as: SignIn, cast: Cast) -> None:
        manager = sign_in_as(cast.vendor_manager)
        assert set(names_in(manager.get("/people").text)) == {"𠮷田 蓮", "Vic Manager"}
        assert manager.get(f"/people/{cast.stranger}").status_code == 200
        assert manager.get(f"/people/{cast.learner}").status_code == 404

    @pytest.mark.parametrize("deed", ["link", "roles", "deactivate"])
    def test_nobody_changes_people_of_another_vendor(
        self, sign_in_as: SignIn, cast: Cast, load: Load, app: Flask, deed: str
    ) -> None:
        form = {"role": "trainer", "change": "grant", "revision": 1}
        answer = sign_in_as(cast.vendor_manager).post(f"/people/{cast.learner}/{deed}", data=form)
        assert answer.status_code == 404
        learner = load("learner@site.example")
        assert (set(learner.roles), learner.is_active) == ({"learner"}, True)
        with app.app_context():
            assert db.session.scalars(select(OneTimeLink)).all() == []

    def test_a_vendor_manager_adds_learners_and_trainers_to_their_own_site(
        self, sign_in_as: SignIn, cast: Cast, load: Load
    ) -> None:
        manager = sign_in_as(cast.vendor_manager)
        page = FormPage(manager.get("/people/new").text)
        assert page.options["site"] == [str(cast.osaka)]
        manager.post("/people/new", data=filled(cast, site=cast.osaka, roles=["trainer"]))
        assert load("sakura@site.example").site.code == "osaka"

    @pytest.mark.parametrize(("field", "typed"), [("site", "tokyo"), ("roles", ["admin"])])
    def test_a_vendor_manager_cannot_send_what_the_form_does_not_offer(
        self, sign_in_as: SignIn, cast: Cast, app: Flask, field: str, typed: Any
    ) -> None:
        before = people_count(app)
        form = filled(cast, site=cast.osaka) | {field: cast.tokyo if typed == "tokyo" else typed}
        answer = sign_in_as(cast.vendor_manager).post("/people/new", data=form)
        assert (answer.status_code, FormPage(answer.text).error(field)) == (422, "Choose one of the options.")
        assert people_count(app) == before

    def test_a_trainer_sees_the_people_of_their_cohorts_only(self, sample: Flask, sign_in_as: SignIn) -> None:
        with sample.app_context():
            logins = ["trainer-c@northwind.example", "maho.yoshida@northwind.example"]
            trainer, own = (db.session.scalars(select(Person).where(Person.login == login)).one() for login in logins)
            code, name = trainer.code, own.name
        page = sign_in_as(code).get("/people").text
        assert name in names_in(page)
        assert len(names_in(page)) == 28
        assert "青木 ひなた" not in page

    @pytest.mark.parametrize("words", ["髙橋", "たかはし", "Rivers"])
    @pytest.mark.parametrize("role", ["qa", "editor", "localizer"])
    def test_who_may_not_see_names_finds_nobody_by_name(
        self, sign_in_as: SignIn, cast: Cast, role: str, words: str
    ) -> None:
        page = sign_in_as(getattr(cast, role)).get("/people", query_string={"q": words}).text
        assert names_in(page) == []
        assert cast.learner not in page

    def test_who_may_not_see_names_finds_codes_and_themselves(self, sign_in_as: SignIn, cast: Cast) -> None:
        qa = sign_in_as(cast.qa)
        assert names_in(qa.get(f"/people?q={cast.learner}").text) == ["–"]
        assert names_in(qa.get("/people?q=quinn").text) == ["Quinn Analyst"]

    def test_where_names_are_not_seen_the_order_is_that_of_codes(
        self, admin: Visitor, sign_in_as: SignIn, cast: Cast
    ) -> None:
        for number, reading in enumerate(["わだ", "あおき", "かとう"]):
            admin.post("/people/new", data=filled(cast, name=reading, reading=reading, login=f"p{number}@site.example"))
        codes = re.findall(r"<th scope=\"row\">(?:<a[^>]*>)?(\w+)", sign_in_as(cast.qa).get("/people").text)
        others = [code for code in codes if code != cast.qa]
        assert others == sorted(others)
        assert len(others) == 11

    def test_who_may_not_see_names_sees_codes(self, sign_in_as: SignIn, cast: Cast) -> None:
        page = sign_in_as(cast.qa).get("/people").text
        assert cast.learner in page
        assert "髙橋" not in page
        assert [name for name in names_in(page) if name != "–"] == ["Quinn Analyst"], "one's own name"
