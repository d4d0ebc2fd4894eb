"""Figures of each item: how hard it is, how well it separates people, and who chose which option.

- *Facility*: mean share of marks over available cells; its 95 % interval is Wilson's where every share is 0 or 1, else
  mean ± t with the sample SD, clipped to 0..1.
- *Point-biserial*: correlation of the item with the total, the item included. *Rest correlation*: the same with the
  total without the item.
- *D27*: mean share in the top 27 % minus that in the bottom 27 % by total score, ties at the border weighted so that
  exactly floor(0.27 n + 0.5) people count on each side. So it does not depend on the order of rows.

Totals and rests come from complete rows.

A question that was revised has one facility over all its versions, each answer graded by the key of its own. Who chose
what is told of the newest version alone, from those who had it: options that share a name need not share a meaning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from lms.analysis.core.groups import separable
from lms.analysis.core.responses import BoolArray, Cell, FloatArray, Responses
from lms.kit.figures import UNDER95, Interval, t_interval, t_quantile, wilson

D27_PEOPLE = 50
"""A page shows D27 from so many people on."""

DEAD_SHARE = 0.05
DEAD_ERRORS = 30

LEAST_CHOOSERS = 10
"""So many people must have chosen an option before it can put the key in doubt."""


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """Figures of one item; None where one is not defined (nobody answered, everybody alike, no complete rows).

    ``n`` counts available cells, as do ``right`` (full marks), ``wrong`` (answered with less) and ``blank``;
    ``not_reached`` stands beside them. ``facility`` is 0 to 1, ``sd`` in marks with divisor n - 1.
    """

    item: str
    n: int
    right: int
    wrong: int
    blank: int
    not_reached: int
    facility: float | None
    interval: Interval | None
    sd: float | None
    point_biserial: float | None
    rest_correlation: float | None
    discrimination_27: float | None
    alpha_if_deleted: float | None


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """Who chose one option. ``count`` and ``share`` are of the ``n`` available cells of its version, blanks included.

    The other figures are of complete rows: ``rest_correlation`` of having chosen it with the rest score, ``mean_rest``
    of its choosers in marks, and who chose it among the top and bottom 27 % (``tail`` people each) and the top third.
    ``lead`` is the 95 % interval of its mean rest score minus the key's (None for a key, and where nobody chose one of
    the two). ``is_dead`` describes a wrong option that next to nobody takes, although people do go wrong.
    ``beats_key`` describes one that makes the key suspect: its lead lies above 0, and at least 10 people chose it.
    Where an item has several keys, who took the option may have taken a key as well, and nothing is compared.
    """

    option: str
    is_key: bool
    n: int
    count: int
    share: float | None
    rest_correlation: float | None
    mean_rest: float | None
    tail: int
    top_share: float | None
    bottom_share: float | None
    top_third_share: float | None
    lead: Interval | None
    is_dead: bool
    beats_key: bool


def item_figures(responses: Responses) -> tuple[ItemFigures, ...]:
    """The figures of every item, in the order of the matrix.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> rows = {"L1": (1, 1, 1), "L2": (1, 1, 0), "L3": (1, 0, 0), "L4": (0, 0, 0)}
    >>> answers = [Answer(code, f"Q{n}", share) for code, row in rows.items() for n, share in enumerate(row)]
    >>> hardest = item_figures(collect([Person(code) for code in rows], [Item(f"Q{n}") for n in range(3)], answers))[2]
    >>> hardest.facility, hardest.right, round(hardest.rest_correlation, 3), hardest.discrimination_27
    (0.25, 1, 0.522, 1.0)
    """
    complete = responses.marks[responses.complete]
    totals = responses.totals
    point_biserial = correlations(complete, totals[:, np.newaxis])
    rest_correlation = correlations(complete, responses.rests)
    tails = tail_difference(responses.shares[responses.complete], totals)
    without = _alphas_if_deleted(complete)
    return tuple(
        ItemFigures(
            item=item.code,
            n=int(responses.available[:, column].sum()),
            right=int(responses.right[:, column].sum()),
            wrong=int(((responses.states[:, column] == Cell.ANSWERED) & ~responses.right[:, column]).sum()),
            blank=int((responses.states[:, column] == Cell.BLANK).sum()),
            not_reached=int((responses.states[:, column] == Cell.NOT_REACHED).sum()),
            facility=(mean_and_interval := facility(responses, column))[0],
            interval=mean_and_interval[1],
            sd=spread(responses.marks[responses.available[:, column], column]),
            point_biserial=point_biserial[column],
            rest_correlation=rest_correlation[column],
            discrimination_27=tails[column],
            alpha_if_deleted=without[column],
        )
        for column, item in enumerate(responses.items)
    )


def facility(responses: Responses, column: int) -> tuple[float | None, Interval | None]:
    """Mean share of marks over the available cells of one item, and its 95 % interval."""
    return mean_share(responses.shares[responses.available[:, column], column])


def mean_share(shares: FloatArray) -> tuple[float | None, Interval | None]:
    """The mean of shares and its 95 % interval: Wilson's for 0 and 1, else mean ± t, clipped to 0..1.

    >>> mean_share(np.array([1.0, 0.0, 0.5]))
    (0.5, Interval(low=0.0, high=1.0))
    """
    n = len(shares)
    if n == 0:
        return None, None
    mean = float(shares.mean())
    if np.isin(shares, (0.0, 1.0)).all():
        return mean, wilson(float(shares.sum()), n)
    if n == 1:
        return mean, None
    return mean, t_interval(mean, float(shares.std(ddof=1)), n).clipped(0, 1)


def correlations(values: FloatArray, scores: FloatArray) -> tuple[float | None, ...]:
    """Pearson's correlation of each column of ``values`` with its column of ``scores`` (or with the only one).

    None where one of the two does not vary, or where there are fewer than two rows.
    """
    if len(values) < 2:
        return _undefined(values)
    (left, left_varies), (right, right_varies) = _centred(values), _centred(scores)
    size, varies = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1)), left_varies & right_varies
    found = np.divide((left * right).sum(axis=1), size, out=np.zeros(len(left)), where=varies)
    return _listed(np.clip(found, -1, 1), varies)


def _centred(values: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Each column less its mean, in a row of its own, where sums run along memory; and whether it varies."""
    rows = np.ascontiguousarray(values.T)
    centred: FloatArray = rows - rows.mean(axis=1, keepdims=True)
    return centred, np.asarray(rows.max(axis=1) > rows.min(axis=1))


