"""Any order of steps keeps the invariants: a state machine over the actions, each step a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.kit.problems import Problem
from lms.quizzes import actions, queries
from lms.quizzes.core.answers import Event, Unfit
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import Attempt
from tests.conftest import Database
from tests.quizzes import invariants, sitting


class Sittings(RuleBasedStateMachine):
    """One person with one assignment, against a model: which events the log holds, and which came too late."""

    app: ClassVar[Flask]
    renew: ClassVar[Callable[[], None]]

    def __init__(self) -> None:
        super().__init__()
        type(self).renew()
        self.now: datetime = clock.now()
        self.attempt_id: str | None = None
        self.logged: dict[tuple[int, int], Event] = {}
        self.late: dict[tuple[int, int], Event] = {}

    def act(self, step: Callable[[], Any]) -> Any:
        with clock.fixed(self.now), self.app.app_context(), transaction.unit():
            return step()

    @initialize()
    def begin(self) -> None:
        self.open_attempt()

    @rule()
    def open_attempt(self) -> None:
        def step() -> str | None:
            joiner = sitting.person()
            try:
                return actions.open_attempt(joiner, sitting.assignment_id(joiner), locale="en").id
            except Problem:
                return None

        opened = self.act(step)
        if opened is not None and opened != self.attempt_id:
            self.attempt_id, self.logged, self.late = opened, {}, {}

    @precondition(lambda self: self.attempt_id is not None)
    @rule(epoch=st.integers(1, 2), seq=st.integers(1, 6), position=st.integers(1, 12), right=st.booleans())
    def save(self, epoch: int, seq: int, position: int, right: bool) -> None:
        def step() -> None:
            attempt = db.session.get_one(Attempt, self.attempt_id)
            own = sitting.own_access(attempt.person)
            give = sitting.right_answer if right else sitting.wrong_answer
            event = Event(epoch, seq, position, "en", give(attempt, position))
            is_open = attempt.state == AttemptState.OPEN and self.now <= attempt.deadline_at + timedelta(seconds=60)
            known = self.logged.get(event.stamp) or (None if is_open else self.late.get(event.stamp))
            is_conflict = known is not None and known.payload_sha256 != event.payload_sha256
            if is_conflict or epoch > attempt.writer_epoch:
                with pytest.raises(Unfit):
                    actions.save_events(own, attempt.id, [event])
                return
            saved = actions.save_events(own, attempt.id, [event])
            if is_open:
                self.logged[event.stamp] = event
            elif event.stamp not in self.logged:
                self.late[event.stamp] = event
            assert saved.acked == ((event.stamp,) if event.stamp in self.logged else ())
            assert saved.quarantined == (() if event.stamp in self.logged else (event.stamp,))

        self.act(step)

    @precondition(lambda self: self.logged)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(sorted(self.logged.values(), key=lambda one: one.stamp)))

        def step() -> None:
            attempt = db.session.get_one(Attempt, self.attempt_id)
            saved = actions.save_events(sitting.own_access(attempt.person), attempt.id, [event])
            assert saved.acked == (event.stamp,)

        self.act(step)

    @precondition(lambda self: self.attempt_id is not None)
    @rule()
    def submit(self) -> None:
        def step() -> None:
            attempt = db.session.get_one(Attempt, self.attempt_id)
            assert actions.submit(sitting.own_access(attempt.person), attempt.id, list(self.logged)).closed_at

        self.act(step)

    @rule(minutes=st.sampled_from([1, 7, 31, 60]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.act(actions.sweep)

    @invariant()
    def the_rows_agree_with_the_model(self) -> None:
        def step() -> None:
            invariants.check_person(self.now, sitting.person().id)
            if self.attempt_id is not None:
                stored = {event.stamp: event for event in queries.load_events(self.attempt_id)}
                assert stored == self.logged
                kept = queries.load_late_events(self.attempt_id)
                assert {event.stamp: event for event in kept} == self.late
                assert len(kept) == len(self.late)

        self.act(step)


def test_any_order_of_steps_keeps_the_invariants(sample: Flask, database: Database, sample_template: str) -> None:
    def renew() -> None:
        with sample.app_context():
            db.session.remove()
            db.engine.dispose()
        database.renew(sample_template)

    Sittings.app, Sittings.renew = sample, renew
    run_state_machine_as_test(Sittings, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))
