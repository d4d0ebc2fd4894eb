"""Every page that a role reaches from its navigation: the languages in turn, three widths, no findings.

What a page says in both is walked by tests/crawl; here it is looked at.
"""

from __future__ import annotations

import hashlib
import re
from itertools import cycle
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import ACCOUNTS, AXE, SIZES, Server, Visit, Window, axe

LEFT_ALONE = re.compile(r"^/(sign-out|calendar/|static/)|[?&](lang|as)=|\.(csv|md|ics)(\?|$)|/file$")
"""What is no page, or would change the visit."""
AXE_AT = {"en": 1280, "ja": 390}
MOST_OF_A_KIND = 1
"""So many pages of one shape are looked at (one question of twelve, one of sixty people); tests/crawl walks more."""


def shape(path: str) -> str:
    """What pages of one kind have in common: the first and the last part of a long address."""
    parts = urlsplit(path).path.strip("/").split("/")
    return "/".join([parts[0], str(len(parts)), parts[-1] if len(parts) > 2 else ""])


def links(visit: Visit) -> list[str]:
    """The addresses within the installation that the page links to."""
    found = visit.page.evaluate("[...document.querySelectorAll('a[href]')].map((one) => one.href)")
    paths = [one.removeprefix(visit.base).partition("#")[0] for one in found if one.startswith(visit.base)]
    return [path for path in paths if not LEFT_ALONE.search(path)]


def walk(visit: Visit, most: int) -> list[str]:
    """Every page reached by links, a few of each shape, each at every size.

    Axe looks at the English ones at a desk and at the Japanese ones in the hand: it takes most of the time.
    """
    visit.page.context.add_init_script(axe())
    seen: list[str] = []
    waiting = ["/", *links(visit)]
    shapes: dict[str, int] = {}
    while waiting:
        path = waiting.pop(0)
        if path in seen or shapes.get(shape(path), 0) >= most:
            continue
        shapes[shape(path)] = shapes.get(shape(path), 0) + 1
        seen.append(path)
        visit.open(path)
        waiting += links(visit)
        for width, height in SIZES:
            visit.page.set_viewport_size({"width": width, "height": height})
            if width == AXE_AT[visit.language]:
                visit.check()
            else:
                visit.check_width()
    return seen


def test_axe_is_the_released_one() -> None:
    for line in AXE.with_name("CHECKSUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256(AXE.with_name(name).read_bytes()).hexdigest() == digest, name


@pytest.mark.long_way
@pytest.mark.parametrize(("account", "language"), list(zip(ACCOUNTS, cycle(["ja", "en"]), strict=False)))
def test_every_page_of_a_role(server: Server, window: Window, account: str, language: str) -> None:
    visit = window(server, language, width=1280)
    visit.click_to_sign_in(account)
    pages = walk(visit, MOST_OF_A_KIND)
    assert len(pages) >= 4, pages


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_sign_in_page(server: Server, window: Window, language: str, width: int) -> None:
    visit = window(server, language, width=width)
    visit.open(f"/sign-in?lang={language}")
    visit.check()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_dark_pages_have_contrast_too(server: Server, window: Window, language: str) -> None:
    visit = window(server, language)
    visit.page.emulate_media(color_scheme="dark")
    visit.sign_in("qa")
    for path in ("/", "/analysis/harassment-checkpoint", "/policies/HAR", "/questions/HAR"):
        visit.open(path)
        visit.check()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_page_that_is_not_there_says_so(server: Server, window: Window, language: str) -> None:
    visit = window(server, language)
    visit.sign_in("joiner")
    visit.refusals = {404}
    answer = visit.page.goto(f"{server.base}/policies/NOTHING")
    assert answer is not None
    assert answer.status == 404
    visit.check()
