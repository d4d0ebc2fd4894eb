"""The inbox: told once, read or unread, in the reader's language and zone, each person their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from lms.foundation import clock, notices, transaction
from lms.foundation.locale import speaking
from lms.kit.pages import SIZE
from tests.cast import Cast
from tests.conftest import MONDAY_AFTERNOON, QueryCount, SignIn, Unit
from tests.notifications.conftest import Inbox, person

QUIZ = {"en": "Harassment checkpoint", "ja": "ハラスメント確認テスト"}
Counted = Callable[[], AbstractContextManager[QueryCount]]
DUE = datetime(2026, 11, 20, 8, tzinfo=UTC)


def tell(*codes: str, about: str = "7", anew: bool = True, due_at: datetime = DUE) -> None:
    ids = [person(code).id for code in codes]
    notices.tell("quiz.given", about, ids, anew=anew, quiz_text=QUIZ, due_at=due_at, assignment_id=7)


def test_a_notice_is_read_in_the_language_and_zone_of_the_reader(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    with unit():
        tell(cast.learner, cast.stranger)
    visitor = sign_in_as(cast.learner)
    assert "A quiz to take: Harassment checkpoint, due Fri 20 Nov 17:00 JST." in visitor.get("/notices").text
    assert "ハラスメント確認テストを受験してください。期限は11月20日（金）17:00（日本時間）です。" in (
        visitor.get("/notices?lang=ja").text
    )
    with unit():
        person(cast.stranger).own_zone_name = "Europe/London"
    page = sign_in_as(cast.stranger).get("/notices").text
    assert "期限は11月20日（金）08:00（GMT）です。" in page


def test_what_has_a_place_is_told_in_the_time_of_that_place(built: Flask) -> None:
    facts = {"session_text": {"en": "Class"}, "starts_at": DUE.isoformat(), "zone_name": "Asia/Tokyo"}
    with built.app_context(), speaking("en"):
        said = notices.sentence("session.cancelled", facts, ZoneInfo("Europe/London"))
    assert said == "Cancelled: Class on Fri 20 Nov 17:00 JST."


def test_the_same_thing_stands_in_an_inbox_once(cast: Cast, unit: Unit, inbox: Inbox) -> None:
    with unit():
        tell(cast.learner)
    with unit():
        notices.settle("quiz.given", about="7")
    with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=1)), unit():
        tell(cast.learner, due_at=DUE + timedelta(days=1))
    [notice] = inbox(cast.learner)
    assert (notice.read_at, notice.told_at) == (None, MONDAY_AFTERNOON + timedelta(hours=1))
    assert notice.facts["due_at"] == (DUE + timedelta(days=1)).isoformat()


def test_who_looks_again_and_again_tells_the_same_facts_once(cast: Cast, unit: Unit, inbox: Inbox) -> None:
    with unit():
        tell(cast.learner, anew=False)
        notices.settle("quiz.given", about="7")
    with unit():
        tell(cast.learner, cast.second_learner, anew=False)
    assert inbox(cast.learner, unread=True) == []
    assert len(inbox(cast.second_learner, unread=True)) == 1
    with unit():
        tell(cast.learner, anew=False, due_at=DUE + timedelta(days=1))
    assert len(inbox(cast.learner, unread=True)) == 1, "other facts are news"


def test_settled_for_one_is_not_settled_for_others(cast: Cast, unit: Unit, inbox: Inbox) -> None:
    with unit():
        tell(cast.learner, cast.second_learner)
        tell(cast.learner, about="8")
        notices.settle("quiz.given", about="7", people=[person(cast.learner).id])
    assert [notice.about for notice in inbox(cast.learner, unread=True)] == ["8"]
    assert len(inbox(cast.second_learner, unread=True)) == 1


def test_nobody_who_has_left_is_told(cast: Cast, unit: Unit, inbox: Inbox) -> None:
    with unit():
        person(cast.learner).deactivated_at = clock.now()
        tell(cast.learner)
    assert inbox(cast.learner) == []


def test_what_is_rolled_back_was_never_told(cast: Cast, app: Flask, inbox: Inbox) -> None:
    with app.app_context(), suppress(RuntimeError), transaction.unit():
        tell(cast.learner)
        raise RuntimeError
    assert inbox(cast.learner) == []


def test_opening_reads_and_leads_to_the_page(cast: Cast, unit: Unit, inbox: Inbox, sign_in_as: SignIn) -> None:
    with unit():
        tell(cast.learner)
    visitor = sign_in_as(cast.learner)
    page = visitor.get("/notices").text
    assert 'aria-label="Notices, 1 unread"' in page
    [notice] = inbox(cast.learner)
    answer = visitor.post(f"/notices/{notice.id}/open")
    assert (answer.status_code, answer.location) == (303, "/quizzes/7")
    assert inbox(cast.learner, unread=True) == []
    page = visitor.get("/notices").text
    assert 'aria-label="Notices"' in page
    assert '<a href="/quizzes/7">A quiz to take' in page
    assert "Nothing is unread" in visitor.get("/notices?show=unread").text


def test_reading_one_and_reading_all(cast: Cast, unit: Unit, inbox: Inbox, sign_in_as: SignIn) -> None:
    with unit():
        for about in "789":
            tell(cast.learner, cast.second_learner, about=about)
    visitor = sign_in_as(cast.learner)
    answer = visitor.post(f"/notices/{inbox(cast.learner)[0].id}/read")
    assert (answer.status_code, answer.location) == (303, "/notices")
    assert len(inbox(cast.learner, unread=True)) == 2
    assert visitor.post("/notices/read").location == "/notices"
    assert inbox(cast.learner, unread=True) == []
    assert len(inbox(cast.second_learner, unread=True)) == 3


@pytest.mark.parametrize("verb", ["open", "read"])
def test_the_notices_of_others_are_not_there(
    cast: Cast, unit: Unit, inbox: Inbox, sign_in_as: SignIn, verb: str
) -> None:
    with unit():
        tell(cast.learner)
    [notice] = inbox(cast.learner)
    visitor = sign_in_as(cast.second_learner)
    assert "Harassment checkpoint" not in visitor.get("/notices").text
    assert visitor.post(f"/notices/{notice.id}/{verb}").status_code == 404
    assert len(inbox(cast.learner, unread=True)) == 1


def test_a_long_inbox_has_pages(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    with unit():
        for about in range(SIZE + 3):
            tell(cast.learner, about=str(about))
    visitor = sign_in_as(cast.learner)
    page = visitor.get("/notices").text
    assert len(re.findall("A quiz to take", page)) == SIZE * 3, "the sentence and the names of its two buttons"
    assert 'class="unread tnum" aria-hidden="true">53<' in page
    assert len(re.findall("A quiz to take", visitor.get("/notices?page=2&show=unread").text)) == 9


def test_the_count_is_one_statement(cast: Cast, unit: Unit, sign_in_as: SignIn, queries_counted: Counted) -> None:
    visitor = sign_in_as(cast.learner)
    with queries_counted() as count:
        visitor.get("/settings")
    assert len([statement for statement in count.statements if "notices" in statement]) == 1


NOTE = {"en": "A note", "ja": "お知らせ"}
"""What somebody writes themselves, in both languages."""


def test_every_kind_leads_to_a_page_and_speaks_both_languages(built: Flask) -> None:
    for code, kind in notices.all_kinds().items():
        names = set(re.findall(r"%\((\w+)\)s", str(kind.sentence)))
        facts = {
            name: NOTE if name == "note_text" else {"en": "x", "ja": "x"} if name.endswith("_text") else DUE.isoformat()
            if name.endswith("_at") else "2026-11-20" if name.endswith("_on") else 7
            for name in {*names, *kind.arguments}
        }  # fmt: skip
        with built.app_context():
            assert notices.path(code, facts).startswith("/")
            said = []
            for language in ("en", "ja"):
                with speaking(language):
                    said.append(notices.sentence(code, facts, ZoneInfo("Asia/Tokyo")))
        assert said[0] != said[1], code


def test_an_unknown_kind_is_a_mistake_of_ours(app: Flask) -> None:
    with app.app_context(), pytest.raises(ValueError, match="unknown kind"):
        notices.tell("quiz.gone", "7", [1])
