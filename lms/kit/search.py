"""Text as it is found: what of it is compared, the words that somebody looks for, and where they stand in it.

Width, case, kana and the variants of a character do not matter. Blanks beside Japanese do not matter either: a line may
end in the middle of a word there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

from lms.kit.text import fold_spaces, fold_variants

MOST_LETTERS = 200
MOST_WORDS = 8
"""What of a longer search counts."""
EXCERPT = 160
"""How many characters of a text stand in an excerpt."""
_BEFORE = 40
_JAPANESE = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_JAPANESE = re.compile(f"[{_JAPANESE}]")
_BLANK_BESIDE = re.compile(f" (?=[{_JAPANESE}])|(?<=[{_JAPANESE}]) ")
_BETWEEN_WORDS = re.compile(r"[\s/]+")
_STOPS = re.compile(r"[。！？\n]|[.!?]\s")
_VOICED = "\uff9e\uff9f"
"""The half-width marks that make one character of two."""

Part = tuple[str, bool]
"""A piece of a text, and whether it is what somebody looks for."""


def found_by(texts: Iterable[str]) -> str:
    """The texts as they are searched, a line each.

    >>> found_by(["Repeated\\nContact", "望まない\\n連絡は ﾀﾞﾒ"])
    'repeated contact\\n望まない連絡はだめ'
    """
    return "\n".join(_BLANK_BESIDE.sub("", fold_spaces(_folded(text))) for text in texts)


def is_japanese(text: str) -> bool:
    """Whether any character of a text is one of Japanese.

    >>> is_japanese("What is “spam”?"), is_japanese("HARの例")
    (False, True)
    """
    return _IS_JAPANESE.search(text) is not None


def words_of(asked: str) -> list[str]:
    """The words to look for, each once, as texts are searched; a full name is a code and a key.

    >>> words_of("ＨＡＲ/insults　ダメ だめ")
    ['har', 'insults', 'だめ']
    """
    words = _BETWEEN_WORDS.split(_folded(asked[:MOST_LETTERS]))
    return list(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


def has_all(found: str, words: Iterable[str]) -> bool:
    """Whether a text, as it is searched, holds every word."""
    return all(word in found for word in words)


def marked(text: str, words: Collection[str]) -> list[Part]:
    """The text in pieces, those marked that a word finds.

    >>> marked("Ａ ﾀﾞﾒ case", ["だめ", "c"])
    [('Ａ ', False), ('ﾀﾞﾒ', True), (' ', False), ('c', True), ('ase', False)]
    """
    letters, places = _letters(text)
    hit = [False] * len(text)
    for word in words:
        start = letters.find(word)
        while start >= 0:
            first, end = places[start][0], places[start + len(word) - 1][1]
            hit[first:end] = [True] * (end - first)
            start = letters.find(word, start + 1)
    parts: list[Part] = []
    for letter, is_hit in zip(text, hit, strict=True):
        if parts and parts[-1][1] == is_hit:
            parts[-1] = (parts[-1][0] + letter, is_hit)
        else:
            parts.append((letter, is_hit))
    return parts


def excerpt(text: str, words: Sequence[str], size: int = EXCERPT) -> list[Part]:
    """A piece of a text around what is found first, from the beginning of its sentence where that is near.

    >>> excerpt("One. Two words here.", ["words"], size=14)
    [('… Two ', False), ('words', True), (' …', False)]
    """
    parts = marked(text, words)
    first = len(parts[0][0]) if len(parts) > 1 and not parts[0][1] else 0
    start = _start(text, first, size)
    end = min(len(text), start + size)
    if end < len(text) and (cut := text.rfind(" ", start + size * 2 // 3, end)) > first:
        end = cut
    shown = marked(text[start:end].strip(), words) if end > start else []
    before = [("… ", False)] if start else []
    after = [(" …", False)] if end < len(text) else []
    return _joined([*before, *shown, *after])


def _start(text: str, first: int, size: int) -> int:
    """Where an excerpt starts that shows the place ``first``."""
    near = max(0, first - max(_BEFORE, size - _BEFORE))
    if near == 0 and first < size * 2 // 3:
        return 0
    stops = [match.end() for match in _STOPS.finditer(text, near, first)]
    return stops[0] if stops else max(0, first - min(_BEFORE, size // 3))


def _joined(parts: Sequence[Part]) -> list[Part]:
    found: list[Part] = []
    for text, is_hit in parts:
        if found and found[-1][1] == is_hit:
            found[-1] = (found[-1][0] + text, is_hit)
        else:
            found.append((text, is_hit))
    return found


def _folded(text: str) -> str:
    """The text with one form of each letter and without marks that nobody sees; a control character is a blank."""
    kept = []
    for letter in fold_variants(text):
        kind = unicodedata.category(letter) if not letter.isprintable() else ""
        kept.append("" if kind == "Cf" else " " if kind.startswith("C") else letter)
    return "".join(kept)


def _letters(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The letters by which a text is found, and from where to where each stands in it."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for first, end in _clusters(text):
        for letter in _folded(text[first:end]):
            is_blank = letter.isspace()
            if is_blank and (not letters or letters[-1] == " " or _IS_JAPANESE.match(letters[-1])):
                continue
            if not is_blank and letters and letters[-1] == " " and _IS_JAPANESE.match(letter):
                letters.pop()
                places.pop()
            letters.append(" " if is_blank else letter)
            places.append((first, end))
    return "".join(letters), places


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that fold by themselves: a letter with its marks."""
    first = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not (unicodedata.combining(text[place]) or text[place] in _VOICED):
            yield first, place
            first = place
