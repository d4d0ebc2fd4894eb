"""Reads the graded papers that a correction of a question is about, before it and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple

from sqlalchemy import Select, and_, bindparam, func, select, true, union_all
from sqlalchemy.orm import aliased, joinedload

from lms.accounts.models import Person
from lms.foundation.db import built_once, db, plain
from lms.questions.models import QuestionVersion
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.grading import Gradable, GradedItem, Mark, Outcome, marking
from lms.quizzes.core.regrading import (
    NO_MARK,
    Case,
    Correction,
    Regraded,
    RegradeState,
    Standing,
    regraded,
    standing_after,
)
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import (
    AnswerEvent,
    Attempt,
    AttemptQuestion,
    GradingItem,
    GradingRun,
    LateEvent,
    QuizVersion,
    Regrade,
)
from lms.quizzes.queries import is_current_run

Columns = TypeVarTuple("Columns")
CLOSED = (AttemptState.SUBMITTED, AttemptState.EXPIRED)
_APPLIED = (RegradeState.APPLYING, RegradeState.DONE)


@dataclass(frozen=True, slots=True)
class Paper:
    """A graded attempt that has the question: whose it is, the run that stands, and the question on it."""

    attempt_id: str
    attempt_no: int
    person_id: int
    code: str
    locale: str
    vendor_id: int
    run_id: int
    run_no: int
    position: int
    answer: Mapping[str, Any] | None
    case: Case


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction does to one attempt."""

    paper: Paper
    result: Regraded

    @property
    def before(self) -> Standing:
        return self.paper.case.before

    @property
    def after(self) -> Standing:
        return self.result.after

    @property
    def is_score_changed(self) -> bool:
        return (self.before.score, self.before.maximum) != (self.after.score, self.after.maximum)


@dataclass(frozen=True, slots=True)
class Papers:
    """The graded attempts of a quiz with a question, by person, as they stand."""

    version: QuestionVersion
    rules: Mapping[int, Rules]
    rows: Sequence[Any]
    answers: Mapping[str, Mapping[str, Any]]

    @property
    def cut_percent(self) -> int:
        """The cut score of the newest version of the quiz."""
        return self.rules[max(self.rules)].cut_percent

    @property
    def choices(self) -> Counter[str]:
        """How often each option of a question with options stands as the answer of record."""
        return Counter(
            option
            for payload in self.answers.values()
            for option in payload.get("options", [payload.get("option")])
            if option
        )

    def changes(self, correction: Correction, key: Mapping[str, Any] | None, *, lowers_passes: bool) -> list[Change]:
        """What a correction does to each of them; a dry run and the run itself both ask here."""
        marks: dict[int, Mark] = {
            version_id: marking(self.version.type, key, found) if key is not None else NO_MARK
            for version_id, found in self.rules.items()
        }
        papers = [
            _paper(
                row,
                self.answers.get(row.id),
                self.rules[row.quiz_version_id].cut_percent,
                marks[row.quiz_version_id],
            )
            for row in self.rows
        ]
        return [Change(paper, regraded(paper.case, correction, lowers_passes=lowers_passes)) for paper in papers]


def load_papers(quiz_id: int, version: QuestionVersion, attempt_ids: Collection[str] | None = None) -> Papers:
    """The graded attempts of a quiz with a question, or some of them; three statements, however many there are."""
    rules = {
        row.id: rules_from(row.rules)
        for row in db.session.execute(select(QuizVersion.id, QuizVersion.rules).where(QuizVersion.quiz_id == quiz_id))
    }
    rows = db.session.execute(_of_papers(quiz_id, version.id, attempt_ids)).all()
    return Papers(version, rules, rows, _load_answers(quiz_id, version.id, attempt_ids))


