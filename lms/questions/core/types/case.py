"""Case: decide, cite the section, judge the severity, choose the action.

Payload: ``{"verdict": "o2", "section": "s1", ...}``.

A part that was not answered is absent; a case with no part answered is blank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.kit.problems import Invalid
from lms.questions.core.question import Option, Part, PartName, Question, fractions_of, option_ids
from lms.questions.core.told import Reader, Told, options_told

_HANG_ON_THE_VERDICT = frozenset({PartName.SEVERITY.value, PartName.ACTION.value})
_KEEP_THEIR_ORDER = frozenset({PartName.VERDICT.value, PartName.SECTION.value, PartName.SEVERITY.value})
"""Decisions, sections and degrees of severity have an order of their own; shuffled, they would only cost time."""


def blank(section: str | None, _seed: str) -> dict[str, Any]:
    """The two parts that cannot be missing."""
    verdict = Part(PartName.VERDICT, 60, (Option("o1", fraction=Fraction(1)), Option("o2")))
    cited = Part(PartName.SECTION, 40, (Option("s1", fraction=Fraction(1), section=section), Option("s2")))
    return {"parts": (verdict, cited)}


def parse(body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None:
    """The chosen option of each answered part; None when there is none."""
    payload = {}
    for name in body["groups"]:
        option = untrusted.get(name)
        if option in (None, ""):
            continue
        if option not in option_ids(body, name):
            raise Invalid("answer.unknown_option")
        payload[name] = option
    return payload or None


def mark(key: Mapping[str, Any], payload: Mapping[str, Any], *, all_or_nothing: bool = False) -> Fraction:
    """The weighted sum of the parts' fractions; after a wrong verdict (0) severity and action earn nothing.

    >>> group = {"o1": {"fraction": "1"}, "o2": {"fraction": "0"}, "o3": {"fraction": "0.5"}}
    >>> weights = {"verdict": 40, "section": 30, "severity": 15, "action": 15}
    >>> key = {"weights": weights, "groups": dict.fromkeys(PartName, group)}
    >>> mark(key, {"verdict": "o2", "section": "o1", "severity": "o1", "action": "o1"})
    Fraction(3, 10)
    >>> mark(key, {"verdict": "o3", "section": "o1", "severity": "o1", "action": "o1"})
    Fraction(4, 5)
    """
    earned = {name: _earned(key, name, payload) for name in key["weights"]}
    if earned.get(PartName.VERDICT.value, Fraction(1)) <= 0:
        earned = {name: Fraction(0) if name in _HANG_ON_THE_VERDICT else share for name, share in earned.items()}
    share = sum((Fraction(key["weights"][name], 100) * part for name, part in earned.items()), Fraction(0))
    return Fraction(int(share == 1)) if all_or_nothing else share


def order(body: Mapping[str, Any], ordering: Callable[[Sequence[str]], Sequence[str]]) -> dict[str, list[str]]:
    """The options of each part; only actions are ordered anew."""
    return {
        name: option_ids(body, name) if name in _KEEP_THEIR_ORDER else list(ordering(option_ids(body, name)))
        for name in body["groups"]
    }


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """A case needs a verdict and a section, weights that add up to 100, and an option with full marks in each part."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    names = {part.name for part in question.parts}
    found += [
        ("question.part-missing", {"part": name.value})
        for name in (PartName.VERDICT, PartName.SECTION)
        if name not in names
    ]
    total = sum(part.weight for part in question.parts)
    if question.parts and total != 100:
        found.append(("question.weights-sum", {"sum": total}))
    for part in question.parts:
        if not any(option.fraction == 1 for option in part.options):
            found.append(("question.part-without-key", {"part": part.name.value}))
    return found


def told(body: Mapping[str, Any], key: Mapping[str, Any], payload: Mapping[str, Any], reader: Reader) -> Told:
    """What was chosen and what is right in each part."""
    said = Told()
    for name in body["groups"]:
        options_told(said, body, key, name, [payload.get(name)], reader, part=reader.part(name))
    return said


def answers(question: Question) -> list[dict[str, Any]]:
    """Each option of each part; a section has its full name for an id."""
    return [
        {
            "part": part.name.value,
            "weight": part.weight,
            "option": option.section or option.id,
            "fraction": float(option.fraction),
        }
        for part in question.parts
        for option in part.options
    ]


def _earned(key: Mapping[str, Any], name: str, payload: Mapping[str, Any]) -> Fraction:
    return max(Fraction(0), fractions_of(key, name).get(payload.get(name, ""), Fraction(0)))
