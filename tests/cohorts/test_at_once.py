"""Two who change one thing at once: the second waits for the first, and sees what it has written.

SQLite lets one writer in at a time, so this can happen on PostgreSQL alone.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms.cohorts import actions, queries
from lms.cohorts.actions import changes, closing, moves, plans, reopening, sessions, slips
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.slips import SlipCause
from lms.cohorts.models import Cohort, Enrolment, SessionState, Slip
from lms.cohorts.queries.changes import usual_room
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.kit.problems import Conflict, Invalid
from lms.quizzes import actions as quizzes
from lms.quizzes.models import Assignee
from tests.cohorts.test_swaps import free_trainer
from tests.conftest import Unit
from tests.quizzes import sitting

pytestmark = pytest.mark.postgresql

TRAINER = "trainer@kijun.example"
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def both(app: Flask, first: Callable[[], object], second: Callable[[], object]) -> Future[None]:
    """Let ``second`` begin when ``first`` has written and is not committed; returns what became of the second."""

    def in_a_unit() -> None:
        with app.app_context(), transaction.unit():
            second()

    with ThreadPoolExecutor(1) as pool, app.app_context(), transaction.unit():
        first()
        db.session.flush()
        begun = pool.submit(in_a_unit)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watching:
            while not begun.done() and not watching.scalar(WAITING):
                pass
    return begun


def cohort(code: str) -> Cohort:
    found = queries.find_cohort(code)
    assert found is not None
    return found


def test_nobody_is_put_into_two_cohorts(sample: Flask) -> None:
    tokyo_b(sample)

    def enrol(code: str) -> Callable[[], None]:
        return lambda: actions.enrol(
            cohort(code), [sitting.person("moderator@kijun.example")], by=sitting.person(TRAINER)
        )

    problem = both(sample, enrol("tokyo-a"), enrol("tokyo-b")).exception()
    assert isinstance(problem, Invalid)
    assert problem.code == "cohort.already_training"
    with sample.app_context():
        moderator = sitting.person("moderator@kijun.example")
        assert len(db.session.scalars(select(Enrolment).where(Enrolment.person_id == moderator.id)).all()) == 1


def tokyo_b(sample: Flask) -> None:
    """A second cohort of the site, whose own sessions are in nobody's way."""
    with sample.app_context(), transaction.unit():
        site, plan = cohort("tokyo-a").site, queries.get_template("labeller-15")
        name = {"en": "Tokyo B", "ja": "東京B"}
        new = actions.NewCohort("tokyo-b", name, site, plan, date(2026, 12, 14), [sitting.person(TRAINER)])
        for session in queries.list_sessions(actions.create_cohort(new, by=None)):
            session.state = SessionState.CANCELLED


def booking(
    code: str, starts_at: datetime, room_id: int | None = None, trainer_id: int | None = None
) -> Callable[[], object]:
    """A class that a cohort plans at a time, in a room or with somebody."""
    here = starts_at.astimezone(ZoneInfo("Asia/Tokyo"))
    titles = {"en": "One more", "ja": "もう一つ"}
    plan = sessions.SessionPlan(StepKind.CLASS, titles, {}, here.date(), here.time(), 30, room_id, trainer_id)

    return lambda: sessions.add_session(cohort(code), plan, by=sitting.person(TRAINER))


def test_no_room_is_booked_twice(sample: Flask) -> None:
    tokyo_b(sample)
    with sample.app_context():
        room_id = cohort("tokyo-a").site.rooms[0].id
    saturday = datetime(2026, 12, 5, 10, tzinfo=UTC)
    problem = both(sample, booking("tokyo-a", saturday, room_id), booking("tokyo-b", saturday, room_id)).exception()
    assert isinstance(problem, Invalid)
    assert problem.code == "session.room_taken"