def _of_papers(quiz_id: int, version_id: int, attempt_ids: Collection[str] | None) -> Select[*tuple[Any, ...]]:
    first, first_item = aliased(GradingRun), aliased(GradingItem)
    at_place = GradingItem.position == AttemptQuestion.position
    query = (
        select(
            Attempt.id,
            Attempt.attempt_no,
            Attempt.person_id,
            Attempt.vendor_id,
            Attempt.quiz_version_id,
            Person.code,
            Person.locale,
            AttemptQuestion.position,
            AttemptQuestion.question_version_id,
            AttemptQuestion.key_n,
            AttemptQuestion.max_thousandths,
            AttemptQuestion.shown_at,
            GradingRun.id.label("run_id"),
            GradingRun.run_no,
            GradingRun.score_thousandths.label("score"),
            GradingRun.max_thousandths.label("maximum"),
            GradingRun.passed,
            GradingItem.key_n.label("item_key_n"),
            GradingItem.awarded_thousandths.label("awarded"),
            GradingItem.max_thousandths.label("most"),
            GradingItem.outcome,
            first_item.outcome.label("first_outcome"),
        )
        .join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id)
        .join(Person, Person.id == Attempt.person_id)
        .join(GradingRun, is_current_run())
        .outerjoin(GradingItem, and_(GradingItem.run_id == GradingRun.id, at_place))
        .join(first, and_(first.attempt_id == Attempt.id, first.run_no == 1))
        .join(first_item, and_(first_item.run_id == first.id, first_item.position == AttemptQuestion.position))
    )
    query = _in_scope(query, quiz_id, version_id, attempt_ids).where(Attempt.state.in_(CLOSED))
    return query.order_by(Person.code, Attempt.attempt_no, Attempt.id)


def _in_scope(
    query: Select[*Columns], quiz_id: int, version_id: int, attempt_ids: Collection[str] | None
) -> Select[*Columns]:
    query = query.join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id).where(
        QuizVersion.quiz_id == quiz_id,
        Attempt.purpose == Purpose.ASSESSED,
        AttemptQuestion.question_version_id == version_id,
    )
    return query if attempt_ids is None else query.where(Attempt.id.in_(list(attempt_ids)))


def _load_answers(quiz_id: int, version_id: int, attempt_ids: Collection[str] | None) -> dict[str, Mapping[str, Any]]:
    """What each attempt answered to the question, by the answer of record; late answers that were admitted count."""
    parts = []
    for log, counts in ((AnswerEvent, true()), (LateEvent, LateEvent.admitted_run_id.is_not(None))):
        columns = select(log.attempt_id, log.epoch, log.seq, log.payload).select_from(Attempt)
        at_place = and_(log.attempt_id == Attempt.id, log.position == AttemptQuestion.position)
        query = columns.join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id).join(log, at_place)
        parts.append(_in_scope(query, quiz_id, version_id, attempt_ids).where(counts))
    every = union_all(*parts).subquery()
    in_order = select(every).order_by(every.c.epoch, every.c.seq)
    return {row.attempt_id: row.payload for row in db.session.execute(in_order)}


