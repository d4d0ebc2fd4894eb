"""What a blueprint draws: nothing twice, nothing that does not fit, and no row short without need."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.core.blueprint import Candidate, DrawRow, draw_rows, shortages

SECTIONS, TAGS = ["", "HAR/a", "HAR/b"], ["", "new", "hard"]
ROWS = st.lists(
    st.builds(DrawRow, st.integers(0, 4), section=st.sampled_from(SECTIONS), tag=st.sampled_from(TAGS)), max_size=4
)
STOCK = st.lists(
    st.tuples(st.sampled_from(SECTIONS[1:]), st.lists(st.sampled_from(TAGS[1:]), unique=True)), max_size=9
).map(lambda found: [Candidate(f"Q{n}", section, tuple(tags)) for n, (section, tags) in enumerate(found)])


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
