"""Quiz results and decisions joined; and that nobody finds a small group by taking one view from another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lms.production.core.joining import Decided, Joined, Share, Wanted, joined
from lms.production.core.kinds import ErrorKind

SITES, QUEUES, MONTHS = ("dublin", "tokyo"), ("EN", "JA"), ("2026-09", "2026-10", "2026-11")
FP, TECHNICAL = ErrorKind.FALSE_POSITIVE, ErrorKind.TECHNICAL


def decided(person: int, n: int = 10, wrong: int = 0, **where: str) -> Decided:
    place = {"site": "tokyo", "queue": "JA", "month": "2026-11", **where}
    return Decided(person, "HAR/x", decisions=n, errors={FP: wrong}, **place)


def share(person: int, earned: float, cut: float = 0.8) -> Share:
    return Share(person, "HAR/x", earned, 1.0, cut)


def one(listed: Sequence[Decided], shares: Sequence[Share], wanted: Wanted | None = None) -> Joined:
    [found] = joined(listed, shares, wanted or Wanted())
    return found


def test_who_knows_and_who_decides_rightly() -> None:
    shares = [share(person, 0.9 if person < 6 else 0.5) for person in range(12)]
    found = one([decided(person, 20, 1 if person < 6 else 5) for person in range(12)], shares)
    assert found.known is not None
    assert (found.known.people, found.known.share) == (12, 0.5)
    assert found.rate is not None
    assert (found.rate.people, found.rate.decisions, found.rate.errors) == (12, 240, 36)
    assert found.knowing is not None
    assert found.others is not None
    assert (found.knowing.share, found.others.share) == (0.05, 0.25)
    assert found.gap == pytest.approx(0.2)
    assert found.gap_interval is not None
    assert found.gap_interval.leaves_out(0)
    assert found.correlation is not None
    assert found.correlation.r == pytest.approx(-1)
    assert found.kinds[FP] == 36


def test_a_share_at_the_cut_is_known() -> None:
    assert Share(1, "HAR/x", 0.1 + 0.2, 1, 0.3).knows
    assert share(1, 0.8).knows
    assert not share(1, 0.79).knows


def test_what_the_tool_failed_at_is_nobodys_decision() -> None:
    failed = [Decided(n, "HAR/x", "tokyo", "JA", "2026-11", 10, {TECHNICAL: 4, FP: 1}) for n in range(6)]
    found = one(failed, [share(n, 1) for n in range(6)])
    assert found.rate is not None
    assert (found.rate.decisions, found.rate.errors) == (36, 6)
    assert found.kinds[TECHNICAL] == 24


def test_only_people_with_both_count() -> None:
    found = one([decided(n, 10, 5 if n > 5 else 0) for n in range(12)], [share(n, 1) for n in range(6)])
    assert found.rate is not None
    assert (found.rate.people, found.rate.errors) == (6, 0)


def test_fewer_than_five_people_are_withheld() -> None:
    found = one([decided(n, 30, 3) for n in range(4)], [share(n, 1) for n in range(4)])
    assert found == Joined("HAR/x", is_withheld=True)


def test_few_who_do_not_know_are_not_told_from_the_others() -> None:
    shares = [share(n, 1 if n < 8 else 0) for n in range(11)]
    found = one([decided(n, 30, 3) for n in range(11)], shares)
    assert found.rate is not None
    assert (found.knowing, found.others, found.gap) == (None, None, None)


def test_few_of_a_queue_are_not_found_by_taking_it_from_all() -> None:
    """Ten in one queue and three of them in another: the other queue alone would be all less the first."""
    listed = [decided(n, 10, 1) for n in range(10)] + [decided(n, 10, 10, queue="EN") for n in range(3)]
    shares = [share(n, 1) for n in range(10)]
    for wanted in (Wanted(), Wanted(queue="JA")):
        found = one(listed, shares, wanted)
        assert found.rate is not None
        assert found.rate.errors == 10
    assert one(listed, shares, Wanted(queue="EN")).is_withheld


def test_small_parcels_count_together_where_nothing_is_filtered() -> None:
    listed = [decided(n, 10, 1, month=MONTHS[n % 3]) for n in range(9)]
    shares = [share(n, 1) for n in range(9)]
    found = one(listed, shares)
    assert found.rate is not None
    assert found.rate.people == 9
    assert one(listed, shares, Wanted(first="2026-10")).is_withheld


people = st.lists(
    st.tuples(
        st.sampled_from(SITES),
        st.booleans(),
        st.lists(st.tuples(st.sampled_from(QUEUES), st.sampled_from(MONTHS)), min_size=1, max_size=4, unique=True),
    ),
    min_size=1,
    max_size=40,
)


def views() -> list[Wanted]:
    spans = [
        (first, last) for first in ("", *MONTHS) for last in ("", *MONTHS) if not (first and last and first > last)
    ]
    sites = [None, *(frozenset({site}) for site in SITES)]
    return [Wanted(site, queue, *span) for site, queue, span in product(sites, ("", *QUEUES), spans)]


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(people)
def test_no_subtraction_of_two_views_tells_of_few_people(drawn: list[tuple[str, bool, list[tuple[str, str]]]]) -> None:
    """Every decision has a number of its own (a power of two), so a difference says which decisions it is of."""
    listed, shares, of = [], [], {}
    for person, (site, knows, places) in enumerate(drawn):
        shares.append(share(person, 1 if knows else 0))
        for queue, month in places:
            mark = 1 << len(listed)
            of[mark] = person
            listed.append(Decided(person, "HAR/x", site, queue, month, 2 * mark, {FP: mark}))
    for side in ("rate", "knowing", "others"):
        sums = {0}
        for wanted in views():
            for found in joined(listed, shares, wanted):
                figure = getattr(found, side)
                sums.add(figure.errors if figure else 0)
        for first, second in product(sums, sums):
            if first & second == second:  # one view lies within the other
                rest = first - second
                told = {person for mark, person in of.items() if rest & mark}
                assert len(told) == 0 or len(told) >= 5, (side, wanted)
