"""The two-parameter logistic model: how the chance of a right answer rises with ability, item by item.

P(right | theta) = 1 / (1 + exp(-(a theta + d))), without the constant 1.7, and the difficulty is b = -d / a (Birnbaum
1968). Abilities are taken as N(0, 1); slopes and intercepts are fitted by marginal maximum likelihood with the EM
algorithm of Bock and Aitkin (1981). "Right" is full marks; a blank is not right; what is missing or was not reached is
left out. It takes seconds on many thousands of people: a job runs it, no page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lms.analysis.core.responses import FloatArray, Responses

NODES = np.linspace(-6, 6, 61)
"""The points of ability over which the normal distribution is summed."""

PRIOR = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
"""The standard normal distribution on the points."""

TOLERANCE = 1e-6
"""The fit has converged when an EM step moves no slope or intercept further."""

MOST_STEPS = 2000
STEEPEST = 10.0
"""Slopes stay within this: a steeper one means that the item splits people without an error, and has no estimate."""

_FARTHEST = 40.0
_DESIGN = np.column_stack([NODES, np.ones_like(NODES)])


class Unfitted(StrEnum):
    """Why an item has no curve."""

    NOBODY = "nobody"  # no answers
    CONSTANT = "constant"  # all right or none
    TOO_STEEP = "too-steep"  # the slope ran to its bound
    TOO_FEW_ITEMS = "too-few-items"  # with fewer than three items slopes cannot be told apart


@dataclass(frozen=True, slots=True)
class Curve:
    """One item. ``a`` is the slope, ``d`` the intercept, ``b`` the difficulty on the scale of ability.

    Errors are standard errors from the observed information; None where it cannot be inverted, and ``b`` is None for a
    flat item. Where ``reason`` is given there are no figures.
    """

    item: str
    n: int
    a: float | None
    b: float | None
    d: float | None
    a_error: float | None
    d_error: float | None
    reason: Unfitted | None


@dataclass(frozen=True, slots=True)
class Ability:
    """The mean of a person's posterior distribution of ability (EAP) and its standard deviation."""

    person: str
    theta: float
    error: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted model. ``log_likelihood`` is marginal; ``history`` has it before each EM step, and never falls."""

    curves: tuple[Curve, ...]
    abilities: tuple[Ability, ...]
    log_likelihood: float
    steps: int
    converged: bool
    history: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class _Patterns:
    """Different rows of answers and how many people gave each: rows x items right, and shown."""

    right: FloatArray
    shown: FloatArray
    counts: FloatArray


def probability(a: float, d: float, thetas: FloatArray) -> FloatArray:
    """The item characteristic curve at ``thetas``, each 0 to 1: what a chart of the item draws.

    >>> probability(1.0, 0.0, np.array([-1.0, 0.0, 1.0])).round(4).tolist()
    [0.2689, 0.5, 0.7311]
    """
    return _logistic(a * thetas + d)


def fit_2pl(responses: Responses) -> Fit:
    """Fit all items at once and estimate every person's ability.

    Items that everybody or nobody has right stay out. People without an answer have the prior: 0 with an error of 1.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> times = {"000": 6, "100": 5, "010": 3, "001": 2, "110": 4, "101": 4, "011": 2, "111": 8}
    >>> rows = [map(int, pattern) for pattern, n in times.items() for _ in range(n)]
    >>> answers = [Answer(f"L{p}", f"Q{n}", float(x)) for p, row in enumerate(rows) for n, x in enumerate(row)]
    >>> people = [Person(f"L{p}") for p in range(len(rows))]  # L0 has none right, L33 all
    >>> fit = fit_2pl(collect(people, [Item(f"Q{n}") for n in range(3)], answers))
    >>> fit.converged, [curve.reason for curve in fit.curves]
    (True, [None, None, None])
    >>> round(fit.abilities[0].theta, 2), round(fit.abilities[33].theta, 2)
    (-1.03, 0.94)
    """
    shown = responses.available
    right = responses.right & shown
    numbers, sums = shown.sum(axis=0), right.sum(axis=0)
    kept = np.flatnonzero((sums > 0) & (sums < numbers))
    if len(kept) < 3:
        kept = kept[:0]
    both = np.concatenate([right[:, kept], shown[:, kept]], axis=1)
    unique, inverse, counts = np.unique(both, axis=0, return_inverse=True, return_counts=True)
    patterns = _Patterns(
        unique[:, : len(kept)].astype(np.float64), unique[:, len(kept) :].astype(np.float64), counts.astype(np.float64)
    )
    parameters, history, converged = _fitted(patterns)
    posterior, likelihood = _posterior(patterns, parameters)
    errors = _errors(patterns, parameters, posterior)
    means = posterior @ NODES
    spreads = np.sqrt(np.maximum(posterior @ NODES**2 - means**2, 0))
    place = {int(column): index for index, column in enumerate(kept)}
    return Fit(
        curves=tuple(
            _curve(item.code, int(numbers[column]), int(sums[column]), place.get(column), parameters, errors)
            for column, item in enumerate(responses.items)
        ),
        abilities=tuple(
            Ability(person.code, float(means[row]), float(spreads[row]))
            for person, row in zip(responses.people, inverse.ravel(), strict=True)
        ),
        log_likelihood=likelihood,
        steps=len(history),
        converged=converged,
        history=history,
    )


def _curve(
    item: str, n: int, right: int, place: int | None, parameters: FloatArray, errors: FloatArray | None
) -> Curve:
    if place is None:
        reason = Unfitted.NOBODY if n == 0 else Unfitted.CONSTANT if right in (0, n) else Unfitted.TOO_FEW_ITEMS
        return Curve(item, n, None, None, None, None, None, reason)
    a, d = (float(value) for value in parameters[place])
    if abs(a) >= STEEPEST - 1e-6:
        return Curve(item, n, None, None, None, None, None, Unfitted.TOO_STEEP)
    a_error, d_error = (None, None) if errors is None else (float(value) for value in errors[place])
    return Curve(item, n, a, -d / a if abs(a) > 1e-9 else None, d, a_error, d_error, None)


def _fitted(patterns: _Patterns) -> tuple[FloatArray, tuple[float, ...], bool]:
    """EM from slopes of 1, every third step extrapolated (SQUAREM, Varadhan and Roland 2008, scheme S3).

    An extrapolation that lowers the likelihood is given up, so that it never falls.
    """
    items = patterns.right.shape[1]
    shares = (patterns.counts @ patterns.right) / np.maximum(patterns.counts @ patterns.shown, 1)
    parameters = np.column_stack([np.ones(items), np.log(shares / (1 - shares))]) if items else np.zeros((0, 2))
    history: list[float] = []
    trail = [parameters]
    before: FloatArray | None = None  # where an extrapolation started from
    while len(history) < MOST_STEPS:
        following, likelihood = _step(patterns, parameters)
        if before is not None and likelihood < history[-1]:
            parameters, before = before, None  # it went too far
            trail = [parameters]
            continue
        before = None
        history.append(likelihood)
        if float(np.abs(following - parameters).max(initial=0)) < TOLERANCE:
            return following, tuple(history), True
        trail.append(following)
        parameters = following
        if len(trail) == 3:
            parameters, before = _extrapolated(trail), following
            trail = [parameters]
    return parameters, tuple(history), False


def _extrapolated(trail: list[FloatArray]) -> FloatArray:
    change = trail[1] - trail[0]
    bend = trail[2] - 2 * trail[1] + trail[0]
    size = float(np.sqrt((bend**2).sum()))
    if size == 0:
        return trail[2]
    length = min(-1.0, max(-float(np.sqrt((change**2).sum())) / size, -50.0))
    return _bounded(trail[0] - 2 * length * change + length**2 * bend)


def _bounded(parameters: FloatArray) -> FloatArray:
    return np.clip(parameters, [-STEEPEST, -_FARTHEST], [STEEPEST, _FARTHEST])


def _step(patterns: _Patterns, parameters: FloatArray) -> tuple[FloatArray, float]:
    """One EM step; with the marginal log likelihood of the parameters that came in."""
    posterior, likelihood = _posterior(patterns, parameters)
    weighted = posterior * patterns.counts[:, np.newaxis]
    people, right = weighted.T @ patterns.shown, weighted.T @ patterns.right  # nodes x items
    return _maximised(people, right, parameters), likelihood


def _posterior(patterns: _Patterns, parameters: FloatArray) -> tuple[FloatArray, float]:
    """Patterns x nodes, each row summing to 1; and the marginal log likelihood."""
    logits = _DESIGN @ parameters.T  # nodes x items
    # log P = x z - log(1 + e^z), summed over the items shown
    logs = patterns.right @ logits.T - patterns.shown @ np.logaddexp(0, logits).T + np.log(PRIOR)
    top = logs.max(axis=1, keepdims=True)
    found = np.exp(logs - top)
    sums = found.sum(axis=1, keepdims=True)
    return found / sums, float(patterns.counts @ (np.log(sums) + top).ravel())


def _maximised(people: FloatArray, right: FloatArray, parameters: FloatArray) -> FloatArray:
    """The M-step: a logistic regression per item by Newton's method, a step halved while it makes matters worse."""
    current = parameters
    value = _expected(people, right, current)
    for _ in range(4):
        chances = _logistic(_DESIGN @ current.T)
        gradient = (right - people * chances).T @ _DESIGN
        weights = people * chances * (1 - chances)
        aa, ad, dd = ((weights * x[:, np.newaxis]).sum(axis=0) for x in (NODES**2, NODES, np.ones_like(NODES)))
        determinant = np.maximum(aa * dd - ad**2, 1e-12)
        step = np.column_stack([dd * gradient[:, 0] - ad * gradient[:, 1], aa * gradient[:, 1] - ad * gradient[:, 0]])
        step = np.clip(step / determinant[:, np.newaxis], -2, 2)
        for _ in range(30):
            tried = _bounded(current + step)
            after = _expected(people, right, tried)
            worse = after < value
            if not worse.any():
                break
            step = np.where(worse[:, np.newaxis], step / 2, step)
        better = after >= value
        current = np.where(better[:, np.newaxis], tried, current)
        value = np.where(better, after, value)
    return np.asarray(current)


