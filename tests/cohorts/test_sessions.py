"""Sessions of a cohort through their pages: added, changed, moved, cancelled, and followed by the calendar feed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts.core.feed import PURPOSE
from lms.cohorts.models import Cohort, TrainingSession
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.foundation.security import signed
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.models import Attempt, GradingRun
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter, code_of
from tests.cohorts.pages import words
from tests.conftest import MONDAY_AFTERNOON, Visitor
from tests.quizzes import sitting

SHADOWING, CHECKPOINT = "Shadowing", "Harassment checkpoint"


def stored(title: str) -> TrainingSession:
    query = select(TrainingSession).join(TrainingSession.cohort).where(Cohort.code == "tokyo-a")
    found = [s for s in db.session.scalars(query.order_by(TrainingSession.starts_at)) if s.title_text["en"] == title]
    return found[0]


def path_of(sample: Flask, title: str) -> str:
    with sample.app_context():
        return f"/cohorts/tokyo-a/sessions/{stored(title).public_id}"


def trainer_code() -> str:
    return sitting.person("trainer@kijun.example").code


def opened(visitor: Visitor, path: str, **changes: str) -> dict[str, str]:
    """The form of a page as it is filled in, with some fields changed."""
    page = FormPage(visitor.get(path).text)
    return {name: values[0] for name, values in page.entered.items() if values} | changes


def event(sample: Flask, visitor: Visitor, title: str) -> Any:
    """What the joiner's calendar shows of a session."""
    with sample.app_context():
        token, uid = signed(PURPOSE, code_of(sample, sitting.JOINER)), f"session-{stored(title).public_id}@kijun"
    events = Calendar.from_ical(visitor.get(f"/calendar/{token}.ics").data).walk("VEVENT")
    return next(found for found in events if str(found["UID"]) == uid)


def journalled(sample: Flask) -> list[str]:
    with sample.app_context():
        query = select(AuditEvent.action).where(AuditEvent.action.startswith("timetable."))
        return list(db.session.scalars(query.order_by(AuditEvent.id)))


NEW = {
    "kind": "meeting",
    "title_en": "Extra talk",
    "title_ja": "ポリシー質問会",
    "on": "2026-11-18",
    "starts": "17:30",
    "minutes": "30",
}


def test_a_session_that_is_added_stands_on_the_grid_and_in_the_feed(trainer: Visitor, sample: Flask) -> None:
    answer = trainer.post("/cohorts/tokyo-a/sessions/new", data=NEW)
    assert answer.location == "/cohorts/tokyo-a?week=2026-11-18#week"
    assert "Extra talk" in trainer.get("/cohorts/tokyo-a?lang=en").text
    found = event(sample, trainer, "Extra talk")
    assert found.decoded("DTSTART").astimezone(UTC) == datetime(2026, 11, 18, 8, 30, tzinfo=UTC)
    assert (int(found["SEQUENCE"]), str(found["STATUS"])) == (0, "CONFIRMED")
    assert journalled(sample) == ["timetable.add"]


def test_the_form_of_a_new_session_is_taken_as_the_page_sends_it(trainer: Visitor, sample: Flask) -> None:
    path = "/cohorts/tokyo-a/sessions/new"
    answer = trainer.post(path, data=opened(trainer, path, **NEW))
    assert answer.status_code == 302, "no field that nobody sees keeps it from being saved"
    assert journalled(sample) == ["timetable.add"]


def test_a_session_that_is_moved_raises_its_sequence_in_the_feed(trainer: Visitor, sample: Flask) -> None:
    path = path_of(sample, SHADOWING)
    assert path in trainer.get("/cohorts/tokyo-a").text, "the grid leads to it"
    sent = opened(trainer, path, on="2026-11-18", starts="17:00", minutes="45")
    assert trainer.post(path, data=sent).status_code == 302
    found = event(sample, trainer, SHADOWING)
    assert found.decoded("DTSTART").astimezone(UTC) == datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
    assert int(found["SEQUENCE"]) == 1
    with sample.app_context():
        assert stored(SHADOWING).day == 8
    assert journalled(sample) == ["timetable.change"]


