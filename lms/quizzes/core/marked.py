"""The marked paper of an attempt: what was asked, what was answered and what it earned, as one text.

Paper, answer log and marks are rows, and whatever looks for one question finds it there. A result analysis takes every
answer of a quiz at once, from three rows each. So a grading run keeps them joined as well. That text is written with
the run, changes as little as the run does, and says nothing that the rows do not say.

It has a line for each question, parted by a character that JSON writes as an escape::

    17,1,1000,1000,right,{"option":"o2"}

The numbers are the question version, the key by which it was marked, and the marks earned and possible in thousandths;
behind the outcome stands the answer of record, or nothing. A line does not say at which place the question stood: the
same answer to the same question is the same line in every paper, so many thousands of lines are a few hundred different
ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lms.kit.chains import canonical
from lms.quizzes.core.grading import Gradable, GradedItem, Outcome

BETWEEN = "\x1e"


@dataclass(frozen=True, slots=True)
class Line:
    """What stands in a marked paper of one question. ``answer`` is canonical JSON, empty where there is none."""

    question_version_id: int
    key_n: int
    awarded_thousandths: int
    max_thousandths: int
    outcome: Outcome
    answer: str

    @classmethod
    def read(cls, text: str) -> Line:
        """A line from what is written for it; ValueError where that is none.

        >>> Line.read('17,1,500,1000,partly,{"options":["o1","o3"]}').answer
        '{"options":["o1","o3"]}'
        """
        version_id, key_n, awarded, most, outcome, answer = text.split(",", 5)
        return cls(int(version_id), int(key_n), int(awarded), int(most), Outcome(outcome), answer)

    @property
    def taken(self) -> tuple[int, int]:
        """By what the answer was judged: question version and key."""
        return self.question_version_id, self.key_n

    @property
    def share(self) -> float:
        """The share of full marks, 0 to 1."""
        return self.awarded_thousandths / self.max_thousandths

    def __str__(self) -> str:
        marks = f"{self.awarded_thousandths},{self.max_thousandths}"
        return f"{self.question_version_id},{self.key_n},{marks},{self.outcome},{self.answer}"


def line_of(question: Gradable, item: GradedItem) -> Line:
    """The line of a question by its mark."""
    answer = "" if question.answer is None else canonical(question.answer)
    marks = item.awarded_thousandths, item.max_thousandths
    return Line(question.question_version_id, item.key_n, *marks, item.outcome, answer)


def marked_paper(paper: Iterable[Gradable], items: Iterable[GradedItem]) -> str:
    """The marked paper of these questions; one without a mark, which a correction has left out, has no line."""
    marks = {item.position: item for item in items}
    return BETWEEN.join(str(line_of(one, marks[one.position])) for one in paper if one.position in marks)


def corrected(marked: str, question: Gradable, item: GradedItem | None) -> str:
    """A marked paper in which one question has another mark, or none any more."""
    own = f"{question.question_version_id},"
    others = [line for line in marked.split(BETWEEN) if line and not line.startswith(own)]
    return BETWEEN.join([*others, *([str(line_of(question, item))] if item else [])])
