"""Changing places, taking them out of use, the days on which a site is closed, and the list of sites."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts.queries import load_calendar
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.sites import actions
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Closure, Room, Site, Vendor
from tests.accounts.form_page import FormPage
from tests.at_once import all_at_once
from tests.cast import Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor

EMPTY = "/sites/empty"


def revision_in(page: FormPage) -> str:
    """That of the form, which stands first; the button that takes a place out of use has its own."""
    return page.entered["revision"][0]


@pytest.fixture
def empty(unit: Unit, cast: Cast) -> str:
    """A vendor with a site that nobody belongs to, a room and a closed day."""
    with unit():
        name = {"en": "Empty", "ja": "空き"}
        vendor = actions.create_vendor(actions.NewVendor("empty", name, VendorKind.BPO))
        site = actions.create_site(actions.NewSite("empty", name, vendor.id, "Asia/Tokyo", "JP"))
        room = actions.add_room(site, "4B", 36)
        closure = actions.add_closure(site, date(2026, 12, 29), {"en": "Year end", "ja": "年末"}, actor="A0001")
        assert (room.id, closure.id) == (1, 1)
    return "empty"


def row(app: Flask, kind: type[Any], **key: Any) -> Any:
    with app.app_context():
        found = db.session.query(kind).filter_by(**key).one_or_none()
        db.session.expunge_all()
        return found


def events(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        query = select(AuditEvent.action, AuditEvent.actor, AuditEvent.object).order_by(AuditEvent.id)
        return [tuple(event) for event in db.session.execute(query)]


def site_form(**changes: Any) -> dict[str, Any]:
    names = {"name_en": "Empty", "name_ja": "空き"}
    place = {"zone_name": "Asia/Tokyo", "country": "JP", "subdivision": "", "weekend": [5, 6]}
    return {**names, **place, "revision": 1, **changes}


def closure_form(**changes: Any) -> dict[str, Any]:
    return {"closed_on": "2026-12-29", "name_en": "Year end", "name_ja": "年末", "revision": 1, **changes}


CHANGES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "vendor": (
        "/vendors/empty/edit",
        {"name_en": "First", "name_ja": "空き", "kind": "bpo", "revision": 1},
        {"name_en": "Second", "name_ja": "空き", "kind": "bpo", "revision": 1},
    ),
    "site": (f"{EMPTY}/edit", site_form(name_en="First"), site_form(name_en="Second")),
    "room": (
        f"{EMPTY}/rooms/1",
        {"name": "First", "capacity": "36", "revision": 1},
        {"name": "Second", "capacity": "36", "revision": 1},
    ),
    "closure": (f"{EMPTY}/closed-days/1", closure_form(name_en="First"), closure_form(name_en="Second")),
}


class TestEditing:
    @pytest.mark.parametrize("kind", list(CHANGES))
    def test_the_form_shows_what_is_saved_and_saves_what_is_typed(
        self, admin: Visitor, app: Flask, cast: Cast, empty: str, kind: str
    ) -> None:
        path, form, _other = CHANGES[kind]
        page = FormPage(admin.get(path).text)
        assert revision_in(page) == "1"
        assert admin.post(path, data=form).status_code == 302
        saved = FormPage(admin.get(path).text)
        shown = {name: saved.value(name) for name in form if name not in {"revision", "weekend"}}
        assert shown == {name: str(form[name]) for name in shown}
        assert revision_in(saved) == "2"
        assert (f"{kind}.change", cast.admin) in [event[:2] for event in events(app)]

    @pytest.mark.parametrize("kind", list(CHANGES))
    def test_saving_over_somebody_elses_change_shows_both_and_loses_neither(
        self, admin: Visitor, empty: str, kind: str
    ) -> None:
        path, first, second = CHANGES[kind]
        admin.post(path, data=first)
        answer = admin.post(path, data=second)
        assert answer.status_code == 409
        assert "Somebody else changed this in the meantime." in answer.text
        differing = re.sub(r"<[^>]+>", "", answer.text.split('id="behind"')[1].split("</section>")[0])
        assert re.search(r"Saved now: First\s*You typed: Second", differing)
        name = "name" if kind == "room" else "name_en"
        page = FormPage(answer.text)
        assert page.value(name) == "Second"
        assert FormPage(admin.get(path).text).value(name) == "First", "nothing is saved yet"
        assert admin.post(path, data={**second, "revision": revision_in(page)}).status_code == 302
        assert FormPage(admin.get(path).text).value(name) == "Second"

    @pytest.mark.postgresql
    @pytest.mark.parametrize("kind", list(CHANGES))
    def test_two_who_save_at_the_same_moment_do_not_write_over_each_other(
        self, app: Flask, sign_in_as: SignIn, cast: Cast, empty: str, kind: str
    ) -> None:
        path, *forms = CHANGES[kind]
        calls = [partial(sign_in_as(cast.admin).post, path, data=form) for form in forms]
        answers = all_at_once(app, calls, after=f"FROM {kind}s")
        assert sorted(answer.status_code for answer in answers) == [302, 409]

    @pytest.mark.parametrize("kind", list(CHANGES))
    @pytest.mark.parametrize("revision", ["", "one", "99999999999999999999"])
    def test_a_form_without_its_revision_changes_nothing(
        self, admin: Visitor, empty: str, kind: str, revision: str
    ) -> None:
        path, form, _other = CHANGES[kind]
        assert 400 <= admin.post(path, data={**form, "revision": revision}).status_code < 500
        assert revision_in(FormPage(admin.get(path).text)) == "1"

    def test_the_kind_of_a_vendor_with_sites_stays(self, admin: Visitor, app: Flask, empty: str) -> None:
        form = {"name_en": "Empty", "name_ja": "空き", "kind": "in_house", "revision": 1}
        answer = admin.post("/vendors/empty/edit", data=form)
        assert (answer.status_code, "has sites" in FormPage(answer.text).error("kind")) == (422, True)
        assert row(app, Vendor, code="empty").kind == "bpo"

    def test_the_days_off_of_a_week_are_the_sites_own(self, admin: Visitor, app: Flask, empty: str) -> None:
        admin.post(f"{EMPTY}/edit", data=site_form(weekend=[4, 5]))
        with app.app_context():
            site = db.session.scalars(select(Site).where(Site.code == "empty")).one()
            calendar = load_calendar(site, date(2026, 11, 20))
            assert [calendar.is_workday(date(2026, 11, day)) for day in (19, 20, 21, 22)] == [True, False, False, True]
        assert "Friday, Saturday" in admin.get(EMPTY).text
        answer = admin.post(f"{EMPTY}/edit", data=site_form(weekend=list(range(7)), revision=2))
        assert "at least one working day" in FormPage(answer.text).error("weekend")

    def test_days_of_a_week_that_somebody_else_has_changed_are_told_by_name(self, admin: Visitor, empty: str) -> None:
        admin.post(f"{EMPTY}/edit", data=site_form(weekend=[4, 5]))
        page = admin.post(f"{EMPTY}/edit?lang=en", data=site_form(weekend=[6])).text
        differing = re.sub(r"<[^>]+>", "", page.split('id="behind"')[1].split("</section>")[0])
        assert re.search(r"Days off each week\s*Saved now: Friday and Saturday\s*You typed: Sunday", differing)

    def test_a_room_keeps_its_name_when_only_its_seats_change(self, admin: Visitor, app: Flask, empty: str) -> None:
        admin.post(f"{EMPTY}/rooms/1", data={"name": "4B", "capacity": "40", "revision": 1})
        assert row(app, Room, id=1).capacity == 40

    def test_nothing_of_another_site_is_reached(self, admin: Visitor, empty: str) -> None:
        for path in ("rooms/1", "closed-days/1"):
            assert admin.get(f"/sites/tokyo/{path}").status_code == 404
        assert admin.get("/vendors/nobody/edit").status_code == 404


class TestOutOfUse:
    def test_a_site_is_taken_out_of_use_and_into_use_again(
        self, admin: Visitor, app: Flask, cast: Cast, empty: str
    ) -> None:
        page = admin.get(f"{EMPTY}/retire").text
        assert "Past cohorts, results and the audit trail stay as they are." in page
        assert row(app, Site, code="empty").retired_at is None
        admin.post(f"{EMPTY}/retire", data={"change": "retire", "revision": 1})
        site = row(app, Site, code="empty")
        assert (site.retired_at, site.revision) == (MONDAY_AFTERNOON, 2)
        choices = {
            address: FormPage(admin.get(address).text).options["site"] for address in ("/people/new", "/cohorts/new")
        }
        assert all(str(site.id) not in offered for offered in choices.values())
        assert "No longer in use" in admin.get("/sites").text
        admin.post(f"{EMPTY}/retire", data={"change": "reopen", "revision": 2})
        assert str(site.id) in FormPage(admin.get("/people/new").text).options["site"]
        done = [event for event in events(app) if event[0] in {"site.retire", "site.reopen"}]
        assert done == [("site.retire", cast.admin, "empty"), ("site.reopen", cast.admin, "empty")]

    def test_a_site_with_active_people_stays_in_use(self, admin: Visitor, app: Flask, cast: Cast) -> None:
        page = admin.get("/sites/osaka/retire").text
        assert "2 active people belong to this site." in page
        assert "revision" not in FormPage(page).entered
        answer = admin.post("/sites/osaka/retire", data={"change": "retire", "revision": 1})
        assert (answer.status_code, "Move or deactivate them first" in answer.text) == (400, True)
        assert row(app, Site, code="osaka").retired_at is None

    def test_a_vendor_goes_after_its_sites_and_comes_before_them(self, admin: Visitor, app: Flask, empty: str) -> None:
        answer = admin.post("/vendors/empty/retire", data={"change": "retire", "revision": 1})
        assert (answer.status_code, "sites in use" in answer.text) == (400, True)
        admin.post(f"{EMPTY}/retire", data={"change": "retire", "revision": 1})
        admin.post("/vendors/empty/retire", data={"change": "retire", "revision": 1})
        vendor = row(app, Vendor, code="empty")
        assert vendor.retired_at == MONDAY_AFTERNOON
        assert str(vendor.id) not in FormPage(admin.get("/sites/new").text).options["vendor"]
        assert admin.post(f"{EMPTY}/retire", data={"change": "reopen", "revision": 2}).status_code == 400
        admin.post("/vendors/empty/retire", data={"change": "reopen", "revision": 2})
        admin.post(f"{EMPTY}/retire", data={"change": "reopen", "revision": 2})
        assert row(app, Site, code="empty").retired_at is None

    def test_a_room_is_taken_out_of_use_and_its_name_stays_taken(self, admin: Visitor, app: Flask, empty: str) -> None:
        admin.post(f"{EMPTY}/rooms/1/retire", data={"change": "retire", "revision": 1})
        assert row(app, Room, id=1).retired_at == MONDAY_AFTERNOON
        answer = admin.post(f"{EMPTY}/rooms/new", data={"name": "4B", "capacity": "10"})
        assert FormPage(answer.text).error("name") == "The site already has a room with this name."
        admin.post(f"{EMPTY}/rooms/1/retire", data={"change": "reopen", "revision": 2})
        assert row(app, Room, id=1).retired_at is None

    @pytest.mark.parametrize("path", [f"{EMPTY}/retire", "/vendors/empty/retire", f"{EMPTY}/rooms/1/retire"])
    def test_a_page_that_is_behind_retires_nothing(self, admin: Visitor, empty: str, path: str) -> None:
        assert admin.post(path, data={"change": "retire", "revision": 7}).status_code == 409


class TestClosedDays:
    def test_a_closed_day_is_added_named_and_removed(self, admin: Visitor, app: Flask, cast: Cast, empty: str) -> None:
        form = closure_form(closed_on="2026-12-30", name_en="Inventory", name_ja="棚卸し")
        assert admin.post(f"{EMPTY}/closed-days/new", data=form).location == EMPTY
        assert "Inventory" in admin.get(EMPTY).text
        assert "棚卸し" in admin.get(f"{EMPTY}?lang=ja").text
        with app.app_context():
            site = db.session.scalars(select(Site).where(Site.code == "empty")).one()
            assert not load_calendar(site, date(2026, 12, 30)).is_workday(date(2026, 12, 30))
        admin.post(f"{EMPTY}/closed-days/2/remove", data={"revision": 1})
        assert row(app, Closure, id=2) is None
        kinds = [event[0] for event in events(app) if event[0].startswith("closure.")]
        assert kinds == ["closure.create", "closure.create", "closure.remove"]

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("closed_on", "", "Enter a date."),
            ("closed_on", "someday", "Enter a date."),
            ("closed_on", "2026-02-30", "Enter a date."),
            ("closed_on", "1026-12-30", "Enter a date between 2000 and 2099."),
            ("closed_on", "2026-12-29", "The site is already closed on this day."),
            ("name_ja", " ", "Enter the name in both languages."),
        ],
    )
    def test_the_message_stands_at_the_field_and_nothing_is_saved(
        self, admin: Visitor, app: Flask, empty: str, field: str, typed: str, message: str
    ) -> None:
        form = closure_form(**{"closed_on": "2026-12-30", field: typed})
        answer = admin.post(f"{EMPTY}/closed-days/new", data=form)
        page = FormPage(answer.text)
        assert (answer.status_code, page.error(field)) == (422, message)
        assert list(page.errors) == [f"{field}-error"]
        assert row(app, Closure, id=2) is None

    def test_public_holidays_and_own_days_stand_in_one_list_by_date(self, admin: Visitor, empty: str) -> None:
        shown = re.sub(r"<[^>]+>", " ", admin.get(f"{EMPTY}?lang=ja").text)
        places = [shown.index(name) for name in ("勤労感謝の日", "年末", "元日", "成人の日")]
        assert places == sorted(places)

    def test_a_day_that_has_passed_is_kept_below(self, sign_in_as: SignIn, cast: Cast, empty: str) -> None:
        with clock.fixed(MONDAY_AFTERNOON + timedelta(days=60)):
            assert "1 closed day in the past" in sign_in_as(cast.admin).get(EMPTY).text


class TestList:
    def names(self, page: str) -> list[str]:
        return re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', page)

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("q=OSA", ["Osaka"]),
            ("q=大阪", ["Osaka"]),
            ("q=ｏｓａｋａ", ["Osaka"]),
            ("q=zzz", []),
            ("vendor=northwind", ["Osaka"]),
            ("vendor=nobody", []),
            ("state=open", ["Empty", "Osaka", "Tokyo"]),
            ("state=retired", []),
            ("sort=code&page=9", ["Empty", "Osaka", "Tokyo"]),
            ("sort=vendor", ["Empty", "Tokyo", "Osaka"]),
        ],
    )
    def test_the_address_filters_and_sorts(self, admin: Visitor, empty: str, query: str, shown: list[str]) -> None:
        page = admin.get(f"/sites?{query}").text
        assert self.names(page) == shown
        assert "No sites yet" not in page
        assert shown or "No site matches" in page

    def test_an_empty_installation_says_the_first_step(self, admin: Visitor, app: Flask) -> None:
        assert "3 sites" not in admin.get("/sites").text
        assert "2 sites" in admin.get("/sites").text

    def test_a_long_list_has_pages_of_50(self, admin: Visitor, unit: Unit, empty: str) -> None:
        with unit():
            vendor = db.session.scalars(select(Vendor.id).where(Vendor.code == "empty")).one()
            for n in range(57):
                names = {"en": f"Place {n:02}", "ja": f"場所{n:02}"}
                actions.create_site(actions.NewSite(f"place-{n}", names, vendor, "Asia/Tokyo", "JP"))
        first, second = (admin.get(f"/sites?page={page}").text for page in (1, 2))
        assert (len(self.names(first)), len(self.names(second))) == (50, 10)
        assert "51–60 of 60" in second
