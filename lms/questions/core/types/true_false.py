"""True or false: a statement that is the one or the other. Payload: ``{"option": "true"}``.

The two options have ids of their own, and "true" always stands first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lms.questions.core.question import UNDETERMINED, Option, Question, option_ids
from lms.questions.core.types.single_choice import answers, mark, parse, told

__all__ = ["answers", "blank", "findings", "mark", "order", "parse", "told"]

TRUE, FALSE = "true", "false"
_WORDS = {TRUE: {"en": "True", "ja": "正しい"}, FALSE: {"en": "False", "ja": "正しくない"}}


def blank(_section: str | None, _seed: str) -> dict[str, Any]:
    """The two options, worded; the statement is true until its author says otherwise."""
    return {"options": (Option(TRUE, _WORDS[TRUE], Fraction(1)), Option(FALSE, _WORDS[FALSE]))}


def unspoken() -> tuple[Option, ...]:
    """The two options of a file whose language is not known, under the words by which formats know them."""
    return tuple(Option(name, {UNDETERMINED: words["en"]}) for name, words in _WORDS.items())


def spoken(options: Sequence[Option], locale: str) -> tuple[Option, ...]:
    """The options in the words of a language, where they have none but those of their format.

    >>> [option.text for option in spoken(unspoken(), "ja")]
    [{'ja': '正しい'}, {'ja': '正しくない'}]
    """
    formal = {option.id: option.text for option in unspoken()}
    return tuple(
        replace(option, text={locale: _WORDS[option.id][locale]})
        if option.text == formal.get(option.id) and locale in _WORDS[option.id]
        else option
        for option in options
    )


def order(body: Mapping[str, Any], _ordering: Callable[[Sequence[str]], Sequence[str]]) -> dict[str, list[str]]:
    """The two as they are listed: shuffled, they would only cost time."""
    return {"options": option_ids(body)}


def findings(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """There are two options, true and false, and one of them is right."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    if [option.id for option in question.options] != [TRUE, FALSE]:
        found.append(("question.not-true-and-false", {}))
    if sum(option.fraction == 1 for option in question.options) != 1:
        found.append(("question.one-is-right", {}))
    return found
