"""What the turns of schedules are about: the month and the run before each, and what is out of reach by then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from lms.campaigns import actions as campaigns
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.reports.actions import scheduling
from lms.reports.catalogue import REPORTS
from lms.reports.models import ReportRun, ReportSchedule
from tests.campaigns.making import CODE, PERIOD, make_campaign
from tests.conftest import SignIn, Visitor
from tests.foundation.mail_server import MailBox
from tests.reports.test_run import code_of
from tests.reports.test_schedules import FIRST_DUE, box, plan, qa, tick, told

__all__ = ["box", "qa"]


def plan_of(app: Flask, visitor: Visitor, login: str, kind: str, **about: str) -> str:
    """Have a report of a kind come each month; the address of the schedule."""
    parts = list(REPORTS[kind].parts)
    answer = visitor.post(
        f"/reports/new/{kind}", data={"language": "en", "people": "none", "parts": parts, **about, "comment": ""}
    )
    pattern = answer.location.rpartition("/")[2]
    fields = {"report": pattern, "every": "month", "workday": "1", "weekday": "1", "at": "09:30", "site": "tokyo"}
    fields |= {"zone_name": "Asia/Tokyo", f"to_{code_of(app, login)}": "en"}
    return str(visitor.post("/reports/schedules/new", data=fields).location)


def asked_in(app: Flask) -> list[tuple[str, str]]:
    """What the reports of turns are about, and their titles, in the order of time."""
    with app.app_context(), transaction.unit(write=False):
        query = select(ReportRun.request).where(ReportRun.sending_id.is_not(None)).order_by(ReportRun.id)
        return [(one.get("month") or one.get("period"), one["title"]["en"]) for one in db.session.scalars(query)]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_month_is_about_the_month_before_it(sample: Flask, qa: Visitor, language: str) -> None:
    address = plan_of(sample, qa, "qa@kijun.example", "monthly", month="2026-10", vendor="")
    heading = {"en": "<h1>Monthly report</h1>", "ja": "<h1>月次レポート</h1>"}[language]
    told_of = {"en": "the last month that is over", "ja": "直近に終わった月"}[language]
    page = qa.get(f"{address}?lang={language}").text
    assert heading in page
    assert told_of in page
    assert told_of in qa.get(f"{address}/edit?lang={language}").text
    for moment in (FIRST_DUE, datetime(2027, 1, 4, 0, 31, tzinfo=UTC)):
        with clock.fixed(moment), sample.app_context(), transaction.unit():
            scheduling.open_due()
    assert asked_in(sample) == [("2026-11", "November 2026"), ("2026-12", "December 2026")]


def test_each_turn_of_a_recurring_quiz_is_about_the_run_that_opened_last(sample: Flask, qa: Visitor) -> None:
    with sample.app_context(), transaction.unit():
        make_campaign()
    plan_of(sample, qa, "qa@kijun.example", "campaign", run=f"{CODE}/{PERIOD}")
    for moment in (FIRST_DUE, datetime(2026, 12, 16, 1, tzinfo=UTC), datetime(2027, 1, 4, 0, 31, tzinfo=UTC)):
        with clock.fixed(moment), sample.app_context():
            with transaction.unit():
                campaigns.open_due_runs()
            with transaction.unit():
                scheduling.open_due()
    assert asked_in(sample) == [("2026-11", "Monthly refresher 2026-11"), ("2026-12", "Monthly refresher 2026-12")]


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("golive", {"cohort": "tokyo-a"}),
        ("transcript", {"person": ""}),
        ("acknowledgements", {"module": "HAR", "version": ""}),
        ("monthly", {"month": "2026-11", "vendor": ""}),
    ],
)
def test_every_kind_comes_by_mail(sample: Flask, qa: Visitor, box: MailBox, kind: str, about: dict[str, str]) -> None:
    plan_of(sample, qa, "qa@kijun.example", kind, **about)
    tick(sample, FIRST_DUE)
    [mail] = box.taken
    [part] = mail.message.iter_attachments()
    assert part.get_content().startswith(b"%PDF")


def test_one_whose_subject_is_out_of_reach_holds_up_no_other(
    sample: Flask, qa: Visitor, sign_in_as: SignIn, box: MailBox
) -> None:
    vendor = sign_in_as(code_of(sample, "vendor@kijun.example"))
    broken = plan_of(sample, vendor, "vendor@kijun.example", "golive", cohort="osaka-b")
    with sample.app_context(), transaction.unit():
        schedule = db.session.scalars(select(ReportSchedule)).one()
        schedule.request = {**schedule.request, "cohort": "tokyo-a"}
    plan(qa, code_of(sample, "qa@kijun.example"))
    tick(sample, FIRST_DUE)
    assert [mail.recipients for mail in box.taken] == [["qa@kijun.example"]]
    assert len(told(sample, "report.schedule_failed")) == 1
    assert "Not made" in vendor.get(f"{broken}?lang=en").text
    with sample.app_context(), transaction.unit(write=False):
        assert db.session.scalars(select(ReportSchedule.next_at)).all() == [datetime(2027, 1, 4, 0, 30, tzinfo=UTC)] * 2
