"""A person's own settings: language, time zone and reading."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.accounts.conftest import Load
from tests.accounts.form_page import FormPage
from tests.cast import Cast
from tests.conftest import SignIn, Visitor

LOGIN = "learner@site.example"


@pytest.fixture
def learner(sign_in_as: SignIn, cast: Cast) -> Visitor:
    return sign_in_as(cast.learner)


def typed(**changes: Any) -> dict[str, Any]:
    return {"reading": "たかはし みく", "locale": "en", "own_zone_name": "", "revision": 1, **changes}


def language_of(page: str) -> str:
    found = re.search(r"<html lang=\"(\w+)\"", page)
    assert found is not None
    return found[1]


def test_the_page_shows_what_is_set(learner: Visitor) -> None:
    page = FormPage(learner.get("/settings").text)
    assert (page.value("reading"), page.value("locale"), page.value("own_zone_name")) == ("たかはし みく", "en", "")


def test_the_language_chosen_here_speaks_from_the_next_page_on(learner: Visitor, load: Load) -> None:
    assert language_of(learner.get("/policies").text) == "en"
    assert learner.post("/settings", data=typed(locale="ja")).location == "/settings"
    assert load(LOGIN).locale == "ja"
    assert language_of(learner.get("/policies").text) == "ja"


def test_the_profile_wins_over_a_language_looked_at_before(learner: Visitor) -> None:
    assert language_of(learner.get("/settings?lang=ja").text) == "ja"
    assert language_of(learner.get("/settings").text) == "ja", "remembered until the settings are saved"
    learner.post("/settings", data=typed(locale="en"))
    assert language_of(learner.get("/settings").text) == "en"


def test_a_zone_of_ones_own_and_back_to_that_of_the_site(learner: Visitor, load: Load) -> None:
    learner.post("/settings", data=typed(own_zone_name="Europe/Dublin"))
    assert (load(LOGIN).own_zone_name, load(LOGIN).zone_name) == ("Europe/Dublin", "Europe/Dublin")
    assert FormPage(learner.get("/settings").text).value("own_zone_name") == "Europe/Dublin"
    learner.post("/settings", data=typed(own_zone_name="", revision=2))
    assert (load(LOGIN).own_zone_name, load(LOGIN).zone_name) == (None, "Asia/Tokyo")


def test_a_reading_is_changed_and_an_empty_one_falls_back_to_the_name(learner: Visitor, load: Load) -> None:
    learner.post("/settings", data=typed(reading=" たかはし みらい "))
    assert load(LOGIN).reading == "たかはし みらい"
    learner.post("/settings", data=typed(reading=" ", revision=2))
    assert load(LOGIN).reading == "髙橋 未来"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("own_zone_name", "Mars/Olympus", "Choose one of the options."),
        ("own_zone_name", "../../etc/passwd", "Choose one of the options."),
        ("locale", "fr", "Choose one of the options."),
        ("reading", "な" * 256, "Enter at most 255 characters."),
    ],
)
def test_what_cannot_be_taken_says_so_at_its_field_and_the_rest_is_kept(
    learner: Visitor, load: Load, field: str, value: str, message: str
) -> None:
    answer = learner.post("/settings", data=typed(**{"reading": "みく", field: value}))
    page = FormPage(answer.text)
    assert (answer.status_code, page.error(field)) == (422, message)
    if field != "reading":
        assert page.value("reading") == "みく"
    assert (load(LOGIN).reading, load(LOGIN).locale, load(LOGIN).revision) == ("たかはし みく", "en", 1)


def test_two_open_windows_do_not_undo_each_other(learner: Visitor, load: Load) -> None:
    learner.post("/settings", data=typed(reading="はじめの窓"))
    answer = learner.post("/settings", data=typed(reading="つぎの窓", own_zone_name="Europe/Dublin"))
    assert answer.status_code == 409
    assert load(LOGIN).reading == "はじめの窓"
    page = FormPage(answer.text)
    kept = {name: page.value(name) for name in ("reading", "locale", "own_zone_name")}
    assert kept == {"reading": "つぎの窓", "locale": "en", "own_zone_name": "Europe/Dublin"}, "what was typed"
    assert "<dd>はじめの窓</dd>" in answer.text, "and what is saved"
    again = learner.post("/settings", data={**kept, "revision": page.value("revision")})
    assert again.status_code == 302
    assert load(LOGIN).reading == "つぎの窓"


@pytest.mark.parametrize("revision", ["", "one"])
def test_a_form_without_its_revision_is_refused(learner: Visitor, load: Load, revision: str) -> None:
    answer = learner.post("/settings", data=typed(reading="みく", revision=revision))
    assert 400 <= answer.status_code < 500
    assert load(LOGIN).reading == "たかはし みく"


def test_nobody_changes_their_name_login_or_roles_here(learner: Visitor, load: Load) -> None:
    learner.post("/settings", data=typed(name="Root", login="root@site.example", roles="admin"))
    person = load(LOGIN)
    assert (person.name, set(person.roles)) == ("髙橋 未来", {"learner"})
