"""Rulings on attempts: somebody proposes, whoever may decides, and the learner is told in their language."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from lms.accounts.core import second_person
from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.access import Access, roles_for, takes_second_person
from lms.foundation.db import db
from lms.invigilation import queries
from lms.invigilation.actions.admitting import admit
from lms.invigilation.core.ruling import RulingKind, RulingState, Wish, check_grounds, check_waiting
from lms.invigilation.models import Ruling
from lms.kit.problems import Conflict, NotFound, Refused
from lms.quizzes import queries as quizzes
from lms.quizzes.actions.closing import close
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.regrading import shown_scores
from lms.quizzes.models import Attempt, LateEvent
from lms.quizzes.queries.late import load_waiting
from lms.quizzes.queries.regrading import CLOSED

LATE, VOID = "late.decide", "void.decide"
WAITS, APPLIED, DECLINED = "ruling.waits", "ruling.applied", "ruling.declined"
COUNTED, SAME, LEFT_OUT, VOIDED = "late.counted", "late.counted_same", "late.left_out", "attempt.voided"
DONE = {
    RulingKind.ADMIT: "attempt.admit_late",
    RulingKind.REFUSE: "attempt.refuse_late",
    RulingKind.VOID: "attempt.void",
}


def propose(access: Access, attempt_id: str, wish: Wish, *, by: Person) -> Ruling:
    """Propose a ruling; late answers are decided on at once by whoever may do so without a second person.

    Raises ``Refused`` for an attempt of one's own, ``Conflict`` while another ruling on it waits, and where there is
    nothing to decide on any more.
    """
    check_grounds(wish.kind, wish.grounds)
    attempt = _lock_of_another(access, attempt_id, by)
    if queries.find_proposed(attempt.id) is not None:
        raise Conflict("ruling.waits")
    if attempt.state == AttemptState.VOID:
        raise Conflict("ruling.void_already")
    until_event_id = None if wish.kind is RulingKind.VOID else _last_that_waits(attempt, wish.until_event_id)
    ruling = Ruling(
        attempt_id=attempt.id,
        kind=wish.kind,
        grounds=wish.grounds,
        note=wish.note,
        lowers_pass=wish.lowers_pass,
        until_event_id=until_event_id,
        state=RulingState.PROPOSED,
        proposed_by=by.id,
        proposed_at=clock.now(),
    )
    db.session.add(ruling)
    db.session.flush()
    action = action_of(wish.kind)
    if by.roles & roles_for(action) and _may_apply(ruling, by, action):
        _apply(attempt, ruling, by)
    else:
        _record(attempt, ruling.grounds, "ruling.propose", by, ruling=wish.kind.value)
        others = queries.load_deciders(action)
        notices.tell(WAITS, str(ruling.id), set(others) - {by.id}, **_facts(attempt, ruling))
    return ruling


def decide(
    access: Access, attempt_id: str, ruling_id: int, kinds: Collection[RulingKind], *, is_applied: bool, by: Person
) -> Ruling:
    """Carry out a ruling of these kinds that somebody else has proposed, or leave everything as it is.

    Raises ``Refused`` where whoever proposed it must not carry it out, and for an attempt of one's own; ``Conflict``
    when it is decided already.
    """
    attempt = _lock_of_another(access, attempt_id, by)
    ruling = queries.get_ruling(attempt.id, ruling_id)
    if ruling.kind not in kinds:
        raise NotFound
    check_waiting(ruling.state)
    action = action_of(RulingKind(ruling.kind))
    if not is_applied:
        _close(ruling, RulingState.DECLINED, by)
        _record(attempt, ruling.grounds, "ruling.decline", by, ruling=ruling.kind)
        notices.tell(DECLINED, str(ruling.id), {ruling.proposed_by} - {by.id}, **_facts(attempt, ruling))
        return ruling
    if not _may_apply(ruling, by, action):
        others = [code for person_id, code in queries.load_deciders(action).items() if person_id != by.id]
        raise Refused("release.waits", people=", ".join(others)) if others else Refused("ruling.own")
    _apply(attempt, ruling, by)
    notices.tell(APPLIED, str(ruling.id), {ruling.proposed_by} - {by.id}, **_facts(attempt, ruling))
    return ruling


def withdraw(access: Access, attempt_id: str, ruling_id: int, *, by: Person) -> None:
    """Take back what one has proposed oneself."""
    attempt = _lock(access, attempt_id)
    ruling = queries.get_ruling(attempt.id, ruling_id)
    check_waiting(ruling.state)
    if ruling.proposed_by != by.id:
        raise NotFound
    _close(ruling, RulingState.WITHDRAWN, by)
    _record(attempt, ruling.grounds, "ruling.decline", by, ruling=ruling.kind)


def action_of(kind: RulingKind) -> str:
    """What whoever decides on it must be allowed to do."""
    return VOID if kind is RulingKind.VOID else LATE


def may_apply(ruling: Ruling, by: Person) -> bool:
    """Whether somebody may carry out a ruling that waits."""
    action = action_of(RulingKind(ruling.kind))
    is_own = ruling.attempt.person_id == by.id
    return not is_own and bool(by.roles & roles_for(action)) and _may_apply(ruling, by, action)


def _may_apply(ruling: Ruling, by: Person, action: str) -> bool:
    """The rule of the second person: of late answers it yields where nobody else is there, of a void never."""
    if not takes_second_person(action, by.roles) or ruling.proposed_by != by.id:
        return True
    if ruling.kind == RulingKind.VOID:
        return False
    able = queries.load_deciders(action)
    return second_person.judge(ruling.proposed_by, by.id, able) is not second_person.Release.WAITS


def _lock(access: Access, attempt_id: str) -> Attempt:
    attempt = quizzes.lock_attempt(access, attempt_id)
    if attempt.purpose != Purpose.ASSESSED:
        raise NotFound
    return attempt


def _lock_of_another(access: Access, attempt_id: str, by: Person) -> Attempt:
    attempt = _lock(access, attempt_id)
    if attempt.person_id == by.id:
        raise Refused("ruling.of_oneself")
    return attempt


def _last_that_waits(attempt: Attempt, until_event_id: int | None) -> int:
    """The last late event that a ruling covers: of those that have come, whatever number was sent."""
    if attempt.state == AttemptState.OPEN:
        raise Conflict("ruling.still_open")
    waiting = [event.id for event in load_waiting([attempt.id]).get(attempt.id, [])]
    covered = [event_id for event_id in waiting if until_event_id is None or event_id <= until_event_id]
    if not covered:
        raise Conflict("ruling.nothing_late")
    return covered[-1]


def _apply(attempt: Attempt, ruling: Ruling, by: Person) -> None:
    now = clock.attempt_now(db.session)
    kind = RulingKind(ruling.kind)
    late = load_waiting([attempt.id], ruling.until_event_id).get(attempt.id, []) if kind is not RulingKind.VOID else []
    if kind is not RulingKind.VOID and (attempt.state not in CLOSED or not late):
        raise Conflict("ruling.nothing_late")
    _close(ruling, RulingState.APPLIED, by)
    facts: dict[str, Any] = {"entries": len(late)} if late else {}
    match kind:
        case RulingKind.VOID:
            _void(attempt, now)
        case RulingKind.ADMIT:
            facts["score"] = _admit(attempt, ruling, late, now, by)
        case RulingKind.REFUSE:
            for event in late:
                event.reviewed_by, event.reviewed_at = by.id, now
    second = {"prepared_by": ruling.proposer.code} if ruling.proposed_by != by.id else {}
    _record(attempt, ruling.grounds, DONE[kind], by, **facts, **second)
    _tell_learner(attempt, ruling, kind)


def _admit(attempt: Attempt, ruling: Ruling, late: list[LateEvent], now: datetime, by: Person) -> int:
    trial = admit(attempt, late, now, lowers_pass=ruling.lowers_pass, by=by)
    ruling.run_id = trial.run.id
    db.session.flush()
    return trial.result.after.score


def _void(attempt: Attempt, now: datetime) -> None:
    """An open attempt is closed first, so that its answers have their receipt and their grading like any other's."""
    if attempt.state == AttemptState.OPEN:
        close(attempt, now)
    attempt.state = AttemptState.VOID
    db.session.flush()


