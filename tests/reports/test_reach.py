"""Who may be sent a report, who may still read it, and what is asked of them for names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import RoleGrant
from lms.foundation import clock, journal, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Worker
from lms.foundation.sessions import STEP_UP_MINUTES
from lms.reports import catalogue
from lms.reports.core.scope import People
from lms.reports.models import Delivery, ReportRun
from lms.reports.queries import schedules
from tests.conftest import SignIn, Visitor
from tests.quizzes import sitting
from tests.reports.test_run import code_of, work_off

ABOUT = {
    "golive": {"cohort": "osaka-b"},
    "acknowledgements": {"module": "HAR", "version": ""},
    "monthly": {"month": "2026-11", "vendor": ""},
}
Enter = Callable[[str], Visitor]


@pytest.fixture
def enter(sample: Flask, sign_in_as: SignIn) -> Enter:
    return lambda name: sign_in_as(code_of(sample, f"{name}@kijun.example"))


def post(visitor: Visitor, kind: str, **more: str):  # type: ignore[no-untyped-def]
    fields = {"language": "en", "people": "none", "parts": list(catalogue.REPORTS[kind].parts), **ABOUT.get(kind, {})}
    return visitor.post(f"/reports/new/{kind}?lang=en", data={**fields, **more})


def ask(visitor: Visitor, kind: str, **more: str) -> str:
    answer = post(visitor, kind, **more)
    assert answer.status_code == 302, re.findall(r'class="err".*?</p>', answer.text)
    return str(answer.location)


def change_roles(app: Flask, name: str, *roles: str) -> None:
    """Take all roles from somebody, and give them others."""
    with app.app_context(), transaction.unit():
        person = sitting.person(f"{name}@kijun.example")
        for grant in person.grants:
            grant.revoked_at = clock.now()
        db.session.flush()
        db.session.add_all(RoleGrant(person_id=person.id, role=role, granted_at=clock.now()) for role in roles)


def candidates(app: Flask, owner: str, kind: str, people: People) -> set[str]:
    with app.app_context(), transaction.unit(write=False):
        drawn_on = catalogue.REPORTS[kind].draws_on(people)
        found = schedules.list_candidates(sitting.person(f"{owner}@kijun.example"), drawn_on)
        return {str(person.login).partition("@")[0] for person in found}


def test_who_sees_numbers_only_is_sent_nobody_elses_codes(sample: Flask) -> None:
    """An editor may make the report, without people: with them they would learn who has not read a policy."""
    assert "editor" in candidates(sample, "qa", "acknowledgements", People.NONE)
    assert "editor" not in candidates(sample, "qa", "acknowledgements", People.CODES)
    assert "admin" in candidates(sample, "qa", "acknowledgements", People.CODES)


def test_who_sees_no_names_is_sent_none(sample: Flask) -> None:
    assert "qa" in candidates(sample, "admin", "golive", People.CODES)
    assert "qa" not in candidates(sample, "admin", "golive", People.NAMES)


def test_who_sees_no_actions_is_sent_no_month_with_them(sample: Flask) -> None:
    assert "admin" not in candidates(sample, "qa", "monthly", People.NONE)
    assert {"admin", "qa"} <= candidates(sample, "admin", "monthly", People.NONE)


@pytest.mark.parametrize("roles", [(), ("editor",), ("vendor_manager",)])
def test_what_was_made_with_a_role_is_closed_once_it_is_gone(
    sample: Flask, enter: Enter, roles: tuple[str, ...]
) -> None:
    qa = enter("qa")
    address = ask(qa, "acknowledgements", people="codes")
    work_off(sample)
    assert qa.get(f"{address}/file").status_code == 200
    change_roles(sample, "qa", *roles)
    for page in ("view", "file", "file?format=xlsx", "file?format=csv"):
        assert qa.get(f"{address}/{page}").status_code == 403, page


def test_who_was_sent_a_link_and_lost_the_role_cannot_follow_it(sample: Flask, enter: Enter) -> None:
    qa, admin = enter("qa"), enter("admin")
    address = ask(qa, "acknowledgements", people="codes")
    pattern = address.rpartition("/")[2]
    work_off(sample)
    codes = [code_of(sample, f"{name}@kijun.example") for name in ("qa", "admin")]
    plan = {"report": pattern, "every": "month", "workday": "1", "weekday": "1", "at": "09:30", "site": "tokyo"}
    sent = {f"to_{code}": "en" for code in codes}
    answer = qa.post("/reports/schedules/new", data={**plan, "zone_name": "Asia/Tokyo", **sent})
    assert qa.post(f"{answer.location}/send").status_code == 302
    work_off(sample)
    with sample.app_context(), transaction.unit(write=False):
        run = db.session.scalars(select(ReportRun).where(ReportRun.sending_id.is_not(None))).one()
        link = f"/reports/{run.public_id}"
        assert len(db.session.scalars(select(Delivery)).all()) == 2
    assert admin.get(f"{link}/file").status_code == 200
    change_roles(sample, "admin", "localizer")
    assert admin.get(f"{link}/file").status_code == 403
    assert qa.get(f"{link}/file").status_code == 200


def test_the_password_is_asked_for_wherever_a_report_of_people_is_made_read_or_planned(
    sample: Flask, enter: Enter
) -> None:
    vendor = enter("vendor")
    code = code_of(sample, "vendor@kijun.example")
    address = ask(vendor, "acknowledgements", people="codes")
    work_off(sample)
    plan = {"report": address.rpartition("/")[2], "every": "month", "workday": "1", "weekday": "1", "at": "09:30"}
    plan |= {"zone_name": "Asia/Tokyo", "site": "tokyo", f"to_{code}": "en"}
    schedule = vendor.post("/reports/schedules/new", data=plan).location
    tries = [
        lambda: vendor.get(f"{address}/view"),
        lambda: vendor.get(f"{address}/file"),
        lambda: vendor.post(f"{address}/again"),
        lambda: vendor.post("/reports/schedules/new", data=plan),
        lambda: vendor.post(f"{schedule}/edit", data={**plan, "revision": "1"}),
        lambda: vendor.post(f"{schedule}/send"),
    ]
    with clock.fixed(clock.now() + timedelta(minutes=STEP_UP_MINUTES, seconds=1)):
        for one in tries:
            answer = one()
            assert answer.status_code == 403
            assert 'name="step_up_password"' in answer.text
    for one in tries:
        assert one().status_code in {200, 302}


def test_names_want_a_reason_that_the_audit_trail_keeps(sample: Flask, enter: Enter) -> None:
    trainer = enter("trainer")
    asked = {"cohort": "tokyo-a", "people": "names", "comment": "Typed text"}
    refused = post(trainer, "golive", **asked)
    assert refused.status_code == 422
    assert "Say why names are needed." in refused.text
    assert "Typed text" in refused.text
    address = ask(trainer, "golive", **asked, reason="Go-live meeting")
    with sample.app_context(), transaction.unit(write=False):
        [entry] = db.session.query(journal.AuditEvent).filter_by(action="report.export")
        assert journal.content_of(entry)["detail"]["reason"] == "Go-live meeting"
    assert trainer.post(f"{address}/again").status_code == 302, "its reason is kept"


def test_who_sees_names_of_nobody_is_not_offered_them(enter: Enter) -> None:
    assert 'value="names"' not in enter("qa").get("/reports/new/golive").text
    assert post(enter("qa"), "golive", people="names", reason="Why not").status_code == 422
    assert 'value="names"' in enter("trainer").get("/reports/new/golive").text


def test_ones_own_name_wants_no_reason(enter: Enter) -> None:
    assert post(enter("joiner"), "transcript", person="", people="names").status_code == 302


@pytest.mark.parametrize(
    ("kind", "wrong", "message"),
    [
        ("transcript", {"person": "L9999"}, "There is nobody of this code within your reach."),
        ("acknowledgements", {"version": "99.9"}, "This policy has no published version of this number."),
        ("golive", {"parts": []}, "Choose at least one part."),
        ("golive", {"cohort": "nowhere"}, "Choose one of the options."),
        ("monthly", {"month": "2026-13"}, "Choose one of the options."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    sample: Flask, enter: Enter, kind: str, wrong: dict[str, str], message: str
) -> None:
    answer = post(enter("qa"), kind, **{**wrong, "comment": "Typed text"})
    assert answer.status_code == 422
    assert message in answer.text
    assert "Typed text" in answer.text
    with sample.app_context(), transaction.unit(write=False):
        assert db.session.scalars(select(ReportRun)).all() == []


def test_a_report_of_a_class_out_of_reach_says_so(sample: Flask, enter: Enter) -> None:
    address = ask(enter("vendor"), "golive")
    with sample.app_context():
        with transaction.unit():
            run = db.session.scalars(select(ReportRun)).one()
            run.request = {**run.request, "cohort": "tokyo-a"}
        Worker().work_off()
    assert "is gone, or out of your reach" in enter("vendor").get(f"{address}?lang=en").text


def test_what_was_asked_for_before_reaches_were_kept_stays_readable(sample: Flask, enter: Enter) -> None:
    qa = enter("qa")
    address = ask(qa, "acknowledgements", people="codes")
    work_off(sample)
    with sample.app_context(), transaction.unit():
        run = db.session.scalars(select(ReportRun)).one()
        run.request = {name: value for name, value in run.request.items() if name != "reach"}
    assert qa.get(f"{address}/file").status_code == 200
    change_roles(sample, "qa", "localizer")
    assert qa.get(f"{address}/file").status_code == 403
