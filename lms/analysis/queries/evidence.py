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
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    true,
)

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

_BETWEEN = "\x1e"
"""JSON writes this character as an escape, so no payload holds it."""

_WIDE = 2**31
"""Every number of a column is smaller, so two of them go into one of 64 bits: a database writes one faster than two."""

_STATES = 4
"""What becomes of an answer that is graded is numbered from 1 to 3."""

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
    """The answers of these gradings of a quiz.

    Both reads end before anything is made of them: no transaction waits for arithmetic.
    """
    marks = db.session.execute(_marks(quiz_id)).all()
    log = db.session.execute(_log(quiz_id)).all()
    places = {run_id: place for place, (_attempt_id, run_id) in enumerate(gradings)}
    marks = [row for row in marks if row.run_id in places and row.answers]
    place = np.array([places[row.run_id] for row in marks], dtype=np.int64)
    attempt, (judged, earned) = _columns([row.answers for row in marks], place, 2)
    (cell, key), (awarded, most) = np.divmod(judged, _WIDE), np.divmod(earned, _WIDE)
    position, state = np.divmod(cell, _STATES)
    versions = _papers(marks, place, len(gradings))[attempt, position]
    taken, pair = np.unique(versions * _WIDE + key, return_inverse=True)
    answers, of_place = _answers(log, gradings, int(position.max(initial=0)))
    return Evidence(
        attempt=attempt,
        pair=pair.astype(np.int64),
        shares=awarded / most,
        states=state.astype(np.int8),
        answer=of_place[attempt, position],
        pairs=tuple(divmod(number, _WIDE) for number in taken.tolist()),
        answers=answers,
    )


def _marks(quiz_id: int) -> Select[Any]:
    """A row for each grading: the numbers of all its answers in one text, and those of the paper in another.

    A database joins numbers, and NumPy takes them apart, far faster than either makes a row of each. And what belongs
    to an attempt is looked up by the attempt: whatever else its tables hold, no more of them is read.
    """
    item, asked = GradingItem, AttemptQuestion
    state = case(
        (item.outcome == Outcome.BLANK, Cell.BLANK.value),
        (item.outcome == Outcome.NOT_REACHED, Cell.NOT_REACHED.value),
        else_=Cell.ANSWERED.value,
    )
    judged = _two(item.position * _STATES + state, item.key_n)
    answer = judged.concat(",").concat(_two(item.awarded_thousandths, item.max_thousandths))
    answers = _joined(answer, ",", item.run_id == GradingRun.id).label("answers")
    paper = _joined(_two(asked.position, asked.question_version_id), ",", asked.attempt_id == Attempt.id)
    query = select(GradingRun.id.label("run_id"), answers, paper.label("paper")).select_from(Attempt)
    return of_quiz(query, quiz_id).join(GradingRun, GradingRun.attempt_id == Attempt.id)


def _log(quiz_id: int) -> Select[Any]:
    """A row for each attempt with all that its log holds, and the late answers that were counted after all."""
    in_time, late = (
        _joined(_event(log), _BETWEEN, (log.attempt_id == Attempt.id) & counts)
        for log, counts in ((AnswerEvent, true()), (LateEvent, LateEvent.admitted_run_id.is_not(None)))
    )
    return of_quiz(select(Attempt.id.label("attempt_id"), in_time.label("in_time"), late.label("late")), quiz_id)


def _event(log: type[AnswerEvent | LateEvent]) -> ColumnElement[str]:
    """When an answer came, where, and what it was."""
    numbers = _two(log.epoch, log.seq).concat(",").concat(cast(log.position, Text))
    return numbers.concat(_BETWEEN).concat(cast(log.payload, Text))


def _two(greater: Any, less: Any) -> ColumnElement[str]:
    """Two numbers as the text of one."""
    return cast(cast(greater, BigInteger) * literal(_WIDE, BigInteger) + less, Text)


def _joined(text: ColumnElement[str], between: str, wanted: ColumnElement[bool]) -> ScalarSelect[str]:
    """The texts of the wanted rows of one table as one; NULL where there are none."""
    joined = select(func.aggregate_strings(text, between)).where(wanted)
    return joined.correlate(Attempt, GradingRun).scalar_subquery()


def _columns(texts: Sequence[str], place: IntArray, columns: int) -> tuple[IntArray, IntArray]:
    """All numbers of texts that hold so many for each row: of each row the place of its text, and columns x rows."""
    rows = np.array([(text.count(",") + 1) // columns for text in texts], dtype=np.int64)
    numbers = np.fromstring(",".join(texts), dtype=np.int64, sep=",")
    return np.repeat(place, rows), numbers.reshape(-1, columns).T


def _papers(marks: Sequence[Row[Any]], place: IntArray, gradings: int) -> IntArray:
    """For each grading and position the question version that was asked. ``place`` is that of each row."""
    paper, (asked,) = _columns([row.paper for row in marks], place, 1)
    position, version = np.divmod(asked, _WIDE)
    papers = np.zeros((gradings, int(position.max(initial=0)) + 1), dtype=np.int64)
    papers[paper, position] = version
    return papers


def _answers(
    log: Sequence[Row[Any]], gradings: Sequence[Graded], last_position: int
) -> tuple[tuple[str, ...], IntArray]:
    """The different payloads, and for each grading and position the one of record: the greatest (epoch, seq) stays."""
    places = {attempt_id: place for place, (attempt_id, _run_id) in enumerate(gradings)}
    attempts: list[int] = []
    logs: list[str] = []
    for row in log:
        if row.attempt_id in places:
            of_attempt = [text for text in (row.in_time, row.late) if text]
            attempts += [places[row.attempt_id]] * len(of_attempt)
            logs += of_attempt
    texts = _BETWEEN.join(logs).split(_BETWEEN)
    payloads = texts[1::2]
    numbers = {payload: number for number, payload in enumerate(dict.fromkeys(payloads))}
    answer = np.array([*map(numbers.__getitem__, payloads)], dtype=np.int64)
    events = np.array([(text.count(_BETWEEN) + 1) // 2 for text in logs], dtype=np.int64)
    place = np.repeat(np.array(attempts, dtype=np.int64), events)
    order, position = np.fromstring(",".join(texts[::2]), dtype=np.int64, sep=",").reshape(-1, 2).T
    order = np.argsort(order, kind="stable")
    of_place = np.full((len(gradings), last_position + 1), NO_ANSWER, dtype=np.int64)
    of_place[place[order], position[order]] = answer[order]  # of several at one place the last stays
    return tuple(numbers), of_place