def biserial(responses: Responses) -> tuple[float | None, ...]:
    """Per item: point-biserial * sqrt(p q) / ordinate of the normal curve at p, from complete rows (Pearson 1909).

    It takes right or wrong for a normal variable cut in two, and so may pass 1. None for part marks, and where
    everybody is right or nobody, or totals do not vary.

    >>> from lms.analysis.core.responses import Answer, Item, Person, collect
    >>> rows = {"L1": (1, 1, 1), "L2": (1, 1, 0), "L3": (1, 0, 0), "L4": (0, 0, 0)}
    >>> answers = [Answer(code, f"Q{n}", share) for code, row in rows.items() for n, share in enumerate(row)]
    >>> found = biserial(collect([Person(code) for code in rows], [Item(f"Q{n}") for n in range(3)], answers))
    >>> round(found[1], 3)  # 0.8944 * 0.5 / 0.3989
    1.121
    """
    shares = responses.shares[responses.complete]
    found: list[float | None] = []
    for column, value in enumerate(correlations(responses.marks[responses.complete], responses.totals[:, np.newaxis])):
        share = float(shares[:, column].mean()) if len(shares) else 0.0
        if value is None or not 0 < share < 1 or not np.isin(shares[:, column], (0.0, 1.0)).all():
            found.append(None)
            continue
        ordinate = NormalDist().pdf(NormalDist().inv_cdf(share))
        found.append(value * math.sqrt(share * (1 - share)) / ordinate)
    return tuple(found)


def tail_size(people: int) -> int:
    """How many people the top and the bottom group have: floor(0.27 n + 0.5), in integers.

    >>> tail_size(1407), tail_size(1), tail_size(2)
    (380, 0, 1)
    """
    return (27 * people + 50) // 100


