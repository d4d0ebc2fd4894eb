"""Who is there for people: kept by the administrator, named by the briefing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.wellbeing.models import HelpContact
from tests.accounts.form_page import FormPage
from tests.cast import Cast
from tests.conftest import SignIn, Visitor

LIST = "/wellbeing/contacts"


def typed(**changes: Any) -> dict[str, Any]:
    texts = {"name_en": "Counsellor", "name_ja": "カウンセラー", "detail_en": "Mondays", "detail_ja": "月曜"}
    return {"site": "tokyo", **texts, "phone": "0120-000-000", "address": "", **changes}


def test_an_empty_installation_says_the_first_step(admin: Visitor) -> None:
    page = admin.get(f"{LIST}?lang=en").text
    assert "No contacts yet" in page
    assert f'href="{LIST}/new"' in page


def test_a_contact_of_a_site_is_named_there_and_one_without_everywhere(
    admin: Visitor, sign_in_as: SignIn, cast: Cast
) -> None:
    assert admin.post(f"{LIST}/new", data=typed()).location == LIST
    line = typed(site="", name_en="Line", name_ja="電話相談", phone="", address="https://help.example/talk")
    assert admin.post(f"{LIST}/new", data=line).location == LIST
    tokyo, osaka = (sign_in_as(code).get("/wellbeing?lang=en").text for code in (cast.learner, cast.stranger))
    assert ("Counsellor" in tokyo, "Counsellor" in osaka) == (True, False)
    assert all('href="https://help.example/talk"' in page for page in (tokyo, osaka))
    assert "カウンセラー" in sign_in_as(cast.learner).get("/wellbeing?lang=ja").text


def test_a_contact_is_changed_taken_out_of_use_and_into_use_again(
    admin: Visitor, sign_in_as: SignIn, cast: Cast, app: Flask
) -> None:
    admin.post(f"{LIST}/new", data=typed())
    form = FormPage(admin.get(f"{LIST}/1").text)
    assert (form.value("site"), form.value("detail_ja").strip(), form.entered["revision"][0]) == ("tokyo", "月曜", "1")
    assert admin.post(f"{LIST}/1", data=typed(phone="", revision="1")).location == LIST
    learner = sign_in_as(cast.learner)
    assert "tel:" not in learner.get("/wellbeing").text
    admin.post(f"{LIST}/1/retire", data={"revision": "2"})
    assert "Counsellor" not in learner.get("/wellbeing?lang=en").text
    assert "No longer in use" in admin.get(f"{LIST}?lang=en").text
    admin.post(f"{LIST}/1/retire", data={"change": "reopen", "revision": "3"})
    assert "Counsellor" in learner.get("/wellbeing?lang=en").text
    with app.app_context():
        entries = db.session.execute(
            select(AuditEvent.action, AuditEvent.object, AuditEvent.detail).where(AuditEvent.action.startswith("help."))
        ).all()
    assert [entry.action for entry in entries] == ["help.create", "help.change", "help.retire", "help.reopen"]
    assert all(entry.object == "contact 1" and entry.detail == {} for entry in entries), "no names in the journal"


def test_who_saves_over_somebody_elses_change_sees_both(admin: Visitor) -> None:
    admin.post(f"{LIST}/new", data=typed())
    admin.post(f"{LIST}/1", data=typed(name_en="First", revision="1"))
    answer = admin.post(f"{LIST}/1?lang=en", data=typed(name_en="Second", revision="1"))
    assert answer.status_code == 409
    assert FormPage(answer.text).value("name_en") == "Second"
    assert "First" in answer.text
    assert admin.post(f"{LIST}/1/retire", data={"revision": "1"}).status_code == 409


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name_ja", " ", "Enter the name in both languages."),
        ("detail_ja", "", "Enter this in both languages, or leave both empty."),
        ("detail_en", "", "Enter this in both languages, or leave both empty."),
        ("phone", "call me", "Enter a telephone number in digits, such as 0120-000-000 or +353 1 000 0000."),
        ("address", "javascript:alert(1)", "Enter an address such as help@site.example, or a page that begins with"),
        ("address", "http://help.example", "Enter an address such as help@site.example, or a page that begins with"),
        ("address", "https://[", "Enter an address such as help@site.example, or a page that begins with"),
        ("site", "nowhere", "Choose one of the options."),
    ],
)
def test_what_cannot_be_taken_says_so_at_its_field_and_nothing_is_saved(
    admin: Visitor, app: Flask, field: str, value: str, message: str
) -> None:
    answer = admin.post(f"{LIST}/new?lang=en", data=typed(**{field: value}))
    assert answer.status_code == 422
    assert FormPage(answer.text).error(field).startswith(message)
    with app.app_context():
        assert db.session.scalars(select(HelpContact)).all() == []


def test_full_width_digits_and_letters_are_taken_as_they_are_meant(admin: Visitor, app: Flask) -> None:
    admin.post(f"{LIST}/new", data=typed(phone="０１２０-０００-０００", address="ｈｅｌｐ@site.example"))
    with app.app_context():
        [contact] = db.session.scalars(select(HelpContact))
        assert (contact.phone, contact.address) == ("0120-000-000", "help@site.example")