def _expected(people: FloatArray, right: FloatArray, parameters: FloatArray) -> FloatArray:
    logits = _DESIGN @ parameters.T
    return np.asarray((right * logits - people * np.logaddexp(0, logits)).sum(axis=0))


def _errors(patterns: _Patterns, parameters: FloatArray, posterior: FloatArray) -> FloatArray | None:
    """Standard errors of (a, d) per item from the observed information by Louis (1982); None if it is singular.

    Information = E(complete information) - E(score score') + E(score) E(score)', summed over people.
    """
    items = len(parameters)
    if items == 0:
        return None
    chances = _logistic(_DESIGN @ parameters.T)
    weighted = posterior * patterns.counts[:, np.newaxis]
    curvature = (weighted.T @ patterns.shown) * chances * (1 - chances)
    blocks = np.zeros((2, items, 2, items))
    means = np.zeros((len(patterns.counts), 2, items))
    for node, design in enumerate(_DESIGN):
        residual = patterns.right - patterns.shown * chances[node]
        square = np.diag(curvature[node]) - (residual * weighted[:, [node]]).T @ residual
        blocks += np.multiply.outer(np.outer(design, design), square).transpose(0, 2, 1, 3)
        means += posterior[:, node, np.newaxis, np.newaxis] * design[:, np.newaxis] * residual[:, np.newaxis]
    flat = means.reshape(len(means), -1)
    information = blocks.reshape(2 * items, 2 * items) + (flat * patterns.counts[:, np.newaxis]).T @ flat
    try:
        variances = np.diag(np.linalg.inv(information)).reshape(2, items).T
    except np.linalg.LinAlgError:
        return None
    return np.sqrt(variances) if (variances > 0).all() and math.isfinite(float(variances.sum())) else None


def _logistic(values: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))