def tail_weights(totals: FloatArray, size: int, *, top: bool) -> FloatArray:
    """How much of each person is in the group of ``size`` highest (or lowest) totals; the weights add up to ``size``.

    >>> tail_weights(np.array([9.0, 7.0, 7.0, 3.0]), 2, top=True).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    if size == 0:
        return np.zeros(len(totals))
    ranked = np.sort(totals)
    cut = ranked[-size] if top else ranked[size - 1]
    beyond = totals > cut if top else totals < cut
    ties = totals == cut
    weights: FloatArray = beyond + ties * ((size - beyond.sum()) / ties.sum())
    return weights


def tail_difference(shares: FloatArray, totals: FloatArray) -> tuple[float | None, ...]:
    """D27 of each column, in the fractional form; None where the groups are empty."""
    size = tail_size(len(totals))
    if size == 0:
        return _undefined(shares)
    weights = tail_weights(totals, size, top=True) - tail_weights(totals, size, top=False)
    return tuple(float(d) for d in weights @ shares / size)


@dataclass(frozen=True, eq=False, slots=True)
class _Tails:
    """How much of each person of a complete row is in the top and bottom 27 % (``tail`` people each) and top third."""

    tail: int
    third: int
    weights: tuple[FloatArray, FloatArray, FloatArray]


def _tails(responses: Responses) -> _Tails:
    totals = responses.totals
    tail, third = tail_size(len(totals)), (len(totals) + 1) // 3
    top, bottom = (tail_weights(totals, tail, top=up) for up in (True, False))
    return _Tails(tail, third, (top, bottom, tail_weights(totals, third, top=True)))


def options_figures(responses: Responses) -> dict[str, tuple[OptionFigures, ...]]:
    """The figures of options of every item with options."""
    tails = _tails(responses)
    return {item: _of_options(responses, item, tails) for item in responses.chosen}


def option_figures(responses: Responses, item: str) -> tuple[OptionFigures, ...]:
    """The figures of every option of an item with options, keys included, in the order of the options.

    They rest on those who had the version that the item describes, where their cohorts may be split by version.
    """
    return _of_options(responses, item, _tails(responses))


def _of_options(everybody: Responses, item: str, tails: _Tails) -> tuple[OptionFigures, ...]:
    """``option_figures``; ``tails`` are those of everybody."""
    column = everybody.index(item)
    responses = of_version(everybody, column)
    if responses is not everybody:
        tails = _tails(responses)
    facts = responses.items[column]
    available, complete = responses.available[:, column], responses.complete
    chosen = np.ascontiguousarray(responses.chosen[item].T)
    counts = (chosen & available).sum(axis=1)
    n = int(available.sum())
    wrong = int(((responses.states[:, column] == Cell.ANSWERED) & ~responses.right[:, column]).sum())
    rest = responses.rests[:, column]
    takers = chosen[:, complete]
    is_key = np.array([option in facts.keys for option in facts.options])
    with_rest = correlations(takers.T.astype(np.float64), rest[:, np.newaxis])
    sizes = (tails.tail, tails.tail, tails.third)
    top, bottom, top_third = (
        _group_shares(takers.T, weights, size) for weights, size in zip(tails.weights, sizes, strict=True)
    )
    of_key = rest[takers[is_key].any(axis=0)]
    of_option = [rest[of] for of in takers]
    leads = [None if key else _lead(of, of_key) for of, key in zip(of_option, is_key, strict=True)]
    return tuple(
        OptionFigures(
            option=option,
            is_key=bool(is_key[place]),
            n=n,
            count=int(counts[place]),
            share=counts[place] / n if n else None,
            rest_correlation=with_rest[place],
            mean_rest=float(of_option[place].mean()) if len(of_option[place]) else None,
            tail=tails.tail,
            top_share=top[place],
            bottom_share=bottom[place],
            top_third_share=top_third[place],
            lead=(lead := leads[place]),
            is_dead=bool(
                not is_key[place] and wrong >= DEAD_ERRORS and wilson(int(counts[place]), n).high < DEAD_SHARE
            ),
            beats_key=bool(is_key.sum() == 1 and counts[place] >= LEAST_CHOOSERS and lead is not None and lead.low > 0),
        )
        for place, option in enumerate(facts.options)
    )


def of_version(responses: Responses, column: int) -> Responses:
    """Everybody, while an item has one version; else the people who had the one that it describes."""
    version, available = responses.items[column].version, responses.available[:, column]
    if responses.versions is None or (responses.versions[available, column] == version).all():
        return responses
    versions = responses.versions[:, column]
    parts = [
        (person.language, int(number)) if has else None
        for person, number, has in zip(responses.people, versions, available, strict=True)
    ]
    return responses.only(separable(responses.people, parts) & available & (versions == version))


def _undefined(columns: FloatArray | BoolArray) -> tuple[float | None, ...]:
    return (None,) * int(columns.shape[1])


def _listed(values: FloatArray, defined: BoolArray) -> tuple[float | None, ...]:
    return tuple(float(value) if ok else None for value, ok in zip(values, defined, strict=True))


def spread(values: FloatArray) -> float | None:
    """The sample standard deviation, divisor n - 1; None for fewer than two values."""
    if len(values) < 2:
        return None
    # The mean of equal numbers can miss them by the last bit, so equality is asked for directly.
    return 0.0 if np.ptp(values) == 0 else float(values.std(ddof=1))


def _alphas_if_deleted(marks: FloatArray) -> tuple[float | None, ...]:
    people, items = marks.shape
    if people < 2 or items < 3:
        return _undefined(marks)
    totals = marks.sum(axis=1)
    rests = np.round(totals[:, np.newaxis] - marks, 9)
    variances, of_rests = marks.var(axis=0, ddof=1), rests.var(axis=0, ddof=1)
    varies = np.ptp(rests, axis=0) > 0
    remaining = np.divide(variances.sum() - variances, of_rests, out=np.zeros(items), where=varies)
    found = (items - 1) / (items - 2) * (1 - remaining)
    return _listed(found, varies)


def _group_shares(takers: BoolArray, weights: FloatArray, size: int) -> tuple[float | None, ...]:
    if size == 0:
        return _undefined(takers)
    return tuple(float(share) for share in weights @ takers / size)


def _lead(of_option: FloatArray, of_key: FloatArray) -> Interval | None:
    """The 95 % interval of a difference of two means by Student's t with a common variance.

    A wrong key has few choosers of its own, too few to tell their spread from; the option's choosers tell it.
    """
    sizes, freedom = (len(of_option), len(of_key)), len(of_option) + len(of_key) - 2
    if min(sizes) == 0 or freedom < 1:
        return None
    squares = sum(float(((rest - rest.mean()) ** 2).sum()) for rest in (of_option, of_key))
    reach = t_quantile(UNDER95, freedom) * math.sqrt(squares / freedom * sum(1 / size for size in sizes))
    lead = float(of_option.mean() - of_key.mean())
    return Interval(lead - reach, lead + reach)
