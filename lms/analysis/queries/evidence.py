"""The graded answers of a quiz as columns of numbers.

There are as many answers as attempts times questions, so none of them becomes an object. What was graded never
changes: the paper is fixed when an attempt opens, its log ends when it closes, and a correction is another grading
run. So what was read of some gradings holds for as long as the same gradings are asked for. Which ones count is asked
of the database each time; an attempt more, or a regrade, is another set of gradings and is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from sqlalchemy import Text, cast, select, true, union_all

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

_STATES = {Outcome.BLANK.value: Cell.BLANK, Outcome.NOT_REACHED.value: Cell.NOT_REACHED}
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
    """The answers of these gradings of a quiz."""
    places = {run_id: place for place, (_attempt_id, run_id) in enumerate(gradings)}
    query = (
        of_quiz(
            select(
                GradingItem.run_id,
                GradingItem.position,
                AttemptQuestion.question_version_id,
                GradingItem.key_n,
                GradingItem.awarded_thousandths,
                GradingItem.max_thousandths,
                GradingItem.outcome,
            ).select_from(Attempt),
            quiz_id,
        )
        .join(GradingRun, GradingRun.attempt_id == Attempt.id)
        .join(GradingItem, GradingItem.run_id == GradingRun.id)
        .join(
            AttemptQuestion,
            (AttemptQuestion.attempt_id == Attempt.id) & (AttemptQuestion.position == GradingItem.position),
        )
    )
    rows = [row for row in db.session.execute(query) if row[0] in places]
    run_ids, positions, versions, keys, awarded, most, outcomes = zip(*rows, strict=True) if rows else ((),) * 7
    attempt = np.array([places[run_id] for run_id in run_ids], dtype=np.int64)
    pairs: dict[Taken, int] = {}
    pair = [pairs.setdefault(taken, len(pairs)) for taken in zip(versions, keys, strict=True)]
    answers, of_place = _answers(quiz_id, gradings, max(positions, default=0))
    return Evidence(
        attempt=attempt,
        pair=np.array(pair, dtype=np.int64),
        shares=np.array(awarded, dtype=np.float64) / np.array(most, dtype=np.float64),
        states=np.array([_STATES.get(outcome, Cell.ANSWERED) for outcome in outcomes], dtype=np.int8),
        answer=of_place[attempt, np.array(positions, dtype=np.int64)],
        pairs=tuple(pairs),
        answers=answers,
    )


def _answers(quiz_id: int, gradings: Sequence[Graded], last_position: int) -> tuple[tuple[str, ...], IntArray]:
    """The different payloads, and for each grading and position the one of record: the greatest (epoch, seq) stays.
    Late answers that were counted after all are among them.

    Payloads come as text, since there are many answers and few different ones.
    """
    places = {attempt_id: place for place, (attempt_id, _run_id) in enumerate(gradings)}
    logs = []
    for log, counts in ((AnswerEvent, true()), (LateEvent, LateEvent.admitted_run_id.is_not(None))):
        columns = select(log.attempt_id, log.epoch, log.seq, log.position, cast(log.payload, Text).label("payload"))
        query = of_quiz(columns.select_from(Attempt), quiz_id).join(log, log.attempt_id == Attempt.id)
        logs.append(query.where(counts))
    every = union_all(*logs).subquery()
    in_order = select(every.c.attempt_id, every.c.position, every.c.payload)
    in_order = in_order.order_by(every.c.attempt_id, every.c.epoch, every.c.seq)
    of_record = {
        (attempt_id, position): payload
        for attempt_id, position, payload in db.session.execute(in_order)
        if attempt_id in places
    }
    answers: dict[str, int] = {}
    of_place = np.full((len(gradings), last_position + 1), NO_ANSWER, dtype=np.int64)
    for (attempt_id, position), payload in of_record.items():
        of_place[places[attempt_id], position] = answers.setdefault(payload, len(answers))
    return tuple(answers), of_place
