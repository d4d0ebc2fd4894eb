"""Jobs: one claims, a lost lease comes back, failures are tried again, periodic work keeps its interval."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from lms.foundation import clock, jobs, transaction
from lms.foundation.db import db
from lms.foundation.jobs import LEASE, MOST_TRIES, Job, JobState, Worker
from lms.kit.problems import Conflict


@pytest.fixture(autouse=True)
def ran(app: Flask) -> Iterator[list[str]]:
    """What the runners of these tests did; they are known only as long as the test runs."""
    done: list[str] = []

    def note(what: str) -> None:
        done.append(what)

    def refuse(what: str) -> None:
        raise Conflict("report.not_ready")

    def break_down(what: str) -> None:
        raise RuntimeError(what)

    runners = {"probe.note": note, "probe.refuse": refuse, "probe.break": break_down}
    jobs._runners.update(runners)
    with app.app_context():
        yield done
    for kind in runners:
        del jobs._runners[kind]


def ask(kind: str, what: str = "x") -> int:
    with transaction.unit():
        return jobs.enqueue(kind, what=what).id


def state_of(job_id: int) -> tuple[str, int]:
    with transaction.unit(write=False):
        db.session.expire_all()
        job = db.session.get_one(Job, job_id)
        return job.state, job.tries


def test_jobs_run_once_in_the_order_they_were_asked_for(ran: list[str]) -> None:
    ids = [ask("probe.note", what) for what in "abc"]
    assert Worker().work_off() == 3
    assert ran == ["a", "b", "c"]
    assert [state_of(job_id) for job_id in ids] == [(JobState.DONE, 1)] * 3
    assert Worker().work_off() == 0


def test_a_job_that_was_never_committed_does_not_exist(ran: list[str]) -> None:
    def fail_behind_the_asking() -> None:
        with transaction.unit():
            jobs.enqueue("probe.note", what="never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_behind_the_asking()
    assert Worker().work_off() == 0
    assert ran == []


def test_a_claimed_job_is_left_alone_until_its_lease_is_lost(ran: list[str]) -> None:
    job_id = ask("probe.note")
    dead, alive = Worker(), Worker()
    with transaction.unit():
        assert dead._claim(clock.now()) is not None
    assert alive.work_off() == 0
    with clock.fixed(clock.now() + LEASE + timedelta(seconds=1)):
        assert alive.work_off() == 1
    assert ran == ["x"]
    assert state_of(job_id) == (JobState.DONE, 2)


def test_a_worker_that_lost_its_lease_cannot_end_the_job(ran: list[str]) -> None:
    job_id = ask("probe.note")
    slow, quick = Worker(), Worker()
    with transaction.unit():
        slow._claim(clock.now())
    with clock.fixed(clock.now() + LEASE + timedelta(seconds=1)):
        with transaction.unit():
            quick._claim(clock.now())
        slow._end(job_id, JobState.FAILED, None)
    assert state_of(job_id)[0] == JobState.RUNNING


def test_an_expected_problem_fails_at_once_with_its_code() -> None:
    job_id = ask("probe.refuse")
    Worker().work_off()
    assert state_of(job_id) == (JobState.FAILED, 1)
    with transaction.unit(write=False):
        assert db.session.get_one(Job, job_id).problem == '{"code": "report.not_ready"}'


def test_an_unexpected_failure_is_tried_again_and_then_given_up() -> None:
    job_id = ask("probe.break")
    moment = clock.now()
    for tries in range(1, MOST_TRIES + 1):
        with clock.fixed(moment):
            Worker().work_off()
        assert state_of(job_id) == (JobState.WAITING if tries < MOST_TRIES else JobState.FAILED, tries)
        moment += timedelta(minutes=1)


def test_a_job_whose_workers_always_die_is_given_up() -> None:
    job_id = ask("probe.note")
    moment = clock.now()
    for _try in range(MOST_TRIES + 1):
        with transaction.unit():
            Worker()._claim(moment)
        moment += LEASE + timedelta(seconds=1)
    assert state_of(job_id)[0] == JobState.FAILED


def test_periodic_work_of_two_workers_keeps_one_interval() -> None:
    beats: list[str] = []
    jobs.every(timedelta(minutes=1), "probe.beat")(lambda: beats.append("x"))
    try:
        Worker().keep_timetable()
        Worker().keep_timetable()
        with clock.fixed(clock.now() + timedelta(seconds=61)):
            Worker().keep_timetable()
    finally:
        del jobs._periodic["probe.beat"]
    assert beats == ["x", "x"]


def test_periodic_work_does_not_wait_for_a_long_job(ran: list[str]) -> None:
    beaten, worker = threading.Event(), Worker(poll_seconds=0.01)

    def wait_for_the_beat() -> None:
        ran.append("beaten" if beaten.wait(30) else "alone")
        worker.stop()

    jobs._runners["probe.long"] = wait_for_the_beat
    with transaction.unit():
        jobs.enqueue("probe.long")
    jobs.every(timedelta(minutes=1), "probe.beat")(beaten.set)
    try:
        worker.work()
    finally:
        del jobs._periodic["probe.beat"], jobs._runners["probe.long"]
    assert ran == ["beaten"]


def test_a_worker_waits_for_a_database_that_is_away(ran: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """The first looks fail, as while a server is started again; it is said once, and once that it is over."""
    worker, refusals = Worker(poll_seconds=0.01), [OperationalError("BEGIN", {}, Exception("gone"))] * 3

    def stop() -> None:
        ran.append("back")
        worker.stop()

    def refuse(_connection: object) -> None:
        if refusals and threading.current_thread().name != "timetable":
            raise refusals.pop()

    jobs._runners["probe.stop"] = stop
    with transaction.unit():
        jobs.enqueue("probe.stop")
    event.listen(db.engine, "begin", refuse)
    try:
        worker.work()
    finally:
        event.remove(db.engine, "begin", refuse)
        del jobs._runners["probe.stop"]
    assert (ran, refusals) == (["back"], [])
    said = [record.getMessage() for record in caplog.records if "database" in record.getMessage()]
    assert said == ["the database does not answer; the worker waits for it", "the database answers again"]


def test_overdue_attempts_are_among_the_periodic_work() -> None:
    assert any(
        periodic.interval <= timedelta(seconds=30) for kind, periodic in jobs._periodic.items() if "sweep" in kind
    )


def test_periodic_work_waits_for_a_job_that_runs_alone(app: Flask) -> None:
    """Such a job may turn the clock of the process back; nothing else may see that."""
    seen, worker = [], Worker()

    def look_at_the_timetable() -> None:
        timetable = threading.Thread(target=lambda: seen.append(worker._timetable.acquire(blocking=False)))
        timetable.start()
        timetable.join()

    jobs.runs("probe.alone", alone=True)(look_at_the_timetable)
    with transaction.unit():
        jobs.enqueue("probe.alone")
    assert worker.work_off() == 1
    del jobs._runners["probe.alone"]
    jobs._alone.discard("probe.alone")
    assert seen == [False]
    assert worker._timetable.acquire(blocking=False)
