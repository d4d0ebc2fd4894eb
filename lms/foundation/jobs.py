"""Background jobs: the job row with its lease is the truth.

A worker claims a row by writing its lease; a worker that dies loses the lease with time and the row is claimed again,
so recovery needs nobody. Features register what they can run; periodic work is registered with its interval.
A runner that takes long says how far it has come by ``progress``; there it also hears that it is to stop.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import Flask, current_app
from sqlalchemy import ColumnElement, Index, String, Text, and_, func, inspect, or_, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation import clock, transaction
from lms.foundation.columns import Document, Instant, Key, Word, one_of
from lms.foundation.db import Base, db
from lms.kit.problems import Conflict, Problem

LEASE = timedelta(seconds=150)
"""Longer than the longest job may take (a report: 120 s of CPU)."""
QUIET = timedelta(seconds=45)
"""After so long without a word a worker that has said how far it has come counts as dead."""
WRITE_EVERY = 0.3
"""So many seconds lie between two writings of progress, unless another phase begins."""
MOST_TRIES = 3
CANCELLED = json.dumps({"code": "job.cancelled"})

log = logging.getLogger("kijun.jobs")


class JobState(StrEnum):
    """What has become of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Stopped(Exception):
    """The job in hand is not to go on: somebody has cancelled it, or another worker has taken it over."""


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (one_of("state", JobState), Index(None, "state", "due_at"))

    id: Mapped[Key]
    kind: Mapped[Word]
    arguments: Mapped[Document]
    state: Mapped[Word] = mapped_column(default=JobState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    created_at: Mapped[Instant]
    lease_until: Mapped[Instant | None]
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    ended_at: Mapped[Instant | None]
    problem: Mapped[str | None] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(String(40))
    """What its worker is about, as a code of its feature; with it, how many parts of how many are done."""
    parts_done: Mapped[int] = mapped_column(default=0, server_default="0")
    parts_total: Mapped[int] = mapped_column(default=0, server_default="0")
    cancel_asked_at: Mapped[Instant | None]

    @property
    def is_unfinished(self) -> bool:
        return self.state in {JobState.WAITING, JobState.RUNNING}

    @property
    def is_cancelled(self) -> bool:
        return self.state == JobState.FAILED and self.problem == CANCELLED


class JobBeat(Base):
    """When each periodic job last ran, so that several workers together keep one interval."""

    __tablename__ = "job_beats"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_at: Mapped[Instant]


@dataclass(frozen=True)
class Periodic:
    """Work that comes again: ``run`` is called in a unit of its own, every ``interval``."""

    kind: str
    interval: timedelta
    run: Callable[[], None]


_runners: dict[str, Callable[..., None]] = {}
_alone: set[str] = set()
"""The kinds of jobs beside which no periodic work runs: they hold the database, or the clock, for long."""
_periodic: dict[str, Periodic] = {}


def kinds() -> frozenset[str]:
    """What jobs and periodic work there are."""
    return frozenset(_runners) | frozenset(_periodic)


def runs(kind: str, *, alone: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the runner of jobs of ``kind``; it gets the job's arguments and no transaction."""

    def register(runner: Callable[..., None]) -> Callable[..., None]:
        _runners[kind] = runner
        if alone:
            _alone.add(kind)
        return runner

    return register


def every(interval: timedelta, kind: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register periodic work; it is called inside a writing unit of its own."""

    def register(run: Callable[[], None]) -> Callable[[], None]:
        _periodic[kind] = Periodic(kind, interval, run)
        return run

    return register


def periodic_work() -> list[Periodic]:
    """All work that comes again, by its kind."""
    return [_periodic[kind] for kind in sorted(_periodic)]


def enqueue(kind: str, **arguments: Any) -> Job:
    """Write a job row into the running transaction; a worker sees it after the commit."""
    now = clock.now()
    job = Job(kind=kind, arguments=arguments, due_at=now, created_at=now, state=JobState.WAITING, tries=0)
    db.session.add(job)
    db.session.flush()
    return job


def retry(job: Job) -> None:
    """Let a job that has failed be tried again, as often as a new one. Raises ``Conflict`` when it no longer failed."""
    values = {"state": JobState.WAITING, "tries": 0, "due_at": clock.now(), "ended_at": None, "cancel_asked_at": None}
    _move(job, JobState.FAILED, values)


def give_up(job: Job, *, by: str) -> None:
    """Let a job that waits or has failed rest. Raises ``Conflict`` when a worker has it, or it is done."""
    waits = job.state == JobState.WAITING
    problem = json.dumps({"code": "job.given_up", "by": by})
    _move(
        job,
        JobState.WAITING if waits else JobState.FAILED,
        {"state": JobState.FAILED, "ended_at": clock.now(), "problem": problem},
    )


def cancel(job: Job) -> None:
    """Let a job that waits rest for good, ask the worker of one that runs to stop; ``Conflict`` when it has ended."""
    now = clock.now()
    try:
        _move(job, JobState.WAITING, {"state": JobState.FAILED, "ended_at": now, "problem": CANCELLED})
    except Conflict:  # a worker has it
        _move(job, JobState.RUNNING, {"cancel_asked_at": func.coalesce(Job.cancel_asked_at, now)})


@dataclass
class _InHand:
    """The job that a worker runs, and what has been written of its progress."""

    job_id: int
    owner: str
    phase: str = ""
    written: float = 0.0


_in_hand: ContextVar[_InHand | None] = ContextVar("job in hand", default=None)


def progress(phase: str, done: int = 0, total: int = 0) -> None:
    """Say how far the job in hand has come; nothing happens outside of a job.

    It is written a few times a second at most, beside the transaction in hand, which must not be a writing one. The
    lease begins anew. Raises ``Stopped`` when the job was cancelled, or when another worker has it by now.
    """
    hand, moment = _in_hand.get(), time.monotonic()
    if hand is None or (phase == hand.phase and moment - hand.written < WRITE_EVERY):
        return
    hand.phase, hand.written = phase, moment
    values = {"phase": phase, "parts_done": done, "parts_total": total, "lease_until": clock.now() + QUIET}
    mine = update(Job).where(Job.id == hand.job_id, Job.lease_owner == hand.owner, Job.state == JobState.RUNNING)
    try:
        with transaction.aside() as connection:
            asked = connection.execute(mine.values(values).returning(Job.cancel_asked_at)).one_or_none()
    except OperationalError:  # somebody writes for long: the work goes on, and the next word is heard
        log.warning("progress of job %s is not written", hand.job_id)
        return
    if asked is None or asked[0] is not None:
        raise Stopped


def _move(job: Job, state: JobState, values: dict[str, Any]) -> None:
    """A statement with its condition, since a worker may take the job at the same moment."""
    moved = db.session.execute(update(Job).where(Job.id == job.id, Job.state == state).values(values))
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("job.moved_on")
    db.session.expire(job)


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Job.state == JobState.WAITING, Job.due_at <= now),
        and_(Job.state == JobState.RUNNING, Job.lease_until < now),
    )


def is_without_tables() -> bool:
    """Whether the database answers and holds no table of jobs yet; one that is away may hold it."""
    try:
        return not inspect(db.engine).has_table(Job.__tablename__)
    except OperationalError:
        return False


class Worker:
    """One worker: claims due jobs and runs them; beside it, in a thread of its own, the timetable of periodic work.

    A job may take minutes, and an overdue attempt must not wait for it. A database that is away is waited for.
    """

    def __init__(self, *, poll_seconds: float = 1.0) -> None:
        self.name = secrets.token_hex(8)
        self.poll_seconds = poll_seconds
        self.stopping = threading.Event()
        self._next_look: dict[str, datetime] = {}
        self._is_waiting = False
        self._timetable = threading.Lock()
        """Held while periodic work runs, and while a job runs that is to run alone."""

    def stop(self) -> None:
        """Ask the worker to end after the job in hand."""
        self.stopping.set()

    def work(self) -> None:
        """Work until ``stop`` is called."""
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        timetable = threading.Thread(target=self._keep_time, args=(app,), name="timetable")
        timetable.start()
        try:
            while not self.stopping.is_set():
                if not self._run_next_if_possible():
                    self.stopping.wait(self.poll_seconds)
        finally:
            self.stopping.set()
            timetable.join()

    def work_off(self) -> int:
        """Run all due jobs and return how many there were."""
        count = 0
        while not self.stopping.is_set() and self.run_next():
            count += 1
        return count

    def keep_timetable(self) -> None:
        """Run what is due of the periodic work; asks the database for each no oftener than its interval."""
        for periodic in _periodic.values():
            with self._timetable:
                self._keep(periodic)

    def _keep(self, periodic: Periodic) -> None:
        now = clock.now()
        if now < self._next_look.get(periodic.kind, now):
            return
        self._next_look[periodic.kind] = now + periodic.interval
        try:
            with transaction.unit():
                if self._beat(periodic, now):
                    periodic.run()
        except Exception:
            log.exception("periodic work failed: %s", periodic.kind)

    def _keep_time(self, app: Flask) -> None:
        with app.app_context():
            while not self.stopping.is_set():
                self.keep_timetable()
                self.stopping.wait(self.poll_seconds)

    def _run_next_if_possible(self) -> bool:
        try:
            has_run = self.run_next()
        except DBAPIError:
            if not self._is_waiting:  # said once, and not at every look
                log.exception("the database does not answer; the worker waits for it")
            self._is_waiting = True
            return False
        if self._is_waiting:
            log.warning("the database answers again")
            self._is_waiting = False
        return has_run

    def run_next(self) -> bool:
        """Claim one due job and run it; False when there was none."""
        with transaction.unit(write=False):  # an idle worker takes no write lock
            if db.session.scalar(select(Job.id).where(_due(clock.now())).limit(1)) is None:
                return False
        with transaction.unit():
            job = self._claim(clock.now())
            if job is None:
                return False
            job_id, kind, arguments = job.id, job.kind, dict(job.arguments)
        token = _in_hand.set(_InHand(job_id, self.name))
        try:
            with self._timetable if kind in _alone else nullcontext():
                _runners[kind](**arguments)
        except Stopped:
            self._end(job_id, JobState.FAILED, CANCELLED)
        except Problem as problem:
            self._end(job_id, JobState.FAILED, json.dumps({"code": problem.code}))
        except Exception as error:
            log.exception("job %s (%s) failed", job_id, kind)
            self._give_back(job_id, type(error).__name__)
        else:
            self._end(job_id, JobState.DONE, None)
        finally:
            _in_hand.reset(token)
        return True

    def _claim(self, now: datetime) -> Job | None:
        query = select(Job).where(_due(now)).order_by(Job.due_at, Job.id).limit(1).with_for_update(skip_locked=True)
        job = db.session.scalar(query)
        if job is None:
            return None
        if job.cancel_asked_at is not None:  # its worker died before it heard of that
            job.state, job.ended_at, job.problem = JobState.FAILED, now, CANCELLED
            return None
        if job.tries >= MOST_TRIES:
            job.state, job.ended_at, job.problem = JobState.FAILED, now, json.dumps({"code": "job.gave_up"})
            return None
        job.state, job.tries = JobState.RUNNING, job.tries + 1
        job.lease_until, job.lease_owner = now + LEASE, self.name
        job.phase, job.parts_done, job.parts_total = None, 0, 0
        return job

    def _end(self, job_id: int, state: JobState, problem: str | None) -> None:
        with transaction.unit():
            db.session.execute(
                update(Job)
                .where(Job.id == job_id, Job.lease_owner == self.name, Job.state == JobState.RUNNING)
                .values(state=state, ended_at=clock.now(), lease_until=None, problem=problem)
            )

    def _give_back(self, job_id: int, problem: str) -> None:
        """Let the job be tried again later, or give it up after the last try."""
        with transaction.unit():
            job = db.session.get(Job, job_id)
            if job is None or job.lease_owner != self.name or job.state != JobState.RUNNING:
                return
            now = clock.now()
            job.lease_until, job.problem = None, json.dumps({"code": "job.failed", "error": problem})
            if job.tries >= MOST_TRIES:
                job.state, job.ended_at = JobState.FAILED, now
            else:
                job.state, job.due_at = JobState.WAITING, now + timedelta(seconds=5 * job.tries)

    def _beat(self, periodic: Periodic, now: datetime) -> bool:
        """Whether this worker is the one to run it now."""
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:kind))"), {"kind": periodic.kind})
        beat = db.session.get(JobBeat, periodic.kind)
        if beat is None:
            db.session.add(JobBeat(kind=periodic.kind, last_at=now))
            return True
        if now - beat.last_at < periodic.interval:
            return False
        beat.last_at = now
        return True
