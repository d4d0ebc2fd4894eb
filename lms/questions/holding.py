"""Holding questions from quizzes, when a rule that they rest on changes or by hand, until somebody confirms them."""

from __future__ import annotations

from collections.abc import Collection

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Refused
from lms.policies.models import PolicyVersion
from lms.policies.queries.rule_changes import register_rule_change
from lms.questions import queries
from lms.questions.actions import PUBLISH, SYSTEM
from lms.questions.core.holds import HoldCause, reason_from
from lms.questions.models import Question, QuestionHold, QuestionState

HELD = "question.held"


def hold_for_rule_change(version: PolicyVersion, section_ids: Collection[int]) -> list[Question]:
    """Hold the questions in use that cite sections whose rule a version of a policy has changed; gives them.

    Said again of the same version nothing happens, so that what was confirmed under it is not held anew.
    """
    known = queries.load_held_before(version.id)
    citing = {question.id: question for found in queries.load_citing(section_ids).values() for question in found}
    held = [
        question
        for question in citing.values()
        if question.id not in known and question.state in (QuestionState.IN_USE, QuestionState.HELD)
    ]
    name = f"{version.module.code} v{version.number}"
    for question in held:
        _hold(question, QuestionHold(cause=HoldCause.RULE_CHANGE, policy_version_id=version.id))
        journal.record("question.hold", actor=SYSTEM, object=question.code, policy=name)
    for bank in {question.bank_id: question.bank for question in held}.values():
        facts = {"policy_text": version.title_text, "number": version.number}
        about = f"{bank.code} {name}"
        notices.tell(
            HELD, about, accounts.load_able(PUBLISH), anew=False, code=bank.code, bank_text=bank.title_text, **facts
        )
    return held


def hold_by_hand(question: Question, reason: str, *, by: Person) -> None:
    """Hold a question for a reason that is said; attempts that have it already go on."""
    said = reason_from(reason)
    hold(question)
    if question.state not in (QuestionState.IN_USE, QuestionState.HELD):
        raise Refused("question.not_in_use")
    _hold(question, QuestionHold(cause=HoldCause.BY_HAND, reason=said, held_by=by.id))
    journal.record("question.hold", actor=by.code, object=question.code, reason=said)


def confirm(question: Question, reason: str, *, by: Person) -> None:
    """Let a held question be drawn again: whoever does it says that it is right under the rules in force, and why."""
    said = reason_from(reason)
    hold(question)
    if question.state != QuestionState.HELD:
        raise Conflict("question.not_held")
    now = clock.now()
    for each in queries.list_open_holds([question]):
        each.released_at, each.released_by, each.release_reason = now, by.id, said
    question.state = QuestionState.IN_USE
    question.revision += 1
    db.session.flush()
    journal.record("question.confirm", actor=by.code, object=question.code, reason=said)


def _hold(question: Question, each: QuestionHold) -> None:
    each.question_id, each.held_at = question.id, clock.now()
    question.state = QuestionState.HELD
    question.revision += 1
    db.session.add(each)
    db.session.flush()


register_rule_change(hold_for_rule_change)