def _paper(row: Any, answer: Mapping[str, Any] | None, cut_percent: int, mark: Mark) -> Paper:
    item = None
    if row.outcome is not None:
        item = GradedItem(row.position, row.item_key_n, row.awarded, row.most, Outcome(row.outcome))
    first = Outcome(row.first_outcome)
    asked = (row.position, row.question_version_id, row.key_n, row.max_thousandths)
    case = Case(
        gradable=Gradable(*asked, mark, answer or None, row.shown_at is not None),
        item=item,
        unanswered=first if first in (Outcome.BLANK, Outcome.NOT_REACHED) else Outcome.BLANK,
        before=Standing(row.score, row.maximum, row.passed),
        cut_percent=cut_percent,
    )
    return Paper(
        attempt_id=row.id,
        attempt_no=row.attempt_no,
        person_id=row.person_id,
        code=row.code,
        locale=row.locale,
        vendor_id=row.vendor_id,
        run_id=row.run_id,
        run_no=row.run_no,
        position=row.position,
        answer=answer or None,
        case=case,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What a regrade has done to one attempt: the run before it and its own."""

    attempt_id: str
    attempt_no: int
    person_id: int
    code: str
    locale: str
    position: int
    before: Standing
    after: Standing
    fails: bool
    cut_percent: int

    @property
    def is_score_changed(self) -> bool:
        return (self.before.score, self.before.maximum) != (self.after.score, self.after.maximum)


def load_done(regrade: Regrade, *, after_person: int = 0) -> list[Done]:
    """What the runs of a regrade have changed, by person id; of those after a person alone, where one is named."""
    before = aliased(GradingRun)
    query = (
        select(GradingRun, before, Attempt, Person.code, Person.locale, AttemptQuestion.position, QuizVersion.rules)
        .join(Attempt, Attempt.id == GradingRun.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(before, and_(before.attempt_id == GradingRun.attempt_id, before.run_no == GradingRun.run_no - 1))
        .join(
            AttemptQuestion,
            and_(
                AttemptQuestion.attempt_id == Attempt.id,
                AttemptQuestion.question_version_id == regrade.question_version_id,
            ),
        )
        .where(GradingRun.regrade_id == regrade.id, Attempt.person_id > after_person)
        .order_by(Attempt.person_id, Attempt.attempt_no, Attempt.id)
    )
    return [_done(*row) for row in db.session.execute(query)]


def _done(
    run: GradingRun,
    before: GradingRun,
    attempt: Attempt,
    code: str,
    locale: str,
    position: int,
    rules: Mapping[str, Any],
) -> Done:
    stood = Standing(before.score_thousandths, before.max_thousandths, before.passed)
    marks, cut = (run.score_thousandths, run.max_thousandths), rules["cut_percent"]
    return Done(
        attempt_id=attempt.id,
        attempt_no=attempt.attempt_no,
        person_id=attempt.person_id,
        code=code,
        locale=locale,
        position=position,
        before=stood,
        after=Standing(*marks, run.passed),
        fails=standing_after(stood, *marks, cut, lowers_passes=True)[1],
        cut_percent=cut,
    )


def lock_next_attempts(regrade: Regrade, most: int) -> list[str]:
    """The next attempts that have the question, open ones too, locked: whoever is handing one in is waited for."""
    query = (
        select(Attempt.id)
        .join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id)
        .where(Attempt.id > (regrade.last_attempt_id or ""))
    )
    query = _in_scope(query, regrade.quiz_id, regrade.question_version_id, None)
    return list(db.session.scalars(query.order_by(Attempt.id).limit(most).with_for_update(of=Attempt)))


def load_standing(attempt: Attempt) -> list[Regrade]:
    """The newest applied correction of each question of an attempt's paper."""
    of_paper = {"attempt_id": attempt.id, "quiz_version_id": attempt.quiz_version_id}
    newest = [regrade_id for (regrade_id,) in plain(_newest_applied(), of_paper)]
    if not newest:
        return []
    query = select(Regrade).where(Regrade.id.in_(newest)).options(joinedload(Regrade.question_version))
    return list(db.session.scalars(query.order_by(Regrade.id)))


@built_once  # asked for whenever an attempt is closed, and nearly always there is none
def _newest_applied() -> Select[int]:
    return (
        select(func.max(Regrade.id))
        .join(QuizVersion, QuizVersion.quiz_id == Regrade.quiz_id)
        .join(AttemptQuestion, AttemptQuestion.question_version_id == Regrade.question_version_id)
        .where(
            QuizVersion.id == bindparam("quiz_version_id"),
            AttemptQuestion.attempt_id == bindparam("attempt_id"),
            Regrade.state.in_(_APPLIED),
        )
        .group_by(Regrade.question_version_id)
    )


def lock_regrade(regrade_id: int) -> Regrade | None:
    """A regrade whose work is in hand: another worker waits; whoever only writes a run that names it does not."""
    query = select(Regrade).where(Regrade.id == regrade_id).with_for_update(of=Regrade, key_share=True)
    return db.session.scalar(query.execution_options(populate_existing=True))
