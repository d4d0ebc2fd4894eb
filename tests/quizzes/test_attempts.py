"""Attempts through the actions: what is pinned, what is logged, when they close, what comes too late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from lms.foundation import clock, transaction
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import Conflict, NotFound, Problem
from lms.quizzes import actions, queries
from lms.quizzes.core.answers import Event, Unfit
from lms.quizzes.core.attempt import AttemptState, CloseCause
from lms.quizzes.models import AnswerEvent, Assignment, Attempt, LateEvent, Quiz, QuizVersion
from tests.quizzes import invariants, sitting


@pytest.fixture(autouse=True)
def working(sample: Flask) -> Iterator[None]:
    with sample.app_context(), transaction.unit():
        yield
        invariants.check(clock.now())


@pytest.fixture
def attempt() -> Attempt:
    joiner = sitting.person()
    return actions.open_attempt(joiner, sitting.assignment_id(joiner), locale="ja")


@pytest.fixture
def own(attempt: Attempt) -> Access:
    return sitting.own_access(attempt.person)


def answer(attempt: Attempt, position: int, seq: int, *, right: bool = True) -> Event:
    give = sitting.right_answer if right else sitting.wrong_answer
    return Event(1, seq, position, "ja", give(attempt, position))


def logged(attempt: Attempt) -> int:
    return db.session.scalar(select(func.count()).where(AnswerEvent.attempt_id == attempt.id)) or 0


def kept_late(attempt: Attempt) -> int:
    return db.session.scalar(select(func.count(LateEvent.id)).where(LateEvent.attempt_id == attempt.id)) or 0


def test_opening_pins_paper_key_and_policy(attempt: Attempt) -> None:
    assert [row.position for row in attempt.questions] == list(range(1, 13))
    assert {row.key_n for row in attempt.questions} == {1}
    assert [(p.policy_version.module.code, p.policy_version.number) for p in attempt.policies] == [("HAR", "4.2")]
    for row in attempt.questions:
        shown = {name: sorted(order) for name, order in row.option_order.items()}
        options = {name: sorted(o["id"] for o in group) for name, group in row.question_version.body["groups"].items()}
        assert shown == options


def test_opening_again_gives_the_open_attempt(attempt: Attempt) -> None:
    again = actions.open_attempt(attempt.person, attempt.assignment_id, locale="en")
    assert again.id == attempt.id


def test_an_assignment_of_others_cannot_be_opened() -> None:
    joiner, moderator = sitting.person(), sitting.person("moderator@kijun.example")
    theirs = next(given.assignment.id for given in queries.list_given(moderator.id))
    with pytest.raises(NotFound):
        actions.open_attempt(joiner, theirs, locale="en")


def test_a_new_version_of_the_quiz_leaves_an_open_attempt_alone(attempt: Attempt) -> None:
    quiz = db.session.get_one(Quiz, attempt.assignment.quiz_id)
    pinned = attempt.quiz_version_id
    one = queries.list_quiz_questions(attempt.quiz_version)[0].question_id
    command = actions.PublishQuiz(quiz.code, quiz.title_text, [one], queries.rules_from(attempt.quiz_version.rules))
    assert actions.publish_quiz(command, by=None).n == attempt.quiz_version.n + 1
    db.session.refresh(attempt)
    assert attempt.quiz_version_id == pinned
    assert len(attempt.questions) == 12


def test_a_repeated_answer_is_logged_once(attempt: Attempt, own: Access) -> None:
    first = answer(attempt, 1, 1)
    for _time in range(2):
        assert actions.save_events(own, attempt.id, [first]).acked == ((1, 1),)
    assert logged(attempt) == 1


def test_another_content_under_the_same_number_is_refused(attempt: Attempt, own: Access) -> None:
    actions.save_events(own, attempt.id, [answer(attempt, 1, 1)])
    with pytest.raises(Unfit, match="conflict"), db.session.begin_nested():
        actions.save_events(own, attempt.id, [answer(attempt, 2, 2), answer(attempt, 1, 1, right=False)])
    assert logged(attempt) == 1


@pytest.mark.parametrize(
    ("epoch", "seq", "position"),
    [(0, 2, 1), (2, 2, 1), (-1, 2, 1), (2**70, 2, 1), (1, 0, 1), (1, 2**31, 1), (1, 2, 0), (1, 2, 13)],
)
def test_what_does_not_fit_the_attempt_is_refused_with_all_that_came_with_it(
    attempt: Attempt, own: Access, epoch: int, seq: int, position: int
) -> None:
    unfit = Event(epoch, seq, position, "ja", sitting.right_answer(attempt, 1))
    with pytest.raises(Unfit, match="unfit"):
        actions.save_events(own, attempt.id, [answer(attempt, 1, 1), unfit])
    assert logged(attempt) == 0


def test_the_greatest_number_is_taken(attempt: Attempt, own: Access) -> None:
    last = answer(attempt, 1, 2**31 - 1)
    assert actions.save_events(own, attempt.id, [last]).acked == (last.stamp,)


def test_all_right_is_full_marks_and_all_wrong_is_none(attempt: Attempt, own: Access) -> None:
    actions.save_events(own, attempt.id, [answer(attempt, n, n) for n in range(1, 13)])
    actions.submit(own, attempt.id)
    run = queries.load_current_runs([attempt.id])[attempt.id]
    assert (run.score_thousandths, run.max_thousandths, run.passed) == (12_000, 12_000, True)


def test_all_wrong_earns_nothing(attempt: Attempt, own: Access) -> None:
    actions.save_events(own, attempt.id, [answer(attempt, n, n, right=False) for n in range(1, 13)])
    actions.submit(own, attempt.id)
    run = queries.load_current_runs([attempt.id])[attempt.id]
    assert run.score_thousandths == 0
    assert not run.passed


def test_the_last_answer_counts_and_the_log_keeps_both(attempt: Attempt, own: Access) -> None:
    actions.save_events(own, attempt.id, [answer(attempt, 1, 1, right=False)])
    actions.save_events(own, attempt.id, [answer(attempt, 1, 2)])
    actions.submit(own, attempt.id)
    run = queries.load_current_runs([attempt.id], with_items=True)[attempt.id]
    assert run.items[0].awarded_thousandths == 1000
    assert logged(attempt) == 2


def test_blank_questions_and_those_not_reached_are_told_apart(attempt: Attempt, own: Access) -> None:
    actions.note_marks(own, attempt.id, {3})
    actions.save_events(own, attempt.id, [answer(attempt, 2, 1)])
    actions.submit(own, attempt.id)
    run = queries.load_current_runs([attempt.id], with_items=True)[attempt.id]
    outcomes = {item.position: item.outcome for item in run.items}
    assert (outcomes[1], outcomes[2], outcomes[4]) == ("blank", "right", "not_reached")


def test_a_submission_waits_for_the_answers_that_it_announces(attempt: Attempt, own: Access) -> None:
    with pytest.raises(Conflict) as refused:
        actions.submit(own, attempt.id, manifest=[(1, 1)])
    assert refused.value.facts["missing"] == [[1, 1]]
    actions.save_events(own, attempt.id, [answer(attempt, 1, 1)])
    assert actions.submit(own, attempt.id, manifest=[(1, 1)]).attempt.state == AttemptState.SUBMITTED


def test_nothing_can_come_after_the_grace_so_nothing_is_waited_for(attempt: Attempt, own: Access) -> None:
    with clock.fixed(attempt.deadline_at + timedelta(seconds=61)):
        assert actions.submit(own, attempt.id, manifest=[(1, 1)]).attempt.state == AttemptState.EXPIRED


def test_submitting_again_changes_nothing(attempt: Attempt, own: Access) -> None:
    actions.submit(own, attempt.id)
    closed_at, receipt = attempt.closed_at, attempt.receipt_sha256
    with clock.fixed(clock.now() + timedelta(minutes=5)):
        actions.submit(own, attempt.id)
    assert (attempt.closed_at, attempt.receipt_sha256) == (closed_at, receipt)


@pytest.mark.parametrize(
    ("seconds", "state", "in_log", "late"),
    [(0, AttemptState.OPEN, 1, 0), (60, AttemptState.OPEN, 1, 0), (61, AttemptState.OPEN, 0, 1)],
)
def test_what_comes_after_deadline_and_grace_is_kept_apart(
    attempt: Attempt, own: Access, seconds: int, state: AttemptState, in_log: int, late: int
) -> None:
    with clock.fixed(attempt.deadline_at + timedelta(seconds=seconds)):
        saved = actions.save_events(own, attempt.id, [answer(attempt, 1, 1)])
        assert attempt.state == state
        actions.sweep()
    assert logged(attempt) == in_log
    assert kept_late(attempt) == late
    assert (len(saved.acked), len(saved.quarantined)) == (in_log, late)
    with clock.fixed(attempt.deadline_at + timedelta(hours=1)):
        actions.sweep()


def test_an_answer_after_the_close_is_kept_apart_and_moves_no_score(attempt: Attempt, own: Access) -> None:
    actions.submit(own, attempt.id)
    for _time in range(3):
        saved = actions.save_events(own, attempt.id, [answer(attempt, 1, 1)])
        assert (saved.acked, saved.quarantined) == ((), ((1, 1),))
        assert saved.receipt_sha256 == attempt.receipt_sha256
    assert logged(attempt) == 0
    assert kept_late(attempt) == 1
    assert queries.load_current_runs([attempt.id])[attempt.id].score_thousandths == 0


def test_after_the_close_what_the_log_has_is_acknowledged_and_only_the_rest_is_late(
    attempt: Attempt, own: Access
) -> None:
    first, second = answer(attempt, 1, 1), answer(attempt, 2, 2)
    actions.save_events(own, attempt.id, [first])
    actions.submit(own, attempt.id)
    assert actions.save_events(own, attempt.id, [first]).quarantined == ()
    saved = actions.save_events(own, attempt.id, [first, second])
    assert (saved.acked, saved.quarantined) == ((first.stamp,), (second.stamp,))
    assert kept_late(attempt) == 1
    with pytest.raises(Unfit, match="conflict"):
        actions.save_events(own, attempt.id, [answer(attempt, 2, 2, right=False)])


def test_an_attempt_keeps_the_grace_that_it_was_opened_with(attempt: Attempt, own: Access) -> None:
    attempt.grace_seconds = 300
    with clock.fixed(attempt.deadline_at + timedelta(seconds=300)):
        assert actions.sweep() == 0
        assert actions.open_attempt(attempt.person, attempt.assignment_id, locale="ja").id == attempt.id
        assert actions.save_events(own, attempt.id, [answer(attempt, 1, 1)]).acked
        assert actions.submit(own, attempt.id).attempt.state == AttemptState.SUBMITTED


def test_a_short_grace_ends_earlier(attempt: Attempt) -> None:
    attempt.grace_seconds = 10
    with clock.fixed(attempt.deadline_at + timedelta(seconds=11)):
        assert actions.sweep() == 1
    assert attempt.state == AttemptState.EXPIRED


def test_an_attempt_that_cannot_be_graded_keeps_no_other_open(
    attempt: Attempt, caplog: pytest.LogCaptureFixture
) -> None:
    given = db.session.get_one(Assignment, attempt.assignment_id)
    other = sitting.person("moderator@kijun.example")
    actions.add_assignees(given, [other.id])
    second = actions.open_attempt(other, given.id, locale="en")
    second.deadline_at += timedelta(minutes=1)
    rules, broken = attempt.quiz_version.rules, {**attempt.quiz_version.rules, "minutes": 0}
    pinned = QuizVersion(
        quiz_id=given.quiz_id, n=99, title_text={}, rules=broken, sha256="0" * 64, published_at=attempt.opened_at
    )
    db.session.add(pinned)
    db.session.flush()
    original, attempt.quiz_version_id = attempt.quiz_version_id, pinned.id
    db.session.flush()
    with clock.fixed(second.deadline_at + timedelta(seconds=61)):
        assert actions.sweep() == 1
        assert (attempt.state, second.state) == (AttemptState.OPEN, AttemptState.EXPIRED)
        assert attempt.id in caplog.text
        attempt.quiz_version_id = original
        db.session.flush()
        assert actions.sweep() == 1
    assert attempt.state == AttemptState.EXPIRED
    assert rules == attempt.quiz_version.rules


def test_an_overdue_attempt_is_closed_and_graded_with_no_browser_present(attempt: Attempt, own: Access) -> None:
    actions.save_events(own, attempt.id, [answer(attempt, 1, 1)])
    with clock.fixed(attempt.deadline_at + timedelta(seconds=60)):
        assert actions.sweep() == 0
    with clock.fixed(attempt.deadline_at + timedelta(seconds=61)):
        assert actions.sweep() == 1
        assert actions.sweep() == 0
    assert (attempt.state, attempt.close_cause) == (AttemptState.EXPIRED, CloseCause.EXPIRED)
    assert queries.load_current_runs([attempt.id])[attempt.id].score_thousandths == 1000


def test_the_last_attempt_allowed_is_the_last(attempt: Attempt, own: Access) -> None:
    allowed = queries.rules_from(attempt.quiz_version.rules).attempts
    actions.submit(own, attempt.id)
    for number in range(2, allowed + 1):
        following = actions.open_attempt(attempt.person, attempt.assignment_id, locale="ja")
        assert following.attempt_no == number
        actions.submit(own, following.id)
    with pytest.raises(Problem, match="attempt"):
        actions.open_attempt(attempt.person, attempt.assignment_id, locale="ja")


def test_nobody_else_reaches_an_attempt(attempt: Attempt) -> None:
    stranger = sitting.own_access(sitting.person("moderator@kijun.example"))
    for act in (lambda: actions.submit(stranger, attempt.id), lambda: actions.save_events(stranger, attempt.id, [])):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("table", ["answer_events", "audit_events"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_the_logs_refuse_every_change(attempt: Attempt, own: Access, table: str, change: str) -> None:
    actions.save_events(own, attempt.id, [answer(attempt, 1, 1)])
    column = {"answer_events": "payload", "audit_events": "actor"}[table]
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(text(change.format(table=table, column=column)))


def test_deadline_follows_the_window(attempt: Attempt) -> None:
    minutes = queries.rules_from(attempt.quiz_version.rules).minutes
    wanted: datetime = min(attempt.opened_at + timedelta(minutes=minutes), attempt.assignment.due_at)
    assert attempt.deadline_at == wanted
