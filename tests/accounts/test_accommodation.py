"""More time for a person: granted, changed and ended, by whom, read by whom, and from which quiz on it holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Accommodation
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.foundation.sessions import STEP_UP_MINUTES
from lms.quizzes import actions as quizzes
from lms.quizzes import queries
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

FORM = {
    "how": "percent",
    "amount": "50",
    "first_on": "2026-11-16",
    "last_on": "",
    "note": "Agreed on 2 November.",
    "standing": "0",
}


@pytest.fixture
def address(sample: Flask, unit: Unit) -> str:
    with unit():
        return f"/people/{sitting.person().code}/more-time"


@pytest.fixture
def admin(sample: Flask, sign_in_as: SignIn, unit: Unit) -> Visitor:
    return signed_in("admin@kijun.example", sign_in_as, unit)


def signed_in(login: str, sign_in_as: SignIn, unit: Unit) -> Visitor:
    with unit():
        code = sitting.person(login).code
    return sign_in_as(code)


def minutes_more(unit: Unit) -> int:
    with unit():
        joiner = sitting.person()
        given = queries.get_given(joiner.id, sitting.assignment_id(joiner))
        return queries.load_more_minutes(joiner, given.rules, clock.now())


def test_what_is_granted_shows_in_the_quiz_and_to_the_person_but_why_to_nobody_else(
    admin: Visitor, address: str, sign_in_as: SignIn, unit: Unit
) -> None:
    assert "No more time" in admin.get(f"{address}?lang=en").text
    assert admin.post(f"{address}?lang=en", data=FORM).status_code == 302
    person = address.removesuffix("/more-time")
    assert "50% more of each time limit" in admin.get(f"{person}?lang=en").text
    assert FORM["note"] not in admin.get(f"{person}?lang=en").text
    assert FORM["note"] in admin.get(f"{address}?lang=en").text
    joiner = signed_in("joiner@kijun.example", sign_in_as, unit)
    with unit():
        given = sitting.assignment_id(sitting.person())
    page = joiner.get(f"/quizzes/{given}?lang=en").text
    assert "45 minutes" in page
    assert "(extended from 30)" in page
    assert "制限時間が50%長くなります" in joiner.get("/notices?lang=ja").text
    own = joiner.get("/settings?lang=en").text
    assert "50% more of each time limit" in own
    assert FORM["note"] in own
    for login in ("trainer@kijun.example", "vendor@kijun.example", "qa@kijun.example"):
        assert signed_in(login, sign_in_as, unit).get(address).status_code == 403
    with unit():
        entry = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "accommodation.grant")).one()
        assert entry.detail == {"first_on": "2026-11-16", "percent": 50}


def test_a_change_is_another_row_and_an_open_attempt_keeps_its_time(admin: Visitor, address: str, unit: Unit) -> None:
    assert admin.post(address, data=FORM).status_code == 302
    with unit():
        joiner = sitting.person()
        attempt = quizzes.open_attempt(joiner, sitting.assignment_id(joiner), locale="en")
        first = db.session.scalars(select(Accommodation)).one().id
        deadline, attempt_id = attempt.deadline_at, attempt.id
        assert attempt.more_minutes == 15
    stale = admin.post(f"{address}?lang=en", data={**FORM, "how": "minutes", "amount": "20"})
    assert stale.status_code == 409
    assert "Somebody else has changed" in stale.text
    assert 'value="20"' in stale.text
    changed = {**FORM, "how": "minutes", "amount": "20", "standing": str(first)}
    assert admin.post(address, data=changed).status_code == 302
    assert minutes_more(unit) == 20
    with unit():
        rows = list(db.session.scalars(select(Accommodation).order_by(Accommodation.id)))
        assert [(row.more_percent, row.more_minutes, row.ended_at is None) for row in rows] == [
            (50, 0, False),
            (0, 20, True),
        ]
        assert db.session.get_one(type(attempt), attempt_id).deadline_at == deadline
        second = rows[1].id
    japanese = admin.get(f"{address}?lang=ja").text
    assert "これまでの延長" in japanese
    assert "変更前" not in japanese
    assert "今すぐ終了する" in japanese
    answer = admin.post(f"{address}/end?lang=en", data={"standing": str(first)})
    assert answer.status_code == 409
    assert "Nothing was changed by you." in answer.text, "nobody typed anything"
    assert admin.post(f"{address}/end", data={"standing": str(second)}).status_code == 302
    assert minutes_more(unit) == 0


@pytest.mark.parametrize(
    ("first_on", "last_on", "minutes"),
    [("2026-11-16", "2026-11-16", 15), ("2026-11-17", "", 0), ("2026-11-10", "2026-11-20", 15)],
)
def test_it_holds_on_its_days_as_they_are_where_the_person_is(
    admin: Visitor, address: str, unit: Unit, first_on: str, last_on: str, minutes: int
) -> None:
    """It is Monday 16 November in Tokyo."""
    assert admin.post(address, data={**FORM, "first_on": first_on, "last_on": last_on}).status_code == 302
    assert minutes_more(unit) == minutes
    with clock.fixed(clock.now() + timedelta(hours=11)):
        assert minutes_more(unit) == (0 if last_on == "2026-11-16" else 15), "Tuesday in Tokyo, Monday in London"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": "201"}, "Enter a whole number from 1 to 200."),
        ({"how": "minutes", "amount": "241"}, "Enter a whole number from 1 to 240."),
        ({"amount": "0"}, "Enter a whole number from 1 to 200."),
        ({"amount": "x"}, "Enter a whole number."),
        ({"how": ""}, "Choose one of the options."),
        ({"how": "minutes", "amount": "0"}, "Enter a whole number from 1 to 240."),
        ({"amount": "２０１", "first_on": "0001-01-01"}, "Enter a whole number from 1 to 200."),
        ({"last_on": "2026-11-15"}, "The last day must not be before the first."),
        ({"first_on": "2026-11-01", "last_on": "2026-11-15"}, "Enter today or a later day, or leave it empty."),
    ],
)
def test_what_cannot_be_granted_is_said_at_its_field(
    admin: Visitor, address: str, unit: Unit, change: dict[str, str], message: str
) -> None:
    answer = admin.post(f"{address}?lang=en", data={**FORM, **change})
    assert answer.status_code == 422
    assert message in answer.text
    assert "Agreed on 2 November." in answer.text
    assert minutes_more(unit) == 0


def test_the_page_itself_asks_for_the_password_and_nobody_grants_it_to_themselves(
    admin: Visitor, address: str, unit: Unit
) -> None:
    with clock.fixed(clock.now() + timedelta(minutes=STEP_UP_MINUTES, seconds=1)):
        answer = admin.get(address)
    assert answer.status_code == 403
    assert 'name="step_up_password"' in answer.text
    with unit():
        own = sitting.person("admin@kijun.example").code
    assert "Another administrator grants" in admin.get(f"/people/{own}/more-time?lang=en").text
    assert admin.post(f"/people/{own}/more-time", data=FORM).status_code == 403
