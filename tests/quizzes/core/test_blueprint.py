"""What a blueprint draws: nothing twice, nothing that does not fit, and no row short without need."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from lms.kit.shuffles import shuffled_by
from lms.quizzes.core.blueprint import Candidate, DrawRow, draw_rows, one_of_each, shortages

SECTIONS, TAGS, TYPES, DIFFICULTIES = ["", "HAR/a", "HAR/b"], ["", "new", "hard"], ["", "case"], ["", "easy"]
ROWS = st.lists(
    st.builds(
        DrawRow,
        st.integers(0, 4),
        section=st.sampled_from(SECTIONS),
        tag=st.sampled_from(TAGS),
        type=st.sampled_from(TYPES),
        difficulty=st.sampled_from(DIFFICULTIES),
    ),
    max_size=4,
)
CANDIDATES = st.lists(
    st.tuples(
        st.sampled_from(SECTIONS[1:]),
        st.lists(st.sampled_from(TAGS[1:]), unique=True).map(tuple),
        st.sampled_from(["case", "single"]),
        st.sampled_from(["easy", "hard"]),
        st.sampled_from(["", "", "x", "y"]),
    ),
    max_size=9,
)
STOCK = CANDIDATES.map(lambda found: [Candidate(f"Q{n}", *facts[:4]) for n, facts in enumerate(found)])
VARIANTS = CANDIDATES.map(lambda found: [Candidate(f"Q{n}", *facts) for n, facts in enumerate(found)])


def most(rows: list[DrawRow], stock: list[Candidate]) -> int:
    """How many places can be filled at all (König): of any rows taken together, no more than fit one of them."""
    chosen = chain.from_iterable(combinations(rows, size) for size in range(len(rows) + 1))
    wanted = sum(row.count for row in rows)
    return min(
        wanted - sum(row.count for row in some) + sum(any(map(candidate.fits, some)) for candidate in stock)
        for some in chosen
    )


@given(ROWS, STOCK)
def test_as_many_places_are_filled_as_can_be(rows: list[DrawRow], stock: list[Candidate]) -> None:
    drawn = draw_rows(rows, stock)
    codes = [candidate.code for of_row in drawn for candidate in of_row]
    assert len(codes) == len(set(codes)) == most(rows, stock)
    assert sum(shortages(rows, stock)) == sum(row.count for row in rows) - len(codes)
    for row, of_row in zip(rows, drawn, strict=True):
        assert len(of_row) <= row.count
        assert all(candidate.fits(row) for candidate in of_row)


def test_rows_of_the_greatest_size_are_drawn() -> None:
    rows = [*[DrawRow(200) for _row in range(6)], DrawRow(2, section="HAR/a")]
    stock = [Candidate(f"Q{n:04}", "HAR/a" if n < 2 else "HAR/b") for n in range(1202)]
    assert shortages(rows, stock) == [0] * 7
    assert sum(shortages(rows, stock[:-9])) == 9


FEW = st.lists(
    st.builds(DrawRow, st.integers(0, 2), section=st.sampled_from(SECTIONS), type=st.sampled_from(TYPES)), max_size=3
)
COSTS = st.dictionaries(st.sampled_from([f"Q{n}" for n in range(6)]), st.sampled_from([1, 1000]))


def cheapest(rows: list[DrawRow], stock: list[Candidate], costs: dict[str, int]) -> tuple[int, int]:
    """The most places that can be filled (below 0), and the least that so many cost: every way is tried."""
    places = [row for row in rows for _n in range(row.count)]
    ways = {frozenset[str](): (0, 0)}  # what is tested already: how many places lack one, and what was paid
    for row in places:
        more = {}
        for tested, (filled, paid) in ways.items():
            offers = [(tested, (filled, paid))]
            offers += [
                (tested | {one.tested}, (filled - 1, paid + costs.get(one.code, 0)))
                for one in stock
                if one.fits(row) and one.tested not in tested
            ]
            for key, value in offers:
                more[key] = min(value, more.get(key, value))
        ways = more
    return min(ways.values())


@given(FEW, VARIANTS.map(lambda found: found[:6]), COSTS)
def test_nothing_is_tested_twice_and_what_was_seen_comes_only_where_nothing_else_is_left(
    rows: list[DrawRow], stock: list[Candidate], costs: dict[str, int]
) -> None:
    drawn = [candidate for of_row in draw_rows(rows, stock, costs) for candidate in of_row]
    assert len({candidate.tested for candidate in drawn}) == len(drawn)
    assert (-len(drawn), sum(costs.get(one.code, 0) for one in drawn)) == cheapest(rows, stock, costs)


def test_of_a_fixed_list_the_variant_not_seen_yet_is_taken() -> None:
    listed = [Candidate("A", "", group=""), Candidate("B", "", group="A"), Candidate("C", "")]
    assert [one.code for one in one_of_each(listed)] == ["A", "C"]
    assert [one.code for one in one_of_each(listed, {"A": 1})] == ["B", "C"]


def test_a_fixed_seed_draws_the_same_paper_on_every_machine() -> None:
    """Written down once. Should it ever differ, papers of one seed would differ between two machines."""
    stock = [
        Candidate(
            f"HAR-{n:03}", f"HAR/{'abc'[n % 3]}", type=("single", "case")[n % 2], group="HAR-001" if n < 4 else ""
        )
        for n in range(1, 21)
    ]
    mixed = shuffled_by("a fixed seed:draw", stock, lambda one: one.code)
    rows = [DrawRow(3), DrawRow(2, section="HAR/a", type="case"), DrawRow(2, section="HAR/b")]
    drawn = draw_rows(rows, mixed, {"HAR-004": 1, "HAR-010": 1})
    codes = [" ".join(one.code for one in of_row) for of_row in drawn]
    assert codes == ["HAR-005 HAR-014 HAR-009", "HAR-003 HAR-015", "HAR-019 HAR-013"]
