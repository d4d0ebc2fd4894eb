"""A section's text as it is searched and as an excerpt of it is shown."""

from __future__ import annotations

import re

from lms.kit.search import found_by
from lms.policies.core.fragment import read
from lms.policies.core.markup import Prose, blocks
from lms.policies.core.ruby import RUBY

_COVER = re.compile(r"^:::.*$", re.MULTILINE)
_TARGET = re.compile(r"\]\([^)\s]*\)")
_MARKS = re.compile(r"[*`\\\[\]]|(?<!\w)_+|_+(?!\w)|^[#>\s-]+", re.MULTILINE)


def found_in_section(title: str | None, body: str) -> str:
    """The title, and on a second line the text, as they are searched: without marks, with the readings at the end.

    >>> found_in_section("{未成年者|みせいねんしゃ}", "**繰り返し**の [Contact](/a)\\n::: sensitive")
    '未成年者みせいねんしゃ\\n繰り返しのcontact'
    """
    return found_by([_with_readings(title or ""), _bare(_with_readings(body))])


def shown_text(body: str) -> str:
    """The text of a section for an excerpt: without what is sensitive, and without tables' and lists' marks."""
    return "\n".join(read(block.html).text for block in blocks(body) if isinstance(block, Prose))


def _bare(body: str) -> str:
    """The text without the marks of Markdown, so that a word is found that is partly emphasised."""
    return _MARKS.sub("", _TARGET.sub("]", _COVER.sub("", body))).replace("|", " ")


def _with_readings(text: str) -> str:
    readings = [match[2].strip() for match in RUBY.finditer(text)]
    return " ".join([RUBY.sub(r"\1", text), *readings])
