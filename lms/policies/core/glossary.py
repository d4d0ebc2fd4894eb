"""The terms of a policy in one language, as its front matter gives them, and where they stand in a section."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lms.policies.core.fragment import read
from lms.policies.core.markup import Block, Prose

KEY = "glossary"
"""The key of the front matter: a list of ``term``, ``definition`` and, where there is one, ``reading``."""
LONGEST_TERM = 80
_NO_LINK_IN = {"a", "code", "pre", "h5", "h6", "rt", "rp"}


@dataclass(frozen=True, slots=True)
class Term:
    """A word with a meaning of its own in this policy."""

    term: str
    definition: str
    reading: str = ""


def terms_of(said: Any) -> tuple[Term, ...]:
    """The terms that a front matter gives; what is no term is left out.

    >>> terms_of([{"term": "投稿", "reading": "とうこう", "definition": "公開した文章。"}, "x"])
    (Term(term='投稿', definition='公開した文章。', reading='とうこう'),)
    """
    return tuple(term for entry in said if (term := _term(entry))) if isinstance(said, list) else ()


def faulty_entries(said: Any) -> list[int]:
    """The places (from 1) of entries that are no terms; 0 when it is no list at all."""
    if not isinstance(said, list):
        return [0]
    return [number for number, entry in enumerate(said, start=1) if _term(entry) is None]


def with_terms(blocks: Iterable[Block], terms: Sequence[Term], anchor: str) -> list[Block]:
    """The blocks with the first occurrence of each term as a link to ``#<anchor><number>`` (from 1)."""
    left = dict(enumerate(terms, start=1))
    return [
        replace(block, html=_linked(block.html, left, anchor)) if isinstance(block, Prose) and left else block
        for block in blocks
    ]


def found_in(term: Term, text: str) -> bool:
    """Whether a term stands in a text.

    >>> found_in(Term("post", "…"), "Posts stay up."), found_in(Term("post", "…"), "The postbox")
    (True, False)
    """
    return re.search(_pattern(term.term), text, re.IGNORECASE) is not None


def _term(entry: Any) -> Term | None:
    if not isinstance(entry, dict):
        return None
    word, definition, reading = (str(entry.get(key) or "").strip() for key in ("term", "definition", "reading"))
    return Term(word, definition, reading) if word and definition and len(word) <= LONGEST_TERM else None


def _linked(cleaned: str, left: dict[int, Term], anchor: str) -> str:
    """The HTML with a link on each term that is still left; a found one is taken out of ``left``.

    Of two terms at one place the longer one counts.
    """
    fragment = read(cleaned)
    found: list[tuple[int, int, int]] = []
    longest_first = sorted(left, key=lambda number: -len(left[number].term))
    pattern = re.compile("|".join(f"(?P<t{number}>{_pattern(left[number].term)})" for number in longest_first), re.I)
    for run in fragment.pieces:
        if isinstance(run, str) or run.inside & _NO_LINK_IN:
            continue
        for match in pattern.finditer(run.text):
            number = int(str(match.lastgroup)[1:])
            if number in left:
                found.append((run.first + match.start(), run.first + match.end(), number))
                del left[number]
    numbers = [number for *_span, number in found]

    def link(place: int, text: str) -> str:
        target = html.escape(f"{anchor}{numbers[place]}")
        return f'<a class="term" href="#{target}" aria-describedby="{target}">{text}</a>'

    return fragment.wrapped([(first, end) for first, end, _number in found], link) if found else cleaned


def _pattern(term: str) -> str:
    """The term as it stands in a text: a word of letters begins and ends with the word, English ones also in plural."""
    escaped = re.escape(term)
    if term[-1].isascii() and term[-1].isalnum():
        escaped += r"(?:s|es)?(?![A-Za-z0-9_])"
    return rf"(?<![A-Za-z0-9_]){escaped}" if term[0].isascii() and term[0].isalnum() else escaped


def written(terms: Iterable[Term]) -> str:
    """Terms as lines for a form: ``term | reading | definition``, the reading only where there is one.

    >>> written([Term("投稿", "公開した文章。", "とうこう")])
    '投稿 | とうこう | 公開した文章。'
    """
    return "\n".join(" | ".join(part for part in (term.term, term.reading, term.definition) if part) for term in terms)


def from_lines(text: str) -> tuple[list[dict[str, str]], list[int]]:
    """The entries that such lines give, as the front matter holds them, and the numbers of lines that give none.

    >>> from_lines("投稿 ｜ とうこう ｜ 公開した文章。\\nx")
    ([{'term': '投稿', 'reading': 'とうこう', 'definition': '公開した文章。'}], [2])
    """
    entries, faulty = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in re.split(r"[|｜]", line)]
        names = ("term", "definition") if len(parts) == 2 else ("term", "reading", "definition")
        entry = dict(zip(names, parts, strict=False))
        if len(parts) in {2, 3} and _term(entry):
            entries.append({key: part for key, part in entry.items() if part})
        else:
            faulty.append(number)
    return entries, faulty
