"""Reading a policy in a browser: how much of it has been on screen, and the way from a term to its definition."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Window

SEEN = {"en": "{} of 10 sections have been on screen.", "ja": "全10節のうち{}節を閲覧済みです。"}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_bar_counts_what_has_been_on_screen(server: Server, window: Window, language: str) -> None:
    visit = window(server, language, width=390)
    visit.sign_in("joiner")
    visit.page.set_viewport_size({"width": 390, "height": 500})  # too low for a whole section, in any font
    visit.open("/policies/HAR")
    bar = visit.page.locator(".ackbar [data-seen]")
    expect(bar).to_contain_text(SEEN[language].format(0))
    bar.get_by_role("link").click()
    for section in visit.page.locator('section[id^="s-"]').all():
        section.evaluate("one => scrollBy(0, one.getBoundingClientRect().bottom - 300)")
        visit.page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(bar).to_contain_text(SEEN[language].format(10))
    expect(bar.get_by_role("link")).to_have_count(0)
    visit.check()


def test_without_script_the_bar_says_nothing_of_it_and_terms_lead_to_the_glossary(
    server: Server, window: Window
) -> None:
    visit = window(server, "en", script=False)
    visit.sign_in("joiner")
    visit.open("/policies/HAR")
    expect(visit.page.locator(".ackbar [data-seen]")).to_be_hidden()
    visit.page.locator("a.term").first.click()
    expect(visit.page.locator(".terms :target")).to_be_visible()
