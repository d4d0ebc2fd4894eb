"""The cover for a break: it holds the focus, gives it back, and covers the whole window."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Server, Window

HAS_FOCUS_INSIDE = (
    "document.activeElement === document.body || document.getElementById('rest').contains(document.activeElement)"
)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_cover_holds_the_focus_and_gives_it_back(server: Server, window: Window, width: int) -> None:
    visit = window(server, "en", width=width)
    visit.sign_in("joiner")
    visit.open("/")
    page = visit.page
    opener = page.get_by_role("button", name="Take a break")
    opener.click()
    cover = page.get_by_role("dialog", name="Your screen is covered.")
    assert cover.evaluate("one => one.matches(':modal')")
    box = cover.bounding_box()
    assert box == {"x": 0, "y": 0, "width": width, "height": 900}
    button = cover.get_by_role("button", name="Return").bounding_box()
    assert button is not None
    assert abs(button["x"] + button["width"] / 2 - width / 2) <= 1, "in the middle"
    for _step in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate(HAS_FOCUS_INSIDE)
    visit.check()
    page.keyboard.press("Escape")
    assert not cover.is_visible()
    assert opener.evaluate("one => one === document.activeElement")
    opener.press("Enter")
    cover.get_by_role("button", name="Return").press("Enter")
    assert opener.evaluate("one => one === document.activeElement")


def test_the_cover_opens_and_closes_without_script(server: Server, window: Window) -> None:
    visit = window(server, "en", script=False)
    visit.sign_in("joiner")
    visit.open("/")
    visit.page.get_by_role("button", name="Take a break").click()
    back = visit.page.get_by_role("button", name="Return")
    assert back.is_visible()
    back.click()
    assert not back.is_visible()
