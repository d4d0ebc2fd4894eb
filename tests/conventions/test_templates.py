"""Pages hold no script and no style of their own: the content policy would not let them work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LMS = Path(__file__).resolve().parent.parent.parent / "lms"
TEMPLATES = sorted(LMS.rglob("*.html"))
INLINE = re.compile(r"<style\b|<script\b(?![^>]*\bsrc=)|\s(?:style|on[a-z]+)=[\"'{]|\bjavascript:", re.IGNORECASE)
MAILS = {"templates/layouts/mail.html"}
"""No page of ours: whoever reads a mail loads no style sheet for it. All mails have this one."""


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.relative_to(LMS).as_posix() for path in TEMPLATES])
def test_no_template_holds_script_or_style(path: Path) -> None:
    found = INLINE.search(path.read_text())
    assert (found is not None) == (path.relative_to(LMS).as_posix() in MAILS), found
