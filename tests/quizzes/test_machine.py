"""Any order of steps keeps the invariants: a state machine over the actions, each step a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

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
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import Problem
from lms.quizzes import actions, queries
from lms.quizzes.core.answers import Event, Stamp, of_record
from lms.quizzes.core.attempt import MOST_EXTENSION_MINUTES, AttemptState
from lms.quizzes.models import Attempt
from tests.conftest import Database, Sizes
from tests.invigilation import looking_after
from tests.quizzes import invariants, sitting

T = TypeVar("T")
GRACE, REST, SWEPT = timedelta(seconds=60), timedelta(seconds=300), timedelta(seconds=20)
ENDED = (AttemptState.SUBMITTED, AttemptState.EXPIRED)


@dataclass
class Model:
    """What must be so of one attempt, in the plainest words."""

    id: str
    deadline: datetime
    epoch: int = 1
    more: int = 0
    state: str = AttemptState.OPEN
    rest_began: datetime | None = None
    rest_ended: datetime | None = None
    logged: dict[Stamp, Event] = field(default_factory=dict)
    late: dict[Stamp, Event] = field(default_factory=dict)
    unsent: list[Event] = field(default_factory=list)
    closed_as: tuple[Any, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state == AttemptState.OPEN

    def is_overdue(self, now: datetime) -> bool:
        return now > self.deadline + GRACE

    def rests(self, now: datetime) -> bool:
        return self.rest_began is not None and self.rest_ended is None and now < self.rest_began + REST

    def close(self, now: datetime) -> None:
        self.state = AttemptState.EXPIRED if self.is_overdue(now) else AttemptState.SUBMITTED

    def come_back(self, now: datetime) -> None:
        if self.rest_began is not None and self.rests(now):
            self.deadline -= self.rest_began + REST - now
            self.rest_ended = now

    def refuses(self, event: Event, now: datetime) -> str | None:
        """Why an answer is refused, if it is; what comes too late is never refused for that."""
        takes = self.is_open and not self.is_overdue(now)
        known = self.logged if takes else {**self.late, **self.logged}
        if event.epoch > self.epoch:
            return "answer.unfit"
        if takes and self.rests(now):
            return "attempt.on_break"
        if event.stamp in known and known[event.stamp].payload_sha256 != event.payload_sha256:
            return "answer.conflict"
        return None

    def take(self, event: Event, now: datetime) -> None:
        if self.is_open and not self.is_overdue(now):
            self.logged[event.stamp] = event
        elif event.stamp not in self.logged:
            self.late[event.stamp] = event


class Sittings(RuleBasedStateMachine):
    """One person with one assignment: two windows, a bad line, a break, more time, and the sweeper."""

    app: ClassVar[Flask]
    renew: ClassVar[Callable[[], None]]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).renew()
        self.now: datetime = clock.now()
        self.past: list[Model] = []
        self.model: Model | None = None
        self.journal: invariants.Heads = {}

    def act(self, step: Callable[[], T]) -> T | None:
        """What a step gives; None when it is refused, and then nothing of it stays."""
        return self.try_to(step)[0]

    def try_to(self, step: Callable[[], T]) -> tuple[T | None, str | None]:
        """What a step gives, or the code with which it is refused."""
        try:
            with clock.fixed(self.now), self.app.app_context(), transaction.unit():
                return step(), None
        except Problem as problem:
            return None, problem.code

    @property
    def attempt(self) -> Model:
        assert self.model is not None
        return self.model

    def own(self) -> Access:
        return sitting.own_access(sitting.person())

    @initialize()
    def begin(self) -> None:
        self.open_attempt()

    @rule()
    def open_attempt(self) -> None:
        def step() -> tuple[str, datetime]:
            joiner = sitting.person()
            opened = actions.open_attempt(joiner, sitting.assignment_id(joiner), locale="en")
            return opened.id, opened.deadline_at

        opened = self.act(step)
        model = self.model
        if opened is None:
            assert model is not None
            assert not model.is_open or model.is_overdue(self.now), "the open attempt is given back"
        elif model is None or opened[0] != model.id:
            if model is not None:
                if model.is_open:
                    assert model.is_overdue(self.now)
                    model.close(self.now)
                self.past.append(model)
            self.model = Model(*opened)

    @rule(position=st.integers(1, 12), right=st.booleans())
    def answer(self, position: int, right: bool) -> None:
        """Somebody answers in the window that writes; the answer waits there to be sent."""
        stamps = [*self.attempt.logged, *self.attempt.late, *(event.stamp for event in self.attempt.unsent)]
        seq = 1 + max((seq for epoch, seq in stamps if epoch == self.attempt.epoch), default=0)
        event = self.act(lambda: self.event(self.attempt.epoch, seq, position, right))
        assert event is not None
        self.attempt.unsent.append(event)

    def event(self, epoch: int, seq: int, position: int, right: bool) -> Event:
        attempt = db.session.get_one(Attempt, self.attempt.id)
        give = sitting.right_answer if right else sitting.wrong_answer
        return Event(epoch, seq, position, "en", give(attempt, position))

    @precondition(lambda self: self.model and self.model.unsent)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """Some of what waits arrives, in whatever order."""
        events = data.draw(st.lists(st.sampled_from(self.attempt.unsent), min_size=1, max_size=4, unique_by=id))
        if self.send(events) is None:
            self.attempt.unsent = [event for event in self.attempt.unsent if event not in events]

    @rule(epoch=st.integers(1, 3), seq=st.integers(1, 6), position=st.integers(1, 12), right=st.booleans())
    def save(self, epoch: int, seq: int, position: int, right: bool) -> None:
        """Anything at all arrives: of another window, of one that never was, under a number that is taken."""
        event = self.act(lambda: self.event(epoch, seq, position, right))
        assert event is not None
        self.send([event])

    @precondition(lambda self: self.model and self.model.logged)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        self.send([data.draw(st.sampled_from(sorted(self.attempt.logged.values(), key=lambda one: one.stamp)))])

    def send(self, events: list[Event]) -> str | None:
        """Send answers in one call; returns why they were refused, which must be what the model says."""
        model = self.attempt
        codes = {code for code in (model.refuses(event, self.now) for event in events) if code}
        saved, code = self.try_to(lambda: actions.save_events(self.own(), model.id, events))
        assert (code in codes) if codes else (code is None), f"{code}, and the model says {codes}"
        if saved is not None:
            for event in events:
                model.take(event, self.now)
            stamps = [event.stamp for event in events]
            assert list(saved.acked) == [stamp for stamp in stamps if stamp in model.logged]
            assert list(saved.quarantined) == [stamp for stamp in stamps if stamp not in model.logged]
            is_behind = any(event.epoch < model.epoch for event in events)
            if model.is_open and not model.is_overdue(self.now):
                assert saved.superseded_by == (model.epoch if is_behind else None)
        return code

    @rule(position=st.integers(1, 12), right=st.booleans())
    def post_form(self, position: int, right: bool) -> None:
        """The page without script: it has no numbers of its own, and whoever posts is back from a break."""
        model = self.attempt
        event = self.act(lambda: self.event(1, 1, position, right))
        assert event is not None
        known = of_record([*model.logged.values(), *model.late.values()]).get(position)
        is_known = known is not None and known.payload == event.payload
        seq = 1 + max((seq for epoch, seq in [*model.logged, *model.late] if epoch == model.epoch), default=0)
        saved = self.act(lambda: actions.answer_by_form(self.own(), model.id, position, event.payload, locale="en"))
        assert (saved is None) is is_known
        if not is_known:
            model.come_back(self.now)
            model.take(Event(model.epoch, seq, position, "en", event.payload), self.now)
            model.unsent = [one for one in model.unsent if one.stamp != (model.epoch, seq)]

    @rule()
    def open_another_window(self) -> None:
        claimed = self.act(lambda: actions.claim(self.own(), self.attempt.id).writer_epoch)
        assert (claimed is not None) is self.attempt.is_open
        self.attempt.epoch = claimed or self.attempt.epoch

    @rule()
    def rest(self) -> None:
        model = self.attempt
        may = model.is_open and (model.rests(self.now) or (model.rest_began is None and self.now < model.deadline))
        taken = self.act(lambda: actions.take_break(self.own(), model.id).deadline_at)
        assert (taken is not None) is may
        if taken and model.rest_began is None:
            model.rest_began = self.now
            model.deadline += REST

    @rule()
    def come_back(self) -> None:
        back = self.act(lambda: actions.return_from_break(self.own(), self.attempt.id).deadline_at)
        assert (back is not None) is self.attempt.is_open
        if back is not None:
            self.attempt.come_back(self.now)

    @precondition(lambda self: self.model and self.model.is_open)
    @rule(minutes=st.sampled_from([1, 10]))
    def extend(self, minutes: int) -> None:
        """Staff add time to the attempt that is open."""

        model = self.attempt
        may = not model.is_overdue(self.now) and model.more + minutes <= MOST_EXTENSION_MINUTES
        given = self.act(lambda: looking_after.extend(model.id, minutes))
        assert (given is not None) is may
        if may:
            model.more += minutes
            model.deadline += timedelta(minutes=minutes)

    @rule(lacking=st.booleans())
    def submit(self, lacking: bool) -> None:
        """Hand in with the list of what was sent; while some of it has not arrived, nothing is closed."""
        model = self.attempt
        manifest = [*model.logged, *([(model.epoch, 99)] if lacking else [])]
        waits = model.is_open and lacking and not model.is_overdue(self.now)
        closed = self.act(lambda: actions.submit(self.own(), model.id, manifest).attempt.state)
        assert (closed is None) is waits
        if closed is not None and model.is_open:
            model.close(self.now)
        assert closed is None or closed == model.state

    @rule(seconds=st.sampled_from([1, 59, 61, 299, 301, 7 * 60, 31 * 60]))
    def wait(self, seconds: int) -> None:
        """Time passes; the sweeper comes by at least every 20 seconds."""
        self.now += timedelta(seconds=seconds)
        if self.now > self.attempt.deadline + GRACE + SWEPT:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        self.act(actions.sweep)
        if self.attempt.is_open and self.attempt.is_overdue(self.now):
            self.attempt.close(self.now)

    @rule()
    def restart(self) -> None:
        """Every process is another one from here on; what counts is in the database."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    @invariant()
    def the_rows_agree_with_the_model(self) -> None:
        def step() -> None:
            invariants.check_person(self.now, sitting.person().id)
            self.journal = invariants.check_journal(self.journal)
            for model in [*self.past, *([self.model] if self.model else [])]:
                self.compare(model)

        type(self).steps += 1
        self.act(step)

    def teardown(self) -> None:
        """In the end the audit trail is read from its beginning, in case something old was touched."""
        self.act(invariants.check_journal)

    def compare(self, model: Model) -> None:
        attempt = db.session.get_one(Attempt, model.id)
        assert (attempt.state, attempt.writer_epoch) == (model.state, model.epoch)
        assert attempt.deadline_at == model.deadline
        assert {event.stamp: event for event in queries.load_events(model.id)} == model.logged
        kept = queries.load_late_events(model.id)
        assert {event.stamp: event for event in kept} == model.late
        assert len(kept) == len(model.late)
        if attempt.state in ENDED:
            ended = (attempt.state, attempt.closed_at, attempt.close_cause, attempt.receipt_sha256, len(model.logged))
            model.closed_as = model.closed_as or ended
            assert ended == model.closed_as, "what is closed never changes"


def test_any_order_of_steps_keeps_the_invariants(
    sample: Flask, database: Database, sample_template: str, sizes: Sizes
) -> None:
    def renew() -> None:
        with sample.app_context():
            db.session.remove()
            db.engine.dispose()
        database.renew(sample_template)

    Sittings.app, Sittings.renew, Sittings.steps = sample, renew, 0
    examples, steps = sizes.of(25, 100), sizes.of(25, 60)
    while Sittings.steps < sizes.of(1, 10_000):
        run_state_machine_as_test(
            Sittings,
            # chance even where CI is set: the same examples again would add nothing
            settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=False),
        )
    print(f"{Sittings.steps} steps, each followed by the invariants")
