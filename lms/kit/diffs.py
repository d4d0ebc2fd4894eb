"""Compares two texts as changes that a page can draw: by word, in Japanese by character with katakana words whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[0-9]+(?:[.,:][0-9]+)*|\s+|.", re.DOTALL)
_EAST = re.compile(r"[\u30a0-\u30ff]+|[A-Za-zＡ-Ｚａ-ｚ]+(?:['’][A-Za-z]+)*|.", re.DOTALL)
_HAS_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")
MOST_PAIRS = 4_000_000
"""So many pairs of tokens are compared at most; of longer texts only what is the same at both ends is kept."""
LEAST_KEPT = 2
"""A shorter stretch of letters that stayed between two changes is shown as changed too: it is chance, no word."""


class Kind(StrEnum):
    """What became of a stretch of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text and what became of it."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands in the new text from ``first`` to ``end`` in place of ``removed``; either may be empty."""

    first: int
    end: int
    removed: str


def tokens(text: str) -> list[str]:
    """The text in its smallest stretches that are compared whole; joined they are the text.

    >>> tokens("within 14 days"), tokens("30日間のブロック")
    (['within', ' ', '14', ' ', 'days'], ['30', '日', '間', 'の', 'ブロック'])
    """
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found += _EAST.findall(token) if _HAS_EAST.search(token) else [token]
    return found


def edits(old: str, new: str) -> list[Edit]:
    """Where the new text differs from the old one, in order; between two edits something stays.

    >>> edits("three attempts within 14 days", "two attempts within 30 days")
    [Edit(first=0, end=3, removed='three'), Edit(first=20, end=22, removed='14')]
    """
    left, right = tokens(old), tokens(new)
    places = [0]
    for token in right:
        places.append(places[-1] + len(token))
    return [
        Edit(places[first], places[end], "".join(left[start:stop])) for start, stop, first, end in _spans(left, right)
    ]


def changes(old: str, new: str) -> list[Change]:
    """The two texts as one: what stayed, and at each edit first what was removed, then what was added.

    >>> [(change.kind.value, change.text) for change in changes("3回以上", "2回以上")]
    [('removed', '3'), ('added', '2'), ('kept', '回以上')]
    """
    found: list[Change] = []
    place = 0
    for edit in edits(old, new):
        parts = [(Kind.KEPT, new[place : edit.first]), (Kind.REMOVED, edit.removed)]
        parts.append((Kind.ADDED, new[edit.first : edit.end]))
        found += [Change(kind, text) for kind, text in parts if text]
        place = edit.end
    if place < len(new):
        found.append(Change(Kind.KEPT, new[place:]))
    return found


def likeness(old: str, new: str) -> float:
    """How much of two texts stayed, from 0 to 1; two empty ones are alike.

    >>> likeness("", ""), likeness("a b", "a b"), likeness("a", "b")
    (1.0, 1.0, 0.0)
    """
    kept = sum(len(change.text) for change in changes(old, new) if change.kind is Kind.KEPT)
    return 2 * kept / (len(old) + len(new)) if old or new else 1.0


def _spans(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """The stretches of tokens that differ, as (first and end in the old, first and end in the new)."""
    head = _same(left, right)
    tail = _same(left[head:][::-1], right[head:][::-1])
    old, new = left[head : len(left) - tail], right[head : len(right) - tail]
    if not old and not new:
        return []
    if len(old) * len(new) > MOST_PAIRS:
        return [(head, head + len(old), head, head + len(new))]
    found: list[tuple[int, int, int, int]] = []
    for tag, start, stop, first, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        span = (head + start, head + stop, head + first, head + end)
        if found and _is_chance(right[found[-1][3] : span[2]]):
            span = (found[-1][0], span[1], found.pop()[2], span[3])
        found.append(span)
    return found


def _is_chance(kept: Iterable[str]) -> bool:
    """Whether what stayed between two changes is too little to be told apart: blanks, or a letter of Japanese."""
    text = "".join(kept)
    return not text.strip() or (len(text) < LEAST_KEPT and _HAS_EAST.search(text) is not None)


def _same(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
