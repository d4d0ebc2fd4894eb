from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.accounts.models import Person
from lms.cohorts import access as reach_of_cohorts
from lms.cohorts.models import Cohort
from lms.followup import access as reach
from lms.followup.core.effect import Effect
from lms.followup.core.kinds import ActionKind
from lms.followup.core.states import PENDING, ActionState, is_overdue
from lms.followup.models import CorrectiveAction
from lms.followup.queries.measuring import load_effects
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.ordering import Order
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.policies.models import Section
from lms.questions.models import Question
from lms.quizzes.models import Quiz

OVERDUE, ALL = "overdue", "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which actions a list shows, as its address says; empty means whatever there is."""

    state: str = ""
    """A state, ``overdue``, or ``all``; empty: those that are not over."""
    kind: str = ""
    quiz: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """An action with its effect, where it has been measured, and whether it should have been over by now."""

    action: CorrectiveAction
    effect: Effect | None
    is_overdue: bool

    @property
    def waits_for_answers(self) -> bool:
        """Whether it is done and too few have answered since."""
        return self.action.state == ActionState.DONE and self.effect is None and self.action.figure != "none"


def list_actions(
    access: Access, wanted: Wanted, order: Order, asked: int, today: date
) -> tuple[Sequence[Listed], Page]:
    """A page of the actions within reach."""
    criteria = [reach.actions(access), *_criteria(wanted, access, today)]
    count = select(func.count()).select_from(CorrectiveAction).join(CorrectiveAction.quiz).where(*criteria)
    part = Page.of(db.session.scalar(count) or 0, asked)
    owner = aliased(Person)
    query = _whole().join(Quiz, Quiz.id == CorrectiveAction.quiz_id).join(owner, owner.id == CorrectiveAction.owner_id)
    key = sorted_by(owner.code)[order.key]
    query = query.where(*criteria).order_by(key.desc() if order.is_backwards else key, CorrectiveAction.id.desc())
    rows = db.session.scalars(query.limit(part.size).offset(part.offset)).all()
    return _listed(rows, today), part


def sorted_by(owner_code: Any = None) -> Mapping[str, SQLColumnExpression[Any]]:
    """The columns by which the list can be sorted."""
    states = {state.value: place for place, state in enumerate(ActionState)}
    kinds = {kind.value: place for place, kind in enumerate(ActionKind)}
    return {
        "due": CorrectiveAction.due_on,
        "opened": CorrectiveAction.opened_at,
        "kind": case(kinds, value=CorrectiveAction.kind),
        "owner": owner_code,
        "state": case(states, value=CorrectiveAction.state),
        "quiz": Quiz.code,
    }


