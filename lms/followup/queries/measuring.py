"""The answers given since actions were done: two statements, however many actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.analysis.core.enrolments import Spell, cohort_at
from lms.cohorts.models import Cohort, Enrolment
from lms.followup.core.effect import Effect, Figure, Share, effect, measured
from lms.followup.core.kinds import FigureKind
from lms.followup.core.states import ActionState
from lms.followup.models import CorrectiveAction
from lms.foundation.db import db
from lms.questions.models import QuestionVersion, SectionLink
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.grading import Outcome
from lms.quizzes.models import Attempt, AttemptQuestion, GradingItem, GradingRun, QuizVersion
from lms.quizzes.queries import is_current_run

MEASURED = frozenset(FigureKind) - {FigureKind.NONE}


def load_effects(actions: Iterable[CorrectiveAction]) -> dict[int, Effect]:
    """The effect of each action that is done and has one, by id; too few answers since have none."""
    figures = load_after(actions)
    found = {}
    for action in actions:
        kind, before = FigureKind(action.figure), Figure.read(action.baseline)
        if (known := effect(kind, before, figures.get(action.id))) is not None:
            found[action.id] = known
    return found


def load_after(actions: Iterable[CorrectiveAction]) -> dict[int, Figure]:
    """The figure of the answers given since each action was done, where enough people gave some."""
    done = [one for one in actions if one.state == ActionState.DONE and one.figure in MEASURED and one.closed_at]
    if not done:
        return {}
    since = min(one.closed_at for one in done if one.closed_at)
    return _figures(done, Attempt.opened_at >= CorrectiveAction.closed_at, Attempt.opened_at >= since)


def load_before(actions: Sequence[CorrectiveAction]) -> dict[int, Figure]:
    """The figure of the answers given before each action was opened: for records that are taken over."""
    if not actions:
        return {}
    until = max(one.opened_at for one in actions)
    return _figures(actions, Attempt.opened_at < CorrectiveAction.opened_at, Attempt.opened_at < until)


def _figures(
    actions: Sequence[CorrectiveAction], when: ColumnElement[bool], any_when: ColumnElement[bool]
) -> dict[int, Figure]:
    """Each action's figure of the attempts ``when`` lets in; ``any_when`` lets those of all of them in."""
    rows = _rows([one.id for one in actions], when)
    spells = _spells(any_when) if rows else {}
    found = {}
    for action in actions:
        code = action.cohort.code if action.cohort else None
        shares = _shares([row for row in rows if row.action_id == action.id], spells, code)
        figure = measured(FigureKind(action.figure), shares)
        if figure is not None:
            found[action.id] = figure
    return found


def _shares(rows: Sequence[Any], spells: Mapping[int, Sequence[Spell]], cohort: str | None) -> list[Share]:
    """Everybody once, by their first attempt since; of one cohort alone where the action is on one."""
    first: dict[int, Share] = {}
    for row in sorted(rows, key=lambda one: (one.opened_at, one.attempt_id)):
        of_day = cohort_at(spells.get(row.person_id, ()), row.opened_at) or ""
        if row.possible and cohort in (None, of_day):
            first.setdefault(row.person_id, Share(row.person_id, row.earned / row.possible, row.locale, of_day))
    return list(first.values())


def _rows(ids: Sequence[int], when: ColumnElement[bool]) -> Sequence[Any]:
    """What each attempt then got of the most possible on what an action is about."""
    earlier = aliased(Attempt)
    earlier_version = aliased(QuizVersion)
    has_earlier = exists().where(
        earlier.person_id == Attempt.person_id,
        earlier.purpose == Purpose.ASSESSED,
        earlier.closed_at.is_not(None),
        earlier.opened_at < Attempt.opened_at,
        earlier.quiz_version_id == earlier_version.id,
        earlier_version.quiz_id == CorrectiveAction.quiz_id,
    )
    of_cohort = exists().where(
        Enrolment.cohort_id == CorrectiveAction.cohort_id, Enrolment.person_id == Attempt.person_id
    )
    is_of_quiz = QuizVersion.quiz_id == CorrectiveAction.quiz_id
    anywhere = CorrectiveAction.figure == FigureKind.SECTION
    query = (
        select(
            CorrectiveAction.id.label("action_id"),
            Attempt.id.label("attempt_id"),
            Attempt.person_id,
            Attempt.locale,
            Attempt.opened_at,
            func.sum(GradingItem.awarded_thousandths).label("earned"),
            func.sum(GradingItem.max_thousandths).label("possible"),
        )
        .select_from(CorrectiveAction)
        .join(Attempt, when)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(GradingRun, is_current_run())
        .join(GradingItem, GradingItem.run_id == GradingRun.id)
        .where(
            CorrectiveAction.id.in_(ids),
            *_finished(),
            or_(
                and_(CorrectiveAction.cohort_id.is_(None), is_of_quiz, ~has_earlier),
                and_(CorrectiveAction.cohort_id.is_not(None), of_cohort, or_(is_of_quiz, anywhere)),
            ),
        )
        .group_by(CorrectiveAction.id, Attempt.id, Attempt.person_id, Attempt.locale, Attempt.opened_at)
    )
    return db.session.execute(_about(query)).all()


def _about(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The items that an action's figure is made of; what was not reached is in none, as in the analysis."""
    asked = (AttemptQuestion.attempt_id == Attempt.id) & (AttemptQuestion.position == GradingItem.position)
    main = (SectionLink.question_version_id == QuestionVersion.id) & (SectionLink.position == 0)
    joined = query.join(AttemptQuestion, asked).join(
        QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id
    )
    of_question = CorrectiveAction.figure.in_([FigureKind.FACILITY, FigureKind.GAP])
    reached = GradingItem.outcome != Outcome.NOT_REACHED
    return joined.outerjoin(SectionLink, main).where(
        or_(
            and_(of_question, QuestionVersion.question_id == CorrectiveAction.question_id, reached),
            and_(
                CorrectiveAction.figure == FigureKind.SECTION,
                SectionLink.section_id == CorrectiveAction.section_id,
                reached,
            ),
            CorrectiveAction.figure == FigureKind.SCORE,
        )
    )


def _finished() -> tuple[ColumnElement[bool], ...]:
    return (
        Attempt.purpose == Purpose.ASSESSED,
        Attempt.closed_at.is_not(None),
        Attempt.state != AttemptState.VOID,
    )


def _spells(when: ColumnElement[bool]) -> dict[int, list[Spell]]:
    """The enrolments of everybody who began an attempt then, as they began."""
    begun = select(Attempt.person_id).where(when, Attempt.purpose == Purpose.ASSESSED)
    query = (
        select(Enrolment.person_id, Enrolment.enrolled_at, Enrolment.left_at, Cohort.code)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.person_id.in_(begun))
        .order_by(Enrolment.enrolled_at, Cohort.go_live_on, Cohort.code)
    )
    found: dict[int, list[Spell]] = {}
    for person_id, enrolled_at, left_at, code in db.session.execute(query):
        found.setdefault(person_id, []).append(Spell(code, enrolled_at, left_at))
    return found