def test_the_trail_keeps_what_a_session_was_before_and_after(trainer: Visitor, sample: Flask, enter: Enter) -> None:
    path = path_of(sample, SHADOWING)
    with sample.app_context():
        room, code = next(room.id for room in stored(SHADOWING).cohort.site.rooms if room.name == "5A"), trainer_code()
        trainer_id = sitting.person("trainer@kijun.example").id
    sent = opened(trainer, path, starts="17:00", minutes="45", room=str(room), trainer=str(trainer_id))
    assert trainer.post(path, data=sent).status_code == 302
    with sample.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "timetable.change")).one()
        at = {"starts_at": "2026-11-17T08:00:00+00:00", "ends_at": "2026-11-17T08:45:00+00:00"}
        assert event.detail["after"] == {**at, "room": "5A", "trainer": code}
        before = event.detail["before"]
        assert (before["room"], before["trainer"]) == (None, None)
        assert before["starts_at"] == "2026-11-17T04:00:00+00:00"
    trail = words(enter("admin").get("/journal?lang=en").text)
    for said in (
        "Room: – → 5A",
        f"Trainer: – → {code}",
        "17 Nov 2026 13:00 → 17 Nov 2026 17:00",
        "→ 17 Nov 2026 17:45",
    ):
        assert said in trail


def test_a_session_that_is_cancelled_is_struck_out_and_stays_so(trainer: Visitor, sample: Flask) -> None:
    path = path_of(sample, SHADOWING)
    assert trainer.post(f"{path}/cancel", data={"sequence": "0"}).status_code == 302
    found = event(sample, trainer, SHADOWING)
    assert (int(found["SEQUENCE"]), str(found["STATUS"])) == (1, "CANCELLED")
    week = trainer.get("/cohorts/tokyo-a?lang=en").text
    assert path not in week
    assert re.search(rf"<s>[^<]*{SHADOWING}</s>", week), "what is cancelled stands under the grid"
    assert trainer.post(f"{path}/cancel", data={"sequence": "1"}).status_code == 409
    assert "This session is cancelled." in trainer.get(f"{path}?lang=en").text
    assert journalled(sample) == ["timetable.cancel"]


def window(public_id: str) -> tuple[datetime, datetime, datetime | None]:
    session = db.session.scalars(select(TrainingSession).where(TrainingSession.public_id == public_id)).one()
    assert session.assignment is not None
    return session.assignment.opens_at, session.assignment.due_at, session.assignment.ended_at


def test_the_window_of_a_quiz_moves_with_its_session_and_ends_with_it(trainer: Visitor, sample: Flask) -> None:
    given = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-18T17:15", "due_at": "2026-11-20T17:00"}
    assert trainer.post("/cohorts/tokyo-a/quizzes", data=given).status_code == 302
    with sample.app_context():
        query = select(TrainingSession.public_id).order_by(TrainingSession.id.desc()).limit(1)
        public_id = db.session.scalars(query).one()
    path = f"/cohorts/tokyo-a/sessions/{public_id}"
    assert trainer.post(path, data=opened(trainer, path, on="2026-11-19", starts="17:30")).status_code == 302
    with sample.app_context():
        assert window(public_id) == (
            datetime(2026, 11, 19, 8, 30, tzinfo=UTC),
            datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
            None,
        )
    assert trainer.post(f"{path}/cancel", data={"sequence": "1"}).status_code == 302
    with sample.app_context():
        assert window(public_id)[2] == MONDAY_AFTERNOON


def test_a_quiz_that_somebody_has_begun_is_not_put_off(trainer: Visitor, sample: Flask) -> None:
    path = path_of(sample, CHECKPOINT)
    answer = trainer.post(path, data=opened(trainer, path, on="2026-11-18", starts="17:00"))
    assert (answer.status_code, list(FormPage(answer.text).errors)) == (422, ["starts-error"])


