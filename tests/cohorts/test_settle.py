"""What the board and the page of a cohort say of the weeks ahead: hours, clashes with what mends them, the forecast."""

from __future__ import annotations

import html
import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts import actions, queries
from lms.cohorts.models import Cohort, TrainingSession
from lms.foundation.db import db
from lms.sites.models import Closure, Room, Site
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter
from tests.cohorts.pages import section, section_html, words
from tests.conftest import Unit, Visitor
from tests.quizzes import sitting

TRAINER = "trainer@kijun.example"


def second_cohort(site: str, room: str | None, trainers: list[str], code: str = "second") -> None:
    """A cohort a day behind the one that trains at the site already: what both do every day meets."""
    place = db.session.scalars(select(Site).where(Site.code == site)).one()
    rooms = {found.name: found.id for found in place.rooms}
    names = {"en": code.title(), "ja": f"{code}番"}
    template, led_by = queries.get_template("labeller-15"), [sitting.person(login) for login in trainers]
    go_live_on = {"tokyo": date(2026, 12, 1), "osaka": date(2026, 11, 25)}[site]
    command = actions.NewCohort(code, names, place, template, go_live_on, led_by, room_id=rooms[room] if room else None)
    actions.create_cohort(command, by=None)


def entries(page: str) -> dict[str, tuple[str, str, str]]:
    """The things to settle by what is wrong: when and what, the address of what mends it, and its words."""
    found = re.findall(
        r'<li class="list-item"><div><p class="t">(.*?)</p><p class="d">(.*?)</p></div><a[^>]*href="([^"]+)">(.*?)</a>',
        section_html(page, "clashes"),
        re.DOTALL,
    )
    spoken = re.compile(r"<span class=\"vh\">.*?</span>", re.DOTALL)
    return {
        words(title): (html.unescape(words(detail)), html.unescape(href), words(spoken.sub("", mend)))
        for title, detail, href, mend in found
    }


def board(visitor: Visitor, language: str = "en") -> str:
    return visitor.get(f"/cohorts?lang={language}").text


def test_without_a_clash_the_board_says_so(trainer: Visitor) -> None:
    assert "No clashes" in section(board(trainer), "clashes")
    assert 'aria-labelledby="settle"' not in trainer.get("/cohorts/tokyo-a").text


def test_a_room_that_is_booked_twice_is_mended_where_the_board_leads(enter: Enter, unit: Unit) -> None:
    admin = enter("admin")
    with unit():
        second_cohort("tokyo", "4B", ["trainer-b@kijun.example"])
    detail, href, mend = entries(board(admin))["Room 4B is booked twice"]
    assert "Tokyo A “" in detail
    assert mend == "Use 5A"
    form = FormPage(admin.get(href).text)
    with unit():
        rooms = {room.name: str(room.id) for room in db.session.scalars(select(Room))}
    assert form.value("room") == rooms["5A"], "what is free is filled in"
    assert "Free choices are already filled in." in admin.get(f"{href}&lang=en").text
    sent = {name: values[0] for name, values in form.entered.items() if values}
    assert admin.post(href.partition("?")[0], data=sent).status_code == 302
    after = entries(board(admin))["Room 4B is booked twice"][0]
    assert after != detail


def test_what_is_suggested_is_only_what_can_be_chosen(enter: Enter, unit: Unit) -> None:
    admin = enter("admin")
    with unit():
        second_cohort("tokyo", "4B", ["trainer-b@kijun.example"])
        osaka = db.session.scalars(select(Room.id).join(Site).where(Site.code == "osaka")).first()
    path = entries(board(admin))["Room 4B is booked twice"][1].partition("?")[0]
    saved = FormPage(admin.get(path).text).value("room")
    for wanted in (str(osaka), "x", "-1"):
        page = admin.get(f"{path}?room={wanted}&lang=en").text
        assert FormPage(page).value("room") == saved
        assert "Free choices are already filled in." not in page


def test_another_trainer_is_suggested_where_one_is_booked_twice(trainer: Visitor, unit: Unit) -> None:
    with unit():
        second_cohort("tokyo", "5A", [TRAINER, "trainer-b@kijun.example"])
        name = sitting.person(TRAINER).name
    found = {title: entry for title, entry in entries(board(trainer)).items() if title.endswith("is booked twice")}
    assert any(name in title for title in found), "one's own name"
    assert any(re.search(r"[?&]trainer=\d+", href) for _detail, href, _mend in found.values())


def test_a_cohort_out_of_reach_is_not_named(enter: Enter, unit: Unit) -> None:
    with unit():
        second_cohort("tokyo", "4B", [TRAINER])
    page = board(enter("trainer-b@kijun.example"))
    detail, href, _mend = entries(page)["Room 4B is booked twice"]
    assert "another cohort" in detail
    assert "/cohorts/tokyo-a/" in href
    assert "Second" not in page


def test_a_vendor_manager_sees_the_clashes_of_the_vendor_and_where_they_are(enter: Enter, unit: Unit) -> None:
    with unit():
        second_cohort("tokyo", "4B", [TRAINER], "tokyo-second")
    manager = enter("vendor")
    assert "No clashes" in section(board(manager), "clashes")
    with unit():
        second_cohort("osaka", "2A", ["trainer-c@northwind.example"])
    found = entries(board(manager))
    assert all(mend == "Open the week" and "week=" in href for _detail, href, mend in found.values())
    assert all(manager.get(href).status_code == 200 for _detail, href, _mend in found.values())
    assert "Room 2A is booked twice" in found
    assert not any("Tokyo" in detail for detail, _href, _mend in found.values())


