"""Giving a quiz through pages: to whom, with the people shown first; its window moved; its end."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import delete, select

from lms.foundation import transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.notifications.models import Notice
from lms.quizzes import queries as quizzes
from lms.quizzes.models import Assignee, Assignment
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter, code_of
from tests.conftest import Visitor
from tests.quizzes import sitting

WINDOW = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-18T09:00", "due_at": "2026-11-20T17:00"}


def newest() -> Assignment:
    found = db.session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
    assert found is not None
    return found


def holders(assignment: Assignment) -> int:
    return len(db.session.scalars(select(Assignee).where(Assignee.assignment_id == assignment.id)).all())


def actions_of(assignment_id: int) -> list[str]:
    query = select(AuditEvent).where(AuditEvent.object.endswith(f"#{assignment_id}")).order_by(AuditEvent.id)
    return [event.action for event in db.session.scalars(query)]


@pytest.mark.parametrize("audience", ["cohort:tokyo-a", "site:tokyo", "vendor:northwind", "role:learner"])
def test_the_people_are_shown_before_they_get_it(enter: Enter, sample: Flask, audience: str) -> None:
    qa = enter("qa")
    form = {**WINDOW, "audience": audience, "people": ""}
    with sample.app_context():
        before = newest().id
    page = qa.post("/assignments/new?lang=en", data=form)
    assert page.status_code == 200
    count = int(re.findall(r"(\d+) people get it", page.text)[0])
    with sample.app_context():
        assert newest().id == before, "nothing is given by looking"
    given = qa.post("/assignments/new", data={**form, "given": "1"})
    with sample.app_context():
        assignment = newest()
        assert given.location == f"/assignments/{assignment.id}"
        assert holders(assignment) == count > 1
        assert assignment.audience is not None
        assert f"{assignment.audience['kind']}:{assignment.audience['code']}" == audience
        assert actions_of(assignment.id) == ["assignment.create"]
    twice = qa.post("/assignments/new?lang=en", data={**form, "given": "1"})
    assert (twice.status_code, "They already have this quiz in this window." in twice.text) == (422, True)


def test_single_people_are_named_by_code_and_what_is_unknown_is_said(enter: Enter, sample: Flask) -> None:
    trainer, joiner = enter("trainer"), code_of(sample, sitting.JOINER)
    elsewhere = code_of(sample, "qa@kijun.example")
    form = {**WINDOW, "audience": "people", "people": f"{joiner.lower()}, {elsewhere} X9"}
    answer = trainer.post("/assignments/new?lang=en", data=form)
    page = FormPage(answer.text)
    assert answer.status_code == 422
    assert page.error("people") == f"Nobody who can take quizzes has this code: {elsewhere}, X9."
    assert page.value("due_at") == WINDOW["due_at"]
    form["people"] = f"　{joiner}　"
    assert "1 person gets it" in trainer.post("/assignments/new?lang=en", data=form).text
    trainer.post("/assignments/new", data={**form, "given": "1"})
    with sample.app_context():
        assert newest().id in {given.assignment.id for given in quizzes.list_given(sitting.person().id)}
    assert "Individual people" in trainer.get("/assignments?lang=en").text


def test_a_trainer_is_offered_their_own_cohorts_alone(enter: Enter) -> None:
    page = enter("trainer-b").get("/assignments/new?lang=en").text
    assert re.findall(r'value="(\w+:[\w-]+)"', page) == ["cohort:tokyo-a"]
    answer = enter("trainer-b").post("/assignments/new", data={**WINDOW, "audience": "site:tokyo", "given": "1"})
    assert answer.status_code == 422


@pytest.mark.parametrize("field", ["opens_at", "due_at"])
def test_a_year_in_which_nobody_takes_a_quiz_is_refused_at_its_field(enter: Enter, sample: Flask, field: str) -> None:
    form = {**WINDOW, "audience": "site:tokyo", "people": "", field: "0001-01-01T00:00", "given": "1"}
    answer = enter("qa").post("/assignments/new?lang=en", data=form)
    assert (answer.status_code, list(FormPage(answer.text).errors)) == (422, [f"{field}-error"])


@pytest.fixture
def given(enter: Enter, sample: Flask) -> int:
    """An assignment of the trainer's cohort."""
    enter("trainer").post("/assignments/new", data={**WINDOW, "audience": "cohort:tokyo-a", "given": "1"})
    with sample.app_context():
        return newest().id


