"""Giving a quiz through pages: whom it would reach is shown first, its window moves, and it ends early."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Window

TOKYO = ZoneInfo("Asia/Tokyo")
OPEN = {"en": "Open now", "ja": "受験期間中"}
ENDED = {"en": "Ended early", "ja": "期限前に終了"}


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ja", 390)])
def test_a_quiz_is_given_moved_and_ended(writable: Server, window: Window, language: str, width: int) -> None:
    visit = window(writable, language, width=width)
    page = visit.page
    visit.sign_in("qa")
    visit.open("/assignments/new")
    audience = page.locator('[name="audience"]')
    role = audience.locator('option[value="role:localizer"]')
    name = role.inner_text()
    audience.select_option("role:localizer")
    now = datetime.now(TOKYO)
    opens, due = now - timedelta(hours=1), now + timedelta(days=2)
    visit.write(opens_at=wall(due), due_at=wall(opens))
    visit.refusals = {422}
    visit.send()
    expect(page.locator("#due_at-error")).to_be_visible()
    expect(audience).to_have_value("role:localizer")
    visit.write(opens_at=wall(opens), due_at=wall(due))
    visit.send()
    people = page.locator("section[aria-labelledby=who] li")
    count = people.count()
    assert count > 0
    visit.send()
    expect(page.get_by_role("heading", level=1).locator("xpath=..")).to_contain_text(name)
    expect(page.locator("section[aria-labelledby=who] li")).to_have_count(count)
    address = page.url.removeprefix(writable.base)
    visit.open("/assignments")
    visit.check_everywhere()
    row = page.locator("tbody tr", has=page.locator(f'a[href="{address}"]'))
    expect(row).to_contain_text(OPEN[language])

    visit.open(address)
    visit.write(due_at=wall(due + timedelta(days=1)))
    with page.expect_navigation():
        page.locator("section[aria-labelledby=window] button[type=submit]").click()
    visit.check_everywhere()
    expect(page.locator('[name="due_at"]')).to_have_value(wall(due + timedelta(days=1)))
    with page.expect_navigation():
        page.locator(f'form[action="{address}/end"] button').click()
    visit.check_everywhere()
    visit.open("/assignments")
    expect(row).to_contain_text(ENDED[language])


def test_what_stands_beside_the_form_is_no_page_of_the_sign_in(server: Server, window: Window) -> None:
    visit = window(server, "en")
    page = visit.page
    visit.sign_in("qa")
    visit.open("/assignments/new")
    audience, beside = page.locator('[name="audience"]'), page.locator("#chosen")
    audience.select_option("role:localizer")
    expect(beside.get_by_role("status")).to_be_visible()
    shown = beside.inner_text()
    page.context.clear_cookies()
    for value in ("role:learner", "role:trainer"):  # once the second is answered the first has been shown, if at all
        with page.expect_response(lambda answer: "/sign-in" in answer.url) as answered:
            audience.select_option(value)
        answered.value.finished()
    assert beside.inner_text() == shown


def wall(moment: datetime) -> str:
    """As a field of date and time takes it."""
    return moment.strftime("%Y-%m-%dT%H:%M")
