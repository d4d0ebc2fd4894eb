"""How much less a class knows of a whole quiz than its results in other quizzes make expect.

Where a class was taught a whole policy badly, no section of the quiz on it stands out from the others, and the class
looks weak. What its people knew in other quizzes tells the two apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from lms.analysis.core.effects import Effect, against_others, are_told
from lms.analysis.core.natural import LEAST_TOLD, NEGLIGIBLE, natural_spread
from lms.analysis.core.responses import FloatArray, IntArray, Responses
from lms.kit.figures import Z95, Interval


def whole_class_effects(responses: Responses, groups: IntArray, elsewhere: Mapping[str, float]) -> dict[int, Effect]:
    """How much less each class knows of the whole quiz than its results in other quizzes make expect, against the rest.

    ``elsewhere`` holds how far above the mean people were in other quizzes. Scores here, as log odds, are predicted
    from it by the slope within classes, so a class that is weak everywhere is expected to be weak here.
    """
    known = np.array([person.code in elsewhere for person in responses.people]) & responses.available.any(axis=1)
    before = np.array([elsewhere.get(person.code, 0.0) for person in responses.people])[known]
    possible = responses.available[known] @ responses.maxima
    earned = (responses.marks * responses.available)[known].sum(axis=1)
    half = float(responses.maxima.mean()) / 2 if len(responses.items) else 0.5
    odds, number_of = np.log((earned + half) / (np.maximum(possible - earned, 0) + half)), groups[known]
    sizes = np.bincount(number_of, minlength=int(groups.max(initial=-1)) + 1)
    if len(odds) < 3 or (sizes > 0).sum() < 2:
        return {}
    means = [np.bincount(number_of, values, len(sizes)) / np.maximum(sizes, 1) for values in (odds, before)]
    own_odds, own_before = odds - means[0][number_of], before - means[1][number_of]
    slope = float(own_before @ own_odds) / max(float(own_before @ own_before), 1e-9)
    short = slope * means[1] - means[0]
    freedom = max(len(odds) - int((sizes > 0).sum()) - 1, 1)
    error = math.sqrt(max(float(((own_odds - slope * own_before) ** 2).sum()) / freedom, 1e-6))
    errors = np.where(sizes > 0, error / np.sqrt(np.maximum(sizes, 1)), math.inf)
    everybody, shares = _everybody(responses, groups, len(sizes))
    cells = {
        ("", number): against_others(short, errors, number)
        for number in range(len(sizes))
        if are_told(int(sizes[number]), int(sizes.sum() - sizes[number]))
    }
    natural = _between_classes(list(cells.values()))
    return {
        number: _of_whole(int(everybody[number]), float(shares[number]), logits, math.hypot(natural, apart))
        for (_name, number), (logits, apart) in cells.items()
    }


def _everybody(responses: Responses, groups: IntArray, classes: int) -> tuple[IntArray, FloatArray]:
    """How many each class has and their mean share, known elsewhere or not: a part of them would tell of the rest."""
    asked = responses.available @ responses.maxima
    shares = (responses.marks * responses.available).sum(axis=1) / np.maximum(asked, 1e-9)
    people = np.bincount(groups[asked > 0], minlength=classes)
    return people, np.bincount(groups[asked > 0], shares[asked > 0], classes) / np.maximum(people, 1)


def _between_classes(cells: Sequence[tuple[float, float]]) -> float:
    """How far classes lie apart beyond chance, in logits."""
    if len(cells) < LEAST_TOLD:
        return 0.0
    logits, errors = np.array(cells).T
    return natural_spread(logits, errors)


def _of_whole(n: int, share: float, logits: float, error: float) -> Effect:
    odds = math.log(min(max(share, 1e-3), 1 - 1e-3) / (1 - min(max(share, 1e-3), 1 - 1e-3)))
    reach = Z95 * error
    expected, low, high = (1 / (1 + math.exp(-odds - more)) for more in (logits, logits - reach, logits + reach))
    return Effect(
        n=n,
        logits=logits,
        error=error,
        interval=Interval(logits - reach, logits + reach),
        p=math.erfc(logits / error / math.sqrt(2)) / 2,
        p_negligible=math.erfc((logits - NEGLIGIBLE) / error / math.sqrt(2)) / 2,
        share=share,
        expected=expected,
        expected_interval=Interval(low, high),
    )
