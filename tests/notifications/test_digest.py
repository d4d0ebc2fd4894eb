"""The daily mail: one a person and day, in the morning where they are, in their language, only when there is news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from flask import Flask
from sqlalchemy import select

from lms.foundation import clock, jobs, notices, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Worker
from lms.foundation.outbox import Mail
from lms.notifications import actions
from lms.notifications.jobs import DIGEST, look_for_digests
from tests.cast import Cast
from tests.conftest import SignIn, Unit
from tests.notifications.conftest import Inbox, person

DUE = datetime(2026, 11, 20, 8, tzinfo=UTC)
MONDAY_EIGHT = datetime(2026, 11, 15, 23, tzinfo=UTC)
"""08:00 on Monday 16 November in Tokyo."""


def tell(*codes: str, kind: str = "cohort.enrolled", about: str = "tokyo-a", name: str = "Tokyo A") -> None:
    ids = [person(code).id for code in codes]
    if kind == "cohort.enrolled":
        notices.tell(kind, about, ids, cohort_text={"en": name, "ja": "東京A"}, go_live_on=DUE.date())
    else:
        notices.tell(kind, about, ids, quiz_text={"en": name, "ja": "確認"}, due_at=DUE, assignment_id=7)


def mails(app: Flask, moment: datetime) -> list[Mail]:
    """All mails there are after the worker has looked at a moment."""
    with app.app_context(), clock.fixed(moment):
        with transaction.unit():
            look_for_digests()
        Worker().work_off()
        with transaction.unit(write=False):
            found = list(db.session.scalars(select(Mail).order_by(Mail.id)))
            db.session.expunge_all()
            return found


class Links(HTMLParser):
    """The addresses and the text of an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in {"img", "script", "link", "iframe"}, "a mail loads nothing"
        self.addresses += [value or "" for name, value in attributes if tag == "a" and name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def told_at_noon(unit: Unit, *codes: str, **facts: str) -> None:
    """Tell people something at noon of the day before."""
    with clock.fixed(MONDAY_EIGHT - timedelta(hours=20)), unit():
        tell(*codes, **facts)


def test_it_comes_in_the_morning_and_once(app: Flask, cast: Cast, unit: Unit) -> None:
    told_at_noon(unit, cast.learner)
    assert mails(app, MONDAY_EIGHT - timedelta(minutes=1)) == []
    [mail] = mails(app, MONDAY_EIGHT)
    assert (mail.recipient, mail.locale, mail.subject) == (
        "learner@site.example",
        "en",
        "Kijun, Mon 16 Nov: 1 new notice",
    )
    told_at_noon(unit, cast.learner, about="later")
    assert len(mails(app, MONDAY_EIGHT + timedelta(hours=2))) == 1, "one a day"
    assert len(mails(app, MONDAY_EIGHT + timedelta(days=1))) == 2
    assert len(mails(app, MONDAY_EIGHT + timedelta(days=2))) == 2, "nothing is new"


def test_it_comes_later_when_the_worker_was_away_but_not_at_night(app: Flask, cast: Cast, unit: Unit) -> None:
    told_at_noon(unit, cast.learner)
    assert mails(app, MONDAY_EIGHT + timedelta(hours=10)) == []
    assert len(mails(app, MONDAY_EIGHT + timedelta(hours=9, minutes=59))) == 1


def test_the_morning_is_that_of_the_person(app: Flask, cast: Cast, unit: Unit) -> None:
    with unit():
        person(cast.second_learner).own_zone_name = "Europe/London"
    told_at_noon(unit, cast.learner, cast.second_learner)
    assert [mail.recipient for mail in mails(app, MONDAY_EIGHT)] == ["learner@site.example"]
    assert [mail.recipient for mail in mails(app, MONDAY_EIGHT + timedelta(hours=9))][1:] == ["second@site.example"]


def test_both_parts_say_the_same_in_the_language_of_the_person(app: Flask, cast: Cast, unit: Unit) -> None:
    told_at_noon(unit, cast.stranger)
    told_at_noon(unit, cast.stranger, kind="quiz.given", about="7", name="<b>Check</b>")
    [mail] = mails(app, MONDAY_EIGHT)
    assert mail.subject == "【Kijun】11月16日（月）：新着のお知らせ2件"
    html = Links(mail.html_body)
    due = "期限は11月20日（金）17:00（日本時間）です。"
    for said in ("11月16日（月）の新着のお知らせ2件", "クラス「東京A」に追加されました。", due):
        assert said in mail.plain_body
        assert said in html.text
    assert html.addresses == [
        "http://127.0.0.1:8000/quizzes/7",
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/notices",
        "http://127.0.0.1:8000/settings",
    ]
    lines = [line.strip() for line in mail.plain_body.splitlines()]
    assert all(address in lines for address in html.addresses), "an address after 「：」 is no link in a mail program"
    assert '<html lang="ja">' in mail.html_body


def test_what_people_write_is_text_in_both_parts(app: Flask, cast: Cast, unit: Unit) -> None:
    told_at_noon(unit, cast.learner, name="<b>A & B</b>")
    [mail] = mails(app, MONDAY_EIGHT)
    assert "You are in the cohort <b>A & B</b>." in mail.plain_body
    assert "You are in the cohort &lt;b&gt;A &amp; B&lt;/b&gt;." in mail.html_body


def test_what_has_been_read_is_no_news(app: Flask, cast: Cast, unit: Unit, inbox: Inbox) -> None:
    told_at_noon(unit, cast.learner)
    with unit():
        actions.read_all(person(cast.learner))
    assert mails(app, MONDAY_EIGHT) == []


def test_what_was_told_days_ago_is_no_news(app: Flask, cast: Cast, unit: Unit) -> None:
    told_at_noon(unit, cast.learner)
    assert mails(app, MONDAY_EIGHT + timedelta(days=3)) == []


def test_a_long_list_is_cut_with_its_rest_counted(app: Flask, cast: Cast, unit: Unit) -> None:
    for n in range(15):
        told_at_noon(unit, cast.learner, about=str(n))
    [mail] = mails(app, MONDAY_EIGHT)
    assert mail.plain_body.count("You are in the cohort") == 12
    assert "And 3 more in your inbox." in mail.plain_body
    assert "And 3 more in your inbox." in mail.html_body
    assert mail.subject.endswith("15 new notices")
    assert len(mails(app, MONDAY_EIGHT + timedelta(days=1))) == 1, "the rest has been counted"


def test_who_wants_none_gets_only_what_must_be_done(app: Flask, cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    visitor = sign_in_as(cast.learner)
    form = {"reading": "みく", "locale": "en", "own_zone_name": "", "revision": 1}
    assert 'name="wants_digest" type="checkbox" value="y"' in visitor.get("/settings").text.replace("checked ", "")
    assert visitor.post("/settings", data=form).status_code == 302
    told_at_noon(unit, cast.learner)
    assert mails(app, MONDAY_EIGHT) == []
    told_at_noon(unit, cast.learner, kind="quiz.given", about="7", name="Check")
    [mail] = mails(app, MONDAY_EIGHT)
    assert "A quiz to take: Check" in mail.plain_body
    assert "You are in the cohort" not in mail.plain_body
    assert "Other news stays in your inbox." in mail.plain_body
    assert visitor.post("/settings", data={**form, "wants_digest": "y", "revision": 2}).status_code == 302
    told_at_noon(unit, cast.learner, about="another")
    assert len(mails(app, MONDAY_EIGHT + timedelta(days=1))) == 2


def test_nobody_who_has_left_gets_mail(app: Flask, cast: Cast, unit: Unit) -> None:
    told_at_noon(unit, cast.learner)
    with unit():
        person(cast.learner).deactivated_at = clock.now()
    assert mails(app, MONDAY_EIGHT) == []


def test_the_writing_is_asked_for_once_and_only_when_due(app: Flask, cast: Cast, unit: Unit) -> None:
    told_at_noon(unit, cast.learner)
    with app.app_context():
        for moment in (MONDAY_EIGHT - timedelta(hours=1), MONDAY_EIGHT, MONDAY_EIGHT):
            with clock.fixed(moment), transaction.unit():
                look_for_digests()
        with transaction.unit(write=False):
            asked = db.session.scalars(select(jobs.Job).where(jobs.Job.kind == DIGEST)).all()
            assert len(asked) == 1
