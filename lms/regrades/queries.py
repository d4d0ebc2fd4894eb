"""Reads what the page of a regrade shows: who moves, what follows, and the figures before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import and_, select

from lms.accounts.models import Person
from lms.analysis.core.enrolments import cohort_at
from lms.analysis.core.gaps import score_shares
from lms.analysis.core.items import item_figures, mean_share
from lms.analysis.core.reliability import score_figures
from lms.analysis.core.responses import Cell, Item, Responses
from lms.analysis.core.responses import Person as Row
from lms.analysis.core.summary import Outcome, pass_rate
from lms.analysis.queries.rows import NO_COHORT, Localized, load_spells, of_quiz
from lms.foundation.db import db
from lms.kit.figures import is_small, percent_down
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.core.grading import Outcome as Graded
from lms.quizzes.core.regrading import Direction, Standing
from lms.quizzes.models import Attempt, AttemptQuestion, GradingItem, GradingRun, Quiz
from lms.quizzes.queries import is_current_run
from lms.quizzes.queries.regrading import Change, Done
from lms.regrades.core.follows import Follow, what_follows


@dataclass(frozen=True, slots=True)
class Move:
    """One attempt before and after; ``follows`` is None where it stays on its side of the cut."""

    code: str
    cohort: str
    attempt_no: int
    locale: str
    before: Standing
    after: Standing
    follows: Follow | None

    @property
    def direction(self) -> Direction:
        return self.before.direction_to(self.after)

    @property
    def is_changed(self) -> bool:
        return (self.before.score, self.before.maximum) != (self.after.score, self.after.maximum)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many attempts gain, lose and stay; how many people cross the cut, and are told so in which language."""

    attempts: int
    gain: int
    lose: int
    stay: int
    pass_now: int
    fail_now: int
    would_fail: int
    """People whose pass falls by the marks alone."""
    told: int
    told_in: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure before and after; None where it is withheld or not defined."""

    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the analysis of the quiz shows now, and what it would show."""

    pass_percent: Pair
    mean_percent: Pair
    alpha: Pair
    facility: Pair


