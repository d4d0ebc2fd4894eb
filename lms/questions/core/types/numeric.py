"""Numeric: a number, written. Payload: ``{"number": "30"}``, as it was typed.

What is no number is kept as well and earns nothing: whoever mistyped can still mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.questions.core.question import Answer, Question
from lms.questions.core.told import Reader, Told
from lms.questions.core.types.short_text import written_told
from lms.questions.core.written import bounds, line_of, share_of


def blank(_section: str | None, _seed: str) -> dict[str, Any]:
    """One accepted number, still to be written."""
    return {"answers": (Answer(value="", tolerance="0"),)}


def parse(_body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was written; None when nothing was."""
    text = line_of(untrusted.get("number"))
    return {"number": text} if text else None


def mark(key: Mapping[str, Any], payload: Mapping[str, Any], *, all_or_nothing: bool = False) -> Fraction:
    """The best matching answer's fraction; the ends of a range count.

    >>> key = {"answers": [{"value": "30", "tolerance": "1", "fraction": "1"}]}
    >>> mark(key, {"number": "３１．０"}), mark(key, {"number": "31.01"}), mark(key, {"number": "many"})
    (Fraction(1, 1), Fraction(0, 1), Fraction(0, 1))
    """
    share = share_of(key["answers"], payload["number"])
    return Fraction(int(share == 1)) if all_or_nothing else share


def order(_body: Mapping[str, Any], _ordering: Callable[[Sequence[str]], Sequence[str]]) -> dict[str, list[str]]:
    """There is nothing to order."""
    return {}


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """Each answer is a number or a range, and somebody can earn all marks."""
    return number_flaws(question.answers, "answers")


def number_flaws(accepted: Sequence[Answer], group: str) -> list[tuple[str, Mapping[str, Any]]]:
    """What is wrong with accepted numbers: none that earns everything, no number, a range from the greater end."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    if not any(answer.fraction == 1 for answer in accepted):
        found.append(("question.no-full-answer", {"group": group}))
    for place, answer in enumerate(accepted, start=1):
        facts = {name: getattr(answer, name) for name in ("value", "tolerance", "low", "high")}
        low, high = bounds({name: number for name, number in facts.items() if number is not None})
        if low is None or high is None:
            found.append(("question.answer-no-number", {"answer": place, "group": group}))
        elif low > high:
            found.append(("question.answer-turned", {"answer": place, "group": group}))
    return found


def told(_body: Mapping[str, Any], key: Mapping[str, Any], payload: Mapping[str, Any], reader: Reader) -> Told:
    """What was written, and the number that earns everything."""
    said = Told()
    written_told(said, key["answers"], payload.get("number"), reader)
    return said


def answers(question: Question) -> list[dict[str, Any]]:
    """The accepted numbers with what they earn."""
    return [number_json(answer) for answer in question.answers]


def number_json(answer: Answer) -> dict[str, Any]:
    """An accepted number in the shape of ``flask questions check``; numbers are strings there, exact."""
    if answer.low is not None or answer.high is not None:
        return {"min": answer.low, "max": answer.high, "fraction": float(answer.fraction)}
    return {"value": answer.value, "tolerance": answer.tolerance or "0", "fraction": float(answer.fraction)}
