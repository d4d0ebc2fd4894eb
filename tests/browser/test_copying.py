"""Copying the rows of a list: with script they are in the clipboard and the page says so, without it they open."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Window

SAID = {"en": "Rows copied.", "ja": "コピーしました。"}


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ja", 390)])
def test_the_rows_that_are_shown_are_copied(server: Server, window: Window, language: str, width: int) -> None:
    visit = window(server, language, width=width)
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.sign_in("admin")
    visit.open("/sites?sort=-name")
    link = page.locator("a[data-copy]")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".copy [role=status]")).to_have_text(SAID[language])
    copied = page.evaluate("navigator.clipboard.readText()")
    rows = page.locator("table[data-rows] tr").count()
    assert len(copied.splitlines()) == rows
    assert copied.splitlines()[1].split("\t")[1] in page.locator("table[data-rows]").inner_html()
    visit.check_everywhere()
