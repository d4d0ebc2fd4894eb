"""The graded answers of a quiz as columns of numbers.

There are as many answers as attempts times questions, so none of them becomes an object. What was graded never
changes: the paper is fixed when an attempt opens, its log ends when it closes, and a correction is another grading
run. So what was read of some gradings holds for as long as the same gradings are asked for. Which ones count is asked
of the database each time; an attempt more, or a regrade, is another set of gradings and is read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Select, select

from lms.analysis.core.responses import BoolArray, Cell, FloatArray, IntArray, StateArray
from lms.analysis.queries.rows import of_quiz
from lms.foundation.db import db
from lms.quizzes.core.grading import Outcome
from lms.quizzes.core.marked import BETWEEN, Line
from lms.quizzes.models import Attempt, GradingRun

Taken = tuple[int, int]
"""By what an answer was judged: the question version of the paper and the key of the grading."""

Graded = tuple[str, int]
"""An attempt and the grading run that counts."""

NO_ANSWER = -1

_STATES = {Outcome.BLANK: Cell.BLANK, Outcome.NOT_REACHED: Cell.NOT_REACHED}

_KEPT = 8
"""Of so many quizzes the columns stay in memory: a few megabytes for each."""


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """Every graded answer, one in each place of the columns.

    ``attempt`` and ``pair`` are places in the gradings asked for and in ``pairs``; ``answer`` is one in ``answers``
    (payloads as text), or ``NO_ANSWER``.
    """

    attempt: IntArray
    pair: IntArray
    shares: FloatArray
    states: StateArray
    answer: IntArray
    pairs: tuple[Taken, ...]
    answers: tuple[str, ...]

    def chosen(self, answer: int) -> tuple[str, ...]:
        """The options of an answer to a question with options."""
        payload = json.loads(self.answers[answer])
        single = (payload["option"],) if payload.get("option") else ()
        return tuple(payload.get("options", single))

    @property
    def taken(self) -> list[Taken]:
        """By what these answers were judged."""
        return [self.pairs[place] for place in np.flatnonzero(np.bincount(self.pair)).tolist()]

    def only(self, gradings: BoolArray) -> Evidence:
        """The answers of some of the gradings (a mask), which are numbered anew."""
        if gradings.all():
            return self
        kept = gradings[self.attempt]
        return replace(
            self,
            attempt=(np.cumsum(gradings) - 1)[self.attempt[kept]],
            pair=self.pair[kept],
            shares=self.shares[kept],
            states=self.states[kept],
            answer=self.answer[kept],
        )


@lru_cache(maxsize=_KEPT)
def load_evidence(quiz_id: int, gradings: tuple[Graded, ...]) -> Evidence:
    """The answers of these gradings of a quiz, from the marked paper of each.

    The read ends before anything is made of it: no transaction waits for arithmetic.
    """
    found = {row.run_id: row.marked_paper for row in db.session.execute(_marked(quiz_id))}
    papers = [found.get(run_id, "") for _attempt_id, run_id in gradings]
    of_papers = [paper.split(BETWEEN) if paper else [] for paper in papers]
    lines = list(chain.from_iterable(of_papers))
    places = {line: place for place, line in enumerate(dict.fromkeys(lines))}
    place = np.array([*map(places.__getitem__, lines)], dtype=np.int64)
    read = [Line.read(line) for line in places]
    awarded, most = np.array([(one.awarded_thousandths, one.max_thousandths) for one in read]).reshape(-1, 2).T
    pairs = {pair: number for number, pair in enumerate(sorted({(one.question_version_id, one.key_n) for one in read}))}
    answers = {answer: number for number, answer in enumerate(dict.fromkeys(one.answer for one in read if one.answer))}
    return Evidence(
        attempt=np.repeat(np.arange(len(papers)), [len(paper) for paper in of_papers]),
        pair=np.array([pairs[one.question_version_id, one.key_n] for one in read], dtype=np.int64)[place],
        shares=(awarded / most)[place],
        states=np.array([_STATES.get(one.outcome, Cell.ANSWERED) for one in read], dtype=np.int8)[place],
        answer=np.array([answers.get(one.answer, NO_ANSWER) for one in read], dtype=np.int64)[place],
        pairs=tuple(pairs),
        answers=tuple(answers),
    )


def _marked(quiz_id: int) -> Select[Any]:
    """Every grading of a quiz with its marked paper."""
    query = select(GradingRun.id.label("run_id"), GradingRun.marked_paper).select_from(Attempt)
    return of_quiz(query, quiz_id).join(GradingRun, GradingRun.attempt_id == Attempt.id)
