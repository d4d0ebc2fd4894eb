"""What a page says: the words of a piece of it, and its sections by their heading."""

from __future__ import annotations

import re


def words(html: str) -> str:
    """The text of a piece of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def section_html(page: str, heading: str) -> str:
    """The section that a heading labels."""
    found = re.search(rf"<section[^>]*aria-labelledby=\"{heading}\">(.*?)</section>", page, re.DOTALL)
    assert found is not None
    return found[1]


def section(page: str, heading: str) -> str:
    """The words of a section."""
    return words(section_html(page, heading))
