"""What each feature tells, whom, and when that is over; inside the action, and by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.accounts import admission, granting
from lms.accounts.actions import NewPerson
from lms.accounts.core.roles import Role
from lms.accounts.models import RoleProposal
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.actions import sessions
from lms.cohorts.core.plan import StepKind
from lms.cohorts.models import Cohort, SessionState, TrainingSession
from lms.demo import content
from lms.foundation import clock, jobs
from lms.foundation.db import db
from lms.notifications.models import Notice
from lms.policies import actions as policies
from lms.policies import drafting
from lms.policies import queries as policy_queries
from lms.policies.actions import telling
from lms.policies.models import PolicyVersion
from lms.questions import drafts
from lms.questions import queries as questions
from lms.questions.models import Question
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.models import Assignment
from lms.reports import actions as reports
from tests.conftest import MONDAY_AFTERNOON, Unit
from tests.notifications.conftest import Told
from tests.quizzes import sitting

JOINER, MODERATOR, TRAINER = sitting.JOINER, "moderator@kijun.example", "trainer@kijun.example"
QA, EDITOR, ADMIN = "qa@kijun.example", "editor@kijun.example", "admin@kijun.example"
NOW = MONDAY_AFTERNOON


def give(opens: timedelta = timedelta(0), due: timedelta = timedelta(days=3), *logins: str) -> Assignment:
    quiz = quiz_queries.get_quiz("harassment-checkpoint")
    ids = [sitting.person(login).id for login in logins or (JOINER, MODERATOR)]
    trainer = sitting.person(TRAINER)
    return quizzes.assign(quiz, ids, opens_at=NOW + opens, due_at=NOW + due, zone_name="Asia/Tokyo", by=trainer)


def by_the_clock(unit: Unit, after: timedelta) -> None:
    with clock.fixed(NOW + after), unit():
        quizzes.tell_by_the_clock()


def test_a_quiz_is_told_when_given_and_settled_when_taken(unit: Unit, told: Told) -> None:
    with unit():
        assignment_id = give().id
    assert told("quiz.given") == {JOINER, MODERATOR}
    with unit():
        joiner = sitting.person()
        attempt = quizzes.open_attempt(joiner, assignment_id, locale="en")
        quizzes.submit(sitting.own_access(joiner), attempt.id)
    assert (told("quiz.given"), told("quiz.given", read=True)) == ({MODERATOR}, {JOINER})


def test_a_quiz_far_ahead_is_told_the_day_before(unit: Unit, told: Told) -> None:
    with unit():
        give(timedelta(days=5), timedelta(days=9))
    assert told("quiz.given") == set()
    by_the_clock(unit, timedelta(days=3, hours=23))
    assert told("quiz.given") == set()
    by_the_clock(unit, timedelta(days=4))
    assert told("quiz.given") >= {JOINER, MODERATOR}


def test_who_has_not_taken_it_hears_that_it_is_due_once(unit: Unit, told: Told) -> None:
    with unit():
        joiner = sitting.person()
        attempt = quizzes.open_attempt(joiner, give().id, locale="en")
        quizzes.submit(sitting.own_access(joiner), attempt.id)
    by_the_clock(unit, timedelta(days=1, hours=23))
    assert told("quiz.due_soon") & {JOINER, MODERATOR} == set()
    by_the_clock(unit, timedelta(days=2))
    assert told("quiz.due_soon") & {JOINER, MODERATOR} == {MODERATOR}
    with unit():
        db.session.execute(update(Notice).values(read_at=clock.now()))
    by_the_clock(unit, timedelta(days=2, minutes=10))
    assert MODERATOR not in told("quiz.due_soon"), "once"
    by_the_clock(unit, timedelta(days=3))
    assert told("quiz.ended") & {JOINER, MODERATOR} == {MODERATOR}


def test_what_is_given_for_a_day_is_not_told_twice_at_once(unit: Unit, told: Told) -> None:
    with unit():
        give(timedelta(0), timedelta(hours=20))
    by_the_clock(unit, timedelta(minutes=10))
    assert told("quiz.due_soon") & {JOINER, MODERATOR} == set()


def test_a_window_that_moves_is_told_anew_and_one_that_ends_is_over(unit: Unit, told: Told, sample: Flask) -> None:
    with unit():
        given = give()
        trainer = sitting.person(TRAINER)
        quizzes.change_window(given, opens_at=NOW, due_at=NOW + timedelta(days=5), revision=1, by=trainer)
        given_id = given.id
    with sample.app_context():
        facts = [notice.facts for notice in db.session.scalars(select(Notice).where(Notice.kind == "quiz.given"))]
        assert {fact["due_at"] for fact in facts} == {(NOW + timedelta(days=5)).isoformat()}
        assert len(facts) == 2
    with unit():
        quizzes.end(db.session.get_one(Assignment, given_id), revision=2, by=sitting.person(TRAINER))
    assert told("quiz.given") == set()
    assert told("quiz.ended") == {JOINER, MODERATOR}


def test_a_policy_waits_for_those_who_may_publish_it_and_is_read_by_all(unit: Unit, told: Told) -> None:
    read = policies.check_files(*((content.POLICIES / "HAR" / f"{name}.md").read_bytes() for name in ("en", "ja")))
    with unit():
        version = policies.import_policy(read, code="NEW", effective_at=NOW)
        policies.ask_for_publication(version, by=sitting.person(EDITOR))
        version_id = version.id
    assert QA in told("policy.waits")
    assert EDITOR not in told("policy.waits")
    with unit():
        policies.publish_version(db.session.get_one(PolicyVersion, version_id), by=sitting.person(QA))
    assert told("policy.waits") == set()
    assert told("policy.to_read") >= {JOINER, MODERATOR, EDITOR, ADMIN}
    with unit():
        module = policy_queries.get_module("NEW")
        policies.acknowledge(sitting.person(), module, "4.2", locale="en")
    assert JOINER not in told("policy.to_read")
    assert MODERATOR in told("policy.to_read")


def test_a_version_to_come_is_announced_and_told_when_it_is_in_force(unit: Unit, told: Told) -> None:
    read = policies.check_files(*((content.POLICIES / "HAR" / f"{name}.md").read_bytes() for name in ("en", "ja")))
    with unit():
        policies.import_policy(read, code="NEW", effective_at=NOW + timedelta(days=2), publish=True)
    assert MODERATOR in told("policy.announced")
    assert told("policy.to_read") == set()
    with clock.fixed(NOW + timedelta(days=1)), unit():
        telling.tell_of_effect()
    assert "NEW" not in {notice.about for notice in notices_of(unit, "policy.to_read")}
    with clock.fixed(NOW + timedelta(days=2)), unit():
        telling.tell_of_effect()
    assert told("policy.announced") == set()
    assert "NEW" in {notice.about for notice in notices_of(unit, "policy.to_read")}


def notices_of(unit: Unit, kind: str) -> list[Notice]:
    with unit():
        found = list(db.session.scalars(select(Notice).where(Notice.kind == kind)))
        db.session.expunge_all()
        return found


def test_what_was_taken_back_waits_for_nobody(unit: Unit, told: Told) -> None:
    read = policies.check_files(*((content.POLICIES / "HAR" / f"{name}.md").read_bytes() for name in ("en", "ja")))
    with unit():
        version = policies.import_policy(read, code="NEW")
        policies.ask_for_publication(version, by=sitting.person(EDITOR))
        policies.take_request_back(version, by=sitting.person(EDITOR))
    assert (told("policy.waits"), QA in told("policy.waits", read=True)) == (set(), True)


def test_what_was_changed_after_it_was_asked_for_waits_for_nobody(unit: Unit, told: Told) -> None:
    read = policies.check_files(*((content.POLICIES / "HAR" / f"{name}.md").read_bytes() for name in ("en", "ja")))
    with unit():
        version = policies.import_policy(read, code="NEW")
        policies.ask_for_publication(version, by=sitting.person(EDITOR))
    assert QA in told("policy.waits")
    with unit():
        version = policy_queries.get_version(policy_queries.get_module("NEW"), "4.2")
        drafting.add_section(version, "More", level=1, after="", by=sitting.person(EDITOR))
    assert told("policy.waits") == set()


def test_a_role_waits_for_the_other_administrators(unit: Unit, told: Told) -> None:
    with unit():
        other = sitting.person("mayu.saeki@kijun.example")
        admin = sitting.person(ADMIN)
        granting._give(other, Role.ADMIN, by=admin)
        other.password_hash = admin.password_hash
        db.session.flush()
        granting.give_or_propose(sitting.person(MODERATOR), Role.EDITOR, by=admin)
    assert told("role.waits") == {"mayu.saeki@kijun.example"}
    with unit():
        [proposal] = db.session.scalars(select(RoleProposal).where(RoleProposal.decision.is_(None)))
        granting.decide_role(proposal, is_confirmed=True, by=sitting.person("mayu.saeki@kijun.example"))
    assert told("role.waits") == set()


def test_roles_of_a_list_wait_for_the_other_administrators_each_until_it_is_decided(unit: Unit, told: Told) -> None:
    with unit():
        other, admin = sitting.person("mayu.saeki@kijun.example"), sitting.person(ADMIN)
        granting._give(other, Role.ADMIN, by=admin)
        other.password_hash = admin.password_hash
        db.session.flush()
        newcomers = [
            NewPerson(f"new{n}@kijun.example", "New", "にゅう", admin.site, "en", roles, own_zone_name=None)
            for n, roles in enumerate(((Role.TRAINER,), (Role.QA,), (Role.LEARNER,)))
        ]
        admission.create_people(newcomers, by=admin, key="list00000001")
    assert told("role.waits") == {"mayu.saeki@kijun.example"}
    with unit():
        waiting = list(db.session.scalars(select(RoleProposal).where(RoleProposal.decision.is_(None))))
        about = {f"{proposal.person.code} {proposal.role}" for proposal in waiting}
        assert set(db.session.scalars(select(Notice.about).where(Notice.kind == "role.waits"))) == about
        assert len(about) == 2, "a learner's role waits for nobody"
        for proposal in waiting:
            granting.decide_role(proposal, is_confirmed=False, by=sitting.person("mayu.saeki@kijun.example"))
    assert told("role.waits") == set()


def test_questions_wait_in_one_notice_for_each_bank(unit: Unit, told: Told, sample: Flask) -> None:
    with unit():
        qa = sitting.person(QA)
        for code in ("HAR-014", "HAR-002"):
            row = questions.find_question(code)
            assert row is not None
            content_, draft = drafts.working_copy(row)
            changed = replace(content_, tags=("changed",))
            drafts.save_draft(row, changed, seen=drafts.token(row, draft), by=qa)
            assert drafts.release(row, by=qa).version is None
    assert EDITOR in told("question.waits")
    assert QA not in told("question.waits")
    with sample.app_context():
        assert len(list(db.session.scalars(select(Notice).where(Notice.kind == "question.waits")))) == len(
            told("question.waits")
        )
    for code, is_over in (("HAR-014", False), ("HAR-002", True)):
        with unit():
            row = questions.find_question(code)
            assert row is not None
            assert drafts.release(row, by=sitting.person(EDITOR)).version is not None
        assert (told("question.waits") == set()) is is_over


@pytest.mark.parametrize("way", ["changed", "retired"])
def test_a_question_that_was_sent_and_no_longer_waits_is_told_of_no_more(unit: Unit, told: Told, way: str) -> None:
    def row() -> Question:
        found = questions.find_question("HAR-014")
        assert found is not None
        return found

    def save(tag: str) -> None:
        content_, draft = drafts.working_copy(row())
        seen, qa = drafts.token(row(), draft), sitting.person(QA)
        drafts.save_draft(row(), replace(content_, tags=(tag,)), seen=seen, by=qa)

    with unit():
        save("changed")
        assert drafts.release(row(), by=sitting.person(QA)).version is None
    assert EDITOR in told("question.waits")
    with unit():
        if way == "changed":
            save("changed again")
        else:
            drafts.retire(row(), by=sitting.person(EDITOR))
    assert told("question.waits") == set()


def session_to_come() -> TrainingSession:
    query = (
        select(TrainingSession)
        .join(TrainingSession.cohort)
        .where(
            Cohort.code == "tokyo-a",
            TrainingSession.starts_at > clock.now() + timedelta(days=1),
            TrainingSession.assignment_id.is_(None),
            TrainingSession.state == SessionState.PLANNED,
            TrainingSession.kind == StepKind.CLASS,
        )
    )
    return db.session.scalars(query.order_by(TrainingSession.starts_at)).first() or pytest.fail("no session")


def test_a_session_that_moves_or_is_cancelled_is_told_to_its_cohort(unit: Unit, told: Told) -> None:
    with unit():
        session, trainer = session_to_come(), sitting.person(TRAINER)
        here = session.starts_at.astimezone(ZoneInfo(session.cohort.site.zone_name))
        plan = sessions.SessionPlan(
            StepKind(session.kind),
            session.title_text,
            {"en": "Another detail", "ja": "詳細"},
            here.date(),
            here.time(),
            int((session.ends_at - session.starts_at).total_seconds() // 60),
            session.room_id,
            session.trainer_id,
        )
        sessions.change_session(session, plan, sequence=session.sequence, by=trainer)
    assert told("session.moved") == set(), "it takes place as before"
    with unit():
        session, trainer = session_to_come(), sitting.person(TRAINER)
        moved = replace(plan, starts=plan.starts.replace(hour=19), minutes=30, room_id=None, trainer_id=None)
        sessions.change_session(session, moved, sequence=session.sequence, by=trainer)
        members = {member.login for member in cohort_queries.list_members(session.cohort)}
        public_id = session.public_id
    assert JOINER in members
    assert told("session.moved") == members
    with unit():
        session = db.session.scalars(select(TrainingSession).where(TrainingSession.public_id == public_id)).one()
        sessions.cancel_session(session, sequence=session.sequence, by=sitting.person(TRAINER))
    assert (told("session.moved"), told("session.cancelled")) == (set(), members)


def test_a_new_member_is_told_and_so_is_a_sign_off(unit: Unit, told: Told) -> None:
    with unit():
        cohort = cohort_queries.find_cohort("tokyo-a")
        assert cohort is not None
        cohorts.enrol(cohort, [sitting.person(MODERATOR)], by=sitting.person(TRAINER))
        cohort.template.gates = {"gates": [{"kind": "sign_off"}]}
        cohorts.sign_off(cohort, sitting.person(), by=sitting.person(TRAINER))
    assert told("cohort.enrolled") == {MODERATOR}
    assert told("gate.signed_off") == {JOINER}


def test_a_report_that_is_made_is_told_to_who_asked(unit: Unit, told: Told, sample: Flask) -> None:
    with unit():
        about = {"quiz": "harassment-checkpoint", "cohort": "", "taken_in": ""}
        reports.request_report(sitting.person(QA), "analysis", about, language="en")
    assert told("report.ready") == set()
    with sample.app_context():
        jobs.Worker().work_off()
    assert told("report.ready") == {QA}


def test_no_notice_holds_a_name(unit: Unit, told: Told, sample: Flask) -> None:
    """Whom a notice is about stands in it by code; the mail is read where the page's rules do not reach."""
    test_a_role_waits_for_the_other_administrators(unit, told)
    with sample.app_context():
        [notice] = db.session.scalars(select(Notice).where(Notice.kind == "role.waits"))
        assert notice.facts == {"role": "editor", "code": sitting.person(MODERATOR).code}
