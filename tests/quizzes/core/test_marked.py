from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.core.grading import Gradable, GradedItem, Outcome, grade
from lms.quizzes.core.marked import BETWEEN, Line, corrected, marked_paper


def asked(position: int, answer: dict[str, Any] | None) -> Gradable:
    """A question of which every answer earns a third; its version is a hundred times its place."""
    return Gradable(position, 100 * position, 1, 1000, lambda _payload: Fraction(1, 3), answer, shown=True)


answers = st.none() | st.dictionaries(st.text(min_size=1), st.text() | st.lists(st.text()), min_size=1, max_size=2)
papers = st.lists(answers, max_size=6).map(lambda found: [asked(*one) for one in enumerate(found, start=1)])


@given(papers)
def test_what_is_written_is_read(paper: list[Gradable]) -> None:
    marked = marked_paper(paper, grade(paper).items)
    lines = [Line.read(line) for line in marked.split(BETWEEN) if line]
    assert [line.question_version_id for line in lines] == [100 * one.position for one in paper]
    assert [json.loads(line.answer) if line.answer else None for line in lines] == [one.answer for one in paper]
    marks = [(333, Outcome.PARTLY) if one.answer else (0, Outcome.BLANK) for one in paper]
    assert [(line.awarded_thousandths, line.outcome) for line in lines] == marks
    assert BETWEEN.join(map(str, lines)) == marked


@given(papers.filter(bool), st.data())
def test_a_correction_changes_its_own_question_alone(paper: list[Gradable], data: st.DataObject) -> None:
    marked = marked_paper(paper, grade(paper).items)
    question = data.draw(st.sampled_from(paper))
    before = set(marked.split(BETWEEN))
    own = {line for line in before if Line.read(line).question_version_id == question.question_version_id}
    right = GradedItem(question.position, 2, 1000, 1000, Outcome.RIGHT)
    anew = corrected(marked, question, right)
    assert before - set(anew.split(BETWEEN)) == own
    (line,) = (one for one in map(Line.read, anew.split(BETWEEN)) if one.question_version_id == 100 * question.position)
    assert (line.key_n, line.awarded_thousandths, line.outcome) == (2, 1000, Outcome.RIGHT)
    left_out = corrected(marked, question, None)
    assert set(left_out.split(BETWEEN)) - {""} == before - own
    assert set(corrected(left_out, question, right).split(BETWEEN)) == set(anew.split(BETWEEN))


def test_versions_whose_numbers_begin_alike_are_told_apart() -> None:
    paper = [asked(1, {"option": "o1"}), asked(10, {"option": "o2"})]
    marked = marked_paper(paper, grade(paper).items)
    assert corrected(marked, paper[0], None) == '1000,1,333,1000,partly,{"option":"o2"}'


def test_a_question_without_a_mark_has_no_line() -> None:
    paper = [asked(1, {"option": "o1"}), asked(2, None)]
    assert marked_paper(paper, [GradedItem(2, 1, 0, 1000, Outcome.BLANK)]) == "200,1,0,1000,blank,"
    assert marked_paper(paper, []) == ""
