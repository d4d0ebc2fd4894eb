"""Short text: a word or a few, written. Payload: ``{"text": "thirty days"}``.

The best matching answer counts; width, case, kana and blanks do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.questions.core.question import Answer, Question
from lms.questions.core.told import Reader, Told
from lms.questions.core.written import best, line_of, matching, share_of, spoken


def blank(_section: str | None, _seed: str) -> dict[str, Any]:
    """One accepted answer, still without words."""
    return {"answers": (Answer(),)}


def parse(_body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was written; None when nothing was."""
    text = line_of(untrusted.get("text"))
    return {"text": text} if text else None


def mark(key: Mapping[str, Any], payload: Mapping[str, Any], *, all_or_nothing: bool = False) -> Fraction:
    """The best matching answer's fraction.

    >>> key = {"answers": [{"text": {"en": ["Appeal"], "ja": ["異議申し立て"]}, "fraction": "1"}]}
    >>> mark(key, {"text": "ａｐｐｅａｌ"}), mark(key, {"text": "a peal"})
    (Fraction(1, 1), Fraction(0, 1))
    """
    share = share_of(key["answers"], payload["text"])
    return Fraction(int(share == 1)) if all_or_nothing else share


def order(_body: Mapping[str, Any], _ordering: Callable[[Sequence[str]], Sequence[str]]) -> dict[str, list[str]]:
    """There is nothing to order."""
    return {}


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """Somebody can earn all marks in each language."""
    return text_flaws(question.answers, "answers")


def text_flaws(accepted: Sequence[Answer], group: str) -> list[tuple[str, Mapping[str, Any]]]:
    """What is wrong with accepted words: none in a language, none that earns everything, one that says nothing."""
    full = [answer for answer in accepted if answer.fraction == 1]
    if not full:
        return [("question.no-full-answer", {"group": group})]
    found: list[tuple[str, Mapping[str, Any]]] = [
        ("question.no-answer-in", {"locale": locale, "group": group})
        for locale in ("en", "ja")
        if not any(word.strip() for answer in full for word in answer.text.get(locale, ()))
    ]
    empty = [
        place
        for place, answer in enumerate(accepted, start=1)
        if not any(word.strip() for words in answer.text.values() for word in words)
    ]
    return [*found, *(("question.answer-empty", {"answer": place, "group": group}) for place in empty)]


def told(_body: Mapping[str, Any], key: Mapping[str, Any], payload: Mapping[str, Any], reader: Reader) -> Told:
    """What was written, and the first answer that earns everything."""
    said = Told()
    written_told(said, key["answers"], payload.get("text"), reader)
    return said


def written_told(
    said: Told, accepted: Sequence[Mapping[str, Any]], written: str | None, reader: Reader, part: str | None = None
) -> None:
    """Add what was written and what is right, and why what matched is not all right."""
    if written is not None:
        said.chosen.append((part, written))
        for answer in matching(accepted, written):
            if Fraction(answer["fraction"]) < 1:
                said.add_reason(answer, reader.locale)
    right = best(accepted)
    if right is not None:
        said.right.append((part, spoken(right, reader)))


def answers(question: Question) -> list[dict[str, Any]]:
    """The accepted words with what they earn."""
    return [text_json(answer) for answer in question.answers]


def text_json(answer: Answer) -> dict[str, Any]:
    """Accepted words in the shape of ``flask questions check``."""
    return {
        "text": {locale: list(words) for locale, words in answer.text.items()},
        "fraction": float(answer.fraction),
    }
