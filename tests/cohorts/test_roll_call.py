"""Roll calls: by whoever runs the cohort through the page, and by the people themselves with the code of the room."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

import config
from lms.app import create_app
from lms.campaigns.actions import note_leave
from lms.cohorts.actions.attendance import room_code
from lms.cohorts.models import Attendance, SessionState, TrainingSession
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.foundation.security import limiter
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter, code_of
from tests.cohorts.pages import section, words
from tests.cohorts.rolls import AS_JSON, NOON, Held, marks, opened
from tests.conftest import Visitor
from tests.quizzes import sitting


@pytest.fixture
def emma(sample: Flask) -> str:
    return code_of(sample, "emma.lindqvist@kijun.example")


def journalled(sample: Flask) -> list[dict[str, Any]]:
    with sample.app_context():
        query = select(AuditEvent).where(AuditEvent.action == "attendance.mark").order_by(AuditEvent.id)
        return [event.detail | {"by": event.actor} for event in db.session.scalars(query)]


def test_everybody_is_present_but_the_exceptions(
    trainer: Visitor, sample: Flask, path: str, emma: str, held: Held
) -> None:
    sent = opened(trainer, path, **{f"status.{emma}": "late", f"note.{emma}": " train  stopped ", "rest": "present"})
    assert trainer.post(path, data=sent).location == path
    found = marks(sample, held)
    assert found.pop(emma) == ("late", "train stopped", 1)
    assert set(found.values()) == {("present", "", 1)}
    page = trainer.get(f"{path}?lang=en").text
    assert all(text in page for text in ("1 late", "train stopped", "Saved 13:24:00"))
    assert journalled(sample)[0]["marks"][emma] == [None, "late"]
    assert "train" not in str(journalled(sample)), "what a note says stays out of the trail"


def test_a_correction_keeps_who_when_and_what_it_was(
    trainer: Visitor, enter: Enter, sample: Flask, path: str, emma: str, held: Held
) -> None:
    trainer.post(path, data=opened(trainer, path, **{f"status.{emma}": "absent"}))
    by = code_of(sample, "trainer@kijun.example")
    with clock.fixed(NOON + timedelta(days=1)):
        trainer = enter("trainer")
        trainer.post(path, data=opened(trainer, path, **{f"status.{emma}": "excused"}))
        assert f"{by}, Tue 17 Nov 13:24" in trainer.get(f"{path}?lang=en").text
    assert marks(sample, held) == {emma: ("excused", "", 2)}
    assert [entry["marks"] for entry in journalled(sample)] == [
        {emma: [None, "absent"]},
        {emma: ["absent", "excused"]},
    ]
    assert {entry["by"] for entry in journalled(sample)} == {by}


def test_a_script_saves_one_row_and_hears_when(
    trainer: Visitor, sample: Flask, path: str, emma: str, held: Held
) -> None:
    row = {f"status.{emma}": "present", f"note.{emma}": "", f"seen.{emma}": "0||"}
    answer = trainer.post(f"{path}?lang=en", data=row, headers=AS_JSON)
    by = code_of(sample, "trainer@kijun.example")
    assert answer.json is not None
    assert (answer.json["saved"], answer.json["rows"]) == (
        "13:24:00",
        {emma: {"seen": "1|present|", "said": f"{by}, 13:24"}},
    )
    assert "1 present" in answer.json["counts"]
    assert marks(sample, held) == {emma: ("present", "", 1)}
    again = trainer.post(path, data=row, headers=AS_JSON)
    assert (again.status_code, marks(sample, held)) == (200, {emma: ("present", "", 1)}), "sent twice, saved once"


def test_who_marks_over_somebody_else_sees_both(enter: Enter, sample: Flask, path: str, emma: str, held: Held) -> None:
    mine, theirs = enter("trainer"), enter("admin")
    sent = opened(mine, path, **{f"status.{emma}": "absent"})
    theirs.post(path, data=opened(theirs, path, **{f"status.{emma}": "late"}))
    answer = mine.post(f"{path}?lang=en", data=sent)
    page = FormPage(answer.text)
    assert (answer.status_code, page.value(f"status.{emma}"), page.value(f"seen.{emma}")) == (409, "absent", "1|late|")
    assert "Saved now: Late" in answer.text
    assert mine.post(path, data=sent | {f"seen.{emma}": "1|late|"}).status_code == 302
    assert marks(sample, held)[emma] == ("absent", "", 2)


def test_a_roll_that_was_open_long_overwrites_nobody(
    enter: Enter, sample: Flask, path: str, emma: str, held: Held
) -> None:
    """Only what its sender has changed is sent on: a row marked by somebody else meanwhile stays as it is."""
    mine, theirs = enter("trainer"), enter("admin")
    other = code_of(sample, sitting.JOINER)
    sent = opened(mine, path, **{f"status.{other}": "present"})
    theirs.post(path, data=opened(theirs, path, **{f"status.{emma}": "late"}))
    assert mine.post(path, data=sent).status_code == 302
    assert marks(sample, held) == {emma: ("late", "", 1), other: ("present", "", 1)}


@pytest.mark.parametrize(
    ("status", "note", "message"),
    [
        ("asleep", "", "Choose one of the options."),
        ("present", "a" * 201, "Enter at most 200 characters."),
        ("", "ill", "Mark who was there: a note alone is not kept."),
    ],
)
def test_what_cannot_be_taken_is_refused_in_its_row(
    trainer: Visitor, sample: Flask, path: str, emma: str, held: Held, status: str, note: str, message: str
) -> None:
    other = code_of(sample, sitting.JOINER)
    changes = {f"status.{emma}": status, f"note.{emma}": note, f"status.{other}": "present"}
    answer = trainer.post(f"{path}?lang=en", data=opened(trainer, path, **changes))
    page = FormPage(answer.text)
    assert (answer.status_code, page.value(f"note.{emma}"), page.value(f"status.{other}")) == (422, note, "present")
    assert f'id="fault-{emma}"' in answer.text
    assert message in answer.text
    assert marks(sample, held) == {}


def test_a_session_to_come_or_cancelled_or_not_attended_is_not_called(
    trainer: Visitor, sample: Flask, held: Held, path: str
) -> None:
    with sample.app_context(), transaction.unit():
        query = select(TrainingSession).where(TrainingSession.cohort_id == held.cohort_id)
        later = db.session.scalars(
            query.where(TrainingSession.kind == "class", TrainingSession.starts_at > NOON + timedelta(days=1))
        ).first()
        quiz = db.session.scalars(query.where(TrainingSession.kind == "quiz")).first()
        ids = [session.public_id for session in (later, quiz) if session is not None]
    sentences = "from the day of the session", "not taken at sessions of this kind"
    for public_id, text in zip(ids, sentences, strict=True):
        address = f"/cohorts/tokyo-a/sessions/{public_id}/roll-call"
        assert text in trainer.get(f"{address}?lang=en").text
        assert trainer.post(address, data={"rest": "present"}).status_code == 409
    with sample.app_context(), transaction.unit():
        db.session.get_one(TrainingSession, held.id).state = SessionState.CANCELLED
    assert "This session is cancelled." in trainer.get(f"{path}?lang=en").text


def test_only_those_who_run_the_cohort_call_its_roll(enter: Enter, path: str) -> None:
    assert enter("trainer-c@northwind.example").get(path).status_code == 404
    assert enter("qa").get(path).status_code == 403
    assert enter(sitting.JOINER).get(path).status_code == 403


def test_the_sessions_that_can_be_called_are_listed_with_what_is_open(trainer: Visitor, path: str) -> None:
    page = section(trainer.get("/cohorts/tokyo-a/roll-calls?lang=en").text, "called")
    assert "Today 13:22–14:22" in page
    assert re.search(r"\b0 of \d+ marked", page)
    assert "Account safety 3" not in page, "that is still to come"


def test_the_joiner_enters_the_code_of_the_room(enter: Enter, sample: Flask, held: Held, path: str) -> None:
    joiner, trainer = enter(sitting.JOINER), enter("trainer")
    code = held.room_code
    assert f'aria-label="{" ".join(code)}"' in trainer.get(path).text
    full_width = code.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert joiner.post("/attendance", data={"code": full_width}).location == "/"
    assert "Attendance 13:24" in section(joiner.get("/?lang=en").text, "attendance")
    assert "code 13:24" in trainer.get(f"{path}?lang=en").text
    who = code_of(sample, sitting.JOINER)
    assert marks(sample, held) == {who: ("present", "", 1)}
    assert joiner.post("/attendance", data={"code": code}).status_code == 302, "twice is not once more"
    assert marks(sample, held) == {who: ("present", "", 1)}
    assert [(entry["by"], entry["marks"]) for entry in journalled(sample)] == [(who, {who: [None, "present"]})]


def test_who_enters_the_code_later_is_late_and_whom_the_trainer_marked_stays(
    enter: Enter, sample: Flask, held: Held, path: str
) -> None:
    who = code_of(sample, sitting.JOINER)
    with clock.fixed(NOON + timedelta(minutes=3)):
        with sample.app_context():
            code = room_code(db.session.get_one(TrainingSession, held.id), clock.now())
        joiner = enter(sitting.JOINER)
        joiner.post("/attendance", data={"code": code})
        assert "Late 13:27" in section(joiner.get("/?lang=en").text, "attendance")
        trainer = enter("trainer")
        trainer.post(path, data=opened(trainer, path, **{f"status.{who}": "absent"}))
        joiner.post("/attendance", data={"code": code})
    assert marks(sample, held)[who] == ("absent", "", 2)


@pytest.mark.parametrize(
    ("typed", "minutes", "message"),
    [
        ("", 0, "Enter the four digits."),
        ("no", 0, "That is not the code of this minute."),
        ("right", 58, "The code is no longer accepted."),
        ("right", -13, "The code is no longer accepted."),
    ],
)
def test_another_code_is_refused_kindly_at_the_field(
    enter: Enter, sample: Flask, held: Held, typed: str, minutes: int, message: str
) -> None:
    with sample.app_context(), transaction.unit():
        others = (TrainingSession.cohort_id == held.cohort_id) & (TrainingSession.id != held.id)
        db.session.execute(update(TrainingSession).where(others).values(state=SessionState.CANCELLED))
    code = held.room_code if typed == "right" else typed
    with clock.fixed(NOON + timedelta(minutes=minutes)):
        answer = enter(sitting.JOINER).post("/attendance?lang=en", data={"code": code})
    assert answer.status_code == 422
    assert marks(sample, held) == {}
    said = FormPage(answer.text).error("code") if minutes == 0 else words(answer.text)
    assert message in said


def test_somebody_who_guesses_is_slowed_down(
    sample: Flask, settings: config.Testing, enter: Enter, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = enter(sitting.JOINER).get_cookie("sid")
    monkeypatch.setattr(limiter, "enabled", False)  # as it is for the other tests, and after this one again
    limited = create_app(settings, {"RATELIMIT_ENABLED": True})
    limited.test_client_class = Visitor
    visitor = limited.test_client()
    assert sid is not None
    visitor.set_cookie("sid", sid.value)
    answers = [visitor.post("/attendance", data={"code": "no"}).status_code for _try in range(11)]
    with limited.app_context():
        db.engine.dispose()
    assert answers == [422] * 10 + [429]
    assert marks(sample, held) == {}


def counted(visitor: Visitor, page: str) -> tuple[int, int]:
    """How many sessions a person's gate counts, and of how many."""
    found = re.search(r"(\d+) of (\d+) sessions", visitor.get(page).text)
    assert found is not None
    return int(found[1]), int(found[2])


