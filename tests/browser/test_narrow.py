"""What a page does in the hand: wide tables, filters, and the order of Today."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Server, Window


@pytest.mark.parametrize(("account", "path"), [("trainer", "/cohorts/tokyo-a"), ("qa", "/questions/HAR")])
def test_a_wide_table_keeps_its_first_column_in_view(server: Server, window: Window, account: str, path: str) -> None:
    visit = window(server, "ja", width=390)
    visit.sign_in(account)
    visit.open(path)
    table = visit.page.locator(".scroll-x > .tbl").last
    table.evaluate("one => { one.parentElement.scrollLeft = 200; }")
    moved = table.evaluate("one => one.parentElement.scrollLeft")
    assert moved > 50
    left = "one => one.getBoundingClientRect().left - one.closest('.scroll-x').getBoundingClientRect().left"
    assert abs(table.locator("tbody tr > :first-child").first.evaluate(left)) <= 1
    assert table.locator("tbody tr > :nth-child(2)").first.evaluate(left) < 150
    visit.check()


def test_the_calendar_address_comes_last_on_today_in_the_hand(server: Server, window: Window) -> None:
    visit = window(server, "en", width=390)
    visit.sign_in("joiner")
    visit.open("/")
    top = {
        name: visit.page.get_by_role("heading", name=name, exact=True).evaluate(
            "one => one.getBoundingClientRect().top"
        )
        for name in ("Today’s timetable", "To do", "Ready for go-live", "Your calendar")
    }
    assert sorted(top, key=lambda name: top[name]) == list(top)


def test_the_search_of_a_list_takes_the_whole_width_in_the_hand(server: Server, window: Window) -> None:
    visit = window(server, "en", width=390)
    visit.sign_in("admin")
    visit.open("/people")
    box = visit.page.locator(".filters input").first.bounding_box()
    assert box is not None
    assert box["width"] == 390 - 32


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("account", ["admin", "vendor", "trainer", "qa", "editor"])
def test_the_navigation_leaves_the_search_and_the_languages_free(
    server: Server, window: Window, account: str, language: str
) -> None:
    visit = window(server, language, width=1280)
    visit.sign_in(account)
    visit.open("/")
    for width in (768, 1000, 1024, 1100, 1200, 1280):
        visit.page.set_viewport_size({"width": width, "height": 800})
        end = visit.page.locator(".nav > a").last.bounding_box()
        rest = visit.page.locator(".topbar-end").bounding_box()
        assert end is not None
        assert rest is not None
        assert end["x"] + end["width"] <= rest["x"], f"{width} px"
        assert rest["x"] + rest["width"] <= width


def test_the_bar_of_a_quiz_keeps_saving_and_time_in_one_line_beside_many_policies(
    writable: Server, window: Window
) -> None:
    visit = window(writable, "ja", width=1280)
    visit.sign_in("joiner")
    visit.open(f"/quizzes/{writable.give('harassment-checkpoint')}")
    visit.page.locator("main form .btn-main").click()
    visit.page.locator(".quizname .small").evaluate("one => { one.textContent += '　HAR v4.2'.repeat(9); }")
    for width in (768, 1280):
        visit.page.set_viewport_size({"width": width, "height": 800})
        for part in (".save", ".left"):
            box = visit.page.locator(f".quizbar {part}").bounding_box()
            assert box is not None
            assert box["height"] < 30, f"{part} at {width} px"
        visit.check_width()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_heatmap_of_six_cohorts_cuts_no_column(server: Server, window: Window, language: str) -> None:
    visit = window(server, language, width=1280)
    visit.sign_in("qa")
    visit.open("/analysis/harassment-checkpoint")
    heatmap = visit.page.locator(".heat").first
    columns = """(one) => {
        for (const row of one.rows) while (row.cells.length < 8) row.cells[1].after(row.cells[1].cloneNode(true));
        return [one.offsetWidth, one.parentElement.clientWidth];
    }"""
    table, room = heatmap.evaluate(columns)
    assert table <= room


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (390, False)])
def test_an_action_stands_beside_what_is_missed_and_below_it_in_the_hand(
    server: Server, window: Window, width: int, beside: bool
) -> None:
    visit = window(server, "ja", width=width)
    visit.sign_in("qa")
    visit.open("/analysis/harassment-checkpoint")
    item = visit.page.locator(".found .list-item").last
    text, button = item.locator("> div").first.bounding_box(), item.locator(".btn").bounding_box()
    assert text is not None
    assert button is not None
    assert button["width"] < 200
    assert (button["x"] >= text["x"] + text["width"]) is beside
    assert (button["y"] >= text["y"] + text["height"]) is not beside
    visit.check_width()


def test_how_far_a_regrade_moves_somebody_is_seen_in_the_hand(server: Server, window: Window) -> None:
    visit = window(server, "ja", width=390)
    visit.sign_in("qa")
    visit.open("/analysis/harassment-checkpoint/regrade/HAR-021?version=1&how=accept&right=options:o3")
    box = visit.page.locator(".mvs").first.bounding_box()
    assert box is not None
    assert box["width"] >= 120
    visit.check()


def test_a_printed_list_begins_under_its_heading_and_has_no_controls(server: Server, window: Window) -> None:
    visit = window(server, "en", width=1280)
    visit.sign_in("admin")
    visit.open("/vendors")
    visit.page.emulate_media(media="print")
    assert not visit.page.locator(".views, .filters, .btn, .topbar").locator("visible=true").count()
    table = visit.page.locator(".card:has(.tbl)")
    assert table.evaluate("one => getComputedStyle(one).breakInside") == "auto", "else a long one leaves a page blank"
    assert visit.page.locator(".card-foot > p").is_visible()
    assert table.evaluate("one => getComputedStyle(one).printColorAdjust") == "exact", (
        "light words on dark would vanish"
    )
