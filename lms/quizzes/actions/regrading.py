"""Corrects a question in the results of a quiz: proposed by one, decided by another, carried out in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.accounts import actions as accounts
from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.foundation import clock, jobs, journal, notices, transaction
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid, Refused
from lms.questions import actions as questions_actions
from lms.questions import queries as questions
from lms.questions.models import QuestionKey, QuestionVersion
from lms.quizzes.actions.grading import regrade_attempts
from lms.quizzes.core.regrading import (
    BY_KEY,
    Correction,
    Method,
    RegradeState,
    check_note,
    check_open,
    corrected_key,
    filled,
    methods_for,
    shown_scores,
)
from lms.quizzes.models import Quiz, Regrade
from lms.quizzes.queries import regrades
from lms.quizzes.queries.regrading import Change, Done, Papers, load_done, load_papers, lock_next_attempts, lock_regrade

APPLY = "regrade.apply"
WAITS, APPLIED, DECLINED, CORRECTED = "regrade.waits", "regrade.applied", "regrade.declined", "regrade.corrected"
KIND = "quizzes.regrade"
BATCH = 200


@dataclass(frozen=True, slots=True)
class Trial:
    """What a correction would do, counted and not carried out; ``key`` is the corrected key, where there is one."""

    right_options: Mapping[str, list[str]]
    key: Mapping[str, Any] | None
    key_n: int
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A regrade as somebody proposes it."""

    method: Method
    right_options: Mapping[str, list[str]]
    lowers_passes: bool
    reason_text: Mapping[str, str]
    note_text: Mapping[str, str]


def dry_run(
    papers: Papers,
    newest: QuestionKey,
    method: Method,
    right_options: Mapping[str, list[str]],
    *,
    lowers_passes: bool,
) -> Trial:
    """Count what a correction would do. Nothing is written. Raises ``Invalid`` for what cannot be asked for."""
    if method not in methods_for(papers.version.body):
        raise Invalid("regrade.unfit_method", field="how")
    key, key_n = None, 0
    chosen = right_options if method in BY_KEY else {}
    if method in BY_KEY:
        key = corrected_key(papers.version.body, newest.key, method, chosen)
        key_n = newest.n if key == newest.key else newest.n + 1
    changes = papers.changes(Correction(method, key_n), key, lowers_passes=lowers_passes)
    return Trial(chosen, key, key_n, changes)


def propose(quiz: Quiz, version: QuestionVersion, proposal: Proposal, *, by: Person) -> Regrade:
    """Propose a regrade; where nobody else could decide, it is applied at once.

    Raises ``Invalid`` for a note whose placeholders are not right and where nothing would change, ``Conflict`` while
    another regrade of the question waits.
    """
    hold(quiz)
    check_note(proposal.note_text)
    papers, newest = load_papers(quiz.id, version), questions.load_newest_key(version.id)
    trial = dry_run(papers, newest, proposal.method, proposal.right_options, lowers_passes=proposal.lowers_passes)
    if not any(change.result.is_changed for change in trial.changes):
        raise Invalid("regrade.nothing", field="how")
    if regrades.find_waiting(quiz.id, version.id) is not None:
        raise Conflict("regrade.waiting")
    regrade = Regrade(
        quiz_id=quiz.id,
        question_version_id=version.id,
        method=proposal.method,
        right_options={name: list(options) for name, options in trial.right_options.items()},
        base_key_n=newest.n,
        lowers_passes=proposal.lowers_passes,
        reason_text=dict(proposal.reason_text),
        note_text=dict(proposal.note_text),
        state=RegradeState.PROPOSED,
        proposed_by=by.id,
        proposed_at=clock.now(),
    )
    db.session.add(regrade)
    db.session.flush()
    journal.record("regrade.propose", actor=by.code, object=name_of(regrade), method=regrade.method)
    try:
        apply(regrade, by=by)
    except Refused:  # somebody else can decide, and is asked to
        others = set(people.load_able(APPLY)) - {by.id}
        notices.tell(WAITS, str(regrade.id), others, **_facts(regrade))
    return regrade


