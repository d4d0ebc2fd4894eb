"""A cohort that is changed through its page: names at once, the go-live day with all that follows it, the room."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import queries
from lms.cohorts.core.plan import training_days
from lms.cohorts.models import Cohort, TrainingSession
from lms.cohorts.queries.changes import usual_room
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.notifications.models import Notice
from lms.quizzes.models import Assignment, Attempt
from lms.sites.models import Closure, Room
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter
from tests.cohorts.pages import words
from tests.conftest import Visitor
from tests.quizzes import sitting

PAGE = "/cohorts/tokyo-a/edit"
LATER = "2026-12-07"
TOKYO = ZoneInfo("Asia/Tokyo")


def opened(visitor: Visitor, **changes: str) -> dict[str, str]:
    """The form as it is filled in, with some fields changed."""
    page = FormPage(visitor.get(PAGE).text)
    return {name: values[0] for name, values in page.entered.items() if values} | changes


def confirm(visitor: Visitor, **changes: str) -> Any:
    """Change the form, and send on what its confirmation holds."""
    answer = visitor.post(f"{PAGE}?lang=en", data=opened(visitor, **changes))
    assert answer.status_code == 200, words(answer.text)
    return visitor.post(PAGE, data=carried(answer.text))


def carried(page: str) -> dict[str, str]:
    entered = FormPage(page).entered
    why = {"cause": "vendor", "reason": "The machines are late"}
    return {name: values[0] for name, values in entered.items() if values} | why | {"confirmed": "1"}


def cohort() -> Cohort:
    found = queries.find_cohort("tokyo-a")
    assert found is not None
    return found


def sessions(sample: Flask) -> dict[str, tuple[int, datetime, int]]:
    """Day, beginning and sequence of each session by its public id."""
    with sample.app_context():
        return {s.public_id: (s.day, s.starts_at, s.sequence) for s in queries.list_sessions(cohort())}


def staying(sample: Flask) -> set[str]:
    """What cannot move: what has begun, and the quiz that somebody has begun."""
    with sample.app_context():
        begun = set(db.session.scalars(select(Attempt.assignment_id)))
        found = queries.list_sessions(cohort())
        return {s.public_id for s in found if s.starts_at <= clock.now() or s.assignment_id in begun}


def events(sample: Flask, action: str) -> list[AuditEvent]:
    with sample.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_names_are_saved_at_once(trainer: Visitor, sample: Flask) -> None:
    before = sessions(sample)
    answer = trainer.post(PAGE, data=opened(trainer, name_en="Tokyo Alpha", name_ja="東京アルファ"))
    assert answer.location == "/cohorts/tokyo-a"
    with sample.app_context():
        assert cohort().name_text == {"en": "Tokyo Alpha", "ja": "東京アルファ"}
        assert cohort().revision == 2
    [event] = events(sample, "cohort.change")
    assert event.detail["before"]["name_text"] == {"en": "Tokyo A", "ja": "東京A"}
    assert event.detail["after"]["name_text"]["en"] == "Tokyo Alpha"
    assert sessions(sample) == before


def test_nothing_changes_where_nothing_was_changed(trainer: Visitor, sample: Flask) -> None:
    assert trainer.post(PAGE, data=opened(trainer)).status_code == 302
    assert events(sample, "cohort.change") == []


def test_what_will_move_is_said_first(trainer: Visitor, sample: Flask) -> None:
    before, stays = sessions(sample), len(staying(sample))
    answer = trainer.post(f"{PAGE}?lang=en", data=opened(trainer, go_live_on=LATER))
    assert answer.status_code == 200
    said = words(answer.text)
    assert f"{len(before) - stays} sessions will move." in said
    assert f"{stays} sessions that have begun" in said
    assert "people will get one message each." in said
    assert sessions(sample) == before
    assert events(sample, "cohort.change") == []


def test_what_is_to_come_moves_with_the_go_live(trainer: Visitor, sample: Flask) -> None:
    before, stays = sessions(sample), staying(sample)
    assert confirm(trainer, go_live_on=LATER).location == "/cohorts/tokyo-a"
    after = sessions(sample)
    assert after.keys() == before.keys()
    with sample.app_context():
        calendar = queries.load_calendar(cohort().site, date(2026, 12, 7))
        old, new = (training_days(day, 15, calendar) for day in (date(2026, 11, 30), date(2026, 12, 7)))
        assert cohort().go_live_on == date(2026, 12, 7)
    for key, (day, starts_at, sequence) in before.items():
        if key in stays:
            assert after[key] == (day, starts_at, sequence), "what is held stays"
            continue
        here, there = starts_at.astimezone(TOKYO), after[key][1].astimezone(TOKYO)
        assert there == datetime.combine(new[old.index(here.date())], here.time(), tzinfo=TOKYO)
        assert after[key][2] == sequence + 1
    moved = sum(before[key] != after[key] for key in before)
    [event] = events(sample, "cohort.change")
    assert (event.detail["before"]["go_live"], event.detail["after"]["go_live"]) == ("2026-11-30", LATER)
    assert event.detail["sessions"] == len(events(sample, "timetable.change")) == moved


def test_people_are_told_of_all_that_moves_at_once(trainer: Visitor, sample: Flask) -> None:
    with sample.app_context():
        before = {notice.id for notice in db.session.scalars(select(Notice))}
    confirm(trainer, go_live_on=LATER)
    with sample.app_context():
        told = [n for n in db.session.scalars(select(Notice)) if n.id not in before]
        moved = {s.title_text["en"] for s in queries.list_sessions(cohort()) if s.sequence}
        people = [person.id for person in queries.list_members(cohort())]
    assert {notice.kind for notice in told} == {"cohort.shifted"}
    assert sorted(notice.person_id for notice in told if notice.person_id in people) == sorted(people)
    assert {part["title_text"]["en"] for part in told[0].facts["parts"]} == moved != set()


def test_without_a_cause_no_go_live_moves(trainer: Visitor, sample: Flask) -> None:
    answer = trainer.post(f"{PAGE}?lang=en", data=opened(trainer, go_live_on=LATER))
    before, form = sessions(sample), carried(answer.text)
    for why, said in (({"cause": ""}, "Choose the cause."), ({"cause": "other", "reason": " "}, "Enter the reason.")):
        refused = trainer.post(f"{PAGE}?lang=en", data=form | {"reason": "Kept"} | why)
        assert (refused.status_code, said in refused.text) == (422, True)
    assert sessions(sample) == before


@pytest.fixture
def quiz_to_come(sample: Flask, trainer: Visitor) -> int:
    window = {"opens_at": "2026-11-18T09:00", "due_at": "2026-11-19T17:00"}
    data = {"quiz": "harassment-checkpoint", **window}
    assert trainer.post("/cohorts/tokyo-a/quizzes", data=data).status_code == 302
    with sample.app_context():
        found = db.session.scalars(select(Assignment.id).order_by(Assignment.id.desc()).limit(1)).one()
        return int(found)


def test_the_window_of_a_quiz_moves_with_its_session(trainer: Visitor, sample: Flask, quiz_to_come: int) -> None:
    confirm(trainer, go_live_on=LATER)
    with sample.app_context():
        given = db.session.get(Assignment, quiz_to_come)
        assert given is not None
        session = db.session.scalars(select(TrainingSession).where(TrainingSession.assignment_id == quiz_to_come)).one()
        opens, due = given.opens_at.astimezone(TOKYO), given.due_at.astimezone(TOKYO)
        assert session.starts_at == given.opens_at
    assert opens == datetime(2026, 11, 26, 9, tzinfo=TOKYO), "five working days on, one of them a holiday"
    assert due - opens == timedelta(days=1, hours=8)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-13", "The go-live is past. Choose today or a later day."),
        ("2026-12-06", "Choose a working day of the site for the go-live."),
        ("2026-11-23", "Choose a working day of the site for the go-live."),
        ("2026-11-17", "The earliest go-live is"),
        ("2100-01-04", "Enter a date from 2000 to 2099; the holidays of other years are not known."),
        ("", "Enter a date."),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_field(trainer: Visitor, sample: Flask, day: str, said: str) -> None:
    before = sessions(sample)
    answer = trainer.post(f"{PAGE}?lang=en", data=opened(trainer, go_live_on=day, name_en="Kept"))
    assert answer.status_code == 422
    page = FormPage(answer.text)
    assert page.entered["name_en"] == ["Kept"]
    assert said in answer.text.split('id="go_live_on-error"')[1].split("</p>")[0]
    assert sessions(sample) == before


def test_a_day_on_which_the_site_is_closed_is_refused(trainer: Visitor, sample: Flask) -> None:
    with sample.app_context(), transaction.unit():
        closed = Closure(site_id=cohort().site_id, closed_on=date(2026, 12, 7), name_text={"en": "A", "ja": "あ"})
        db.session.add(closed)
    answer = trainer.post(f"{PAGE}?lang=en", data=opened(trainer, go_live_on=LATER))
    assert answer.status_code == 422
    assert "Choose a working day of the site for the go-live." in answer.text


def test_who_saves_what_somebody_else_has_changed_sees_both(trainer: Visitor, sample: Flask) -> None:
    mine = opened(trainer, name_en="Mine")
    assert trainer.post(PAGE, data=opened(trainer, name_en="Theirs")).status_code == 302
    answer = trainer.post(f"{PAGE}?lang=en", data=mine)
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert FormPage(answer.text).entered["name_en"] == ["Mine"]
    assert trainer.post(PAGE, data=opened(trainer) | mine | {"revision": "2"}).status_code == 302
    with sample.app_context():
        assert cohort().name_text["en"] == "Mine"


def test_sessions_that_change_between_look_and_deed_are_looked_at_again(trainer: Visitor, sample: Flask) -> None:
    answer = trainer.post(f"{PAGE}?lang=en", data=opened(trainer, go_live_on=LATER))
    with sample.app_context(), transaction.unit():
        last = queries.list_sessions(cohort())[-1]
        last.starts_at, last.ends_at = (moment + timedelta(minutes=30) for moment in (last.starts_at, last.ends_at))
    before = sessions(sample)
    refused = trainer.post(f"{PAGE}?lang=en", data=carried(answer.text))
    assert refused.status_code == 422
    assert "The sessions changed in the meantime. Look again at what will move." in refused.text
    assert sessions(sample) == before


def test_a_cohort_that_is_live_keeps_its_day(trainer: Visitor, sample: Flask) -> None:
    form = opened(trainer)
    with sample.app_context(), transaction.unit():
        cohort().go_live_on = date(2026, 11, 13)
    refused = trainer.post(f"{PAGE}?lang=en", data=form | {"go_live_on": LATER})
    assert refused.status_code == 422
    assert "This cohort has gone live. Its go-live day can no longer be changed." in refused.text
    renamed = trainer.post(PAGE, data=form | {"go_live_on": "2026-11-13", "name_en": "Live"})
    assert renamed.status_code == 302


def rooms(sample: Flask) -> dict[str, str | None]:
    with sample.app_context():
        found = queries.list_sessions(cohort())
        return {s.public_id: s.room.name if s.room else None for s in found if s.kind in {"class", "meeting"}}


def test_another_room_goes_to_what_is_to_come_but_what_has_one_by_hand(trainer: Visitor, sample: Flask) -> None:
    with sample.app_context(), transaction.unit():
        to_come = [s for s in queries.list_sessions(cohort()) if s.kind == "class" and s.starts_at > clock.now()]
        by_hand, other = to_come[0], next(r for r in cohort().site.rooms if r not in {s.room for s in to_come})
        by_hand.room_id = None
        key, wanted, name = by_hand.public_id, str(other.id), other.name
    before, times = rooms(sample), sessions(sample)
    assert confirm(trainer, room=wanted).status_code == 302
    after = rooms(sample)
    assert after[key] is None
    moved = {public_id for public_id in after if after[public_id] != before[public_id]}
    assert moved
    assert {after[public_id] for public_id in moved} == {name}
    assert all(times[public_id][1] > clock.now() for public_id in moved)
    with sample.app_context():
        told = db.session.scalars(select(Notice).where(Notice.person_id == sitting.person().id)).all()
        [notice] = [found for found in told if found.kind in {"cohort.room_changed", "session.moved"}]
        assert (notice.facts["room"], len(notice.facts["parts"])) == (name, len(moved))


def test_whom_a_cohort_is_not_given_to_changes_nothing(enter: Enter) -> None:
    assert enter("qa").get(PAGE).status_code == 403
    assert enter("trainer-c@northwind.example").get(PAGE).status_code == 404


def test_the_page_of_the_cohort_leads_there(trainer: Visitor) -> None:
    assert f'href="{PAGE}"' in trainer.get("/cohorts/tokyo-a").text


def test_a_new_cohort_like_this_one_is_filled_in_but_its_names_and_days(trainer: Visitor, sample: Flask) -> None:
    path = "/cohorts/new?like=tokyo-a"
    assert f'href="{path}"' in trainer.get(PAGE).text
    page = FormPage(trainer.get(path).text).entered
    with sample.app_context():
        found = cohort()
        room, trainers = usual_room(found, clock.now()), {trainer.person.code for trainer in found.trainers}
        site = str(found.site_id)
    assert (page["site"], page["template"], page["room"]) == ([site], ["labeller-15"], [str(room or "")])
    assert set(page["trainers"]) == trainers
    named = {"code": "tokyo-z", "name_en": "Tokyo Z", "name_ja": "東京Z", "go_live_on": "2026-12-21"}
    other = next(key for key in rooms_of_site(sample) if key != room)
    answer = trainer.post(path, data=dict(page) | named | {"room": str(other)})
    assert answer.location == "/cohorts/tokyo-z"
    with sample.app_context():
        made = queries.find_cohort("tokyo-z")
        assert made is not None
        assert {s.room_id for s in queries.list_sessions(made) if s.kind == "class"} == {other}


def rooms_of_site(sample: Flask) -> list[int]:
    with sample.app_context():
        return [room.id for room in cohort().site.rooms]


def test_a_room_elsewhere_is_refused_at_its_field(enter: Enter, sample: Flask) -> None:
    admin = enter("admin")
    page = dict(FormPage(admin.get("/cohorts/new?like=tokyo-a").text).entered)
    with sample.app_context():
        elsewhere = db.session.scalars(select(Room.id).where(Room.site_id != cohort().site_id)).first()
    named = {"code": "tokyo-z", "name_en": "Z", "name_ja": "Z", "go_live_on": "2026-12-21", "room": str(elsewhere)}
    answer = admin.post("/cohorts/new?like=tokyo-a&lang=en", data=page | named)
    assert answer.status_code == 422
    assert "Choose a room at the cohort&#39;s site." in answer.text


def test_nothing_is_taken_from_a_cohort_that_is_not_reached(enter: Enter) -> None:
    assert enter("trainer-c@northwind.example").get("/cohorts/new?like=tokyo-a").status_code == 404