def test_the_gate_counts_the_roll_and_an_excused_session_is_not_asked_for(
    trainer: Visitor, sample: Flask, path: str, emma: str
) -> None:
    page = f"/cohorts/tokyo-a/people/{emma}?lang=en"
    before = counted(trainer, page)
    trainer.post(path, data=opened(trainer, path, **{f"status.{emma}": "late"}))
    late = counted(trainer, page)
    trainer.post(path, data=opened(trainer, path, **{f"status.{emma}": "excused"}))
    excused = counted(trainer, page)
    have, of = before
    assert (late, excused) == ((have + 1, of), (have, of - 1))


def test_a_make_up_class_for_who_missed_it_takes_over_all_but_the_time(
    trainer: Visitor, sample: Flask, held: Held, path: str
) -> None:
    assert 'aria-labelledby="missed-class"' not in trainer.get(path).text
    with sample.app_context(), transaction.unit():
        emma = sitting.person("emma.lindqvist@kijun.example")
        db.session.add(
            Attendance(
                session_id=held.id,
                person_id=emma.id,
                status="absent",
                marked_at=NOON,
                marked_by=sitting.person("trainer@kijun.example").id,
                revision=1,
            )
        )
    page = trainer.get(f"{path}?lang=en").text
    assert "Emma Lindqvist" in section(page, "missed-class")
    found = re.search(r'href="([^"]+make_up=[^"]+)"', page)
    assert found is not None
    form = FormPage(trainer.get(found[1]).text)
    with sample.app_context():
        session = db.session.get_one(TrainingSession, held.id)
        assert form.value("title_en") == f"Make-up: {session.title_text['en']}"
        assert form.value("title_ja") == f"補講：{session.title_text['ja']}"
        assert (form.value("kind"), form.value("minutes"), form.value("on")) == ("class", "60", "")
    sent = {name: values[0] for name, values in form.entered.items() if values}
    answer = trainer.post(found[1].partition("?")[0], data=sent | {"on": "2026-11-20", "starts": "18:00"})
    assert answer.status_code == 302
    assert trainer.get("/cohorts/tokyo-a/sessions/new?make_up=nonsense").status_code == 404


