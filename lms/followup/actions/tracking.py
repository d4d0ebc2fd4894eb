"""Opening actions and seeing them through: who owns one, when it is due, what became of it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts.models import Person
from lms.followup import queries
from lms.followup.core.kinds import ActionKind, check_fits
from lms.followup.core.states import PENDING, ActionState, check_step, is_overdue
from lms.followup.core.wishes import Draft, Wish
from lms.followup.models import CorrectiveAction
from lms.followup.queries.opening import Named, list_owners, load_opening
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid
from lms.questions import holding
from lms.questions.core.holds import reason_from
from lms.questions.models import QuestionVersion

GIVEN, OVERDUE, OVER, PRACTICE = "followup.given", "followup.overdue", "followup.over", "followup.practice"


def open_action(draft: Draft, named: Named, *, by: Person) -> CorrectiveAction:
    """Open an action on a finding, with the figures of now, and do at once what its kind does by itself.

    Raises ``Invalid`` where it is about nothing, is open already, or its owner cannot own it.
    """
    check_fits(draft.kind, named.about)
    owner = _owner(draft.kind, named, draft.owner_id)
    if draft.kind is ActionKind.HOLD:
        reason_from(draft.note)  # said at its field before anything is written
    opening = load_opening(draft.kind, draft.finding, named)
    action = CorrectiveAction(
        kind=draft.kind,
        state=ActionState.OPEN,
        quiz_id=named.quiz.id,
        question_id=named.question.id if named.question else None,
        question_version_id=_version_id(named, opening.version_n),
        section_id=named.section.id if named.section else None,
        cohort_id=named.cohort.id if named.cohort else None,
        person_id=named.person.id if named.person else None,
        finding=draft.finding,
        evidence=opening.evidence,
        figure=opening.figure,
        baseline=opening.baseline.kept if opening.baseline else {},
        owner_id=owner.id,
        due_on=draft.due_on,
        note=draft.note.strip(),
        reason="",
        opened_by=by.id,
        opened_at=clock.now(),
    )
    if queries.find_pending_like(action) is not None:
        raise Invalid("followup.open_already", field="kind")
    db.session.add(action)
    db.session.flush()
    facts: dict[str, Any] = {
        "measure": draft.kind.value,
        "quiz": named.quiz.code,
        "owner": owner.code,
        "due_on": draft.due_on.isoformat(),
    }
    journal.record("followup.open", actor=by.code, object=name_of(action), **facts)
    if draft.kind is ActionKind.HOLD and named.question is not None:
        holding.hold_by_hand(named.question, draft.note, by=by)
    _offer_practice(action)
    _tell_owner(action, by)
    return action


def change(action: CorrectiveAction, wish: Wish, named: Named, *, revision: int | None, by: Person) -> None:
    """Change an action. Raises ``Conflict`` when somebody else has changed it since it was looked at."""
    hold(action)
    if revision != action.revision:
        raise Conflict("followup.changed")
    before = ActionState(action.state)
    check_step(before, wish.state, wish.reason)
    owner = _owner(ActionKind(action.kind), named, wish.owner_id, kept=action.owner_id)
    is_given, is_due_otherwise = owner.id != action.owner_id, wish.due_on != action.due_on
    action.state, action.owner_id, action.due_on = wish.state, owner.id, wish.due_on
    action.note = wish.note.strip()
    action.reason = wish.reason.strip() if wish.state is ActionState.DROPPED else ""
    if wish.state in PENDING:
        action.closed_by, action.closed_at = None, None
    elif before != wish.state:
        action.closed_by, action.closed_at = by.id, clock.now()
    action.revision += 1
    db.session.flush()
    db.session.refresh(action)
    record_change(action, by)
    if is_given or is_due_otherwise or wish.state not in PENDING:
        notices.settle(OVERDUE, about=str(action.id))
    if is_given:
        notices.settle(GIVEN, about=str(action.id))
        _tell_owner(action, by)
    if wish.state is ActionState.DROPPED:
        notices.settle(PRACTICE, about=str(action.id))
    elif before is ActionState.DROPPED:
        _offer_practice(action)
    if wish.state not in PENDING and before in PENDING:
        _tell_opener(action, by)


def remind_owners() -> None:
    """Tell owners of what should have been over before today, where they are; of each day it was due on once."""
    now = clock.now()
    for action in queries.list_due_by(now.date()):  # where an owner is, it may be a day later already
        here = now.astimezone(ZoneInfo(action.owner.zone_name)).date()
        if is_overdue(ActionState(action.state), action.due_on, here):
            facts = _facts(action)
            notices.tell(OVERDUE, str(action.id), [action.owner_id], anew=False, due_on=action.due_on, **facts)


def record_change(action: CorrectiveAction, by: Person) -> None:
    """Say in the audit trail how far an action is by now, with whom, until when."""
    facts: dict[str, Any] = {
        "progress": action.state,
        "owner": action.owner.code,
        "due_on": action.due_on.isoformat(),
    }
    journal.record("followup.change", actor=by.code, object=name_of(action), **facts)


def name_of(action: CorrectiveAction) -> str:
    """What the audit trail calls an action: its number and what it is about, in codes."""
    about = (
        action.question.code if action.question else "",
        action.section.full_name if action.section else "",
        action.cohort.code if action.cohort else "",
        action.person.code if action.person else "",
    )
    return " ".join([f"#{action.id}", *filter(None, about)])


def _owner(kind: ActionKind, named: Named, owner_id: int, *, kept: int | None = None) -> Person:
    """Who is to own it: somebody who can, or whoever does already."""
    for owner in list_owners(kind, named):
        if owner.person.id == owner_id:
            return owner.person
    if kept is not None and owner_id == kept:
        return db.session.get_one(Person, kept)
    raise Invalid("followup.not_an_owner", field="owner")


def _version_id(named: Named, version_n: int | None) -> int | None:
    if named.question is None or version_n is None:
        return None
    of_question = QuestionVersion.question_id == named.question.id
    return db.session.scalar(select(QuestionVersion.id).where(of_question, QuestionVersion.n == version_n))


def _facts(action: CorrectiveAction) -> dict[str, Any]:
    told = {"action_id": action.id, "measure": action.kind, "things": _codes(action)}
    return {**told, "quiz_text": action.quiz.title_text}


def _codes(action: CorrectiveAction) -> str:
    return name_of(action).partition(" ")[2] or action.quiz.code


def _offer_practice(action: CorrectiveAction) -> None:
    if action.kind == ActionKind.PRACTICE and action.person_id is not None:
        notices.tell(
            PRACTICE, str(action.id), [action.person_id], action_id=action.id, quiz_text=action.quiz.title_text
        )


def _tell_owner(action: CorrectiveAction, by: Person) -> None:
    if action.owner_id != by.id:
        notices.tell(GIVEN, str(action.id), [action.owner_id], due_on=action.due_on, by=by.code, **_facts(action))


def _tell_opener(action: CorrectiveAction, by: Person) -> None:
    """Nothing more is to be done: who asked for it hears what became of it."""
    notices.settle(GIVEN, about=str(action.id))
    if action.opened_by != by.id:
        facts = _facts(action)
        notices.tell(OVER, str(action.id), [action.opened_by], progress=action.state, by=by.code, **facts)
