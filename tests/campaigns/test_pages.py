"""The pages of recurring quizzes: who sees whom, what is withheld, what a form says of its fields."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import update

from lms.campaigns import actions, queries
from lms.campaigns.core.recurrence import Repeat
from lms.foundation import clock
from lms.foundation.db import db
from lms.questions.models import Question, QuestionState
from tests.accounts.form_page import FormPage
from tests.campaigns.making import CODE, PERIOD, RULE, forms_of_campaigns, make_campaign, plan
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

BOARD = f"/campaigns/{CODE}/runs/{PERIOD}"


@pytest.fixture
def made(sample: Flask, unit: Unit) -> None:
    with unit():
        make_campaign()


@pytest.fixture
def visit(sample: Flask, unit: Unit, sign_in_as: SignIn, made: None) -> dict[str, Visitor]:
    with unit():
        codes = {name: sitting.person(f"{name}@kijun.example").code for name in ("qa", "trainer", "vendor", "joiner")}
    return {name: sign_in_as(code) for name, code in codes.items()}


def test_the_page_says_when_for_whom_and_what_shapes_it(visit: dict[str, Visitor]) -> None:
    page = visit["qa"].get(f"/campaigns/{CODE}?lang=en").text
    assert "Wed 16 Dec 09:00" in page
    assert "Moved from Sat 16 Jan" in page
    assert re.search(r"\d+ of \d+ people", page)
    japanese = visit["qa"].get(f"/campaigns/{CODE}?lang=ja").text
    assert "12月16日（水）" in japanese


def test_a_quiz_without_a_question_in_use_takes_no_time(visit: dict[str, Visitor], unit: Unit) -> None:
    with unit():
        db.session.execute(update(Question).values(state=QuestionState.RETIRED))
    page = visit["qa"].get(f"/campaigns/{CODE}?lang=en")
    assert (page.status_code, "0 questions" in page.text) == (200, True)


def test_the_list_names_no_next_run_of_a_quiz_that_is_retired(visit: dict[str, Visitor], unit: Unit) -> None:
    assert "16 Dec" in visit["qa"].get("/campaigns?lang=en").text
    with unit():
        queries.get_campaign(CODE).quiz.retired_at = clock.now()
    assert "16 Dec" not in visit["qa"].get("/campaigns?lang=en").text


def test_a_run_has_the_month_of_its_turn_wherever_it_is_read(visit: dict[str, Visitor], unit: Unit) -> None:
    """It opens on 1 December at nine in Tokyo, when it is still November in Chicago."""
    with unit():
        rule = replace(RULE, repeat=Repeat.FIRST_WORKDAY, day=1, starts_on=date(2026, 12, 1))
        actions.create("first", plan(rule=rule), by=None)
        sitting.person("qa@kijun.example").own_zone_name = "America/Chicago"
    assert "December" in visit["qa"].get("/campaigns/first?lang=en").text
    with unit(), clock.fixed(datetime(2026, 12, 1, 0, 0, tzinfo=UTC)):
        assert actions.open_due_runs() == 1
    assert "<h1>Monthly refresher, December" in visit["qa"].get("/campaigns/first/runs/2026-12?lang=en").text


def test_a_campaign_whose_next_runs_are_all_skipped_says_so(visit: dict[str, Visitor]) -> None:
    for period in ("2026-12", "2027-01", "2027-02"):
        assert visit["qa"].post(f"/campaigns/{CODE}/skip", data={"period": period}).status_code == 302
    page = visit["qa"].get(f"/campaigns/{CODE}?lang=en")
    assert page.status_code == 200
    assert page.text.count("Let it open") == 3
    assert "Skip the next run" not in page.text


def test_each_sees_their_own_people_and_small_sites_are_withheld(visit: dict[str, Visitor], unit: Unit) -> None:
    with unit():
        code = sitting.person("maho.yoshida@northwind.example").code
        home = sitting.person().code
    theirs = visit["vendor"].get(f"/campaigns/{CODE}?lang=en").text
    assert "Osaka" in theirs
    assert "Tokyo" not in theirs
    for name, sees in (("vendor", {code}), ("qa", {code, home})):
        text = visit[name].get(f"{BOARD}?lang=en").text
        assert {one for one in (code, home) if one in text} == sees
    rows = visit["qa"].get(f"{BOARD}/board.csv?lang=en").data.decode("utf-8-sig").splitlines()
    small = [row for row in rows if "<5" in row]
    assert all(re.fullmatch(r"[^,]+,\W?<5,*", row) for row in small)
    assert visit["joiner"].get(BOARD).status_code == 403


def test_people_are_excused_with_a_reason_or_the_form_says_what_is_wrong(visit: dict[str, Visitor], unit: Unit) -> None:
    with unit():
        maho, home = sitting.person("maho.yoshida@northwind.example").code, sitting.person().code
    manager = visit["vendor"]
    foreign = manager.post(f"{BOARD}/excuse?lang=en", data={"people": f"{maho} {home}", "reason": "On a course."})
    assert foreign.status_code == 422
    assert f"Not found among your people: {home}" in foreign.text
    empty = manager.post(f"{BOARD}/excuse?lang=en", data={"people": maho, "until": "2026-11-01", "reason": "Ill."})
    assert "Enter today or a later day" in empty.text
    done = manager.post(f"{BOARD}/excuse", data={"people": maho, "reason": "On a course."}, follow_redirects=True)
    assert done.status_code == 200
    assert "On a course." in manager.get(f"{BOARD}?lang=en&state=excused").text


@pytest.mark.parametrize("path", [f"/campaigns/{CODE}", f"/campaigns/{CODE}/edit", "/campaigns/new", BOARD])
def test_no_two_landmarks_of_a_page_have_the_same_name(visit: dict[str, Visitor], path: str) -> None:
    text = visit["qa"].get(f"{path}?lang=en").text
    headed = [re.findall(rf'id="{name}">([^<]+)<', text)[0] for name in re.findall(r'aria-labelledby="(\w+)"', text)]
    names = headed + re.findall(r'role="region" aria-label="([^"]+)"', text)
    assert len(names) > 2
    assert len(names) == len(set(names)), sorted(names)


def test_an_excuse_by_leave_is_taken_back_with_the_leave_alone(visit: dict[str, Visitor], unit: Unit) -> None:
    with unit():
        maho = sitting.person("maho.yoshida@northwind.example")
        actions.note_leave([maho], date(2026, 11, 16), date(2026, 12, 1), by=maho)
        actions.keep_open_runs()
        code, run_id = maho.code, queries.get_run(CODE, PERIOD).id
        place = next(place for place in queries.load_places_of([run_id])[run_id] if place.site.code == "osaka")
        assignment_id = place.assignment_id
    for path in (f"{BOARD}?lang=en&state=excused", f"/assignments/{assignment_id}?lang=en"):
        page = visit["qa"].get(path).text
        assert code in page
        assert "Exempt" in page
        assert 'name="take_back"' not in page
        assert "None" not in page


def test_the_preview_counts_what_the_form_says_now(visit: dict[str, Visitor]) -> None:
    def count(query: str) -> int:
        text = visit["qa"].get(f"/campaigns/preview?lang=en&quiz=harassment-checkpoint&roles=learner{query}").text
        found = re.search(r"(\d+) of \d+ people", text)
        assert found
        return int(found[1])

    everybody = count("")
    assert count("&sites=tokyo") + count("&sites=osaka") + count("&sites=dublin") == everybody
    assert 0 < count("&locales=ja") < everybody
    assert count("&locales=ja") + count("&locales=en") == everybody
    assert count("&skips_training=y") < everybody


def test_the_preview_shows_the_next_three_runs_as_the_form_says_now(visit: dict[str, Visitor]) -> None:
    """New Year moves the second run, another holiday lengthens it; the run that has opened is not to come."""

    def runs(**changed: str) -> list[str]:
        fields = {"quiz": "harassment-checkpoint", "roles": "learner", "repeat": "first_workday", "every": "1"}
        fields |= {
            "starts_on": "2026-11-01",
            "opens": "09:00",
            "due_days": "8",
            "due": "18:00",
            "day": "1",
            "on_holiday": "next",
        }
        page = visit["qa"].get("/campaigns/preview", query_string={"lang": "en", **fields, **changed}).text
        table = page.partition('aria-labelledby="next"')[2]
        return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr class.*?</tr>", table, re.S)]

    tokyo = runs(sites="tokyo", of=CODE)
    assert [row.rpartition(" ")[0] for row in tokyo] == [
        "Tue 1 Dec 09:00 – Fri 11 Dec 18:00",
        "Mon 4 Jan 09:00 – Fri 15 Jan 18:00 Moved from Fri 1 Jan",
        "Mon 1 Feb 09:00 – Fri 12 Feb 18:00",
    ]
    assert runs(sites="tokyo", due_days="15")[0].startswith("Mon 2 Nov"), "it would be open now"
    assert runs(sites="tokyo", due_days="15", of=CODE)[0].startswith("Tue 1 Dec"), "it has opened already"
    assert runs(sites="tokyo", opens="10:30")[-1].startswith("Mon 1 Feb 10:30")
    assert runs(repeat="weekday", day="3", sites="tokyo")[-1].startswith("Wed ")
    for wrong in ({"starts_on": ""}, {"starts_on": "9999-12-31"}, {"due_days": "99"}, {"opens": "x"}, {"repeat": "?"}):
        assert runs(**wrong) == []


@pytest.mark.parametrize("days", ["-1", "367", "99999999999"])
def test_days_that_nobody_can_mean_are_refused_at_their_field(visit: dict[str, Visitor], days: str) -> None:
    sent = {**forms_of_campaigns("")["campaigns.new"], "passed_days": days}
    answer = visit["qa"].post("/campaigns/new?lang=en", data=sent)
    assert (answer.status_code, FormPage(answer.text).error("passed_days")) == (
        422,
        "Enter a number of days from 0 to 366.",
    )
    beside = visit["qa"].get(f"/campaigns/preview?quiz=harassment-checkpoint&roles=learner&passed_days={days}")
    assert beside.status_code == 200


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_days_of_years_without_known_holidays_are_refused_at_their_field(
    visit: dict[str, Visitor], unit: Unit, year: str
) -> None:
    """Nothing can be reckoned from them; a leave without end would stop the runs of everybody."""
    with unit():
        maho = sitting.person("maho.yoshida@northwind.example").code
        run_id = queries.get_run(CODE, PERIOD).id
        assignment_id = queries.load_places_of([run_id])[run_id][0].assignment_id
    far, excused = f"{year}-12-31", {"people": maho, "reason": "Away."}
    for path, field, sent in (
        ("/campaigns/new", "starts_on", {**forms_of_campaigns("")["campaigns.new"], "starts_on": far}),
        ("/leave", "first_on", {"people": maho, "first_on": far, "last_on": "9999-12-31"}),
        ("/leave", "last_on", {"people": maho, "first_on": "0001-01-01", "last_on": far}),
        (f"{BOARD}/excuse", "until", {**excused, "until": far}),
        (f"/assignments/{assignment_id}/excuse", "until", {**excused, "until": far}),
    ):
        answer = visit["qa"].post(f"{path}?lang=en", data=sent)
        assert answer.status_code == 422, path
        assert FormPage(answer.text).error(field).startswith("Enter a date from 2000 to 2099"), path


def test_a_run_for_nobody_says_so_even_where_a_holiday_moves_it(visit: dict[str, Visitor]) -> None:
    sent = {**forms_of_campaigns("")["campaigns.edit"], "day": "16", "roles": ["localizer"], "locales": ["en"]}
    assert visit["qa"].post(f"/campaigns/{CODE}/edit", data=sent).status_code == 302
    page = visit["qa"].get(f"/campaigns/{CODE}?lang=en").text
    assert page.count("Nobody to take it") == 3
    assert "Moved from" not in page


def test_every_number_out_of_range_is_told_at_once_and_kept(visit: dict[str, Visitor]) -> None:
    wrong = {"fresh_days": "-5", "every": "0", "due_days": "61", "days_before": "15", "passed_days": "367"}
    sent = {**forms_of_campaigns("")["campaigns.new"], **wrong}
    page = FormPage(visit["qa"].post("/campaigns/new?lang=en", data=sent).text)
    assert {name: page.error(name) for name in wrong} == {
        "fresh_days": "Enter a number of days from 0 to 730.",
        "every": "Enter a whole number from 1 to 12.",
        "due_days": "Enter a whole number from 1 to 60.",
        "days_before": "Enter a whole number from 0 to 14.",
        "passed_days": "Enter a number of days from 0 to 366.",
    }
    assert {name: page.value(name) for name in wrong} == wrong


@pytest.mark.parametrize("code", [CODE, "new", "preview"])
def test_a_code_is_an_address_of_its_own(visit: dict[str, Visitor], code: str) -> None:
    sent = {**forms_of_campaigns("")["campaigns.new"], "code": code}
    answer = visit["qa"].post("/campaigns/new?lang=en", data=sent)
    assert (answer.status_code, FormPage(answer.text).error("code")) == (422, "This code is taken. Choose another.")


def test_what_is_typed_stays_beside_what_somebody_else_saved(visit: dict[str, Visitor], unit: Unit) -> None:
    sent = {**forms_of_campaigns("")["campaigns.edit"], "title_en": "Mine"}
    assert visit["qa"].post(f"/campaigns/{CODE}/edit", data=sent).status_code == 302
    behind = visit["qa"].post(f"/campaigns/{CODE}/edit?lang=en", data={**sent, "title_en": "Late"})
    assert behind.status_code == 409
    assert 'value="Late"' in behind.text
    wrong = visit["qa"].post("/campaigns/new?lang=en", data={**sent, "code": CODE, "due_days": "0", "roles": []})
    assert wrong.status_code == 422
    assert "Enter a whole number from 1 to 60." in wrong.text
    with unit():
        assert queries.get_campaign(CODE).title_text["en"] == "Mine"
