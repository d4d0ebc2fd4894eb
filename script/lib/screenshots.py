"""Serves the sample organisation in a temporary folder and photographs the pages that the README shows."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM, QUIET, serve  # noqa: E402 - the project is found by now

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 800}


def take_the_checkpoint(page: Page, base: str) -> None:
    """Take the whole quiz, choosing the first option everywhere, up to the result."""
    page.goto(f"{base}/?lang=en")
    page.locator(".page a.btn-main").first.click()
    page.locator("form button[type=submit].btn-main").first.click()
    for _number in range(12):
        for group in range(page.locator(".opts").count()):
            with page.expect_response("**/events"):
                page.locator(".opts").nth(group).locator("label").first.click()
        page.locator("form[data-attempt] button.btn-main").first.click()
        page.wait_for_load_state("load")
    page.locator("form button.btn-main").first.click()
    page.wait_for_url("**/result")


def open_page(path: str) -> Callable[[Page, str], object]:
    return lambda page, base: page.goto(base + path)


PICTURES: dict[str, tuple[str, Callable[[Page, str], object]]] = {
    "today-en": ("joiner", open_page("/?lang=en")),
    "policy-side-by-side": ("joiner", open_page("/policies/HAR/side?lang=en#s-unwanted-contact")),
    "analysis-ja": ("qa", open_page("/analysis/harassment-checkpoint?lang=ja")),
    "result-en": ("joiner", take_the_checkpoint),
}


def fonts(folder: Path) -> str:
    """A font configuration with the project's Japanese beside the system's fonts."""
    path = folder / "fonts.conf"
    own = ROOT / "lms" / "static" / "fonts"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<include>/etc/fonts/fonts.conf</include><dir>{own}</dir></fontconfig>"
    )
    return str(path)


def photograph(browser: Browser, base: str, name: str) -> None:
    account, arrive = PICTURES[name]
    page = browser.new_page(viewport=SIZE, timezone_id="Asia/Tokyo", reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(f"{base}/sign-in?lang=en")
    page.locator(f'button[value="{account}"]').click()
    arrive(page, base)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, contextmanager(serve)(Path(folder, "data")) as server:
        environment = {**os.environ, "FONTCONFIG_FILE": fonts(Path(folder))}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET), env=environment)
            for name in PICTURES:
                photograph(browser, server.base, name)
            browser.close()


if __name__ == "__main__":
    main()
