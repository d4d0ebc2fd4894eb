"""Saving as it is seen: saving, saved, a lost line, a session that ended, the last minute, the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Server, Visit, Window, serve

SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A sample in which the joiner has the checkpoint still to take."""
    yield from serve(tmp_path)


@pytest.fixture
def visit(own_server: Server, window: Window) -> Visit:
    """The joiner at the first question."""
    visit = window(own_server, "en")
    visit.sign_in("joiner")
    visit.open("/quizzes")
    visit.page.locator("main a").first.click()
    button(visit, "Start").click()
    visit.page.wait_for_url("**/questions/1")
    return visit


def button(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("button", name=name, exact=True).locator("visible=true").first


def status(visit: Visit) -> Locator:
    return visit.page.locator("[data-save]")


def uncover(visit: Visit) -> None:
    """Open what is covered."""
    for cover in visit.page.locator("details.veil:not([open]) > summary").all():
        cover.click()


def choose(visit: Visit, place: int) -> None:
    uncover(visit)
    visit.page.locator(".opts").first.locator("label").nth(place).click()


def with_seconds_left(seconds: int) -> Callable[[Route], None]:
    """Give the page a deadline that is near."""

    def answer(route: Route) -> None:
        response = route.fetch()
        page = response.text()
        now = re.search(r'data-now="([^"]+)"', page)
        assert now
        end = (datetime.fromisoformat(now[1]) + timedelta(seconds=seconds)).isoformat()
        route.fulfill(response=response, body=re.sub(r'data-deadline="[^"]+"', f'data-deadline="{end}"', page))

    return answer


def test_saved_is_not_said_while_the_newest_answer_is_under_way(visit: Visit) -> None:
    choose(visit, 0)
    expect(status(visit)).to_have_text(SAVED)
    visit.page.route("**/events", lambda _route: None)
    choose(visit, 1)
    expect(status(visit)).to_have_text("Saving…")


def test_without_a_line_the_answer_waits_on_the_page(visit: Visit) -> None:
    visit.page.route("**/events", lambda route: route.abort())
    choose(visit, 0)
    expect(status(visit)).to_have_text("Offline: 1 answer waiting")
    off, back = visit.page.locator("[data-off]"), visit.page.locator("[data-on]")
    expect(off).to_contain_text("You are offline. Your answer waits on this page.")
    button(visit, "Next").click()
    expect(status(visit)).to_have_text("Offline: 1 answer waiting")
    assert visit.page.url.endswith("/questions/1")
    visit.page.unroute("**/events")
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    expect(status(visit)).to_have_text(SAVED)
    expect(off).to_be_hidden()
    expect(back).to_be_visible()
    visit.faults.clear()  # the lost line itself
    visit.check()
    choose(visit, 1)
    expect(back).to_be_hidden()
    button(visit, "Next").click()
    visit.page.wait_for_url("**/questions/2")
    expect(visit.page.locator(".qside .q.ans").first).to_have_text(re.compile("^1"))


def test_a_session_that_ended_keeps_the_answer_until_the_person_has_signed_in_again(visit: Visit) -> None:
    visit.page.context.clear_cookies(name="sid")
    choose(visit, 0)
    expect(status(visit)).to_contain_text("sign in again")
    with visit.page.context.expect_page() as opened:
        status(visit).get_by_role("link", name="Sign in").click()
    opened.value.locator('button[value="joiner"]').click()
    opened.value.wait_for_load_state()
    opened.value.close()
    visit.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(status(visit)).to_have_text(SAVED)
    visit.page.reload()
    expect(visit.page.locator(".opts input:checked").first).to_be_checked()


def test_the_server_without_its_database_is_not_called_offline(visit: Visit) -> None:
    visit.page.route("**/events", lambda route: route.fulfill(status=503, body="{}"))
    choose(visit, 0)
    expect(status(visit)).to_have_text("Not saved yet. It will be sent again automatically.")
    expect(visit.page.locator("[data-off]")).to_be_hidden()


def test_the_page_fits_a_finger_and_a_break_covers_it(visit: Visit) -> None:
    sizes = {}
    for position in range(1, 13):
        visit.page.goto(re.sub(r"\d+$", str(position), visit.page.url))
        sizes[position] = visit.page.locator("h1").evaluate("(h1) => getComputedStyle(h1).fontSize")
    assert set(sizes.values()) == {"22px"}  # with case questions among them
    for width, place in ((1280, ".qside"), (390, "#qmap")):
        visit.page.set_viewport_size({"width": width, "height": 844})
        if width == 390:
            visit.page.get_by_role("button", name="Open question map").click()
        tiles = [tile.bounding_box() for tile in visit.page.locator(f"{place} .qmap .q").all()]
        assert len(tiles) == 12
        assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in tiles)
    visit.page.keyboard.press("Escape")
    button(visit, "Take a break").click()
    cover = visit.page.get_by_role("dialog", name="Your screen is covered.")
    expect(cover).to_contain_text("The time runs on during a break.")
    expect(cover).to_be_in_viewport(ratio=1)
    visit.check()
    cover.get_by_role("button", name="Return").click()
    expect(cover).to_be_hidden()


def test_digits_choose_in_the_question_only(visit: Visit) -> None:
    visit.page.locator("#hidetime").focus()
    visit.page.keyboard.press("1")
    expect(visit.page.locator(".opts input:checked")).to_have_count(0)
    uncover(visit)
    visit.page.locator(".opts input").first.focus()
    visit.page.keyboard.press("2")
    expect(visit.page.locator(".opts").first.locator("input").nth(1)).to_be_checked()


def test_the_last_minute_is_announced_and_at_the_end_the_page_goes_to_the_result(visit: Visit) -> None:
    visit.page.route("**/questions/1*", with_seconds_left(62))
    visit.page.reload()
    expect(visit.page.locator("[data-notice]")).to_have_text("1 minute left.", timeout=8000)
    visit.check()
    visit.page.unroute("**/questions/1*")
    visit.page.route("**/questions/1*", with_seconds_left(3))
    visit.page.reload()
    choose(visit, 0)
    visit.page.wait_for_url("**/result")
    expect(visit.page.get_by_text(re.compile(r"Receipt [0-9A-F-]{14},"))).to_be_visible()
    visit.check()


def test_what_was_sent_and_did_not_arrive_is_told_before_the_quiz_is_handed_in(visit: Visit) -> None:
    choose(visit, 0)
    expect(status(visit)).to_have_text(SAVED)
    visit.page.evaluate("""() => {
        const [key] = Object.keys(sessionStorage);
        sessionStorage[key] = JSON.stringify([...JSON.parse(sessionStorage[key]), [1, 999]]);
    }""")
    button(visit, "Review and finish").click()
    visit.page.wait_for_url("**/review")
    button(visit, "Submit").click()
    expect(visit.page.locator("[data-notice]")).to_contain_text("have not arrived yet")
    button(visit, "Submit").click()
    visit.page.wait_for_url("**/result")
