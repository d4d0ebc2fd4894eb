"""From the result to what somebody's other answers lead to expect: a gap, what may be chance, and what is usual."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.comparison import make_comparison
from tests.browser.conftest import Server, Window, serve

LINK = {"en": "Beside your other answers", "ja": "ほかの解答との比較"}
ROWS = {
    "en": [
        ("Repeated unwanted contact", "0 of 5", "2–5", "Gap: fewer than expected"),
        ("Context that matters", "0 of 3", "1–3", "Fewer, maybe by chance"),
        ("Group targeting", "3 of 3", "0–3", "As expected"),
        ("Private details used to frighten", "3 of 3", "0–3", "As expected"),
    ],
    "ja": [
        ("望まない連絡の繰り返し", "5問中0問", "2～5", "見込みより少ない"),
        ("考慮する事情", "3問中0問", "1～3", "少ないが偶然の可能性あり"),
        ("集団での嫌がらせ", "3問中3問", "0～3", "見込みどおり"),
        ("怖がらせる目的での個人情報の公開", "3問中3問", "0～3", "見込みどおり"),
    ],
}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server of its own, whose people have taken a further quiz, and the joiner's attempt at it."""
    for server in serve(tmp_path_factory.mktemp("compared")):
        with server.unit():
            attempt_id = make_comparison(["unwanted-contact", "context"])
        yield server, attempt_id


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ja", 390)])
def test_a_gap_is_told_from_what_may_be_chance(
    compared: tuple[Server, str], window: Window, language: str, width: int
) -> None:
    server, attempt_id = compared
    visit = window(server, language, width=width)
    page = visit.page
    visit.sign_in("joiner")
    visit.open(f"/attempts/{attempt_id}/result")
    page.get_by_role("link", name=LINK[language]).click()
    page.wait_for_url(f"**/attempts/{attempt_id}/expected")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(ROWS[language]))
    for row, told in zip(rows.all(), ROWS[language], strict=True):
        for words in told:
            expect(row.get_by_text(words).locator("visible=true")).to_have_count(1)
    visit.check_everywhere()
    rows.first.get_by_role("link").click()
    page.wait_for_url("**/policies/HAR#s-unwanted-contact")
    expect(page.locator("#s-unwanted-contact")).to_be_in_viewport()
