"""A form that came back: what is wrong has the focus, leads to the fields, and stands clear of what follows."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Server, Visit, Window

FOCUSED = "document.activeElement.matches('.notice') ? 'notice' : document.activeElement.id"


@pytest.mark.parametrize("script", [True, False])
def test_the_summary_has_the_focus_and_leads_to_each_field(server: Server, window: Window, script: bool) -> None:
    visit = window(server, "en", width=390, script=script)
    visit.sign_in("admin")
    visit.open("/vendors/new")
    page = visit.page
    page.get_by_role("button", name="Add a vendor").click()
    summary = page.locator("main .notice.is-fail")
    assert "What you typed is kept." in summary.inner_text()
    assert page.evaluate(FOCUSED) == "notice"
    room = "one => one.nextElementSibling.getBoundingClientRect().top - one.getBoundingClientRect().bottom"
    assert summary.evaluate(room) >= 16
    summary.get_by_role("link").first.press("Enter")
    page.keyboard.type("north")
    assert page.locator("#code").input_value() == "north"


def try_to_sign_in(visit: Visit, **typed: str) -> None:
    for field, text in typed.items():
        visit.page.locator(f"#{field}").fill(text)
    visit.page.get_by_role("button", name="Sign in", exact=True).click()


def has_the_focus(visit: Visit, name: str) -> None:
    """Wait until it has: whether the form was sent or not."""
    visit.page.wait_for_function(f"name => ({FOCUSED}) === name", arg=name)


def test_a_failed_sign_in_has_the_focus_on_what_went_wrong(server: Server, window: Window) -> None:
    visit = window(server, "en")
    visit.open("/sign-in?lang=en")
    try_to_sign_in(visit)
    has_the_focus(visit, "login")
    try_to_sign_in(visit, login="nobody@kijun.example")
    has_the_focus(visit, "password")
    try_to_sign_in(visit, password="not the right one")
    has_the_focus(visit, "notice")


def test_labels_look_alike_whatever_they_stand_at(server: Server, window: Window) -> None:
    visit = window(server, "en")
    visit.sign_in("admin")
    look = (
        "one => { const style = getComputedStyle(one); return [style.fontSize, style.fontWeight, style.color].join(); }"
    )
    visit.open("/people/new")
    looks = {visit.page.locator(one).first.evaluate(look) for one in (".field > label", "fieldset > legend")}
    visit.open("/settings/password")
    looks.add(visit.page.locator("label.field > span").first.evaluate(look))
    assert len(looks) == 1, looks
