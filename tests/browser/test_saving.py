"""Saving as it is seen: a lost line, a session that ended, two windows, a break, the last minute, the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Server, Visit, Window

SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")


@pytest.fixture
def visit(writable: Server, window: Window) -> Visit:
    """The joiner at the first question of a checkpoint that each test gives anew, with the whole paper there."""
    visit = window(writable, "en")
    visit.sign_in("joiner")
    visit.open(f"/quizzes/{writable.give('harassment-checkpoint')}")
    with visit.page.expect_response("**/paper*"):
        button(visit.page, "Start").click()
    ready(visit.page)
    return visit


def ready(page: Page) -> None:
    """The page saves by itself."""
    page.wait_for_selector("html[data-answers=kept]")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True).locator("visible=true").first


def status(page: Page) -> Locator:
    return page.locator("[data-save]")


def uncover(page: Page) -> None:
    """Open what is covered."""
    for cover in page.locator("details.veil:not([open]) > summary").all():
        cover.click()


def choose(page: Page, place: int) -> None:
    uncover(page)
    page.locator(".opts").first.locator("label").nth(place).click()


def with_seconds_left(seconds: int) -> Callable[[Route], None]:
    """Give the page a deadline that is near, whenever the server tells it."""

    def answer(route: Route) -> None:
        response = route.fetch()
        text = response.text()
        now = re.search(r'(?:data-now|"server_now")(?:=|:) ?"([^"]+)"', text)
        if now is None:
            return route.fulfill(response=response)
        end = (datetime.fromisoformat(now[1]) + timedelta(seconds=seconds)).isoformat()
        told = re.sub(r'(data-deadline=|"deadline": ?)"[^"]+"', rf'\g<1>"{end}"', text)
        return route.fulfill(response=response, body=told)

    return answer


def test_saved_is_not_said_while_the_newest_answer_is_under_way(visit: Visit) -> None:
    page = visit.page
    choose(page, 0)
    expect(status(page)).to_have_text(SAVED)
    page.route("**/events", lambda _route: None)
    choose(page, 1)
    expect(status(page)).to_have_text("Saving…")


def test_what_was_chosen_before_the_script_was_there_is_saved(visit: Visit) -> None:
    page, on_their_way = visit.page, list[Route]()
    page.route("**/js/quiz*.js", lambda route: on_their_way.append(route))
    page.goto(page.url, wait_until="commit")
    choose(page, 1)
    expect(page.locator(".opts").first.locator("input").nth(1)).to_be_checked()
    assert on_their_way, "the script is being waited for"
    for route in on_their_way:
        route.continue_()
    page.unroute("**/js/quiz*.js")
    expect(status(page)).to_have_text(SAVED)
    page.reload()
    expect(page.locator(".opts").first.locator("input").nth(1)).to_be_checked()


def test_without_a_line_one_goes_on_and_everything_arrives(visit: Visit) -> None:
    page = visit.page
    page.context.set_offline(True)
    choose(page, 0)
    expect(status(page)).to_have_text("Offline: 1 answer waiting")
    off, back = page.locator("[data-off]"), page.locator("[data-on]")
    expect(off).to_contain_text("You are offline. Please keep going. 1 answer is kept on this device")
    button(page, "Next").click()
    expect(page.locator("[data-question='2'] h1")).to_be_focused()
    assert page.url.endswith("/questions/2")
    choose(page, 1)
    expect(status(page)).to_have_text("Offline: 2 answers waiting")
    expect(page.locator(".qside .qmap .q.wait")).to_have_text(
        ["1, answered, waiting to send", "2, shown now, waiting to send"]
    )
    expect(page.locator(".qside [data-count=wait]")).to_have_text("Waiting to send 2")
    visit.faults.clear()  # the lost line itself
    visit.check()
    button(page, "Review and finish").click()
    expect(page.locator("[data-notice]")).to_contain_text("Your answers are kept on this device.")
    page.context.set_offline(False)
    expect(status(page)).to_have_text(SAVED)
    expect(off).to_be_hidden()
    expect(back).to_be_visible()
    expect(page.locator("[data-notice]")).to_be_empty()  # that there is no connection is no longer so
    choose(page, 2)
    expect(back).to_be_hidden()
    expect(status(page)).to_have_text(SAVED)
    page.go_back()
    expect(page.locator("[data-question='1'] .opts").first.locator("input").first).to_be_checked()
    button(page, "Review and finish").click()
    page.wait_for_url("**/review")
    expect(page.get_by_text("Answered", exact=True)).to_have_count(2)
    expect(status(page)).to_have_text(SAVED)


def test_a_session_that_ended_is_begun_again_without_leaving(visit: Visit, writable: Server) -> None:
    page = visit.page
    page.context.clear_cookies(name="sid")
    choose(page, 0)
    asked = page.get_by_role("dialog", name="Please sign in again.")
    expect(asked).to_be_visible()
    expect(status(page)).to_contain_text("this device keeps your answer")
    visit.faults.clear()
    page.set_viewport_size({"width": 320, "height": 800})
    visit.check_width()
    page.set_viewport_size({"width": 1280, "height": 900})
    visit.check()
    asked.get_by_role("button", name="Later").click()
    expect(asked).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(asked).to_be_visible()
    asked.get_by_label("E-mail").fill("joiner@kijun.example")
    asked.get_by_label("Password").fill("wrong")
    asked.get_by_role("button", name="Sign in").click()
    expect(asked.get_by_role("alert")).to_have_text("That e-mail and password do not match.")
    asked.get_by_label("Password").fill(writable.password)
    asked.get_by_role("button", name="Sign in").click()
    expect(asked).to_be_hidden()
    expect(status(page)).to_have_text(SAVED)
    page.reload()
    expect(page.locator(".opts input:checked").first).to_be_checked()


def test_the_server_without_its_database_is_not_called_offline(visit: Visit) -> None:
    page = visit.page
    page.route("**/events", lambda route: route.fulfill(status=503, body="{}"))
    choose(page, 0)
    expect(status(page)).to_have_text("Not saved yet. It will be sent again automatically.")
    expect(page.locator("[data-off]")).to_be_hidden()
    page.unroute("**/events")
    expect(status(page)).to_have_text(SAVED, timeout=15000)


def test_of_two_windows_the_newer_one_writes_and_the_older_one_can_take_over(visit: Visit) -> None:
    old = visit.page
    choose(old, 0)
    expect(status(old)).to_have_text(SAVED)
    new = old.context.new_page()
    new.goto(old.url)
    ready(new)
    expect(behind(old)).to_be_visible()
    choose(new, 1)
    expect(status(new)).to_have_text(SAVED)
    behind(old).get_by_role("button", name="Continue here").click()
    expect(behind(old)).to_be_hidden()
    expect(old.locator(".opts").first.locator("input").nth(1)).to_be_checked()
    expect(behind(new)).to_be_visible()
    choose(old, 2)
    expect(status(old)).to_have_text(SAVED)


def test_a_second_device_is_noticed_with_the_next_answer_and_both_answers_are_shown(
    visit: Visit, writable: Server, window: Window
) -> None:
    here = visit.page
    other = window(writable, "en")
    other.sign_in("joiner")
    other.page.goto(here.url)
    ready(other.page)
    choose(other.page, 1)
    expect(status(other.page)).to_have_text(SAVED)
    choose(here, 2)
    told = behind(here)
    expect(told).to_be_visible()
    visit.faults.clear()
    visit.check()
    options = here.locator(".opts").first.locator(".txt")
    expect(told.locator("[data-here]")).to_contain_text(options.nth(2).inner_text())
    expect(told.locator("[data-there]")).to_contain_text(options.nth(1).inner_text())


def behind(page: Page) -> Locator:
    return page.get_by_role("dialog", name="This quiz is open in another window or on another device.")


def test_the_page_fits_a_finger_and_a_break_covers_it_and_stops_the_clock(visit: Visit) -> None:
    page = visit.page
    sizes = {}
    for position in range(1, 13):
        sizes[position] = page.locator("h1").evaluate("(h1) => getComputedStyle(h1).fontSize")
        if position < 12:
            button(page, "Next").click()
            page.wait_for_url(f"**/questions/{position + 1}")
    assert set(sizes.values()) == {"22px"}  # with case questions among them
    for width, place in ((1280, ".qside"), (390, "#qmap")):
        page.set_viewport_size({"width": width, "height": 844})
        if width == 390:
            page.get_by_role("button", name="Open question map").click()
        tiles = [tile.bounding_box() for tile in page.locator(f"{place} .qmap .q").all()]
        assert len(tiles) == 12
        assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in tiles)
    page.keyboard.press("Escape")
    button(page, "Take a break").click()
    cover = page.get_by_role("dialog", name="Your screen is covered.")
    expect(cover).to_contain_text("The timer is paused until")
    expect(cover).to_be_in_viewport(ratio=1)
    visit.check()
    page.reload()
    expect(page.get_by_role("heading", name="Your screen is covered.")).to_be_visible()
    button(page, "Return").click()
    ready(page)
    button(page, "Take a break").click()
    expect(cover).to_contain_text("The time runs on.")
    cover.get_by_role("button", name="Return").click()
    expect(cover).to_be_hidden()


def test_under_the_cover_the_clock_goes_on_when_the_break_has_run_out(visit: Visit) -> None:
    page = visit.page
    page.route("**/break", with_two_seconds_of_break)
    button(page, "Take a break").click()
    cover = page.get_by_role("dialog", name="Your screen is covered.")
    expect(cover).to_contain_text("The timer is paused until")
    expect(cover).to_contain_text("The time runs on.")
    expect(cover).to_be_visible()


def with_two_seconds_of_break(route: Route) -> None:
    response = route.fetch()
    standing = response.json()
    end = datetime.fromisoformat(standing["server_now"]) + timedelta(seconds=2)
    route.fulfill(response=response, json={**standing, "break_until": end.isoformat()})


@pytest.mark.parametrize("page_of", ["questions/1", "review"])
def test_what_was_chosen_before_anybody_could_become_the_writer_is_numbered_then_in_its_order(
    visit: Visit, page_of: str
) -> None:
    page = visit.page
    page.route("**/claim", lambda route: route.fulfill(status=503, body="{}"))
    page.reload()
    choose(page, 0)
    choose(page, 1)
    choose(page, 2)
    expect(status(page)).to_have_text("Not saved yet. It will be sent again automatically.")
    kept = page.locator(".opts").first.locator("input")
    checked = [one.is_checked() for one in kept.all()]
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(page.url.replace("questions/1", page_of))
    ready(page)
    page.unroute("**/claim")  # not sooner: the page that was left would send them yet
    expect(status(page)).to_have_text(SAVED)
    page.goto(page.url.replace("review", "questions/1"))
    ready(page)
    assert [one.is_checked() for one in kept.all()] == checked


def test_what_the_browser_has_no_room_for_is_saved_by_the_form(visit: Visit) -> None:
    page = visit.page
    page.evaluate(
        "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    with page.expect_navigation(url="**/questions/1"):
        choose(page, 1)
    ready(page)
    expect(page.locator(".opts").first.locator("input").nth(1)).to_be_checked()
    expect(status(page)).to_have_text(SAVED)


def test_answers_that_a_receipt_leaves_out_stay_in_the_browser_and_the_result_says_so(visit: Visit) -> None:
    page = visit.page
    choose(page, 0)
    expect(status(page)).to_have_text(SAVED)

    def without_answers(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json={**response.json(), "answers": []})

    page.route("**/submit", without_answers)
    page.goto(page.url.replace("questions/1", "review"))
    ready(page)
    button(page, "Submit").click()
    page.wait_for_url("**/result")
    expect(page.get_by_text("The receipt does not cover every answer")).to_be_visible()
    assert page.evaluate(KEPT) == 1


def test_digits_choose_in_the_question_only(visit: Visit) -> None:
    page = visit.page
    page.locator("#hidetime").focus()
    page.keyboard.press("1")
    expect(page.locator(".opts input:checked")).to_have_count(0)
    uncover(page)
    page.locator(".opts input").first.focus()
    page.keyboard.press("2")
    expect(page.locator(".opts").first.locator("input").nth(1)).to_be_checked()


def test_the_last_minute_is_announced_and_at_the_end_the_page_goes_to_the_result(visit: Visit) -> None:
    page = visit.page
    page.route("**/attempts/**", with_seconds_left(62))
    page.reload()
    expect(page.locator("[data-notice]")).to_have_text("1 minute left.", timeout=8000)
    visit.check()
    page.unroute("**/attempts/**")
    page.route("**/attempts/**", with_seconds_left(4))
    page.reload()
    choose(page, 0)
    page.wait_for_url("**/result")
    expect(page.get_by_text(re.compile(r"Receipt [0-9A-F-]{14},"))).to_be_visible()
    assert page.evaluate(KEPT) == 0
    visit.check()


KEPT = """() => new Promise((resolve) => {
    const asked = indexedDB.open('kijun-answers');
    asked.onsuccess = () => {
        const count = asked.result.transaction('events').objectStore('events').count();
        count.onsuccess = () => resolve(count.result);
    };
})"""
"""How many changes of answers this browser holds."""


def test_answers_stay_in_the_browser_until_the_receipt_has_come(visit: Visit) -> None:
    page = visit.page
    choose(page, 0)
    expect(status(page)).to_have_text(SAVED)
    assert page.evaluate(KEPT) == 1
    button(page, "Review and finish").click()
    page.wait_for_url("**/review")
    assert page.evaluate(KEPT) == 1
    ready(page)
    button(page, "Submit").click()
    page.wait_for_url("**/result")
    assert page.evaluate(KEPT) == 0


def test_whoever_signs_out_leaves_no_saved_answer_behind(visit: Visit) -> None:
    page = visit.page
    choose(page, 0)
    expect(status(page)).to_have_text(SAVED)
    visit.open("/")
    assert page.evaluate(KEPT) == 1
    with page.expect_navigation():
        page.locator('form[action$="/sign-out"]').evaluate("(form) => form.requestSubmit()")
    page.wait_for_url("**/sign-in*")
    assert page.evaluate(KEPT) == 0


def test_what_was_left_behind_in_a_browser_is_sent_for_review_from_the_result(
    visit: Visit, writable: Server, window: Window
) -> None:
    left = visit.page
    left.context.set_offline(True)
    choose(left, 0)
    expect(status(left)).to_have_text("Offline: 1 answer waiting")
    result = left.url.replace("questions/1", "result")
    # What is sent on leaving may find the line back
    left.evaluate("() => { fetch = () => Promise.reject(new TypeError()); }")
    left.close(run_before_unload=False)
    other = window(writable, "en")
    other.sign_in("joiner")
    other.page.goto(result.replace("result", "review"))
    ready(other.page)
    button(other.page, "Submit").click()
    other.page.wait_for_url("**/result")
    back = visit.page.context.new_page()
    back.context.set_offline(False)
    back.route("**/events", lambda route: route.fulfill(status=503, body="{}"), times=1)
    back.goto(result)
    expect(back.get_by_text("1 answer came too late.")).to_be_visible()
    assert back.evaluate(KEPT) == 0
