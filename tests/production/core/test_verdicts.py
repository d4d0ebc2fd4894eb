"""Verdicts on sections: planted gaps are named, sound sections are not. Draws and verdicts share no constant."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from lms.kit.figures import Interval
from lms.production.core.joining import Decided, Joined, Share, Wanted, joined
from lms.production.core.kinds import ErrorKind
from lms.production.core.rates import Rate, Tally
from lms.production.core.verdicts import Verdict, judged


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def drawn(
    seed: int,
    *,
    people: int,
    each: int,
    sections: int = 12,
    unknown: str = "",
    unpractised: str = "",
    usual: float = 0.03,
    effect: float = 0.25,
) -> dict[str, Verdict]:
    """The verdicts on a year of somebody's queues: what people do not know, they get wrong with ``effect`` more.

    The section ``unknown`` is hard to most; in ``unpractised`` everybody errs by ``effect`` more, whatever they know.
    """
    luck = np.random.default_rng(seed)
    names = [f"S{number}" for number in range(sections)]
    shares, decided = [], []
    for person in range(people):
        ability = luck.normal(1.6, 1.0)
        care = luck.normal(0, 0.35)
        for name in names:
            grasp = logistic(ability - luck.normal(0, 0.4) - (2.2 if name == unknown else 0))
            right = sum(luck.random() < grasp for _question in range(5))
            shares.append(Share(person, name, right, 5, 3.5))
            slip = usual * math.exp(care) + (1 - grasp) * (effect if name == unknown else 0.05)
            slip += effect / 2 if name == unpractised else 0
            wrong = sum(luck.random() < slip for _decision in range(each))
            decided.append(Decided(person, name, "a", "b", "2026-11", each, {ErrorKind.FALSE_NEGATIVE: wrong}))
    return {one.joined.section: one.verdict for one in judged(joined(decided, shares, Wanted()))}


def test_planted_gaps_are_named_and_hardly_anything_else() -> None:
    right, named, planted = 0, 0, 0
    for seed in range(20):
        found = drawn(seed, people=250, each=25, unknown="S3", unpractised="S7")
        gaps = {name: verdict for name, verdict in found.items() if verdict in (Verdict.KNOWLEDGE, Verdict.APPLICATION)}
        right += (gaps.get("S3") is Verdict.KNOWLEDGE) + (gaps.get("S7") is Verdict.APPLICATION)
        named, planted = named + len(gaps), planted + 2
    assert right / planted >= 0.95
    assert right / named >= 0.95


def test_nothing_planted_nothing_found() -> None:
    found = Counter(verdict for seed in range(20) for verdict in drawn(100 + seed, people=150, each=25).values())
    assert found[Verdict.KNOWLEDGE] + found[Verdict.APPLICATION] <= 0.02 * sum(found.values())


def test_with_few_decisions_there_is_no_verdict() -> None:
    assert set(drawn(1, people=9, each=60).values()) == {Verdict.FEW_DATA}
    assert set(drawn(1, people=30, each=3).values()) == {Verdict.FEW_DATA}


def made(people: int, decisions: int, errors: int) -> Rate:
    share = errors / decisions
    variance = max(share * (1 - share), 0.001) / decisions
    reach = 2 * math.sqrt(variance)
    return Rate(people, decisions, errors, share, Interval(share - reach, share + reach), variance, 1.0)


@pytest.mark.parametrize(
    ("knowing", "others", "verdict"),
    [
        (made(40, 1000, 30), made(40, 1000, 200), Verdict.KNOWLEDGE),
        (made(40, 1000, 200), made(40, 1000, 210), Verdict.APPLICATION),
        (made(60, 1500, 300), None, Verdict.APPLICATION),
        (None, made(60, 1500, 300), Verdict.KNOWLEDGE),
        (made(40, 1000, 30), made(40, 1000, 32), Verdict.NEITHER),
        (made(40, 1000, 40), made(40, 1000, 40), Verdict.NEITHER),
        (None, None, Verdict.FEW_DATA),
    ],
)
def test_the_larger_part_of_the_errors_gives_the_verdict(
    knowing: Rate | None, others: Rate | None, verdict: Verdict
) -> None:
    usual = {person: Tally(100, 3) for person in range(100)}
    base = Joined("base", False, rate=made(100, 10000, 300), tallies=usual)
    rates = [side for side in (knowing, others) if side] or [made(50, 500, 20)]
    whole = made(*(sum(getattr(side, part) for side in rates) for part in ("people", "decisions", "errors")))
    sides = {"who_knows": frozenset(range(50)), "who_does_not": frozenset(range(50, 100))}
    asked = Joined("asked", False, rate=whole, knowing=knowing, others=others, **sides)
    found = {one.joined.section: one.verdict for one in judged([base, asked])}
    assert found["asked"] is verdict


def test_people_who_err_everywhere_are_no_gap_of_a_section() -> None:
    """Who does not know it errs on it more than who does, and as often everywhere else."""
    usual = {person: Tally(100, 3 if person < 50 else 15) for person in range(100)}
    base = Joined("base", False, rate=made(100, 10000, 900), tallies=usual)
    sides = {"who_knows": frozenset(range(50)), "who_does_not": frozenset(range(50, 100))}
    knowing, others = made(50, 1000, 30), made(50, 1000, 150)
    asked = Joined("asked", False, rate=made(100, 2000, 180), knowing=knowing, others=others, **sides)
    assert {one.verdict for one in judged([base, asked]) if one.joined is asked} == {Verdict.NEITHER}


def test_more_errors_that_nothing_explains_are_not_called_sound() -> None:
    usual = {person: Tally(100, 3) for person in range(100)}
    base = Joined("base", False, rate=made(100, 10000, 300), tallies=usual)
    sides = {"who_knows": frozenset(range(50)), "who_does_not": frozenset(range(50, 100))}
    asked = Joined("asked", False, rate=made(40, 400, 40), knowing=made(20, 30, 2), others=made(20, 30, 3), **sides)
    [found] = [one for one in judged([base, asked]) if one.joined is asked]
    assert (found.verdict, found.is_unexplained) == (Verdict.FEW_DATA, True)
