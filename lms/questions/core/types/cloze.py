"""Cloze: a text with gaps, ``[[id]]`` in its prompt. Payload: ``{"gap-days": "30", "gap-who": "o2"}``.

A gap is filled by choosing, by a word or by a number; one that was left open is absent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

from lms.kit.problems import Invalid
from lms.questions.core.question import Gap, Question, QuestionType, fractions_of, option_ids
from lms.questions.core.told import Reader, Told, options_told
from lms.questions.core.types.numeric import number_flaws, number_json
from lms.questions.core.types.short_text import text_flaws, text_json, written_told
from lms.questions.core.types.single_choice import new_options
from lms.questions.core.written import line_of, share_of

_GAP = re.compile(r"\[\[([A-Za-z0-9_-]{1,40})\]\]")
MOST_WEIGHT = 100


def blank(_section: str | None, seed: str) -> dict[str, Any]:
    """One gap with three options to choose from."""
    return {
        "gaps": (Gap("g1", QuestionType.SINGLE, options=new_options(3, seed)),),
        "prompt": {"en": "… [[g1]] …", "ja": "…[[g1]]…"},
    }


def pieces(prompt: str) -> list[tuple[str, bool]]:
    """A prompt in pieces: its words, and the ids of gaps (True).

    >>> pieces("Within [[days]] days")
    [('Within ', False), ('days', True), (' days', False)]
    """
    found: list[tuple[str, bool]] = []
    for place, piece in enumerate(_GAP.split(prompt)):
        if piece:
            found.append((piece, place % 2 == 1))
    return found


def numbered_text(prompt: str) -> str:
    """A prompt as it is read where nothing can be filled in, its gaps numbered.

    >>> numbered_text("Within [[days]] days of the [[what]]")
    'Within (1) ____ days of the (2) ____'
    """
    numbers = count(1)
    return _GAP.sub(lambda _gap: f"({next(numbers)}) ____", prompt)


def parse(body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was put into each gap; None when all are open."""
    payload = {}
    for gap in body["gaps"]:
        name = f"gap-{gap['id']}"
        if gap["type"] == QuestionType.SINGLE:
            filled = untrusted.get(name) or ""
            if filled and filled not in option_ids(body, name):
                raise Invalid("answer.unknown_option")
        else:
            filled = line_of(untrusted.get(name))
        if filled:
            payload[name] = filled
    return payload or None


def mark(key: Mapping[str, Any], payload: Mapping[str, Any], *, all_or_nothing: bool = False) -> Fraction:
    """The weighted mean of the gaps.

    >>> days = {"weight": 3, "answers": [{"value": "30", "fraction": "1"}]}
    >>> group = {"o1": {"fraction": "1"}, "o2": {"fraction": "0"}}
    >>> key = {"gaps": {"days": days, "who": {"weight": 1, "answers": []}}, "groups": {"gap-who": group}}
    >>> mark(key, {"gap-days": "30", "gap-who": "o2"}), mark(key, {"gap-who": "o1"})
    (Fraction(3, 4), Fraction(1, 4))
    """
    weights = {name: gap["weight"] for name, gap in key["gaps"].items()}
    earned = sum((weight * _share(key, name, payload) for name, weight in weights.items()), Fraction(0))
    share = earned / (sum(weights.values()) or 1)
    return Fraction(int(share == 1)) if all_or_nothing else share


def order(body: Mapping[str, Any], ordering: Callable[[Sequence[str]], Sequence[str]]) -> dict[str, list[str]]:
    """The options of each gap, ordered."""
    return {group: list(ordering(option_ids(body, group))) for group in body["groups"]}


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """Each gap stands once in the text of each language, and can be filled rightly."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    if not question.gaps:
        found.append(("question.no-gap", {}))
    ids = {gap.id for gap in question.gaps}
    for locale in sorted(question.prompt):
        stands = Counter(_GAP.findall(question.prompt[locale]))
        found += [("question.gap-not-in-text", {"gap": gap, "locale": locale}) for gap in sorted(ids - set(stands))]
        found += [("question.gap-unknown", {"gap": gap, "locale": locale}) for gap in sorted(set(stands) - ids)]
        found += [("question.gap-twice", {"gap": gap, "locale": locale}) for gap, times in stands.items() if times > 1]
    for gap in question.gaps:
        found += _gap_flaws(gap)
    return found


def told(body: Mapping[str, Any], key: Mapping[str, Any], payload: Mapping[str, Any], reader: Reader) -> Told:
    """What was put into each gap, and what is right, numbered as the gaps stand in the text."""
    said = Told()
    text = body["prompt"].get(reader.locale, "")
    gaps = {gap["id"]: gap["type"] for gap in body["gaps"]}
    for number, name in enumerate((piece for piece, is_gap in pieces(text) if is_gap and piece in gaps), start=1):
        group, part = f"gap-{name}", f"({number})"
        if gaps[name] == QuestionType.SINGLE:
            options_told(said, body, key, group, [payload.get(group)], reader, part=part)
        else:
            written_told(said, key["gaps"][name]["answers"], payload.get(group), reader, part)
    return said


def answers(question: Question) -> list[dict[str, Any]]:
    """What each gap takes."""
    return [{"gap": gap.id, "type": gap.type.value, "weight": gap.weight, **_taken(gap)} for gap in question.gaps]


def _taken(gap: Gap) -> dict[str, Any]:
    if gap.type is QuestionType.SINGLE:
        return {
            "options": [
                {"text": dict(option.text), "fraction": float(option.fraction), "feedback": dict(option.rationale)}
                for option in gap.options
            ]
        }
    shape = number_json if gap.type is QuestionType.NUMERIC else text_json
    return {"answers": [shape(answer) for answer in gap.answers]}


def _gap_flaws(gap: Gap) -> list[tuple[str, Mapping[str, Any]]]:
    if not 1 <= gap.weight <= MOST_WEIGHT:
        return [("question.gap-weight", {"gap": gap.id, "most": MOST_WEIGHT})]
    if gap.type is QuestionType.NUMERIC:
        return number_flaws(gap.answers, gap.group)
    if gap.type is QuestionType.SHORT_TEXT:
        return text_flaws(gap.answers, gap.group)
    if len(gap.options) < 2:
        return [("question.gap-options", {"gap": gap.id})]
    is_right = any(option.fraction == 1 for option in gap.options)
    return [] if is_right else [("question.no-full-answer", {"group": gap.group})]


def _share(key: Mapping[str, Any], name: str, payload: Mapping[str, Any]) -> Fraction:
    filled = payload.get(f"gap-{name}")
    if filled is None:
        return Fraction(0)
    if f"gap-{name}" in key["groups"]:
        return max(Fraction(0), fractions_of(key, f"gap-{name}").get(filled, Fraction(0)))
    return share_of(key["gaps"][name]["answers"], filled)
