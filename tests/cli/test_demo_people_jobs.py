"""``flask demo load``, ``people create-admin`` and ``jobs work``: what makes an installation and keeps it going."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.foundation import clock, jobs, settings, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Job, JobState
from tests.cli.conftest import Run
from tests.conftest import MONDAY_AFTERNOON, Visitor


def count_people(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Person.id))) or 0


@pytest.fixture
def handlers() -> Iterator[None]:
    """The signal handlers of the test run, put back when a worker has set its own."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def ran(app: Flask) -> Iterator[list[str]]:
    """What the jobs of these tests did: one notes a word, one asks the worker to stop, one breaks."""
    done: list[str] = []

    def note(what: str) -> None:
        done.append(what)

    def stop() -> None:
        done.append("stop")
        signal.raise_signal(signal.SIGTERM)

    def break_down() -> None:
        raise RuntimeError("broken on purpose")

    runners: dict[str, Callable[..., None]] = {"probe.note": note, "probe.stop": stop, "probe.break": break_down}
    jobs._runners.update(runners)
    yield done
    for kind in runners:
        del jobs._runners[kind]


def ask(app: Flask, kind: str, **arguments: str) -> None:
    with app.app_context(), transaction.unit():
        jobs.enqueue(kind, **arguments)


def test_the_sample_is_never_loaded_into_a_database_in_use(run: Run, sample: Flask) -> None:
    before = count_people(sample)
    answer = run("demo", "load", "--today", "2026-11-17")
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1
    assert count_people(sample) == before
    with sample.app_context():
        assert str(settings.sample_day()) == "2026-11-16"


def test_one_administrator_is_enough_to_be_in_use(run: Run, app: Flask) -> None:
    assert run("people", "create-admin", "boss@site.example").code == 0
    assert run("demo", "load").code == 1
    assert count_people(app) == 1


@pytest.mark.parametrize("option", [["--today", "yesterday"], ["--today", "2026-02-30"], ["--frobnicate"]])
def test_demo_load_with_wrong_usage_is_exit_code_2(run: Run, app: Flask, option: list[str]) -> None:
    answer = run("demo", "load", *option)
    assert (answer.code, answer.out) == (2, "")
    assert count_people(app) == 0


@pytest.mark.usefixtures("sample")
def test_the_sign_ins_are_listed_with_their_password_in_either_language(run: Run) -> None:
    english, japanese = run("demo", "sign-ins"), run("demo", "sign-ins", lang="ja_JP.UTF-8")
    for answer in (english, japanese):
        assert answer.code == 0
        for login in ("joiner", "moderator", "trainer", "qa", "editor", "localizer", "vendor", "admin"):
            assert f"{login}@kijun.example" in answer.out
    assert (english.speaks_japanese, japanese.speaks_japanese) == (False, True)
    password = english.out.split()[-1]
    assert japanese.out.split()[-1].endswith(password)


@pytest.mark.usefixtures("sample")
def test_the_listed_password_opens_the_listed_account(run: Run, client: Visitor) -> None:
    password = run("demo", "sign-ins").out.split()[-1]
    answer = client.post("/sign-in", data={"login": "qa@kijun.example", "password": password})
    assert (answer.status_code, answer.location) == (302, "/")


def test_without_the_sample_the_list_says_how_the_first_administrator_is_made(run: Run) -> None:
    answer = run("demo", "sign-ins")
    assert answer.code == 0
    assert "people create-admin" in answer.out


def test_the_first_administrator_gets_a_link_that_sets_the_password(run: Run, client: Visitor, app: Flask) -> None:
    answer = run("people", "create-admin", "Boss@Site.example")
    assert (answer.code, answer.err) == (0, "")
    address = re.search(r"http://127\.0\.0\.1:8000(/link/\S+)", answer.out)
    assert address is not None
    page = client.get(address[1])
    assert page.status_code == 200
    assert "boss@site.example" in page.text
    assert client.post(address[1], data={"password": "a good long sentence"}).status_code == 302
    assert client.get("/people").status_code == 200


def test_the_link_of_the_first_administrator_has_the_address_of_the_installation(
    run: Run, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "KIJUN", replace(app.config["KIJUN"], public_url="https://kijun.example"))
    assert "\nhttps://kijun.example/link/" in run("people", "create-admin", "boss@site.example").out


def test_the_link_of_the_first_administrator_ends_after_an_hour(run: Run, client: Visitor) -> None:
    address = re.search(r"/link/\S+", run("people", "create-admin", "boss@site.example").out)
    assert address is not None
    with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=1, seconds=1)):
        assert client.get(address[0]).status_code == 400


def test_as_long_as_there_is_no_password_the_same_address_gets_another_link(run: Run, app: Flask) -> None:
    """Else an hour's delay would lock the only administrator out for good."""
    first, second = (run("people", "create-admin", "boss@site.example", lang=lang) for lang in ("ja_JP.UTF-8", "en"))
    assert (first.code, second.code) == (0, 0)
    assert "has no password yet" in second.out
    assert first.out.split("/link/")[1] != second.out.split("/link/")[1]
    with app.app_context():
        assert db.session.scalars(select(Person.locale)).all() == ["ja"]


def test_an_address_that_is_taken_is_one_sentence(run: Run, app: Flask) -> None:
    assert run("people", "create-admin", "boss@site.example").code == 0
    with app.app_context(), transaction.unit():
        db.session.scalars(select(Person)).one().password_hash = "set"
    answer = run("people", "create-admin", "ＢＯＳＳ@site.example")
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1
    assert run("people", "create-admin", "boss@site.example", lang="ja").speaks_japanese
    assert count_people(app) == 1


@pytest.mark.parametrize("mail", ["boss", "", " ", "boss@", "@site.example", "a b@site.example", "b@" + "x" * 300])
def test_what_is_no_address_is_refused(run: Run, app: Flask, mail: str) -> None:
    answer = run("people", "create-admin", mail)
    assert answer.code in (1, 2)
    assert answer.out == ""
    assert answer.err
    assert count_people(app) == 0


def test_create_admin_without_an_address_is_wrong_usage(run: Run) -> None:
    assert run("people", "create-admin").code == 2


@pytest.mark.usefixtures("handlers")
def test_a_worker_runs_what_waits_and_stops_after_the_job_in_hand(run: Run, app: Flask, ran: list[str]) -> None:
    ask(app, "probe.note", what="first")
    ask(app, "probe.stop")
    ask(app, "probe.note", what="left for the next worker")
    answer = run("jobs", "work")
    assert (answer.code, answer.out, bool(answer.err)) == (0, "", True)
    assert ran == ["first", "stop"]
    with app.app_context():
        own = select(Job.state).where(Job.kind.startswith("probe."))
        states = db.session.scalars(own.order_by(Job.id)).all()
    assert states == [JobState.DONE, JobState.DONE, JobState.WAITING]


@pytest.mark.usefixtures("handlers")
def test_a_job_that_breaks_does_not_take_the_worker_along(run: Run, app: Flask, ran: list[str]) -> None:
    ask(app, "probe.break")
    ask(app, "probe.stop")
    assert run("jobs", "work").code == 0
    assert ran == ["stop"]


@pytest.mark.usefixtures("handlers")
def test_a_worker_keeps_the_timetable_of_periodic_work(run: Run, app: Flask, ran: list[str]) -> None:
    ask(app, "probe.stop")
    assert run("jobs", "work", lang="ja_JP.UTF-8").speaks_japanese
    with app.app_context():
        beats = set(db.session.scalars(select(jobs.JobBeat.kind)))
    assert beats == set(jobs._periodic) != set()
