"""A section's Markdown as safe HTML: raw HTML is text, and what comes out passes an allowlist as well."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt

from lms.policies.core.ruby import teach_ruby
from lms.policies.core.sensitive import Label, stretches

BLOCKS = {"p", "br", "hr", "pre", "blockquote", "ul", "ol", "li", "h5", "h6"}
TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
TAGS = BLOCKS | TABLES | {"em", "strong", "del", "code", "a", "ruby", "rt", "rp"}
ATTRIBUTES = {"a": {"href", "title"}, "th": {"align"}, "td": {"align"}, "ol": {"start"}, "code": set()}
SCHEMES = {"http", "https", "mailto"}
_LINK = re.compile(r"(?:https?:|mailto:|[^:]*\Z|[^:]*/)", re.IGNORECASE)
"""A target has a scheme of ours, or nothing that could be one before its first slash."""

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
teach_ruby(_markdown)
_markdown.validateLink = lambda url: _LINK.match(url.strip()) is not None  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class Prose:
    """Ordinary text, as safe HTML."""

    html: str


@dataclass(frozen=True, slots=True)
class Sensitive:
    """Sensitive text, as safe HTML, with the label that is shown in its place until somebody opens it."""

    label: Label
    html: str


Block = Prose | Sensitive

KEPT_BODIES = 1024
"""How many bodies a process remembers as HTML: the policies in force, and what else was read lately."""


@lru_cache(maxsize=KEPT_BODIES)
def blocks(body: str) -> tuple[Block, ...]:
    """The blocks of a section, in order; remembered by the text, since what is published never changes.

    >>> blocks("Remove *insults*.")
    (Prose(html='<p>Remove <em>insults</em>.</p>'),)
    """
    lines = body.split("\n")
    environment: dict[str, Any] = {}
    tokens = _markdown.parse(body, environment)
    references = environment.get("references", {})
    found: list[Block] = []
    for stretch in stretches(lines, tokens):
        rendered = _render("\n".join(lines[stretch.first : stretch.end]), references)
        if stretch.label is not None:
            found.append(Sensitive(stretch.label, rendered))
        elif rendered:
            found.append(Prose(rendered))
    return tuple(found)


def _render(markdown: str, references: Mapping[str, Any]) -> str:
    """A part of a section as safe HTML; ``references`` are the link definitions of the whole section.

    Headings inside a section (deeper than its own) become h5 and h6; pictures become their text.
    """
    tokens = _markdown.parse(markdown, {"references": dict(references)})
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h6" if token.tag == "h6" else "h5"
    dirty = _markdown.renderer.render(tokens, _markdown.options, {})
    return nh3.clean(
        dirty, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer"
    ).strip()
