"""On PostgreSQL several hosts serve, so its clock decides, however wrong that of a host is. The time runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from sqlalchemy import select, text

from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.quizzes import actions, queries
from lms.quizzes.core.answers import Event
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import AnswerEvent, Attempt
from tests.conftest import Unit
from tests.quizzes import sitting

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("sample")]
A_SECOND = timedelta(seconds=1)


@pytest.fixture(params=[-24, -3, 3, 24], autouse=True)
def wrong_host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose clock is so many hours ahead or behind, and runs."""
    skew = timedelta(hours=request.param)

    class HostTime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + skew

    monkeypatch.setattr(clock, "_standing", [])
    monkeypatch.setattr(clock, "datetime", HostTime)
    assert abs(clock.now() - datetime.now(UTC) - skew) < A_SECOND


def database_now() -> datetime:
    instant: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return instant.astimezone(UTC)


def open_attempt() -> tuple[Access, Attempt]:
    """An attempt in a window that is open now, by the database."""
    person, now, quiz = sitting.person(), database_now(), queries.get_quiz("harassment-checkpoint")
    window = {"opens_at": now - A_SECOND, "due_at": now + timedelta(hours=2), "zone_name": "Asia/Tokyo"}
    given = actions.assign(quiz, [person.id], by=None, **window)
    return sitting.own_access(person), actions.open_attempt(person, given.id, locale="en")


def test_the_deadline_is_set_by_the_clock_of_the_database(unit: Unit) -> None:
    with unit():
        _own, attempt = open_attempt()
        minutes = timedelta(minutes=attempt.quiz_version.rules["minutes"])
        assert abs(database_now() - attempt.opened_at) < A_SECOND
        assert attempt.deadline_at - attempt.opened_at == minutes


def test_what_is_in_time_is_decided_by_the_clock_of_the_database(unit: Unit) -> None:
    """At the deadline and at the end of the grace, a second before each and a second after."""
    with unit():
        own, attempt = open_attempt()
        payload = sitting.right_answer(attempt, 1)
        told = {}
        for seq, seconds in enumerate((-1, 1, 59, 61), start=1):
            attempt.deadline_at = database_now() - timedelta(seconds=seconds)
            db.session.flush()
            told[seconds] = bool(actions.save_events(own, attempt.id, [Event(1, seq, 1, "en", payload)]).acked)
        assert told == {-1: True, 1: True, 59: True, 61: False}
        in_grace = db.session.scalars(select(AnswerEvent.in_grace).where(AnswerEvent.attempt_id == attempt.id))
        assert sorted(in_grace) == [False, True, True]
        assert [event.seq for event in queries.load_late_events(attempt.id)] == [4]
        actions.sweep()
        assert attempt.state == AttemptState.EXPIRED
        assert attempt.closed_at is not None
        assert abs(database_now() - attempt.closed_at) < A_SECOND
