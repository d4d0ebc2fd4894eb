"""Reports that come again: planned on pages, made by the job, mailed through a real server, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from config import MailServer
from lms.accounts.models import Person, RoleGrant
from lms.foundation import clock, journal, outbox, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Job, JobState, Worker
from lms.foundation.settings import InstallationFact
from lms.notifications.models import Notice
from lms.reports.actions import delivering, scheduling
from lms.reports.models import Delivery, ReportRun, ReportSchedule, Sending
from tests.conftest import MONDAY_AFTERNOON, SignIn, Visitor
from tests.foundation.mail_server import Door, MailBox
from tests.ports import free_port
from tests.reports.test_run import ask, code_of

FIRST_DUE = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
"""09:30 in Tokyo on the first working day of December."""


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(code_of(sample, "qa@kijun.example"))


@pytest.fixture
def other(sample: Flask) -> str:
    """The code of a second analyst, who reads Japanese."""
    with sample.app_context(), transaction.unit():
        person = db.session.scalars(select(Person).where(Person.login == "editor@kijun.example")).one()
        db.session.add(RoleGrant(person_id=person.id, role="qa", granted_at=clock.now()))
        return str(person.code)


@pytest.fixture
def box(sample: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailBox]:
    """A mail server that runs, and that the application uses; this is no sample any more."""
    port = free_port()
    server = MailServer(host="127.0.0.1", port=port, is_tls=False)
    settings = replace(sample.config["KIJUN"], mail_server=server, mail_from="Kijun <no-reply@kijun.example>")
    monkeypatch.setitem(sample.config, "KIJUN", settings)
    with sample.app_context(), transaction.unit():
        db.session.execute(delete(InstallationFact))
    door = Door(MailBox(), port)
    door.close = door.stop  # type: ignore[attr-defined]
    door.start()
    with closing(door):  # type: ignore[type-var]
        yield door.handler


def plan(visitor: Visitor, code: str, **more: str) -> str:
    """Make a report, and have it come on the first working day of each month; the address of the schedule."""
    pattern = ask(visitor).rpartition("/")[2]
    fields = {"report": pattern, "every": "month", "workday": "1", "weekday": "1", "at": "09:30"}
    fields |= {"zone_name": "Asia/Tokyo", "site": "tokyo", f"to_{code}": "en", **more}
    answer = visitor.post("/reports/schedules/new", data=fields)
    assert answer.status_code == 302, re.findall(r'class="err".*?</p>', answer.text)
    return str(answer.location)


def tick(app: Flask, moment: datetime) -> None:
    """What the worker does at a moment: open what is due, make it, mail it."""
    with clock.fixed(moment), app.app_context():
        with transaction.unit():
            scheduling.open_due()
            scheduling.end_failed()
        Worker().work_off()
        with transaction.unit():
            outbox.look()
        Worker().work_off()


def count(app: Flask, model: type) -> int:
    with app.app_context(), transaction.unit(write=False):
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def told(app: Flask, kind: str) -> list[dict[str, str]]:
    with app.app_context(), transaction.unit(write=False):
        return list(db.session.scalars(select(Notice.facts).where(Notice.kind == kind)))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_schedule_says_its_next_three_turns(sample: Flask, qa: Visitor, language: str) -> None:
    address = plan(qa, code_of(sample, "qa@kijun.example"))
    page = qa.get(f"{address}?lang={language}").text
    times = re.findall(r'<time datetime="([^"]+)"', page)
    assert times == ["2026-12-01T00:30:00+00:00", "2027-01-04T00:30:00+00:00", "2027-02-01T00:30:00+00:00"]
    assert {"en": "Nobody appears in it", "ja": "人物は載らない"}[language] in page
    assert address in qa.get(f"/reports?lang={language}").text


def test_a_due_report_is_made_and_mailed_once_to_each_in_their_language(
    sample: Flask, qa: Visitor, other: str, box: MailBox
) -> None:
    own = code_of(sample, "qa@kijun.example")
    plan(qa, own, **{f"to_{other}": "ja"})
    tick(sample, FIRST_DUE - timedelta(minutes=1))
    assert box.taken == []
    for minutes in range(3):
        tick(sample, FIRST_DUE + timedelta(minutes=minutes))
    assert sorted(mail.recipients[0] for mail in box.taken) == ["editor@kijun.example", "qa@kijun.example"]
    by_address = {mail.recipients[0]: mail.message for mail in box.taken}
    english, japanese = by_address["qa@kijun.example"], by_address["editor@kijun.example"]
    assert english["Subject"] == "Kijun, 1 Dec 2026: Harassment checkpoint: all cohorts"
    assert (english["Content-Language"], japanese["Content-Language"]) == ("en", "ja")
    assert "ハラスメント確認テスト" in japanese["Subject"]
    names = [part.get_filename() for mail in (english, japanese) for part in mail.iter_attachments()]
    assert names == [
        "Harassment checkpoint all cohorts 1 Dec 2026.pdf",
        "ハラスメント確認テスト：全クラス 2026年12月1日.pdf",
    ]
    for mail in by_address.values():
        [part] = mail.iter_attachments()
        assert part.get_content().startswith(b"%PDF")
    assert (count(sample, Sending), count(sample, Delivery)) == (1, 2)
    with sample.app_context(), transaction.unit(write=False):
        assert db.session.scalars(select(ReportSchedule.next_at)).one() == datetime(2027, 1, 4, 0, 30, tzinfo=UTC)
        sent = db.session.query(journal.AuditEvent).filter_by(action="report.send").one()
        assert journal.content_of(sent)["detail"] == {"people": 2, "refused": 0}
    tick(sample, datetime(2027, 1, 4, 0, 31, tzinfo=UTC))
    assert len(box.taken) == 4


def test_missed_turns_are_made_up_for_once(sample: Flask, qa: Visitor, box: MailBox) -> None:
    plan(qa, code_of(sample, "qa@kijun.example"))
    tick(sample, datetime(2027, 2, 10, tzinfo=UTC))
    with sample.app_context(), transaction.unit(write=False):
        assert db.session.scalars(select(Sending.due_at)).all() == [datetime(2027, 2, 1, 0, 30, tzinfo=UTC)]
    assert len(box.taken) == 1


def test_the_death_of_a_worker_makes_no_second_mail(sample: Flask, qa: Visitor, box: MailBox) -> None:
    """It dies after it has kept the report and written the mails, and before the job is noted as done."""
    plan(qa, code_of(sample, "qa@kijun.example"))
    tick(sample, FIRST_DUE)
    with sample.app_context():
        with clock.fixed(FIRST_DUE), transaction.unit():
            job = db.session.scalars(select(Job).where(Job.kind == "reports.build").order_by(Job.id.desc())).first()
            assert job is not None
            job.state, job.lease_until = JobState.RUNNING, clock.now()
        with transaction.unit():  # and another worker looks at the same moment as one that has not committed
            schedule = db.session.scalars(select(ReportSchedule)).one()
            before = schedule.next_at
    tick(sample, FIRST_DUE + timedelta(minutes=1))
    assert len(box.taken) == 1
    with sample.app_context(), transaction.unit(write=False):
        assert db.session.scalars(select(ReportSchedule.next_at)).one() == before


def test_a_moment_has_one_turn_whoever_opens_it(sample: Flask, qa: Visitor) -> None:
    plan(qa, code_of(sample, "qa@kijun.example"))
    with clock.fixed(FIRST_DUE), sample.app_context():
        for _worker in range(2):
            with transaction.unit():
                scheduling.open_due()
    assert count(sample, Sending) == 1


def test_who_lost_the_role_gets_nothing_and_the_owner_is_told(
    sample: Flask, qa: Visitor, other: str, box: MailBox
) -> None:
    own = code_of(sample, "qa@kijun.example")
    address = plan(qa, own, **{f"to_{other}": "ja"})
    with sample.app_context(), transaction.unit():
        grant = db.session.scalars(
            select(RoleGrant).where(RoleGrant.role == "qa").order_by(RoleGrant.id.desc())
        ).first()
        assert grant is not None
        grant.revoked_at = clock.now()
    tick(sample, FIRST_DUE)
    assert [mail.recipients for mail in box.taken] == [["qa@kijun.example"]]
    [facts] = told(sample, "report.not_reached")
    assert facts["codes"] == other
    assert "may not read it any more" in qa.get(f"{address}?lang=en").text


def test_an_owner_who_lost_the_role_has_nothing_made(sample: Flask, qa: Visitor, other: str, box: MailBox) -> None:
    plan(qa, code_of(sample, "qa@kijun.example"), **{f"to_{other}": "ja"})
    with sample.app_context(), transaction.unit():
        owner = db.session.scalars(select(Person).where(Person.login == "qa@kijun.example")).one()
        for grant in owner.grants:
            grant.revoked_at = clock.now()
    made = count(sample, ReportRun)
    tick(sample, FIRST_DUE)
    assert (box.taken, count(sample, Sending), count(sample, ReportRun)) == ([], 0, made)
    assert len(told(sample, "report.schedule_stopped")) == 1


@pytest.mark.parametrize("why", ["people", "size"])
def test_what_shows_people_or_is_large_goes_as_a_link(
    sample: Flask, qa: Visitor, other: str, box: MailBox, sign_in_as: SignIn, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    address = plan(qa, other)
    if why == "size":
        monkeypatch.setattr(delivering, "MOST_BYTES", 1000)
    else:
        with sample.app_context(), transaction.unit():
            schedule = db.session.scalars(select(ReportSchedule)).one()
            schedule.request = {**schedule.request, "people": "codes"}
        assert "It shows people" in qa.get(f"{address}?lang=en").text
    tick(sample, FIRST_DUE)
    [mail] = box.taken
    assert list(mail.message.iter_attachments()) == []
    body = mail.message.get_body(("plain",))
    assert body is not None
    [link] = re.findall(r"http\S+(/reports/\S+)", body.get_content())
    reader = sign_in_as(other)
    assert reader.get(link).status_code == 200
    assert reader.get(f"{link}/file").data.startswith(b"%PDF")
    stranger = sign_in_as(code_of(sample, "admin@kijun.example"))
    assert stranger.get(link).status_code in {403, 404}


def test_a_report_that_cannot_be_made_is_not_sent_and_the_owner_is_told(
    sample: Flask, qa: Visitor, box: MailBox
) -> None:
    address = plan(qa, code_of(sample, "qa@kijun.example"))
    with sample.app_context(), transaction.unit():
        schedule = db.session.scalars(select(ReportSchedule)).one()
        schedule.request = {**schedule.request, "cohort": "nowhere"}
    for minutes in range(2):
        tick(sample, FIRST_DUE + timedelta(minutes=minutes))
    assert box.taken == []
    assert len(told(sample, "report.schedule_failed")) == 1
    assert "Not made" in qa.get(f"{address}?lang=en").text


def test_it_rests_goes_on_is_sent_by_hand_and_ends(sample: Flask, qa: Visitor, box: MailBox) -> None:
    address = plan(qa, code_of(sample, "qa@kijun.example"))
    assert qa.post(f"{address}/pause", data={"change": "pause", "revision": "1"}).status_code == 302
    tick(sample, FIRST_DUE)
    assert box.taken == []
    stale = qa.post(f"{address}/pause", data={"change": "resume", "revision": "1"})
    assert stale.status_code == 409, "it has changed since"
    with clock.fixed(FIRST_DUE + timedelta(days=1)), sample.app_context(), transaction.unit():
        schedule = db.session.scalars(select(ReportSchedule)).one()
        scheduling.pause(schedule, is_back=True, revision=2, by=schedule.owner)
    tick(sample, FIRST_DUE + timedelta(days=1))
    assert box.taken == [], "what was due meanwhile is left out"
    assert qa.post(f"{address}/send").status_code == 302
    assert qa.post(f"{address}/send").status_code == 409, "it is being made"
    tick(sample, MONDAY_AFTERNOON)
    assert len(box.taken) == 1
    assert qa.post(f"{address}/end", data={"revision": "3"}).status_code == 302
    tick(sample, datetime(2027, 1, 5, tzinfo=UTC))
    assert len(box.taken) == 1
    assert qa.post(f"{address}/send").status_code == 409
    assert qa.get(f"{address}/edit").status_code == 409
    with sample.app_context(), transaction.unit(write=False):
        actions = [row.action for row in db.session.query(journal.AuditEvent) if "schedule" in row.action]
    assert actions == [f"report.schedule{one}" for one in ("", "_pause", "_pause", "_send", "_end")]


def test_a_change_that_is_behind_is_refused_and_typed_text_kept(sample: Flask, qa: Visitor) -> None:
    own = code_of(sample, "qa@kijun.example")
    address = plan(qa, own)
    fields = {"every": "week", "weekday": "1", "workday": "1", "at": "10:00", "zone_name": "Asia/Tokyo"}
    fields |= {"site": "tokyo", f"to_{own}": "ja"}
    assert qa.post(f"{address}/edit", data={**fields, "revision": "1"}).status_code == 302
    behind = qa.post(f"{address}/edit", data={**fields, "at": "11:00", "revision": "1"})
    assert behind.status_code == 409
    assert 'value="11:00"' in behind.text
    page = qa.get(f"{address}?lang=en").text
    assert "every Monday at 10:00, Tokyo time" in page
    assert "2026-11-24T01:00:00+00:00" in page, "23 November is a holiday"


def test_what_cannot_be_is_said_at_its_field(sample: Flask, qa: Visitor) -> None:
    own = code_of(sample, "qa@kijun.example")
    pattern = ask(qa).rpartition("/")[2]
    fields = {"report": pattern, "every": "month", "workday": "1", "weekday": "1", "zone_name": "Asia/Tokyo"}
    fields |= {"site": "tokyo", "at": "9", f"to_{own}": ""}
    for changes, message in (
        ({}, "Enter a time such as 09:30."),
        ({"at": "09:30"}, "Choose at least one recipient."),
        ({"at": "09:30", f"to_{own}": "en", "workday": "21"}, "Choose one of the options."),
        ({"at": "09:30", f"to_{own}": "en", "site": "nowhere"}, "Choose one of the options."),
        ({"at": "09:30", f"to_{own}": "xx"}, "Choose one of the options."),
    ):
        answer = qa.post("/reports/schedules/new?lang=en", data={**fields, **changes})
        assert answer.status_code == 422
        assert message in answer.text
    assert count(sample, ReportSchedule) == 0


def test_a_form_that_is_opened_complains_of_nothing(sample: Flask, qa: Visitor) -> None:
    pattern = ask(qa).rpartition("/")[2]
    page = qa.get(f"/reports/schedules/new?report={pattern}&lang=en").text
    assert 'class="err"' not in page
    assert len(re.findall(r'<time datetime="', page)) == 3


def test_the_form_shows_when_it_would_come(sample: Flask, qa: Visitor) -> None:
    fields = "every=week&weekday=5&workday=1&at=08:00&zone_name=Europe/Dublin&site=tokyo"
    shown = qa.get(f"/reports/schedules/preview?{fields}")
    assert re.findall(r'<time datetime="([^"]+)"', shown.text)[:1] == ["2026-11-20T08:00:00+00:00"]
    for right, wrong in (("=week", "=x"), ("=5", "=9"), ("=08:00", "="), ("Europe/Dublin", "Moon")):
        strange = fields.replace(right, wrong, 1)
        assert "<time" not in qa.get(f"/reports/schedules/preview?{strange}").text


def test_a_schedule_is_its_owners_alone(sample: Flask, qa: Visitor, other: str, sign_in_as: SignIn) -> None:
    address = plan(qa, other)
    stranger = sign_in_as(other)
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}/send").status_code == 404
