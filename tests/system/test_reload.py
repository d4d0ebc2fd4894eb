"""Loading the sample again: all is replaced in one step, everybody signs in again, real data is never touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person, WebSession
from lms.demo import jobs as demo_jobs
from lms.demo.settings import sample_password
from lms.foundation import clock, jobs, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Job, JobState, Worker
from lms.foundation.journal import AuditEvent
from lms.foundation.settings import sample_day
from lms.kit.problems import Refused
from lms.quizzes.models import AnswerEvent
from lms.sites.models import Site
from tests.cast import make_cast
from tests.conftest import MONDAY_AFTERNOON, SMALL, SignIn, Unit, Visitor
from tests.quizzes import invariants, sitting

LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)
"""No working day follows it, so loading breaks off on its way."""
NEXT_DAY = MONDAY_AFTERNOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def small(app: Flask) -> Iterator[None]:
    """The worker loads the small organisation of the tests, and no year of the large one."""
    usual = jobs._runners[demo_jobs.KIND]
    jobs._runners[demo_jobs.KIND] = partial(demo_jobs.reload_sample, content=SMALL)
    yield
    jobs._runners[demo_jobs.KIND] = usual


@pytest.fixture
def admin(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("admin@kijun.example").code
    return sign_in_as(code)


@pytest.fixture
def trace(sample: Flask, unit: Unit) -> None:
    """Somebody whom the sample does not know."""
    with unit():
        site = db.session.scalars(select(Site).limit(1)).one()
        accounts.create_person(
            accounts.NewPerson("trace@kijun.example", "Trace", "", site, "en", (Role.LEARNER,)), by=None
        )


def count(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.mark.usefixtures("trace")
def test_everything_is_replaced_and_everybody_signs_in_again(admin: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        people = count(Person)
    assert admin.post("/system/sample").status_code == 302
    assert admin.post("/system/sample").status_code == 302
    waiting = admin.get("/system/sample")
    assert waiting.headers["Refresh"] == "3"
    assert "It starts as soon as the worker is free." in waiting.text
    with clock.fixed(NEXT_DAY), sample.app_context():
        assert Worker().work_off() == 2
        with transaction.unit(write=False):
            assert (count(Person), count(WebSession)) == (people - 1, 0)
            assert count(AnswerEvent) > 500
            assert sample_day() == NEXT_DAY.date()
            found = db.session.scalars(select(Job).order_by(Job.id))
            done = [(job.kind, job.state) for job in found]
            assert done == [("sample.reload", JobState.DONE), ("journal.check", JobState.DONE)]
            invariants.check(clock.now())
            invariants.check_journal()
            [entry] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "sample.reload"))
            assert entry.actor.startswith("A")
        answer = admin.get("/system/sample", follow_redirects=True)
        assert "The sample organisation has just been loaded again." in answer.text


@pytest.mark.usefixtures("trace")
def test_the_sample_password_signs_in_afterwards(admin: Visitor, sample: Flask, client: Visitor) -> None:
    admin.post("/system/sample")
    with sample.app_context():
        Worker().work_off()
        password = sample_password()
    answer = client.post("/sign-in", data={"login": "qa@kijun.example", "password": password})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_the_logs_are_guarded_again_afterwards(admin: Visitor, sample: Flask) -> None:
    admin.post("/system/sample")
    with sample.app_context():
        Worker().work_off()
        for table in ("answer_events", "audit_events"):
            with pytest.raises(DBAPIError, match="append-only"), transaction.unit():
                db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of ours


@pytest.mark.usefixtures("trace")
def test_a_failure_leaves_everything_as_it_was(admin: Visitor, sample: Flask, unit: Unit) -> None:
    admin.post("/system/sample")

    with clock.fixed(LAST_DAY), sample.app_context():
        Worker().work_off()
    with unit():
        assert sitting.person("trace@kijun.example")
        assert count(WebSession) == 1
        [job] = db.session.scalars(select(Job))
        assert (job.state, job.tries) == (JobState.WAITING, 1)
        job_id = job.id
    admin.post(f"/system/jobs/{job_id}/give-up")
    page = admin.get("/system/sample").text
    assert "The sample could not be loaded." in page


class TestRealData:
    @pytest.fixture
    def real(self, unit: Unit, sign_in_as: SignIn) -> Visitor:
        with unit():
            cast = make_cast()
        return sign_in_as(cast.admin)

    def test_there_is_no_such_page(self, real: Visitor) -> None:
        assert real.get("/system/sample").status_code == 404
        assert real.post("/system/sample").status_code == 404
        assert "/system/sample" not in real.get("/system").text

    def test_the_job_itself_refuses(self, real: Visitor, app: Flask, unit: Unit) -> None:
        with app.app_context(), pytest.raises(Refused):
            demo_jobs.reload_sample("A0001")
        with unit():
            assert count(Person) == 9
