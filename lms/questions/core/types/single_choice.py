"""Single choice: one option of several. Payload: ``{"option": "o1"}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.kit.problems import Invalid
from lms.kit.shuffles import shuffled
from lms.questions.core.question import Option, Question, fractions_of, option_ids
from lms.questions.core.told import Reader, Told, options_told


def blank(_section: str | None, seed: str) -> dict[str, Any]:
    """Four options, the first of them right."""
    return {"options": new_options(4, seed)}


def new_options(count: int, seed: str) -> tuple[Option, ...]:
    """Options of which the first is right. Their ids, which stand on the paper, do not say so.

    >>> [option.id for option in new_options(3, "one")], [option.id for option in new_options(3, "two")]
    (['o3', 'o1', 'o2'], ['o2', 'o1', 'o3'])
    """
    ids = shuffled(seed, [f"o{n}" for n in range(1, count + 1)])
    return tuple(Option(name, fraction=Fraction(int(name == ids[0]))) for name in ids)


def parse(body: Mapping[str, Any], untrusted: Mapping[str, Any]) -> dict[str, Any] | None:
    """The chosen option; None when nothing is chosen."""
    option = untrusted.get("option")
    if option in (None, ""):
        return None
    if option not in option_ids(body):
        raise Invalid("answer.unknown_option")
    return {"option": option}


def mark(key: Mapping[str, Any], payload: Mapping[str, Any], *, all_or_nothing: bool = False) -> Fraction:
    """The option's fraction, not below 0.

    >>> mark({"groups": {"options": {"o1": {"fraction": "1"}, "o2": {"fraction": "-1/4"}}}}, {"option": "o2"})
    Fraction(0, 1)
    """
    earned = max(Fraction(0), fractions_of(key).get(payload["option"], Fraction(0)))
    return Fraction(int(earned == 1)) if all_or_nothing else earned


def order(body: Mapping[str, Any], ordering: Callable[[Sequence[str]], Sequence[str]]) -> dict[str, list[str]]:
    """The options, ordered."""
    return {"options": list(ordering(option_ids(body)))}


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """A single choice needs two options, and one that earns full marks."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    if len(question.options) < 2:
        found.append(("question.too-few-options", {"options": len(question.options)}))
    right = sum(option.fraction == 1 for option in question.options)
    if right == 0:
        found.append(("question.no-right-answer", {}))
    return found


def told(body: Mapping[str, Any], key: Mapping[str, Any], payload: Mapping[str, Any], reader: Reader) -> Told:
    """The chosen option and the right one."""
    said = Told()
    options_told(said, body, key, "options", [payload.get("option")], reader)
    return said


def answers(_question: Question) -> list[dict[str, Any]]:
    """Nothing beside the options: their fractions say it."""
    return []
