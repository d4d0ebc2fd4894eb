"""One policy file as a value: its head, its title and its sections in order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lms.kit.findings import Finding, Level
from lms.policies.core import front_matter
from lms.policies.core.front_matter import FrontMatter
from lms.policies.core.outline import INTRO, depths
from lms.policies.core.ruby import faulty_ruby, without_ruby
from lms.policies.core.sensitive import fenced_lines, open_fences, sensitive_findings

DEEPEST_HEADING = 4
LONGEST_KEY = 80
_EXPLICIT_KEY = re.compile(r"\{#([^\s{}#]{1,80})\}\Z")
_FRAMED_LETTERS = re.compile("[\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]")
_parser = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a policy. ``level`` counts from 1; ``body`` is its own Markdown, without its subsections.

    ``is_explicit`` says that the key stands in the file as ``{#key}``; else it is the slug of the heading. ``title``
    is the heading as plain text, None for the introduction. ``line`` is where the section starts (from 1).
    """

    key: str
    is_explicit: bool
    level: int
    title: str | None
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy in one language."""

    matter: FrontMatter
    title: str | None
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    title: str
    explicit_key: str | None
    first_line: int
    end_line: int


def parse(content: bytes) -> tuple[Policy, list[Finding]]:
    """Parse a policy file: UTF-8 with or without BOM, any line ends.

    Faults are findings; the rest is read all the same.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Policy(FrontMatter(), None, ()), [Finding(Level.ERROR, "not-utf-8", facts={"byte": error.start})]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    mark, head, body_line = front_matter.split(text)
    matter, findings = front_matter.read(mark, head) if mark else (FrontMatter(), [])
    lines = text.split("\n")[body_line:]
    environment: dict[str, Any] = {}
    tokens = _parser.parse("\n".join(lines), environment)
    headings = _headings(tokens)
    definitions = _definition_lines(environment)
    starts = {heading.first_line for heading in headings}
    no_text = definitions.union(*(range(heading.first_line, heading.end_line) for heading in headings))
    faults = sensitive_findings(lines, tokens, starts, no_text, body_line)
    faults += [Finding(Level.WARNING, "open-fence", body_line + line + 1, 1) for line in open_fences(lines, tokens)]
    faults += _ruby_findings(lines, fenced_lines(lines, tokens), body_line)
    title, headings = _without_title(headings, matter, lines)
    sections = _sections(headings, lines, environment.get("references", {}), definitions, body_line, findings)
    if not sections:
        findings.append(Finding(Level.ERROR, "no-sections", body_line + 1, 1))
    return Policy(matter, title, tuple(sections)), findings + faults


def slug(heading: str) -> str:
    """A heading's key by GitHub's rule: lower case, marks dropped, spaces to hyphens, letters of any script.

    Of numbers those stay that count as letters or digits (Ⅳ, ４), and not what only looks like one (①, ½); of spaces
    the plain one alone becomes a hyphen.

    >>> slug("What's not allowed? (v2)"), slug("① 望まない連絡　の繰り返し")
    ('whats-not-allowed-v2', '-望まない連絡の繰り返し')
    """
    kept = (character for character in heading.strip(" ").lower() if _stays_in_slug(character))
    return "".join(kept).replace(" ", "-")[:LONGEST_KEY]


def _stays_in_slug(character: str) -> bool:
    """Whether GitHub keeps a character: letters, marks, digits, joining marks such as _, the hyphen, the plain space.

    Circled and squared letters are symbols by their category and letters all the same.
    """
    category = unicodedata.category(character)
    is_letter_in_a_frame = category == "So" and bool(_FRAMED_LETTERS.match(character))
    return character in "- " or category[0] in "LM" or category in {"Nd", "Nl", "Pc"} or is_letter_in_a_frame


def numbered(key: str, number: int) -> str:
    """A key with a number behind it, cut so that the whole is no longer than a key may be.

    >>> numbered("scope", 2), len(numbered("s" * 80, 10))
    ('scope-2', 80)
    """
    return f"{key[: LONGEST_KEY - 1 - len(str(number))]}-{number}"


def swallows(body: str) -> bool:
    """Whether a heading behind this text would be part of it, as behind a code block that is never closed.

    >>> swallows("```\\nopen"), swallows("closed")
    (True, False)
    """
    tokens = _parser.parse(f"{body}\n\n# Behind")
    return not tokens or tokens[-1].type != "heading_close"


