"""A recurring quiz while it is planned: what its fields bring about stands beside them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Window

FILL_IN = {"en": "once all fields under “When” are filled in correctly", "ja": "「日時」の項目がすべて正しく"}


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ja", 390)])
def test_the_next_runs_follow_the_fields(server: Server, window: Window, language: str, width: int) -> None:
    visit = window(server, language, width=width)
    visit.sign_in("qa")
    visit.open("/campaigns/new")
    runs = visit.page.locator("#counted [aria-labelledby=next]")
    expect(runs.locator("tbody tr")).not_to_have_count(0)
    expect(runs).not_to_contain_text("10:45")
    opens, due_days = visit.page.locator("[name=opens]"), visit.page.locator("[name=due_days]")
    opens.fill("10:45")
    opens.blur()
    expect(runs.locator("tbody th").first).to_contain_text("10:45")
    visit.check_everywhere()
    due_days.fill("99")
    due_days.blur()
    expect(runs).to_contain_text(FILL_IN[language])
    visit.check()
