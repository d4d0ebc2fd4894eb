"""Ordering: put all items into their order. Payload: ``{"place-k7": "1", ...}``, the place given to each item.

What was given no place is absent; two may have the same place until somebody gives them another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from lms.kit.problems import Invalid
from lms.questions.core.question import Option, Question, option_ids
from lms.questions.core.telling import is_series, neutral_ids
from lms.questions.core.told import Reader, Told

_FIELD = "place-"


def blank(_section: str | None, seed: str) -> dict[str, Any]:
    """Four items; their ids do not tell their order."""
    return {"items": tuple(Option(name) for name in neutral_ids(4, (), seed))}


def parse(body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None:
    """The place of each item that was given one; None when none was."""
    payload = {}
    ids = option_ids(body, "items")
    places = [str(place) for place in range(1, len(ids) + 1)]
    for name in ids:
        place = untrusted.get(_FIELD + name)
        if place in (None, ""):
            continue
        if place not in places:
            raise Invalid("answer.unknown_option")
        payload[_FIELD + name] = place
    return payload or None


def mark(key: Mapping[str, Any], payload: Mapping[str, Any], *, all_or_nothing: bool = False) -> Fraction:
    """The share of neighbours in the right order of which the first was put before the second.

    >>> key = {"order": {"items": ["a", "b", "c"]}}
    >>> mark(key, {"place-a": "2", "place-b": "3", "place-c": "1"}), mark(key, {"place-a": "1", "place-b": "1"})
    (Fraction(1, 2), Fraction(0, 1))
    """
    places = [int(payload.get(_FIELD + name, 0)) for name in key["order"]["items"]]
    kept = sum(0 < before < after for before, after in pairwise(places))
    share = Fraction(kept, len(places) - 1 or 1)
    return Fraction(int(share == 1)) if all_or_nothing else share


def order(body: Mapping[str, Any], ordering: Callable[[Sequence[str]], Sequence[str]]) -> dict[str, list[str]]:
    """The items, ordered anew; unshuffled they stand by their ids, whatever is right."""
    return {"items": list(ordering(option_ids(body, "items")))}


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """At least three items, since two are a guess, and ids that do not count them in their order."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    if len(question.items) < 3:
        found.append(("question.too-few-items", {"items": len(question.items)}))
    if is_series([option.id for option in question.items]):
        found.append(("question.ids-tell-order", {}))
    return found


def told(body: Mapping[str, Any], key: Mapping[str, Any], payload: Mapping[str, Any], reader: Reader) -> Told:
    """The items in the order that they were given, and as is right."""
    texts = {option["id"]: reader.option(option) for option in body["groups"]["items"]}
    right = key["order"]["items"]
    placed = sorted((int(payload[_FIELD + name]), name) for name in right if _FIELD + name in payload)
    return Told(
        [(None, f"{place}. {texts[name]}") for place, name in placed],
        [(None, f"{place}. {texts[name]}") for place, name in enumerate(right, start=1)],
    )


def answers(question: Question) -> list[dict[str, Any]]:
    """The items in the right order."""
    return [{"text": dict(item.text)} for item in question.items]
