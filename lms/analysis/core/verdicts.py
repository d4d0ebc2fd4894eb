"""Verdicts on a quiz: what they are called, what they say, and what they rest on beside the answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lms.kit.figures import Interval

EVERY_SECTION = ""
"""The place of a class's verdict that is on the whole quiz."""


class Kind(StrEnum):
    """The verdicts, in the order of need. The sharp ones say that something must be mended."""

    WRONG_KEY = "wrong-key"
    TWO_RIGHT_ANSWERS = "two-right-answers"
    RULE_CHANGED = "rule-changed"
    TRANSLATION_SUSPECT = "translation-suspect"
    SECTION_UNCLEAR = "section-unclear"
    CLASS_TAUGHT_BADLY = "class-taught-badly"
    KEY_SUSPECT = "key-suspect"
    GIVE_AWAY = "give-away"
    DEAD_DISTRACTOR = "dead-distractor"
    NOT_ENOUGH_DATA = "not-enough-data"


SHARP = frozenset(
    {
        Kind.WRONG_KEY,
        Kind.TWO_RIGHT_ANSWERS,
        Kind.RULE_CHANGED,
        Kind.TRANSLATION_SUSPECT,
        Kind.SECTION_UNCLEAR,
        Kind.CLASS_TAUGHT_BADLY,
    }
)
OF_KEY = frozenset({Kind.WRONG_KEY, Kind.TWO_RIGHT_ANSWERS, Kind.RULE_CHANGED})
"""The sharp ones on a key."""
ABOUT_KEY = OF_KEY | {Kind.KEY_SUSPECT}
"""Whatever puts a key in doubt, and tells it."""
_ORDER = {kind: need for need, kind in enumerate(Kind)}

_TELLING = frozenset({"option", "key", "count", "knowing", "top_third", "key_top_third"})

Place = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict. ``place`` is an item, a section, or (section, cohort); ``n`` people are its evidence.

    ``effect`` with its 95 % ``interval`` is, for

    - the key: how many marks those who took the option lead by on the rest, against those who took the key;
    - a translation: the odds ratio against the harder language;
    - a section or class: how many logits harder it is than expected.

    ``facts`` hold what sentences are made of; codes, names and numbers only.
    """

    kind: Kind
    place: Place
    n: int
    effect: float | None = None
    interval: Interval | None = None
    facts: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def is_sharp(self) -> bool:
        """Whether something must be mended."""
        return self.kind in SHARP

    def untold(self) -> Verdict:
        """The same without what tells the key: the options, and who leads whom by how much."""
        told = {name: fact for name, fact in self.facts.items() if name not in _TELLING}
        is_of_key = self.kind in ABOUT_KEY
        return replace(
            self, facts=told, effect=None if is_of_key else self.effect, interval=None if is_of_key else self.interval
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a quiz beside its answers.

    ``sections`` and ``words`` (what the author expects: easy, medium, hard) are by item. ``outdated`` names for an item
    the people who took it under another text of its section than its key was written for. ``hidden`` are the cohorts
    of which no figure is shown; people without a cohort are no class either. ``elsewhere`` is how far above the mean
    people were in other quizzes.
    """

    sections: Mapping[str, Sequence[str]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    outdated: Mapping[str, Collection[str]] = field(default_factory=dict)
    hidden: Collection[str] = ()
    elsewhere: Mapping[str, float] = field(default_factory=dict)


def by_need(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The same, those first that need attention most."""
    return tuple(sorted(verdicts, key=lambda verdict: (_ORDER[verdict.kind], str(verdict.place))))