def _criteria(wanted: Wanted, access: Access, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == OVERDUE:
        found += [CorrectiveAction.state.in_(PENDING), CorrectiveAction.due_on < today]
    elif wanted.state in set(ActionState):
        found.append(CorrectiveAction.state == wanted.state)
    elif wanted.state != ALL:
        found.append(CorrectiveAction.state.in_(PENDING))
    if wanted.kind:
        found.append(CorrectiveAction.kind == wanted.kind)
    if wanted.quiz:
        found.append(Quiz.code == wanted.quiz)
    if wanted.is_own:
        found.append(CorrectiveAction.owner_id == access.person_id)
    return found


def list_quizzes(access: Access) -> list[Quiz]:
    """The quizzes on whose results there are actions within reach, by code."""
    named = select(CorrectiveAction.quiz_id).where(reach.actions(access))
    return list(db.session.scalars(select(Quiz).where(Quiz.id.in_(named)).order_by(Quiz.code)))


def list_of_quiz(quiz_code: str, today: date) -> list[Listed]:
    """Every action on the results of a quiz, as they were opened; for those who may read its analysis."""
    query = _whole().join(Quiz, Quiz.id == CorrectiveAction.quiz_id).where(Quiz.code == quiz_code)
    return _listed(db.session.scalars(query.order_by(CorrectiveAction.id)).all(), today)


def list_own(person_id: int, today: date) -> list[Listed]:
    """What somebody is to do and has not done, by the day when it is due; without effects, which there are none of."""
    mine = (CorrectiveAction.owner_id == person_id) & CorrectiveAction.state.in_(PENDING)
    rows = db.session.scalars(_whole().where(mine).order_by(CorrectiveAction.due_on, CorrectiveAction.id))
    return [Listed(one, None, is_overdue(ActionState(one.state), one.due_on, today)) for one in rows]


def list_due_by(day: date) -> list[CorrectiveAction]:
    """What is not over and was due on a day or before."""
    query = _whole().where(CorrectiveAction.state.in_(PENDING), CorrectiveAction.due_on <= day)
    return list(db.session.scalars(query.order_by(CorrectiveAction.id)))


def list_pending(
    *, kinds: Collection[ActionKind], person_id: int | None = None, question_ids: Collection[int] = ()
) -> list[CorrectiveAction]:
    """The actions of these kinds that are not over: those that somebody owns, or those on some questions."""
    query = _whole().where(CorrectiveAction.state.in_(PENDING), CorrectiveAction.kind.in_(kinds))
    if person_id is not None:
        query = query.where(CorrectiveAction.owner_id == person_id)
    if question_ids:
        query = query.where(CorrectiveAction.question_id.in_(question_ids))
    return list(db.session.scalars(query.order_by(CorrectiveAction.due_on, CorrectiveAction.id)))


def list_on_questions(quiz_id: int, access: Access) -> list[tuple[CorrectiveAction, bool]]:
    """The actions on questions of a quiz that are not over, and whether each is within reach."""
    query = _whole().add_columns(reach.actions(access))
    query = query.where(CorrectiveAction.quiz_id == quiz_id, CorrectiveAction.question_id.is_not(None))
    query = query.where(CorrectiveAction.state.in_(PENDING))
    rows = db.session.execute(query.order_by(CorrectiveAction.due_on, CorrectiveAction.id))
    return [(action, bool(is_reached)) for action, is_reached in rows]


def get_action(access: Access, action_id: int) -> CorrectiveAction:
    """An action within reach; not found otherwise."""
    found = db.session.scalar(_whole().where(CorrectiveAction.id == action_id, reach.actions(access)))
    if found is None:
        raise NotFound
    return found


def get_refresher(access: Access, action_id: int) -> CorrectiveAction:
    """A refresher for a cohort within reach; not found otherwise."""
    within = select(Cohort.id).where(reach_of_cohorts.cohorts(access))
    query = _whole().where(CorrectiveAction.id == action_id, CorrectiveAction.kind == ActionKind.REFRESHER)
    found = db.session.scalar(query.where(CorrectiveAction.cohort_id.in_(within)))
    if found is None:
        raise NotFound
    return found


def get_offered_practice(action_id: int, person_id: int) -> CorrectiveAction:
    """The practice that an action offers to this person; not found for anybody else, and once it was dropped."""
    query = _whole().where(
        CorrectiveAction.id == action_id,
        CorrectiveAction.person_id == person_id,
        CorrectiveAction.kind == ActionKind.PRACTICE,
        CorrectiveAction.state != ActionState.DROPPED,
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def get_listed(access: Access, action_id: int, today: date) -> Listed:
    """The same with its effect."""
    return _listed([get_action(access, action_id)], today)[0]


def find_pending_like(action: CorrectiveAction) -> CorrectiveAction | None:
    """An action of the same kind on the same thing that is not over."""
    same = [
        getattr(CorrectiveAction, name) == getattr(action, name)
        for name in ("kind", "quiz_id", "question_id", "section_id", "cohort_id", "person_id")
        if getattr(action, name) is not None
    ]
    same += [
        getattr(CorrectiveAction, name).is_(None)
        for name in ("question_id", "section_id", "cohort_id", "person_id")
        if getattr(action, name) is None
    ]
    return db.session.scalar(_whole().where(*same, CorrectiveAction.state.in_(PENDING)).limit(1))


def _listed(rows: Sequence[CorrectiveAction], today: date) -> list[Listed]:
    effects = load_effects(rows)
    return [Listed(row, effects.get(row.id), is_overdue(ActionState(row.state), row.due_on, today)) for row in rows]


def _whole() -> Select[CorrectiveAction]:
    """Actions with all that names them, in one statement."""
    of = CorrectiveAction
    return select(of).options(
        joinedload(of.quiz),
        joinedload(of.question).joinedload(Question.bank),
        joinedload(of.section).joinedload(Section.module),
        joinedload(of.cohort).joinedload(Cohort.site),
        joinedload(of.person),
        joinedload(of.owner),
        joinedload(of.opener),
        joinedload(of.closer),
    )