def moved(due: str, revision: int = 1) -> dict[str, str]:
    return {"opens_at": "2026-11-18T10:00", "due_at": due, "revision": str(revision)}


def test_a_window_is_moved_with_its_session(enter: Enter, sample: Flask, given: int) -> None:
    trainer = enter("trainer")
    assert trainer.post(f"/assignments/{given}", data=moved("2026-11-21T17:00")).status_code == 302
    page = trainer.get(f"/assignments/{given}?lang=en").text
    assert "21 Nov 2026 17:00 JST" in page
    assert "10:00" in re.sub(r"\s+", " ", trainer.get("/cohorts/tokyo-a?lang=en").text)
    with sample.app_context():
        assert actions_of(given) == ["assignment.create", "assignment.change"]


def test_an_audience_without_people_says_that_who_joins_gets_it_too(enter: Enter, sample: Flask, given: int) -> None:
    with sample.app_context(), transaction.unit():
        db.session.execute(delete(Assignee).where(Assignee.assignment_id == given))
    page = enter("qa").get(f"/assignments/{given}?lang=en").text
    assert "Nobody yet" in page
    assert "Anyone who joins the cohort while it is open gets it too." in page


def test_of_two_changes_neither_is_lost(enter: Enter, sample: Flask, given: int) -> None:
    first, second = enter("trainer"), enter("qa")
    first.post(f"/assignments/{given}", data=moved("2026-11-21T17:00"))
    answer = second.post(f"/assignments/{given}?lang=en", data=moved("2026-11-22T12:00"))
    page = FormPage(answer.text)
    assert answer.status_code == 409
    assert page.value("due_at") == "2026-11-22T12:00", "what was typed is kept"
    assert "21 Nov 2026 17:00 JST" in answer.text, "what is saved is shown"
    again = {**moved("2026-11-22T12:00"), "revision": page.entered["revision"][0]}
    assert second.post(f"/assignments/{given}", data=again).status_code == 302
    assert "22 Nov 2026 12:00 JST" in second.get(f"/assignments/{given}?lang=en").text


@pytest.mark.parametrize(
    ("due", "message"),
    [
        ("2026-11-17T10:00", "The due time must be later than the opening time."),
        ("2026-11-xx", "Enter a date and time."),
        ("0001-01-01T00:00", "Enter a date from 2000 to 2099."),
    ],
)
def test_a_window_that_cannot_be_is_refused_at_its_field(enter: Enter, given: int, due: str, message: str) -> None:
    answer = enter("trainer").post(f"/assignments/{given}?lang=en", data=moved(due))
    assert (answer.status_code, FormPage(answer.text).error("due_at")) == (422, message)


def test_what_is_ended_is_begun_by_nobody_and_shown_to_nobody_who_had_not_sat_it(
    enter: Enter, sample: Flask, given: int
) -> None:
    trainer, joiner = enter("trainer"), enter("joiner")
    path = f'href="/quizzes/{given}"'
    assert path in joiner.get("/quizzes").text
    stale = trainer.post(f"/assignments/{given}/end?lang=en", data={"revision": "7"})
    assert stale.status_code == 409
    assert "Somebody else changed this assignment in the meantime." in stale.text
    shown = FormPage(stale.text)
    for field in ("opens_at", "due_at"):
        assert datetime.fromisoformat(shown.value(field)) == datetime.fromisoformat(WINDOW[field]), "what is saved"
    assert trainer.post(f"/assignments/{given}/end", data={"revision": "1"}).status_code == 302
    assert path not in joiner.get("/quizzes").text
    assert joiner.post(f"/quizzes/{given}/attempts").status_code == 409
    page = trainer.get(f"/assignments/{given}?lang=en").text
    assert "Ended early" in page
    assert "End the assignment" not in page
    with sample.app_context():
        assert actions_of(given)[-1] == "assignment.end"


