"""Mail: it leaves after the commit, once, through a real server; refusals, breaks and a server that is away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import MailServer
from lms.foundation import clock, mailer, outbox, storage, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Job, Worker
from lms.foundation.mailer import Letter
from lms.foundation.outbox import Mail, MailProblem, MailState
from lms.foundation.settings import mark_as_sample
from lms.kit.problems import Conflict
from tests.conftest import MONDAY_AFTERNOON
from tests.foundation.mail_server import (
    BREAKS_OFF,
    LATER,
    NAME,
    PASSWORD,
    REFUSED,
    Door,
    MailBox,
    certificate,
    knows,
)
from tests.ports import free_port

SUBJECT = "【Kijun】11月16日（月）：新着のお知らせ3件"
BODY = "テスト「ハラスメント」の期限は今日です。\n.点で始まる行\n"
Uses = Callable[..., None]


@pytest.fixture(autouse=True)
def within(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def uses(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Uses:
    """``uses(server)`` lets the application send its mail through a server."""

    def use(server: MailServer | None) -> None:
        settings = replace(app.config["KIJUN"], mail_server=server, mail_from="Kijun 基準 <no-reply@kijun.example>")
        monkeypatch.setitem(app.config, "KIJUN", settings)

    return use


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def box(port: int, uses: Uses) -> Iterator[MailBox]:
    """A server that runs, and that the application uses."""
    uses(MailServer(host="127.0.0.1", port=port, is_tls=False))
    with closing(running(port)) as server:
        yield server.handler


def running(port: int, **options: Any) -> Any:
    door = Door(MailBox(), port, **options)
    door.close = door.stop  # type: ignore[attr-defined]
    door.start()
    return door


def post(
    recipient: str = "mio@site.example", subject: str = SUBJECT, body: str = BODY, file: tuple[str, bytes] | None = None
) -> int:
    with transaction.unit():
        mail = outbox.post(
            "digest",
            recipient=recipient,
            locale="ja",
            subject=subject,
            plain_body=body,
            html_body="<!doctype html><p>期限は今日です。</p>",
            enclosed=outbox.Enclosed(storage.save(file[1]), file[0]) if file else None,
        )
        return mail.id


def load(mail_id: int) -> Mail:
    with transaction.unit(write=False):
        db.session.expire_all()
        mail = db.session.get_one(Mail, mail_id)
        db.session.expunge(mail)
        return mail


def look_and_work() -> None:
    with transaction.unit():
        outbox.look()
    Worker().work_off()


def test_a_mail_arrives_as_it_was_written(box: MailBox) -> None:
    mail = load(post())
    assert (mail.state, box.taken) == (MailState.WAITING, [])
    look_and_work()
    [taken] = box.taken
    assert (taken.sender, taken.recipients) == ("no-reply@kijun.example", ["mio@site.example"])
    assert taken.content.isascii(), "every header and part is encoded"
    message = taken.message
    assert str(message["From"]) == "Kijun 基準 <no-reply@kijun.example>"
    assert (message["To"], message["Subject"]) == ("mio@site.example", SUBJECT)
    assert parsedate_to_datetime(message["Date"]) == MONDAY_AFTERNOON
    assert message["Message-ID"] == mail.message_id
    assert mail.message_id.endswith("@kijun.example>")
    assert (message["Content-Language"], message["Auto-Submitted"]) == ("ja", "auto-generated")
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == BODY.splitlines()
    assert "期限は今日です。" in html.get_content()
    sent = load(mail.id)
    assert (sent.state, sent.sent_at, sent.tries, sent.problem) == (MailState.SENT, MONDAY_AFTERNOON, 1, None)


LONG_NAME = "ハラスメント確認テスト　全クラス　日本語で受験した人の結果　2026年11月16日（月）𠮷髙﨑①㈱.pdf"


@pytest.mark.parametrize("name", ["report.pdf", "結果.pdf", LONG_NAME, 'a "b"; c.pdf'])
def test_a_file_arrives_under_its_name(box: MailBox, name: str) -> None:
    content = bytes(range(256)) * 500
    post(file=(name, content))
    look_and_work()
    [taken] = box.taken
    assert taken.content.isascii()
    assert max(map(len, taken.content.split(b"\r\n"))) <= 998, "as long as RFC 5321 lets a line be"
    [part] = taken.message.iter_attachments()
    assert (part.get_content_type(), part.get_filename(), part.get_content()) == ("application/pdf", name, content)
    raw = message_from_bytes(taken.content)  # as a program reads it that decodes nothing by itself
    old = raw.get_payload()[-1]  # type: ignore[index]
    if not name.isascii():
        assert b"filename*" in taken.content
        assert str(make_header(decode_header(str(old.get_param("name"))))) == name  # type: ignore[union-attr]
    plain = taken.message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == BODY.splitlines()


def test_a_mail_whose_file_is_gone_leaves_without_it(box: MailBox) -> None:
    mail_id = post(file=("report.pdf", b"of the report"))
    storage.path_of(str(load(mail_id).attachment_sha256)).unlink()
    look_and_work()
    [taken] = box.taken
    assert list(taken.message.iter_attachments()) == []


def test_a_file_is_kept_for_as_long_as_a_mail_needs_it(box: MailBox) -> None:
    mail_id = post(file=("report.pdf", b"of a report that has expired"))
    digest = str(load(mail_id).attachment_sha256)
    with transaction.unit():
        storage.sweep(clock.now() + timedelta(days=2))
    assert storage.path_of(digest).exists()
    look_and_work()
    with transaction.unit():
        assert outbox.empty_before(clock.now() + timedelta(days=1)) == 1
        storage.sweep(clock.now() + timedelta(days=2))
    assert not storage.path_of(digest).exists()


def test_lines_that_begin_with_a_dot_arrive(box: MailBox) -> None:
    post(body=".\n..\nlast\n")
    look_and_work()
    plain = box.taken[0].message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == [".", "..", "last"]


def test_a_mail_is_sent_once_however_often_one_looks(box: MailBox) -> None:
    post()
    for _ in range(3):
        look_and_work()
    outbox.send_due()
    assert len(box.taken) == 1


def test_what_is_rolled_back_is_not_sent(box: MailBox) -> None:
    with suppress(RuntimeError), transaction.unit():
        outbox.post("digest", recipient="a@site.example", locale="en", subject="x", plain_body="x", html_body="x")
        raise RuntimeError
    look_and_work()
    assert box.taken == []


def test_the_sending_is_asked_for_once_while_it_waits(box: MailBox) -> None:
    post()
    for _ in range(3):
        with transaction.unit():
            outbox.look()
    with transaction.unit(write=False):
        assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_server_that_is_away_is_waited_for(port: int, uses: Uses) -> None:
    uses(MailServer(host="127.0.0.1", port=port, is_tls=False))
    mail_id = post()
    look_and_work()
    mail = load(mail_id)
    assert (mail.state, mail.problem, mail.tries) == (MailState.WAITING, MailProblem.NO_ANSWER, 0)
    assert mail.due_at == MONDAY_AFTERNOON + timedelta(minutes=1)
    with closing(running(port)) as server:
        look_and_work()
        assert server.handler.taken == [], "not before its time"
        with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=1)):
            look_and_work()
            look_and_work()
        assert len(server.handler.taken) == 1
    assert load(mail_id).state == MailState.SENT


def test_pauses_grow_and_end(port: int, uses: Uses) -> None:
    uses(MailServer(host="127.0.0.1", port=port, is_tls=False))
    mail_id, moment, pauses = post(), MONDAY_AFTERNOON, []
    for _ in range(14):
        with clock.fixed(moment):
            outbox.send_due()
        pauses.append(load(mail_id).due_at - moment)
        moment = load(mail_id).due_at
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(minutes=1), timedelta(hours=1))
    with closing(running(port)) as server, clock.fixed(MONDAY_AFTERNOON + timedelta(days=5, hours=1)):
        look_and_work()
        assert server.handler.taken == []
    assert (load(mail_id).state, load(mail_id).problem) == (MailState.SET_ASIDE, MailProblem.TOO_OLD)


def test_a_mail_that_is_refused_is_set_aside_and_stops_no_other(box: MailBox) -> None:
    refused, later, last = post(REFUSED), post(LATER), post()
    look_and_work()
    assert [taken.recipients for taken in box.taken] == [["mio@site.example"]]
    assert load(last).state == MailState.SENT
    mail = load(refused)
    assert (mail.state, mail.problem, mail.answer_code) == (MailState.SET_ASIDE, MailProblem.REFUSED, 550)
    mail = load(later)
    assert (mail.state, mail.problem, mail.answer_code) == (MailState.WAITING, MailProblem.LATER, 451)
    assert mail.due_at > MONDAY_AFTERNOON


@pytest.mark.parametrize(
    "recipient",
    [
        "mio@site.example\r\nBcc: other@site.example",
        "mio@site.example\nRCPT TO:<other@site.example>",
        "mio@site.example, other@site.example",
        "mio@site.example> <other@site.example",
        "no address",
        "未来@site.example",
        "",
    ],
)
def test_an_address_is_one_address_and_nothing_else(box: MailBox, recipient: str) -> None:
    odd, last = post(recipient), post()
    look_and_work()
    assert (load(odd).state, load(odd).problem) == (MailState.SET_ASIDE, MailProblem.UNFIT)
    assert load(last).state == MailState.SENT
    assert [taken.recipients for taken in box.taken] == [["mio@site.example"]]


def test_a_subject_is_one_line(box: MailBox) -> None:
    post(subject="News\r\nBcc: other@site.example\r\n\r\nmore")
    look_and_work()
    message = box.taken[0].message
    assert message["Subject"] == "News Bcc: other@site.example more"
    assert message["Bcc"] is None


def test_a_header_is_never_two() -> None:
    letter = Letter("<1@x>", "Kijun <a@b.example>", "c@d.example", "en", "x", "x", "x", MONDAY_AFTERNOON)
    for name in ("subject", "message_id", "sender", "recipient", "locale"):
        with suppress(ValueError, IndexError):
            made = mailer.message(replace(letter, **{name: f"{getattr(letter, name)}\r\nBcc: other@site.example"}))
            assert b"\r\nBcc" not in made.as_bytes(), name


def test_where_nobody_knows_whether_it_arrived_it_is_not_sent_twice(box: MailBox) -> None:
    broken, last = post(BREAKS_OFF), post()
    look_and_work()
    assert (load(broken).state, load(broken).problem) == (MailState.SET_ASIDE, MailProblem.UNKNOWN)
    look_and_work()
    assert [taken.recipients for taken in box.taken] == [[BREAKS_OFF], ["mio@site.example"]]
    assert load(last).state == MailState.SENT


def test_the_mail_of_a_lost_worker_is_set_aside(box: MailBox) -> None:
    mail_id = post()
    assert outbox._claim(mail_id) is not None
    assert outbox._claim(mail_id) is None, "another worker leaves it alone"
    with clock.fixed(MONDAY_AFTERNOON + outbox.CLAIM + timedelta(seconds=1)):
        look_and_work()
    assert (load(mail_id).state, load(mail_id).problem, box.taken) == (MailState.SET_ASIDE, MailProblem.UNKNOWN, [])


def test_what_is_set_aside_is_sent_again_when_somebody_asks(box: MailBox) -> None:
    mail_id = post()
    with pytest.raises(Conflict), transaction.unit():
        outbox.send_again(db.session.get_one(Mail, mail_id), by="A0001")
    with transaction.unit():
        mail = db.session.get_one(Mail, mail_id)
        mail.state, mail.problem = MailState.SET_ASIDE, MailProblem.UNKNOWN
    look_and_work()
    assert box.taken == []
    with transaction.unit():
        outbox.send_again(db.session.get_one(Mail, mail_id), by="A0001")
    look_and_work()
    assert len(box.taken) == 1


def test_without_a_server_mail_is_kept(uses: Uses, port: int) -> None:
    mail_id = post()
    look_and_work()
    assert load(mail_id).state == MailState.KEPT
    uses(MailServer(host="127.0.0.1", port=port, is_tls=False))
    with closing(running(port)) as server:
        look_and_work()
        assert server.handler.taken == [], "a server that is set later does not send the past"


def test_the_sample_sends_nothing(box: MailBox) -> None:
    with transaction.unit():
        mark_as_sample(MONDAY_AFTERNOON.date())
    mail_id = post()
    look_and_work()
    assert (load(mail_id).state, box.taken) == (MailState.KEPT, [])


@pytest.mark.parametrize("is_tls", [True, False], ids=["smtps", "STARTTLS"])
def test_the_connection_is_safe_and_signed_in(
    is_tls: bool,
    tmp_path: Path,
    port: int,
    uses: Uses,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    context, file = certificate(tmp_path)
    options: dict[str, Any] = {"ssl_context": context} if is_tls else {"tls_context": context, "require_starttls": True}
    server = MailServer(host="127.0.0.1", port=port, is_tls=is_tls, user=NAME, password=PASSWORD)
    needs = {"authenticator": knows, "auth_require_tls": not is_tls}
    with closing(running(port, **options, **needs)) as door:
        uses(server)
        mail_id = post()
        look_and_work()
        assert load(mail_id).problem == MailProblem.NO_ANSWER, "nobody vouches for its certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        uses(replace(server, password="another"))
        with clock.fixed(load(mail_id).due_at):
            outbox.send_due()
        assert load(mail_id).answer_code == 535
        assert door.handler.taken == []
        uses(server)
        with clock.fixed(load(mail_id).due_at):
            outbox.send_due()
        assert len(door.handler.taken) == 1
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("kijun")]
    assert ours, "it is said that the server does not take mail"
    assert PASSWORD not in "\n".join([*ours, repr(load(mail_id).__dict__), repr(server)])


def test_a_password_is_not_sent_in_the_open(port: int, uses: Uses) -> None:
    with closing(running(port, authenticator=knows, auth_require_tls=False)) as door:
        # an address that the resolver knows as this machine, and that does not look like it
        uses(MailServer(host="127.1", port=port, is_tls=False, user=NAME, password=PASSWORD))
        mail_id = post()
        look_and_work()
        assert (load(mail_id).problem, door.handler.taken) == (MailProblem.NO_ANSWER, [])
