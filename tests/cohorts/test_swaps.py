"""Trainers and rooms that are swapped with a shift: in one click, told to everybody, and back where they were."""

from __future__ import annotations

import html
import re
from datetime import date, datetime

from flask import Flask
from sqlalchemy import select

from lms.accounts.models import RoleGrant
from lms.cohorts import actions, queries
from lms.cohorts.models import TrainingSession
from lms.foundation import clock
from lms.foundation.db import db
from lms.notifications.models import Notice
from lms.sites.models import Room
from tests.cohorts.conftest import Enter
from tests.cohorts.pages import section_html, words
from tests.cohorts.test_change import cohort
from tests.cohorts.test_settle import second_cohort
from tests.cohorts.test_shift import ADMIN, PAGE, WHY, entered, places, seen, undo
from tests.conftest import Unit
from tests.quizzes import sitting


def test_a_trainer_who_would_be_booked_twice_is_swapped_in_one_click(enter: Enter, sample: Flask, unit: Unit) -> None:
    admin = enter("admin")
    with unit():
        second_cohort("tokyo", "5A", ["trainer@kijun.example"])
        somebody = free_trainer()
    before = places(sample)
    page = seen(admin).text
    assert "A trainer is booked twice." in words(page)
    button = offered(page, "trainer")
    assert int(button.rpartition(":")[2]) in {somebody, *before["trainers"]}
    clashes = to_settle(page)
    swapped = admin.post(f"{PAGE}?lang=en", data=entered(page) | {"swap": [button]})
    assert swapped.status_code == 200
    assert to_settle(swapped.text) == clashes - 1
    sent = entered(swapped.text) | WHY | {"confirmed": "1"}
    assert admin.post(PAGE, data=sent).status_code == 302
    public_id, _what, chosen = button.split(":")
    assert places(sample)["sessions"][public_id][4] == int(chosen)
    assert int(chosen) in places(sample)["trainers"], "who holds a session trains the cohort"
    with sample.app_context():
        told = db.session.scalars(select(Notice.person_id).where(Notice.kind == "cohort.shifted")).all()
        assert int(chosen) in told
    assert undo(admin, sample).status_code == 302
    assert places(sample) == before, "trainers, too"


def test_who_trains_the_cohort_no_more_gets_no_session_back(enter: Enter, sample: Flask, unit: Unit) -> None:
    admin = enter("admin")
    with unit():
        second_cohort("tokyo", "5A", ["trainer@kijun.example"])
        free_trainer()
    button = offered(seen(admin).text, "trainer")
    with unit():
        own, other = (sitting.person(f"{name}@kijun.example") for name in ("trainer", "trainer-b"))
        for session in queries.list_sessions(cohort()):
            if session.trainer_id == own.id and session.public_id not in button:
                session.trainer_id = other.id
    page = seen(admin, swap=button).text
    assert admin.post(PAGE, data=entered(page) | WHY | {"confirmed": "1"}).status_code == 302
    with unit():
        actions.remove_trainer(cohort(), sitting.person("trainer@kijun.example"), by=sitting.person(ADMIN))
    before = places(sample)
    answer = undo(admin, sample)
    assert (answer.status_code, "was changed after this shift" in html.unescape(answer.text)) == (409, True)
    assert places(sample) == before


def test_another_room_is_in_the_message_and_so_is_the_way_back(enter: Enter, sample: Flask, unit: Unit) -> None:
    admin = enter("admin")
    with unit():
        second_cohort("tokyo", "4B", ["trainer-b@kijun.example"])
    said = words(seen(admin).text)
    assert to_settle(said) == said.count("No other room with enough seats is free then.") == 1
    assert "more times after that" in said, "what nothing mends is said once"
    with unit():
        for room in cohort().site.rooms:
            room.capacity = 36
    button = offered(seen(admin).text, "room")
    page = seen(admin, swap=button).text
    with sample.app_context():
        room = db.session.get_one(Room, int(button.rpartition(":")[2])).name
    assert f", room {room}" in words(page)
    assert admin.post(PAGE, data=entered(page) | WHY | {"confirmed": "1"}).status_code == 302
    assert undo(admin, sample).status_code == 302
    with sample.app_context():
        told = select(Notice).where(Notice.person_id == sitting.person().id)
        rooms = {n.kind: [p["room"] for p in n.facts.get("parts", ()) if "room" in p] for n in db.session.scalars(told)}
    assert (rooms["cohort.shifted"], rooms["cohort.shift_undone"]) == ([room], ["4B"])


def test_of_two_choices_for_one_session_the_last_one_holds(enter: Enter, unit: Unit) -> None:
    """A browser sends the button, which stands above, before what the form carries on."""
    admin = enter("admin")
    with unit():
        second_cohort("tokyo", "5A", ["trainer@kijun.example"])
        somebody = free_trainer()
    page = seen(admin).text
    session = offered(page, "trainer").partition(":")[0]
    now, before = f"{session}:trainer:{somebody}", f"{session}:trainer:1"
    sent = admin.post(f"{PAGE}?lang=en", data=entered(page) | {"swap": [now, before]})
    assert entered(sent.text)["swap"] == [now]


def offered(page: str, what: str) -> str:
    """The first trainer or room that the page offers for a session."""
    button = re.search(rf'name="swap" value="([^"]+:{what}:\d+)"', section_html(page, "settle"))
    assert button is not None
    return button[1]


def to_settle(page: str) -> int:
    found = re.search(r"(\d+) things? to settle afterwards", page)
    return int(found[1]) if found else 0


def free_trainer() -> int:
    """Somebody else of the site who trains nobody yet and speaks the same language."""
    person = sitting.person("moderator@kijun.example")
    db.session.add(RoleGrant(person_id=person.id, role="trainer", granted_at=clock.now(), granted_by=None))
    person.locale = sitting.person("trainer@kijun.example").locale
    return person.id


def test_who_is_no_longer_free_is_not_booked(enter: Enter, sample: Flask, unit: Unit) -> None:
    admin = enter("admin")
    with unit():
        second_cohort("tokyo", "5A", ["trainer@kijun.example"])
        free_trainer()
    page = seen(admin).text
    button = offered(page, "trainer")
    public_id, _what, chosen = button.split(":")
    with sample.app_context():
        session = db.session.scalars(select(TrainingSession).where(TrainingSession.public_id == public_id)).one()
        span = queries.load_calendar(cohort().site, date(2026, 11, 18)).shift(session.starts_at.date(), 2)
        length = session.ends_at - session.starts_at
        at = datetime.combine(span, session.starts_at.timetz())
    with unit():
        second_cohort("tokyo", None, ["trainer-b@kijun.example"], "third")
        other = db.session.scalars(select(TrainingSession).order_by(TrainingSession.id.desc())).first()
        assert other is not None
        other.starts_at, other.ends_at, other.trainer_id = at, at + length, int(chosen)
    before = places(sample)
    sent = entered(page) | WHY | {"confirmed": "1", "swap": [button]}
    answer = admin.post(f"{PAGE}?lang=en", data=sent)
    assert (answer.status_code, "is no longer free" in answer.text) == (422, True)
    assert places(sample) == before