def test_the_roll_says_from_when_to_when_learners_see_the_field(trainer: Visitor, path: str) -> None:
    with clock.fixed(NOON):
        assert "Under Today, from 13:12 to 14:22" in section(trainer.get(f"{path}?lang=en").text, "their-view")
    with clock.fixed(NOON + timedelta(hours=2)):
        assert 'aria-labelledby="their-view"' not in trainer.get(path).text


def test_whoever_is_on_leave_is_excused_and_the_trainer_is_told(
    trainer: Visitor, sample: Flask, path: str, emma: str, held: Held
) -> None:
    with sample.app_context(), transaction.unit():
        noted, today = [sitting.person("emma.lindqvist@kijun.example")], NOON.date()
        note_leave(
            noted, today - timedelta(days=2), today + timedelta(days=1), by=sitting.person("trainer@kijun.example")
        )
        note_leave(noted, today, today, by=sitting.person("trainer@kijun.example"))
        note_leave([sitting.person()], today + timedelta(days=1), today + timedelta(days=1), by=noted[0])
    listed = words(trainer.get("/cohorts/tokyo-a/roll-calls?lang=en").text)
    assert "On leave now or within a week Emma Lindqvist Sat 14 Nov–Tue 17 Nov" in listed
    assert listed.count("Emma Lindqvist") == 1, "leave that overlaps is one"
    assert trainer.get(f"{path}?lang=en").text.count("on leave until Tue 17 Nov") == 1
    trainer.post(path, data=opened(trainer, path, rest="present"))
    found = marks(sample, held)
    assert found.pop(emma) == ("excused", "", 1)
    assert {mark[0] for mark in found.values()} == {"present"}


def test_closing_excuses_whoever_is_on_leave(trainer: Visitor, sample: Flask, path: str, emma: str, held: Held) -> None:
    with sample.app_context(), transaction.unit():
        by = sitting.person("trainer@kijun.example")
        note_leave([sitting.person("emma.lindqvist@kijun.example")], NOON.date(), NOON.date(), by=by)
    page = trainer.get(f"{path}/close?lang=en").text
    assert "1 person is on leave and will count as excused: Emma Lindqvist" in words(page)
    sent = FormPage(page).entered
    trainer.post(f"{path}/close", data=sent)
    found = marks(sample, held)
    assert found.pop(emma)[0] == "excused"
    assert {mark[0] for mark in found.values()} == {"absent"}
    assert f"Close the roll, {len(found)} absent" in page
