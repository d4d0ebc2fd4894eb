"""Multiple response: every right option and no wrong one. Payload: ``{"options": ["o1", "o3"]}``, sorted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.kit.problems import Invalid
from lms.questions.core.question import Question, fractions_of, option_ids
from lms.questions.core.told import Reader, Told, options_told
from lms.questions.core.types.single_choice import blank, order

__all__ = ["answers", "blank", "findings", "mark", "order", "parse", "told"]


def parse(body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None:
    """The chosen options without repeats; None when nothing is chosen."""
    chosen = untrusted.get("options") or []
    known = option_ids(body)
    if not isinstance(chosen, list) or not all(option in known for option in chosen):
        raise Invalid("answer.unknown_option")
    return {"options": sorted(set(chosen))} if chosen else None


def mark(key: Mapping[str, Any], payload: Mapping[str, Any], *, all_or_nothing: bool = False) -> Fraction:
    """(right chosen - wrong chosen) / number right, not below 0.

    A key whose fractions are shares of their own (an imported question) is added up instead: imported fractions win.

    >>> key = {"groups": {"options": {"o1": {"fraction": "1"}, "o2": {"fraction": "1"}, "o3": {"fraction": "0"}}}}
    >>> mark(key, {"options": ["o1"]}), mark(key, {"options": ["o1", "o2", "o3"]}), mark(key, {"options": ["o1", "o2"]})
    (Fraction(1, 2), Fraction(1, 2), Fraction(1, 1))
    """
    fractions = fractions_of(key)
    chosen = set(payload["options"])
    if is_plain(list(fractions.values())):
        right = {option for option, fraction in fractions.items() if fraction == 1}
        earned = Fraction(len(chosen & right) - len(chosen - right), len(right) or 1)
        is_full = chosen == right
    else:
        earned = sum((fractions[option] for option in chosen), Fraction(0))
        is_full = chosen == {option for option, fraction in fractions.items() if fraction > 0}
    if is_full or all_or_nothing:
        return Fraction(int(is_full))
    return min(max(Fraction(0), earned), Fraction(1))


def is_plain(fractions: Sequence[Fraction]) -> bool:
    """Whether the fractions only say right (1) or wrong (0), so that our own rule marks."""
    return set(fractions) <= {Fraction(0), Fraction(1)}


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """A multiple response needs two options, and at least one right one; imported fractions add up to 1."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    fractions = [option.fraction for option in question.options]
    if len(fractions) < 2:
        found.append(("question.too-few-options", {"options": len(fractions)}))
    positive = [fraction for fraction in fractions if fraction > 0]
    if not positive:
        found.append(("question.no-right-answer", {}))
    elif not is_plain(fractions) and abs(sum(positive, Fraction(-1))) > Fraction(1, 100):
        found.append(("question.fractions-sum", {"sum": float(sum(positive, Fraction(0)))}))
    return found


def told(body: Mapping[str, Any], key: Mapping[str, Any], payload: Mapping[str, Any], reader: Reader) -> Told:
    """The chosen options and the right ones."""
    said = Told()
    options_told(said, body, key, "options", payload.get("options", []), reader)
    return said


def answers(_question: Question) -> list[dict[str, Any]]:
    """Nothing beside the options: their fractions say it."""
    return []
