"""What somebody writes as an answer: how it is read, and which accepted answer it is.

Of words, width, case, kana and blanks do not count, in each language as far as they can differ there. Numbers are
compared exactly, by their digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.kit.problems import Invalid
from lms.kit.text import fold_spaces, reading_key
from lms.questions.core.formats.plain import has_controls
from lms.questions.core.told import Reader

LONGEST = 200
"""As many characters somebody may write; the field takes no more."""
_NUMBER = re.compile(r"[-+]?(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d{1,15})?")
TYPED_NUMBER = (
    r"\s*[\-+−－＋‐‑–—―]?([0-9０-９]{1,15}|[0-9０-９]{1,3}([,，][0-9０-９]{3}){1,4})([.．][0-9０-９]{1,15})?\s*"
)
"""The same for the field on the page, which says at once what is no number."""
_DASHES = dict.fromkeys("‐‑–—―−", "-")
_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "〜": "~", **_DASHES})
"""What keyboards and systems write apart: Japanese ranges are typed with either of two wave dashes."""


def line_of(untrusted: Any) -> str:
    """What was written, without blanks around it. Raises ``Invalid`` for what no field sends."""
    if untrusted is None:
        return ""
    if not isinstance(untrusted, str) or len(untrusted) > LONGEST:
        raise Invalid("answer.too_long", most=LONGEST)
    if has_controls(untrusted):
        raise Invalid("answer.unreadable")
    return fold_spaces(untrusted)


def folded(text: str, locale: str) -> str:
    """The words as they are compared in a language.

    >>> folded("Ｔｈｉｒｔｙ  Days", "en"), folded("ｻﾝｼﾞｭｳ　日", "ja") == folded("さんじゅう日", "ja")
    ('thirty days', True)
    >>> folded("７〜１０日", "ja") == folded("7～10日", "ja")
    True
    """
    words = fold_spaces(unicodedata.normalize("NFKC", text).translate(_MARKS))
    return reading_key(words).replace(" ", "") if locale == "ja" else words.casefold()


def number_of(text: str) -> Fraction | None:
    """A number as people type it; None for anything else. A comma stands between thousands only.

    >>> number_of("１，０００.5"), number_of("−3"), number_of("1,5"), number_of("thirty")
    (Fraction(2001, 2), Fraction(-3, 1), None, None)
    """
    digits = in_digits(text)
    return None if digits is None else Fraction(digits)


def in_digits(text: str) -> str | None:
    """A number in plain digits, as it is kept; None for what is none.

    >>> in_digits("１，０００.5"), in_digits("–3"), in_digits("1,5")
    ('1000.5', '-3', None)
    """
    written = unicodedata.normalize("NFKC", text).translate(_MARKS).strip()
    return written.replace(",", "") if _NUMBER.fullmatch(written) else None


def share_of(answers: Sequence[Mapping[str, Any]], written: str) -> Fraction:
    """What the best matching answer earns, not below 0."""
    found = matching(answers, written)
    return max([Fraction(0), *(Fraction(answer["fraction"]) for answer in found)])


def matching(answers: Sequence[Mapping[str, Any]], written: str) -> list[Mapping[str, Any]]:
    """The answers of a key that the written one is, in whatever language it was written."""
    number = number_of(written)
    return [
        answer
        for answer in answers
        if (_has_words(answer, written) if "text" in answer else number is not None and _has_number(answer, number))
    ]


def best(answers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The first answer that earns everything; None when no answer does."""
    return next((answer for answer in answers if Fraction(answer["fraction"]) == 1), None)


def spoken(answer: Mapping[str, Any], reader: Reader) -> str:
    """An accepted answer in words: the first of the reader's language, or the number with how far it may be off."""
    if "text" in answer:
        words: list[str] = answer["text"].get(reader.locale) or next(iter(answer["text"].values()), [])
        return str(words[0]) if words else ""
    if "low" in answer:
        return reader.span(answer["low"], answer["high"])
    off = number_of(answer.get("tolerance", "0"))
    return f"{answer['value']} ± {answer['tolerance']}" if off else str(answer.get("value", ""))


def _has_words(answer: Mapping[str, Any], written: str) -> bool:
    return any(
        folded(words, locale) == folded(written, locale)
        for locale, listed in answer["text"].items()
        for words in listed
    )


def _has_number(answer: Mapping[str, Any], number: Fraction) -> bool:
    low, high = bounds(answer)
    return low is not None and high is not None and low <= number <= high


def bounds(answer: Mapping[str, Any]) -> tuple[Fraction | None, Fraction | None]:
    """From where to where an answer in numbers goes; None for what is no number.

    >>> bounds({"value": "30", "tolerance": "0.5"})
    (Fraction(59, 2), Fraction(61, 2))
    """
    if "low" in answer or "high" in answer:
        return number_of(answer.get("low", "")), number_of(answer.get("high", ""))
    value, off = number_of(answer.get("value", "")), number_of(answer.get("tolerance", "0"))
    return (None, None) if value is None or off is None else (value - off, value + off)
