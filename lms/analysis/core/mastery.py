"""How well a person, or a group, masters a policy section, from few questions: a Beta-binomial estimate.

With two or three questions a section, right or wrong says little by itself. Each person's chance of a right answer in
the section is taken as drawn from a Beta distribution over people, and their answers as binomial (Skellam 1948; Keats
and Lord 1962). The prior comes from everybody's answers by moments (Kleinman 1973), and a person's estimate lies
between their own share and the mean of all, the nearer to their own the more they answered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lms.analysis.core.responses import FloatArray, Responses
from lms.kit.figures import UNDER95, Interval, is_small, shown_count

LEAST_WEIGHT, MOST_WEIGHT = 0.5, 200.0
"""The bounds of a + b, the number of answers that the prior counts for."""

FALLBACK_WEIGHT = 2.0


class PriorFrom(StrEnum):
    """Where the weight of a prior comes from."""

    MOMENTS = "moments"
    TOO_FEW_ANSWERS = "too-few-answers"  # under 5 people, or one answer each: it counts for 2 answers


@dataclass(frozen=True, slots=True)
class Prior:
    """Beta(a, b): the mean over people is a / (a + b), and it counts for a + b answers."""

    a: float
    b: float
    source: PriorFrom


@dataclass(frozen=True, slots=True)
class PersonMastery:
    """One person: ``right`` of ``answers`` (part marks count in part), posterior ``mean`` and 95 % ``interval``.

    ``over_cut`` is the posterior probability that the person's chance is at the cut or over it. All 0 to 1.
    """

    person: str
    answers: int
    right: float
    mean: float
    interval: Interval
    over_cut: float


@dataclass(frozen=True, slots=True)
class OwnMastery:
    """One section of one person, judged by their own answers alone: as ``PersonMastery``."""

    answers: int
    right: float
    mean: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class GroupMastery:
    """The mean over a group's people; withheld for fewer than 5, whose ``n_shown`` is ``<5``."""

    group: str
    n: int | None
    n_shown: str
    mean: float | None
    interval: Interval | None
    withheld: bool


@dataclass(frozen=True, slots=True)
class SectionMastery:
    """One section; people who had none of its questions are not in it. ``prior`` is None when nobody had one."""

    section: str
    prior: Prior | None
    people: tuple[PersonMastery, ...]
    groups: tuple[GroupMastery, ...]


def section_mastery(
    responses: Responses,
    item_sections: Mapping[str, Sequence[str]],
    section: str,
    labels: Sequence[str | None],
    cut: float = 0.8,
) -> SectionMastery:
    """The estimates of one section for every person and for each group of ``labels`` (one a person, None for no group).

    Available cells count, each question as one answer. A person's posterior is Beta(a + right, b + wrong). A group's
    is that of the mean of its people, who are independent given the prior, as the Beta of that mean and variance. It
    is about these people and not about others like them.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> scores = [3, 3, 3, 3, 2, 2, 1, 0, 0, 0]
    >>> cells = [Answer(f"L{p}", f"Q{n}", float(n < score)) for p, score in enumerate(scores) for n in range(3)]
    >>> rows = collect([Person(f"L{p}") for p in range(10)], [Item(f"Q{n}") for n in range(3)], cells)
    >>> sections = dict.fromkeys(("Q0", "Q1", "Q2"), ["HAR/insults"])
    >>> found = section_mastery(rows, sections, "HAR/insults", ["A"] * 6 + ["B"] * 4)
    >>> [round(found.people[place].mean, 2) for place in (0, 6, 9)]
    [0.94, 0.37, 0.08]
    >>> [(group.group, group.n_shown, group.mean and round(group.mean, 2)) for group in found.groups]
    [('A', '6', 0.84), ('B', '<5', None)]
    """
    if not 0 < cut <= 1:
        raise ValueError("a cut lies over 0 and not over 1")
    columns = [place for place, item in enumerate(responses.items) if section in item_sections.get(item.code, ())]
    available = responses.available[:, columns]
    answers = available.sum(axis=1)
    right = np.minimum((responses.shares[:, columns] * available).sum(axis=1), answers)
    rows = np.flatnonzero(answers > 0)
    prior = fit_prior(right[rows], answers[rows].astype(np.float64))
    if prior is None:
        return SectionMastery(section, None, (), ())
    first, second = prior.a + right[rows], prior.b + answers[rows] - right[rows]
    means, low, high, over = _posterior(first, second, cut)
    people = tuple(
        PersonMastery(
            responses.people[row].code,
            int(answers[row]),
            float(right[row]),
            float(means[place]),
            Interval(float(low[place]), float(high[place])),
            float(over[place]),
        )
        for place, row in enumerate(rows)
    )
    variances = means * (1 - means) / (first + second + 1)
    members: dict[str, list[int]] = {}
    for place, row in enumerate(rows.tolist()):
        label = labels[row]
        if label is not None:
            members.setdefault(label, []).append(place)
    groups = tuple(_group(name, means[listed], variances[listed]) for name, listed in sorted(members.items()))
    return SectionMastery(section, prior, people, groups)