def test_who_is_booked_while_a_plan_is_shifted_does_not_stand_in(sample: Flask, unit: Unit) -> None:
    tokyo_b(sample)
    with unit():
        somebody = free_trainer()

    def foreseen() -> tuple[changes.CohortChange, changes.Outcome]:
        found = cohort("tokyo-a")
        last = queries.list_sessions(found)[-1].public_id
        what = changes.CohortChange(
            found.name_text,
            date(2026, 12, 7),
            usual_room(found, clock.now()),
            revision=1,
            swaps=[(last, "trainer", somebody)],
            cause=SlipCause.TRAINER,
        )
        return what, changes.foresee(found, what)

    def shift() -> None:
        with sample.test_request_context():
            what, outcome = foreseen()
            changes.change_cohort(cohort("tokyo-a"), what, seen=outcome.mark, by=sitting.person(TRAINER))

    with sample.test_request_context():
        _what, outcome = foreseen()
        [key] = outcome.swaps.people
        at = outcome.moves[key].starts_at
    problem = both(sample, booking("tokyo-b", at, trainer_id=somebody), shift).exception()
    assert isinstance(problem, Invalid)
    assert problem.code == "slip.not_free"


def test_a_place_that_is_booked_while_a_shift_is_undone_is_not_booked_twice(sample: Flask) -> None:
    tokyo_b(sample)
    with sample.app_context(), transaction.unit():
        found = cohort("tokyo-a")
        room = usual_room(found, clock.now())
        at = next(s for s in queries.list_sessions(found) if s.room_id == room and s.starts_at > clock.now()).starts_at
        what = changes.CohortChange(found.name_text, date(2026, 12, 7), room, 1, cause=SlipCause.VENDOR)
        changes.change_cohort(found, what, seen=changes.foresee(found, what).mark, by=sitting.person(TRAINER))

    def undo() -> None:
        slips.undo(db.session.scalars(select(Slip)).one(), by=sitting.person(TRAINER))

    with clock.fixed(clock.now() + timedelta(minutes=1)):
        problem = both(sample, booking("tokyo-b", at, room), undo).exception()
    assert isinstance(problem, Conflict)
    assert problem.code == "slip.taken"


def test_a_place_that_is_booked_while_a_cohort_is_taken_back_is_not_booked_twice(sample: Flask) -> None:
    tokyo_b(sample)
    with sample.app_context(), transaction.unit():
        found = cohort("tokyo-a")
        room = usual_room(found, clock.now())
        last = next(s for s in reversed(queries.list_sessions(found)) if s.room_id == room)
        at, public_id = last.starts_at, last.public_id
        closing.call_off(found, "Given up", by=sitting.person(TRAINER))

    def take_back() -> None:
        reopening.take_back(cohort("tokyo-a"), by=sitting.person(TRAINER))

    both(sample, booking("tokyo-b", at, room), take_back).result()
    with sample.app_context():
        states = {s.public_id: s.state for s in queries.list_sessions(cohort("tokyo-a"))}
    assert states[public_id] == SessionState.CANCELLED


def test_of_two_changes_of_a_plan_neither_is_lost(sample: Flask) -> None:
    def change(title: str) -> Callable[[], None]:
        def act() -> None:
            plan = queries.get_template("labeller-15")
            titles = {"en": title, "ja": title}
            what = plans.TemplateChange(titles, plan.day_count, plan.gates["gates"], [], revision=1)
            plans.change_template(plan, what, by=sitting.person(TRAINER))

        return act

    assert isinstance(both(sample, change("Mine"), change("Theirs")).exception(), Conflict)
    with sample.app_context():
        plan = queries.get_template("labeller-15")
        assert (plan.title_text["en"], plan.revision) == ("Mine", 2)


