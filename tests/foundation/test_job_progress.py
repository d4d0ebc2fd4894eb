"""How far a job has come, and how it is stopped: waiting, running, and when its worker is dead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from lms.foundation import clock, jobs, transaction
from lms.foundation.db import db
from lms.foundation.jobs import CANCELLED, LEASE, QUIET, Job, JobState, Worker
from lms.kit.problems import Conflict

Runs = Callable[[Callable[[], None]], int]


@pytest.fixture
def runs(app: Flask) -> Iterator[Runs]:
    """``runs(work)`` asks for a job that does this; its id."""

    def ask(work: Callable[[], None]) -> int:
        jobs._runners["probe.work"] = work
        with transaction.unit():
            return jobs.enqueue("probe.work").id

    with app.app_context():
        yield ask
    jobs._runners.pop("probe.work", None)


def load(job_id: int) -> Job:
    with transaction.unit(write=False):
        db.session.expire_all()
        job = db.session.get_one(Job, job_id)
        db.session.expunge(job)
        return job


def cancel(job_id: int) -> None:
    with transaction.unit():
        jobs.cancel(db.session.get_one(Job, job_id))


def test_others_see_how_far_a_job_has_come_while_it_reads(runs: Runs) -> None:
    seen = []

    def work() -> None:
        with transaction.unit(write=False):
            db.session.scalar(select(Job.id))  # the transaction in hand has begun
            jobs.progress("reading", 3, 10)
        job = load(job_id)
        seen.append((job.state, job.phase, job.parts_done, job.parts_total))

    job_id = runs(work)
    Worker().work_off()
    assert seen == [(JobState.RUNNING, "reading", 3, 10)]
    assert load(job_id).state == JobState.DONE


def test_it_is_written_a_few_times_a_second_at_most(runs: Runs) -> None:
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE jobs") and "parts_total" in statement and "RETURNING" in statement:
            written.append(statement)

    def work() -> None:
        for part in range(200):
            jobs.progress("pages", part, 200)
        jobs.progress("saving")  # another phase is written at once

    runs(work)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        Worker().work_off()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert 2 <= len(written) <= 20


def test_outside_of_a_job_nobody_is_told(runs: Runs) -> None:
    job_id = runs(lambda: None)
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        jobs.progress("pages", 1, 2)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert sent == []
    job = load(job_id)
    assert (job.state, job.phase, job.parts_done, job.parts_total) == (JobState.WAITING, None, 0, 0)


def test_each_word_renews_the_lease_and_a_silent_worker_loses_it_sooner(runs: Runs) -> None:
    leases = []

    def work() -> None:
        leases.append(load(job_id).lease_until)
        with clock.fixed(clock.now() + timedelta(seconds=100)):
            jobs.progress("pages")
        leases.append(load(job_id).lease_until)

    begun = clock.now()
    job_id = runs(work)
    Worker().work_off()
    assert leases == [begun + LEASE, begun + timedelta(seconds=100) + QUIET]


def test_a_job_that_waits_is_cancelled_at_once(runs: Runs) -> None:
    ran: list[str] = []
    job_id = runs(lambda: ran.append("x"))
    cancel(job_id)
    assert load(job_id).is_cancelled
    assert Worker().work_off() == 0
    assert ran == []


def test_a_job_that_runs_stops_at_its_next_word(runs: Runs) -> None:
    ran: list[str] = []

    def work() -> None:
        jobs.progress("reading")
        cancel(job_id)
        ran.append("before")
        jobs.progress("pages")
        ran.append("after")

    job_id = runs(work)
    Worker().work_off()
    assert ran == ["before"]
    job = load(job_id)
    assert (job.state, job.problem, job.is_cancelled) == (JobState.FAILED, CANCELLED, True)


def test_one_whose_worker_died_is_not_begun_again_once_it_is_cancelled(runs: Runs) -> None:
    ran: list[str] = []
    job_id = runs(lambda: ran.append("x"))
    with transaction.unit():
        assert Worker()._claim(clock.now()) is not None
    cancel(job_id)
    assert not load(job_id).is_cancelled
    with clock.fixed(clock.now() + LEASE + timedelta(seconds=1)):
        Worker().work_off()
    assert load(job_id).is_cancelled
    assert ran == []


def test_what_has_ended_cannot_be_cancelled(runs: Runs) -> None:
    job_id = runs(lambda: None)
    Worker().work_off()
    with pytest.raises(Conflict):
        cancel(job_id)


def test_a_cancelled_job_that_is_tried_again_runs(runs: Runs) -> None:
    ran: list[str] = []
    job_id = runs(lambda: (jobs.progress("reading"), ran.append("x"))[-1])
    cancel(job_id)
    with transaction.unit():
        jobs.retry(db.session.get_one(Job, job_id))
    Worker().work_off()
    assert (ran, load(job_id).state) == (["x"], JobState.DONE)


def test_a_worker_whose_job_another_has_taken_over_stops(runs: Runs) -> None:
    """It was away for longer than its lease; what the other does stands."""
    ran: list[str] = []

    def work() -> None:
        if ran:
            ran.append("second")
            return
        ran.append("first")
        with clock.fixed(clock.now() + LEASE + timedelta(seconds=1)):
            Worker().run_next()
        jobs.progress("pages")
        ran.append("never")

    job_id = runs(work)
    Worker().run_next()
    assert ran == ["first", "second"]
    assert (load(job_id).state, load(job_id).tries) == (JobState.DONE, 2)
