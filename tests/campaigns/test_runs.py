"""Runs open by the clock, once a period; people enter and leave them by themselves; who is away is not late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.campaigns import actions, queries
from lms.campaigns.core.progress import State
from lms.campaigns.core.who import Who
from lms.campaigns.models import CampaignRun, Leave
from lms.campaigns.queries.board import list_members
from lms.foundation import clock, notices, transaction
from lms.foundation.db import db
from lms.kit.problems import Conflict, Invalid
from lms.notifications.models import Notice
from lms.questions.models import Question
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.actions import tell_by_the_clock
from lms.quizzes.core.blueprint import DrawRow
from lms.quizzes.core.reminders import Reminders
from lms.quizzes.core.rules import Rules
from lms.quizzes.models import Assignee, Assignment
from lms.sites.models import Site
from tests.campaigns.making import CODE, PERIOD, make_campaign, make_leave, plan
from tests.quizzes import sitting

MODERATOR = "moderator@kijun.example"
DUE = datetime(2026, 11, 27, 9, tzinfo=UTC)
"""Eight working days of Tokyo after Monday the 16th, at 18:00; the 23rd is a holiday."""


@pytest.fixture(autouse=True)
def working(sample: Flask) -> Iterator[None]:
    with sample.app_context(), transaction.unit():
        yield


def held() -> dict[str, tuple[str, Assignee]]:
    """Where everybody has the run: by login, the code of the site and the row."""
    run = queries.get_run(CODE, PERIOD)
    places = queries.load_places_of([run.id])[run.id]
    site_of = {place.assignment_id: place.site.code for place in places}
    return {row.person.login: (site_of[row.assignment_id], row) for row in queries.load_held(list(site_of))}


def states(now: datetime) -> dict[str, State]:
    run = queries.get_run(CODE, PERIOD)
    ids = [place.assignment_id for place in queries.load_places_of([run.id])[run.id]]
    return {member.person.login: member.state for member in list_members(ids, now)}


def test_a_run_opens_once_however_often_the_clock_is_looked_at() -> None:
    make_campaign()
    before = db.session.scalar(select(func.count()).select_from(Assignment))
    for _look in range(3):
        assert actions.open_due_runs() == 0
        actions.keep_open_runs()
    assert db.session.scalars(select(CampaignRun.period)).all() == [PERIOD]
    assert db.session.scalar(select(func.count()).select_from(Assignment)) == before
    assert all(count == 1 for count in Counter(login for login in held()).values())
    assert held()[MODERATOR][1].assignment.due_at == DUE


def test_practice_with_full_marks_is_no_pass_of_the_quiz() -> None:
    learner = sitting.person()
    access = sitting.own_access(learner)
    failed = quizzes.open_attempt(learner, sitting.assignment_id(learner), locale="en")
    failed.quiz_version.rules = {**failed.quiz_version.rules, "attempts": 1}
    quizzes.submit(access, failed.id)
    places = [row.position for row in failed.questions]
    practice = quizzes.practise(learner, failed, places, locale="en", is_variant=False)
    for row in practice.questions:
        answer = sitting.right_answer(practice, row.position)
        quizzes.answer_by_form(access, practice.id, row.position, answer, locale="en")
    quizzes.submit(access, practice.id)
    assert quiz_queries.load_current_runs([practice.id])[practice.id].passed
    takers = queries.load_takers(failed.quiz_version.quiz_id, clock.now() + timedelta(hours=1))
    assert [taker.passed_on for taker in takers if taker.id == learner.id] == [None]


def test_a_run_is_not_opened_before_its_time_and_not_when_it_is_skipped() -> None:
    campaign = make_campaign()
    qa = sitting.person("qa@kijun.example")
    actions.skip(campaign, "2026-12", by=qa)
    with clock.fixed(datetime(2026, 12, 15, 23, 59, tzinfo=UTC)):
        assert actions.open_due_runs() == 0
    with clock.fixed(datetime(2026, 12, 16, 0, 0, tzinfo=UTC)):
        assert actions.open_due_runs() == 0
        actions.take_back_skip(campaign, "2026-12", by=qa)
        assert actions.open_due_runs() == 1
        with pytest.raises(Conflict):
            actions.skip(campaign, "2026-12", by=qa)


def test_a_run_that_is_over_wherever_somebody_is_does_not_open() -> None:
    """Tokyo, where nobody is whom it is for, has a holiday within it and goes on for a day longer."""
    wanted = plan(who=Who(roles=("learner",), sites=("dublin",), skips_training=False))
    actions.create(CODE, wanted, by=None)
    with clock.fixed(datetime(2026, 11, 26, 18, 0, tzinfo=UTC)):
        assert actions.open_due_runs() == 0
    assert db.session.scalars(select(CampaignRun)).all() == []


def test_a_change_does_not_touch_a_run_that_has_opened() -> None:
    campaign = make_campaign()
    logins = set(held())
    wanted = plan(who=Who(roles=("learner",), sites=("osaka",), skips_training=False))
    assert actions.change(campaign, wanted, revision=campaign.revision, by=sitting.person("qa@kijun.example"))
    actions.keep_open_runs()
    assert set(held()) == logins
    with clock.fixed(datetime(2026, 12, 16, 0, 0, tzinfo=UTC)):
        actions.open_due_runs()
        run = queries.get_run(CODE, "2026-12")
        assert [place.site.code for place in queries.load_places_of([run.id])[run.id]] == ["osaka"]


def test_who_joins_moves_or_leaves_is_followed_unless_they_have_begun() -> None:
    make_campaign()
    moderator, joiner = sitting.person(MODERATOR), sitting.person()
    other = sitting.person("maho.yoshida@northwind.example")
    quizzes.open_attempt(joiner, held()[joiner.login][1].assignment_id, locale="en")
    moderator.site, moderator.vendor = other.site, other.vendor
    joiner.site = other.site
    other.deactivated_at = clock.now()
    db.session.flush()
    for _time in range(2):
        actions.keep_open_runs()
        assert held()[MODERATOR][0] == "osaka"
        assert held()[joiner.login][0] == "tokyo", "what is begun goes on"
        assert other.login not in held()


def without_dublin() -> Person:
    """The run opens while nobody is in Dublin; this is who goes there."""
    dublin = [taker.id for taker in queries.load_takers(0, clock.now()) if taker.site == "dublin"]
    for person in db.session.scalars(select(Person).where(Person.id.in_(dublin))):
        person.deactivated_at = clock.now()
    make_campaign()
    return sitting.person(MODERATOR)


def test_who_comes_to_a_site_that_had_none_of_it_gets_what_the_others_have() -> None:
    moderator = without_dublin()
    assert "dublin" not in {site for site, _row in held().values()}
    campaign, qa = queries.get_campaign(CODE), sitting.person("qa@kijun.example")
    ids = list(db.session.scalars(select(Question.id).order_by(Question.code).limit(2)))
    quizzes.publish_quiz(quizzes.PublishQuiz("other", {"en": "O", "ja": "O"}, ids, Rules(20, 80)), by=None)
    changed = plan(quiz=quiz_queries.get_quiz("other"), fresh_days=0, reminders=Reminders(days_before=7))
    actions.change(campaign, changed, revision=campaign.revision, by=qa)
    moderator.site = db.session.scalars(select(Site).where(Site.code == "dublin")).one()
    db.session.flush()
    actions.keep_open_runs()
    site, row = held()[MODERATOR]
    before = plan()
    assert (site, row.assignment.quiz.code) == ("dublin", before.quiz.code)
    assert (row.assignment.fresh_days, row.assignment.reminders) == (90, before.reminders.as_json())


def test_a_retired_quiz_is_given_at_no_other_site_and_the_rest_goes_on() -> None:
    moderator = without_dublin()
    queries.get_campaign(CODE).quiz.retired_at = clock.now()
    moderator.site = db.session.scalars(select(Site).where(Site.code == "dublin")).one()
    db.session.flush()
    actions.keep_open_runs()
    assert MODERATOR not in held()


def test_who_was_late_stays_so_wherever_they_go() -> None:
    make_campaign()
    moderator, other = sitting.person(MODERATOR), sitting.person("maho.yoshida@northwind.example")
    actions.note_leave([other], date(2026, 11, 16), date(2026, 12, 1), by=other)
    actions.keep_open_runs()
    moderator.deactivated_at = DUE
    db.session.flush()
    with clock.fixed(DUE + timedelta(hours=1)):
        assert len(queries.list_unfinished(clock.now())) == 1, "for somebody it is open still"
        actions.keep_open_runs()
        assert states(clock.now())[MODERATOR] is State.LATE


def test_leave_moves_the_end_and_excuses_until_the_return() -> None:
    moderator = sitting.person(MODERATOR)
    away = date(2026, 11, 17), date(2026, 12, 1)
    actions.note_leave([moderator], *away, by=moderator)
    make_campaign()
    assert held()[MODERATOR][1].own_due_at is None, "the leave has not begun"
    with clock.fixed(datetime(2026, 11, 17, 1, tzinfo=UTC)):
        for _time in range(2):
            actions.keep_open_runs()
    own_end = datetime(2026, 12, 8, 9, tzinfo=UTC)
    assert held()[MODERATOR][1].own_due_at == own_end
    given = quiz_queries.get_given(moderator.id, held()[MODERATOR][1].assignment_id)
    assert given.window.due_at == own_end
    for day, state in ((28, State.EXCUSED), (32, State.NOT_BEGUN), (39, State.LATE)):
        assert states(datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(days=day - 1))[MODERATOR] is state
    with clock.fixed(datetime(2026, 12, 2, 0, 30, tzinfo=UTC)):
        attempt = quizzes.open_attempt(moderator, given.assignment.id, locale="ja")
        assert attempt.deadline_at <= own_end


def test_leave_that_is_noted_piece_by_piece_counts_together() -> None:
    """Each week alone leaves five of the nine days."""
    moderator = sitting.person(MODERATOR)
    make_campaign()
    for first, last in ((17, 20), (24, 27)):
        actions.note_leave([moderator], date(2026, 11, first), date(2026, 11, last), by=moderator)
    for day, own_end in ((20, None), (24, datetime(2026, 12, 4, 9, tzinfo=UTC))):
        with clock.fixed(datetime(2026, 11, day, 1, tzinfo=UTC)):
            actions.keep_open_runs()
        assert held()[MODERATOR][1].own_due_at == own_end
    assert states(DUE)[MODERATOR] is State.EXCUSED


def test_who_is_not_away_after_all_is_excused_no_longer_and_keeps_the_later_end() -> None:
    moderator, qa = sitting.person(MODERATOR), sitting.person("qa@kijun.example")
    actions.note_leave([moderator], date(2026, 11, 16), date(2026, 12, 1), by=qa)
    make_campaign()
    assert states(clock.now())[MODERATOR] is State.EXCUSED
    assignment = held()[MODERATOR][1].assignment
    quizzes.take_back_excuse(assignment, moderator.id, by=qa)
    actions.keep_open_runs()
    assert states(clock.now())[MODERATOR] is State.EXCUSED, "the leave stands"
    actions.withdraw_leave(db.session.scalars(select(Leave)).one(), by=qa)
    actions.keep_open_runs()
    assert states(DUE)[MODERATOR] is State.NOT_BEGUN
    quizzes.excuse(assignment, [moderator.id], reason="Ill.", until=None, due_at=None, by=qa)
    actions.keep_open_runs()
    assert states(DUE)[MODERATOR] is State.EXCUSED, "what somebody decided stays"


def test_nobody_has_less_time_than_all_the_others_when_the_window_moves() -> None:
    moderator, qa = sitting.person(MODERATOR), sitting.person("qa@kijun.example")
    actions.note_leave([moderator], date(2026, 11, 16), date(2026, 12, 1), by=qa)
    make_campaign()
    row = held()[MODERATOR][1]
    assignment, own_end = row.assignment, datetime(2026, 12, 8, 9, tzinfo=UTC)
    assert row.own_due_at == own_end
    moved = own_end + timedelta(days=2)
    quizzes.change_window(assignment, opens_at=assignment.opens_at, due_at=moved, revision=1, by=qa)
    actions.keep_open_runs()
    assert quiz_queries.get_given(moderator.id, assignment.id).window.due_at == moved
    quizzes.change_window(assignment, opens_at=assignment.opens_at, due_at=DUE, revision=2, by=qa)
    actions.keep_open_runs()
    assert quiz_queries.get_given(moderator.id, assignment.id).window.due_at == own_end


def test_an_excuse_holds_until_its_day_and_can_be_taken_back() -> None:
    make_campaign()
    assignment = held()[MODERATOR][1].assignment
    moderator, qa = sitting.person(MODERATOR), sitting.person("qa@kijun.example")
    quizzes.excuse(assignment, [moderator.id], reason="On a course.", until=None, due_at=None, by=qa)
    late = DUE + timedelta(hours=1)
    assert states(late)[MODERATOR] is State.EXCUSED
    quizzes.take_back_excuse(assignment, moderator.id, by=qa)
    assert states(late)[MODERATOR] is State.LATE


def told(kind: str) -> set[str]:
    query = select(Person.login).join(Notice, Notice.person_id == Person.id).where(Notice.kind == kind)
    return set(db.session.scalars(query.where(Notice.read_at.is_(None))))


def test_reminders_come_when_the_rule_says_and_not_to_the_excused() -> None:
    make_campaign()
    assert MODERATOR in told("quiz.given")
    joiner = sitting.person()
    qa = sitting.person("qa@kijun.example")
    quizzes.excuse(held()[joiner.login][1].assignment, [joiner.id], reason="Ill.", until=None, due_at=None, by=qa)
    for at, kind in ((DUE - timedelta(days=3), "quiz.due_soon"), (DUE - timedelta(hours=18), "quiz.last_day")):
        with clock.fixed(at - timedelta(minutes=1)):
            tell_by_the_clock()
            assert MODERATOR not in told(kind)
        with clock.fixed(at):
            tell_by_the_clock()
        assert MODERATOR in told(kind)
    about = [notice.person_id for notice in db.session.scalars(select(Notice).where(Notice.kind == "quiz.last_day"))]
    assert joiner.id not in about


def test_who_has_an_end_of_their_own_hears_of_that_one() -> None:
    moderator, qa = sitting.person(MODERATOR), sitting.person("qa@kijun.example")
    make_campaign()
    own_end = DUE + timedelta(days=7)
    assignment = held()[MODERATOR][1].assignment
    quizzes.excuse(assignment, [moderator.id], reason="Ill.", until=date(2026, 11, 27), due_at=own_end, by=qa)
    query = select(Notice).where(Notice.kind == "quiz.ended", Notice.person_id == moderator.id)
    query = query.where(Notice.about == str(assignment.id))
    with clock.fixed(DUE + timedelta(hours=1)):
        tell_by_the_clock()
        assert db.session.scalars(query).all() == []
    with clock.fixed(own_end + timedelta(hours=1)):
        tell_by_the_clock()
    assert [notice.facts["due_at"] for notice in db.session.scalars(query)] == [own_end.isoformat()]


def test_leads_hear_a_day_late_of_their_own_people_alone() -> None:
    make_campaign()
    with clock.fixed(DUE + timedelta(hours=23)):
        actions.tell_leads()
        assert told("campaign.late") == set()
    with clock.fixed(DUE + timedelta(hours=25)):
        actions.tell_leads()
        actions.tell_leads()
    leads = told("campaign.late")
    assert {"trainer@kijun.example", "vendor@kijun.example"} <= leads
    manager = sitting.person("vendor@kijun.example")
    northwind = [login for login, (_site, row) in held().items() if row.person.vendor_id == manager.vendor_id]
    query = select(Notice).where(Notice.kind == "campaign.late", Notice.person_id == manager.id)
    notice = db.session.scalars(query).one()
    assert notice.facts["count"] == len(northwind)
    assert notices.path(notice.kind, notice.facts) == f"/campaigns/{CODE}/runs/{PERIOD}"


def test_a_later_run_draws_nothing_twice_while_something_new_is_left() -> None:
    ids = list(db.session.scalars(select(Question.id).order_by(Question.code).limit(10)))
    command = quizzes.PublishQuiz("drawn", {"en": "D", "ja": "D"}, ids, Rules(20, 80, draw=(DrawRow(4),)))
    quizzes.publish_quiz(command, by=None)
    moderator = sitting.person(MODERATOR)
    papers = []
    for n in range(3):
        opens_at = clock.now() + timedelta(days=n)
        with clock.fixed(opens_at):
            given = quizzes.assign(
                quiz_queries.get_quiz("drawn"),
                [moderator.id],
                opens_at=opens_at,
                due_at=opens_at + timedelta(days=1),
                zone_name="Asia/Tokyo",
                by=None,
                fresh_days=30,
            )
            attempt = quizzes.open_attempt(moderator, given.id, locale="en")
            papers.append({row.question_version_id for row in attempt.questions})
            quizzes.close(attempt, clock.now())
    assert not papers[0] & papers[1]
    assert len(papers[0] | papers[1] | papers[2]) == 10, "two were left, so two come again"


def test_a_retired_quiz_opens_no_run() -> None:
    campaign = make_campaign()
    campaign.quiz.retired_at = clock.now()
    with clock.fixed(datetime(2026, 12, 16, 0, 0, tzinfo=UTC)):
        assert actions.open_due_runs() == 0


@pytest.mark.parametrize(("zone_name", "is_past"), [("America/Chicago", False), ("Asia/Tokyo", True)])
def test_leave_is_past_by_the_day_of_whoever_notes_it(zone_name: str, is_past: bool) -> None:
    moderator, qa = sitting.person(MODERATOR), sitting.person("qa@kijun.example")
    qa.own_zone_name = zone_name
    day = date(2026, 11, 16)
    with clock.fixed(datetime(2026, 11, 17, 2, tzinfo=UTC)):
        if is_past:
            with pytest.raises(Invalid):
                actions.note_leave([moderator], day, day, by=qa)
        else:
            assert actions.note_leave([moderator], day, day, by=qa) == 1


def test_leave_that_is_noted_twice_stands_once() -> None:
    moderator = sitting.person(MODERATOR)
    assert make_leave(moderator) == make_leave(moderator)
    assert actions.note_leave([moderator], date(2026, 11, 25), date(2026, 12, 2), by=moderator) == 1
    assert queries.load_leaves(date(2026, 11, 1), [moderator.id]) == {
        moderator.id: [(date(2026, 11, 25), date(2026, 12, 2))]
    }
