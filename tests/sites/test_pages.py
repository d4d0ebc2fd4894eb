"""Vendors, sites and rooms on their pages: what is created, what is refused and kept, who may look."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cohorts.queries import load_calendar
from lms.foundation.db import db
from lms.sites import actions
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Room, Site, Vendor
from tests.accounts.form_page import FormPage
from tests.conftest import Unit, Visitor

NO_SEATS = "Enter a whole number from 1 to 9999."
NO_ZONE = "Enter a time zone by its city, such as Asia/Tokyo or Europe/Dublin."


def vendor_form(**changes: Any) -> dict[str, Any]:
    return {"code": "aoba", "name_en": "Aoba Support", "name_ja": "青葉サポート", "kind": "bpo", **changes}


def site_form(app: Flask, **changes: Any) -> dict[str, Any]:
    with app.app_context():
        vendor = db.session.scalars(select(Vendor.id).where(Vendor.code == "northwind")).one()
    return {
        "code": "naha",
        "name_en": "Naha",
        "name_ja": "那覇",
        "vendor": vendor,
        "zone_name": "Asia/Tokyo",
        "country": "JP",
        "subdivision": "",
        **changes,
    }


def site_of(app: Flask, code: str) -> Site | None:
    with app.app_context():
        found = db.session.scalars(select(Site).where(Site.code == code)).one_or_none()
        assert found is None or found.vendor.code
        db.session.expunge_all()
        return found


def rooms_of(app: Flask, code: str) -> list[tuple[str, int]]:
    with app.app_context():
        query = select(Room.name, Room.capacity).join(Room.site).where(Site.code == code).order_by(Room.name)
        return [(name, capacity) for name, capacity in db.session.execute(query)]


def text_of(page: str) -> str:
    """The words of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class TestVendors:
    def test_a_vendor_is_created_in_both_languages(self, admin: Visitor, app: Flask) -> None:
        assert admin.post("/vendors/new", data=vendor_form()).location == "/vendors"
        with app.app_context():
            vendor = db.session.scalars(select(Vendor).where(Vendor.code == "aoba")).one()
            assert (vendor.name_text, vendor.kind) == ({"en": "Aoba Support", "ja": "青葉サポート"}, "bpo")
        assert "Aoba Support" in admin.get("/vendors").text
        assert "青葉サポート" in admin.get("/vendors?lang=ja").text

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("code", "", "Enter a code."),
            ("code", "青葉", "Use small letters, digits and hyphens."),
            ("code", "a/b", "Use small letters, digits and hyphens."),
            ("code", "a" * 41, "Enter at most 40 characters."),
            ("code", "northwind", "This code is taken. Choose another."),
            ("name_en", "", "Enter the name in both languages."),
            ("name_ja", " ", "Enter the name in both languages."),
            ("name_ja", "青" * 256, "Enter at most 255 characters."),
            ("kind", "circus", "Choose one of the options."),
        ],
    )
    def test_the_message_stands_at_the_field_and_the_rest_is_kept(
        self, admin: Visitor, app: Flask, field: str, typed: str, message: str
    ) -> None:
        answer = admin.post("/vendors/new", data=vendor_form(**{field: typed}))
        page = FormPage(answer.text)
        assert (answer.status_code, page.error(field)) == (422, message)
        assert list(page.errors) == [f"{field}-error"]
        kept = {name: value for name, value in vendor_form().items() if name != field}
        assert {name: page.value(name) for name in kept} == kept
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Vendor)) == 2


