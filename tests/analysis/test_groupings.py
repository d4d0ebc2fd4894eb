"""What somebody learns who has every view of the heatmap, by whatever people are told apart, and subtracts them.

People answer one question of each section, and the share of the marks of the one numbered n is 2 to the power of -n. So
a cell tells by its n and its share exactly which people it holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations, product

import numpy as np
import pytest

from lms.analysis import phrases
from lms.analysis.core.heatmap import Heatmap
from lms.analysis.core.parts import Way, granted
from lms.analysis.core.populations import Population
from lms.analysis.core.responses import Cell, Item, Responses
from lms.analysis.queries.groupings import Asked, Layout, divide, see, told_of_windows
from lms.analysis.queries.matrix import people_of
from lms.analysis.queries.rows import NO_COHORT, Sitting
from lms.kit.figures import is_small

SECTIONS = ("S1", "S2")
LAYOUT = Layout({"Q1": ("S1",), "Q2": ("S2",)}, SECTIONS, 80)
VENDORS = {"tokyo": "own", "osaka": "north", "kobe": "north"}
WINDOWS = ("2026-09", "2026-10", "2026-11")
TRAINERS = {"A": "T1", "B": "T1 T2", "C": "T1", "D": "T2", "E": "T2"}
Held = frozenset[int]
"""Who is in a figure, by number."""


def sitting(number: int, cohort: str, language: str, site: str, window: str = WINDOWS[0]) -> Sitting:
    at = datetime(2026, 11, 16, tzinfo=UTC)
    return Sitting(
        str(number),
        number,
        f"L{number:04}",
        language,
        cohort,
        site,
        VENDORS[site],
        window,
        has_passed=False,
        has_passed_then=False,
        closed_at=at,
        policies=frozenset(),
    )


def drawn(seed: int) -> list[Sitting]:
    """Cohorts of all sizes, of whose people few or many differ in language, place or window."""
    chance = np.random.default_rng(seed)
    found: list[Sitting] = []
    for cohort in (*TRAINERS, NO_COHORT):
        size = int(chance.choice((2, 4, 5, 6, 9, 10, 11)))
        few, late = int(chance.choice((0, 1, 3, 5))), int(chance.choice((4, 6, 9, 12)))
        for place in range(min(size, 48 - len(found))):
            is_other = place < few
            language = "en" if chance.random() < 0.1 or is_other else "ja"
            site = str(chance.choice(("osaka", "kobe"))) if is_other or chance.random() < 0.1 else "tokyo"
            window = str(chance.choice(WINDOWS[1:])) if place % 12 >= late else WINDOWS[0]
            found.append(sitting(len(found), cohort, language, site, window))
    return found


def answered(sittings: Sequence[Sitting], chance: np.random.Generator) -> Responses:
    """Everybody has the first question; not all have drawn the second."""
    shares = np.array([[2.0**-number] * 2 for number in range(len(sittings))])
    states = np.full(shares.shape, Cell.ANSWERED, dtype=np.int8)
    for row in range(len(sittings)):
        if chance.random() < 0.3:
            states[row, 1], shares[row, 1] = Cell.MISSING, 0.0
    return Responses(tuple(people_of(sittings)), (Item("Q1"), Item("Q2")), shares, states)


def held(heatmap: Heatmap) -> Iterator[tuple[str, Held]]:
    """Who is in each cell and total of a heatmap, by section."""
    for section, cells, total in zip(heatmap.sections, heatmap.cells, heatmap.section_totals, strict=True):
        for cell in (*cells, total):
            if cell.n:
                assert cell.share is not None
                bits = round(cell.share * cell.n * 2**48)
                people = frozenset(number for number in range(49) if bits >> (48 - number) & 1)
                assert len(people) == cell.n, "the marks tell who is in it"
                yield section, people


def everything_shown(sittings: list[Sitting], whole: Responses) -> dict[str, set[Held]]:
    """Who is in every figure of every view: each cohort or all, each filter, each way of laying it out, the trend."""
    division = divide(sittings)
    found: dict[str, set[Held]] = defaultdict(set)
    for cohort, language, place, window, by in views():
        rows = [row for row, each in enumerate(sittings) if cohort in ("", each.cohort)]
        of_cohort = [sittings[row] for row in rows]
        taking = [
            language in ("", each.language) and place in ("", each.site, each.vendor) and window in ("", each.window)
            for each in of_cohort
        ]
        if not any(taking):
            continue
        ways = {Way.LANGUAGE: language, Way.SITE: place in VENDORS, Way.VENDOR: place in ("own", "north")}
        ways |= {Way.WINDOW: window}
        asked = Asked(frozenset(way for way, value in ways.items() if value), by, TRAINERS, window)
        mine = whole.only([row in set(rows) for row in range(len(sittings))])
        seen = see(mine, of_cohort, taking, division, asked, LAYOUT)
        if not is_small(sum(taking)):
            found["scores"].add(frozenset(int(person.code[1:]) for person in seen.responses.people))
        for heatmap in (seen.heatmap, *([seen.grouped.heatmap] if seen.grouped else [])):
            for section, people in held(heatmap):
                found[section].add(people)
    told = told_of_windows({**dict.fromkeys(Population, ()), Population.FIRST: sittings})
    for window in {each.window for each in told}:
        people = frozenset(each.run_id for each in told if each.window == window)
        found["S1"].add(people)
        found["scores"].add(people)
    found["scores"].discard(frozenset())
    return found


def views() -> Iterator[tuple[str, str, str, str, Way | None]]:
    """Each cohort or all, each language, each place, each window, and what stands side by side."""
    places = ("", *VENDORS, "own", "north")
    offered = [Way(way) for way in phrases.WAYS]
    yield from product(("", *TRAINERS), ("", "en", "ja"), places, ("",), (None, *offered))
    yield from product(("", *TRAINERS), ("", "en", "ja"), places, WINDOWS, (None, Way.SITE))


def alike(figures: set[Held]) -> list[Held]:
    """The people whom no figure tells apart from one another, in groups; who is in none is in no group."""
    groups: dict[tuple[bool, ...], set[int]] = defaultdict(set)
    listed = sorted(figures, key=sorted)
    for person in frozenset().union(*listed):
        groups[tuple(person in people for people in listed)].add(person)
    return [frozenset(group) for group in groups.values()]


@pytest.mark.parametrize("seed", range(12))
def test_no_few_people_are_told_by_all_views_of_the_heatmap_together(seed: int) -> None:
    sittings = drawn(seed)
    for figures in everything_shown(sittings, answered(sittings, np.random.default_rng(seed + 1))).values():
        assert all(len(people) >= 5 for people in figures)
        for one, other in combinations(figures, 2):
            for rest in (one - other, other - one):
                if one <= other or other <= one:
                    assert not 0 < len(rest) < 5, (sorted(one), sorted(other))
        groups = alike(figures)
        span = np.array([[float(group <= people) for group in groups] for people in figures])
        small = [place for place, group in enumerate(groups) if len(group) < 5]
        for count in range(1, 5):
            for places in combinations(small, count):
                if sum(len(groups[place]) for place in places) < 5:
                    target = np.array([[float(place in places) for place in range(len(groups))]])
                    assert np.linalg.matrix_rank(np.vstack([span, target])) > np.linalg.matrix_rank(span)


def test_the_views_show_parts_at_all() -> None:
    sittings = [sitting(n, "A", "en" if n % 2 else "ja", "tokyo" if n < 10 else "osaka") for n in range(20)]
    shown = everything_shown(sittings, answered(sittings, np.random.default_rng(1)))["S1"]
    assert frozenset(range(10)) in shown
    assert frozenset(range(1, 20, 2)) in shown
    assert frozenset(range(1, 10, 2)) in shown, "by site, of those who took it in English"


def test_who_has_no_answer_that_may_be_told_is_in_no_score_either() -> None:
    sittings = [sitting(n, "A" if n < 9 else NO_COHORT, "en", "tokyo") for n in range(10)]
    states = np.array([[Cell.ANSWERED, Cell.MISSING]] * 9 + [[Cell.MISSING, Cell.ANSWERED]], dtype=np.int8)
    whole = Responses(tuple(people_of(sittings)), (Item("Q1"), Item("Q2")), np.zeros((10, 2)), states)
    for asked in (Asked(frozenset()), Asked(frozenset({Way.WINDOW}), window=WINDOWS[0])):
        seen = see(whole, sittings, [True] * 10, divide(sittings), asked, LAYOUT)
        assert (len(seen.responses.people), list(seen.left_out)) == (9, [NO_COHORT])


def retaken(first: Sequence[Sitting], who: Collection[int]) -> list[Sitting]:
    return [each._replace(attempt_id=f"again-{each.person}") for each in first if each.run_id in who]


def test_who_did_not_repeat_an_attempt_is_not_told_by_the_pass_rates_of_those_who_did() -> None:
    """Of those in September three did not, of those in October five: together they may be shown, by window not."""
    first = [sitting(n, "A", "ja", "tokyo", WINDOWS[0] if n < 20 else WINDOWS[1]) for n in range(30)]
    division = divide(retaken(first, range(3, 25)), first)
    assert (Way.RETAKE in division.ways["A"], division.windows["A"]) == (True, frozenset())
    assert Way.WINDOW not in division.ways["A"]
    few = divide(retaken(first, range(4, 30)), first)
    assert Way.RETAKE not in few.ways["A"]
    many = divide(retaken(first, range(5, 25)), first)
    assert many.windows["A"] == set(WINDOWS[:2])
    english = [each._replace(language="en" if each.run_id % 10 < 4 else "ja") for each in first]
    assert Way.LANGUAGE not in divide(retaken(english, range(5, 30)), english).ways["A"], "two of the five in English"


def test_a_cohort_of_few_who_repeated_bears_nothing() -> None:
    first = [sitting(n, "A", "ja", "tokyo") for n in range(30)]
    assert divide(retaken(first, range(4)), first).ways["A"] == frozenset()


@pytest.mark.parametrize("seed", range(6))
def test_who_is_looked_at_of_a_later_month_is_who_is_in_its_trend(seed: int) -> None:
    sittings = [each._replace(window=WINDOWS[0]) for each in drawn(seed)]
    asked = Asked(frozenset({Way.WINDOW}), window=WINDOWS[0])
    whole = answered(sittings, np.random.default_rng(seed))
    seen = see(whole, sittings, [True] * len(sittings), divide(sittings), asked, LAYOUT)
    told = told_of_windows({**dict.fromkeys(Population, ()), Population.AGAIN: sittings})
    assert {person.code for person in seen.responses.people} == {each.person for each in told}


def test_one_person_between_two_groupings_is_not_told() -> None:
    """Ten in English, nine of them at one site: the views of the two groupings differ by one person."""
    sittings = [sitting(n, "A", "en" if n < 10 else "ja", "tokyo" if n < 9 else "osaka") for n in range(15)]
    shown = everything_shown(sittings, answered(sittings, np.random.default_rng(1)))["S1"]
    assert frozenset(range(10)) in shown
    assert frozenset(range(9)) not in shown


def test_a_cohort_bears_what_leaves_nobody_or_five_in_each_cell() -> None:
    languages = ["en"] * 6 + ["ja"] * 6
    assert granted(["A"] * 12, {Way.LANGUAGE: languages, Way.SITE: languages})["A"] >= {Way.LANGUAGE, Way.SITE}
    assert granted(["A"] * 4, {Way.LANGUAGE: ["en"] * 4})["A"] == frozenset()
    assert granted(["A"] * 12, {Way.LANGUAGE: ["en"] * 11 + ["ja"], Way.SITE: languages})["A"] == {
        Way.SITE,
        Way.TRAINER,
    }