@dataclass(frozen=True, slots=True)
class Sat:
    """A graded attempt of a quiz: whose it is, the run that stands and whether it passes."""

    attempt_id: str
    run_id: int
    code: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody who has finished a quiz, as it stands: their attempts in order, and the cohort of the first one."""

    attempts: Sequence[Sat]
    cohort_of: Mapping[str, str]
    cohorts: Mapping[str, Localized]

    @property
    def first(self) -> list[Sat]:
        """The first attempt of each person."""
        return list({sat.code: sat for sat in reversed(self.attempts)}.values())


def load_population(quiz: Quiz) -> Population:
    """Everybody who has finished a quiz, in two statements."""
    query = of_quiz(
        select(
            Attempt.id,
            Attempt.person_id,
            Attempt.opened_at,
            Person.code,
            GradingRun.id.label("run_id"),
            GradingRun.passed,
        ),
        quiz.id,
    )
    query = query.join(Person, Person.id == Attempt.person_id).join(GradingRun, is_current_run())
    rows = db.session.execute(query.order_by(Attempt.opened_at, Attempt.id)).all()
    spells, cohorts = load_spells(quiz)
    cohort_of = {
        row.code: cohort_at(spells.get(row.person_id, ()), row.opened_at) or NO_COHORT for row in reversed(rows)
    }
    return Population([Sat(row.id, row.run_id, row.code, row.passed) for row in rows], cohort_of, cohorts)


def moves_of(everybody: Population, changes: Sequence[Change] | Sequence[Done]) -> list[Move]:
    """Every attempt of a dry run, or of a regrade that is done, with the cohort of its person."""
    told = [_told(change) for change in changes]
    passing = _passing(everybody, {attempt_id: after.passed for attempt_id, _c, _n, _l, _b, after, _f in told})
    return [
        Move(
            code=code,
            cohort=everybody.cohort_of.get(code, NO_COHORT),
            attempt_no=attempt_no,
            locale=locale,
            before=before,
            after=after,
            follows=what_follows(before, after, fails, passing[code] - {attempt_id}),
        )
        for attempt_id, code, attempt_no, locale, before, after, fails in told
    ]


def _told(change: Change | Done) -> tuple[str, str, int, str, Standing, Standing, bool]:
    if isinstance(change, Done):
        one = change
        return one.attempt_id, one.code, one.attempt_no, one.locale, one.before, one.after, one.fails
    paper = change.paper
    return (
        *(paper.attempt_id, paper.code, paper.attempt_no, paper.locale),
        *(change.before, change.after, change.result.fails),
    )


def _passing(everybody: Population, changed: Mapping[str, bool]) -> Mapping[str, set[str]]:
    """The passing attempts of each person, by code, once the changes hold."""
    found: dict[str, set[str]] = {}
    for sat in everybody.attempts:
        of_person = found.setdefault(sat.code, set())
        if changed.get(sat.attempt_id, sat.passed):
            of_person.add(sat.attempt_id)
    return found


def counts_of(everybody: Population, changes: Sequence[Change] | Sequence[Done], moves: Sequence[Move]) -> Counts:
    """The counts of a page: attempts by their moves, and people by the best of their attempts before and after."""
    sides = [(attempt_id, before, after) for attempt_id, _c, _n, _l, before, after, _f in map(_told, changes)]
    before = _passing(everybody, {attempt_id: held.passed for attempt_id, held, _now in sides})
    after = _passing(everybody, {attempt_id: now.passed for attempt_id, _held, now in sides})
    directions = Counter(move.direction for move in moves)
    told = {move.code: move.locale for move in moves if move.is_changed}
    return Counts(
        attempts=len(moves),
        gain=directions[Direction.GAIN],
        lose=directions[Direction.LOSE],
        stay=directions[Direction.STAY],
        pass_now=sum(bool(after[code]) and not before[code] for code in after),
        fail_now=sum(bool(before[code]) and not after[code] for code in after),
        would_fail=len({move.code for move in moves if move.before.passed and move.follows is not None}),
        told=len(told),
        told_in=Counter(told.values()),
    )


def load_figures(quiz: Quiz, code: str, everybody: Population, changes: Sequence[Change]) -> Figures:
    """The figures of a quiz before and after, on the same people: first attempts, and for the pass rate the best."""
    first = everybody.first
    before = _responses(quiz, first)
    rows = {sat.attempt_id: row for row, sat in enumerate(first)}
    after = _after(before, code, {rows[c.paper.attempt_id]: c for c in changes if c.paper.attempt_id in rows})
    now = _passing(everybody, {})
    then = _passing(everybody, {change.paper.attempt_id: change.after.passed for change in changes})
    return Figures(
        pass_percent=Pair(_percent(now), _percent(then)),
        mean_percent=Pair(_mean(before), _mean(after)),
        alpha=Pair(_alpha(before), _alpha(after)),
        facility=Pair(_facility(before, code), _facility(after, code)),
    )


def _responses(quiz: Quiz, first: Sequence[Sat]) -> Responses:
    """The marks of first attempts, with a row for each, in one statement."""
    query = of_quiz(
        select(
            GradingItem.run_id,
            Question.code,
            GradingItem.awarded_thousandths,
            GradingItem.max_thousandths,
            GradingItem.outcome,
        ).select_from(Attempt),
        quiz.id,
    )
    query = (
        query.join(GradingRun, is_current_run())
        .join(GradingItem, GradingItem.run_id == GradingRun.id)
        .join(
            AttemptQuestion,
            and_(AttemptQuestion.attempt_id == Attempt.id, AttemptQuestion.position == GradingItem.position),
        )
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
    )
    rows = {sat.run_id: row for row, sat in enumerate(first)}
    cells = [cell for cell in db.session.execute(query) if cell.run_id in rows]
    items = [Item(code) for code in sorted({cell.code for cell in cells})]
    columns = {item.code: column for column, item in enumerate(items)}
    shares = np.zeros((len(first), len(items)), dtype=np.float64)
    states = shares.astype(np.int8)
    for cell in cells:
        place = rows[cell.run_id], columns[cell.code]
        states[place] = _STATES.get(Graded(cell.outcome), Cell.ANSWERED)
        shares[place] = cell.awarded_thousandths / cell.max_thousandths if states[place] == Cell.ANSWERED else 0.0
    return Responses(tuple(Row(sat.code) for sat in first), tuple(items), shares, states)


def _after(before: Responses, code: str, changes: Mapping[int, Change]) -> Responses:
    """The matrix with the column of the question as it would be; one that nobody has any more leaves it."""
    columns = {item.code: column for column, item in enumerate(before.items)}
    if code not in columns:  # an earlier correction left it out everywhere
        return before
    column = columns[code]
    shares, states = before.shares.copy(), before.states.copy()
    for row, change in changes.items():
        item = change.result.item
        states[row, column] = Cell.MISSING if item is None else _STATES.get(item.outcome, Cell.ANSWERED)
        shares[row, column] = item.awarded_thousandths / item.max_thousandths if item else 0.0
    changed = replace(before, shares=shares, states=states, chosen={}, versions=None)
    if (states[:, column] != Cell.MISSING).any():
        return changed
    kept = np.arange(len(before.items)) != column
    items = tuple(item for item in before.items if item.code != code)
    return replace(changed, items=items, shares=shares[:, kept], states=states[:, kept])


_STATES = {Graded.BLANK: Cell.BLANK, Graded.NOT_REACHED: Cell.NOT_REACHED}


def _percent(passing: Mapping[str, set[str]]) -> int | None:
    return pass_rate([Outcome(None, bool(attempts)) for attempts in passing.values()]).percent


def _mean(responses: Responses) -> int | None:
    shares = score_shares(responses)
    mean, _interval = mean_share(shares)
    return None if mean is None or is_small(len(shares)) else percent_down(mean)


def _alpha(responses: Responses) -> float | None:
    return None if is_small(responses.used) else score_figures(responses).alpha


def _facility(responses: Responses, code: str) -> float | None:
    figures = next((one for one in item_figures(responses) if one.item == code), None)
    return None if figures is None or is_small(figures.n) else figures.facility
