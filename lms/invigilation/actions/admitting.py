"""Counts late answers after all: another grading run on top of the one that stands, which is not touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.invigilation.core.admitting import Admitted, Place, admitted
from lms.kit.problems import NotFound
from lms.questions import queries as questions
from lms.quizzes import queries as quizzes
from lms.quizzes.actions.grading import append_items
from lms.quizzes.core.answers import of_record
from lms.quizzes.core.grading import ENGINE_VERSION, Gradable, GradedItem, Outcome, RunCause, marking
from lms.quizzes.core.marked import marked_paper
from lms.quizzes.core.regrading import BY_KEY, NO_MARK, Case, Correction, Method, Standing, applies
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import Attempt, AttemptQuestion, GradingRun, LateEvent, Regrade
from lms.quizzes.queries.late import event_of, load_graded_events, standing_of
from lms.quizzes.queries.regrading import load_standing


@dataclass(frozen=True, slots=True)
class Trial:
    """What counting late answers would do to an attempt, worked out and not written."""

    run: GradingRun
    before: Standing
    paper: Sequence[Gradable]
    result: Admitted
    changes: int
    """The questions whose answer of record would be another one."""


def try_admission(attempt: Attempt, late: Sequence[LateEvent], *, lowers_pass: bool = False) -> Trial:
    """Grade a closed attempt as if these late events had come in time; not found where it has no grading."""
    run = quizzes.load_current_runs([attempt.id], with_items=True).get(attempt.id)
    if run is None:
        raise NotFound
    items = [
        GradedItem(item.position, item.key_n, item.awarded_thousandths, item.max_thousandths, Outcome(item.outcome))
        for item in run.items
    ]
    rules = rules_from(attempt.quiz_version.rules)
    counted = load_graded_events(attempt.id)
    record = of_record(counted)
    events = [*counted, *map(event_of, late)]
    changed = {position for position, event in of_record(events).items() if event != record.get(position)}
    before = standing_of(run)
    paper = quizzes.load_gradables(attempt, events, rules)
    places = _places(attempt, paper, items, before, rules)
    moved = {position: place for position, place in places.items() if position in changed}
    result = admitted(before, items, moved, rules.cut_percent, lowers_pass=lowers_pass)
    return Trial(run, before, paper, result, len(changed))


def _places(
    attempt: Attempt, paper: Sequence[Gradable], items: Sequence[GradedItem], before: Standing, rules: Rules
) -> dict[int, Place]:
    """Each question of the paper with its mark as it stands and the correction that holds for it."""
    rows = {row.position: row for row in attempt.questions}
    marks = {item.position: item for item in items}
    corrections = {regrade.question_version_id: regrade for regrade in load_standing(attempt)}
    keys = questions.load_keys({(version_id, one.key_n) for version_id, one in corrections.items() if one.key_n})
    found = {}
    for gradable in paper:
        row = rows[gradable.position]
        regrade = corrections.get(row.question_version_id)
        key = keys.get((row.question_version_id, regrade.key_n or 0)) if regrade else None
        question, correction = _corrected(gradable, row, regrade, key, rules)
        case = Case(question, marks.get(row.position), Outcome.BLANK, before, rules.cut_percent)
        found[row.position] = Place(case, correction)
    return found


def _corrected(
    gradable: Gradable, row: AttemptQuestion, regrade: Regrade | None, key: Mapping[str, Any] | None, rules: Rules
) -> tuple[Gradable, Correction]:
    """How a question is marked: by the correction that stands, else by the key that the attempt has pinned."""
    pinned = Correction(Method.NEW_KEY, row.key_n)
    if regrade is None or not applies(Method(regrade.method), regrade.key_n or 0, row.key_n):
        return gradable, pinned
    method = Method(regrade.method)
    mark = marking(row.question_version.type, key, rules) if method in BY_KEY and key is not None else NO_MARK
    question = replace(gradable, mark=mark)
    return question, Correction(method, regrade.key_n or 0)


def admit(attempt: Attempt, late: Sequence[LateEvent], now: datetime, *, lowers_pass: bool, by: Person) -> Trial:
    """Write and publish the run that counts these late events of an attempt that is locked."""
    trial = try_admission(attempt, late, lowers_pass=lowers_pass)
    run = GradingRun(
        attempt_id=attempt.id,
        run_no=trial.run.run_no + 1,
        engine_version=ENGINE_VERSION,
        cause=RunCause.REGRADE,
        actor_id=by.id,
        score_thousandths=trial.result.after.score,
        max_thousandths=trial.result.after.maximum,
        passed=trial.result.after.passed,
        created_at=now,
        published_at=now,
        marked_paper=marked_paper(trial.paper, trial.result.items),
    )
    db.session.add(run)
    db.session.flush()
    append_items((run.id, item) for item in trial.result.items)
    for event in late:
        event.admitted_run_id, event.reviewed_by, event.reviewed_at = run.id, by.id, now
    db.session.flush()
    return replace(trial, run=run)
