"""What an author is told beside the checks: whether the two languages say the same, whether the writing gives hints."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from lms.kit.findings import Finding, Level
from lms.kit.text import letter
from lms.questions.core.question import Question, QuestionType, Text

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_EMPHASIS = re.compile(r"<em>.*?</em>", re.DOTALL)
_LAST_SENTENCE = re.compile(r"[^.。?？!\n]+[.。?？!]?\s*\Z")
_NEGATIVE = {
    "en": re.compile(r"\b(not|never|except|incorrect|wrong)\b", re.IGNORECASE),
    "ja": re.compile(r"ない(?:もの|の|もので|の?は)|ません|誤って|以外"),
}
_FEWEST_WORDS = 8
_CHARACTERS_A_WORD = 2.0
_RATIOS = (0.5, 2.0)
_TOO_LONG = 1.5
"""How many times longer than every other option the key may be before its length gives it away."""


def notes(question: Question) -> list[Finding]:
    """Warnings about the wording. None of them keeps a question from use: a person judges."""
    return [Finding(Level.WARNING, code, facts=facts) for code, facts in (*_parity(question), *_hints(question))]


def _parity(question: Question) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Where English and Japanese seem to say different things."""
    for name, text in (("case", question.case), ("prompt", question.prompt)):
        if missing := _missing_numbers(text):
            yield "question.numbers-differ", {"text": name, "numbers": missing}
        ratio = _ratio(text)
        if ratio is not None and not _RATIOS[0] <= ratio <= _RATIOS[1]:
            yield "question.lengths-differ", {"text": name}
    for group, options in question.option_groups.items():
        for place, option in enumerate(options):
            if missing := _missing_numbers(option.text):
                facts = {"option": letter(place), "group": group, "numbers": missing}
                yield "question.option-numbers-differ", facts
    for locale in ("en", "ja"):
        asked = _LAST_SENTENCE.search(question.prompt.get(locale, "").strip())
        if asked and _NEGATIVE[locale].search(_EMPHASIS.sub("", asked[0])):
            yield "question.negative-plain", {"locale": locale}


def _hints(question: Question) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Where the form of an option tells which one is right."""
    if question.type is not QuestionType.SINGLE:
        return
    for locale in ("en", "ja"):
        lengths = [len(option.text.get(locale, "")) for option in question.options]
        for place, option in enumerate(question.options):
            others = lengths[:place] + lengths[place + 1 :]
            if option.fraction == 1 and any(others) and lengths[place] > _TOO_LONG * max(others):
                yield "question.key-longest", {"option": letter(place), "locale": locale}


def _missing_numbers(text: Text) -> tuple[str, ...]:
    """The numbers of the English that the Japanese lacks. Japanese has more of them: months are numbers there."""
    if not text.get("en") or not text.get("ja"):
        return ()
    japanese = set(_NUMBER.findall(unicodedata.normalize("NFKC", text["ja"]).replace(",", "")))
    return tuple(
        number for number in dict.fromkeys(_NUMBER.findall(text["en"].replace(",", ""))) if number not in japanese
    )


def _ratio(text: Text) -> float | None:
    """How long the Japanese is against what such an English text usually becomes; None for short ones."""
    words = len(text.get("en", "").split())
    if words < _FEWEST_WORDS or not text.get("ja"):
        return None
    return len(text["ja"]) / (words * _CHARACTERS_A_WORD)
