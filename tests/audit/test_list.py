"""The audit trail as a page: in words, filtered by its address, in pages, and only as far as somebody may read."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from tests.cast import PASSWORD, Cast
from tests.conftest import MONDAY_AFTERNOON, QueryCount, SignIn, Unit, Visitor

ROW = re.compile(r'<tr class="top">(.*?)</tr>', re.S)


def rows(page: str) -> list[str]:
    """What each row of the list says, as plain text."""
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in ROW.findall(page)]


def listed(visitor: Visitor, query: str = "") -> list[str]:
    answer = visitor.get(f"/journal{query}")
    assert answer.status_code == 200
    return rows(answer.text)


@pytest.fixture
def moved(unit: Unit, cast: Cast) -> None:
    """The learner is moved by the administrator, at a quarter past; the policy is acknowledged a day later."""
    with unit():
        learner = db.session.scalars(select(Person).where(Person.code == cast.learner)).one()
        facts = {"changed": ["site"], "from_site": "tokyo", "to_site": "osaka"}
        chain = learner.vendor_id
        with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=15)):
            journal.record("person.change", actor=cast.admin, object=cast.learner, chain_id=chain, **facts)
        with clock.fixed(MONDAY_AFTERNOON + timedelta(days=1)):
            journal.record("policy.acknowledge", actor=cast.learner, object="HAR v4.2", chain_id=chain, locale="ja")


@pytest.mark.usefixtures("moved")
class TestWords:
    def test_an_entry_says_who_did_what_to_whom_and_from_what_to_what(self, admin: Visitor, cast: Cast) -> None:
        [entry] = listed(admin, "?action=person.change")
        assert f"{cast.admin} Alex Admin" in entry
        assert f"Person changed {cast.learner} 髙橋 未来" in entry
        assert "Changed: Site" in entry
        assert "Site: tokyo → osaka" in entry
        assert "16 Nov 2026 13:39" in entry

    def test_in_japanese(self, admin: Visitor) -> None:
        [entry] = listed(admin, "?action=person.change&lang=ja")
        assert "ユーザーの変更" in entry
        assert "tokyo → osaka" in entry


@pytest.mark.usefixtures("moved")
class TestFilters:
    def test_by_name_and_by_code(self, admin: Visitor, cast: Cast) -> None:
        by_name, by_code = listed(admin, "?who=たかはし みく"), listed(admin, f"?who={cast.learner}")
        assert by_name == by_code
        assert ["Policy acknowledged" in entry for entry in by_name] == [True]

    def test_by_thing(self, admin: Visitor) -> None:
        assert [entry for entry in listed(admin, "?object=har") if "HAR v4.2" not in entry] == []
        assert len(listed(admin, "?object=ＨＡＲ")) == 1

    def test_by_days_of_the_readers_zone(self, admin: Visitor) -> None:
        assert len(listed(admin, "?first=2026-11-17&last=2026-11-17")) == 1
        assert all("17 Nov" not in entry for entry in listed(admin, "?last=2026-11-16"))

    def test_the_days_are_named_as_days(self, admin: Visitor) -> None:
        """In Japanese "from" a day and "from" a sender are two words."""
        page = admin.get("/journal?lang=ja").text
        assert ("開始日" in page, "終了日" in page, "差出人" in page, "宛先" in page) == (True, True, False, False)

    def test_bad_input_is_told_at_its_field_and_kept(self, admin: Visitor) -> None:
        page = admin.get("/journal?first=yesterday&action=nothing.known").text
        assert "Enter a date." in page
        assert 'value="yesterday"' in page
        assert "Choose one of the options." in page
        assert rows(page)

    def test_a_last_day_before_the_first_is_told(self, admin: Visitor) -> None:
        page = admin.get("/journal?first=2026-11-17&last=2026-11-16").text
        assert "Choose a day that is not before the first one." in page

    @pytest.mark.parametrize("days", ["first=0001-01-01", "last=9999-12-31", "first=9999-12-31", "last=0001-01-01"])
    def test_days_that_no_clock_has_are_told(self, admin: Visitor, days: str) -> None:
        page = admin.get(f"/journal?{days}").text
        assert "The calendar does not reach that far." in page
        assert f'value="{days.partition("=")[2]}"' in page
        assert rows(page)

    @pytest.mark.parametrize("place", ["-1", "0", str(2**31), str(10**24), f"-{10**24}"])
    def test_a_place_beyond_the_ends_is_no_mistake(self, admin: Visitor, place: str) -> None:
        above, below = listed(admin, f"?after={place}"), listed(admin, f"?before={place}")
        assert (above, below)[int(place) > 0] != []
        assert (above, below)[int(place) <= 0] == []

    def test_nothing_found_offers_the_way_back(self, admin: Visitor) -> None:
        assert "No entry matches" in admin.get("/journal?who=Nobody").text


class TestPages:
    @pytest.fixture
    def many(self, unit: Unit) -> None:
        """120 entries, of which many happened at one moment."""
        with unit():
            for n in range(120):
                with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=1 + n // 40)):
                    journal.record("quiz.publish", actor="system", object=f"q{n:03d}")

    def things(self, page: str) -> list[str]:
        return [found for entry in rows(page) for found in re.findall(r"\bq\d{3}\b", entry)]

    def link(self, page: str, rel: str) -> str:
        found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
        assert found
        return unescape(found[1])

    @pytest.mark.usefixtures("many")
    def test_pages_of_fifty_lead_to_the_end_and_back(self, admin: Visitor) -> None:
        first = admin.get("/journal?action=quiz.publish").text
        second = admin.get(self.link(first, "next")).text
        third = admin.get(self.link(second, "next")).text
        assert [len(self.things(page)) for page in (first, second, third)] == [50, 50, 20]
        assert self.things(first + second + third) == [f"q{n:03d}" for n in reversed(range(120))]
        assert 'rel="next"' not in third
        assert self.things(admin.get(self.link(third, "prev")).text) == self.things(second)
        assert self.things(admin.get(self.link(second, "prev")).text) == self.things(first)

    @pytest.mark.usefixtures("many")
    def test_a_page_far_down_needs_no_more_statements(
        self, admin: Visitor, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
    ) -> None:
        near = "/journal?action=quiz.publish"
        far = self.link(admin.get(self.link(admin.get(near).text, "next")).text, "next")
        with queries_counted() as near_count:
            admin.get(near)
        with queries_counted() as far_count:
            admin.get(far)
        assert len(far_count) <= len(near_count)
        counted = [statement for statement in far_count.statements if "count(" in statement.lower()]
        assert not [statement for statement in counted if "audit_events" in statement]


class TestReach:
    def test_the_vendor_manager_reads_of_their_own_vendor_only(self, sign_in_as: SignIn, cast: Cast) -> None:
        page = " ".join(listed(sign_in_as(cast.vendor_manager)))
        assert cast.stranger in page
        assert cast.learner not in page
        assert "In-house" not in sign_in_as(cast.vendor_manager).get("/journal").text

    def test_everybody_reads_their_own_sign_ins(self, client: Visitor, cast: Cast, unit: Unit) -> None:
        with unit():
            learner = db.session.scalars(select(Person).where(Person.code == cast.learner)).one()
            learner.password_hash = accounts.hash_password(PASSWORD, login="")
        client.post("/sign-in", data={"login": "learner@site.example", "password": "a wrong one"})
        client.post("/sign-in", data={"login": "learner@site.example", "password": PASSWORD})
        answer = client.get("/journal")
        assert "Your sign-ins" in answer.text
        entries = rows(answer.text)
        assert [("Signed in" in entry, "Wrong password at sign-in" in entry) for entry in entries] == [
            (True, False),
            (False, True),
        ]
        assert "/journal/file" not in answer.text
        assert client.get("/journal?object=x&who=Alex").status_code == 200

    def test_no_name_is_shown_to_whoever_may_not_see_it(self, sign_in_as: SignIn, cast: Cast, unit: Unit) -> None:
        with unit():
            vendor = db.session.scalars(select(Person).where(Person.code == cast.stranger)).one().vendor_id
            journal.record("role.grant", actor=cast.admin, object=cast.stranger, chain_id=vendor, role="trainer")
        [entry] = listed(sign_in_as(cast.vendor_manager), "?action=role.grant")
        assert cast.admin in entry
        assert "Alex" not in entry
        assert f"{cast.stranger} 𠮷田 蓮" in entry
        assert listed(sign_in_as(cast.vendor_manager), "?who=Alex") == []


class TestFile:
    def test_it_holds_what_is_filtered_disarmed_and_is_written_down(
        self, admin: Visitor, cast: Cast, unit: Unit
    ) -> None:
        with unit():
            for thing in ("=1+1", "plain"):
                journal.record("quiz.publish", actor=cast.admin, object=thing, role="qa")
        answer = admin.post("/journal/file", data={"action": "quiz.publish"})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/csv")
        lines = answer.data.decode("utf-8-sig").splitlines()
        assert len(lines) == 3
        assert "'=1+1" in answer.text
        assert ",=1+1" not in answer.text
        assert "Role,,QA analyst" in lines[1]
        with unit():
            [entry] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "journal.export"))
            assert (entry.actor, entry.detail) == (cast.admin, {"entries": 2, "filter": {"action": "quiz.publish"}})

    @pytest.mark.usefixtures("moved")
    def test_the_trail_says_by_code_whose_entries_were_taken(self, admin: Visitor, cast: Cast, unit: Unit) -> None:
        """What was looked for is a name, and may be one in any field; no name stays in the trail."""
        days = {"first": "2026-11-17", "last": "2026-11-18"}
        assert admin.post("/journal/file", data={"who": "たかはし みく", **days}).status_code == 200
        assert admin.post("/journal/file", data={"object": "髙橋", "action": "person.change"}).status_code == 200
        with unit():
            query = select(AuditEvent).where(AuditEvent.action == "journal.export").order_by(AuditEvent.id)
            assert [entry.detail for entry in db.session.scalars(query)] == [
                {"entries": 1, "filter": {"who": [cast.learner], **days}},
                {"entries": 0, "filter": {"action": "person.change"}},
            ]
        other, named = listed(admin, "?action=journal.export")
        assert f"Filter: Who: {cast.learner} 髙橋 未来, First day: 17 Nov 2026 and Last day: 18 Nov 2026" in named
        assert "Filter: What: Person changed" in other
        assert "ユーザーの変更" in listed(admin, "?action=journal.export&lang=ja")[0]

    def test_without_a_fresh_password_there_is_none(self, admin: Visitor) -> None:
        with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=16)):
            answer = admin.post("/journal/file")
        assert answer.status_code == 403
        assert "step_up_password" in answer.text

    def test_nobody_else_takes_it_away(self, sign_in_as: SignIn, cast: Cast) -> None:
        assert sign_in_as(cast.qa).post("/journal/file").status_code == 403
