"""A section's Markdown as safe HTML: raw HTML is text, and what comes out passes an allowlist as well."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt

from lms.policies.core.sensitive import Label, stretches

BLOCKS = {"p", "br", "hr", "pre", "blockquote", "ul", "ol", "li", "h5", "h6"}
TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
TAGS = BLOCKS | TABLES | {"em", "strong", "del", "code", "a"}
ATTRIBUTES = {"a": {"href", "title"}, "th": {"align"}, "td": {"align"}, "ol": {"start"}, "code": set()}
SCHEMES = {"http", "https", "mailto"}
_TAG = re.compile(r"<[^>]+>")
_LINK = re.compile(r"(?:https?:|mailto:|[^:]*\Z|[^:]*/)", re.IGNORECASE)
"""A target has a scheme of ours, or nothing that could be one before its first slash."""

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
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


def blocks(body: str) -> list[Block]:
    """The blocks of a section, in order.

    >>> blocks("Remove *insults*.")
    [Prose(html='<p>Remove <em>insults</em>.</p>')]
    """
    lines = body.split("\n")
    found: list[Block] = []
    for stretch in stretches(lines, _markdown.parse(body)):
        rendered = render("\n".join(lines[stretch.first : stretch.end]))
        if stretch.label is not None:
            found.append(Sensitive(stretch.label, rendered))
        elif rendered:
            found.append(Prose(rendered))
    return found


def render(markdown: str) -> str:
    """Markdown as safe HTML.

    Headings inside a section (deeper than its own) become h5 and h6; pictures become their text.
    """
    tokens = _markdown.parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h6" if token.tag == "h6" else "h5"
    dirty = _markdown.renderer.render(tokens, _markdown.options, {})
    return nh3.clean(
        dirty, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer"
    ).strip()


def plain(body: str) -> str:
    """The words of a section, without markup: for lengths and for search."""
    text = " ".join(_TAG.sub(" ", block.html) for block in blocks(body))
    return " ".join(html.unescape(text).split())
