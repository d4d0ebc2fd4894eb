"""Matching: each thing on the left belongs to one on the right. Payload: ``{"left-l1": "r4", ...}``.

What was not matched is absent. More may stand on the right than is needed, and one may belong to several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.kit.problems import Invalid
from lms.questions.core.question import Option, Question, option_ids
from lms.questions.core.telling import gives_away, is_series, neutral_ids
from lms.questions.core.told import Reader, Told

_FIELD = "left-"


def blank(_section: str | None, seed: str) -> dict[str, Any]:
    """Three pairs. The ids on the right say nothing about who belongs to whom."""
    ids = neutral_ids(3, (), seed)
    left = tuple(Option(f"l{n}", match=right) for n, right in enumerate(ids, start=1))
    return {"left": left, "right": tuple(Option(right) for right in ids)}


def parse(body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was matched with what; None when nothing was."""
    payload = {}
    known = option_ids(body, "right")
    for name in option_ids(body, "left"):
        chosen = untrusted.get(_FIELD + name)
        if chosen in (None, ""):
            continue
        if chosen not in known:
            raise Invalid("answer.unknown_option")
        payload[_FIELD + name] = chosen
    return payload or None


def mark(key: Mapping[str, Any], payload: Mapping[str, Any], *, all_or_nothing: bool = False) -> Fraction:
    """The share of right pairs.

    >>> key = {"groups": {"left": {"l1": {"match": "r1"}, "l2": {"match": "r2"}}}}
    >>> mark(key, {"left-l1": "r1", "left-l2": "r1"}), mark(key, {"left-l1": "r1", "left-l2": "r2"})
    (Fraction(1, 2), Fraction(1, 1))
    """
    pairs = key["groups"]["left"]
    right = sum(payload.get(_FIELD + name) == facts["match"] for name, facts in pairs.items())
    share = Fraction(right, len(pairs) or 1)
    return Fraction(int(share == 1)) if all_or_nothing else share


def order(body: Mapping[str, Any], ordering: Callable[[Sequence[str]], Sequence[str]]) -> dict[str, list[str]]:
    """Both sides, each ordered for itself."""
    return {side: list(ordering(option_ids(body, side))) for side in ("left", "right")}


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """At least two pairs; each thing on the left belongs to one on the right; ids do not tell which."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    right = {option.id for option in question.right}
    if len(question.left) < 2 or len(right) < 2:
        found.append(("question.too-few-pairs", {"pairs": min(len(question.left), len(right))}))
    alone = [place for place, option in enumerate(question.left, start=1) if option.match not in right]
    found += [("question.without-match", {"item": place}) for place in alone]
    matched = [(option.id, option.match) for option in question.left if option.match is not None]
    if gives_away([own for own, _match in matched], [match for _own, match in matched]):
        found.append(("question.ids-tell-pairs", {}))
    elif is_series(list(dict.fromkeys(match for _own, match in matched))):
        found.append(("question.ids-tell-order", {}))
    return found


def told(body: Mapping[str, Any], key: Mapping[str, Any], payload: Mapping[str, Any], reader: Reader) -> Told:
    """Each pair that was made, and as it would be right."""
    said = Told()
    right = {option["id"]: reader.option(option) for option in body["groups"]["right"]}
    for option in body["groups"]["left"]:
        facts, chosen = key["groups"]["left"][option["id"]], payload.get(_FIELD + option["id"])
        text = reader.option(option)
        if chosen is not None:
            said.chosen.append((None, reader.choice(text, right[chosen])))
        said.right.append((None, reader.choice(text, right[facts["match"]])))
        if chosen != facts["match"]:
            said.add_reason(facts, reader.locale)
    return said


def answers(question: Question) -> list[dict[str, Any]]:
    """The pairs, and what on the right belongs to nothing."""
    right = {option.id: option for option in question.right}
    pairs = [
        {"left": dict(option.text), "right": dict(right[option.match].text) if option.match in right else None}
        for option in question.left
    ]
    used = {option.match for option in question.left}
    return [*pairs, *({"left": None, "right": dict(o.text)} for o in question.right if o.id not in used)]
