"""The response model of the sample: who answers what, from ability and difficulty, the same at every loading.

A person of ability θ is right with probability 1 / (1 + exp(-(θ - b))), b the item's difficulty in logits; a wrong
answer falls on the wrong options alike. Chance comes from hashes of the seed, so nothing depends on the machine or
the order. Five faults are planted, one of each kind that an analysis must be able to tell apart.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

from lms.questions.core.question import fractions_of

ABILITY = NormalDist(3.1, 1.5)
"""Of learners who have just been taught."""
KNOWN = {"joiner@kijun.example": 2.4, "moderator@kijun.example": 3.1}
"""Of the people who sign in with one click: one who still learns, and one who knows the work."""
DIFFICULTY = {"easy": -0.6, "medium": 0.1, "hard": 0.9}


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a question, so that its analysis has something to find.

    ``lure`` is a wrong option that the able take for right; ``harder_in`` adds logits in a language; with ``guessed``
    everybody is right with that probability, whatever their ability.
    """

    lure: str | None = None
    harder_in: Mapping[str, float] = field(default_factory=dict)
    guessed: float | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who answers, and on which occasion: their address, language, cohort, and ability in logits on that day."""

    login: str
    locale: str
    cohort: str
    theta: float
    occasion: str


FLAWS = {"HAR-021": Flaw(lure="o3"), "HAR-014": Flaw(harder_in={"ja": 3.0}), "HAR-009": Flaw(guessed=0.78)}
"""A key that is wrong to those who know, a question mistranslated into Japanese, a question that gives itself away."""
UNCLEAR = {"HAR/unwanted-contact": 1.8}
"""Logits that a section adds for everybody: its text is understood by nobody."""
TAUGHT_BADLY = {("osaka-b", "SPM"): 1.5}
"""Logits that a module adds for one cohort: its class was taught badly."""
UNPRACTISED = {"SPM/misleading-links": 0.09}
"""The chance of an error that a section adds on live queues for everybody, also for those who know it."""
SLIP, NOT_KNOWN = 0.02, 0.35
"""The chance of an error on a live queue: everybody's, and what comes to it for whoever does not know the section."""
CASE = -0.8
"""Logits of each part of a case: it has fewer options that tempt, and what was decided leads on."""
SOUND = Flaw()


def chance(*parts: str) -> float:
    """A number in (0, 1) that follows from its parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return (int.from_bytes(digest[:8]) + 1) / (2**64 + 2)


def ability(seed: str, person: str) -> float:
    """A person's ability in logits."""
    if person in KNOWN:
        return KNOWN[person]
    return ABILITY.inv_cdf(chance(seed, "ability", person))


@dataclass(frozen=True, slots=True)
class Item:
    """A question as the model sees it: code, section (full name), type, difficulty, and by group which options are
    right and which are not.
    """

    code: str
    section: str
    type: str
    difficulty: str
    groups: Mapping[str, tuple[Sequence[str], Sequence[str]]]


def item_of(code: str, section: str, body: Mapping[str, Any], key: Mapping[str, Any]) -> Item:
    """The model's view of a stored question."""
    groups = {}
    for group in body["groups"]:
        fractions = fractions_of(key, group)
        right = sorted(option for option, fraction in fractions.items() if fraction == 1)
        groups[group] = right, sorted(fractions.keys() - set(right))
    return Item(code, section, body["type"], body["difficulty"], groups)


def answer(seed: str, reader: Reader, item: Item) -> dict[str, Any]:
    """The payload of a reader's answer to a question."""
    flaw, draw = FLAWS.get(item.code, SOUND), f"{seed}/{reader.login}/{reader.occasion}/{item.code}"
    if flaw.lure is not None and chance(draw, "lure") < 0.85 * _logistic(5 * (reader.theta - ABILITY.mean)):
        return {"option": flaw.lure}
    harder = flaw.harder_in.get(reader.locale, 0.0) + UNCLEAR.get(item.section, 0.0)
    harder += TAUGHT_BADLY.get((reader.cohort, item.section.partition("/")[0]), 0.0)
    harder += CASE if item.type == "case" else 0.0
    right_chance = _logistic(reader.theta - DIFFICULTY[item.difficulty] - harder)
    if flaw.guessed is not None:
        right_chance = flaw.guessed
    chosen = {
        group: _choose(f"{draw}/{group}", right, wrong, right_chance) for group, (right, wrong) in item.groups.items()
    }
    if item.type == "case":
        return {group: options[0] for group, options in chosen.items() if options}
    options = chosen["options"]
    return {"options": sorted(options)} if item.type == "multiple" else {"option": options[0]}


def slip_chance(theta: float, section: str) -> float:
    """The chance that somebody of this ability errs on a section in a live queue.

    >>> round(slip_chance(3.1, "HAR/insults"), 3), round(slip_chance(1.0, "HAR/insults"), 3)
    (0.037, 0.121)
    """
    knows = _logistic(theta - DIFFICULTY["medium"] - UNCLEAR.get(section, 0.0))
    return SLIP + NOT_KNOWN * (1 - knows) + UNPRACTISED.get(section, 0.0)


def _logistic(logits: float) -> float:
    return 1 / (1 + math.exp(-logits))


def _choose(draw: str, right: Sequence[str], wrong: Sequence[str], right_chance: float) -> list[str]:
    if chance(draw) < right_chance or not wrong:
        return [*right]
    slip = wrong[int(chance(draw, "slip") * len(wrong))]
    return [*right[1:], slip]
