"""The newer question types at a browser: with the keyboard alone, while a word is being converted, in a small hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, Visit, Window
from tests.questions.core.test_types import RIGHT
from tests.quizzes import newer

WANTED = {name: value for payload in RIGHT.values() for name, value in payload.items()}
FIELDS = """() => [...new Set([...document.querySelectorAll('[data-question] :is(input, select)')]
    .filter((field) => field.name && field.offsetParent).map((field) => field.name))]"""
ANSWERS = "async (path) => Object.values((await (await fetch(path)).json()).answers).map((answer) => answer.payload)"


@pytest.fixture
def visit(writable: Server, window: Window) -> Visit:
    """The joiner at the first question of a quiz of the newer types."""
    with writable.unit():
        assignment_id = newer.give()
    visit = window(writable, "ja", width=390)
    visit.sign_in("joiner")
    visit.open(f"/quizzes/{assignment_id}")
    with visit.page.expect_response("**/paper*"):
        visit.page.locator("main form .btn-main").click()
    visit.page.wait_for_selector("html[data-answers=kept]")
    return visit


def reach(page: Page, selector: str) -> None:
    """Go on with the Tab key until the element has the focus."""
    for _press in range(60):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached with the Tab key")


def answer(page: Page, name: str) -> None:
    """Give the right answer in a field by keys alone."""
    field, wanted = page.locator(f'[name="{name}"]').first, WANTED[name]
    reach(page, f'[name="{name}"]')
    if name == "option":
        page.keyboard.press("1")
        expect(page.locator(f'[name="option"][value="{wanted}"]')).to_be_checked()
        return
    if field.evaluate("(field) => field.tagName") == "SELECT":
        for _press in range(6):
            if field.input_value() != wanted:
                page.keyboard.press("ArrowDown")
    elif name == "text":
        wanted = "異議申し立て"
        with page.expect_response(lambda response: wanted in (response.request.post_data or "")):  # saved in the field
            convert(page, "いぎもうしたて", wanted)
    else:
        if name == "number":
            say_what_is_no_number(page, field)
        page.keyboard.insert_text(wanted)
    expect(field).to_have_value(wanted)


def say_what_is_no_number(page: Page, field: Locator) -> None:
    """What would earn nothing is said once it stands there, and not before; then the field is empty again."""
    error = "数値ではありません。このままでは不正解になります。"
    expect(field).to_have_accessible_description("30や2.5のように、数字だけを入力してください。全角でもかまいません。")
    page.keyboard.insert_text("1,5")
    page.keyboard.press("Tab")
    expect(page.get_by_role("alert").filter(has_text=error)).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")


def convert(page: Page, kana: str, word: str) -> None:
    """Write a word as an input method does: kana first, and Enter, as browsers tell it in two ways, to end it."""
    place = page.url
    session = page.context.new_cdp_session(page)
    for shown in (kana[:2], kana, word):
        session.send("Input.imeSetComposition", {"text": shown, "selectionStart": 0, "selectionEnd": len(shown)})
    key = {"key": "Enter", "code": "Enter"}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, **key})
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", "windowsVirtualKeyCode": 13, **key})
    session.send("Input.insertText", {"text": word})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", "windowsVirtualKeyCode": 13, **key})
    assert page.url == place, "Enter ended the conversion and nothing else"
    session.detach()


def test_every_newer_type_is_answered_by_keys_alone_and_a_conversion_sends_nothing(visit: Visit) -> None:
    page = visit.page
    for n in range(1, 7):
        expect(page.locator("[data-place]")).to_have_text(f"{n} / 6")
        if n in (1, 4):
            visit.check_everywhere()
        else:
            page.set_viewport_size({"width": 320, "height": 800})
            visit.check_width()
            page.set_viewport_size({"width": 390, "height": 900})
        for name in page.evaluate(FIELDS):
            answer(page, name)
        if n < 6:
            reach(page, "[data-next]")
            page.keyboard.press("Enter")
    expect(page.locator("[data-save]")).to_contain_text("保存")
    page.wait_for_function("() => !onbeforeunload")  # nothing waits to be sent any more
    stored = page.evaluate(ANSWERS, page.url.split("/questions/")[0] + "/state?answers")
    assert {"text": "異議申し立て"} in stored
    reach(page, "[data-finish]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    page.locator("form[data-submits] .btn-main").click()
    page.wait_for_url("**/result")
    expect(page.locator(".big .v")).to_contain_text("100")
    visit.check()
