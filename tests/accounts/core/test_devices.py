"""What browsers call themselves."""

from __future__ import annotations

import pytest

from lms.accounts.core.devices import rough_device

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (WINDOWS, ("Chrome", "Windows")),
        (f"{WINDOWS} Edg/142.0.0.0", ("Edge", "Windows")),
        (f"{PHONE} Version/18.5 Mobile/15E148 Safari/604.1", ("Safari", "iPhone")),
        (f"{PHONE} CriOS/142.0 Mobile/15E148 Safari/604.1", ("Chrome", "iPhone")),
        ("Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/142.0 Mobile", ("Chrome", "Android")),
        ("Mozilla/5.0 (X11; CrOS x86_64 16181.61.0) AppleWebKit/537.36 Chrome/142.0", ("Chrome", "ChromeOS")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox", "macOS")),
        ("", ("", "")),
        ("<script>alert(1)</script>", ("", "")),
    ],
)
def test_a_browser_is_known_by_its_own_name_and_not_by_those_it_names_as_well(
    said: str, found: tuple[str, str]
) -> None:
    assert rough_device(said) == found
