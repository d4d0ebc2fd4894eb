"""A report through pages: it is watched while it is made, downloaded in every form, and comes again by a schedule."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Window

WEDNESDAY = 2
QUIZ = "harassment-checkpoint"
READY = {"en": "Report ready", "ja": "作成済み"}
PATIENCE = 90_000
ENDINGS = {"": "pdf", "xlsx": "xlsx", "csv": "zip"}


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ja", 390)])
def test_a_report_is_watched_downloaded_and_planned(
    writable: Server, window: Window, language: str, width: int
) -> None:
    visit = window(writable, language, width=width)
    page = visit.page
    visit.sign_in("qa")
    visit.open(f"/reports/new/analysis?quiz={QUIZ}")
    visit.check_everywhere()
    visit.send()
    page.evaluate("window.stays = true")
    heard = page.locator("[data-live=heard]")
    expect(heard).not_to_be_empty()
    frame = page.locator("[data-live^=run-]")
    expect(frame).to_have_attribute("data-state", "done", timeout=PATIENCE)
    expect(frame).to_contain_text(READY[language])
    expect(page.locator("progress")).to_have_count(0)
    expect(heard).to_have_text(READY[language])
    assert page.evaluate("window.stays"), "the page was not loaded again"
    visit.check_everywhere()
    for form, ending in ENDINGS.items():
        link = frame.locator(f'a[href$="{"format=" + form if form else "/file"}"]')
        with page.expect_download() as download:
            link.click()
        assert download.value.suggested_filename.endswith(f".{ending}")

    with page.expect_navigation():
        frame.locator('a[href*="/schedules/new"]').click()
    visit.check_everywhere()
    visit.refusals = {422}
    recipient = page.locator('select[name^="to_"]', has=page.locator("option[selected]:not([value=''])"))
    expect(recipient).to_have_count(1)  # whoever plans it
    name = recipient.get_attribute("name")
    page.locator('[name="every"][value="week"]').check()
    page.locator('[name="weekday"]').select_option("3")
    recipient.select_option("")
    visit.send()
    expect(page.locator("#whom .err")).to_be_visible()
    expect(page.locator('[name="every"][value="week"]')).to_be_checked()
    page.locator(f'[name="{name}"]').select_option(language)
    visit.send()
    turns = page.locator("section[aria-labelledby=next] time")
    expect(turns).to_have_count(3)
    days = [datetime.fromisoformat(str(turn.get_attribute("datetime"))).weekday() for turn in turns.all()]
    assert days == [WEDNESDAY] * 3
    visit.check_everywhere()
    address = page.url.removeprefix(writable.base)
    visit.open("/reports")
    expect(page.locator(f'a[href="{address}"]')).to_be_visible()
    visit.check()