class TestSites:
    def test_a_site_is_created_with_its_zone_and_holidays(self, admin: Visitor, app: Flask) -> None:
        form = site_form(app, code="austin", zone_name="America/Chicago", country="us", subdivision="TX")
        assert admin.post("/sites/new", data=form).location == "/sites/austin"
        site = site_of(app, "austin")
        assert site is not None
        assert (site.vendor.code, site.zone_name, site.country, site.subdivision) == (
            "northwind",
            "America/Chicago",
            "US",
            "TX",
        )
        shown = text_of(admin.get("/sites").text)
        assert "America/Chicago United States · TX" in shown

    def test_an_empty_state_is_none(self, admin: Visitor, app: Flask) -> None:
        admin.post("/sites/new", data=site_form(app))
        site = site_of(app, "naha")
        assert site is not None
        assert site.subdivision is None
        assert site.weekend == "56"

    @pytest.mark.parametrize(
        ("country", "state", "day", "worked"),
        [
            ("JP", "", date(2026, 11, 23), False),
            ("JP", "", date(2026, 10, 26), True),
            ("IE", "", date(2026, 10, 26), False),
            ("IE", "", date(2026, 11, 23), True),
            ("US", "TX", date(2026, 11, 27), False),
            ("US", "", date(2026, 11, 27), True),
            ("US", "TX", date(2026, 11, 26), False),
            ("JP", "", date(2026, 11, 22), False),
        ],
    )
    def test_the_country_and_the_state_decide_what_is_worked(
        self, admin: Visitor, app: Flask, country: str, state: str, day: date, worked: bool
    ) -> None:
        admin.post("/sites/new", data=site_form(app, country=country, subdivision=state))
        with app.app_context():
            site = db.session.scalars(select(Site).where(Site.code == "naha")).one()
            assert load_calendar(site, day).is_workday(day) is worked

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("code", "tokyo", "This code is taken. Choose another."),
            ("code", "Naha!", "Use small letters, digits and hyphens."),
            ("name_en", "", "Enter the name in both languages."),
            ("name_ja", "", "Enter the name in both languages."),
            ("vendor", "999", "Choose one of the options."),
            ("vendor", "northwind", "Choose one of the options."),
            ("zone_name", "", NO_ZONE),
            ("zone_name", "JST", NO_ZONE),
            ("zone_name", "+09:00", NO_ZONE),
            ("zone_name", "../../etc/localtime", NO_ZONE),
            ("country", "", "Choose a country."),
            ("country", "Japan", "Choose one of the options."),
            ("country", "ZZ", "Choose one of the options."),
        ],
    )
    def test_the_message_stands_at_the_field_and_the_rest_is_kept(
        self, admin: Visitor, app: Flask, field: str, typed: str, message: str
    ) -> None:
        form = site_form(app, **{field: typed})
        answer = admin.post("/sites/new", data=form)
        page = FormPage(answer.text)
        assert (answer.status_code, page.error(field)) == (422, message)
        assert list(page.errors) == [f"{field}-error"]
        kept = {name: str(value) for name, value in form.items() if name != field}
        assert {name: page.value(name) for name in kept} == kept
        assert site_of(app, "naha") is None

    @pytest.mark.parametrize(("field", "typed"), [("subdivision", "ZZ"), ("subdivision", "TOKYO")])
    def test_a_place_whose_holidays_nobody_knows_is_refused_at_once(
        self, admin: Visitor, app: Flask, field: str, typed: str
    ) -> None:
        """Else every cohort of that site would fail later."""
        answer = admin.post("/sites/new", data=site_form(app, **{field: typed}))
        page = FormPage(answer.text)
        assert answer.status_code == 422
        assert page.error(field) != ""
        assert page.value(field) == typed
        assert site_of(app, "naha") is None

    def test_width_case_and_blanks_do_not_matter_where_nothing_else_is_meant(self, admin: Visitor, app: Flask) -> None:
        form = site_form(
            app, code="　Ｎａｈａ－２ ", zone_name="ａｓｉａ/ｔｏｋｙｏ", country="ｕｓ", subdivision=" ｔｘ"
        )
        assert admin.post("/sites/new", data=form).location == "/sites/naha-2"
        site = site_of(app, "naha-2")
        assert site is not None
        assert (site.zone_name, site.country, site.subdivision) == ("Asia/Tokyo", "US", "TX")
        admin.post("/vendors/new", data=vendor_form(code="Ａoba"))
        assert "Aoba Support" in admin.get("/sites").text

    @pytest.mark.parametrize(
        ("typed", "zone"),
        [("Tokyo", "Asia/Tokyo"), ("new york", "America/New_York"), ("europe/DUBLIN", "Europe/Dublin")],
    )
    def test_a_zone_is_known_by_its_city(self, admin: Visitor, app: Flask, typed: str, zone: str) -> None:
        admin.post("/sites/new", data=site_form(app, zone_name=typed))
        site = site_of(app, "naha")
        assert site is not None
        assert site.zone_name == zone

    @pytest.mark.parametrize(("language", "city", "country"), [("en", "Tokyo", "Japan"), ("ja", "東京", "日本")])
    def test_likely_zones_and_countries_are_offered_first_in_the_readers_words(
        self, admin: Visitor, language: str, city: str, country: str
    ) -> None:
        page = admin.get(f"/sites/new?lang={language}").text
        assert re.findall(r'<option value="([A-Z]\w+/\w+)">(.*?)</option>', page)[0] == ("Asia/Tokyo", city)
        assert re.findall(r'<option value="([A-Z]{2})">(.*?)</option>', page)[0] == ("JP", country)
        assert page.count('<option value="Asia/Tokyo"') == page.count('<option value="JP"') == 1

    def test_a_part_that_is_not_known_says_which_are(self, admin: Visitor, app: Flask) -> None:
        answer = admin.post("/sites/new", data=site_form(app, country="GB", subdivision="Kent"))
        assert FormPage(answer.text).error("subdivision").endswith("Known ones: ENG, NIR, SCT, WLS")
        answer = admin.post("/sites/new", data=site_form(app, country="JP", subdivision="13"))
        assert "Leave this empty" in FormPage(answer.text).error("subdivision")

    def test_what_only_the_database_knows_is_named_with_the_rest(self, admin: Visitor, app: Flask) -> None:
        form = site_form(app, code="tokyo", name_ja="", country="US", subdivision="ZZ")
        page = FormPage(admin.post("/sites/new", data=form).text)
        assert set(page.errors) == {"code-error", "name_ja-error", "subdivision-error"}
        page = FormPage(admin.post("/vendors/new", data=vendor_form(code="northwind", name_en="")).text)
        assert set(page.errors) == {"code-error", "name_en-error"}


