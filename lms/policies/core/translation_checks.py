"""What a localizer should look at in the translation of a section: numbers, keys, links, covers, length, punctuation.

These are hints. A good translation may say a number in words or need another paragraph, so nothing here keeps a text
from being saved; what a file may not hold is refused by the check of the import.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.policies.core.glossary import Term, found_in
from lms.policies.core.ruby import without_ruby

_NUMBER = re.compile(r"(?<![A-Za-z0-9.])[0-9]+(?:[.:][0-9]+)*")
_GROUPED = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_WORDS = {
    "a": 1, "an": 1, "one": 1, "once": 1, "first": 1, "single": 1, "two": 2, "twice": 2, "both": 2, "second": 2,
    "three": 3, "third": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_FEW = frozenset({"a", "an", "one", "once", "first", "single", "second", "both", "third"})
"""Words that need not be a number in the other language."""
_KANJI = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_KANJI_NUMBER = re.compile(r"[一二三四五六七八九十](?=[つ人回日件者か個度月年])")
_LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
_KEY = re.compile(r"(?<![\w/])[A-Z][A-Z0-9-]{0,39}/[^\s{}#()「」、。,;]{1,80}")
_COVER = re.compile(r"^:::\s*sensitive\s*(.*)$", re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*+]|[0-9]+[.)])\s", re.MULTILINE)
_EAST = "\u3040-\u30ff\u3400-\u9fff"
_HALF = re.compile(rf"(?<=[{_EAST}])[,.!?()](?![0-9A-Za-z])|(?<![0-9A-Za-z])[(](?=[{_EAST}])")
_POLITE = re.compile(r"(?:です|ます|ました|ません|でした|ください|でしょう|ましょう)か?(?:（[^）]*）)?[。」]")
_PLAIN = re.compile(r"(?:である|だ|った|いた|ない|する|なる|れる)(?:（[^）]*）)?。")
_QUOTED = re.compile(r"「[^」]*」|^:::\s*sensitive.*?^:::\s*$", re.MULTILINE | re.DOTALL)
LEAST_LETTERS = 120
"""So long a source must be for its length to say anything."""
LEAST_RATIO, MOST_RATIO = 0.28, 0.9
"""Japanese in letters to English in letters: a text of policies lies near 0.5."""


@dataclass(frozen=True, slots=True)
class Note:
    """A check of a translation: whether it is well, and if not, what stands where."""

    code: str
    is_well: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TermUse:
    """A term of the source text and its translation: whether that stands in the target."""

    source: Term
    target: Term
    is_used: bool


def paired_terms(source: Sequence[Term], target: Sequence[Term]) -> list[tuple[Term, Term]]:
    """The terms of two glossaries by their places; none when one lists more than the other, since nobody knows which.

    >>> paired_terms([Term("post", "…")], [Term("投稿", "…"), Term("送信者", "…")])
    []
    """
    return list(zip(source, target, strict=True)) if len(source) == len(target) else []


def terms_in_use(source: str, target: str, pairs: Iterable[tuple[Term, Term]]) -> list[TermUse]:
    """The pairs whose source term stands in the source text, each with whether its translation stands in the target."""
    spoken = without_ruby(target)
    return [TermUse(one, other, found_in(other, spoken)) for one, other in pairs if found_in(one, source)]


def notes(source: str, target: str) -> list[Note]:
    """Every check of a translation, in the order in which they are shown; none without both texts.

    >>> [note.code for note in notes("Within 14 days: two calls.", "30日間に2回の通話。") if not note.is_well]
    ['numbers']
    """
    if not source.strip() or not target.strip():
        return []
    plain = without_ruby(target)
    return [
        _numbers(source, plain),
        _same("keys", _KEY.findall(source), _KEY.findall(plain)),
        _same("links", _links(source), _links(plain)),
        _covers(source, plain),
        _paragraphs(source, plain),
        _length(source, plain),
        _punctuation(plain),
        _style(plain),
    ]


def _numbers(source: str, target: str) -> Note:
    """Each number of the source stands in the target, and no other one; numbers in words may, but need not."""
    written, said = _figures(source), _figures(target)
    words = [word for word in re.findall(r"[a-z]+", source.lower()) if word in _WORDS]
    may_stand = written | {str(_WORDS[word]) for word in words} | {"1", "2"}
    must_stand = written | {
        str(_WORDS[word]) for word in words if word not in _FEW and _WORDS[word] > 1 and word != "may"
    }
    in_kanji = {str(_KANJI[letter]) for letter in _KANJI_NUMBER.findall(target)}
    lacking = written - said - in_kanji
    surplus = said - may_stand
    facts = {"source": _in_order(must_stand), "target": _in_order(said | (in_kanji & may_stand))}
    return Note("numbers", not lacking and not surplus, facts)


def _figures(text: str) -> set[str]:
    """The numbers that a text writes in figures, those in addresses and keys left out.

    >>> sorted(_figures("１,０００ 件、10:00 に 3.2 の HAR-014"))
    ['1000', '10:00', '3.2']
    """
    bare = _LINK.sub("](", _KEY.sub("", text))
    bare = re.sub(r"^\s*[0-9]+[.)]\s", "", bare, flags=re.MULTILINE)
    folded = _GROUPED.sub("", unicodedata.normalize("NFKC", bare))
    found = re.sub(r"[A-Z]+-[0-9]+", "", folded)
    return {_even(number) for number in _NUMBER.findall(found)}


def _even(number: str) -> str:
    return number.lstrip("0") or "0" if number.isdigit() else number


def _links(text: str) -> list[str]:
    """The targets of links; where one points within the page, the language of an address does not matter."""
    return [re.sub(r"([?&]lang=)\w+", r"\1", inline or defined) for inline, defined in _LINK.findall(text)]


def _same(code: str, source: Sequence[str], target: Sequence[str]) -> Note:
    """Whether the same things stand in both, each as often."""
    before, after = Counter(source), Counter(target)
    facts = {"lacking": sorted((before - after).elements()), "surplus": sorted((after - before).elements())}
    return Note(code, before == after, {} if before == after else facts)


def _covers(source: str, target: str) -> Note:
    """Whether the sensitive blocks are the same ones, with the same labels in the same order."""
    before, after = ([" ".join(sorted(said.split())) for said in _COVER.findall(text)] for text in (source, target))
    return Note("covers", before == after, {} if before == after else {"source": len(before), "target": len(after)})


def _paragraphs(source: str, target: str) -> Note:
    """Whether there are as many paragraphs, and as many items of lists."""
    before, after = ((len(_blocks(text)), len(_ITEM.findall(text))) for text in (source, target))
    if before == after:
        return Note("paragraphs", True)
    code = "paragraphs" if before[0] != after[0] else "items"
    place = int(code == "items")
    return Note(code, False, {"source": before[place], "target": after[place]})


def _blocks(text: str) -> list[str]:
    return [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]


def _length(source: str, target: str) -> Note:
    letters = len("".join(source.split()))
    if letters < LEAST_LETTERS:
        return Note("length", True)
    ratio = len("".join(target.split())) / letters
    code = "length-short" if ratio < LEAST_RATIO else "length-long" if ratio > MOST_RATIO else "length"
    return Note(code, code == "length")


def _punctuation(target: str) -> Note:
    """Whether Japanese has its own punctuation, and no half-width one."""
    found = list(dict.fromkeys(_HALF.findall(_LINK.sub("](", target).replace("](", ""))))
    return Note("punctuation", not found, {"found": found} if found else {})


def _style(target: str) -> Note:
    """Whether whole sentences are polite throughout; lists of nouns are neither, and what others say is quoted."""
    own = _QUOTED.sub("", target)
    polite, plain = len(_POLITE.findall(own)), len(_PLAIN.findall(own))
    return Note("style", not (polite and plain), {"polite": polite, "plain": plain} if polite and plain else {})


def _in_order(numbers: Iterable[str]) -> list[str]:
    return sorted(numbers, key=lambda number: [int(part) for part in re.split(r"[.:]", number)])
