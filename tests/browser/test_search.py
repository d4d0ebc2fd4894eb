"""Search by keyboard and in the hand: Ctrl K, arrows, Enter, Esc, an input method, a line that is cut."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Server, Visit, Window

WORDS = {"en": "contact", "ja": "連絡"}
FIRST = {"en": "3.2 Repeated unwanted contact", "ja": "3.2 望まない連絡の繰り返し"}
SMALL = """() => [...document.querySelectorAll('#find :is(a, button, input)')]
  .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML)"""


def find(visit: Visit, words: str) -> None:
    """Open the dialog with the keys, and type."""
    visit.page.keyboard.press("Control+k")
    visit.page.locator("#find").wait_for(state="visible")
    visit.page.keyboard.insert_text(words)
    visit.page.locator("#find [data-hits]").wait_for()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_find_and_open_a_section_by_keyboard(server: Server, window: Window, language: str) -> None:
    visit = window(server, language)
    visit.sign_in("qa")
    visit.open("/")
    find(visit, WORDS[language])
    field = visit.page.get_by_role("combobox")
    options = visit.page.get_by_role("option")
    assert field.get_attribute("aria-expanded") == "true"
    assert options.nth(0).get_attribute("aria-selected") == "true"
    assert FIRST[language] in options.nth(0).inner_text()
    visit.check()
    visit.page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    assert visit.page.locator("#find .pre .one:visible").get_attribute("data-of") == "hit-2"
    visit.page.keyboard.press("ArrowUp")
    visit.page.keyboard.press("ArrowUp")
    assert options.last.get_attribute("aria-selected") == "true"
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/policies/HAR#s-*")
    visit.page.locator("#main").wait_for()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_dialog_in_the_hand(server: Server, window: Window, language: str) -> None:
    visit = window(server, language, width=390)
    visit.sign_in("trainer")
    visit.open("/")
    visit.page.locator(".avatar").click()
    visit.page.locator("#me .seek").click()
    visit.page.keyboard.insert_text(WORDS[language])
    visit.page.locator("#find [data-hits]").wait_for()
    assert visit.page.evaluate(SMALL) == []
    visit.check()
    visit.page.keyboard.press("Escape")
    visit.page.locator("#find").wait_for(state="hidden")
    visit.page.wait_for_function("document.activeElement.classList.contains('avatar')")


def test_in_the_smallest_hand_it_is_in_the_menu(server: Server, window: Window) -> None:
    visit = window(server, "en", width=320)
    visit.sign_in("joiner")
    visit.open("/")
    visit.page.locator(".avatar").click()
    visit.page.locator("#me .seek").click()
    visit.page.locator("#find").wait_for(state="visible")
    visit.check_width()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_without_script(server: Server, window: Window, language: str) -> None:
    visit = window(server, language, script=False)
    visit.sign_in("joiner")
    visit.open("/")
    visit.page.locator(".topbar .seek").click()
    visit.page.wait_for_url("**/search")
    visit.page.locator("#find-words").fill(WORDS[language])
    visit.page.locator("main form button").click()
    visit.page.wait_for_url("**/search?q=*")
    assert FIRST[language] in visit.page.locator(".hit").first.inner_text()
    visit.page.locator(".hit").first.click()
    visit.page.wait_for_url("**/policies/HAR#s-*")
    assert visit.faults == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_follows_what_is_typed(server: Server, window: Window, language: str) -> None:
    visit = window(server, language)
    visit.sign_in("admin")
    for path in ("/search", "/search?q=zzzz", "/search?q=a", "/search?q=a&in=sections"):
        visit.open(path)
        visit.check()
    visit.open("/search?q=zzzz")
    visit.page.keyboard.press("Control+k")
    visit.page.keyboard.insert_text(WORDS[language])
    visit.page.locator("[data-hits]").wait_for()
    assert visit.page.evaluate("new URLSearchParams(location.search).get('q')") == WORDS[language]


def test_an_input_method_sends_nothing(server: Server, window: Window) -> None:
    visit = window(server, "ja")
    visit.sign_in("joiner")
    visit.open("/")
    find(visit, "連絡")
    here = visit.page.url
    keys = visit.page.context.new_cdp_session(visit.page)
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    keys.send("Input.imeSetComposition", {"text": "ぼう", "selectionStart": 2, "selectionEnd": 2})
    enter = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", enter)
    assert asked == []
    assert visit.page.url == here
    keys.send("Input.insertText", {"text": "相手"})
    visit.page.wait_for_function("document.querySelector('#find-words').value === '連絡相手'")
    assert visit.page.url == here
    assert visit.page.locator("#find").is_visible()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_line_that_is_cut_is_said_and_the_search_goes_on(server: Server, window: Window, language: str) -> None:
    visit = window(server, language)
    visit.sign_in("joiner")
    visit.open("/")
    visit.page.keyboard.press("Control+k")
    visit.page.context.set_offline(True)
    visit.page.keyboard.insert_text(WORDS[language])
    visit.page.locator("#find .found .notice.is-risk").wait_for()
    visit.faults.clear()
    visit.check()
    visit.page.context.set_offline(False)
    visit.page.locator("#find [data-hits]").wait_for()
    assert visit.page.locator("#find-words").input_value() == WORDS[language]
    visit.faults.clear()


def test_a_covered_screen_stays_covered(server: Server, window: Window) -> None:
    visit = window(server, "en")
    visit.sign_in("joiner")
    visit.open("/")
    visit.page.locator('[data-dialog="rest"]').click()
    visit.page.keyboard.press("Control+k")
    assert visit.page.locator("#rest").is_visible()
    assert visit.page.locator("#find").is_hidden()
