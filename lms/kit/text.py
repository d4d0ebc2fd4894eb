"""Text as it is compared and sorted (width, case, white space, kana), and the letters that number options."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SPACES = re.compile(r"\s+")
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_VARIANTS = str.maketrans("髙﨑𠮷濵邊邉齋齊斎澤廣嶋嶌櫻國龍", "高崎吉浜辺辺斉斉斉沢広島島桜国竜")
"""Forms of one character in family names: who looks for somebody seldom knows which of them the name has."""


def fold_spaces(text: str) -> str:
    """The text with every run of white space as one space, and none at the ends."""
    return _SPACES.sub(" ", text).strip()


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen.

    >>> is_blank(" \u3000\u200b"), is_blank("\u200ba")
    (True, False)
    """
    return all(unicodedata.category(character) in _UNSEEN for character in text)


def fold_login(text: str) -> str:
    """A login as it is compared: full-width letters and capitals do not matter.

    >>> fold_login(" Ｌ０１@Tokyo.example ")
    'l01@tokyo.example'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def fold_code(text: str) -> str:
    """A code as it is kept: full-width letters and small ones are those of the same code.

    >>> fold_code(" ｈａｒ-014 ")
    'HAR-014'
    """
    return unicodedata.normalize("NFKC", text).strip().upper()


def codes_in(text: str) -> list[str]:
    """The codes that somebody has typed or pasted, in any width, case and order, each once.

    >>> codes_in("l0042、Ｌ００４３ L0042")
    ['L0042', 'L0043']
    """
    return list(dict.fromkeys(fold_code(code) for code in re.split(r"[\s,、，]+", text) if code))


def reading_key(reading: str) -> str:
    """The key by which names sort: kana alike, width and case alike.

    >>> sorted(["タナカ", "かとう", "sato"], key=reading_key)
    ['sato', 'かとう', 'タナカ']
    """
    return unicodedata.normalize("NFKC", reading).casefold().translate(_KATAKANA_TO_HIRAGANA)


def fold_variants(text: str) -> str:
    """The text as it sorts, and with one form of a character that names vary.

    >>> fold_variants("髙橋ハナ")
    '高橋はな'
    """
    return reading_key(text).translate(_VARIANTS)


def search_key(text: str) -> str:
    """A text as it is searched: as it sorts, without blanks, and with one form of a character that names vary.

    >>> search_key("ﾀｶﾊｼ　ミク") == search_key("たかはしみく"), search_key("髙橋")
    (True, '高橋')
    """
    return "".join(fold_variants(text).split())


def is_found(words: str, texts: Iterable[str]) -> bool:
    """Whether each of these words is found in the texts; width, case and kana do not matter.

    >>> is_found("ﾐｸ 高橋", ["髙橋　みく"]), is_found("", []), is_found("mi", ["Sam"])
    (True, True, False)
    """
    searched = search_key("\n".join(texts))
    return all(search_key(word) in searched for word in words.split())


def plain(text: str) -> str:
    """A code, an address or a number as it is meant: width does not matter, nor do blanks around and unseen marks.

    >>> plain("　ｏｓａｋａ－２ "), plain("１２")
    ('osaka-2', '12')
    """
    return "".join(
        letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf"
    ).strip()


def letter(place: int) -> str:
    """The letter of an option by its place from 0; behind Z it goes on with two.

    >>> letter(0), letter(25), letter(26), letter(52)
    ('A', 'Z', 'AA', 'BA')
    """
    rest, last = divmod(place, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)
