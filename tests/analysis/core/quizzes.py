"""Small quizzes whose verdict one can see: able people know, and a fault is put into one place by hand.

People stand in the order of their ability, and who knows an item follows from their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from lms.analysis.core.responses import Cell, Item, Person, Responses
from lms.analysis.core.verdicts import Known

OPTIONS = ("A", "B", "C", "D")
Chooser = Callable[[int, float, bool], str]
"""What somebody takes: by their number, their ability (0 to 1) and whether they know the item."""


def plain(number: int, ability: float, knows: bool) -> str:
    """Those who know take A; the others spread over the wrong options."""
    return "A" if knows else "BCD"[number % 3]


@dataclass
class Quiz:
    """``items`` over ``sections`` in turn, all of them keyed A; ``cohorts`` and both languages take turns as well."""

    people: int = 240
    items: int = 20
    sections: int = 5
    cohorts: int = 4
    choosers: dict[int, Chooser] = field(default_factory=dict)
    harder: Callable[[int, int, str, str], float] = lambda _person, _item, _cohort, _language: 0.0
    """By how much of the scale (0 to 1) an item is harder for somebody: person, item, cohort, language."""
    languages: Callable[[int], str] = lambda person: "ja" if (person // 4) % 2 else "en"
    words: Mapping[int, str] = field(default_factory=dict)

    def cohort(self, person: int) -> str:
        return f"class-{person % self.cohorts}"

    def knows(self, person: int, item: int) -> bool:
        """Ability rises with the person's number; luck, the same each time, keeps scores from being perfect scales."""
        luck = int.from_bytes(sha256(f"{person}/{item}".encode()).digest()[:4], "big") / 2**32
        easy = 0.62 + 0.1 * (item % 3 - 1) - self.harder(person, item, self.cohort(person), self.languages(person))
        ability = person / self.people
        return luck < 1 / (1 + np.exp(-6 * (ability - (1 - easy))))

    def responses(self) -> Responses:
        people = tuple(
            Person(f"P{person:03}", self.languages(person), self.cohort(person)) for person in range(self.people)
        )
        items = tuple(Item(f"Q{item:02}", options=OPTIONS, keys=frozenset("A")) for item in range(self.items))
        shares = np.zeros((self.people, self.items))
        chosen = {item.code: np.zeros((self.people, 4), dtype=np.bool_) for item in items}
        for column, item in enumerate(items):
            choose = self.choosers.get(column, plain)
            for person in range(self.people):
                option = choose(person, person / self.people, self.knows(person, column))
                chosen[item.code][person, OPTIONS.index(option)] = True
                shares[person, column] = option == "A"
        return Responses(people, items, shares, np.full(shares.shape, Cell.ANSWERED, dtype=np.int8), chosen)

    def known(self, **more: object) -> Known:
        sections = {f"Q{item:02}": (f"S{item % self.sections}",) for item in range(self.items)}
        words = {f"Q{item:02}": self.words.get(item, "medium") for item in range(self.items)}
        return Known(sections=sections, words=words, **more)  # type: ignore[arg-type]
