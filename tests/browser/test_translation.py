"""Translating in a browser: hints while one types, the next section, and sections moved by keyboard."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visit, Window

NUMBERS = count(1)
DIFFER = {"en": "Numbers differ", "ja": "数の違い"}
SAME = {"en": "Same numbers", "ja": "数は一致"}
CURRENT = {"en": "Current", "ja": "最新"}


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[390, 1280])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def draft(writable: Server, window: Window, language: str, width: int) -> tuple[Visit, str]:
    """The policy editor, and the address of a draft of a policy of their own with two sections."""
    visit = window(writable, language, width=width)
    visit.sign_in("editor")
    code = f"TR-{next(NUMBERS)}"
    visit.open("/policies/new")
    visit.write(code=code, title_en="Mail", title_ja="メール")
    visit.send()
    for title in ("Limits", "Appeals"):
        visit.open(f"/policies/{code}/versions/1.0/add-section")
        visit.write(title=title)
        visit.send()
        visit.write(body_en=f"{title}: at most 30 within 14 days.")
        visit.page.locator('button[value="save"]').click()
        visit.page.wait_for_load_state()
    return visit, f"/policies/{code}/versions/1.0"


def test_hints_follow_what_is_typed_and_the_section_becomes_current(
    draft: tuple[Visit, str], writable: Server, window: Window, language: str, width: int
) -> None:
    _editor, address = draft
    visit = window(writable, language, width=width)
    visit.sign_in("localizer")
    visit.open(f"{address}/translation")
    visit.check()
    found = visit.page.locator("#checks-found")
    visit.write(title_ja="上限", body_ja="上限は、14日間に20件です。")
    expect(found).to_contain_text(DIFFER[language])
    visit.write(body_ja="上限は、14日間に30件です。")
    expect(found).to_contain_text(SAME[language])
    visit.check()
    with visit.page.expect_navigation():
        visit.page.locator('button[value="current"]').click()
    expect(visit.page.locator(".toc .st.is-pass")).to_have_count(1)
    expect(visit.page.locator("form.unit.active h2")).to_contain_text(re.compile("Appeals"))
    visit.open("/policies/translation")
    visit.check()


def test_a_passage_is_inserted_at_the_cursor_by_keyboard_and_can_be_undone(
    draft: tuple[Visit, str], writable: Server, window: Window, language: str, width: int
) -> None:
    _editor, address = draft
    visit = window(writable, language, width=width)
    visit.sign_in("localizer")
    visit.open(f"{address}/translation")
    field = visit.page.locator("textarea[name=body_ja]")
    field.fill("前後")
    field.press("ArrowLeft")
    visit.page.locator(".passages summary").press("Enter")
    visit.check()
    visit.page.locator(".passages [data-insert]").press("Enter")
    expect(field).to_have_value("前Limits: at most 30 within 14 days.後")
    expect(field).to_be_focused()
    expect(visit.page.locator("#checks-found")).to_contain_text(SAME[language])
    visit.page.keyboard.press("Control+z")
    expect(field).to_have_value("前後")


def test_a_section_is_moved_by_keyboard_and_keeps_the_focus(draft: tuple[Visit, str]) -> None:
    visit, address = draft
    visit.open(address)
    rows = visit.page.locator(".outline .list-item")
    expect(rows.nth(0)).to_contain_text("Limits")
    visit.page.locator('.outline button[value="down"]').first.focus()
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("Limits")
    expect(rows.nth(1).locator('button[value="down"]')).to_be_focused()
    visit.check()
