"""The response model of the sample: who answers what, from ability and difficulty, the same at every loading.

A person of ability θ is right with probability 1 / (1 + exp(-(θ - b))), b the item's difficulty in logits; a wrong
answer falls on the wrong options alike. Chance comes from hashes of the seed, so nothing depends on the machine or
the order.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

from lms.questions.core.question import fractions_of

ABILITY = NormalDist(2.7, 1.5)
"""Of learners who have just been taught."""
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


FLAWS = {"HAR-021": Flaw(lure="o3"), "HAR-014": Flaw(harder_in={"ja": 3.0}), "HAR-009": Flaw(guessed=0.78)}
SOUND = Flaw()


def chance(*parts: str) -> float:
    """A number in (0, 1) that follows from its parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return (int.from_bytes(digest[:8]) + 1) / (2**64 + 2)


def ability(seed: str, person: str) -> float:
    """A person's ability in logits."""
    return ABILITY.inv_cdf(chance(seed, "ability", person))


def answer(
    seed: str, person: str, locale: str, code: str, body: Mapping[str, Any], key: Mapping[str, Any]
) -> dict[str, Any]:
    """The payload of a person's answer to a question that was read in the language ``locale``."""
    flaw, theta = FLAWS.get(code, SOUND), ability(seed, person)
    if flaw.lure is not None and chance(seed, person, code, "lure") < 0.85 * _logistic(5 * (theta - ABILITY.mean)):
        return {"option": flaw.lure}
    right_chance = _logistic(theta - DIFFICULTY[body["difficulty"]] - flaw.harder_in.get(locale, 0.0))
    if flaw.guessed is not None:
        right_chance = flaw.guessed
    chosen = {
        group: _choose(seed, person, f"{code}/{group}", fractions_of(key, group), right_chance)
        for group in body["groups"]
    }
    if body["type"] == "case":
        return {group: options[0] for group, options in chosen.items() if options}
    options = chosen["options"]
    return {"options": sorted(options)} if body["type"] == "multiple" else {"option": options[0]}


def _logistic(logits: float) -> float:
    return 1 / (1 + math.exp(-logits))


def _choose(seed: str, person: str, name: str, fractions: Mapping[str, Any], right_chance: float) -> list[str]:
    right = sorted(option for option, fraction in fractions.items() if fraction == 1)
    wrong = sorted(option for option, fraction in fractions.items() if fraction != 1)
    if chance(seed, person, name) < right_chance or not wrong:
        return right
    slip = wrong[int(chance(seed, person, name, "slip") * len(wrong))]
    return [*right[1:], slip]