def test_of_two_changes_of_a_cohort_the_second_is_behind(sample: Flask) -> None:
    def change(name: str, go_live_on: date) -> Callable[[], None]:
        def act() -> None:
            found = cohort("tokyo-a")
            room = usual_room(found, clock.now())
            what = changes.CohortChange({"en": name, "ja": name}, go_live_on, room, 1, cause=SlipCause.VENDOR)
            changes.change_cohort(found, what, seen=changes.foresee(found, what).mark, by=sitting.person(TRAINER))

        return act

    later = date(2026, 12, 7)
    assert isinstance(both(sample, change("Mine", later), change("Theirs", later)).exception(), Conflict)
    with sample.app_context():
        found = cohort("tokyo-a")
        assert (found.name_text["en"], found.go_live_on, found.revision) == ("Mine", later, 2)
        assert {session.sequence for session in queries.list_sessions(found)} == {0, 1}, "nothing moved twice"


def test_a_session_that_is_changed_while_the_go_live_moves_is_looked_at_again(sample: Flask) -> None:
    def cancel() -> None:
        last = queries.list_sessions(cohort("tokyo-a"))[-1]
        sessions.cancel_session(last, sequence=0, by=sitting.person(TRAINER))

    def move() -> None:
        found = cohort("tokyo-a")
        room = usual_room(found, clock.now())
        what = changes.CohortChange(found.name_text, date(2026, 12, 7), room, 1, cause=SlipCause.VENDOR)
        changes.change_cohort(found, what, seen=changes.foresee(found, what).mark, by=sitting.person(TRAINER))

    problem = both(sample, cancel, move).exception()
    assert isinstance(problem, Invalid)
    assert problem.code == "cohort.sessions_changed"


def test_nobody_is_put_into_a_cohort_that_is_being_called_off(sample: Flask) -> None:
    def enrol() -> None:
        actions.enrol(cohort("tokyo-a"), [sitting.person("moderator@kijun.example")], by=sitting.person(TRAINER))

    def call_off() -> None:
        closing.call_off(cohort("tokyo-a"), "Given up", by=sitting.person(TRAINER))

    problem = both(sample, call_off, enrol).exception()
    assert isinstance(problem, Invalid)
    assert problem.code == "cohort.called_off"
    with sample.app_context():
        assert queries.list_members(cohort("tokyo-a")) == []


def test_of_two_who_undo_a_shift_the_second_hears_that_it_is_done(sample: Flask) -> None:
    with sample.app_context(), transaction.unit():
        found = cohort("tokyo-a")
        room = usual_room(found, clock.now())
        what = changes.CohortChange(found.name_text, date(2026, 12, 7), room, 1, cause=SlipCause.VENDOR)
        changes.change_cohort(found, what, seen=changes.foresee(found, what).mark, by=sitting.person(TRAINER))

    def undo() -> None:
        slips.undo(db.session.scalars(select(Slip)).one(), by=sitting.person(TRAINER))

    problem = both(sample, undo, undo).exception()
    assert isinstance(problem, Conflict)
    assert problem.code == "slip.undone"
    with sample.app_context():
        assert {session.sequence for session in queries.list_sessions(cohort("tokyo-a"))} == {0, 2}


def test_a_cohort_is_called_off_once(sample: Flask) -> None:
    def call_off() -> None:
        closing.call_off(cohort("tokyo-a"), "Given up", by=sitting.person(TRAINER))

    both(sample, call_off, call_off).result()
    with sample.app_context():
        assert {session.sequence for session in queries.list_sessions(cohort("tokyo-a"))} == {0, 1}


def test_who_begins_a_quiz_while_they_are_taken_out_keeps_it(sample: Flask) -> None:
    with sample.app_context():
        assignment = sitting.assignment_id(sitting.person())

    def leave() -> None:
        moves.leave(cohort("tokyo-a"), sitting.person(), "Moves", to=None, by=sitting.person(TRAINER))

    both(sample, lambda: quizzes.open_attempt(sitting.person(), assignment, locale="en"), leave).result()
    with sample.app_context():
        assert db.session.get(Assignee, (assignment, sitting.person().id)) is not None
