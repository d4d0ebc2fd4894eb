"""A real worker process that is killed in the middle of a report: another one makes it, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.foundation import clock, jobs, transaction
from lms.foundation.db import db
from lms.foundation.jobs import QUIET, Job, JobState, Worker
from lms.notifications.models import Notice
from lms.reports.models import ReportRun
from tests.conftest import MONDAY_AFTERNOON, ROOT, SECRET, SignIn, Visitor
from tests.reports.test_run import ask, code_of

PATIENCE = 60
SLOW = """
from datetime import datetime
from wsgi import app
from lms.reports import rendering
real, more = rendering.html, "<table>" + "<tr><td>a</td></tr>" * 20000 + "</table></body>"
rendering.html = lambda document: real(document).replace("</body>", more)
from lms.foundation import clock
from lms.foundation.jobs import Worker
with app.app_context(), clock.fixed(datetime.fromisoformat("{moment}")):
    Worker(poll_seconds=0.05).work()
"""
"""A worker on the clock of the tests, whose reports take long, so that it is met in the middle of one."""


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(code_of(sample, "qa@kijun.example"))


@pytest.fixture
def worker(sample: Flask) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, on the database of the test."""
    settings = sample.config["KIJUN"]
    own = {"KIJUN_DATA": str(settings.data_folder), "DATABASE_URL": settings.database_url, "SECRET_KEY": SECRET}
    code = SLOW.format(moment=MONDAY_AFTERNOON.isoformat())
    running = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ | own, start_new_session=True)
    yield running
    if running.poll() is None:
        running.kill()
    running.wait()


def now_laying_out(app: Flask, worker: subprocess.Popen[bytes]) -> Job:
    """The job, once its worker lays out pages."""
    ends_at = time.monotonic() + PATIENCE
    while time.monotonic() < ends_at:
        assert worker.poll() is None, "the worker ended by itself"
        with app.app_context(), transaction.unit(write=False):
            job = db.session.scalars(select(Job).where(Job.kind == "reports.build")).one()
            if job.phase == "pages" and job.parts_done > 1:
                db.session.expunge(job)
                return job
        worker.poll()
    raise AssertionError("the worker has not come as far")


def below(pid: int) -> set[int]:
    """All processes that descend from this one."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            child = int(path.parent.name)
            if int(words[1]) == waiting[0] and child not in found:
                found.add(child)
                waiting.append(child)
        waiting.pop(0)
    return found


def test_a_report_survives_the_death_of_its_worker(sample: Flask, qa: Visitor, worker: subprocess.Popen[bytes]) -> None:
    address = ask(qa)
    job = now_laying_out(sample, worker)
    children = below(worker.pid)
    assert children, "a child renders"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert job.lease_until is not None
    with sample.app_context():
        with clock.fixed(job.lease_until - timedelta(seconds=1)):
            Worker().work_off()
            assert tries_of(job) == 1, "its lease is not over"
        page = qa.get(f"{address}?lang=en").text
        assert "<progress" in page
        with clock.fixed(job.lease_until + timedelta(seconds=1)):
            Worker().work_off()
        with transaction.unit(write=False):
            run = db.session.scalars(select(ReportRun)).one()
            again = db.session.get_one(Job, job.id)
            assert (again.state, again.tries, run.stage) == (JobState.DONE, 2, "done")
            told = select(func.count()).select_from(Notice).where(Notice.kind == "report.ready")
            assert db.session.scalar(told) == 1
    assert qa.get(f"{address}/file").data.startswith(b"%PDF")
    ends_at = time.monotonic() + PATIENCE
    while alive := {pid for pid in children if is_alive(pid)}:
        assert time.monotonic() < ends_at, f"children outlive their worker: {alive}"


def tries_of(job: Job) -> int:
    with transaction.unit(write=False):
        db.session.expire_all()
        return db.session.get_one(Job, job.id).tries


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_is_made_already_is_not_made_again(sample: Flask, qa: Visitor) -> None:
    """Its worker died between the commit of the report and the note that the job is done."""
    address = ask(qa)
    with sample.app_context():
        Worker().work_off()
        with transaction.unit():
            job = db.session.scalars(select(Job).where(Job.kind == "reports.build")).one()
            job.state, job.lease_until = JobState.RUNNING, clock.now() + QUIET
            run = db.session.scalars(select(ReportRun)).one()
            before = run.finished_at
        with clock.fixed(clock.now() + 2 * QUIET):
            assert jobs.Worker().work_off() == 1
        with transaction.unit(write=False):
            assert db.session.scalars(select(ReportRun.finished_at)).one() == before
    assert qa.get(f"{address}/file").status_code == 200
