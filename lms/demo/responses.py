"""The response model of the sample: who answers what, from ability and difficulty, the same at every loading.

A person of ability θ is right with probability 1 / (1 + exp(-(θ - b))), b the item's difficulty in logits; a wrong
answer falls on the wrong options alike. Chance comes from hashes of the seed, so nothing depends on the machine or
the order.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

from lms.questions.core.question import fractions_of

ABILITY = NormalDist(1.4, 0.9)
"""Of learners who have just been taught."""
DIFFICULTY = {"easy": -0.6, "medium": 0.1, "hard": 0.9}


def chance(*parts: str) -> float:
    """A number in (0, 1) that follows from its parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return (int.from_bytes(digest[:8]) + 1) / (2**64 + 2)


def ability(seed: str, person: str) -> float:
    """A person's ability in logits."""
    return ABILITY.inv_cdf(chance(seed, "ability", person))


def answer(
    seed: str, person: str, code: str, body: Mapping[str, Any], key: Mapping[str, Any], *, harder: float = 0.0
) -> dict[str, Any]:
    """The payload of a person's answer to a question; ``harder`` adds logits."""
    difficulty = DIFFICULTY[body["difficulty"]] + harder
    right_chance = 1 / (1 + math.exp(difficulty - ability(seed, person)))
    chosen = {
        group: _choose(seed, person, f"{code}/{group}", fractions_of(key, group), right_chance)
        for group in body["groups"]
    }
    if body["type"] == "case":
        return {group: options[0] for group, options in chosen.items() if options}
    options = chosen["options"]
    return {"options": sorted(options)} if body["type"] == "multiple" else {"option": options[0]}


def _choose(seed: str, person: str, name: str, fractions: Mapping[str, Any], right_chance: float) -> list[str]:
    right = sorted(option for option, fraction in fractions.items() if fraction == 1)
    wrong = sorted(option for option, fraction in fractions.items() if fraction != 1)
    if chance(seed, person, name) < right_chance or not wrong:
        return right
    slip = wrong[int(chance(seed, person, name, "slip") * len(wrong))]
    return [*right[1:], slip]
