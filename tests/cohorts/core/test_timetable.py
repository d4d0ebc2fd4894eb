"""The week grid: nothing lies outside it, and what happens at once does not hide one another."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lms.cohorts.core.timetable import Cell, Span, hours, lay_out


def test_one_after_the_other_each_has_the_whole_width() -> None:
    spans = [Span(9 * 60 + 30, 10 * 60), Span(10 * 60, 11 * 60 + 30), Span(14 * 60 + 15, 14 * 60 + 45)]
    assert lay_out(spans, 9) == [Cell(3, 2, 1, 1), Cell(5, 6, 1, 1), Cell(22, 2, 1, 1)]


def test_what_happens_at_once_stands_side_by_side() -> None:
    spans = [Span(600, 720), Span(615, 660), Span(660, 700), Span(720, 780)]
    assert [(cell.lane, cell.lanes) for cell in lay_out(spans, 9)] == [(1, 2), (2, 2), (2, 2), (1, 1)]


SPANS = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 720)).map(lambda s: Span(s[0], min(s[0] + s[1], 1440))), max_size=8
)


@given(SPANS)
def test_every_session_lies_within_the_hours_of_the_grid(spans: list[Span]) -> None:
    first, last = hours(spans)
    for span, cell in zip(spans, lay_out(spans, first), strict=True):
        assert cell.row >= 1
        assert cell.row + cell.rows - 1 <= (last - first) * 4
        assert abs((cell.row - 1) * 15 + first * 60 - span.starts) < 15


@given(SPANS)
def test_no_two_that_overlap_share_a_lane(spans: list[Span]) -> None:
    cells = lay_out(spans, 0)
    for n, one in enumerate(spans):
        for m, other in enumerate(spans[:n]):
            if one.starts < other.ends and other.starts < one.ends and cells[n].lanes < 3:
                assert cells[n].lane != cells[m].lane


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(15, 120)), max_size=6))
def test_what_follows_upon_another_does_not_cover_it(gaps: list[tuple[int, int]]) -> None:
    """A checkpoint at 16:25 after a talk from 16:00 to 16:20 begins in the row after it."""
    spans, at = [], 8 * 60
    for gap, minutes in gaps:
        spans.append(Span(at + gap, at + gap + minutes))
        at += gap + minutes
    cells = lay_out(spans, 8)
    for before, after in pairwise(cells):
        assert before.row + before.rows <= after.row
