"""Outgoing mail: the administrator's list with its filter, a mail to read, and sending again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from config import MailServer
from lms.foundation import outbox
from lms.foundation.db import db
from lms.foundation.outbox import Mail, MailProblem, MailState
from tests.cast import Cast
from tests.conftest import SignIn, Unit


def post(unit: Unit, state: MailState, subject: str, problem: MailProblem | None = None) -> int:
    with unit():
        mail = outbox.post(
            "digest",
            recipient="mio@site.example",
            locale="ja",
            subject=subject,
            plain_body="<script>本文</script>\nhttp://127.0.0.1:8000/quizzes/7",
            html_body="<p>本文",
        )
        mail.state, mail.problem = state, problem
        mail.answer_code = 550 if problem is MailProblem.REFUSED else None
        db.session.flush()
        return mail.id


def test_mails_are_listed_and_filtered(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    admin = sign_in_as(cast.admin)
    assert "No mail yet" in admin.get("/outgoing-mail").text
    post(unit, MailState.SENT, "Subject one")
    post(unit, MailState.KEPT, "Subject two")
    page = admin.get("/outgoing-mail").text
    assert page.index("Subject two") < page.index("Subject one"), "the newest first"
    assert "Mail does not leave this installation." in page
    page = admin.get("/outgoing-mail?state=sent").text
    assert ("Subject one" in page, "Subject two" in page) == (True, False)
    assert "No mail in this state" in admin.get("/outgoing-mail?state=waiting").text
    assert "Subject two" in admin.get("/outgoing-mail?state=nothing").text
    assert "送信済み (1)" in admin.get("/outgoing-mail?lang=ja").text


def test_a_mail_can_be_read_and_its_links_work(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    mail_id = post(unit, MailState.KEPT, "件名")
    page = sign_in_as(cast.admin).get(f"/outgoing-mail/{mail_id}").text
    assert "&lt;script&gt;本文&lt;/script&gt;" in page
    assert '<a href="http://127.0.0.1:8000/quizzes/7"' in page
    assert '<dd class="b" lang="ja">件名</dd>' in page
    assert "Kijun &lt;no-reply@kijun.invalid&gt;" in page


def test_what_is_set_aside_says_why_and_can_be_sent_again(
    cast: Cast, unit: Unit, sign_in_as: SignIn, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MailServer(host="127.0.0.1", port=9, is_tls=False)
    monkeypatch.setitem(app.config, "KIJUN", replace(app.config["KIJUN"], mail_server=server))
    mail_id = post(unit, MailState.SET_ASIDE, "Subject", MailProblem.REFUSED)
    admin = sign_in_as(cast.admin)
    page = admin.get(f"/outgoing-mail/{mail_id}").text
    assert "The mail server refused it." in page
    assert "Server response: 550." in page
    assert "Send again" in page
    assert admin.post(f"/outgoing-mail/{mail_id}/send").location == f"/outgoing-mail/{mail_id}"
    with unit():
        assert db.session.get_one(Mail, mail_id).state == MailState.WAITING
    again = admin.post(f"/outgoing-mail/{mail_id}/send")
    assert again.status_code == 409
    assert "This mail is not set aside, so there is nothing to send again." in again.text


def test_only_the_administrator_reads_mail(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    mail_id = post(unit, MailState.KEPT, "Subject")
    for code in (cast.learner, cast.trainer, cast.qa, cast.editor, cast.vendor_manager):
        visitor = sign_in_as(code)
        assert visitor.get("/outgoing-mail").status_code == 403
        assert visitor.get(f"/outgoing-mail/{mail_id}").status_code == 403
        assert visitor.post(f"/outgoing-mail/{mail_id}/send").status_code == 403
    assert 'href="/outgoing-mail"' in sign_in_as(cast.admin).get("/system").text
