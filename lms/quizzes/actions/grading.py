"""Writes grading runs of corrected questions: another run behind the one that stands, which is not touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, literal, select, update
from sqlalchemy.orm import aliased

from lms.foundation import journal
from lms.foundation.db import append_rows, db
from lms.foundation.journal import Entry
from lms.questions import queries as questions
from lms.quizzes.core.grading import ENGINE_VERSION, GradedItem, RunCause
from lms.quizzes.core.marked import corrected
from lms.quizzes.core.regrading import Correction, Method, applies
from lms.quizzes.models import Attempt, AttemptQuestion, GradingItem, GradingRun, Regrade
from lms.quizzes.queries.regrading import Change, load_papers, load_standing

SYSTEM = "system"


def append_items(marks: Iterable[tuple[int, GradedItem]]) -> None:
    """Write marks, each into the run of this id."""
    rows = [
        {
            "run_id": run_id,
            "position": item.position,
            "key_n": item.key_n,
            "awarded_thousandths": item.awarded_thousandths,
            "max_thousandths": item.max_thousandths,
            "outcome": item.outcome,
        }
        for run_id, item in marks
    ]
    append_rows(GradingItem, rows)


def key_of(regrade: Regrade) -> Mapping[str, Any] | None:
    """The key by which an applied regrade grades; None where no key does."""
    pinned = (regrade.question_version_id, regrade.key_n or 0)
    return questions.load_keys({pinned})[pinned] if regrade.key_n else None


def regrade_attempts(regrade: Regrade, attempt_ids: Sequence[str], now: datetime) -> list[Change]:
    """Grade closed attempts, which are locked, anew under a regrade, and publish the runs; gives what has changed.

    An attempt that has a run of this regrade is left as it is, and so is one of which no mark and no key changes.
    """
    done = select(GradingRun.attempt_id).where(GradingRun.regrade_id == regrade.id)
    done = done.where(GradingRun.attempt_id.in_(attempt_ids))
    open_ones = set(attempt_ids) - set(db.session.scalars(done))
    if not open_ones:
        return []
    correction = Correction(Method(regrade.method), regrade.key_n or 0)
    papers = load_papers(regrade.quiz_id, regrade.question_version, open_ones)
    changes = papers.changes(correction, key_of(regrade), lowers_passes=regrade.lowers_passes)
    changed = [change for change in changes if change.result.is_changed]
    if changed:
        _write(regrade, changed, now)
        _publish(regrade, changed, now)
    return changed


def correct_at_close(attempt: Attempt, now: datetime) -> None:
    """Grade an attempt that has just been graded by its pinned keys anew under the corrections that stand.

    Whoever began before a correction is not to have another result than whoever had finished.
    """
    for regrade in load_standing(attempt):
        pinned = next(row for row in attempt.questions if row.question_version_id == regrade.question_version_id)
        if applies(Method(regrade.method), regrade.key_n or 0, pinned.key_n):
            regrade_attempts(regrade, [attempt.id], now)


def _write(regrade: Regrade, changed: Sequence[Change], now: datetime) -> None:
    """The runs, not published yet: all marks of the run before, and the one of the question."""
    before = select(GradingRun.id, GradingRun.marked_paper)
    before = before.where(GradingRun.id.in_([change.paper.run_id for change in changed]))
    marked = {row.id: row.marked_paper for row in db.session.execute(before)}
    rows = [
        {
            "attempt_id": change.paper.attempt_id,
            "run_no": change.paper.run_no + 1,
            "engine_version": ENGINE_VERSION,
            "cause": RunCause.REGRADE,
            "regrade_id": regrade.id,
            "actor_id": regrade.decided_by,
            "score_thousandths": change.after.score,
            "max_thousandths": change.after.maximum,
            "passed": change.after.passed,
            "created_at": now,
            "marked_paper": corrected(marked[change.paper.run_id], change.paper.case.gradable, change.result.item),
        }
        for change in changed
    ]
    db.session.execute(insert(GradingRun), rows)
    _copy_items(regrade, changed)
    made = select(GradingRun.attempt_id, GradingRun.id).where(GradingRun.regrade_id == regrade.id)
    made = made.where(GradingRun.attempt_id.in_([change.paper.attempt_id for change in changed]))
    ids = {row.attempt_id: row.id for row in db.session.execute(made)}
    append_items((ids[change.paper.attempt_id], item) for change in changed if (item := change.result.item) is not None)


def _copy_items(regrade: Regrade, changed: Sequence[Change]) -> None:
    """Every mark of the run before but that of the question, by one statement."""
    before = aliased(GradingRun)
    columns = ["position", "key_n", "awarded_thousandths", "max_thousandths", "outcome"]
    copied = (
        select(GradingRun.id, *(getattr(GradingItem, name) for name in columns))
        .select_from(GradingRun)
        .join(before, and_(before.attempt_id == GradingRun.attempt_id, before.run_no == GradingRun.run_no - 1))
        .join(GradingItem, GradingItem.run_id == before.id)
        .join(
            AttemptQuestion,
            and_(AttemptQuestion.attempt_id == before.attempt_id, AttemptQuestion.position == GradingItem.position),
        )
        .where(
            GradingRun.regrade_id == literal(regrade.id),
            GradingRun.attempt_id.in_([change.paper.attempt_id for change in changed]),
            AttemptQuestion.question_version_id != regrade.question_version_id,
        )
    )
    db.session.execute(insert(GradingItem).from_select(["run_id", *columns], copied))


def _publish(regrade: Regrade, changed: Sequence[Change], now: datetime) -> None:
    """From here on these runs are the ones that stand."""
    attempt_ids = [change.paper.attempt_id for change in changed]
    db.session.execute(
        update(GradingRun)
        .where(
            GradingRun.regrade_id == regrade.id,
            GradingRun.attempt_id.in_(attempt_ids),
            GradingRun.published_at.is_(None),
        )
        .values(published_at=now)
        .execution_options(synchronize_session=False)
    )
    journal.record_many(
        Entry(
            "attempt.grade",
            SYSTEM,
            change.paper.attempt_id,
            now,
            change.paper.vendor_id,
            {"score": change.after.score, "regrade": regrade.id},
        )
        for change in changed
    )
