"""The administrator's pages: what the installation is, and what its jobs do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from lms.foundation import clock, jobs
from lms.foundation.db import db
from lms.foundation.jobs import Job, JobState, Worker
from lms.foundation.journal import AuditEvent
from lms.system import phrases
from tests.cast import Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor


@pytest.fixture
def failed(unit: Unit) -> int:
    """A job that broke off three times; its arguments hold what nobody may read here."""
    with unit():
        job = jobs.enqueue("reports.build", token="a secret token")
        job.state, job.tries, job.ended_at = JobState.FAILED, 3, clock.now()
        job.problem = json.dumps({"code": "job.failed", "error": "ValueError"})
        return job.id


def state(unit: Unit, job_id: int) -> tuple[str, int]:
    with unit():
        job = db.session.get_one(Job, job_id)
        return job.state, job.tries


def test_the_installation_tells_its_database_and_no_secret(admin: Visitor, app: Flask) -> None:
    page = admin.get("/system").text
    settings = app.config["KIJUN"]
    assert ("SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL") in page
    assert "What is saved survives a power cut" in page or "What is saved may be lost" in page
    assert settings.secret_key not in page
    assert settings.database_url not in page
    assert "Not a sample: these people and results are real" in page


def test_the_copies_before_migrations_are_listed_newest_first(admin: Visitor, app: Flask) -> None:
    url = make_url(app.config["KIJUN"].database_url)
    if url.drivername != "sqlite":
        assert "pg_dump" in admin.get("/system").text
        return
    path = Path(str(url.database))
    copies = [path.with_name(f"{path.name}.before.{number}") for number in (2, 10)]
    for copy in copies:
        copy.write_bytes(b"x")
    page = admin.get("/system").text
    for copy in copies:
        copy.unlink()
    assert page.index(f"{path.name}.before.10") < page.index(f"{path.name}.before.2")


def test_a_failed_job_says_why_and_no_secret(admin: Visitor, failed: int) -> None:
    page = admin.get("/system/jobs").text
    assert f"#{failed}" in page
    assert "It stopped (ValueError)" in page
    assert "secret" not in page
    assert "1 failed" in admin.get("/system").text


def test_it_is_tried_again(admin: Visitor, failed: int, unit: Unit, cast: Cast) -> None:
    assert admin.post(f"/system/jobs/{failed}/retry").status_code == 302
    assert state(unit, failed) == (JobState.WAITING, 0)
    with unit():
        [entry] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "job.retry"))
        assert (entry.actor, entry.object) == (cast.admin, f"reports.build #{failed}")


def test_it_is_given_up_and_counts_no_more(admin: Visitor, failed: int, unit: Unit, cast: Cast) -> None:
    assert admin.post(f"/system/jobs/{failed}/give-up").status_code == 302
    assert state(unit, failed) == (JobState.FAILED, 3)
    assert f"Given up by {cast.admin}." in admin.get("/system/jobs").text
    assert "None failed" in admin.get("/system").text


def test_a_job_that_waits_can_be_given_up_and_is_not_run(admin: Visitor, unit: Unit, app: Flask) -> None:
    with unit():
        job_id = jobs.enqueue("journal.check").id
    assert admin.post(f"/system/jobs/{job_id}/give-up").status_code == 302
    with app.app_context():
        assert Worker().work_off() == 0


@pytest.mark.parametrize(("now", "verb"), [("running", "give-up"), ("done", "give-up"), ("waiting", "retry")])
def test_what_has_moved_on_is_left_alone(admin: Visitor, failed: int, unit: Unit, now: str, verb: str) -> None:
    with unit():
        db.session.get_one(Job, failed).state = now
    assert admin.post(f"/system/jobs/{failed}/{verb}").status_code == 409
    assert state(unit, failed) == (now, 3)


def test_a_job_that_waits_for_long_tells_that_nobody_works(admin: Visitor, unit: Unit) -> None:
    with unit():
        jobs.enqueue("journal.check")
    assert "Waiting jobs are not being run." not in admin.get("/system/jobs").text
    with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=5)):
        assert "Waiting jobs are not being run." in admin.get("/system/jobs").text


def test_periodic_work_tells_when_it_last_ran(admin: Visitor, app: Flask) -> None:
    before = admin.get("/system/jobs").text
    assert "every 20 seconds" in before
    assert "not yet" in before
    with app.app_context():
        Worker().keep_timetable()
    after = admin.get("/system/jobs").text
    assert "last 16 Nov 2026 13:24" in after
    assert "not yet" not in after


def test_only_the_administrator_looks_here(sign_in_as: SignIn, cast: Cast) -> None:
    for path in ("/system", "/system/jobs", "/system/sample"):
        assert sign_in_as(cast.vendor_manager).get(path).status_code == 403


def test_every_job_has_its_words(app: Flask) -> None:
    """By its kind: the code of a kind is shown to nobody who can have a sentence."""
    assert jobs.kinds() - set(phrases.KINDS) == set()