class TestRooms:
    def test_full_width_digits_are_digits_and_a_taken_name_is_named_with_the_rest(
        self, admin: Visitor, app: Flask
    ) -> None:
        admin.post("/sites/tokyo/rooms/new", data={"name": "４Ｂ", "capacity": " ３６ "})
        assert rooms_of(app, "tokyo") == [("4B", 36)]
        page = FormPage(admin.post("/sites/tokyo/rooms/new", data={"name": "4B", "capacity": "0"}).text)
        assert set(page.errors) == {"name-error", "capacity-error"}

    def test_a_room_is_added_to_its_site(self, admin: Visitor, app: Flask) -> None:
        assert (
            admin.post("/sites/osaka/rooms/new", data={"name": "3階 会議室", "capacity": "24"}).location
            == "/sites/osaka"
        )
        assert (rooms_of(app, "osaka"), rooms_of(app, "tokyo")) == ([("3階 会議室", 24)], [])
        assert "3階 会議室" in admin.get("/sites/osaka").text

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("name", "", "Enter the name."),
            ("capacity", "", NO_SEATS),
            ("capacity", "-1", NO_SEATS),
            ("capacity", "12.5", NO_SEATS),
            ("capacity", "many", NO_SEATS),
            ("capacity", "0", NO_SEATS),
            ("capacity", "10000", NO_SEATS),
            ("capacity", "99999999999999999999", NO_SEATS),
        ],
    )
    def test_the_message_stands_at_the_field_and_the_rest_is_kept(
        self, admin: Visitor, app: Flask, field: str, typed: str, message: str
    ) -> None:
        form = {"name": "4B", "capacity": "36", field: typed}
        answer = admin.post("/sites/tokyo/rooms/new", data=form)
        page = FormPage(answer.text)
        assert (answer.status_code, page.error(field)) == (422, message)
        assert {name: page.value(name) for name in form} == form
        assert rooms_of(app, "tokyo") == []

    def test_a_name_that_the_site_has_is_refused_at_the_field(self, admin: Visitor, app: Flask) -> None:
        for capacity in ("36", "12"):
            answer = admin.post("/sites/tokyo/rooms/new", data={"name": "4B", "capacity": capacity})
        assert answer.status_code == 422
        page = FormPage(answer.text)
        assert page.error("name") != ""
        assert page.value("capacity") == "12"
        assert rooms_of(app, "tokyo") == [("4B", 36)]

    def test_two_sites_may_name_a_room_alike(self, admin: Visitor, app: Flask) -> None:
        for site in ("tokyo", "osaka"):
            admin.post(f"/sites/{site}/rooms/new", data={"name": "4B", "capacity": "36"})
        assert rooms_of(app, "tokyo") == rooms_of(app, "osaka") == [("4B", 36)]

    def test_a_site_that_there_is_not_has_no_page(self, admin: Visitor) -> None:
        assert admin.get("/sites/nowhere/rooms/new").status_code == 404


