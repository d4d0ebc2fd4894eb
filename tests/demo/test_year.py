"""The whole sample organisation: a year of cohorts, campaigns and attempts."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Connection, func, inspect, select, table

from lms.accounts.models import Person
from lms.analysis import queries as analysis
from lms.analysis.core.verdicts import EVERY_SECTION, Kind
from lms.cohorts.core.clashes import ClashKind, find_clashes
from lms.cohorts.core.load import LoadState, loads
from lms.cohorts.models import Cohort
from lms.cohorts.queries import ahead
from lms.foundation import clock, journal, transaction
from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit.workdays import WorkCalendar
from lms.policies import queries as policies
from lms.policies.models import VersionState
from lms.policies.queries import bench
from lms.production import queries as production
from lms.production.core.verdicts import Verdict
from lms.production.models import ProductionDecision, ProductionImport
from lms.questions.models import Question, QuestionVersion
from lms.quizzes import queries as quizzes
from lms.quizzes.models import Assignment, Attempt, Quiz
from lms.wellbeing.core.briefing import is_due
from lms.wellbeing.models import BriefingConfirmation
from tests.conftest import MONDAY_AFTERNOON, Database, migrate
from tests.quizzes import invariants

pytestmark = pytest.mark.sqlite  # the same on both databases; migrations and invariants have tests of their own on each


@pytest.fixture(scope="module")
def year_template(built: Flask, database: Database) -> str:
    """The sample of Monday 16 November 2026 with the year before it."""
    database.renew()
    with clock.fixed(MONDAY_AFTERNOON):
        result = built.test_cli_runner().invoke(args=["demo", "load", "--today", "2026-11-16"])
    assert result.exit_code == 0, result.output
    with built.app_context():
        db.session.remove()
        db.engine.dispose()
    return database.keep_as("kijun_year")


@pytest.fixture(autouse=True)
def reading(app: Flask, database: Database, year_template: str) -> Iterator[None]:
    with app.app_context():
        db.engine.dispose()
    database.renew(year_template)
    with app.app_context(), transaction.unit(write=False):
        yield


def test_it_is_as_large_as_a_real_organisation() -> None:
    people = db.session.scalar(select(func.count(Person.id)).where(Person.code.startswith("L"))) or 0
    attempts = db.session.scalar(select(func.count()).select_from(Attempt)) or 0
    assert 380 <= people <= 440
    assert 5500 <= attempts <= 7000
    checkpoint = (
        select(func.count())
        .select_from(Attempt)
        .join(Attempt.assignment)
        .join(Assignment.quiz)
        .where(Quiz.code == "harassment-checkpoint", Attempt.attempt_no == 1)
    )
    assert 140 <= (db.session.scalar(checkpoint) or 0) <= 160


def test_it_asks_about_eight_modules_in_both_languages() -> None:
    bodies = list(db.session.scalars(select(QuestionVersion.body).join(Question)))
    assert len(bodies) == 120
    assert sum(body["type"] == "case" for body in bodies) == 30
    assert all(set(body["prompt"]) == {"en", "ja"} for body in bodies)
    assert len(policies.list_modules()) == 8


def test_its_cohorts_are_past_running_and_planned() -> None:
    today = MONDAY_AFTERNOON.date()
    cohorts = {cohort.code: cohort for cohort in db.session.scalars(select(Cohort))}
    assert {"tokyo-a", "tokyo-b", "osaka-b", "dublin-a", "dublin-b", "austin-a"} <= set(cohorts)
    assert cohorts["tokyo-b"].go_live_on < today < cohorts["tokyo-a"].go_live_on
    assert len(cohorts["austin-a"].enrolments) == 4
    planned = [cohort for cohort in cohorts.values() if not cohort.enrolments]
    assert planned


def test_all_but_the_newest_joiners_have_read_the_wellbeing_briefing() -> None:
    learners = select(Person).where(Person.code.startswith("L"), Person.deactivated_at.is_(None))
    due = [person for person in db.session.scalars(learners) if is_due(person.roles, person.briefed_version)]
    assert {person.login for person in due} == {"newcomer@kijun.example", "newcomer-dublin@kijun.example"}
    assert all(person.password_hash for person in due), "they can sign in and be led to it"
    confirmed = set(db.session.scalars(select(BriefingConfirmation.person_id)))
    told = set(db.session.scalars(select(AuditEvent.object).where(AuditEvent.action == "wellbeing.confirm")))
    briefed = list(db.session.scalars(select(Person).where(Person.briefed_version > 0)))
    assert {person.id for person in briefed} == confirmed
    assert {person.code for person in briefed} == told


def test_a_draft_waits_for_its_japanese() -> None:
    """One section has changed and is stale, another has changed and is translated; readers see the version before."""
    [draft] = [version for version in bench.load_newest_versions() if version.state == VersionState.DRAFT]
    states = {unit.section.key: unit for unit in bench.load_units_with_sources(draft, "ja")}
    assert (draft.module.code, draft.number) == ("HAR", "4.3")
    assert {key for key, unit in states.items() if unit.needs_work} == {"unwanted-contact"}
    earlier = states["unwanted-contact"].earlier
    assert earlier is not None
    assert earlier.number == "4.2"
    in_force = policies.load_in_force(clock.now())[draft.module_id]
    assert in_force.number == "4.2"
    was = {section.key: section for section in policies.load_sections([in_force.id])[in_force.id]}
    written = {
        key
        for key, unit in states.items()
        for text in ("en", "ja")
        if unit.section.bodies[text] != was[key].bodies[text]
    }
    assert written == {"unwanted-contact", "group-targeting"}


def test_its_trainers_find_something_to_settle() -> None:
    monday = date(2026, 11, 16)
    access = Access(None, None, None, frozenset(), frozenset({Scope.ALL}))
    rows = ahead.load_ahead(access, monday, monday + timedelta(days=27))
    found = ahead.planned(rows, {row.Site.id: WorkCalendar() for row in rows}, monday, monday + timedelta(days=27))
    kinds = {clash.kind for clash in find_clashes(planned.booking for planned in found.values())}
    assert ClashKind.ROOM in kinds, "a room is booked twice"
    states = [load.state for load in loads(planned.booking for planned in found.values()).values()]
    assert sum(state is not LoadState.WITHIN for state in states) == 1, "one trainer has too many hours in a week"


def test_its_audit_trail_is_whole_and_in_order_of_time() -> None:
    invariants.check_journal()
    assert not journal.is_ahead_of_clock()
    latest: dict[int, AuditEvent] = {}
    for event in db.session.scalars(select(AuditEvent).order_by(AuditEvent.chain_id, AuditEvent.n)):
        before = latest.get(event.chain_id)
        assert before is None or before.at <= event.at, f"{event.action} {event.object} is entered too late"
        latest[event.chain_id] = event


PLANTED = {
    (Kind.WRONG_KEY, "HAR-021"),
    (Kind.TRANSLATION_SUSPECT, "HAR-014"),
    (Kind.SECTION_UNCLEAR, "HAR/unwanted-contact"),
    (Kind.CLASS_TAUGHT_BADLY, (EVERY_SECTION, "osaka-b")),
}


def test_its_planted_faults_are_found_and_hardly_any_other() -> None:
    """A wrong key, a mistranslated question, a section nobody understands, a class that was taught spam badly."""
    found = {}
    for code in db.session.scalars(select(Quiz.code)):
        of_quiz = analysis.load_analysis(quizzes.get_quiz(code), analysis.Filters())
        found |= {(verdict.kind, verdict.place): code for verdict in (of_quiz.verdicts if of_quiz else ())}
    assert set(found) >= PLANTED
    assert len(set(found) - PLANTED) <= 2
    assert found[Kind.CLASS_TAUGHT_BADLY, (EVERY_SECTION, "osaka-b")] == "spam-checkpoint"


def test_the_question_that_gives_itself_away_is_described_and_not_counted() -> None:
    found = analysis.load_analysis(quizzes.get_quiz("harassment-checkpoint"), analysis.Filters())
    assert found is not None
    codes = {entry.item: {finding.code for finding in entry.findings} for entry in found.health}
    assert Kind.GIVE_AWAY in codes["HAR-009"]
    assert [entry.item for entry in found.health if entry.needs_review] == ["HAR-021", "HAR-014"]
    assert found.summary.to_review == 2


def test_the_cohort_that_was_taught_badly_knows_least() -> None:
    found = analysis.load_analysis(quizzes.get_quiz("spam-checkpoint"), analysis.Filters())
    assert found is not None
    of_cohort = {
        cohort: statistics.mean(row[place].share or 1.0 for row in found.heatmap.cells)
        for place, cohort in enumerate(found.heatmap.cohorts)
    }
    assert min(of_cohort, key=lambda cohort: of_cohort[cohort]) == "osaka-b"


def test_its_gaps_between_knowledge_and_production_are_found_and_no_others() -> None:
    access = Access(None, None, None, frozenset(), frozenset({Scope.ALL}))
    for filters in (production.Filters(), production.Filters(first="2026-09"), production.Filters(site="tokyo")):
        found = production.load_production(access, filters)
        gaps = {one.joined.section: one.verdict for one in found.judged if one.lost}
        assert gaps == {
            "HAR/unwanted-contact": Verdict.KNOWLEDGE,
            "SPM/misleading-links": Verdict.APPLICATION,
        }
    states = {row.file_name: row.state for row in db.session.scalars(select(ProductionImport))}
    assert len(states) == 5
    assert all(name.startswith("sample-") for name in states), "everything of the sample is marked as such"
    assert states["sample-audit-ja.csv"] == "draft", "a file waits for its analyst"
    cases = db.session.scalars(select(ProductionDecision.case_ref).limit(100))
    assert all(case.startswith("SAMPLE-") for case in cases)


def test_its_attempts_keep_the_invariants_through_all_migrations_back_and_forward(app: Flask) -> None:
    """What a year has gathered is there afterwards, as far as the first tables have a place for it.

    The invariants take long to check here: what holds afterwards, of as many rows, held before.
    """
    db.session.remove()  # ends the reading, which the tables could not be changed under
    with db.engine.connect() as connection:
        before = sizes(connection)
    migrate(app, db.engine, "0001", down=True)
    with db.engine.connect() as connection:
        kept = set(inspect(connection).get_table_names()) - {"alembic_version"}
    migrate(app, db.engine)
    with db.engine.connect() as connection:
        after = sizes(connection)
    assert {table: after[table] for table in kept} == {table: before[table] for table in kept}
    invariants.check(clock.now())
    db.session.rollback()  # on PostgreSQL nobody may compute for long while a transaction waits
    invariants.check_journal()
    found = analysis.load_analysis(quizzes.get_quiz("harassment-checkpoint"), analysis.Filters())
    assert found is not None
    assert (Kind.WRONG_KEY, "HAR-021") in {(verdict.kind, verdict.place) for verdict in found.verdicts}


def sizes(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = inspect(connection).get_table_names()
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in tables}
