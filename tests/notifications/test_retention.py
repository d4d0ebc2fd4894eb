"""Notices and mails are let go of after their time, once a day, and the audit trail says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation import clock, notices, outbox
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.foundation.outbox import Mail, MailState
from lms.notifications import actions
from lms.notifications.models import Digest
from tests.cast import Cast
from tests.conftest import SignIn, Unit
from tests.notifications.conftest import Inbox, person

START = datetime(2026, 1, 5, 3, tzinfo=UTC)
pytestmark = pytest.mark.database


def post(state: MailState) -> int:
    mail = outbox.post("digest", recipient="a@site.example", locale="en", subject="News", plain_body="a", html_body="b")
    mail.state = state
    db.session.flush()
    return mail.id


def let_go(unit: Unit, after: timedelta) -> None:
    with clock.fixed(START + after), unit():
        actions.let_go()


def texts(app: Flask) -> dict[int, str]:
    with app.app_context():
        return {row[0]: row[1] + row[2] for row in db.session.execute(select(Mail.id, Mail.plain_body, Mail.html_body))}


def trail(app: Flask) -> list[dict[str, int]]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "mail.let_go")))


def test_read_notices_go_after_ninety_days_and_unread_ones_stay(
    app: Flask, cast: Cast, unit: Unit, inbox: Inbox
) -> None:
    with clock.fixed(START), unit():
        for about in ("read", "unread"):
            notices.tell(
                "cohort.enrolled", about, [person(cast.learner).id], cohort_text={"en": about}, go_live_on=None
            )
        notices.settle("cohort.enrolled", about="read")
        db.session.add(Digest(person_id=person(cast.learner).id, day=START.date()))
    let_go(unit, timedelta(days=89))
    assert ({notice.about for notice in inbox(cast.learner)}, trail(app)) == ({"read", "unread"}, [])
    let_go(unit, timedelta(days=91))
    assert {notice.about for notice in inbox(cast.learner)} == {"unread"}
    assert trail(app) == [{"notices": 1, "texts": 0, "mails": 0}]
    with app.app_context():
        assert db.session.scalar(select(Digest.day)) is None


def test_texts_of_mails_go_after_thirty_days_and_the_rest_after_a_year(app: Flask, cast: Cast, unit: Unit) -> None:
    with clock.fixed(START), unit():
        sent, kept, waiting = post(MailState.SENT), post(MailState.KEPT), post(MailState.WAITING)
    let_go(unit, timedelta(days=29))
    assert set(texts(app).values()) == {"ab"}
    for after in (timedelta(days=31), timedelta(days=32)):
        let_go(unit, after)
    assert texts(app) == {sent: "", kept: "", waiting: "ab"}
    assert trail(app) == [{"notices": 0, "texts": 2, "mails": 0}]
    let_go(unit, timedelta(days=366))
    assert texts(app) == {waiting: "ab"}


def test_the_page_of_an_emptied_mail_says_so(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    with clock.fixed(START), unit():
        mail_id = post(MailState.SENT)
    admin = sign_in_as(cast.admin)
    assert "The text is deleted after 30 days." in admin.get(f"/outgoing-mail/{mail_id}").text
    let_go(unit, timedelta(days=31))
    page = admin.get(f"/outgoing-mail/{mail_id}").text
    assert "The text is no longer kept." in page
    assert "Send again" not in page
    assert "本文の保存期間は終了しました" in admin.get(f"/outgoing-mail/{mail_id}?lang=ja").text
    assert "Old notices and mail deleted" in admin.get("/journal?lang=en").text