def _tell_learner(attempt: Attempt, ruling: Ruling, kind: RulingKind) -> None:
    facts = _facts(attempt, ruling)
    code = VOIDED if kind is RulingKind.VOID else LEFT_OUT
    if kind is RulingKind.ADMIT:
        admission = queries.get_admission(ruling)
        before, after = shown_scores(admission.before, admission.after)
        facts |= {"before": before, "after": after}
        code = SAME if before == after else COUNTED
    notices.tell(code, str(ruling.id), [attempt.person_id], **facts)


def _close(ruling: Ruling, state: RulingState, by: Person) -> None:
    ruling.state, ruling.decided_by, ruling.decided_at = state, by.id, clock.now()
    notices.settle(WAITS, about=str(ruling.id))
    db.session.flush()


def _record(attempt: Attempt, grounds: str, action: str, by: Person, **facts: Any) -> None:
    journal.record(action, actor=by.code, object=attempt.id, chain_id=attempt.vendor_id, grounds=grounds, **facts)


def _facts(attempt: Attempt, ruling: Ruling) -> dict[str, Any]:
    return {
        "attempt_id": attempt.id,
        "code": attempt.person.code,
        "quiz_text": attempt.quiz_version.title_text,
        "ruling": ruling.kind,
        "grounds": ruling.grounds,
    }
