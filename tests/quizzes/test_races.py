"""Fifty at the same moment: whatever wins, an attempt is opened once, closed once, and graded once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from flask import Flask
from sqlalchemy import func, select, text

import config
from lms.app import create_app
from lms.foundation import clock, transaction
from lms.foundation.access import Access, Scope
from lms.foundation.db import db, engine_options
from lms.foundation.journal import AuditEvent
from lms.kit.problems import NotFound
from lms.quizzes import actions, queries
from lms.quizzes.core.answers import Event
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import Attempt
from tests.at_once import from_one_start
from tests.conftest import MONDAY_AFTERNOON, Sizes
from tests.quizzes import invariants, sitting

pytestmark = pytest.mark.postgresql
MANY = 50


@dataclass
class Arena:
    """An application with a connection for everybody, and one person with a fresh quiz for each round."""

    app: Flask
    own: Access
    rounds: int = 0

    def give(self) -> int:
        """A new assignment, and nothing left of the one before."""
        self.rounds += 1
        opens_at = MONDAY_AFTERNOON - timedelta(hours=1, seconds=self.rounds)
        with self.app.app_context(), transaction.unit():
            due_at, quiz = opens_at + timedelta(days=1), queries.get_quiz("harassment-checkpoint")
            people = [self.own.person_id]
            return actions.assign(quiz, people, opens_at=opens_at, due_at=due_at, zone_name="Asia/Tokyo", by=None).id

    def open(self) -> tuple[str, datetime]:
        given = self.give()
        with self.app.app_context(), transaction.unit():
            attempt = actions.open_attempt(sitting.person(), given, locale="en")
            return attempt.id, attempt.deadline_at

    def submit(self, attempt_id: str) -> Callable[[], str | None]:
        return lambda: actions.submit(self.own, attempt_id).attempt.receipt_sha256

    def look(self, attempt_id: str, state: AttemptState) -> str | None:
        """Assert that it was closed once, as that; returns its receipt."""
        with self.app.app_context(), transaction.unit(write=False):
            invariants.check_person(clock.now(), self.own.person_id)
            attempt = db.session.get_one(Attempt, attempt_id)
            closes = select(func.count()).where(AuditEvent.action == "attempt.close", AuditEvent.object == attempt_id)
            assert (attempt.state, db.session.scalar(closes)) == (state, 1)
            return attempt.receipt_sha256


@pytest.fixture
def arena(sample: Flask, settings: config.Testing) -> Iterator[Arena]:
    options = engine_options(settings.database_url) | {"pool_size": MANY + 2}
    app = create_app(settings, {"RATELIMIT_ENABLED": False, "SQLALCHEMY_ENGINE_OPTIONS": options})
    with app.app_context(), transaction.unit(write=False):
        own = sitting.own_access(sitting.person())
    arena = Arena(app, own)
    yield arena
    with app.app_context(), transaction.unit(write=False):
        invariants.check_journal()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_who_starts_in_many_windows_has_one_attempt(arena: Arena, sizes: Sizes) -> None:
    for _round in range(sizes.of(1, 200)):
        given = arena.give()

        def start(assignment_id: int = given) -> str:
            return actions.open_attempt(sitting.person(), assignment_id, locale="en").id

        opened = from_one_start(arena.app, [start] * MANY)
        assert len(set(opened)) == 1
        with arena.app.app_context(), transaction.unit(write=False):
            assert db.session.scalar(select(func.count()).where(Attempt.assignment_id == given)) == 1
            assert len(db.session.get_one(Attempt, opened[0]).questions) == 12


def test_who_hands_in_many_times_is_graded_once(arena: Arena, sizes: Sizes) -> None:
    for _round in range(sizes.of(1, 200)):
        attempt_id, _deadline = arena.open()
        receipts = from_one_start(arena.app, [arena.submit(attempt_id)] * MANY)
        assert set(receipts) == {arena.look(attempt_id, AttemptState.SUBMITTED)}


def test_the_sweeper_and_whoever_hands_in_close_it_once(arena: Arena, sizes: Sizes) -> None:
    """Some find it closed already, some wait for the lock; the sweeper goes round what is locked."""
    for _round in range(sizes.of(1, 200)):
        attempt_id, deadline = arena.open()
        with clock.fixed(deadline + timedelta(seconds=61)):
            sweep = [lambda: str(actions.sweep())] * (MANY // 2)
            answers = from_one_start(arena.app, [*sweep, *[arena.submit(attempt_id)] * (MANY // 2)])
            receipt = arena.look(attempt_id, AttemptState.EXPIRED)
        assert sum(map(int, answers[: MANY // 2])) <= 1
        assert set(answers[MANY // 2 :]) == {receipt}


def test_what_is_saved_while_somebody_hands_in_is_in_the_receipt_or_kept_as_late(arena: Arena, sizes: Sizes) -> None:
    for _round in range(sizes.of(1, 200)):
        attempt_id, _deadline = arena.open()

        def save(seq: int, attempt_id: str = attempt_id) -> Callable[[], tuple[bool, str | None]]:
            def step() -> tuple[bool, str | None]:
                payload = sitting.right_answer(db.session.get_one(Attempt, attempt_id), 1 + seq % 12)
                saved = actions.save_events(arena.own, attempt_id, [Event(1, seq, 1 + seq % 12, "en", payload)])
                return bool(saved.acked), saved.receipt_sha256

            return step

        def hand_in(attempt_id: str = attempt_id) -> tuple[bool, str | None]:
            return False, actions.submit(arena.own, attempt_id).attempt.receipt_sha256

        answers = from_one_start(arena.app, [save(seq) for seq in range(1, MANY // 2 + 1)] + [hand_in] * (MANY // 2))
        receipt = arena.look(attempt_id, AttemptState.SUBMITTED)
        with arena.app.app_context(), transaction.unit(write=False):
            logged = {event.seq for event in queries.load_events(attempt_id)}
            late = {event.seq for event in queries.load_late_events(attempt_id)}
        saved = answers[: MANY // 2]
        assert logged == {seq for seq, (is_acked, _receipt) in enumerate(saved, start=1) if is_acked}
        assert late == set(range(1, MANY // 2 + 1)) - logged
        assert {told for is_acked, told in answers if not is_acked} == {receipt}


def test_saves_of_different_attempts_do_not_wait_for_each_other(arena: Arena) -> None:
    """While one attempt is being written, another is saved at once; only who writes the same one waits."""
    (mine, _), (other, _) = arena.open(), arena.open()

    def save(attempt_id: str, seq: int) -> None:
        payload = sitting.right_answer(db.session.get_one(Attempt, attempt_id), 1)
        actions.save_events(arena.own, attempt_id, [Event(1, seq, 1, "en", payload)])

    def save_and_commit(attempt_id: str, seq: int) -> None:
        with arena.app.app_context(), transaction.unit():
            save(attempt_id, seq)

    with ThreadPoolExecutor(2) as pool:
        with arena.app.app_context(), transaction.unit():
            save(mine, 1)
            pool.submit(save_and_commit, other, 1).result(timeout=20)
            assert waiting() == 0
            behind = pool.submit(save_and_commit, mine, 2)
            while waiting() == 0:
                assert not behind.done(), "two writers of one attempt at once"
                threading.Event().wait(0.01)
        behind.result(timeout=20)


def waiting() -> int:
    """How many wait for a lock, as the database sees it."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return int(db.session.execute(text(query)).scalar_one())


def test_whoever_hands_in_first_at_the_same_moment_spoils_no_statement(arena: Arena) -> None:
    """A statement is compiled when it is asked for first: here by eight threads that take turns all the time."""

    def ask(own: Access) -> Callable[[], bool]:
        def find_nothing() -> bool:
            with pytest.raises(NotFound):
                queries.lock_to_submit(own, "no attempt")
            return True

        return find_nothing

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for scopes in combinations(Scope, 2):  # each has a statement of its own
            asking = replace(arena.own, scopes=frozenset(scopes))
            assert all(from_one_start(arena.app, [ask(asking)] * 8))
    finally:
        sys.setswitchinterval(before)
