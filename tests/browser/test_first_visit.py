"""What a first visit costs: few requests, little weight, and files that are fetched once in a year."""

from __future__ import annotations

import http.client
import re

import pytest

from tests.browser.conftest import ACCOUNTS, Meter, Server, Window

PAGES = {
    "sign-in": ("", "/sign-in"),
    **{f"start of the {name}": (name, "/") for name in ACCOUNTS},
    "policy": ("joiner", "/policies/HAR"),
    "side by side": ("joiner", "/policies/HAR/side"),
    "analysis": ("qa", "/analysis/harassment-checkpoint"),
    "question": ("qa", "/questions/HAR/HAR-024"),
    "cohort": ("trainer", "/cohorts/tokyo-a"),
    "people": ("admin", "/people"),
}
"""Who looks, and where; the pages of an attempt are weighed by the joiner who takes it."""


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", PAGES)
def test_a_first_visit_is_light(server: Server, window: Window, name: str, language: str) -> None:
    account, path = PAGES[name]
    visit = window(server, language)
    if account:
        visit.sign_in(account)
    visit.check_first_visit(path)


def test_static_files_are_hashed_compressed_and_kept_for_a_year(server: Server) -> None:
    page = fetch(server, "/sign-in")[1].decode()
    paths = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert any(path.endswith(".css") for path in paths)
    assert any(path.endswith(".js") for path in paths)
    for path in paths:
        assert re.search(r"\.[0-9a-f]{10}\.\w+$", path), path
        headers, _content = fetch(server, path, "gzip, br")
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        if not path.endswith(".woff2"):  # compressed in itself
            assert headers["Content-Encoding"] in {"br", "gzip"}
            assert "Accept-Encoding" in str(headers["Vary"])


def fetch(server: Server, path: str, encodings: str = "identity") -> tuple[http.client.HTTPMessage, bytes]:
    """The headers and the content of an address, as they come over the line."""
    connection = http.client.HTTPConnection(server.base.removeprefix("http://"), timeout=15)
    connection.request("GET", path, headers={"Accept-Encoding": encodings})
    answer = connection.getresponse()
    headers, content = answer.headers, answer.read()
    connection.close()
    return headers, content


def test_a_second_visit_fetches_the_page_alone(server: Server, window: Window) -> None:
    visit = window(server, "en")
    visit.sign_in("joiner")
    visit.open("/policies/HAR")
    visit.page.wait_for_load_state("networkidle")
    meter = Meter(visit)
    visit.open("/policies/HAR")
    visit.page.wait_for_load_state("networkidle")
    assert list(meter.fetched) == [f"{server.base}/policies/HAR"]
