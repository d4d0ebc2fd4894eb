"""The graded answers of a quiz as columns of numbers.

There are as many answers as attempts times questions, so none of them becomes an object. What was graded never
changes: the paper is fixed when an attempt opens, its log ends when it closes, and a correction is another grading
run. So what was read of some gradings holds for as long as the same gradings are asked for. Which ones count is asked
of the database each time; an attempt more, or a regrade, is another set of gradings and is read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Select, select

from lms.analysis.core.responses import BoolArray, Cell, IntArray
from lms.analysis.queries.rows import of_quiz
from lms.foundation.db import db
from lms.quizzes.core.grading import Outcome
from lms.quizzes.core.marked import BETWEEN, Line
from lms.quizzes.models import Attempt, GradingRun

Taken = tuple[int, int]
"""By what an answer was judged: the question version of the paper and the key of the grading."""

Graded = tuple[str, int]
"""An attempt and the grading run that counts."""

_CELLS = {Outcome.BLANK: Cell.BLANK, Outcome.NOT_REACHED: Cell.NOT_REACHED}

_KEPT = 8
"""Of so many quizzes the columns stay in memory: a few megabytes for each."""


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """Every graded answer, one in each place of the columns.

    ``attempt`` is a place in the gradings asked for, ``line`` one in ``lines``: few of many thousand are different, and
    what follows from a line is worked out once for all answers that are alike.
    """

    attempt: IntArray
    line: IntArray
    lines: tuple[Line, ...]

    @property
    def taken(self) -> list[Taken]:
        """By what these answers were judged."""
        lines = [self.lines[place] for place in np.flatnonzero(np.bincount(self.line)).tolist()]
        return sorted({line.taken for line in lines})

    def attempts(self, taken: Taken) -> IntArray:
        """The places of the gradings that have an answer judged so."""
        judged = np.array([line.taken == taken for line in self.lines], dtype=np.bool_)
        return self.attempt[judged[self.line]]

    def only(self, gradings: BoolArray) -> Evidence:
        """The answers of some of the gradings (a mask), which are numbered anew."""
        if gradings.all():
            return self
        kept = gradings[self.attempt]
        return replace(self, attempt=(np.cumsum(gradings) - 1)[self.attempt[kept]], line=self.line[kept])


def cell_of(line: Line) -> Cell:
    """What became of a question, as a response matrix has it."""
    return _CELLS.get(line.outcome, Cell.ANSWERED)


def options_chosen(line: Line) -> tuple[str, ...]:
    """The options of an answer to a question with options."""
    payload = json.loads(line.answer)
    single = (payload["option"],) if payload.get("option") else ()
    return tuple(payload.get("options", single))


@lru_cache(maxsize=_KEPT)
def load_evidence(quiz_id: int, gradings: tuple[Graded, ...]) -> Evidence:
    """The answers of these gradings of a quiz, from the marked paper of each.

    The read ends before anything is made of it: no transaction waits for arithmetic.
    """
    marked = {row.id: row.marked_paper for row in db.session.execute(_marked(quiz_id))}
    papers = [marked.get(run_id, "") for _attempt_id, run_id in gradings]
    sizes = [paper.count(BETWEEN) + 1 if paper else 0 for paper in papers]
    answers = BETWEEN.join(filter(None, papers)).split(BETWEEN) if any(papers) else []
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__  # a line that is new has the next number
    line = np.fromiter(map(numbers.__getitem__, answers), np.int64, len(answers))
    return Evidence(np.repeat(np.arange(len(papers)), sizes), line, tuple(map(Line.read, numbers)))


def _marked(quiz_id: int) -> Select[Any]:
    """Every grading of a quiz with its marked paper."""
    query = select(GradingRun.id, GradingRun.marked_paper).select_from(Attempt)
    return of_quiz(query, quiz_id).join(GradingRun, GradingRun.attempt_id == Attempt.id)