def test_a_session_on_a_day_that_was_closed_afterwards_is_to_be_moved(trainer: Visitor, unit: Unit) -> None:
    with unit():
        tokyo = db.session.scalars(select(Site).where(Site.code == "tokyo")).one()
        db.session.add(Closure(site_id=tokyo.id, closed_on=date(2026, 11, 18), name_text={"en": "Works", "ja": "工事"}))
    detail, href, mend = entries(board(trainer))["Tokyo is closed"]
    assert detail.startswith("Wed 18 Nov")
    assert mend == "Move the session"
    assert trainer.get(href).status_code == 200


def test_a_room_with_too_few_seats_is_told_and_a_bigger_one_named(trainer: Visitor, unit: Unit) -> None:
    with unit():
        rooms = {room.name: room for room in db.session.scalars(select(Room))}
        rooms["4B"].capacity, rooms["5A"].capacity = 3, 90
    detail, _href, mend = entries(board(trainer))["Room 4B has too few seats"]
    assert re.search(r"Tokyo A: \d+ people, 3 seats; \d+ more times after that", detail)
    assert mend == "Use 5A"


def hours_planned(sample: Flask, login: str, first: datetime, last: datetime) -> int:
    """The minutes of somebody's sessions, counted here by itself."""
    with sample.app_context():
        of = TrainingSession.trainer_id == sitting.person(login).id
        span = (TrainingSession.starts_at >= first, TrainingSession.starts_at < last)
        found = db.session.scalars(select(TrainingSession).where(of, TrainingSession.state == "planned", *span))
        return sum(int((session.ends_at - session.starts_at).total_seconds()) // 60 for session in found)


def test_the_hours_of_a_trainer_stand_by_week(trainer: Visitor, sample: Flask) -> None:
    minutes = hours_planned(sample, TRAINER, datetime(2026, 11, 15, 15, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))
    assert minutes
    with sample.app_context():
        name = sitting.person(TRAINER).name
    row = next(part for part in section_html(board(trainer), "hours").split("<tr>") if f">{name}<" in part)
    said = minutes / 60
    assert words(row.partition("</th>")[2]).split()[0] == (f"{said:.0f}" if minutes % 60 == 0 else f"{said:.1f}")


def test_a_week_over_the_limit_is_told_with_the_cohorts_that_make_it(trainer: Visitor, unit: Unit) -> None:
    with unit():
        for code in ("second", "third", "fourth"):
            second_cohort("tokyo", None, [TRAINER], code)
    page = board(trainer)
    over = [title for title in entries(page) if "the limit is 25 h" in title]
    assert over
    detail, href, mend = entries(page)[over[0]]
    assert "Week of Mon" in detail
    assert mend == "Open the week"
    assert trainer.get(href).status_code == 200
    assert "over" in section(page, "hours")


def test_the_forecast_counts_everybody_who_is_not_behind(trainer: Visitor) -> None:
    row = next(part for part in section_html(board(trainer), "board").split("<li>") if "/cohorts/tokyo-a" in part)
    page = trainer.get("/cohorts/tokyo-a?lang=en&people=all").text
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", section_html(page, "ready"), re.DOTALL)
    counts = Counter("Behind" if "Behind" in words(found) else "in time" for found in rows)
    assert counts["Behind"]
    assert f"{counts['in time']} of {counts.total()} by then" in words(row)


def test_of_fewer_than_5_people_no_forecast_is_made(trainer: Visitor, unit: Unit) -> None:
    with unit():
        cohort = db.session.scalars(select(Cohort).where(Cohort.code == "tokyo-a")).one()
        for enrolment in cohort.enrolments[4:]:
            db.session.delete(enrolment)
    assert "Fewer than 5: no forecast" in section(board(trainer), "board")


@pytest.mark.parametrize(("language", "said"), [("en", "thing to settle this week"), ("ja", "今週の要調整")])
def test_the_page_of_a_cohort_says_what_is_to_be_settled_in_its_week(
    enter: Enter, trainer: Visitor, unit: Unit, language: str, said: str
) -> None:
    with unit():
        second_cohort("tokyo", "4B", ["trainer-b@kijun.example"])
    page = trainer.get(f"/cohorts/tokyo-a?lang={language}").text
    assert said in section(page, "settle").replace("things", "thing")
    assert section(page, "settle").count("4B") >= 1
    assert re.search(r'<li class="ev [^"]* is-risk">', page), "the grid marks it"
    beside = section_html(enter("admin").get("/cohorts/second").text, "settle")
    assert re.search(r'href="/cohorts/second/sessions/[^"]+\?room=\d+"', beside), "what is free has seats for all"
    assert 'aria-labelledby="settle"' not in trainer.get("/cohorts/tokyo-a?week=2026-11-09").text, "that week is over"


def test_somebody_free_is_offered_and_nobody_who_trains(trainer: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        second_cohort("tokyo", None, [TRAINER])
        joiner = sitting.person("joiner@kijun.example").code
        moderator = sitting.person("moderator@kijun.example").code
    offered = section_html(trainer.get("/cohorts/second").text, "add")
    assert f'value="{moderator}"' in offered
    assert f'value="{joiner}"' not in offered
    with sample.app_context():
        assert db.session.scalar(select(Person.code).where(Person.code == joiner))
