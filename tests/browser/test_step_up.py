"""Entering the password again: the page in both languages, and what was typed going on to where it was sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visit, Window

HEADING = {"en": "Confirm that it is you", "ja": "本人確認"}
KEPT = {"en": "What you entered is kept.", "ja": "入力した内容はそのままです。"}
WRONG = {"en": "That password does not match.", "ja": "パスワードが一致しません。"}


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def confirm(visit: Visit, password: str) -> None:
    visit.page.locator("#step_up_password").fill(password)
    with visit.page.expect_navigation():
        visit.page.locator("main .btn-main").click()


@pytest.mark.parametrize("script", [True, False])
def test_what_was_typed_goes_on_once_the_password_is_right(
    writable: Server, window: Window, language: str, script: bool
) -> None:
    visit = window(writable, language, width=390, script=script)
    visit.sign_in("admin")
    visit.open("/vendors/new")
    name = f"Step {language} {script}"
    visit.write(code=f"step-{language}-{script}".lower(), name_en=name, name_ja=name)
    writable.let_confirmations_lapse()
    visit.refusals = {403, 422}
    visit.send()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(HEADING[language])
    expect(visit.page.locator(".notice")).to_contain_text(KEPT[language])
    confirm(visit, "not this one here")
    expect(visit.page.locator("#step_up_password-error")).to_contain_text(WRONG[language])
    expect(visit.page.locator("#step_up_password")).to_be_focused()
    visit.check_everywhere()
    confirm(visit, writable.password)
    visit.check()
    expect(visit.page.locator("main")).to_contain_text(name)


def test_a_page_opens_where_one_wanted_to_go_and_cancelling_leads_back(
    writable: Server, window: Window, language: str
) -> None:
    visit = window(writable, language)
    visit.sign_in("admin")
    visit.open("/people")
    writable.let_confirmations_lapse()
    visit.refusals = {403}
    add = visit.page.locator('main a.btn-main[href^="/people/new"]')
    add.click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(HEADING[language])
    visit.check_everywhere()
    visit.page.locator("main a.btn").click()
    expect(visit.page).to_have_url(f"{writable.base}/people")
    add.click()
    confirm(visit, writable.password)
    expect(visit.page.locator('[name="login"]')).to_be_visible()
    assert visit.page.url.startswith(f"{writable.base}/people/new")