def test_the_list_names_each_site_with_its_vendor(admin: Visitor) -> None:
    english, japanese = (text_of(admin.get(f"/sites?lang={language}").text) for language in ("en", "ja"))
    assert "Osaka Northwind · Asia/Tokyo osaka Northwind Asia/Tokyo Japan 0" in english
    assert "大阪 ノースウィンド Asia/Tokyo osaka ノースウィンド Asia/Tokyo 日本 0" in japanese
    assert "In-house" in english


def test_vendors_have_a_list_beside_that_of_sites(admin: Visitor, unit: Unit) -> None:
    with unit():
        old = actions.create_vendor(actions.NewVendor("aoba", {"en": "Aoba", "ja": "青葉"}, VendorKind.BPO))
        actions.retire_vendor(old, actor="system", revision=old.revision)

    def listed(query: str) -> list[str]:
        rows = admin.get(f"/vendors?as=tsv&lang=en&{query}").text.splitlines()
        return [row.split("\t")[0] for row in rows[1:]]

    assert admin.get("/vendors?as=tsv&lang=en").text.splitlines() == [
        "Vendor\tCode\tKind\tState\tSites in use",
        "Aoba\taoba\tVendor (BPO)\tNo longer in use\t0",
        "In-house\tin-house\tIn-house\tIn use\t1",
        "Northwind\tnorthwind\tVendor (BPO)\tIn use\t1",
    ]
    assert listed("sort=-name") == ["Northwind", "In-house", "Aoba"]
    assert listed("sort=-sites")[-1] == "Aoba"
    assert listed("q=青葉") == ["Aoba"]
    assert listed("kind=in_house") == ["In-house"]
    assert listed("state=retired") == ["Aoba"]
    assert "No vendor matches" in admin.get("/vendors?q=nobody&lang=en").text
    assert 'href="/vendors"' in admin.get("/sites").text


def test_the_first_administrator_belongs_to_an_in_house_site(unit: Unit) -> None:
    names = {"en": "Northwind", "ja": "ノースウィンド"}
    with unit():
        vendor = actions.create_vendor(actions.NewVendor("northwind", names, VendorKind.BPO))
        actions.create_site(actions.NewSite("osaka", names, vendor.id, "Asia/Tokyo", "JP"))
        site = actions.first_site()
        assert (site.code, site.vendor.kind) == ("main", VendorKind.IN_HOUSE)
        assert actions.first_site().id == site.id
