"""What a graded question tells: what was chosen, what is right, and why, in the words of its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lms.questions.core.question import QuestionType, fractions_of

Line = tuple[str | None, str]
"""A text, under the name of the part that it answers where there are several."""


class Reader(Protocol):
    """Who is told: their language, and what options and parts are called in it."""

    @property
    def locale(self) -> str:
        """Their language."""
        ...

    def option(self, option: Mapping[str, Any]) -> str:
        """The text of an option of a body; of a section its number and title."""
        ...

    def part(self, name: str) -> str:
        """The name of a part of a case."""
        ...

    def choice(self, before: str, after: str) -> str:
        """A pair: what belongs to what."""
        ...

    def span(self, low: str, high: str) -> str:
        """A range of numbers."""
        ...


@dataclass(slots=True)
class Told:
    """What was chosen, what is right, and the reasons why another choice is not."""

    chosen: list[Line] = field(default_factory=list)
    right: list[Line] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    tempting: list[str] = field(default_factory=list)
    """The misconceptions behind what was chosen."""

    def add_reason(self, facts: Mapping[str, Any], locale: str) -> None:
        """Add the rationale of something chosen and what tempts to it, where it has them in the reader's language."""
        if (belief := facts.get("misconception", {}).get(locale)) and belief not in self.tempting:
            self.tempting.append(belief)
        if (reason := facts["rationale"].get(locale)) and reason not in self.why:
            self.why.append(reason)


def right_options(body: Mapping[str, Any], key: Mapping[str, Any], group: str) -> set[str]:
    """The ids of the options that a full answer has.

    Of a multiple response these are all that earn something, since imported ones share the mark among them; elsewhere
    the option that earns everything.

    >>> key = {"groups": {"options": {"o1": {"fraction": "0.5"}, "o2": {"fraction": "0.5"}, "o3": {"fraction": "-1"}}}}
    >>> sorted(right_options({"type": "multiple"}, key, "options")), right_options({"type": "single"}, key, "options")
    (['o1', 'o2'], set())
    """
    earned = fractions_of(key, group)
    if body["type"] == QuestionType.MULTIPLE:
        return {option for option, fraction in earned.items() if fraction > 0}
    return {option for option, fraction in earned.items() if fraction == 1}


def options_told(
    told: Told,
    body: Mapping[str, Any],
    key: Mapping[str, Any],
    group: str,
    picked: list[Any],
    reader: Reader,
    *,
    part: str | None = None,
) -> None:
    """Add what was chosen and what is right among the options of one group, as the author listed them."""
    right = right_options(body, key, group)
    for option in body["groups"][group]:
        text = reader.option(option)
        if option["id"] in picked:
            told.chosen.append((part, text))
            if option["id"] not in right:
                told.add_reason(key["groups"][group][option["id"]], reader.locale)
        if option["id"] in right:
            told.right.append((part, text))