def own_mastery(sections: Mapping[str, tuple[float, int]]) -> dict[str, OwnMastery]:
    """How well one person masters each section, from what was right of how many answers there, and nobody else's.

    The prior is the person's share of all their answers and counts for 2 of them: how much one person's sections differ
    cannot be told from few answers each, and a heavier prior would call sections mastered that were hardly asked about.

    >>> found = own_mastery({"HAR/insults": (1.0, 2), "HAR/threats": (9.0, 10)})
    >>> [(section, one.answers, round(one.mean, 2)) for section, one in found.items()]  # the prior is Beta(1.62, 0.38)
    [('HAR/insults', 2, 0.65), ('HAR/threats', 10, 0.88)]
    """
    asked = {section: (right, answers) for section, (right, answers) in sections.items() if answers}
    if not asked:
        return {}
    right, answers = (np.array([each[place] for each in asked.values()], dtype=np.float64) for place in (0, 1))
    share = (float(right.sum()) + 0.5) / (float(answers.sum()) + 1)
    first, second = share * FALLBACK_WEIGHT + right, (1 - share) * FALLBACK_WEIGHT + answers - right
    means, low, high, _ = _posterior(first, second, 1.0)
    return {
        section: OwnMastery(count, got, float(means[place]), Interval(float(low[place]), float(high[place])))
        for place, (section, (got, count)) in enumerate(asked.items())
    }


def fit_prior(right: FloatArray, answers: FloatArray) -> Prior | None:
    """The Beta distribution of people's chances by moments, weighing people by their answers (Kleinman 1973).

    p = all right / all answers w, S = sum of m_i (p_i - p)^2. The correlation of two answers of a person is
    r = (S - p q (N - 1)) / (p q (w - sum of m_i^2 / w - (N - 1))), and a + b = 1/r - 1, kept within 0.5 to 200 answers:
    where people do not differ beyond chance, r is 0 or under and everybody is drawn to the mean. Half a right and half
    a wrong answer are added to p. With under 5 people, or one answer each, a + b is 2. None of nobody.

    >>> prior = fit_prior(np.array([4.0, 3.0, 2.0, 2.0, 1.0, 0.0]), np.array([4.0] * 6))
    >>> round(prior.a, 9), round(prior.b, 9), str(prior.source)  # S = 2.5, r = (2.5 - 5/4) / (15/4) = 1/3
    (1.0, 1.0, 'moments')
    """
    people, whole = len(right), float(answers.sum())
    if people == 0:
        return None
    share = (float(right.sum()) + 0.5) / (whole + 1)
    room = whole - float((answers**2).sum()) / whole - (people - 1)
    if is_small(people) or room <= 1e-9:
        return Prior(share * FALLBACK_WEIGHT, (1 - share) * FALLBACK_WEIGHT, PriorFrom.TOO_FEW_ANSWERS)
    plain = float(right.sum()) / whole
    variance = plain * (1 - plain)
    weight = MOST_WEIGHT
    if variance > 0:
        scatter = float((answers * (right / answers - plain) ** 2).sum())
        correlation = (scatter - variance * (people - 1)) / (variance * room)
        if correlation > 0:
            weight = min(max(1 / correlation - 1, LEAST_WEIGHT), MOST_WEIGHT)
    return Prior(share * weight, (1 - share) * weight, PriorFrom.MOMENTS)


def _posterior(
    first: FloatArray, second: FloatArray, cut: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    from scipy.special import betainc, betaincinv  # noqa: PLC0415  # slow to import, and needed by few pages

    low, high = (np.asarray(betaincinv(first, second, point), dtype=np.float64) for point in (1 - UNDER95, UNDER95))
    over = np.asarray(1 - betainc(first, second, cut), dtype=np.float64)
    return first / (first + second), low, high, over


def _group(name: str, means: FloatArray, variances: FloatArray) -> GroupMastery:
    n = len(means)
    if is_small(n):
        return GroupMastery(name, None, shown_count(n), None, None, withheld=True)
    mean, variance = float(means.mean()), float(variances.sum()) / n**2
    weight = mean * (1 - mean) / variance - 1
    if not math.isfinite(weight) or weight <= 0:
        return GroupMastery(name, n, shown_count(n), mean, None, withheld=False)
    _, low, high, _ = _posterior(np.array([mean * weight]), np.array([(1 - mean) * weight]), 1.0)
    return GroupMastery(name, n, shown_count(n), mean, Interval(float(low[0]), float(high[0])), withheld=False)