def plain_text(inline: Token) -> str:
    """The text of an inline token without its markup."""
    return "".join(
        child.content if child.type in {"text", "code_inline"} else " " if child.type.endswith("break") else ""
        for child in inline.children or ()
    ).strip()


def _ruby_findings(lines: Sequence[str], fenced: set[int], body_line: int) -> list[Finding]:
    """A warning at braces and a bar that were meant for a reading and make none."""
    return [
        Finding(Level.WARNING, "bad-ruby", body_line + number + 1, column)
        for number, line in enumerate(lines)
        if number not in fenced
        for column in faulty_ruby(line)
    ]


def _headings(tokens: Sequence[Token]) -> list[_Heading]:
    """The headings that stand at the top level of the document, down to level 4."""
    found = []
    for place, token in enumerate(tokens):
        if token.type != "heading_open" or token.level != 0 or token.map is None:
            continue
        level = int(token.tag[1])
        if level > DEEPEST_HEADING:
            continue
        title = without_ruby(plain_text(tokens[place + 1]))
        match = _EXPLICIT_KEY.search(title)
        found.append(
            _Heading(
                level, title[: match.start()].rstrip() if match else title, match[1] if match else None, *token.map[:2]
            )
        )
    return found


def _without_title(
    headings: list[_Heading], matter: FrontMatter, lines: Sequence[str]
) -> tuple[str | None, list[_Heading]]:
    """The module's title, and the headings that are sections.

    A single level-1 heading before every other one, with nothing but space above it, is the title; its line stays
    part of no section. With a key, in a file whose head says the title already, it is a section: so an export writes
    one that reaches down to the deepest heading.
    """
    tops = [heading for heading in headings if heading.level == 1]
    is_title = len(tops) == 1 and headings[0] is tops[0] and not "".join(lines[: tops[0].first_line]).strip()
    if is_title and not (tops[0].explicit_key and matter.title):
        for number in range(tops[0].first_line, tops[0].end_line):
            lines[number] = ""  # type: ignore[index]
        return matter.title or tops[0].title, headings[1:]
    return matter.title, headings


def _sections(
    headings: list[_Heading],
    lines: list[str],
    references: dict[str, Any],
    definitions: set[int],
    body_line: int,
    findings: list[Finding],
) -> list[Section]:
    bounds = [heading.first_line for heading in headings] + [len(lines)]
    sections = []

    def body(start: int, end: int) -> str:
        own = "\n".join(lines[number] for number in range(start, end) if number not in definitions)
        return _with_definitions(own.strip("\n").rstrip(), references, lines)

    intro = body(0, bounds[0])
    if intro.strip():
        sections.append(Section(INTRO, True, 1, None, intro, body_line + 1))
    used: dict[str, int] = {INTRO: 0}
    explicit = {heading.explicit_key for heading in headings if heading.explicit_key}
    for heading, depth, end in zip(headings, depths(h.level for h in headings), bounds[1:], strict=True):
        line = body_line + heading.first_line + 1
        key = heading.explicit_key or _free_slug(heading.title, used, explicit)
        if key in used:
            findings.append(Finding(Level.ERROR, "repeated-key", line, 1, {"key": key}))
            key = _free_slug(key, used, explicit)
        used[key] = line
        text = body(heading.end_line, end)
        sections.append(Section(key, heading.explicit_key is not None, depth, heading.title, text, line))
    return sections


def _definition_lines(environment: dict[str, Any]) -> set[int]:
    """The lines of reference definitions; of two of one label the first counts, the other is no text either."""
    found = (*environment.get("references", {}).values(), *environment.get("duplicate_refs", []))
    return {number for one in found for number in range(*one["map"])}


def _free_slug(heading: str, used: dict[str, int], taken: set[str]) -> str:
    base = slug(heading) or "section"
    key, repeat = base, 0
    while key in used or (repeat and key in taken):
        repeat += 1
        key = numbered(base, repeat)
    return key


def _with_definitions(body: str, references: dict[str, Any], lines: Sequence[str]) -> str:
    """The body with the reference definitions that it uses, so that a section stands for itself."""
    spoken = re.sub(r"\s+", " ", body).upper()
    used = [
        "\n".join(lines[slice(*reference["map"])]).strip()
        for label, reference in sorted(references.items())
        if f"[{label}]" in spoken
    ]
    return f"{body}\n\n" + "\n".join(used) if used else body