def test_the_quiz_page_says_to_whom_and_by_which_rules(enter: Enter, given: int) -> None:
    page = enter("qa").get("/quiz-design/harassment-checkpoint?lang=en").text
    assert f'<a href="/assignments/{given}">Tokyo A</a>' in re.sub(r"\s+", " ", page)
    assert "Questions and options are shuffled" in page
    assert "<dd>Open book</dd>" in page


def test_entries_of_one_quiz_can_be_told_apart(enter: Enter, given: int) -> None:
    page = enter("joiner").get("/quizzes?lang=en").text
    entries = re.findall(r'<p class="d">(assigned on.*?)</p>', page)
    assert len(entries) == len(set(entries)) == 2
    assert any("opens 18 Nov 2026 09:00" in entry for entry in entries)
    assert all("Tokyo A" in entry for entry in entries)


def test_a_refused_form_of_a_cohort_stands_at_the_top_of_its_own_page(enter: Enter) -> None:
    form = {**WINDOW, "due_at": "2026-11-18T08:00"}
    page = enter("trainer").post("/cohorts/tokyo-a/quizzes?lang=en", data=form).text
    assert "1 field needs your attention." in page
    assert 'id="ready"' not in page


def test_both_languages_have_every_page(enter: Enter, given: int) -> None:
    qa: Visitor = enter("qa")
    for path in ("/assignments", "/assignments/new", f"/assignments/{given}"):
        for language in ("en", "ja"):
            assert qa.get(f"{path}?lang={language}").status_code == 200


def test_one_language_may_get_it_and_the_preview_counts_what_is_given(enter: Enter, sample: Flask) -> None:
    """The two languages together are the audience, beside the form and after it."""
    qa, found = enter("qa"), {}
    for day, locale in enumerate(("", "en", "ja"), start=21):
        form = {**WINDOW, "due_at": f"2026-11-{day}T17:00", "audience": "role:learner", "locale": locale}
        shown = qa.get("/assignments/preview", query_string={**form, "lang": "en"}).text
        found[locale] = int(re.findall(r"(\d+) people get it", shown)[0])
        qa.post("/assignments/new", data={**form, "given": "1", "at_opening": "y", "days_before": "3"})
        with sample.app_context():
            assert holders(newest()) == found[locale]
            assert (newest().reminders or {})["days_before"] == 3
    assert found["en"] + found["ja"] == found[""]
    assert 0 < found["ja"] < found[""]


@pytest.mark.parametrize(("ticked", "hear"), [({}, False), ({"at_opening": "y"}, True)])
@pytest.mark.parametrize("audience", ["cohort:tokyo-a", "site:tokyo"])
def test_people_hear_of_the_opening_when_it_is_asked_for(
    enter: Enter, sample: Flask, audience: str, ticked: dict[str, str], hear: bool
) -> None:
    form = {**WINDOW, "opens_at": "2026-11-16T09:00", "audience": audience, "days_before": "3", "given": "1"}
    enter("qa").post("/assignments/new", data={**form, **ticked})
    with sample.app_context():
        about = str(newest().id)
        told = db.session.scalars(select(Notice).where(Notice.kind == "quiz.given", Notice.about == about)).all()
        assert bool(told) is hear


def test_somebody_is_excused_and_has_days_of_their_own_when_they_come_back(
    enter: Enter, sample: Flask, given: int
) -> None:
    trainer, joiner = enter("trainer"), code_of(sample, sitting.JOINER)
    address = f"/assignments/{given}"
    wrong = trainer.post(f"{address}/excuse?lang=en", data={"people": "X9", "reason": "Ill."})
    assert (wrong.status_code, FormPage(wrong.text).error("people")) == (
        422,
        "Nobody who can take quizzes has this code: X9.",
    )
    trainer.post(f"{address}/excuse", data={"people": joiner, "until": "2026-12-14", "reason": "On a course."})
    page = trainer.get(f"{address}?lang=en").text
    assert "On a course." in page
    assert "own due date 21 Dec 2026" in page
    with sample.app_context():
        window = quizzes.get_given(sitting.person().id, given).window
        assert window.due_at.isoformat().startswith("2026-12-21")
    trainer.post(f"{address}/excuse", data={"take_back": joiner})
    assert "On a course." not in trainer.get(f"{address}?lang=en").text