def test_a_quiz_that_is_cancelled_counts_no_more(enter: Enter, sample: Flask) -> None:
    """Everybody but the joiner has taken the checkpoint; the least score stands nowhere else on the page."""
    path = path_of(sample, CHECKPOINT)
    with sample.app_context(), transaction.unit(write=False):
        runs = select(GradingRun).join(Attempt, Attempt.id == GradingRun.attempt_id).join(Attempt.person)
        of_site = db.session.scalars(runs.where(Person.site.has(code="tokyo")))
        least = f"{min(shown_percent(run.score_thousandths, run.max_thousandths) for run in of_site)}%"
    with clock.fixed(datetime(2026, 11, 16, 5, 30, tzinfo=UTC)):
        trainer = enter("trainer")
        assert least in trainer.get("/cohorts/tokyo-a").text
        assert trainer.post(f"{path}/cancel", data={"sequence": "0"}).status_code == 302
        assert least not in trainer.get("/cohorts/tokyo-a").text


@pytest.mark.parametrize(
    ("field", "changes", "message"),
    [
        ("title_ja", {"title_ja": ""}, "Enter the title in both languages."),
        ("on", {"on": "soon"}, "Enter a date."),
        ("starts", {"starts": "25:00"}, "Enter a time such as 09:30."),
        ("minutes", {"minutes": "0"}, "Enter a number of minutes from 1 to 720."),
        ("minutes", {"starts": "23:45"}, "The session must end by midnight."),
        ("starts", {"on": "2026-11-13"}, "Enter a time in the future."),
        ("starts", {"starts": "13:00"}, "The cohort already has “"),
        ("kind", {"kind": "quiz"}, "Choose one of the options."),
    ],
)
def test_what_cannot_take_place_is_refused_at_its_field(
    trainer: Visitor, sample: Flask, field: str, changes: dict[str, str], message: str
) -> None:
    answer = trainer.post("/cohorts/tokyo-a/sessions/new?lang=en", data=NEW | changes)
    page = FormPage(answer.text)
    assert (answer.status_code, list(page.errors)) == (422, [f"{field}-error"])
    assert page.error(field).startswith(message)
    assert page.value("title_en") == NEW["title_en"]
    assert journalled(sample) == []


def test_nobody_is_booked_twice(enter: Enter, sample: Flask) -> None:
    """The sample's trainer leads sessions in Tokyo A and in Osaka B."""
    with sample.app_context():
        trainer = str(sitting.person("trainer@kijun.example").id)
    form = NEW | {"on": "2026-11-17", "starts": "20:00", "trainer": trainer}
    admin = enter("admin")
    assert admin.post("/cohorts/tokyo-a/sessions/new", data=form).status_code == 302
    answer = admin.post("/cohorts/osaka-b/sessions/new?lang=en", data=form)
    assert FormPage(answer.text).error("trainer") == "The trainer is booked from 20:00 to 20:30: “Extra talk”."


def test_who_saves_over_somebody_else_sees_both_and_loses_neither(enter: Enter, sample: Flask) -> None:
    mine, theirs = enter("trainer"), enter("admin")
    path = path_of(sample, SHADOWING)
    sent = opened(mine, path)
    assert theirs.post(path, data=sent | {"detail_en": "Theirs", "title_ja": "彼らの題"}).status_code == 302
    answer = mine.post(f"{path}?lang=en", data=sent | {"title_ja": "私の題"})
    page = FormPage(answer.text)
    assert (answer.status_code, page.value("title_ja"), page.value("sequence")) == (409, "私の題", "1")
    assert "彼らの題" in answer.text
    assert mine.post(path, data=sent | {"title_ja": "私の題", "sequence": "1"}).status_code == 302
    with sample.app_context():
        assert stored(SHADOWING).title_text["ja"] == "私の題"


def test_only_those_who_run_the_cohort_change_its_sessions(enter: Enter, sample: Flask) -> None:
    path = path_of(sample, SHADOWING)
    assert path not in enter("qa").get("/cohorts/tokyo-a").text
    assert enter("qa").get(path).status_code == 403
    assert enter("trainer-c@northwind.example").get(path).status_code == 404