def apply(regrade: Regrade, *, by: Person) -> None:
    """Let a regrade be carried out; the second person does, as long as there is one.

    The new key is written here, and from the commit on new attempts pin it; the attempts are graded by a job.
    """
    hold(regrade.quiz)
    hold(regrade)
    check_open(regrade.state)
    facts = accounts.check_release(APPLY, prepared_by=regrade.proposer, by=by)
    if regrades.find_applying(regrade.quiz_id) is not None:
        raise Conflict("regrade.busy")
    newest = questions.load_newest_key(regrade.question_version_id)
    if newest.n != regrade.base_key_n:
        raise Conflict("regrade.key_moved")
    method = Method(regrade.method)
    if method in BY_KEY:
        version = regrade.question_version
        key = corrected_key(version.body, newest.key, method, regrade.right_options)
        regrade.key_n = questions_actions.correct_key(version, key, by=by)
    _decide(regrade, RegradeState.APPLYING, by)
    journal.record(
        "regrade.apply",
        actor=by.code,
        object=name_of(regrade),
        method=method.value,
        passes=regrade.lowers_passes,
        **facts,
    )
    jobs.enqueue(KIND, regrade_id=regrade.id)


def decline(regrade: Regrade, *, by: Person) -> None:
    """Let nothing be corrected: whoever proposed it takes it back, anybody else declines."""
    hold(regrade)
    check_open(regrade.state)
    is_own = regrade.proposed_by == by.id
    _decide(regrade, RegradeState.WITHDRAWN if is_own else RegradeState.DECLINED, by)
    journal.record("regrade.decline", actor=by.code, object=name_of(regrade))
    if not is_own:
        notices.tell(DECLINED, str(regrade.id), [regrade.proposed_by], by=by.code, **_facts(regrade))


def _decide(regrade: Regrade, state: RegradeState, by: Person) -> None:
    regrade.state, regrade.decided_by, regrade.decided_at = state, by.id, clock.now()
    notices.settle(WAITS, about=str(regrade.id))
    db.session.flush()


def carry_out(regrade_id: int, *, batch: int = BATCH) -> None:
    """Grade every attempt and tell everybody whose score has changed, batch after batch, each in a unit of its own.

    Cut off anywhere and begun again, it goes on behind the last batch that was committed.
    """
    for step in (_grade_batch, _tell_batch):
        is_left = True
        while is_left:
            with transaction.unit():
                is_left = step(regrade_id, batch)


def _grade_batch(regrade_id: int, batch: int) -> bool:
    regrade = lock_regrade(regrade_id)
    if regrade is None or regrade.state != RegradeState.APPLYING or regrade.graded_at is not None:
        return False
    now = clock.now()
    attempt_ids = lock_next_attempts(regrade, batch)
    if attempt_ids:
        regrade_attempts(regrade, attempt_ids, now)
        regrade.last_attempt_id = attempt_ids[-1]
    else:
        regrade.graded_at = now
    return bool(attempt_ids)


def _tell_batch(regrade_id: int, batch: int) -> bool:
    """Give the next people their note: one each, of the attempt that stands best."""
    regrade = lock_regrade(regrade_id)
    if regrade is None or regrade.state != RegradeState.APPLYING:
        return False
    changed = [done for done in load_done(regrade, after_person=regrade.last_person_id or 0) if done.is_score_changed]
    best: dict[int, Done] = {}
    for done in sorted(changed, key=_rank):
        best[done.person_id] = done
    people_ids = sorted(best)[:batch]
    for person_id in people_ids:
        _tell(regrade, best[person_id])
    if people_ids:
        regrade.last_person_id = people_ids[-1]
    else:
        regrade.state, regrade.done_at = RegradeState.DONE, clock.now()
        if regrade.proposed_by != regrade.decided_by:
            notices.tell(APPLIED, str(regrade.id), [regrade.proposed_by], **_facts(regrade))
    return bool(people_ids)


def _rank(done: Done) -> tuple[bool, float]:
    return done.after.passed, done.after.score / max(1, done.after.maximum)


def _tell(regrade: Regrade, done: Done) -> None:
    before, after = shown_scores(done.before, done.after)
    note = filled(regrade.note_text, {"question": str(done.position), "before": before, "after": after})
    facts = {"note_text": note, "attempt_id": done.attempt_id}
    notices.tell(CORRECTED, str(regrade.id), [done.person_id], anew=False, **facts)


def name_of(regrade: Regrade) -> str:
    """What the journal calls a regrade: the quiz, and the question with the version that is corrected."""
    version = regrade.question_version
    return f"{regrade.quiz.code} {version.question.code} v{version.n}"


def _facts(regrade: Regrade) -> dict[str, Any]:
    return {
        "regrade_id": regrade.id,
        "code": regrade.question_version.question.code,
        "quiz_text": regrade.quiz.title_text,
    }
