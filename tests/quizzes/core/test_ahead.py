"""What may be asked again: no key is shown of a question that a later paper draws, whatever is drawn in between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.kit.shuffles import shuffled_by
from lms.quizzes.core.ahead import Ahead
from lms.quizzes.core.blueprint import Candidate, DrawRow, draw_rows

SECTIONS = ["HAR/a", "HAR/b"]
ROWS = st.lists(st.builds(DrawRow, st.integers(1, 2), section=st.sampled_from(["", *SECTIONS])), min_size=1, max_size=3)
STOCK = st.lists(st.tuples(st.sampled_from(SECTIONS), st.sampled_from(["", "", "x"])), max_size=12).map(
    lambda found: [Candidate(f"Q{n}", section, group=group) for n, (section, group) in enumerate(found)]
)


@given(ROWS, STOCK, st.integers(2, 3), st.integers(0, 99), st.sets(st.sampled_from(["Q0", "Q1"])))
def test_what_has_been_shown_is_drawn_by_no_later_paper(
    rows: list[DrawRow], stock: list[Candidate], papers: int, seed: int, avoided: set[str]
) -> None:
    pool = {one.code: one for one in stock}
    seen, shown = set[str](), set[str]()
    for left in range(papers, 0, -1):
        may_come = Ahead(left, tuple(rows), pool, frozenset(seen), frozenset(avoided)).may_ask()
        shown |= seen - may_come
        costs = {code: (code in seen) + 1000 * (code in avoided) for code in pool}
        mixed = shuffled_by(f"{seed}:{left}", stock, lambda one: one.code)
        drawn = {one.code for of_row in draw_rows(rows, mixed, costs) for one in of_row}
        assert not drawn & shown
        seen |= drawn
