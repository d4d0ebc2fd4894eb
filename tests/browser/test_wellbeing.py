"""One's own choices of what to see: made by keyboard, acting at once, and without script as well."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Window


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ja", 390)])
def test_what_is_chosen_by_keyboard_opens_mild_examples(
    server: Server, window: Window, language: str, width: int
) -> None:
    visit = window(server, language, width=width)
    visit.sign_in("moderator")
    page = visit.page
    visit.open("/policies/HAR")
    veil = page.locator("details.veil").first
    assert veil.get_attribute("open") is None
    visit.open("/wellbeing")
    visit.check_everywhere()
    page.locator('input[name="closed_from"]:checked').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('input[name="closed_from"][value="medium"]')).to_be_checked()
    with page.expect_navigation():
        page.locator(".ackbar .btn-main").click()  # nothing lies over it, in the hand either
    expect(page.locator(".notice.is-pass")).to_be_visible()
    visit.check()
    visit.open("/policies/HAR")
    expect(veil.locator(".inside")).to_be_visible()
    veil.locator("summary").press("Enter")
    expect(veil.locator(".inside")).to_be_hidden()
    visit.open("/wellbeing")
    page.locator('input[name="closed_from"][value="medium"]').focus()
    page.keyboard.press("ArrowLeft")
    with page.expect_navigation():
        page.locator(".ackbar .btn-main").press("Enter")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_sign_ins_elsewhere_are_ended_from_the_settings(server: Server, window: Window, language: str) -> None:
    elsewhere, here = window(server, language), window(server, language, width=390)
    elsewhere.sign_in("localizer")
    here.sign_in("localizer")
    here.open("/settings")
    here.check_everywhere()
    with here.page.expect_navigation():
        here.page.locator('form[action="/settings/sessions"] .btn:not(.btn-s)').click()
    expect(here.page.locator('form[action="/settings/sessions"]')).to_have_count(0)
    elsewhere.page.goto(f"{server.base}/settings")
    assert "/sign-in" in elsewhere.page.url
