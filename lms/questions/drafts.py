"""Writing a question: its draft, the second person who puts it into use, taking it out of use and back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

from lms.accounts import actions as accounts
from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.access import Access
from lms.foundation.db import db, hold
from lms.kit.findings import has_errors
from lms.kit.problems import Conflict, Invalid, Refused
from lms.kit.search import is_japanese
from lms.questions import queries
from lms.questions.actions import (
    DECLINED,
    PUBLISH,
    RETIRED,
    check_storable,
    save_question,
    settle_waiting,
    tell_declined,
    tell_released,
    tell_waiting,
)
from lms.questions.core.checks import check
from lms.questions.core.fields import blank
from lms.questions.core.halves import halves, question_from
from lms.questions.core.languages import in_language, languages
from lms.questions.core.question import UNDETERMINED, Question, QuestionType
from lms.questions.models import Bank, QuestionDraft, QuestionState
from lms.questions.models import Question as QuestionRow


@dataclass(frozen=True, slots=True)
class Released:
    """What came of putting a draft into use: its version, or None while it waits for one of ``others``."""

    version: int | None
    others: str = ""


def start_question(
    bank: Bank, code: str, question_type: QuestionType, *, section: str | None = None, by: Person
) -> QuestionRow:
    """A new question with an empty draft. Raises ``Invalid`` for a code that is taken or unfit."""
    return _start(bank, blank(code, question_type, section, seed=secrets.token_hex(8)), by=by)


def copy_question(row: QuestionRow, *, by: Person) -> QuestionRow:
    """A new question with the same content under the next free code, as a draft."""
    content, _draft = working_copy(row)
    return _start(row.bank, replace(content, id=queries.next_code(row.bank)), by=by)


def working_copy(row: QuestionRow) -> tuple[Question, QuestionDraft | None]:
    """What an author goes on from: the draft if there is one, else the newest version; every text has a language."""
    draft = db.session.get(QuestionDraft, row.id)
    question = question_from(row.code, draft.body, draft.key) if draft else queries.load_values([row])[0]
    if UNDETERMINED in languages(question):
        question = in_language(question, "ja" if is_japanese("".join(question.prompt.values())) else "en")
    return question, draft


def token(row: QuestionRow, draft: QuestionDraft | None) -> str:
    """What an edit form carries, to see whether somebody else saved in the meantime."""
    return f"{row.revision}.{draft.revision if draft else 0}"


def save_draft(row: QuestionRow, question: Question, *, seen: str, by: Person) -> QuestionDraft:
    """Keep what was typed. Raises ``Conflict`` when somebody else saved since ``seen``, ``Invalid`` for bad texts."""
    _hold(row)
    content, draft = working_copy(row)
    if seen != token(row, draft):
        raise Conflict("question.changed")
    if row.state == QuestionState.RETIRED:
        raise Refused("question.is_retired", question=row.code)
    if draft is not None and question == content:
        return draft
    check_storable(question)
    cut = halves(question)
    if draft is None:
        draft = QuestionDraft(question_id=row.id, body={}, key={}, revision=0)
        db.session.add(draft)
    was_sent = draft.sent_at is not None
    draft.body, draft.key = cut.body, cut.key
    draft.prepared_by_id, draft.updated_at, draft.sent_at = by.id, clock.now(), None
    draft.revision += 1
    db.session.flush()
    if was_sent:
        settle_waiting(row.bank)
    return draft


def release(row: QuestionRow, *, by: Person) -> Released:
    """Put the draft into use, or send it to whoever else can. Raises ``Invalid`` while a check finds an error."""
    _hold(row)
    question, draft = working_copy(row)
    if draft is None:
        raise Conflict("question.no_draft")
    if has_errors(check(question)):
        raise Invalid("question.not_finished")
    try:
        facts: dict[str, Any] = dict(accounts.check_release(PUBLISH, prepared_by=draft.prepared_by, by=by))
    except Refused as waiting:
        if draft.sent_at is None:
            draft.sent_at = clock.now()
            draft.revision += 1
            journal.record("question.send", actor=by.code, object=row.code)
            tell_waiting(row.bank, by=by)
        return Released(None, str(waiting.facts["people"]))
    writer_id = draft.prepared_by_id
    save_question(row.bank, question, by=by)
    db.session.delete(draft)
    row.revision += 1  # the next draft begins at 1 again, and no form of this one may fit it
    db.session.flush()
    if row.state == QuestionState.DRAFT:
        row.state = QuestionState.HELD if queries.list_open_holds([row]) else QuestionState.IN_USE
    version = queries.load_current([row])[row.id].version.n
    journal.record("question.release", actor=by.code, object=f"{row.code} v{version}", **facts)
    settle_waiting(row.bank)
    tell_released(row.bank, writer_id, by=by)
    return Released(version)


def send_question(bank: Bank, question: Question, *, by: Person | None) -> tuple[QuestionRow, bool]:
    """Keep a question of a file as a draft that waits for a second person, and an unfinished one as it is.

    Raises ``Invalid`` for what no bank can hold, and when somebody else is writing a draft of the same question.
    """
    if by is None or has_errors(check(question)):
        return save_question(bank, question, by=by)
    check_storable(question)
    row = queries.find_question(question.id)
    if row is None:
        return _send(_start(bank, question, by=by), question, by), True
    if row.bank_id != bank.id:
        raise Invalid("question.other_bank", field="code", question=question.id)
    content, draft = working_copy(row)
    if content == question:
        return row, False
    if row.state == QuestionState.RETIRED:
        raise Invalid("question.is_retired", question=question.id)
    if draft is not None and draft.prepared_by_id != by.id:
        raise Invalid("question.has-draft", question=question.id)
    save_draft(row, question, seen=token(row, draft), by=by)
    return _send(row, question, by), True


def release_waiting(bank: Bank, access: Access, *, by: Person) -> int:
    """Put into use whatever waits in a bank and may be read and released by this person; gives how many."""
    waiting = queries.list_waiting(bank)
    withheld = queries.load_withheld(waiting, access)
    return sum(release(row, by=by).version is not None for row in waiting if row.id not in withheld)


def _send(row: QuestionRow, question: Question, by: Person) -> QuestionRow:
    draft = db.session.get_one(QuestionDraft, row.id)
    draft.sent_at = clock.now()
    journal.record("question.send", actor=by.code, object=question.id)
    return row


def discard(row: QuestionRow, *, seen: str, by: Person) -> None:
    """Drop a draft; the versions stay. A question without any version is retired with its draft kept."""
    _hold(row)
    _question, draft = working_copy(row)
    if draft is None:
        return
    if seen != token(row, draft):
        raise Conflict("question.changed")
    if not queries.load_current([row]):
        retire(row, by=by)
        return
    tell_declined(DECLINED, row, draft, by=by)
    db.session.delete(draft)
    row.revision += 1
    db.session.flush()
    settle_waiting(row.bank)
    journal.record("question.discard", actor=by.code, object=row.code)


def retire(row: QuestionRow, *, by: Person) -> None:
    """Take a question out of use for good; what was answered stays as it is."""
    _hold(row)
    if row.state != QuestionState.RETIRED:
        journal.record("question.retire", actor=by.code, object=row.code, before=row.state, after=QuestionState.RETIRED)
        row.state = QuestionState.RETIRED
        row.revision += 1
        tell_declined(RETIRED, row, db.session.get(QuestionDraft, row.id), by=by)
        db.session.flush()
        settle_waiting(row.bank)


def restore(row: QuestionRow, *, by: Person) -> Released:
    """Bring a retired question back as a draft, and put it into use as its newest version stands.

    That is a release like any other: where somebody else can give it, it waits for them. What is not finished, or has
    a draft already, stays a draft that its author goes on with.
    """
    _hold(row)
    if row.state != QuestionState.RETIRED:
        return Released(None)
    row.state = QuestionState.DRAFT
    row.revision += 1
    journal.record("question.restore", actor=by.code, object=row.code, before=QuestionState.RETIRED, after=row.state)
    released = queries.load_values([row])
    if not released or has_errors(check(released[0])) or db.session.get(QuestionDraft, row.id) is not None:
        return Released(None)
    _keep_draft(row, released[0], by=by)
    return release(row, by=by)


def _hold(row: QuestionRow) -> None:
    """Bring a question and its draft up to date and hold them against others who write it."""
    hold(row)
    if (draft := db.session.get(QuestionDraft, row.id)) is not None:
        db.session.expire(draft)


def _start(bank: Bank, question: Question, *, by: Person) -> QuestionRow:
    if bank.retired_at is not None:
        raise Refused("bank.is_retired")
    if queries.find_question(question.id) is not None:
        raise Invalid("question.code_taken", field="code")
    check_storable(question)
    row = QuestionRow(bank_id=bank.id, code=question.id, state=QuestionState.DRAFT, revision=1)
    db.session.add(row)
    db.session.flush()
    _keep_draft(row, question, by=by)
    return row


def _keep_draft(row: QuestionRow, question: Question, *, by: Person) -> None:
    cut = halves(question)
    now = clock.now()
    db.session.add(
        QuestionDraft(question_id=row.id, body=cut.body, key=cut.key, prepared_by_id=by.id, updated_at=now, revision=1)
    )
    db.session.flush()
