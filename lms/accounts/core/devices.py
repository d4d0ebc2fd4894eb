"""What a browser calls itself, reduced to two words: enough to know one's own sessions apart, and no more is kept."""

from __future__ import annotations

from collections.abc import Sequence

_BROWSERS = (
    ("Edge", ("edg/", "edge/", "edga/", "edgios/")),
    ("Opera", ("opr/", "opera")),
    ("Samsung Internet", ("samsungbrowser/",)),
    ("Firefox", ("firefox/", "fxios/")),
    ("Chrome", ("chrome/", "crios/", "chromium/")),
    ("Safari", ("safari/",)),
)
"""In this order: most of them also name those that stand further down."""
_SYSTEMS = (
    ("iPad", ("ipad",)),
    ("iPhone", ("iphone", "ipod")),
    ("Android", ("android",)),
    ("ChromeOS", ("cros",)),
    ("Windows", ("windows",)),
    ("macOS", ("macintosh", "mac os x")),
    ("Linux", ("linux",)),
)


def rough_device(user_agent: str) -> tuple[str, str]:
    """The browser and the system, by their names; empty where unknown.

    >>> rough_device("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0")
    ('Firefox', 'Windows')
    >>> rough_device("curl/8.5.0")
    ('', '')
    """
    said = user_agent.lower()
    return _named(said, _BROWSERS), _named(said, _SYSTEMS)


def _named(said: str, table: Sequence[tuple[str, Sequence[str]]]) -> str:
    return next((name for name, marks in table if any(mark in said for mark in marks)), "")
