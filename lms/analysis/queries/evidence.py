"""The graded answers of a quiz as columns of numbers.

There are as many answers as attempts times questions, so none of them becomes an object. What was graded never
changes: the paper is fixed when an attempt opens, its log ends when it closes, and a correction is another grading
run. So what was read of some gradings holds for as long as the same gradings are asked for. Which ones count is asked
of the database each time; an attempt more, or a regrade, is another set of gradings and is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Row, Select, Text, case, cast, func, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from lms.analysis.core.responses import BoolArray, Cell, FloatArray, IntArray, StateArray
from lms.analysis.queries.rows import of_quiz
from lms.foundation.db import db
from lms.quizzes.core.grading import Outcome
from lms.quizzes.models import AnswerEvent, Attempt, AttemptQuestion, GradingItem, GradingRun, LateEvent

Taken = tuple[int, int]
"""By what an answer was judged: the question version of the paper and the key of the grading."""

Graded = tuple[str, int]
"""An attempt and the grading run that counts."""

NO_ANSWER = -1

_BETWEEN_PAYLOADS = "\x1e"
"""JSON writes this character as an escape, so no payload holds it."""

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
        return [self.pairs[place] for place in np.unique(self.pair)]

    def only(self, gradings: BoolArray) -> Evidence:
        """The answers of some of the gradings (a mask), which are numbered anew."""
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
    """The answers of these gradings of a quiz.

    Both reads end before anything is made of them: no transaction waits for arithmetic.
    """
    marks = db.session.execute(_marks(quiz_id)).all()
    log = db.session.execute(_log(quiz_id)).all()
    places = {run_id: place for place, (_attempt_id, run_id) in enumerate(gradings)}
    marks = [row for row in marks if row.run_id in places]
    attempt = np.repeat([places[row.run_id] for row in marks], [row.cells for row in marks]).astype(np.int64)
    versions, keys = _numbers(row.versions for row in marks), _numbers(row.keys for row in marks)
    positions = _numbers(row.positions for row in marks)
    beyond = int(keys.max(initial=0)) + 1
    taken, pair = np.unique(versions * beyond + keys, return_inverse=True)
    answers, of_place = _answers(log, gradings, int(positions.max(initial=0)))
    return Evidence(
        attempt=attempt,
        pair=pair.astype(np.int64),
        shares=_numbers(row.awarded for row in marks) / _numbers(row.most for row in marks),
        states=_numbers(row.states for row in marks).astype(np.int8),
        answer=of_place[attempt, positions],
        pairs=tuple((int(number) // beyond, int(number) % beyond) for number in taken),
        answers=answers,
    )


def _marks(quiz_id: int) -> Select[Any]:
    """A row for each grading; each of its columns has one number for every question, joined by commas.

    A database joins numbers, and NumPy takes them apart, far faster than either makes a row of each.
    """
    state = case(
        (GradingItem.outcome == Outcome.BLANK, Cell.BLANK.value),
        (GradingItem.outcome == Outcome.NOT_REACHED, Cell.NOT_REACHED.value),
        else_=Cell.ANSWERED.value,
    )
    columns = select(
        GradingItem.run_id,
        func.count().label("cells"),
        _joined(GradingItem.position).label("positions"),
        _joined(AttemptQuestion.question_version_id).label("versions"),
        _joined(GradingItem.key_n).label("keys"),
        _joined(GradingItem.awarded_thousandths).label("awarded"),
        _joined(GradingItem.max_thousandths).label("most"),
        _joined(state).label("states"),
    )
    of_paper = (AttemptQuestion.attempt_id == Attempt.id) & (AttemptQuestion.position == GradingItem.position)
    return (
        of_quiz(columns.select_from(Attempt), quiz_id)
        .join(GradingRun, GradingRun.attempt_id == Attempt.id)
        .join(GradingItem, GradingItem.run_id == GradingRun.id)
        .join(AttemptQuestion, of_paper)
        .group_by(GradingItem.run_id)
    )


def _log(quiz_id: int) -> Select[Any]:
    """A row for each attempt with all that its log holds; late answers that were counted after all are among it."""
    logs = []
    for log, counts in ((AnswerEvent, true()), (LateEvent, LateEvent.admitted_run_id.is_not(None))):
        columns = select(log.attempt_id, log.epoch, log.seq, log.position, cast(log.payload, Text).label("payload"))
        query = of_quiz(columns.select_from(Attempt), quiz_id).join(log, log.attempt_id == Attempt.id)
        logs.append(query.where(counts))
    every = union_all(*logs).subquery()
    return select(
        every.c.attempt_id,
        func.count().label("events"),
        _joined(every.c.epoch).label("epochs"),
        _joined(every.c.seq).label("seqs"),
        _joined(every.c.position).label("positions"),
        func.aggregate_strings(every.c.payload, _BETWEEN_PAYLOADS).label("payloads"),
    ).group_by(every.c.attempt_id)


def _joined(column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return func.aggregate_strings(cast(column, Text), ",")


def _numbers(texts: Iterable[str]) -> IntArray:
    """All numbers of texts that hold one or more each."""
    return np.fromstring(",".join(texts), dtype=np.int64, sep=",")


def _answers(
    log: Sequence[Row[Any]], gradings: Sequence[Graded], last_position: int
) -> tuple[tuple[str, ...], IntArray]:
    """The different payloads, and for each grading and position the one of record: the greatest (epoch, seq) stays."""
    places = {attempt_id: place for place, (attempt_id, _run_id) in enumerate(gradings)}
    log = [row for row in log if row.attempt_id in places]
    place = np.repeat([places[row.attempt_id] for row in log], [row.events for row in log]).astype(np.int64)
    numbers: dict[str, int] = {}
    answer = np.array(
        [numbers.setdefault(payload, len(numbers)) for row in log for payload in row.payloads.split(_BETWEEN_PAYLOADS)],
        dtype=np.int64,
    )
    position = _numbers(row.positions for row in log)
    order = np.lexsort((_numbers(row.seqs for row in log), _numbers(row.epochs for row in log)))
    of_place = np.full((len(gradings), last_position + 1), NO_ANSWER, dtype=np.int64)
    of_place[place[order], position[order]] = answer[order]  # of several at one place the last stays
    return tuple(numbers), of_place
